"""The row of a study: its specification, budget, desired state and outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tuner.database import admission, audit, finalists
from tuner.database.audit import AuditEntry
from tuner.database.connection import Database, utc_now
from tuner.database.facts import ChampionDecision, Outcome, StudyOptions
from tuner.database.patience import patient
from tuner.database.sequence import stamp
from tuner.database.tables import UNSTAMPED, CounterRow, RunRow, StudyRow
from tuner.errors import NotFound
from tuner.formatting import nearest
from tuner.hints import command
from tuner.spec.metrics import Direction


@dataclass(frozen=True)
class StudyView:
    """One study as the database has it.

    trials: the budget. left_s: until its deadline, by the database's clock; all of its time while that has not begun
    to run (`deadline_at` is None). began_at: the begin of its first trial. owner: the name of a person; empty where
    nobody was asked. asked_at: when a person last asked that it run. priority, most_workers: as `sharing` has them.
    admitted_at: None while it waits for one of its owner's places (`admission`).
    """

    study_name: str
    space_name: str
    spec_text: str
    resolved: Mapping[str, Any] | None
    spec_folder: str
    spec_digest: str
    owner: str
    priority: int
    most_workers: int | None
    admitted_at: float | None
    seed: int
    trials: int
    timeout_s: float | None
    deadline_at: float | None
    left_s: float | None
    desired_state: str
    mlflow_uri: str
    mlflow_run_id: str | None
    data_digest: str | None
    options: StudyOptions
    outcome: Outcome | None
    created_at: float
    asked_at: float
    began_at: float | None
    finished_at: float | None
    age_s: float
    changes: int
    recorded: int
    refused: int
    round: int
    ended: str
    closing_attempt: int


def note_of(view: StudyView) -> str:
    return view.options.note or ""


def add_study(
    db: Database,
    *,
    study_name: str,
    space_name: str,
    spec_text: str,
    resolved: Mapping[str, Any],
    spec_folder: str,
    spec_digest: str,
    seed: int,
    trials: int,
    timeout_s: float | None,
    mlflow_uri: str,
    options: StudyOptions,
    directions: Sequence[Direction],
    owner: str = "",
    priority: int = 0,
    most_workers: int | None = None,
    entry: AuditEntry | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> Literal["added", "there", "foreign"]:
    """Store a new study here and in Optuna's tables, both or neither.

    directions: of its objectives, for Optuna. attributes: of Optuna's study. Gives "there" where this program has a
    study of that name already, and "foreign" where only Optuna has: then another program made it, and it is left alone.
    """
    from optuna.exceptions import DuplicatedStudyError
    from optuna.study import StudyDirection

    try:
        with db.session() as session, session.begin():
            admitted = admission.has_place(session, owner, study_name, priority)
            session.execute(
                sa.insert(StudyRow).values(
                    study_name=study_name,
                    space_name=space_name,
                    spec_text=spec_text,
                    resolved=dict(resolved),
                    spec_folder=spec_folder,
                    spec_digest=spec_digest,
                    owner=owner,
                    priority=priority,
                    most_workers=most_workers,
                    admitted_at=utc_now() if admitted else None,
                    seed=seed,
                    trials=trials,
                    timeout_s=timeout_s,
                    desired_state="running",
                    mlflow_uri=mlflow_uri,
                    options=options,
                    created_at=utc_now(),
                    deadline_at=None,
                )
            )
            session.execute(sa.insert(CounterRow).values(study_name=study_name, number=0))
            # A savepoint: where Optuna has that name, its own rollback must not end the transaction around it.
            with session.begin_nested():
                optuna = db.optuna_within(session)
                study_id = optuna.create_new_study([StudyDirection[each.upper()] for each in directions], study_name)
            for name, value in (attributes or {}).items():
                optuna.set_study_user_attr(study_id, name, value)
            audit.write(session, entry)
            stamp(session, study_name)
    except sa.exc.IntegrityError:
        return "there"
    except DuplicatedStudyError:
        return "foreign"
    return "added"


def names_in_optuna(db: Database) -> list[str]:
    """Every study that Optuna has in this database, of whichever program."""
    return [str(each.study_name) for each in db.storage.get_all_studies()]


@patient
def names_inside(db: Database, study_name: str) -> list[str]:
    """Studies whose names go on from this one with a slash."""
    with db.reading() as session:
        inside = StudyRow.study_name.startswith(f"{study_name}/", autoescape=True)
        return list(session.scalars(sa.select(StudyRow.study_name).where(inside)))


@patient
def view_studies(db: Database) -> list[StudyView]:
    """Every study, the oldest first."""
    return _views(db)


@patient
def view_study(db: Database, study_name: str) -> StudyView:
    """One study. Raises NotFound, naming the nearest."""
    found = _views(db, StudyRow.study_name == study_name)
    if not found:
        if study_name in names_in_optuna(db):
            raise NotFound(
                f"study {study_name!r} in {db.url} was made with Optuna by another program, so it is not tune's to "
                f"show or go on with. See it with: {command('tune ui --live')}"
            )
        with db.reading() as session:
            names = session.scalars(sa.select(StudyRow.study_name)).all()
        raise NotFound(f"there is no study {study_name!r} in {db.url}{nearest(study_name, names)}")
    return found[0]


def _views(db: Database, *where: sa.ColumnElement[bool]) -> list[StudyView]:
    with db.reading() as session:
        return views_within(session, *where)


def views_within(session: Session, *where: sa.ColumnElement[bool]) -> list[StudyView]:
    """Some studies, the oldest first, as a transaction sees them."""
    of_search = (RunRow.study_name == StudyRow.study_name, RunRow.role == "search")
    began_at = sa.select(sa.func.min(RunRow.started_at)).where(*of_search).correlate(StudyRow).scalar_subquery()
    rows = session.execute(
        sa.select(StudyRow, StudyRow.deadline_at - utc_now(), utc_now() - StudyRow.created_at, began_at)
        .where(*where)
        .order_by(StudyRow.created_at)
    ).all()
    return [
        StudyView(
            study_name=row.study_name,
            space_name=row.space_name,
            spec_text=row.spec_text,
            resolved=row.resolved,
            spec_folder=row.spec_folder,
            spec_digest=row.spec_digest,
            owner=row.owner,
            priority=row.priority,
            most_workers=row.most_workers,
            admitted_at=row.admitted_at,
            seed=row.seed,
            trials=row.trials,
            timeout_s=row.timeout_s,
            deadline_at=row.deadline_at,
            left_s=row.timeout_s if left_s is None else float(left_s),
            desired_state=row.desired_state,
            mlflow_uri=row.mlflow_uri,
            mlflow_run_id=row.mlflow_run_id,
            data_digest=row.data_digest,
            options=row.options,
            outcome=row.outcome,
            created_at=row.created_at,
            asked_at=max(row.created_at, row.asked_at),
            began_at=first_at,
            finished_at=row.finished_at,
            age_s=float(age_s),
            changes=row.changes,
            recorded=row.recorded,
            refused=row.refused,
            round=row.round,
            ended=row.ended,
            closing_attempt=row.closing_attempt,
        )
        for row, left_s, age_s, first_at in rows
    ]


@patient
def set_desired_state(db: Database, study_name: str, desired_state: str, *, entry: AuditEntry | None = None) -> None:
    """What a person asks of the study's workers: running or stopping."""
    _update(db, study_name, entry=entry, desired_state=desired_state)


@patient
def reopen(
    db: Database,
    study_name: str,
    trials: int,
    timeout_s: float | None,
    options: StudyOptions | None = None,
    anew: bool = False,
    goes_on: bool = True,
    *,
    entry: AuditEntry | None = None,
) -> None:
    """Let the study go on to a budget, with a new time limit, which runs from when a worker is ready.

    options: the study's, where they change. anew: the search itself goes on, so that its outcome and the rule that
    ended it are void and its finalists are run again. goes_on: there is more to train, so that a worker that is closing
    the study steps back; without, it closes it.
    """
    view = view_study(db, study_name)
    anew = anew or trials > view.trials
    values: dict[str, Any] = {"desired_state": "running", "trials": trials, "timeout_s": timeout_s}
    values |= {"deadline_at": None, "asked_at": utc_now()}
    if options is not None:
        values["options"] = options
    if anew or (view.outcome is None and goes_on):
        values |= {"outcome": None, "finished_at": None, "closer": None, "closing_until": 0.0}
        values["closing_attempt"] = StudyRow.closing_attempt + 1
    with db.session() as session, session.begin():
        values["admitted_at"] = utc_now() if admission.has_place(session, view.owner, study_name) else None
        if anew:
            values |= {"ended": "", "round": StudyRow.round + 1}
        values |= {"changes": StudyRow.changes + 1, "sequence": UNSTAMPED}
        session.execute(sa.update(StudyRow).where(StudyRow.study_name == study_name).values(**values))
        if anew:
            finalists.abandon(session, study_name)
        audit.write(session, entry)
        stamp(session, study_name)


@patient
def start_clock(db: Database, study_name: str) -> None:
    """A worker is ready: the study's time runs from now, unless it does already."""
    first = (StudyRow.deadline_at.is_(None), StudyRow.timeout_s.is_not(None))
    _update(db, study_name, *first, deadline_at=utc_now() + StudyRow.timeout_s)


@patient
def unresolved(db: Database) -> list[StudyView]:
    """Studies whose specification is there as text alone, as schema 2 and before had it."""
    return _views(db, StudyRow.resolved.is_(None))


@patient
def keep_resolved(db: Database, study_name: str, resolved: Mapping[str, Any]) -> None:
    """Store a specification with every default written out, where there was text alone."""
    _update(db, study_name, StudyRow.resolved.is_(None), resolved=dict(resolved))


@patient
def replace_resolved(db: Database, study_name: str, resolved: Mapping[str, Any]) -> None:
    """Store a specification of which a person changed what makes it no other one."""
    _update(db, study_name, resolved=dict(resolved))


@patient
def pin_data(db: Database, study_name: str, digest: str) -> str:
    """Bind the study to its data, once; gives the digest that it is bound to."""
    _update(db, study_name, StudyRow.data_digest.is_(None), data_digest=digest)
    return view_study(db, study_name).data_digest or digest


@patient
def note_champion(db: Database, view: StudyView, decision: ChampionDecision) -> None:
    """What became of a study's model in the registry is part of its outcome, while that stands as `view` has it."""
    outcome = (view.outcome or Outcome()).model_copy(update={"champion": decision})
    _update(db, view.study_name, StudyRow.finished_at == view.finished_at, outcome=outcome)


@patient
def set_note(db: Database, study_name: str, note: str, *, entry: AuditEntry | None = None) -> None:
    """A person's own words on a study; empty takes them away."""
    with db.session() as session, session.begin():
        which = StudyRow.study_name == study_name
        # The write comes first: it locks the row, in which others change options too.
        session.execute(sa.update(StudyRow).where(which).values(changes=StudyRow.changes + 1))
        options = session.scalars(sa.select(StudyRow.options).where(which)).one()
        session.execute(sa.update(StudyRow).where(which).values(options=options.with_(note=note), sequence=UNSTAMPED))
        audit.write(session, entry)
        stamp(session, study_name)


@patient
def note_change(db: Database, study_name: str) -> None:
    """There is more of the study for MLflow to show."""
    _update(db, study_name, changes=StudyRow.changes + 1)


def _update(
    db: Database, study_name: str, *which: sa.ColumnElement[bool], entry: AuditEntry | None = None, **values: Any
) -> None:
    with db.session() as session, session.begin():
        written = sa.update(StudyRow).where(StudyRow.study_name == study_name, *which)
        session.execute(written.values(**values, sequence=UNSTAMPED))
        audit.write(session, entry)
        stamp(session, study_name)
