"""What cannot work is one line before the study starts."""

import importlib.util
import re

import pytest

from tests.search.conftest import BOWL, spec_of
from tuner.errors import InputError, SpecError
from tuner.search import cells
from tuner.search.compatibility import check_algorithms

NUMBERLESS = "dataset: digits\nparameters:\n  optimizer: [adam, momentum]\n  activation: [relu, tanh]"
CONDITIONAL_NUMBER = (
    "dataset: digits\nparameters:\n  optimizer: [adam, momentum]\n"
    "  momentum: {float: [0.5, 0.9], when: {optimizer: momentum}}"
)
HUGE = "dataset: digits\nparameters:\n  units: {int: [1, 512], per: hidden_layer}\n  hidden_layers: [3]"
SIX = "dataset: digits\nparameters:\n  epochs: [2, 4, 6]\n  activation: [relu, tanh]"


@pytest.mark.parametrize(
    ("text", "sampler", "pruner", "words"),
    [
        (BOWL, "grid", "none", "learning_rate is a range without steps, so it has no values to list. Give it a step:"),
        (BOWL, "brute_force", "none", "learning_rate is a range without steps, so its values cannot all be tried"),
        (BOWL, "{name: grid, points: 1}", "none", "grid's points is 1. Give at least 2."),
        (BOWL, "{name: brute_force, points: 3}", "none", "brute_force has no option 'points'"),
        (HUGE, "grid", "none", "more than 10000 configurations"),
        (NUMBERLESS, "cmaes", "none", "cmaes moves numbers, and this space has none that every trial has"),
        (CONDITIONAL_NUMBER, "cmaes", "none", "cmaes moves numbers"),
        (BOWL, "tpee", "none", "'tpee' is not known. Did you mean tpe?"),
        (
            BOWL,
            "{name: tpe, startup: 3}",
            "none",
            "tpe has no option 'startup'. Did you mean startup_trials or startup_defaults?",
        ),
        (BOWL, "{name: cmaes, population: true}", "none", "cmaes's population takes int, not True"),
        (BOWL, "{name: nsga2, population: 1}", "none", "nsga2's population is 1. Give at least 2."),
        (BOWL, "tpe", "wilcoxon", "wilcoxon compares seeds, not epochs: it serves the finalists"),
        (BOWL, "tpe", "threshold", "threshold needs lower: or upper:"),
        (BOWL, "tpe", "{name: threshold, lower: 0.9, upper: 0.1}", "lower should be smaller than upper"),
        (BOWL, "tpe", "{name: patient, pruner: threshold}", "patient waits for none, median"),
        (BOWL, "tpe", "{name: asha, reduction_factor: 1}", "asha's reduction_factor is 1. Give at least 2."),
        (BOWL, "tpe", "{name: hyperband, min_epochs: 9, max_epochs: 3}", "max_epochs is 3, below min_epochs 9"),
        (SIX, "tpe", "{name: asha, min_epochs: 6}", "min_epochs is 6, but no trial has more than 6 epochs"),
        (SIX, "tpe", "{name: median, warmup_epochs: 8}", "warmup_epochs is 8, but no trial has more than 6 epochs"),
    ],
)
def test_what_cannot_work_is_said_in_one_line(text: str, sampler: str, pruner: str, words: str) -> None:
    with pytest.raises(SpecError) as caught:
        check_algorithms(spec_of(text, sampler, pruner), "space.yaml")
    assert words in str(caught.value)
    assert re.match(r"space\.yaml: line [0-9]+: search", str(caught.value))
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(importlib.util.find_spec("torch") is not None, reason="torch is installed")
def test_a_gaussian_process_without_torch_says_what_to_install() -> None:
    with pytest.raises(SpecError, match="gp needs torch"):
        check_algorithms(spec_of(BOWL, "gp"), "space.yaml")


def test_a_budget_beyond_the_grid_is_refused_and_none_given_takes_all_of_it() -> None:
    assert cells.budget(spec_of(SIX, "grid"), None) == 6
    assert cells.budget(spec_of(SIX, "grid"), 4) == 4
    with pytest.raises(InputError, match=r"7 trials: the grid of space has 6 configurations\. Ask for at most 6"):
        cells.budget(spec_of(SIX, "grid"), 7)
    with pytest.raises(InputError, match="40 trials"):
        cells.budget(spec_of(SIX, "grid", extra=", trials: 40"), None)
    assert cells.budget(spec_of(SIX, "tpe"), None) == 40


def test_seconds_are_rungs_of_asha_alone() -> None:
    with pytest.raises(SpecError, match=r"search\.cost: seconds are asha's rungs .* Set pruner: asha"):
        check_algorithms(spec_of(BOWL, "tpe", "median", ", cost: seconds"), "space.yaml")
