"""What is written to Optuna's tables in bulk is what Optuna's own storage writes of the same trials."""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import optuna
import pytest
import sqlalchemy as sa
from optuna.exceptions import UpdateFinishedTrialError
from optuna.storages import BaseStorage
from optuna.storages._rdb import models
from optuna.trial import FrozenTrial, Trial

from tests.database.cohorts import Cohort, filled, take
from tests.database.conftest import SPACE, add
from tuner.database import budget, optuna_tables, turns
from tuner.database.connection import Database
from tuner.database.trial_facts import TrialFacts
from tuner.optuna_internals import trial_id
from tuner.search.optuna_study import open_optuna_study, tell, trial_template
from tuner.spec.study_spec import StudySpec, parse_spec

TABLES = [
    optuna_tables.TRIALS,
    optuna_tables.PARAMS,
    optuna_tables.VALUES,
    optuna_tables.STEPS,
    *optuna_tables.ATTRIBUTES.values(),
]


@pytest.mark.parametrize("table", [optuna_tables.STUDIES, *TABLES], ids=lambda table: table.name)
def test_a_table_has_optunas_columns(table: sa.Table) -> None:
    theirs = models.BaseModel.metadata.tables[table.name]
    assert [each.name for each in table.columns] == [each.name for each in theirs.columns]
    assert [each.name for each in table.primary_key] == [each.name for each in theirs.primary_key]
    for mine, its in zip(table.columns, theirs.columns, strict=True):
        assert type(mine.type) is type(its.type)
        if isinstance(its.type, sa.Enum):
            assert isinstance(mine.type, sa.Enum)
            assert (mine.type.name, sorted(mine.type.enums)) == (its.type.name, sorted(its.type.enums))


def contents(db: Database, name: str) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of each table, as they were written one after another, by the trials' numbers; no keys or times."""
    found = {}
    trials = models.BaseModel.metadata.tables["trials"]
    studies = models.BaseModel.metadata.tables["studies"]
    with db.session() as session:
        study_id = session.scalar(sa.select(studies.c.study_id).where(studies.c.study_name == name))
        numbers = {
            row.trial_id: row.number
            for row in session.execute(sa.select(trials).where(trials.c.study_id == study_id)).all()
        }
        for table in TABLES:
            theirs = models.BaseModel.metadata.tables[table.name]
            key = next(iter(theirs.primary_key))
            left_out = {key.name, "trial_id", "study_id", "datetime_start", "datetime_complete"}
            shown = [each.name for each in theirs.columns if each.name not in left_out]
            rows = session.execute(sa.select(theirs).where(theirs.c.trial_id.in_(numbers)).order_by(key)).all()
            # Stable: of one trial they stay as they were written.
            found[table.name] = sorted(
                ((numbers[row.trial_id], *(getattr(row, each) for each in shown)) for row in rows),
                key=lambda row: row[0],
            )
    for table_name in ("trial_user_attributes", "trial_system_attributes", "trial_intermediate_values"):
        found[table_name].sort(key=repr)
    return found


def search(study: optuna.Study, storage: BaseStorage, asked: list[Trial], flush: Callable[[], object]) -> None:
    """What a search does with Optuna, by its own interface."""
    for number, trial in enumerate(asked):
        trial.suggest_float("learning_rate", 0.001, 0.1, log=True)
        trial.suggest_float("dropout", 0.0, 0.8, step=0.2)
        trial.suggest_int("units", 8, 64, step=8)
        trial.suggest_categorical("mixed", [3, True, "a", None, 2.5])
        if number % 2:
            trial.suggest_int("layers", 1, 3)
        trial.set_user_attr("tuner_seconds", [0.5])
    flush()
    for epoch in (1, 2, 3):
        for number, trial in enumerate(asked):
            value = [0.25 * epoch, math.inf, -math.inf, math.nan, 1e-300][number % 5]
            trial.report(value, epoch)
        for trial in asked:
            trial.should_prune()
        flush()
    states = ["complete", "pruned", "diverged", "cancelled", "out_of_memory", "failed"]
    for number, trial in enumerate(asked):
        tell(study, storage, trial.number, states[number % len(states)], 0.5 + number, "because")
    flush()


def opened(storage: BaseStorage, name: str, spec: StudySpec) -> optuna.Study:
    study = open_optuna_study(storage, name, spec, 1, 0)
    study.sampler = optuna.samplers.RandomSampler(seed=7)
    study.pruner = optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=2)
    return study


@pytest.mark.parametrize("count", [1, 13])
def test_the_rows_are_those_that_optunas_own_storage_writes(db: Database, count: int, tmp_path: Any) -> None:
    spec = parse_spec(SPACE, "digits", tmp_path, "digits.yaml")
    baseline = ("mine", {"dropout": 0.4, "units": 16})
    add(db, "one by one", trials=count)
    one_by_one = opened(db.storage, "one by one", spec)
    study_id = db.storage.get_study_id_from_name("one by one")
    for place in range(count):
        db.storage.create_new_trial(study_id, trial_template(place, baseline if place == 0 else None))
    ids = [trial_id(each) for each in db.storage.get_all_trials(study_id)]
    search(one_by_one, db.storage, [Trial(one_by_one, each) for each in ids], lambda: None)

    add(db, "s", trials=count)
    jobs = take(db, "w", count)
    templates = [trial_template(job.ordinal, baseline if job.ordinal == 0 else None) for job in jobs]
    places = [budget.Filled(job, template) for job, template in zip(jobs, templates, strict=True)]
    assert budget.fill_many(db, places) == list(range(count))
    cohort = Cohort(db, filled(db, jobs))
    study = opened(cohort.picture, "s", spec)
    trials = [Trial(study, cohort.picture.id_of(number)) for number in range(count)]

    def flush() -> None:
        started = [turns.Started(job, TrialFacts()) for job in cohort.jobs.values()]
        assert turns.write_turn(db, "s", cohort.picture, started=started) == turns.Turned()

    search(study, cohort.picture, trials, flush)
    assert contents(db, "s") == contents(db, "one by one")
    assert len(contents(db, "s")["trials"]) == count


def shown(trial: FrozenTrial) -> str:
    """All of it as a text, in which NaN is itself. Attributes have no order, parameters do."""
    parts = {
        name: value if name in ("_params", "_distributions") or not isinstance(value, dict) else sorted(value.items())
        for name, value in vars(trial).items()
    }
    return repr(sorted(parts.items()))


def test_the_picture_shows_what_optunas_own_storage_reads(db: Database, tmp_path: Any) -> None:
    spec = parse_spec(SPACE, "digits", tmp_path, "digits.yaml")
    add(db, trials=13)
    cohort = Cohort(db, filled(db, take(db, "w", 13)))
    study = opened(cohort.picture, "s", spec)
    trials = [Trial(study, cohort.picture.id_of(number)) for number in range(13)]

    def flush() -> None:
        turns.write_turn(
            db, "s", cohort.picture, started=[turns.Started(job, TrialFacts()) for job in cohort.jobs.values()]
        )

    search(study, cohort.picture, trials, flush)
    theirs = db.storage.get_all_trials(db.storage.get_study_id_from_name("s"))
    mine = cohort.picture.get_all_trials(0)
    anew = Cohort(db, []).picture.get_all_trials(0)
    assert list(map(shown, mine)) == list(map(shown, theirs)) == list(map(shown, anew))


def test_times_are_those_of_the_trial(db: Database) -> None:
    add(db, trials=1)
    before = datetime.now() - timedelta(seconds=1)
    cohort = Cohort(db, filled(db, take(db, "w", 1)))
    cohort.end({0: "complete"})
    trial = db.storage.get_all_trials(db.storage.get_study_id_from_name("s"))[0]
    assert trial.datetime_start is not None
    assert trial.datetime_complete is not None
    assert before < trial.datetime_start <= trial.datetime_complete <= datetime.now()
    with db.session() as session:
        at = session.execute(sa.select(optuna_tables.TRIALS.c.datetime_start)).scalar_one()
    assert abs(at.replace(tzinfo=UTC) - datetime.now(UTC)) < timedelta(minutes=1)


def test_what_has_ended_stays_as_it_is(db: Database) -> None:
    add(db, trials=1)
    cohort = Cohort(db, filled(db, take(db, "w", 1)))
    late = Cohort(db, list(cohort.jobs.values()))
    cohort.end({0: "complete"})
    with pytest.raises(UpdateFinishedTrialError):
        cohort.trials[0].report(0.1, 1)
    before = contents(db, "s")
    late.trials[0].report(0.1, 1)
    late.start()
    assert contents(db, "s") == before
