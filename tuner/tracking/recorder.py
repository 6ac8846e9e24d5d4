"""What is recorded of a study and its trials, and the port through which it is delivered.

A record is the whole truth as SQL has it; delivering one twice, or again after more happened, changes nothing else.

What a recorder promises: one run a study, one a trial, one a finalist's seed, also where a delivery was cut off and is
repeated by a process that was never told the run's id. Params and epochs, once recorded, stay as they are; everything
else follows the latest record, except that the final state of a trial is never taken back to running.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from tuner.data.answers import Answers
from tuner.spec.space import Params

Role = Literal["trial", "finalist"]
State = Literal[
    "running", "complete", "pruned", "infeasible", "diverged", "out_of_memory", "failed", "given_up", "cancelled"
]  # fmt: skip


@dataclass(frozen=True)
class EpochRecord:
    """One epoch.

    epoch: from 1. measured_at: seconds since 1970, UTC. seconds: of the epoch, validation included.
    """

    epoch: int
    measured_at: float
    seconds: float
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class TrialRecord:
    """One trained configuration.

    run_id: of its run, once there is one.
    baseline: the name under which a person proposed it, or empty.
    params: those in use. tags: beside those that the recorder sets from the fields here; a finalist's ``seed`` tells
        it from the others of its trial, ``dataset`` and ``dataset_digest`` name what it learnt from.
    epochs: all so far. value: the objective at its best epoch. reason: why it ended as it did, in words.
    started_at, finished_at: seconds since 1970, UTC.
    model: the file of its best epoch's model (.keras, no custom objects), once there is one.
    note: a person's own words; None where there never were any.
    files: artifacts of its run, by their path in it. answers: of the best epoch on the validation rows, for pictures.
    drawn: whether there are any.
    """

    study_name: str
    trial_number: int
    role: Role
    state: State
    reason: str
    baseline: str
    params: Params
    tags: Mapping[str, str]
    epochs: tuple[EpochRecord, ...]
    value: float | None
    best_epoch: int
    started_at: float
    finished_at: float | None
    run_id: str | None = None
    model: Path | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    answers: Answers | None = None
    drawn: bool = True

    @property
    def identity(self) -> tuple[Role, int, str]:
        """What tells it from the other records of its study."""
        return self.role, self.trial_number, self.tags.get("seed", "") if self.role == "finalist" else ""


@dataclass(frozen=True)
class StudyRecord:
    """One study.

    experiment: the space's name. spec_yaml: the search-space file as it was read. searched: the parameters that have
        more than one value in it.
    started_at: seconds since 1970, UTC; as stored, for it tells a study from an earlier one of the same name.
    outcome: empty until the study has ended; then its figures (``value``, ``best_trial``, ``test_accuracy``, ...).
    files: artifacts of its run, by their path in it (``report.html``); one that changed replaces the earlier.
    """

    study_name: str
    experiment: str
    spec_yaml: str
    tags: Mapping[str, str]
    started_at: float
    finished_at: float | None = None
    outcome: Mapping[str, float | str] = field(default_factory=dict)
    run_id: str | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    searched: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True)
class Champion:
    """What stands in the registry under an experiment's name, alias ``champion``.

    value: of its study's objective, `metric`. data: which rows it was measured on, or empty where that is not known.
    """

    version: str
    study_name: str
    trial_number: int
    value: float | None
    metric: str
    data: str


def claim_of(study: StudyRecord, record: TrialRecord) -> Champion:
    """What a trial would stand with, were it the champion; its version is not known yet."""
    data = " ".join(filter(None, (record.tags.get("dataset"), record.tags.get("test_digest"))))
    return Champion("", study.study_name, record.trial_number, record.value, study.tags.get("metric", ""), data)


class Recorder(Protocol):
    """Where records go.

    Each call is idempotent. It raises ServiceDown where the other side does not answer - Postponed, where it does, but
    fails at this record - and Refused for what it does not take; all that was not refused is then there.
    """

    def prepare(self) -> None:
        """Make sure that the other side answers; no record needs it."""
        ...

    def record_study(self, record: StudyRecord) -> str:
        """Create or find the study's run, bring it up to date, and give its id."""
        ...

    def record_trial(self, study: StudyRecord, record: TrialRecord) -> str:
        """Create or find the trial's run under the study's, bring it up to date, and give its id."""
        ...

    def record_together(self, study: StudyRecord, records: Sequence[TrialRecord]) -> Mapping[int, str]:
        """Record those of which there is nothing yet and nothing to refuse, many at a time; gives the ids of their
        runs by their places in the sequence. What is not among them is to be recorded alone."""
        ...

    def missing(self, study: StudyRecord, run_ids: Sequence[str] = ()) -> set[str]:
        """Those of the study's and these runs that the other side does not know (any more)."""
        ...

    def register_champion(self, study: StudyRecord, record: TrialRecord) -> str:
        """Put the trial's model into the registry under the experiment's name, alias ``champion``; give its version."""
        ...

    def champion(self, experiment: str) -> Champion | None:
        """The standing champion, if there is one."""
        ...

    def rivals(self, experiment: str, version: str) -> list[Champion]:
        """What else was registered at about the time of this version: one may not have known of the other."""
        ...

    def promote(self, experiment: str, version: str) -> None:
        """Make a version that is there the champion."""
        ...
