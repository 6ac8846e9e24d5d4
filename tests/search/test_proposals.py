"""Several places asked at once: each proposal obeys the space, and they are those of places asked one by one."""

from collections.abc import Mapping, Sequence

import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optuna.storages import BaseStorage, InMemoryStorage
from optuna.trial import FrozenTrial, TrialState

from tests.search.conftest import SEED, spec_of
from tests.search.written import trial
from tuner.search.history import History, Tried
from tuner.search.optuna_study import adopt, open_optuna_study, trial_template
from tuner.search.proposals import proposals
from tuner.search.suggest import answer_from, distributions
from tuner.settings import shipped_spaces
from tuner.spec.families import CONFIGURE
from tuner.spec.space import Choice, Params
from tuner.spec.study_spec import StudySpec, read_spec

MAXIMIZE = optuna.study.StudyDirection.MAXIMIZE
LAB = read_spec(shipped_spaces() / "fashion_mnist.yaml")
SMALL = spec_of(
    """
dataset: digits
parameters:
  hidden_layers: {int: [1, 3]}
  units: {int: [8, 64], log: true, per: hidden_layer}
  learning_rate: {float: [1e-4, 1e-1], log: true}
  dropout: {float: [0.0, 0.5], step: 0.1}
  optimizer: [adam, momentum]
  momentum: {float: [0.5, 0.9], when: {optimizer: momentum}}
""",
    "{name: tpe, startup_trials: 4}",
)
FINITE = spec_of(
    """
dataset: digits
parameters:
  hidden_layers: {int: [1, 2]}
  learning_rate: [0.001, 0.01, 0.1]
  dropout: {float: [0.0, 0.5], step: 0.1}
  optimizer: [adam, sgd]
""",
    "{name: tpe, startup_trials: 4}",
)


def value_of(params: Params) -> float:
    """Any objective will do that differs from one configuration to another."""
    return 1.0 - abs(float(params["learning_rate"]) - 0.01) - float(params["dropout"])


def history(spec: StudySpec, count: int, seed: int = 0) -> list[FrozenTrial]:
    """Trials of random configurations, one in three pruned."""
    space = distributions(spec.space)
    found = []
    for number, params in enumerate(proposals(spec, seed, nothing(), range(count))):
        state = TrialState.PRUNED if number % 3 else TrialState.COMPLETE
        value = value_of(params)
        found.append(trial(number, value / 2, value, state=state, params=params, space=space))
    return found


def nothing() -> Tried:
    return at([])


def at(trials: Sequence[FrozenTrial]) -> Tried:
    return History(MAXIMIZE).at(trials)


@settings(max_examples=25)
@given(st.sampled_from([LAB, SMALL]), st.integers(0, 30), st.integers(0, 2**31), st.integers(1, 8))
def test_a_proposal_lies_in_the_space_and_has_what_its_configuration_asks_for(
    spec: StudySpec, count: int, seed: int, places: int
) -> None:
    found = proposals(spec, seed, at(history(spec, count, seed)), range(count, count + places))
    assert len(found) == places
    for params in found:
        for name, value in params.items():
            assert value in spec.space[name].domain
            for parent, values in spec.space[name].when.items():
                assert params[parent] in Choice(values)
        assert ("momentum" in params) is (params["optimizer"] in ("momentum", "nesterov"))
        assert set(distributions(spec.space)) - set(params) <= {"momentum"}


def asked_one_by_one(spec: StudySpec, ended: Sequence[FrozenTrial], places: Sequence[int]) -> list[Params]:
    """What trials ask that are begun one after another and go on running, each as a worker of its own would."""
    storage: BaseStorage = InMemoryStorage()
    study = optuna.create_study(storage=storage, study_name="s", direction="maximize")
    study.add_trials(ended)
    found: list[Params] = []
    for place in places:
        trial_id = storage.create_new_trial(storage.get_study_id_from_name("s"), trial_template(place, None))
        opened = open_optuna_study(storage, "s", spec, SEED, place)
        asked = adopt(opened, storage, storage.get_trial(trial_id).number)
        CONFIGURE[spec.model](answer_from(asked, spec.space, {}), spec.task, True)
        found.append(asked.params)
    return found


@pytest.mark.parametrize("spec", [LAB, SMALL, FINITE], ids=["lab", "small", "finite"])
@pytest.mark.parametrize("ended", [0, 3, 30, 120])
def test_places_asked_at_once_get_what_they_get_one_by_one(spec: StudySpec, ended: int) -> None:
    trials, places = history(spec, ended), range(ended, ended + 6)
    assert proposals(spec, SEED, at(trials), places) == asked_one_by_one(spec, trials, places)


def test_of_a_finite_space_nothing_is_asked_again_whether_it_has_ended_or_was_asked_at_once() -> None:
    trials = history(FINITE, 20)
    found = proposals(FINITE, SEED, at(trials), range(20, 40))
    assert len({tuple(sorted(params.items())) for params in found}) == 20
    assert not any(params in [each.params for each in trials] for params in found)


def test_those_that_run_already_are_counted_as_if_they_had_been_asked_for_with_them() -> None:
    trials, space = history(SMALL, 20), distributions(SMALL.space)
    together = proposals(SMALL, SEED, at(trials), range(20, 26))
    running = [
        trial(20 + each, state=TrialState.RUNNING, params=params, space=space)
        for each, params in enumerate(together[:4])
    ]
    assert proposals(SMALL, SEED, at([*trials, *running]), range(24, 26)) == together[4:]


def test_the_same_is_asked_again_and_other_places_and_studies_ask_for_others() -> None:
    tried = at(history(SMALL, 20))
    found = proposals(SMALL, SEED, tried, range(20, 40))
    assert found == proposals(SMALL, SEED, tried, range(20, 40))
    assert len({tuple(sorted(params.items())) for params in found}) == 20
    assert not any(params in found for params in proposals(SMALL, SEED + 1, tried, range(20, 40)))


def test_many_that_are_asked_at_once_spread_out() -> None:
    """Forty from one good trial: without the others in mind they would all be beside it."""
    tried = at(history(SMALL, 20))
    alone = [proposals(SMALL, SEED, tried, [place])[0] for place in range(20, 60)]
    together = proposals(SMALL, SEED, tried, range(20, 60))

    def kinds(found: Sequence[Mapping[str, object]]) -> int:
        return len({(each["hidden_layers"], each["optimizer"], each["dropout"]) for each in found})

    assert kinds(together) > kinds(alone)
