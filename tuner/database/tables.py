"""Our tables, all named ``tuner_*``, beside Optuna's in one database. Times are seconds since 1970, UTC."""

from typing import Any, Literal

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, object_mapper

from tuner.database.column_types import Bytes, Figures, Model, Words
from tuner.database.facts import Outcome, StudyOptions
from tuner.database.trial_facts import TrialFacts

SCHEMA_VERSION = 8
"""Raised with every change of a table (`migrations` says how to get there); an older program then refuses the database
instead of harming it."""

Role = Literal["search", "compare", "final", "reproduction"]
"""What a training is for."""

FINALISTS: tuple[Role, ...] = ("compare", "final")

Key = tuple[str | int, ...]
"""The values of a primary key, in the order of its columns."""


RunKey = tuple[str, Role, int, int]
"""Of a run: study, role, round, ordinal."""


UNSTAMPED = 0
"""The `sequence` of a row that was written in a transaction that is still to draw its number (`sequence`)."""


class Base(DeclarativeBase):
    type_annotation_map = {dict[str, Any]: JSON}  # noqa: RUF012 (SQLAlchemy reads it from the class)

    @property
    def key(self) -> Key:
        """The values of its primary key."""
        return tuple(object_mapper(self).primary_key_from_instance(self))


class VersionRow(Base):
    __tablename__ = "tuner_version"
    version: Mapped[int] = mapped_column(primary_key=True)


class StudyRow(Base):
    """One study. trials: its budget. desired_state: what a person last asked of it: running or stopping.
    deadline_at: None until a worker is ready for its first trial, and where it has no time limit.

    spec_text: the specification as a person wrote it; resolved: with every default written out, which is what counts.
    outcome: its result, once the search is over. changes, and what follows: as in RunRow.
    closer, closing_until: the worker that scores the winner, and its lease. closing_attempt: as in RunRow; raised
    also when the search goes on, so that whoever was closing it cannot write.
    round: raised when the search goes on after its finalists were planned: they are then run anew.
    ended: the rule that ended the search before its trials were up (`rules`), or empty.
    sequence: the number of its last write that readers are told of (`sequence`). owner: the name of the person who
    started it; empty where nobody was asked. asked_at: when a person last asked that it go on; 0 of one that was only
    started.
    priority, most_workers: its part of workers that serve several studies (`sharing`); None is without a limit.
    admitted_at: when it got one of the places of its owner (`admission`); None while it waits for one.
    """

    __tablename__ = "tuner_studies"
    study_name: Mapped[str] = mapped_column(Text, primary_key=True)
    space_name: Mapped[str] = mapped_column(Text)
    spec_text: Mapped[str] = mapped_column(Text)
    resolved: Mapped[dict[str, Any] | None]
    spec_folder: Mapped[str] = mapped_column(Text)
    spec_digest: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(String(100), default="")
    priority: Mapped[int] = mapped_column(default=0)
    most_workers: Mapped[int | None]
    admitted_at: Mapped[float | None]
    seed: Mapped[int] = mapped_column(BigInteger)
    trials: Mapped[int]
    timeout_s: Mapped[float | None]
    deadline_at: Mapped[float | None]
    desired_state: Mapped[str] = mapped_column(Text)
    mlflow_uri: Mapped[str] = mapped_column(Text)
    mlflow_run_id: Mapped[str | None] = mapped_column(Text)
    data_digest: Mapped[str | None] = mapped_column(Text)
    options: Mapped[StudyOptions] = mapped_column(Model(StudyOptions, empty=True))
    outcome: Mapped[Outcome | None] = mapped_column(Model(Outcome))
    created_at: Mapped[float]
    asked_at: Mapped[float] = mapped_column(default=0.0)
    finished_at: Mapped[float | None]
    closer: Mapped[str | None] = mapped_column(Text)
    closing_until: Mapped[float] = mapped_column(default=0.0)
    closing_attempt: Mapped[int] = mapped_column(default=0)
    round: Mapped[int] = mapped_column(default=0)
    ended: Mapped[str] = mapped_column(String(32), default="")
    changes: Mapped[int] = mapped_column(default=1)
    recorded: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    refusal: Mapped[str] = mapped_column(String(1000), default="")
    recorder: Mapped[str | None] = mapped_column(Text)
    recording_until: Mapped[float] = mapped_column(default=0.0)
    sequence: Mapped[int] = mapped_column(BigInteger, default=UNSTAMPED)


class RunRow(Base):
    """One training, of any role: a place of the budget and its trial ("search"), one of the best configurations trained
    again with another seed, on the training rows ("compare") or, the winner, on these and the validation rows
    ("final"), or a trial trained once more to see whether it comes out the same ("reproduction").

    round: 0 but for finalists, whose rounds the study counts. ordinal: of a search, its place in the budget, from 0; of
    finalists, their order in their round. The primary key makes a place unique.

    trial_ordinal, trial_number: whose configuration it is; of a search, itself, and Optuna's number of it once its
    trial is there. seed_number: of finalists, which of their seeds, from 0; seed: itself. planned_epochs: how many to
    train; 0 leaves it to the configuration. dropped: why its configuration is out.
    attempt: raised whenever a worker takes it, and checked by every write, so that a worker that was robbed cannot
    write. strikes: against it, for workers that died on it since an epoch was finished.
    checkpoint: the name of the bytes from which its training goes on; only its holder moves it. repeated: whole epochs
    that were trained twice, because a checkpoint was lost. epoch_limit: epochs that it may train, where the study has a
    budget of epochs.
    state: "waiting" until a worker takes it, then "running"; "skipped" was never trained. test: what its network came
    to on the test rows, where it was scored. finalized: final here and, of a search, told to Optuna.
    changes: raised by every write that MLflow should show; recorded: its value when MLflow last showed all. refused,
    refusal: its value when MLflow last refused it, and why; empty once MLflow shows it. recorder, recording_until: who
    delivers it, and the lease of that. sequence: as of a study; a new epoch has one of its own.
    """

    __tablename__ = "tuner_runs"
    __table_args__ = (
        # NULL equals nothing: places without a trial yet, and reproductions, which have no seed of their own.
        UniqueConstraint("study_name", "role", "round", "trial_number", "seed_number", name="tuner_runs_configuration"),
        Index("tuner_runs_worker", "worker_id"),
        Index("tuner_runs_sequence", "study_name", "sequence"),
    )
    study_name: Mapped[str] = mapped_column(ForeignKey("tuner_studies.study_name"), primary_key=True)
    role: Mapped[Role] = mapped_column(String(16), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    trial_ordinal: Mapped[int]
    trial_number: Mapped[int | None]
    baseline: Mapped[str] = mapped_column(Text, default="")
    seed_number: Mapped[int | None] = mapped_column(default=0)
    seed: Mapped[int] = mapped_column(BigInteger, default=0)
    planned_epochs: Mapped[int] = mapped_column(default=0)
    epoch_limit: Mapped[int] = mapped_column(default=0)
    dropped: Mapped[str] = mapped_column(Words, default="")
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    reason: Mapped[str] = mapped_column(Words, default="")
    params: Mapped[dict[str, Any] | None]
    facts: Mapped[TrialFacts | None] = mapped_column("tags", Model(TrialFacts, empty=True))
    value: Mapped[float | None]
    best_epoch: Mapped[int] = mapped_column(default=0)
    test: Mapped[dict[str, Any] | None] = mapped_column(Figures)
    started_at: Mapped[float] = mapped_column(default=0.0)
    finished_at: Mapped[float | None]
    finalized: Mapped[bool] = mapped_column(default=False)
    worker_id: Mapped[str | None] = mapped_column(Text)
    lease_until: Mapped[float] = mapped_column(default=0.0)
    attempt: Mapped[int] = mapped_column(default=0)
    strikes: Mapped[int] = mapped_column(default=0)
    checkpoint: Mapped[str] = mapped_column(Text, default="")
    repeated: Mapped[int] = mapped_column(default=0)
    mlflow_run_id: Mapped[str | None] = mapped_column(Text)
    changes: Mapped[int] = mapped_column(default=0)
    recorded: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    refusal: Mapped[str] = mapped_column(String(1000), default="")
    recorder: Mapped[str | None] = mapped_column(Text)
    recording_until: Mapped[float] = mapped_column(default=0.0)
    sequence: Mapped[int] = mapped_column(BigInteger, default=UNSTAMPED)


class EpochRow(Base):
    """One epoch of a run. seconds: of the epoch, validation included. measured_at: its end."""

    __tablename__ = "tuner_epochs"
    # Named, since the table of that name of schema 3 has the usual one.
    __table_args__ = (
        PrimaryKeyConstraint("study_name", "role", "round", "ordinal", "epoch", name="tuner_epochs_key"),
        Index("tuner_epochs_sequence", "study_name", "sequence"),
    )
    study_name: Mapped[str] = mapped_column(Text)
    role: Mapped[Role] = mapped_column(String(16))
    round: Mapped[int]
    ordinal: Mapped[int]
    epoch: Mapped[int]
    metrics: Mapped[dict[str, Any]] = mapped_column(Figures)
    seconds: Mapped[float]
    measured_at: Mapped[float]
    worker_id: Mapped[str] = mapped_column(Text)
    sequence: Mapped[int] = mapped_column(BigInteger)


class CounterRow(Base):
    """The last number that was drawn for what was written of a study (`sequence`). In a table of its own: whoever draws
    has it locked, and not the study.
    """

    __tablename__ = "tuner_counters"
    study_name: Mapped[str] = mapped_column(ForeignKey("tuner_studies.study_name"), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)


class WorkerRow(Base):
    """One worker process.

    seen_at: its last sign of life. steady_since: since when they came without a gap; a gap means that it, or the
    database, was away. pid_started_at: tells it from a later process of the same pid. machine, boot, pid_space: where
    it runs (`machine`), each empty where that is not sure; host is for people.
    """

    __tablename__ = "tuner_workers"
    worker_id: Mapped[str] = mapped_column(Text, primary_key=True)
    host: Mapped[str] = mapped_column(Text)
    pid: Mapped[int]
    pid_started_at: Mapped[float]
    device: Mapped[str] = mapped_column(Text)
    study_name: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[float]
    seen_at: Mapped[float]
    steady_since: Mapped[float]
    stopped_at: Mapped[float | None]
    stage: Mapped[str] = mapped_column(Text, default="starting")
    machine: Mapped[str] = mapped_column(String(80), default="")
    boot: Mapped[str] = mapped_column(String(80), default="")
    pid_space: Mapped[str] = mapped_column(String(80), default="")


class GpuClaimRow(Base):
    """A worker's place on a GPU, from 0: the first has it alone until there is a second. gpu: its UUID."""

    __tablename__ = "tuner_gpu_claims"
    gpu: Mapped[str] = mapped_column(String(80), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    worker_id: Mapped[str] = mapped_column(Text)
    lease_until: Mapped[float]


class PassedOverRow(Base):
    """Why a worker does not work on a study. passed_at: when it last tried. kind: of error, as in `errors`.

    left: the worker was for this study alone, and ended because of it.
    """

    __tablename__ = "tuner_passed_over"
    study_name: Mapped[str] = mapped_column(ForeignKey("tuner_studies.study_name"), primary_key=True)
    worker_id: Mapped[str] = mapped_column(String(250), primary_key=True)
    reason: Mapped[str] = mapped_column(Words)
    kind: Mapped[str] = mapped_column(String(32))
    passed_at: Mapped[float]
    left: Mapped[bool] = mapped_column(default=False)


class BlobRow(Base):
    """Bytes of a trial - its checkpoint, its model - where the workers share no folder."""

    __tablename__ = "tuner_blobs"
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    data: Mapped[bytes] = mapped_column(Bytes)


class ConfigurationRow(Base):
    """A configuration that a person added to a study that was there. number: from 0, in the order in which they came.

    params: every parameter in use. person: who added it. ordinal: the place of the budget that took it; None while it
    waits for one.
    """

    __tablename__ = "tuner_configurations"
    study_name: Mapped[str] = mapped_column(ForeignKey("tuner_studies.study_name"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text)
    params: Mapped[dict[str, Any]]
    person: Mapped[str] = mapped_column(String(100))
    added_at: Mapped[float]
    ordinal: Mapped[int | None]


Recorded = StudyRow | RunRow
"""What MLflow shows."""


def keyed(table: type[Base], key: Key) -> tuple[ColumnElement[bool], ...]:
    """The conditions for the row of a primary key, or the rows whose key begins with it, as a trial's epochs' do."""
    return tuple(column == value for column, value in zip(table.__table__.primary_key, key, strict=False))
