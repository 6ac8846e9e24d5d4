"""What is recorded of a study and its trials, and the port through which it is delivered.

A record is the whole truth as SQL has it; delivering one twice, or again after more happened, changes nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from tuner.space import Params

Role = Literal["trial", "finalist"]
State = Literal[
    "running", "complete", "pruned", "diverged", "out_of_memory", "failed", "given_up"
]  # fmt: skip


@dataclass(frozen=True)
class EpochRecord:
    """measured_at: seconds since 1970, UTC. seconds: of the epoch, validation included."""

    epoch: int
    measured_at: float
    seconds: float
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class TrialRecord:
    """One trained configuration.

    run_id: of its run, once there is one.
    baseline: the name under which a person proposed it, or empty.
    params: those in use. tags: beside those that the recorder sets from the fields here.
    value: the objective at its best epoch. reason: why it ended as it did, in words.
    model: the file of its best epoch's model (.keras), once there is one.
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


@dataclass(frozen=True)
class StudyRecord:
    """One study.

    experiment: the space's name. spec_yaml: the search-space file as it was read.
    outcome: empty until the study has ended; then its figures (``value``, ``best_trial``, ``test_accuracy``, ...).
    """

    study_name: str
    experiment: str
    spec_yaml: str
    tags: Mapping[str, str]
    started_at: float
    finished_at: float | None = None
    outcome: Mapping[str, float | str] = field(default_factory=dict)
    run_id: str | None = None


class Recorder(Protocol):
    """Where records go. Each call is idempotent and raises ServiceDown where the other side does not answer."""

    def record_study(self, record: StudyRecord) -> str:
        """Create or find the study's run, bring it up to date, and give its id."""
        ...

    def record_trial(self, study: StudyRecord, record: TrialRecord) -> str:
        """Create or find the trial's run under the study's, bring it up to date, and give its id."""
        ...

    def register_champion(self, study: StudyRecord, record: TrialRecord) -> str:
        """Put the trial's model into the registry under the experiment's name, alias ``champion``; give its version."""
        ...
