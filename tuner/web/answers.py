"""What the API answers beside the views of studies: pages of them, and each as the list that it is.

Leaves to others: studies, trials, epochs and workers themselves (studies.views).
"""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

from tuner.database.audit import AuditLine
from tuner.database.service_tables import PersonRole
from tuner.service.receivers import Receiver
from tuner.service.space_form import SpaceForm
from tuner.studies.views import Epoch, Run, Study, Trial, Worker


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StudyPage(Answer):
    """next: the cursor of the next page; None where this is the last. unreadable: by name, why this version of tune
    cannot read a study."""

    studies: tuple[Study, ...]
    next: str | None
    unreadable: Mapping[str, str]


class TrialPage(Answer):
    """total: trials on all pages. next: the cursor of the next page; None where this is the last."""

    trials: tuple[Trial, ...]
    total: int
    next: str | None


class Epochs(Answer):
    epochs: tuple[Epoch, ...]


class Finalists(Answer):
    """Runs of role "compare" are of one of the best configurations with another seed, those of "final" for use."""

    finalists: tuple[Run, ...]


class WorkerAnywhere(Worker):
    """study_name: None of one that works on none just now."""

    study_name: str | None


class Workers(Answer):
    workers: tuple[WorkerAnywhere, ...]


class PersonAnswer(Answer):
    """role: a viewer looks, a member starts studies and changes their own, an admin does everything."""

    name: str
    role: PersonRole


class Line(Answer):
    """A change. at: in seconds since 1970. token_id: by which the person came in; empty at a terminal. study: its name
    then."""

    number: int
    at: float
    person: str
    token_id: str
    action: str
    study: str
    words: str

    @classmethod
    def of(cls, line: AuditLine) -> "Line":
        return cls(**vars(line))


class Lines(Answer):
    """next: for `before`; None where these are the first that were written."""

    lines: list[Line]
    next: int | None


class Health(Answer):
    status: Literal["ok"] = "ok"


class EditedSpace(Answer):
    """text: its file. form: its fields."""

    text: str
    form: SpaceForm


class MadeReceiver(Answer):
    """secret: of a webhook; its messages are signed with it. It is not to be had again."""

    receiver: Receiver
    secret: str | None
