"""What an older study says is believed as far as it comes true, and unlearnt where it does not."""

from collections.abc import Callable

import numpy as np
import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optuna.trial import FrozenTrial, TrialState

from tests.search.conftest import spec_of
from tests.search.written import trial
from tuner.search.evidence import ATTRIBUTE, FEWEST, Evidence, evidence_of, recorded
from tuner.search.history import History, Tried
from tuner.search.proposals import proposals
from tuner.search.suggest import distributions
from tuner.spec.space import Params

MAXIMIZE = optuna.study.StudyDirection.MAXIMIZE
SPEC = spec_of(
    """
dataset: digits
parameters:
  hidden_layers: {int: [1, 3]}
  units: {int: [8, 64], log: true, per: hidden_layer}
  learning_rate: {float: [1e-4, 1e-1], log: true}
  dropout: {float: [0.0, 0.5]}
  optimizer: [adam, momentum]
  momentum: {float: [0.5, 0.9], when: {optimizer: momentum}}
""",
    "tpe",
)
SPACE = distributions(SPEC.space)
NOTHING = History(MAXIMIZE).at([])


def worth(params: Params) -> float:
    """0 at a learning rate of 0.01, without dropout, with momentum."""
    rate, dropout = float(params["learning_rate"]), float(params["dropout"])
    return -((np.log10(rate) + 2) ** 2) - 4 * dropout**2 - (params["optimizer"] == "adam")


def old_trials(count: int = 60, sign: float = 1.0) -> list[tuple[Params, float]]:
    found = proposals(SPEC, 99, NOTHING, range(count))
    order = np.argsort([sign * worth(each) for each in found])
    ranks = np.empty(count)
    ranks[order] = np.linspace(0, 1, count)
    return list(zip(found, ranks.tolist(), strict=True))


def at(found: list[Params]) -> Tried:
    return History(MAXIMIZE).at(
        [
            trial(number, worth(each), state=TrialState.COMPLETE, params=each, space=SPACE)
            for number, each in enumerate(found)
        ]
    )


def search(evidence: Evidence | None, seed: int, count: int = 30) -> list[Params]:
    found: list[Params] = []
    for place in range(count):
        found += proposals(SPEC, seed, at(found), [place], evidence=evidence)
    return found


def mean_best(evidence: Callable[[int], Evidence | None], count: int) -> float:
    return float(np.mean([max(map(worth, search(evidence(seed), seed, count))) for seed in range(4)]))


def test_a_study_that_knows_a_like_one_is_better_from_its_first_trials() -> None:
    alike = Evidence(old_trials(), SPACE)
    assert mean_best(lambda seed: alike, 8) > mean_best(lambda seed: None, 8) + 0.05


def test_evidence_that_misleads_is_unlearnt() -> None:
    """Made to be wrong throughout: what it calls the best is the worst."""
    wrong = Evidence(old_trials(sign=-1), SPACE)
    assert wrong.weight(NOTHING) == pytest.approx(0.5)
    assert wrong.weight(at(search(wrong, 0, 12))) == 0.0
    # From then on the study is as it would be without; it began with five trials fewer of its own.
    assert mean_best(lambda seed: wrong, 20) > mean_best(lambda seed: None, 20) - 0.05


def test_it_is_believed_the_more_the_better_it_foretells() -> None:
    seen = at(proposals(SPEC, 7, NOTHING, range(20)))
    chance = np.random.default_rng(0)
    right = old_trials()
    half = [(params, rank if chance.random() < 0.6 else float(chance.random())) for params, rank in right]
    wrong = [(params, 1 - rank) for params, rank in right]
    weights = [Evidence(each, SPACE).weight(seen) for each in (right, half, wrong)]
    assert weights == sorted(weights, reverse=True)
    assert weights[0] > 0.3
    assert weights[2] == 0.0


@given(st.integers(0, 2**20))
@settings(max_examples=4, deadline=None)
def test_places_asked_at_once_try_what_they_would_one_by_one(seed: int) -> None:
    evidence = Evidence(old_trials(30), SPACE)
    before = proposals(SPEC, seed, NOTHING, range(3))
    ended = [
        trial(n, worth(each), state=TrialState.COMPLETE, params=each, space=SPACE) for n, each in enumerate(before)
    ]
    running: list[FrozenTrial] = []
    for place in range(3, 7):
        (asked,) = proposals(SPEC, seed, History(MAXIMIZE).at([*ended, *running]), [place], evidence=evidence)
        running.append(trial(place, state=TrialState.RUNNING, params=asked, space=SPACE))
    at_once = proposals(SPEC, seed, History(MAXIMIZE).at(ended), range(3, 7), evidence=evidence)
    assert [each.params for each in running] == [dict(each) for each in at_once]


def test_of_spaces_that_overlap_in_part_the_common_part_teaches() -> None:
    narrow = {name: each for name, each in SPACE.items() if name != "dropout"}
    narrow["learning_rate"] = optuna.distributions.FloatDistribution(5e-3, 1.0, log=True)
    evidence = Evidence(old_trials(), narrow)
    known = evidence.tried
    assert "dropout" not in known.known
    rates = known.params[:, known.columns(["learning_rate"])]
    assert 0 < len(rates) < 60
    assert (rates >= 5e-3).all()
    assert Evidence(old_trials(), {"other": narrow["learning_rate"]}).tried.known == {}
    assert Evidence(old_trials(), {"other": narrow["learning_rate"]}).weight(at([])) >= 0


def test_what_is_recorded_is_ranked_with_the_pruned_and_found_again() -> None:
    old = optuna.create_study(direction="minimize")
    for number, (params, rank) in enumerate(old_trials(20)):
        state = TrialState.PRUNED if number % 2 else TrialState.COMPLETE
        old.add_trial(trial(number, 1 - rank, state=state, params=params, space=SPACE))
    kept = recorded(old, SPEC.space)
    assert [rank for _, rank in kept] == sorted((rank for _, rank in kept), reverse=True)
    assert max(rank for _, rank in kept) == 1.0
    assert kept[0][0] == dict(max(old_trials(20), key=lambda each: each[1])[0])
    study = optuna.create_study()
    assert evidence_of(study, [], SPACE) is None
    study = optuna.create_study()
    study.set_user_attr(ATTRIBUTE, kept)
    found = evidence_of(study, [], SPACE)
    assert found is not None
    assert len(found.tried.params) == 20
    few = optuna.create_study()
    for number, (params, rank) in enumerate(old_trials(20)[: FEWEST - 1]):
        few.add_trial(trial(number, rank, state=TrialState.COMPLETE, params=params, space=SPACE))
    assert recorded(few, SPEC.space) == []
