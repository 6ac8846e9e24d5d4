"""Each of Optuna's private names and hooks, seen at work: one that is renamed fails here, and is not passed over."""

import optuna
import pytest

from tuner import optuna_internals as internals


@pytest.fixture
def study() -> optuna.Study:
    return optuna.create_study(storage="sqlite:///:memory:")


def test_a_trials_id_and_a_studys_storage_lead_to_the_trial(study: optuna.Study) -> None:
    trial = study.ask()
    assert internals.storage_of(study).get_trial(internals.trial_id(trial)).number == trial.number
    assert internals.trial_id(study.trials[0]) == internals.trial_id(trial)


def test_tpe_asks_how_many_trials_are_good(study: optuna.Study) -> None:
    asked: list[int] = []

    def good(trials: int) -> int:
        asked.append(trials)
        return 1

    sampler = optuna.samplers.TPESampler(n_startup_trials=2, seed=0)
    internals.count_good_trials(sampler, good)
    study.sampler = sampler
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=5)
    assert asked


def test_a_sampler_reads_the_trials_that_it_is_shown(study: optuna.Study) -> None:
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=3)
    seen = internals.StudyWithTrials(study, lambda every: [*every][:1])
    read: list[int] = []

    class Sampler(optuna.samplers.TPESampler):
        def _sample(self, study: optuna.Study, *rest: object, **named: object) -> dict[str, object]:
            read.append(len(study._get_trials(deepcopy=False)))
            return super()._sample(study, *rest, **named)  # type: ignore[arg-type]

    trial = study.ask()
    Sampler(n_startup_trials=0, seed=0).sample_independent(
        seen,  # type: ignore[arg-type]
        study.trials[trial.number],
        "x",
        optuna.distributions.FloatDistribution(0, 1),
    )
    assert read == [1]


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
def test_a_quasi_random_sampler_is_at_the_point_that_is_given() -> None:
    def points(index: int) -> float:
        sampler = internals.IndexedQMCSampler(index, seed=1, scramble=True, warn_independent_sampling=False)
        made = optuna.create_study(sampler=sampler)
        for _ in range(2):
            trial = made.ask({"x": optuna.distributions.FloatDistribution(0, 1)})
            made.tell(trial, 0.0)
        return float(trial.params["x"])

    assert points(3) == points(3)
    assert points(3) != points(4)


def test_a_hook_that_is_gone_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(optuna.samplers.QMCSampler, "_find_sample_id")
    with pytest.raises(internals.HookGone, match=r"QMCSampler\._find_sample_id is gone"):
        internals.IndexedQMCSampler(0)
