"""Trials are compared at equal seconds: what is dear must be good, what is cheap may take its time."""

from tests.search.conftest import SEED, Begin, Search, spec_of
from tuner.search.optuna_study import adopt, open_optuna_study, tell
from tuner.search.rungs import SPENT, note_seconds

SPACE = "dataset: digits\nparameters:\n  learning_rate: {float: [0.1, 0.2]}\n  epochs: 8"


def train(study: Search, ordinal: int, values: list[float], seconds: float) -> int | None:
    """The epoch at which a trial of such epochs is stopped."""
    opened = open_optuna_study(study.db.storage, study.name, study.spec, SEED, ordinal)
    trial = adopt(opened, study.db.storage, study.begin(ordinal))
    end = None
    for epoch, value in enumerate(values, start=1):
        note_seconds(trial, epoch, seconds)
        trial.report(value, epoch)
        if trial.should_prune():
            end = epoch
            break
    tell(opened, study.db.storage, trial.number, "pruned" if end else "complete", max(values))
    return end


def test_at_equal_epochs_the_cheap_one_goes_and_at_equal_seconds_it_stays(search: Begin) -> None:
    # An epoch of the dear ones costs eight of the cheap one, which needs four epochs to be as good.
    dear = [0.80, 0.81, 0.82, 0.83, 0.84, 0.85, 0.86, 0.87]
    cheap = [0.5, 0.7, 0.8, 0.85, 0.86, 0.87, 0.88, 0.89]
    ends = {}
    for cost in ("epochs", "seconds"):
        study = search(
            spec_of(SPACE, pruner="{name: asha, min_epochs: 1, reduction_factor: 2}", extra=f", cost: {cost}")
        )
        for ordinal in range(4):
            train(study, ordinal, dear, 8.0)
        ends[cost] = train(study, 4, cheap, 1.0)
    assert ends == {"epochs": 1, "seconds": None}


def test_at_equal_seconds_a_dear_one_that_is_no_better_goes(search: Begin) -> None:
    study = search(spec_of(SPACE, pruner="{name: asha, min_epochs: 2, reduction_factor: 2}", extra=", cost: seconds"))
    for ordinal in range(4):
        train(study, ordinal, [0.80, 0.85, 0.86, 0.87, 0.88, 0.88, 0.88, 0.88], 1.0)
    assert train(study, 4, [0.79, 0.84, 0.85, 0.86], 2.0) == 1
    assert train(study, 5, [0.90, 0.91, 0.92, 0.93], 2.0) is None


def test_seconds_noted_twice_count_once(search: Begin) -> None:
    study = search(spec_of(SPACE, extra=", cost: seconds", pruner="asha"))
    opened = open_optuna_study(study.db.storage, study.name, study.spec, SEED, 0)
    trial = adopt(opened, study.db.storage, study.begin(0))
    for epoch, seconds in ((1, 2.0), (1, 2.0), (2, 3.0)):
        note_seconds(trial, epoch, seconds)
    assert trial.user_attrs[SPENT] == [2.0, 5.0]
