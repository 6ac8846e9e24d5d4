"""Scripts that use KerasTuner's tuners get Optuna's samplers and a study in SQL, and go on after a kill."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras_tuner
import optuna
import pytest

import tuner
from tests.spaces.hypermodels import build_model, log_with_step
from tuner.data.dataset import Dataset
from tuner.errors import SpecError, StudyConflict

SCORE = keras_tuner.Objective("score", "max")

pytestmark = [
    # KerasTuner 1.4.8: threading.currentThread().getName().
    pytest.mark.filterwarnings("ignore:currentThread:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:getName:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]

Search = Callable[..., keras_tuner.Tuner]


class Killed(BaseException):
    """As a signal would end the script: nothing in it is asked first."""


class BlackBox(keras_tuner.Tuner):  # type: ignore[misc]  # KerasTuner is Any here
    """KerasTuner's documented way to tune anything."""

    def run_trial(self, trial: Any, *args: Any, **kwargs: Any) -> Any:
        hp = trial.hyperparameters
        activation = hp.get("activation")
        late = hp.Int("late", 1, 9, default=5) if hp.get("num_layers") > 1 else 0
        if activation == "tanh" and kwargs.get("no_tanh"):
            raise keras_tuner.errors.FailedTrialError("no")
        kwargs.get("at_each", lambda: None)()
        return {"score": hp.get("lr") + late}


@pytest.fixture
def search(tmp_path: Path) -> Search:
    """A script: a tuner with this oracle, run to its end."""

    def run(
        build: Any = build_model, max_trials: int = 4, folder: str = "tuned", tuner_class: Any = BlackBox,
        fit: dict[str, Any] | None = None, objective: Any = SCORE, **options: Any,
    ) -> Any:  # fmt: skip
        oracle = tuner.OptunaOracle(
            objective=objective, max_trials=max_trials, seed=5, storage=f"sqlite:///{tmp_path / 'tuner.db'}", **options
        )
        made = tuner_class(oracle=oracle, hypermodel=build, directory=tmp_path / folder, project_name="p")
        made.search(**(fit or {}), verbose=0)
        return made

    return run


def in_sql(tmp_path: Path) -> list[optuna.trial.FrozenTrial]:
    return optuna.load_study(study_name="p", storage=f"sqlite:///{tmp_path / 'tuner.db'}").trials


def check_agree(made: Any, trials: list[optuna.trial.FrozenTrial]) -> None:
    """KerasTuner's trials and Optuna's are the same."""
    ours = [made.oracle.trials[each] for each in made.oracle.start_order]
    for mine, theirs in zip(ours, trials, strict=True):
        assert theirs.value == mine.score
        assert theirs.params == mine.hyperparameters.values


def test_a_script_gets_a_study_in_sql(search: Search, tmp_path: Path, digits: Dataset) -> None:
    pytest.importorskip("tensorboard", reason="keras_tuner.Tuner imports it with TensorFlow")
    data = {"x": digits.train.x[:200] / 16, "y": digits.train.y[:200], "epochs": 1}
    data["validation_data"] = (digits.validation.x / 16, digits.validation.y)
    made = search(tuner_class=keras_tuner.Tuner, fit=data, objective="val_accuracy", max_trials=2)
    trials = in_sql(tmp_path)
    assert [each.state.name for each in trials] == ["COMPLETE"] * 2
    check_agree(made, trials)
    assert made.get_best_hyperparameters()[0].values == max(trials, key=lambda each: each.value or 0).params
    assert made.get_best_models()[0].count_params() > 0
    with sqlite3.connect(tmp_path / "tuner.db") as connection:
        assert connection.execute("SELECT count(*) FROM trials").fetchone() == (2,)


def test_optuna_proposes_and_learns_also_what_appears_late(search: Search, tmp_path: Path) -> None:
    made = search(max_trials=12)
    trials = in_sql(tmp_path)
    check_agree(made, trials)
    assert len({str(each.params) for each in trials}) == 12
    first = next(each for each in trials if "late" in each.params)
    assert first.params["late"] == 5
    assert len({each.params["late"] for each in trials if "late" in each.params}) > 1


@pytest.mark.parametrize("folder", ["tuned", "elsewhere"])
def test_a_killed_script_goes_on_with_the_same_trial(search: Search, tmp_path: Path, folder: str) -> None:
    begun: list[int] = []

    def dies() -> None:
        begun.append(1)
        if len(begun) == 3:
            raise Killed

    with pytest.raises(Killed):
        search(fit={"at_each": dies})
    before = in_sql(tmp_path)
    assert [each.state.name for each in before] == ["COMPLETE", "COMPLETE", "RUNNING"]
    made = search(folder=folder)
    after = in_sql(tmp_path)
    check_agree(made, after)
    assert [each.state.name for each in after] == ["COMPLETE"] * 4
    assert [each.params for each in after[:2]] == [each.params for each in before[:2]]
    assert before[2].params.items() <= after[2].params.items()
    assert search(folder="third").oracle.remaining_trials() == 0
    assert len(in_sql(tmp_path)) == 4


def test_a_configuration_that_fails_is_told_as_the_worst(search: Search, tmp_path: Path) -> None:
    search(max_trials=12, sampler="random", max_consecutive_failed_trials=13, fit={"no_tanh": True})
    for each in in_sql(tmp_path):
        failed = each.params["activation"] == "tanh"
        assert each.state.name == "COMPLETE"
        assert (each.value == 0) is failed
        assert each.system_attrs["constraints:tuner_failed"] == float(failed)
        assert each.user_attrs.get("state") == ("failed" if failed else None)
    assert {each.params["activation"] for each in in_sql(tmp_path)} == {"relu", "tanh"}


@pytest.mark.parametrize("sampler", ["tpe", "random"])
def test_each_configuration_is_trained_once_and_then_the_search_ends(
    search: Search, tmp_path: Path, caplog: pytest.LogCaptureFixture, sampler: str
) -> None:
    def build(hp: Any) -> None:
        hp.Choice("activation", ["relu", "tanh"])
        hp.Boolean("slow")
        with hp.conditional_scope("slow", [True]):
            hp.Float("lr", 0.1, 0.2, step=0.1)

    class Once(BlackBox):
        def run_trial(self, trial: Any, *args: Any, **kwargs: Any) -> Any:
            values = trial.hyperparameters.values
            return {"score": values["lr"] if values["slow"] else 0.3}

    made = search(build, max_trials=12, sampler=sampler, tuner_class=Once)
    tried = [str(sorted(each.hyperparameters.values.items())) for each in made.oracle.trials.values()]
    assert len(tried) == len(set(tried)) == 6
    assert "each of the 6 configurations of the space has been tried" in caplog.text
    done = [each for each in in_sql(tmp_path) if each.state.name == "COMPLETE"]
    assert len(done) == 6
    again = search(build, max_trials=12, sampler=sampler, tuner_class=Once)
    assert len(again.oracle.trials) == 6
    assert len([each for each in in_sql(tmp_path) if each.state.name == "COMPLETE"]) == 6


@pytest.mark.parametrize("asks", [True, False])
def test_values_of_a_populate_space_of_ones_own_are_those_of_the_study(tmp_path: Path, asks: bool) -> None:
    class Widest(tuner.OptunaOracle):
        def populate_space(self, trial_id: str) -> dict[str, Any]:
            given = super().populate_space(trial_id) if asks else {"status": "RUNNING", "values": {}}
            given["values"] |= {"units": 64, "new": 1}
            return given

    hp = keras_tuner.HyperParameters()
    hp.Int("units", 8, 64)
    storage = f"sqlite:///{tmp_path / 'tuner.db'}"
    oracle = Widest(SCORE, 2, hyperparameters=hp, storage=storage, seed=1)
    BlackBox(oracle=oracle, directory=tmp_path, project_name="p")
    trial = oracle.create_trial("a")
    oracle.update_trial(trial.trial_id, {"score": 3.0})
    trial.status = "COMPLETED"
    oracle.end_trial(trial)
    (done,) = [each for each in in_sql(tmp_path) if each.state.name == "COMPLETE"]
    assert (done.params, done.value) == ({"units": 64}, 3.0)
    unscored = oracle.create_trial("a")
    oracle.end_trial(unscored)
    last = in_sql(tmp_path)[-1]
    assert (last.params, last.user_attrs["state"], last.user_attrs["reason"]) == (
        {"units": 64}, "failed", "ended without a score",
    )  # fmt: skip


def test_a_study_is_overwritten_where_a_person_says_so_and_no_other_programs(search: Search, tmp_path: Path) -> None:
    search(max_trials=3)
    made = search(max_trials=2, overwrite=True)
    assert len(made.oracle.trials) == len(in_sql(tmp_path)) == 2
    storage = f"sqlite:///{tmp_path / 'tuner.db'}"
    optuna.delete_study(study_name="p", storage=storage)
    optuna.create_study(study_name="p", storage=storage).add_trial(optuna.create_trial(value=1.0))
    with pytest.raises(StudyConflict, match="is not deleted"):
        search(overwrite=True)
    assert len(in_sql(tmp_path)) == 1


def test_what_cannot_work_is_said_before_training(search: Search) -> None:
    with pytest.raises(SpecError, match=r'units: Optuna has no step together with sampling="log"'):
        search(log_with_step)
    with pytest.raises(SpecError, match=r"OptunaOracle: sampler: 'tpee' is not known. Did you mean tpe"):
        search(sampler="tpee")
    with pytest.raises(SpecError, match=r"grid needs the whole space beforehand"):
        search(sampler="grid")


def test_a_study_of_another_objective_is_left_alone(search: Search) -> None:
    search(max_trials=1)
    with pytest.raises(StudyConflict, match=r"of another objective \(score, maximized\)"):
        search(objective="val_loss")


def test_a_study_of_another_program_is_left_alone(search: Search, tmp_path: Path) -> None:
    storage = f"sqlite:///{tmp_path / 'tuner.db'}"
    study = optuna.create_study(storage=storage, study_name="p", direction="maximize")
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=1)
    with pytest.raises(StudyConflict, match="was made by another program"):
        search()
    assert len(study.trials) == 1
