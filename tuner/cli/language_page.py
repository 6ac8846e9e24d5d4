"""The space language as a page, `docs/space-language.md`: made from the schema, so that it cannot drift.

Leaves to others: the schema and its words (schema).
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tuner.search.algorithms import PRUNERS, SAMPLERS
from tuner.service.space_schema import descriptions, kind, options, schema
from tuner.spec.families import CALLBACKS, FAMILIES, SETTINGS, HyperparameterDef
from tuner.spec.metrics import METRICS
from tuner.spec.source_kinds import KINDS
from tuner.spec.sources import known_sources
from tuner.spec.space_file import Objective, Search, SpaceFile
from tuner.spec.validation import Validation

_HEAD = """# The space language

Made by `tune spaces schema --markdown`; the JSON schema for editors is [space.schema.json](space.schema.json), made by
`tune spaces schema`. With YAML's language server, a first line in a file gives completion and checks while you write:

    # yaml-language-server: $schema=space.schema.json

`tune spaces check FILE` says what is wrong with a file, in a line that names the key and the mend; so does
`tune start`, before anything runs. Unknown keys are errors, everywhere.
"""

_FORMS = (
    ("epochs: 15", "a fixed value"),
    ("optimizer: [sgd, adam]", "one of these; also `{choice: [sgd, adam]}`"),
    ("units: {int: [32, 512]}", "a whole number, both ends included"),
    ("units: {int: [32, 512], step: 32}", "in whole steps from the low end; the high end must be one"),
    ("learning_rate: {float: [1e-4, 1e-1], log: true}", "a number, evenly in its logarithm, without `step`"),
    (
        "units: {int: [32, 512], per: hidden_layer}",
        "each has its own (parameters marked below: per hidden_layer, per block)",
    ),
    (
        "momentum: {float: [0.5, 0.99], when: {optimizer: [momentum, nesterov]}}",
        "in use only while its parent has one of these values; otherwise it has its default",
    ),
    ("momentum: {value: 0.9, when: {optimizer: momentum}}", "a fixed value under a condition"),
)

_CONDITIONS = """A condition is on a parameter of the same file, and on values that it can have. A baseline gives each
parameter a value, or one a layer as a list: `units: [128, 32]`.
"""

_CODE = """## A network of your own code

`model: {keras_tuner: FILE.py:NAME}` takes a KerasTuner `HyperModel` or a function of `hp`;
`model: {python: FILE.py:NAME}` a function of an Optuna-like `trial` that returns a compiled model, or a
`tuner.Training` with epochs, batch size and callbacks of its own. A module is written `package.module:NAME`. The code
is run only where a person names it with `--code`; see [Python](python.md). What is searched is what the code asks;
`parameters:` may then hold only """


_EXTERNAL = """## Programs that ask for what to try

`model: external` is of a training that is not Keras, or not Python: programs ask a server (`tune serve`) for a trial's
configuration, report its epochs and tell how it ended; see [the service](service.md#ask-and-tell). Parameters have any
names, in the forms above (`when:` too, `per:` not); one whose condition does not hold is not there. `objective:` names
a metric that the programs report, with its direction. A parameter `epochs` is how many epochs a trial has. There is no
`dataset:`, and nothing is trained again when the search is over.
"""

_KEYS = ("key", "default", "meaning")


def page() -> str:
    """The whole page, as Markdown."""
    made = schema()
    parts = [
        _HEAD,
        "## Keys of a file\n",
        _table(_KEYS, _keys(made["properties"], descriptions(SpaceFile), ("dataset",))),
        "### validation, as a mapping\n",
        _table(_KEYS, _keys(made["properties"]["validation"]["anyOf"][1]["properties"], descriptions(Validation))),
        "### objective\n",
        _table(_KEYS, _keys(made["properties"]["objective"]["properties"], descriptions(Objective))),
        "### search\n",
        _table(_KEYS, _keys(made["properties"]["search"]["properties"], descriptions(Search))),
        "## Data\n",
        _table(("name", "what it is"), ((f"`{name}`", words) for name, words in known_sources().items())),
        "Your own data is a mapping; paths start from the space's own folder.\n",
        *(_kind(name) for name in KINDS),
        "## How a parameter is written\n",
        _table(("written", "means"), ((_code(form), words) for form, words in _FORMS)),
        _CONDITIONS,
        "## Parameters\n",
        *(_family(name, known) for name, known in FAMILIES.items()),
        _CODE + ", ".join(f"`{name}`" for name in SETTINGS) + ".\n",
        "### callbacks\n\n"
        + ", ".join(f"`{name}`" for name in CALLBACKS)
        + ": Keras' own, with Keras' options, as in\n"
        "`callbacks: [terminate_on_nan, {early_stopping: {patience: 3}}]`.\n",
        _EXTERNAL,
        "## Metrics\n",
        _table(("of a", "more is better", "less is better"), _metrics()),
        "An objective is `val_` and one of these that is measured, or `val_loss`.\n",
        "## Samplers\n",
        _table(("name", "what it does", "options and their defaults"), _algorithms(SAMPLERS)),
        "## Pruners\n",
        _table(("name", "what it does", "options and their defaults"), _algorithms(PRUNERS)),
    ]
    return "\n".join(parts)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(each.replace("|", "\\|") for each in line) + " |" for line in lines) + "\n"


def _code(value: Any) -> str:
    words = {True: "true", False: "false"}
    return f"`{words[value] if isinstance(value, bool) else value}`"


def _keys(
    properties: Mapping[str, Any], words: Mapping[str, str], required: Iterable[str] = ()
) -> Iterable[tuple[str, ...]]:
    for name, line in words.items():
        default = properties[name].get("default")
        plain = default["name"] if isinstance(default, dict) and "name" in default else default
        shown = "needed" if name in required else "" if isinstance(plain, dict | list | None) else _code(plain)
        yield f"`{name}`", shown, line


def _kind(name: str) -> str:
    """One kind of file: what it is, and its keys."""
    made = kind(name)
    words = {key: each["description"] for key, each in made["properties"].items()}
    table = _table(_KEYS, _keys(made["properties"], words, made["required"]))
    return f"### {{{name}: ...}}\n\n{made['description']}\n\n{table}"


def _family(name: str, known: Mapping[str, HyperparameterDef]) -> str:
    rows = (
        (f"`{each.name}`" + (f" per {each.per}" if each.per else ""), _domain(each), _code(each.default), each.meaning)
        for each in known.values()
    )
    return f"### {name}\n\n" + _table(("parameter", "values", "default", "meaning"), rows)


def _domain(known: HyperparameterDef) -> str:
    if known.kind == "choice":
        return ", ".join(_code(each) for each in known.choices)
    if known.kind == "bool":
        return "`true`, `false`"
    low, high = known.low, known.high
    words = "whole numbers" if known.kind == "int" else "numbers"
    if low is not None and high is not None:
        words += f" {'above' if known.open_low else 'from'} {low:g} {'to below' if known.open_high else 'to'} {high:g}"
    elif low is not None:
        words += f" {'above' if known.open_low else 'from'} {low:g}"
    return words + "".join(f", or {_code(each)}" for each in known.choices)


def _metrics() -> Iterable[tuple[str, ...]]:
    for task, names in METRICS.items():
        by = {
            direction: ", ".join(f"`{name}`" for name, each in names.items() if each == direction)
            for direction in ("maximize", "minimize")
        }
        yield task, by["maximize"], by["minimize"]


def _algorithms(known: Mapping[str, Callable[..., object]]) -> Iterable[tuple[str, ...]]:
    for name, algorithm in known.items():
        words = (inspect.getdoc(algorithm) or "").partition("\n")[0].partition(". ")[0].rstrip(".")
        made = (
            f"`{option}`" if default is None else f"`{option}: {_plain(default)}`"
            for option, (_, default) in options(algorithm).items()
        )
        yield f"`{name}`", words[:1].lower() + words[1:] if words[1:2].islower() else words, ", ".join(made)


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
