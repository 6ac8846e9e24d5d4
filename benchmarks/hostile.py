"""What does a hostile search-space file do to the tool?

    python -m benchmarks.hostile [--files 10000] [--seed 1]

Files are made by hypothesis, without end: shipped spaces with letters, words, lines and values exchanged; spaces by
their grammar with values that nobody expects; YAML made to blow up; bytes. Each is given to `tune spaces check
--quick`, in this process, with small data sets in place of the large. It has to be called good, or refused in one line
without a traceback or a control character, in two seconds.

Prints how many were accepted and refused, and the slowest; exits with 1 where a file did something else.
"""

import argparse
import contextlib
import functools
import io
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import yaml
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tuner.cli.main import cli
from tuner.errors import TunerError
from tuner.search.algorithms import PRUNERS, SAMPLERS
from tuner.settings import shipped_spaces
from tuner.spec.families import FAMILIES

LIMIT_S = 2.0
_BIG = 10**12


@dataclass(frozen=True)
class Verdict:
    """What became of a file. trouble: what should not have happened, or nothing. words: what a person sees."""

    accepted: bool
    seconds: float
    words: str
    trouble: str = ""


def check(data: bytes, folder: Path) -> Verdict:
    """Give a file to `tune spaces check --quick`."""
    file = folder / "space.yaml"
    file.write_bytes(data)
    out = io.StringIO()
    # Of this process: what else the machine does is not the file's doing.
    began = time.process_time()
    trouble, accepted = "", False
    try:
        with contextlib.redirect_stdout(out):
            cli.main(["spaces", "check", str(file), "--quick"], standalone_mode=False)
        accepted = True
        words = out.getvalue()
    except TunerError as error:
        words = str(error)
        if "\n" in words:
            trouble = "more than one line"
    except click.ClickException as error:
        words = error.format_message()
    except Exception:
        words = traceback.format_exc()
        trouble = "a traceback"
    seconds = time.process_time() - began
    if not trouble and any(not each.isprintable() and each != "\n" for each in words):
        trouble = "a control character"
    if not trouble and seconds > LIMIT_S:
        trouble = f"{seconds:.1f} s"
    return Verdict(accepted, seconds, words, trouble)


@functools.cache
def _shipped() -> tuple[str, ...]:
    """The shipped spaces, on data that are there at once."""
    texts = [path.read_text() for path in sorted(shipped_spaces().glob("*.yaml"))]
    return tuple(
        text.replace("fashion_mnist", "digits").replace("dataset: mnist", "dataset: digits").replace("10000", "0.2")
        for text in texts
    )


_ODD_WORDS = (
    *("yes", "no", "on", "off", "~", "null", ".inf", "-.inf", ".nan", "1e400", "-1e400", "1e-400", "010", "0o17", "0x1F"),
    *("1:30", "190:20:30.15", "2024-13-45", "2024-01-01", "2001-12-14t21:59:43.10-05:00", "=", "<<", "<<: *a", "*a"),
    *("&a [*a]", "&a {b: *a}", "!!python/object/apply:os.system ['true']", "!!binary '!'", "!!set {a, b}", "!!int x"),
    *("!!float ''", "!!bool maybe", "!!map x", "!!seq x", "!!timestamp x", "!!null x", "!x y", "? [a, b]\n: c", "{[a]: b}"),
    *("{{a: b}: c}", "9" * 30, "9" * 6000, "-" + "9" * 20, "1" * 4000 + ".0", "0b" + "1" * 6000, "1_000", "_1", "1__0"),
    *("'\\u0000'", '"\\ud800"', '"\\U00110000"', '"\\x1b[2J"', '"\\u202e"', '"\\r"', "'a'\n---\n'b'", "---", "...", "%YAML 9.9"),
    *("%TAG ! !", "\t", "- - - -", "? ? ? ?", "|\n  a", ">-\n  a", "''", '""', "[]", "{}", "[[[[]]]]", "layer[/0]", "..", "../x"),
    *("a" * 5000, "\ufeff", "\x85", "\u2028", "\U0001f600", "{int: [1, 1000000000000]}", "{float: [0, 1], step: 1.0e-300}"),
    *("{int: [0, 9223372036854775807]}", "{float: [1.0e-300, 1.0e+300], log: true}", "{float: [0, 1], step: 0.1}"),
    *("{choice: [1, 1.0, true]}", "{value: x, when: {epochs: 5}}", "{int: [1, 2], when: {units: [1]}, per: hidden_layer}"),
    *("{<<: {[1, 2]: 3}}", "{<<: {? {a: b} : 3}}", "{<<: {1: 2}}", '{<<: {"\\a": 1}}', "{<<: [{a: 1}, 2]}", "{<<: {a: 1, a: 2}}"),
    *("{int: [1, 1000000000], per: hidden_layer}", "{float: [1.0e-5, 1.0e+308]}", "{int: [1, 100], step: 3}"),
)  # fmt: skip
_numbers = st.one_of(
    st.integers(-3, 200), st.sampled_from([0, 1, 2**31, 2**53 + 1, 2**63, 10**30, _BIG]),
    st.floats(allow_nan=True, allow_infinity=True), st.floats(0, 1),
)  # fmt: skip
_words = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["", "..", "a/b", "layer[/0]", "\x1b[31m", "\u202e", "x" * 300, "=1+1", "$(x)"]),
)
_scalars = st.one_of(_numbers, _words, st.booleans(), st.none())
_any = st.recursive(
    _scalars,
    lambda each: st.lists(each, max_size=4) | st.dictionaries(_words | _numbers, each, max_size=4),
    max_leaves=12,
)


@st.composite
def _mutated(draw: st.DrawFn) -> bytes:
    """A shipped space, with some of it exchanged."""
    text = draw(st.sampled_from(_shipped()))
    for _ in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from(["letter", "word", "line", "cut", "number", "indent"]))
        at = draw(st.integers(0, max(0, len(text) - 1)))
        if kind == "letter":
            text = text[:at] + draw(st.characters()) + text[at + 1 :]
        elif kind == "cut":
            text = text[:at] + text[at + draw(st.integers(1, 40)) :]
        elif kind == "line":
            lines = text.split("\n")
            one, other = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
            lines[one] = lines[other] if draw(st.booleans()) else lines[one] + "\n" + lines[other]
            text = "\n".join(lines)
        elif kind == "indent":
            text = (
                text[:at]
                + draw(st.sampled_from([" ", "\n", "\t", "  ", "\n  ", ": ", "- ", ", ", "[", "}", "#"]))
                + text[at:]
            )
        else:
            # From this place to the end of the word that stands there.
            end = next((i for i in range(at, len(text)) if text[i] in " ,]}\n:"), len(text))
            start = max((text.rfind(each, 0, end) for each in " ,[{\n:"), default=0) + 1
            new = draw(st.sampled_from(_ODD_WORDS)) if kind == "word" else str(draw(_numbers))
            text = text[:start] + new + text[end:]
    return text.encode("utf-8", "surrogatepass")


_ranges = st.one_of(
    st.tuples(st.sampled_from(["int", "float"]), st.lists(_numbers, min_size=1, max_size=3)).map(lambda each: {each[0]: each[1]}),
    st.tuples(_numbers, _numbers, st.sampled_from(["int", "float"]), _scalars, _scalars).map(
        lambda each: {each[2]: [each[0], each[1]], "step": each[3], "log": each[4]}
    ),
    st.sampled_from([{"int": [1, _BIG]}, {"int": [1, 100]}, {"int": [0, 3]}, {"float": [0.0, 0.9]}, {"float": [1e-9, 0.5], "step": 1e-9}]),
    st.lists(_scalars, max_size=5), _any,
)  # fmt: skip


def _parameter(known: Any) -> st.SearchStrategy[Any]:
    """Values of a family's parameter: good ones half of the time."""
    good: list[Any] = [known.default, {"choice": [known.default]}, [known.default]]
    if known.kind == "choice":
        good += [list(known.choices), {"choice": list(known.choices[:2]), "per": known.per or "block"}]
    elif known.kind == "bool":
        good += [[True, False]]
    else:
        low, high = known.low or 0, min(known.high or 64, 64)
        ends: list[Any] = [int(low) + 1, int(high)] if known.kind == "int" else [float(low) + 1e-3, high * 0.9]
        good += [{known.kind: ends}] + ([{known.kind: ends, "per": known.per}] if known.per else [])
    return st.sampled_from(good) | _ranges


@st.composite
def _grown(draw: st.DrawFn) -> bytes:
    """A space by its grammar."""
    model = draw(st.sampled_from(sorted(FAMILIES)))
    known = FAMILIES[model]
    names = draw(st.lists(st.sampled_from(sorted(known)), min_size=1, max_size=6, unique=True))
    parameters: dict[Any, Any] = {name: draw(_parameter(known[name])) for name in names}
    if draw(st.integers(0, 4)) == 0:
        parameters[draw(_words | _numbers)] = draw(_ranges)
    content: dict[Any, Any] = {
        "dataset": draw(st.sampled_from(["digits", "iris", "digits", "diabetes"]) | _any),
        "model": model,
        "parameters": parameters,
    }
    algorithm = st.sampled_from([*SAMPLERS, *PRUNERS]) | st.fixed_dictionaries(
        {"name": st.sampled_from([*SAMPLERS, *PRUNERS])},
        optional={key: _scalars for key in ("points", "population", "min_epochs", "percentile", "patience", "lower")},
    )
    extra = {
        "validation": _numbers, "objective": _any, "metrics": _any, "callbacks": _any, "objectives": _any,
        "baselines": st.dictionaries(_words, st.dictionaries(st.sampled_from(names), _scalars | st.lists(_scalars)), max_size=3) | _any,
        "search": st.fixed_dictionaries({}, optional={
            "trials": _numbers, "sampler": algorithm, "pruner": algorithm, "seed": _numbers, "timeout": _numbers,
            "finalists": _any | _numbers, "patience": _numbers, "target": _scalars, "plateau": _numbers,
        }) | _any,
    }  # fmt: skip
    for key in draw(st.lists(st.sampled_from(sorted(extra)), max_size=3, unique=True)):
        content[key] = draw(extra[key])
    # A list that stands in two places is written as an anchor and an alias.
    return yaml.dump(content, allow_unicode=True, sort_keys=False).encode("utf-8", "surrogatepass")


_HEAD = "dataset: digits\nparameters: {epochs: 2}\n"


def bombs() -> list[bytes]:
    """YAML that is small and stands for much, or takes long to read; and spaces that are."""
    laughs = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12))
    merges = "a0: &a0 {x: 1}\n" + "".join(f"a{i}: &a{i} {{<<: [*a{i - 1}, *a{i - 1}]}}\n" for i in range(1, 40))
    many = {
        "parameters": "".join(f"  p{i}: 1\n" for i in range(9000)),
        "baselines": "".join(f"  b{i}: {{epochs: 2}}\n" for i in range(4000)),
    }
    grid = "dataset: digits\nsearch: {sampler: grid}\nparameters:\n"
    layered = "\n".join(
        f"  {name}: {{{each}, per: hidden_layer}}"
        for name, each in {
            "units": "int: [1, 900]", "activation": "choice: [relu, tanh]", "dropout": "float: [0.0, 0.5]",
            "batch_normalization": "choice: [true, false]",
        }.items()
    )  # fmt: skip
    texts = [
        laughs + _HEAD, merges + _HEAD, _HEAD + "x: " + "[" * 3000 + "]" * 3000, _HEAD + "x: " + "{a: " * 3000 + "}" * 3000,
        _HEAD + "x:\n" + "".join(" " * i + "-\n" for i in range(2000)), "- " * 5000, "? " * 5000, "[" * 100_000,
        _HEAD + "#" * 10_000_000, _HEAD + "\n" * 250_000, "a: [" + "1," * 100_000 + "]", "&a " * 5000 + "x", "!" * 100_000,
        _HEAD + "baselines: &a {b: *a}", "x: &a [*a]\n" + _HEAD, "*a", "a: *nobody", "--- a\n--- b\n", "", "#", "\ufeff" + _HEAD,
        "dataset: digits\nparameters:\n" + many["parameters"], _HEAD + "baselines:\n" + many["baselines"],
        "dataset: digits\nparameters: {units: [" + ", ".join(map(str, range(1, 9000))) + "]}",
        *(f"dataset: digits\nparameters: {{units: {{int: [1, {top}]}}}}" for top in (_BIG, 10**18, 10**30)),
        *(f"dataset: digits\nparameters: {{hidden_layers: {{int: [1, {top}]}},\n units: {{int: [1, 9], per: hidden_layer}}}}"
          for top in (100, 10**5, 10**9, 10**30)),
        "dataset: digits\nparameters:\n  hidden_layers: {int: [1, 100]}\n" + layered,
        "dataset: digits\nparameters:\n  hidden_layers: [100]\n" + layered,
        grid + "  units: {int: [1, 1000000000000]}", grid + "  units: {int: [1, 1000000]}\n  epochs: {int: [1, 1000000]}",
        grid + "  dropout: {float: [0.0, 0.9], step: 1.0e-12}", grid + "  hidden_layers: {int: [1, 100]}\n" + layered,
        grid.replace("grid", "{name: grid, points: 1000000000000}") + "  dropout: {float: [0.0, 0.9]}",
        grid + "".join(f"  {name}: {{choice: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]}}\n" for name in
                       ("learning_rate", "dropout", "input_dropout", "l1", "l2", "beta_1", "beta_2")),
        *(f"{_HEAD}search: {{trials: {many}}}" for many in (10**9, 10**18, 10**30)), _HEAD + "search: {seed: 4294967296}",
        _HEAD + "search: {finalists: {configurations: 1000000000, seeds: 1000000000}}",
        _HEAD + "validation: 1000000000000", _HEAD.replace("digits", "{csv: /dev/zero, target: a}"),
        _HEAD.replace("digits", "{csv: " + "../" * 900 + "etc/passwd, target: a}"), "dataset: {idx: '\0'}", "\0" * 10,
        _HEAD + "baselines: {" + "x" * 1025 + ": {}}", _HEAD + '"a\\x1b[2Jb": 1', 'dataset: "\\x1b]0;x\\x07"\nparameters: {epochs: 1}',
    ]  # fmt: skip
    made = [text.encode() for text in texts]
    return [*made, _HEAD.encode("utf-16"), _HEAD.encode("utf-32"), _HEAD.encode() + b"\xff\xfe", b"\x80" * 100]


def _merges() -> st.SearchStrategy[str]:
    """Mappings, and lists of them, to be merged into one."""
    # Not sampled: hypothesis would print all of these wherever it names what is built of them.
    odd = st.integers(0, len(_ODD_WORDS) - 1).map(lambda at: _ODD_WORDS[at]) | st.text(max_size=12).map(repr)
    mapping = st.lists(st.tuples(odd, odd), min_size=1, max_size=3).map(
        lambda pairs: "{" + ", ".join(f"? {key} : {value}" for key, value in pairs) + "}"
    )
    return st.recursive(
        mapping,
        lambda each: (
            st.lists(each, min_size=1, max_size=3).map(lambda some: f"[{', '.join(some)}]")
            | each.map(lambda one: f"{{<<: {one}, epochs: 1}}")
        ),
        max_leaves=4,
    )


def _merged(merges: str, inner: str, outer: bool) -> bytes:
    """A space with mappings merged into it, whose keys nobody expects."""
    inner = inner.format(merges)
    words = f"<<: {merges}\n" if outer else f"baselines: {{b: {{<<: {merges}}}}}\n"
    text = f"{words}dataset: digits\nparameters: {{{inner}epochs: 2}}\n"
    return text.encode("utf-8", "surrogatepass")


_MERGED = st.builds(_merged, _merges(), st.sampled_from(["", "<<: {}, ", "units: {{<<: {}}}, "]), st.booleans())


def files() -> st.SearchStrategy[bytes]:
    """Space files that nobody in his senses would write."""
    return st.one_of(_mutated(), _mutated(), _grown(), _grown(), _MERGED, st.binary(max_size=200), st.text(max_size=200).map(
        lambda each: each.encode("utf-8", "surrogatepass")), st.sampled_from(bombs()))  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    slowest = Verdict(False, 0.0, "")
    troubles: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as folder:
        check(_HEAD.encode(), Path(folder))  # imports

        @seed(options.seed)
        @settings(max_examples=options.files, database=None, deadline=None, phases=[Phase.generate],
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(files())
        def run(data: bytes) -> None:
            nonlocal slowest
            found = check(data, Path(folder))
            counts["accepted" if found.accepted else "refused"] += 1
            slowest = max(slowest, found, key=lambda each: each.seconds)
            if found.trouble:
                troubles.setdefault(f"{found.trouble}: {found.words.strip().splitlines()[-1][:300]}", data)

        run()
    print(f"{sum(counts.values())} files: {counts['accepted']} accepted, {counts['refused']} refused; the slowest took "
          f"{slowest.seconds:.2f} s of the processor ({slowest.words.splitlines()[0][:120]})")  # fmt: skip
    for words, data in troubles.items():
        print(f"\n{words}\n    {data[:1500]!r}")
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(main())
