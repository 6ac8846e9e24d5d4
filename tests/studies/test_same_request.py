"""Two requests are the same study by what was asked, not by how it was written or what is usual today."""

from pathlib import Path

import pytest

from tests.studies.test_resolved_spec import TEXTS
from tuner.spec.defaults import released_2
from tuner.spec.study_spec import parse_spec
from tuner.studies.resolved_spec import ResolvedSpec, resolve
from tuner.studies.same_request import differences, in_words

NET = """
dataset: digits
parameters:
  units: {int: [8, 64], per: hidden_layer}
  hidden_layers: [1, 2]
  optimizer: [adam, sgd]
  epochs: 5
baselines:
  plain: {units: 16, epochs: 5}
search: {trials: 10, sampler: tpe}
"""


def resolved(text: str) -> ResolvedSpec:
    return resolve(parse_spec(text, "net", Path(), "net.yaml"))


def of_the_release_before(text: str) -> ResolvedSpec:
    usual = released_2()
    return resolve(parse_spec(text, "net", Path(), "net.yaml", usual), usual)


SAME = {
    "comments": "# ours\n" + NET.replace("epochs: 5\n", "epochs: 5  # few\n"),
    "order of keys": """
search: {sampler: tpe, trials: 10}
baselines: {plain: {epochs: 5, units: 16}}
parameters: {epochs: 5, optimizer: [adam, sgd], hidden_layers: [1, 2], units: {per: hidden_layer, int: [8, 64]}}
dataset: digits
""",
    "layout": NET.replace("  units: {int: [8, 64], per: hidden_layer}", "  units:\n    int:\n    - 8\n    - 64\n"
                          "    per: hidden_layer"),
    "defaults written out": NET.replace("sampler: tpe", "sampler: {name: tpe, gamma: 0.1, startup_trials: 10}, "
                                        "pruner: {name: percentile, percentile: 40.0}, cost: epochs, patience: null")
    + "validation: 0.2\nmodel: mlp\nobjective: {metric: val_accuracy, direction: maximize}\n",
    "a parameter fixed at its default": NET.replace(
        "epochs: 5\n", "epochs: 5\n  activation: relu\n  batch_size: [32]\n", 1
    ),
    "a baseline with its defaults": NET.replace("plain: {units: 16", "plain: {units: 16, optimizer: adam"),
    "how long it goes on": NET.replace("trials: 10", "trials: 99, timeout: 60, seed: 3, target: 0.9, finalists: 0"),
    "how long an epoch may take": NET.replace("trials: 10", "trials: 10, epoch_timeout: 9"),
}  # fmt: skip


@pytest.mark.parametrize("how", SAME)
def test_another_way_to_write_it_is_the_same(how: str) -> None:
    assert differences(resolved(NET), resolved(SAME[how])) == []
    assert differences(resolved(SAME[how]), resolved(NET)) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[8, 64]", "[8, 32]", "parameters.units: 8 to 64 -> 8 to 32"),
        ("[adam, sgd]", "[adam, sgd, adamw]", "parameters.optimizer: adam, sgd -> adam, sgd, adamw"),
        ("  optimizer: [adam, sgd]\n", "", "parameters.optimizer: adam, sgd -> adam"),
        ("epochs: 5\n", "epochs: 5\n  momentum: 0.8\n", "parameters.momentum: 0.9 -> 0.8"),
        ("epochs: 5\n", "epochs: 5\n  learning_rate: [0.1, 0.001]\n",
         "parameters.learning_rate: 0.01 for sgd, 0.01 for momentum, 0.01 for nesterov, else 0.001 -> 0.1, 0.001"),
        ("units: 16", "units: 24", "baselines.plain.units_1: 16 -> 24"),
        ("  plain: {units: 16, epochs: 5}", "  plain: {units: 16, epochs: 5}\n  other: {units: 8, epochs: 5}",
         "baselines.other: - -> given; baselines.other.units_1: - -> 8; baselines.other.epochs: - -> 5"),
        ("sampler: tpe", "sampler: random", "search.sampler.name: tpe -> random"),
        ("sampler: tpe", "sampler: {name: tpe, gamma: 0.2}", "search.sampler.gamma: 0.1 -> 0.2"),
        ("sampler: tpe", "sampler: tpe, pruner: median", "search.pruner.name: percentile -> median"),
        ("sampler: tpe", "sampler: tpe, patience: 4", "search.patience: None -> 4"),
        ("digits", "wine", "dataset: digits -> wine"),
        ("dataset: digits", "dataset: {csv: a.csv, target: y}", "dataset: digits -> files; dataset.target: - -> y; "
         "dataset.csv: - -> a.csv"),
        ("dataset: digits", "dataset: digits\nvalidation: 100", "validation: 0.2 -> 100"),
        ("dataset: digits", "dataset: digits\nobjective: {metric: val_loss, direction: minimize}",
         "objective: val_accuracy (maximize) -> val_loss (minimize)"),
    ],
)  # fmt: skip
def test_another_request_differs_in_words(old: str, new: str, words: str) -> None:
    assert in_words(differences(resolved(NET), resolved(NET.replace(old, new, 1)))) == words


def test_of_many_differences_the_first_are_said() -> None:
    found = [f"{key}: 1 -> 2" for key in "abcde"]
    assert in_words(found) == "a: 1 -> 2; b: 1 -> 2; c: 1 -> 2 and 2 more"


# Other families came after that release.
OLD = [name for name, text in TEXTS.items() if resolved(text).model in (*released_2().families, "keras_tuner")]


@pytest.mark.parametrize("name", OLD)
def test_the_same_file_is_the_same_study_after_an_upgrade(name: str) -> None:
    assert differences(of_the_release_before(TEXTS[name]), resolved(TEXTS[name])) == []


def test_other_defaults_do_not_make_it_another_study_unless_somebody_wrote_them() -> None:
    there = of_the_release_before(NET)
    search = there.search
    later = search.pruner.model_copy(update={"name": "median", "options": {"startup_trials": 7}})
    gamma = search.sampler.model_copy(update={"options": {**search.sampler.options, "gamma": 0.2}})
    asked = resolved(NET).model_copy(
        update={
            "search": search.model_copy(update={"pruner": later, "sampler": gamma}),
            "defaults": {**there.defaults, "batch_size": 512},
            "validation": 0.1,
        }
    )
    assert differences(there, asked) == []
    written = asked.model_copy(update={"written": (*asked.written, "search.pruner.name", "validation")})
    assert differences(there, written) == ["validation: 0.2 -> 0.1", "search.pruner.name: percentile -> median"]
