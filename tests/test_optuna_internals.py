"""Each of Optuna's private names and hooks, seen at work: one that is renamed fails here, and is not passed over."""

from typing import Any

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


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
def test_all_trials_are_there_where_a_pruner_shows_a_sampler_a_part() -> None:
    seen: list[tuple[int, int]] = []

    class Sampler(optuna.samplers.RandomSampler):
        def sample_independent(self, study: optuna.Study, *rest: Any) -> Any:
            seen.append((len(study.get_trials()), len(internals.every_trial(study))))
            return super().sample_independent(study, *rest)

    pruner = optuna.pruners.HyperbandPruner(min_resource=1, max_resource=9)
    made = optuna.create_study(sampler=Sampler(), pruner=pruner)

    def objective(trial: optuna.Trial) -> float:
        trial.report(trial.suggest_float("x", 0, 1), 1)
        trial.should_prune()
        return 0.0

    made.optimize(objective, n_trials=20)
    assert [every for _, every in seen] == list(range(1, 21))
    assert any(shown < every for shown, every in seen)


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
