"""Studies as people speak of them: created, found, gone on with, stopped."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import optuna
import pytest

from tests.database.conftest import close
from tests.postgres import PostgresServer
from tuner.database import budget, runs, studies, workers
from tuner.database.connection import Database, open_database
from tuner.database.runs import FAILED
from tuner.database.trial_facts import TrialFacts
from tuner.errors import DataError, InputError, NotFound, StudyConflict
from tuner.runs.scoring import wilson
from tuner.search.optuna_study import open_optuna_study, trial_template
from tuner.service.creating import create_study
from tuner.service.resuming import resume_study, stop_study
from tuner.settings import shipped_spaces
from tuner.spec.study_spec import parse_spec, read_spec
from tuner.studies.nothing_completed import why_nothing_completed
from tuner.studies.status import ranked, study_status
from tuner.studies.stored_study import bind_data, spec_of

DIGITS = read_spec(shipped_spaces() / "digits.yaml")


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return open_database(f"sqlite:///{tmp_path / 'tuner.db'}")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of each kind."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'tuner.db'}"
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = server.new_database()
    opened = open_database(url)
    yield opened
    opened.engine.dispose()


def create(db: Database, name: str | None = None, n_trials: int | None = None) -> studies.StudyView:
    return create_study(
        db,
        DIGITS,
        study_name=name,
        n_trials=n_trials,
        timeout_s=None,
        seed=None,
        mlflow_uri="sqlite:///m.db",
    )


def end(db: Database, name: str, value: float, state: str = "complete", reason: str = "") -> None:
    job = budget.take(db, name, "w")
    assert job is not None
    budget.fill(db, job, trial_template(job.ordinal, None), "")
    runs.finish(db, job, state, reason, value, 1, TrialFacts())
    runs.finalize(db, job)


def test_studies_without_a_name_are_numbered(db: Database) -> None:
    assert [create(db).study_name for _ in range(3)] == ["digits-1", "digits-2", "digits-3"]


def test_the_same_specification_under_the_same_name_is_the_same_study(db: Database) -> None:
    first = create(db, "mine", 5)
    again = create(db, "mine")
    assert (again.study_name, again.trials, again.seed) == (first.study_name, 5, first.seed)


def test_another_specification_under_the_same_name_is_refused(db: Database) -> None:
    create(db, "mine")
    other = parse_spec("dataset: digits\nparameters: {epochs: [1, 2]}", "other", Path(), "other.yaml")
    with pytest.raises(StudyConflict, match="another specification"):
        create_study(
            db,
            other,
            study_name="mine",
            n_trials=None,
            timeout_s=None,
            seed=None,
            mlflow_uri="sqlite:///m.db",
        )


def test_how_long_an_epoch_may_take_is_what_was_written_last(db: Database) -> None:
    text = "dataset: digits\nparameters: {epochs: [1, 2]}\nsearch: {trials: 3%s}"

    def asked(more: str) -> float | None:
        spec = parse_spec(text % more, "own", Path(), "own.yaml")
        view = create_study(db, spec, study_name="mine", n_trials=None, timeout_s=None, seed=1, mlflow_uri="")
        return spec_of(view).search.epoch_timeout

    assert [asked(each) for each in ("", ", epoch_timeout: 900", "", ", epoch_timeout: 60")] == [None, 900, 900, 60]


def test_fewer_trials_than_baselines_are_refused(db: Database) -> None:
    mnist = read_spec(shipped_spaces() / "mnist.yaml")
    with pytest.raises(InputError, match="3 baselines, which run first"):
        create_study(db, mnist, study_name=None, n_trials=2, timeout_s=None, seed=None, mlflow_uri="")


@pytest.mark.parametrize("name", ["", "  ", "two\nlines", "x" * 201])
def test_a_name_that_cannot_be_read_is_refused(db: Database, name: str) -> None:
    with pytest.raises(InputError):
        create(db, name)


def of_another_program(db: Database, name: str) -> optuna.Study:
    study = optuna.create_study(storage=db.storage, study_name=name, direction="minimize")
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=2)
    return study


def test_a_study_that_another_program_made_with_optuna_is_left_alone(db: Database) -> None:
    study = of_another_program(db, "nets")
    with pytest.raises(StudyConflict, match=r"'nets' in sqlite:.*was made with Optuna by another program"):
        create(db, "nets")
    assert studies.view_studies(db) == []
    assert (len(study.trials), study.direction.name) == (2, "MINIMIZE")
    for ask in (study_status, lambda db, name: resume_study(db, name, None, None), stop_study):
        with pytest.raises(NotFound, match="made with Optuna by another program"):
            ask(db, "nets")


def test_numbered_names_skip_those_that_optuna_has(db: Database) -> None:
    of_another_program(db, "digits-1")
    assert [create(db).study_name for _ in range(2)] == ["digits-2", "digits-3"]


def test_two_that_start_at_once_share_the_study_or_take_two_names(any_db: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        same = [each.result() for each in [pool.submit(create, any_db, "mine", 5) for _ in range(4)]]
        names = [each.result().study_name for each in [pool.submit(create, any_db) for _ in range(4)]]
    assert len({view.seed for view in same}) == 1
    assert sorted(names) == ["digits-1", "digits-2", "digits-3", "digits-4"]
    assert sorted(optuna.get_all_study_names(any_db.storage)) == [*sorted(names), "mine"]


def test_of_a_start_that_is_refused_nothing_is_stored(any_db: Database) -> None:
    of_another_program(any_db, "nets")
    with pytest.raises(StudyConflict):
        create(any_db, "nets")
    assert create(any_db, "mine").study_name == "mine"
    assert [view.study_name for view in studies.view_studies(any_db)] == ["mine"]


def test_a_study_that_was_deleted_in_optuna_is_kept_to_look_at_and_does_not_go_on(db: Database) -> None:
    create(db, "mine", 2)
    end(db, "mine", 0.5)
    optuna.delete_study(study_name="mine", storage=db.storage)
    assert study_status(db, "mine").counts["complete"] == 1
    with pytest.raises(StudyConflict, match=r"was deleted in Optuna, so it cannot go on.*tune start --from mine"):
        resume_study(db, "mine", None, None)
    with pytest.raises(StudyConflict, match="was deleted in Optuna"):
        open_optuna_study(db.storage, "mine", DIGITS, 1, 1)
    of_another_program(db, "mine")
    with pytest.raises(StudyConflict, match="to minimize and not to maximize"):
        resume_study(db, "mine", None, None)


def test_stopping_and_resuming_is_a_wish_that_workers_read(db: Database) -> None:
    create(db, "mine", 3)
    workers.enter(db, "w", "cpu")
    workers.beat(db, "w", "mine", "training")
    assert study_status(db, "mine").state == "running"
    assert stop_study(db, "mine").state == "stopping"
    workers.leave(db, "w")
    assert study_status(db, "mine").state == "stopped"
    assert resume_study(db, "mine", None, None).desired_state == "running"


def test_an_ended_study_goes_on_only_with_a_larger_budget(db: Database) -> None:
    create(db, "mine", 2)
    for value in (0.5, 0.7):
        end(db, "mine", value)
    close(db, "mine", {"test": {"accuracy": 0.6}})
    assert study_status(db, "mine").state == "finished"
    with pytest.raises(StudyConflict, match="has ended; to go on, ask for more than 2"):
        resume_study(db, "mine", None, None)
    with pytest.raises(InputError, match="has begun 2 already"):
        resume_study(db, "mine", 1, None)
    with pytest.raises(StudyConflict, match="has ended after 2 trials"):
        create(db, "mine", 2)
    view = resume_study(db, "mine", 4, None)
    assert (view.trials, view.finished_at, view.outcome) == (4, None, None)


def test_the_best_is_the_best_complete_trial_and_failed_ones_come_last(db: Database) -> None:
    create(db, "mine", 4)
    for value, state in ((0.5, "complete"), (0.9, "diverged"), (0.8, "pruned"), (0.7, "complete")):
        end(db, "mine", value, state)
    status = study_status(db, "mine")
    assert status.best is not None
    assert status.best.ordinal == 3
    assert [trial.ordinal for trial in ranked(status.trials, "maximize")] == [3, 0, 2, 1]
    assert dict(status.counts) == {"complete": 2, "diverged": 1, "pruned": 1, "waiting": 0}


@pytest.mark.parametrize("state", FAILED)
def test_a_failed_trial_has_no_value(db: Database, state: str) -> None:
    """Also one that was stored when it had that which Optuna is told of it."""
    create(db, "mine", 1)
    end(db, "mine", 0.0, state)
    assert study_status(db, "mine").trials[0].value is None


def test_a_study_in_which_nothing_completed_says_why(db: Database) -> None:
    create(db, "my nets", 4)
    for rate, state in ((1e7, "diverged"), (2e-3, "diverged"), (0.5, "out_of_memory")):
        end(db, "my nets", 0.0, state, f"no luck at rate {rate:g}")
    assert why_nothing_completed(study_status(db, "my nets")) is None
    end(db, "my nets", 0.3, "pruned", "pruned at epoch 1 of 9")
    close(db, "my nets", {})
    assert why_nothing_completed(study_status(db, "my nets")) == (
        "study my nets has ended, and not one of its trials completed: 2 of 4 diverged, such as: no luck at rate 1e+07"
        ". Search lower learning rates. All of them: tune trials 'my nets'"
    )


def test_one_complete_trial_is_a_result(db: Database) -> None:
    create(db, "mine", 2)
    end(db, "mine", 0.0, "diverged")
    end(db, "mine", 0.5)
    close(db, "mine", {})
    assert why_nothing_completed(study_status(db, "mine")) is None


def test_an_unknown_study_is_not_found(db: Database) -> None:
    with pytest.raises(NotFound):
        study_status(db, "nothing")


def test_the_interval_of_a_share_is_wilsons() -> None:
    # Brown, Cai and DasGupta, 2001: of 10 rows, none right leaves up to 0.2775.
    assert wilson(0.0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    low, high = wilson(0.88, 10_000)
    assert low < 0.88 < high
    assert high - low == pytest.approx(0.0127, abs=1e-4)


def test_a_study_is_bound_to_its_data(db: Database) -> None:
    view = create(db, "mine", 3)
    bind_data(db, view, "digits", "a" * 64)
    bind_data(db, view, "digits", "a" * 64)
    with pytest.raises(DataError, match=r"study 'mine' began on other data \(digits: digest aaaaaaaaaaaa, here bbbb"):
        bind_data(db, view, "digits", "b" * 64)
