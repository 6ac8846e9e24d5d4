"""What stands in a typed column: whatever was written is read back, on every database, and whatever older versions may
have written there is read."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.database.conftest import add
from tests.database.test_trials import fill
from tuner.database import budget, runs, studies
from tuner.database.column_types import storable
from tuner.database.connection import Database
from tuner.database.epochs import EpochView
from tuner.database.facts import (
    ChampionDecision,
    ConfigurationOutcome,
    FinalistsOutcome,
    FinalRun,
    Limits,
    Outcome,
    Stored,
    StudyOptions,
    without_nulls,
)
from tuner.database.runs import Job
from tuner.database.tables import EpochRow, RunRow, StudyRow
from tuner.database.trial_facts import StoredVerdict, TrialFacts

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
COUNTS = st.integers(0, 10**9)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
FIGURES = st.dictionaries(TEXTS, NUMBERS, max_size=3)

OPTIONS = st.builds(
    StudyOptions,
    code_digest=TEXTS, rows=TEXTS, tensorboard=TEXTS, system_metrics=st.booleans(),
    limits=st.builds(Limits, epochs=st.none() | COUNTS, target=st.none() | NUMBERS, plateau=st.none() | COUNTS),
    note=st.none() | TEXTS, workers=st.none() | COUNTS,
)  # fmt: skip
FINALISTS = st.builds(
    FinalistsOutcome,
    winner=COUNTS, final=st.builds(FinalRun, round=COUNTS, ordinal=COUNTS), epochs=COUNTS, averaged=COUNTS,
    noise=st.none() | NUMBERS, words=st.lists(TEXTS, max_size=2).map(tuple), test=FIGURES,
    configurations=st.lists(
        st.builds(
            ConfigurationOutcome,
            trial_number=st.none() | COUNTS, values=st.lists(NUMBERS, max_size=3).map(tuple), mean=st.none() | NUMBERS,
            out=TEXTS,
        ),
        max_size=2,
    ).map(tuple),
)  # fmt: skip
OUTCOMES = st.builds(
    Outcome,
    figures=st.dictionaries(TEXTS, st.none() | COUNTS | NUMBERS | TEXTS, max_size=3), best_ordinal=st.none() | COUNTS,
    test=st.none() | FIGURES, not_scored=st.none() | TEXTS, finalists=st.none() | FINALISTS,
    champion=st.none() | st.builds(ChampionDecision, stands=st.booleans(), version=TEXTS, words=TEXTS),
)  # fmt: skip
FACTS = st.builds(
    TrialFacts,
    host=TEXTS, threads=st.none() | COUNTS, seed=st.none() | COUNTS, latency_ms=st.none() | NUMBERS,
    versions=st.dictionaries(TEXTS, TEXTS, max_size=2), figures=FIGURES, came_out=TEXTS,
    verdicts=st.lists(st.builds(StoredVerdict, kind=TEXTS, words=TEXTS, remedy=TEXTS), max_size=2).map(tuple),
    other_tags=st.dictionaries(TEXTS, TEXTS, max_size=2),
)  # fmt: skip

NEEDED = ("winner", "final", "round", "ordinal")
"""Without these an outcome says nothing of its finalists; every version wrote them."""
NO_NUMBERS = (None, float("nan"), float("inf"))


@st.composite
def _as_older_versions_may_have(draw: st.DrawFn, value: Any) -> Any:
    """The same JSON with something that is no value in some places: in place of one, or beside them."""
    if isinstance(value, dict):
        found = {
            key: each if key in NEEDED else draw(st.sampled_from(NO_NUMBERS) | _as_older_versions_may_have(each))
            for key, each in value.items()
        }
        return found if not all(isinstance(each, float) for each in value.values()) else {**found, "odd": None}
    if isinstance(value, list):
        return [draw(_as_older_versions_may_have(each)) for each in value] + draw(st.sampled_from([[], [None]]))
    return value


OLDER: list[tuple[type[Stored], st.SearchStrategy[Any]]] = [
    (StudyOptions, OPTIONS), (Outcome, OUTCOMES), (TrialFacts, FACTS),
]  # fmt: skip


@given(st.data(), st.sampled_from(OLDER))
def test_what_older_versions_may_have_written_is_read(
    data: st.DataObject, which: tuple[type[Stored], st.SearchStrategy[Any]]
) -> None:
    kind, values = which
    stored = storable(data.draw(_as_older_versions_may_have(data.draw(values).as_json())))
    read = kind.read(stored)
    # What is left when all that is no value is taken away is what was known.
    assert without_nulls(read.model_dump(mode="json")) == without_nulls(
        kind.read(without_nulls(stored)).model_dump(mode="json")
    )


@given(st.dictionaries(st.sampled_from([*TrialFacts.model_fields, "verdict", "x"]), st.none() | TEXTS, max_size=6))
def test_texts_by_name_are_read_though_some_are_null(tags: dict[str, str | None]) -> None:
    assert TrialFacts.read(tags).as_tags() == without_nulls(tags)


@pytest.fixture
def job(db: Database) -> Job:
    add(db)
    job = budget.take(db, "s", "w")
    assert job is not None
    fill(db, job)
    runs.finish_epoch(db, job, EpochView(1, {"loss": 0.5}, 0.1, 0.0), 0.5, 1)
    return job


def _write(db: Database, row: type[StudyRow | RunRow | EpochRow], **values: Any) -> None:
    with db.session() as session, session.begin():
        session.execute(sa.update(row).values(**values))


on_a_database = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)


@on_a_database
@given(OPTIONS, OUTCOMES, FACTS, FIGURES)
def test_what_is_written_is_read_back(
    db: Database, job: Job, options: StudyOptions, outcome: Outcome, facts: TrialFacts, figures: dict[str, float]
) -> None:
    _write(db, StudyRow, options=options, outcome=outcome)
    _write(db, RunRow, facts=facts, test=figures)
    _write(db, EpochRow, metrics=figures)
    study, trial = studies.view_study(db, "s"), runs.view_trial(db, "s", 0)
    assert (study.options, study.outcome, trial.facts, trial.test) == (options, outcome, facts, figures)
    assert [each.metrics for each in trial.epochs] == [figures]


def test_a_study_is_read_whose_figures_are_null(db: Database, job: Job) -> None:
    figures = '{"accuracy": 0.5, "r2": null}'
    columns: dict[str, tuple[str, str, Callable[[], Any]]] = {
        "outcome": ("tuner_studies", f'{{"test": {figures}}}', lambda: studies.view_study(db, "s").outcome),
        "test": ("tuner_runs", figures, lambda: runs.view_trial(db, "s", 0).test),
        "metrics": ("tuner_epochs", figures, lambda: runs.view_trial(db, "s", 0).epochs[0].metrics),
        "tags": ("tuner_runs", '{"host": "h", "seed": "7", "path": null}', lambda: runs.view_trial(db, "s", 0).facts),
    }
    known: dict[str, Any] = {
        "outcome": Outcome(test={"accuracy": 0.5}),
        "test": {"accuracy": 0.5},
        "metrics": {"accuracy": 0.5},
        "tags": TrialFacts(host="h", seed=7),
    }
    for column, (table, stored, read) in columns.items():
        assert json.loads(stored)
        with db.session() as session, session.begin():
            session.execute(sa.text(f"UPDATE {table} SET {column} = :stored"), {"stored": stored})
        assert read() == known[column], column
