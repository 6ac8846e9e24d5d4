"""Several objectives: what may be written, and what Optuna is told."""

from pathlib import Path

import pytest

from tests.search.conftest import SEED, Begin, spec_of
from tuner.errors import SpecError
from tuner.search.compatibility import check_algorithms
from tuner.search.optuna_study import open_optuna_study, worst_values
from tuner.spec.defaults import released_2
from tuner.spec.space import Params
from tuner.spec.space_file import Search
from tuner.spec.study_spec import StudySpec, parse_spec

PARAMETERS = "\nparameters:\n  learning_rate: {float: [1e-4, 1e-1], log: true}\n  dropout: {float: [0.0, 0.5]}"
SEVERAL = "dataset: digits\nobjectives: [val_accuracy, {metric: training_seconds}]" + PARAMETERS


def several(objectives: str, search: str = "{}") -> StudySpec:
    text = f"dataset: digits\nobjectives: {objectives}{PARAMETERS}\nsearch: {search}"
    return parse_spec(text, "space", Path(), "space.yaml")


def test_objectives_have_their_own_directions_and_the_usual_pruner() -> None:
    spec = several("[val_accuracy, parameters, val_loss, latency_ms]")
    assert [each.direction for each in spec.objectives] == ["maximize", "minimize", "minimize", "minimize"]
    assert spec.objective.metric == "val_accuracy"
    assert spec.search.pruner == Search().pruner
    # What an older release stored as text ran whole, and still does.
    text = f"dataset: digits\nobjectives: [val_accuracy, parameters]{PARAMETERS}"
    assert parse_spec(text, "space", Path(), "space.yaml", released_2()).search.pruner.name == "none"


@pytest.mark.parametrize(
    ("objectives", "search", "words"),
    [
        ("[val_accuracy]", "{}", "objectives: are several"),
        ("[val_accuracy, val_accuracy]", "{}", "one is given twice"),
        ("[parameters, val_accuracy]", "{}", "'parameters' is measured on the training rows"),
        ("[val_accuracy, paramters]", "{}", "'paramters' is not known. Did you mean parameters?"),
        ("[val_accuracy, val_los]", "{}", "'val_los' is not measured. Did you mean val_loss?"),
        ("[val_accuracy, {metric: parameters, direction: maximize}]", "{}", "less of parameters is better"),
        ("[val_accuracy, parameters]\nobjective: {metric: val_accuracy}", "{}", "give one of them"),
        ("[val_accuracy, 3]", "{}", "objectives.1"),
    ],
)
def test_what_cannot_be_is_one_line(objectives: str, search: str, words: str) -> None:
    with pytest.raises(SpecError) as caught:
        several(objectives, search)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("search", "words"),
    [
        ("{pruner: hyperband}", "hyperband compares trials by one objective, and there are 2. Take median, "),
        ("{pruner: asha, cost: seconds}", "search.cost: seconds are for one objective"),
    ],
)
def test_a_pruner_that_knows_one_objective_is_refused(search: str, words: str) -> None:
    with pytest.raises(SpecError, match=words):
        check_algorithms(several("[val_accuracy, parameters]", search), "space.yaml")


def test_cma_es_takes_one_objective() -> None:
    with pytest.raises(SpecError, match="cmaes takes one objective, and there are 2"):
        check_algorithms(several("[val_accuracy, parameters]", "{sampler: cmaes}"), "space.yaml")


def values(params: Params) -> tuple[float, float]:
    """Both best at dropout 0; between 0.001 and 0.1 of the learning rate one is bought with the other."""
    rate, dropout = float(params["learning_rate"]), float(params["dropout"])
    return 1.0 - abs(rate - 0.1) - dropout, 10 * abs(rate - 0.001) + dropout


@pytest.mark.parametrize("sampler", ["tpe", "{name: nsga2, population: 8}", "random", "qmc"])
def test_a_sampler_of_several_objectives_finds_the_front(search: Begin, sampler: str) -> None:
    study = search(spec_of(SEVERAL, sampler))
    found = []
    for ordinal in range(40):
        number, params = study.ask(ordinal)
        found.append(values(params))
        study.tell(number, ordinal, found[-1])
    # Both ends of the front, each nearly reached.
    assert max(value for value, _ in found) > 0.85
    assert min(cost for _, cost in found) < 0.15


def test_a_failed_trial_is_told_the_worst_of_each_objective(search: Begin) -> None:
    study = search(spec_of(SEVERAL, "random"))
    for ordinal, told in enumerate([(0.7, 3.0), (0.9, 8.0)]):
        number, _ = study.ask(ordinal)
        study.tell(number, ordinal, told)
    opened = open_optuna_study(study.db.storage, study.name, study.spec, SEED, 2)
    assert worst_values(opened) == [0.0, 8.0]
    number, _ = study.ask(2)
    study.tell(number, 2, worst_values(opened), "diverged")
    assert [trial.number for trial in opened.best_trials] == [0, 1]


@pytest.mark.parametrize("sampler", ["tpe", "{name: nsga2, population: 4}"])
def test_a_sampler_learns_from_pruned_trials_what_they_came_to(search: Begin, sampler: str) -> None:
    study = search(spec_of(SEVERAL, sampler))
    for ordinal in range(16):
        number, params = study.ask(ordinal)
        study.tell(number, ordinal, values(params), "complete" if ordinal % 4 == 0 else "pruned")
    opened = open_optuna_study(study.db.storage, study.name, study.spec, SEED, 16)
    told = [trial.user_attrs.get("state") for trial in opened.trials]
    assert told == [None, "pruned", "pruned", "pruned"] * 4
    assert all(trial.values == list(values(trial.params)) for trial in opened.trials)
