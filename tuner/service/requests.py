"""What a person can ask: frozen models, checked when they are made.

Owns: what each may say, and the line for a value that cannot be.
Leaves to others: what is done (starting, resuming), how it is typed (cli, python).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    InstanceOf,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)

from tuner.database.facts import Limits
from tuner.errors import InputError
from tuner.settings import LARGEST_SEED, MOST_MEMBERS, MOST_TRIALS
from tuner.spec.strict_model import complaint
from tuner.spec.study_spec import StudySpec

Content = dict[str, Any]
"""A search space, or a data set, as a mapping of what its file would say."""


Priority = Annotated[int, Field(ge=-1000, le=1000)]
"""Where workers serve several studies, the highest comes first; 0 where nobody says."""

MostWorkers = Annotated[int, Field(ge=0, le=10_000)]
"""0 is any number."""


Cohort = Literal["auto", "off"] | Annotated[int, Field(ge=2, le=MOST_MEMBERS)]
"""Networks that a worker trains at once; "auto" is what is best on its device."""


class Request(BaseModel):
    """Raises InputError, in one line, for a value that cannot be."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="wrap")
    @classmethod
    def _said_in_a_line(cls, values: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if _has_nul(values):
            raise InputError("a text has the character NUL in it, which nothing here is written with.")
        try:
            return handler(values)
        except ValidationError as error:
            raise InputError(complaint(error, cls)) from error


def _has_nul(values: Any) -> bool:
    # PostgreSQL keeps none.
    if isinstance(values, Mapping):
        return any(_has_nul(each) for each in (*values, *values.values()))
    if isinstance(values, list | tuple):
        return any(map(_has_nul, values))
    return isinstance(values, str) and "\0" in values


class LimitsRequest(Request):
    """When a search ends before its trials are up. epochs: of all trials together. None leaves a limit as it is."""

    epochs: Annotated[int, Field(ge=1)] | None = None
    target: float | None = None
    plateau: Annotated[int, Field(ge=1)] | None = None

    def given(self) -> Limits:
        """As a study stores them."""
        return Limits(epochs=self.epochs, target=self.target, plateau=self.plateau)


class Devices(Request):
    """What workers run on. workers: how many; None is one a GPU, else one a CPU core.

    gpus: their numbers in nvidia-smi, or UUIDs, with commas between; None is all. workers_per_gpu: that share one.
    cohort: how many networks each trains at once, by one program.
    """

    device: Literal["auto", "cpu", "gpu"] = "auto"
    workers: int | None = None
    gpus: str | None = None
    workers_per_gpu: int = 1
    mixed_precision: bool = False
    cohort: Cohort = "auto"


class Place(Request):
    """Where workers run: processes of this machine, or tasks of a Ray cluster.

    address: of the cluster: "auto" is RAY_ADDRESS, or the one that this machine belongs to. cpus_per_worker: its
    threads, too. gpus_per_worker: a part of one, and of its memory. memory_per_worker: MiB. resources: custom ones of
    the cluster, by name.
    """

    engine: Literal["local", "ray"] = "local"
    address: Annotated[str, Field(min_length=1, max_length=200)] = "auto"
    cpus_per_worker: Annotated[float, Field(gt=0, le=1000)] = 1.0
    gpus_per_worker: Annotated[float, Field(ge=0, le=1)] = 0.0
    memory_per_worker: Annotated[int, Field(ge=0)] = 0
    resources: dict[str, Annotated[float, Field(gt=0)]] = {}

    @model_validator(mode="after")
    def _said_of_a_cluster(self) -> Self:
        if self.engine == "local" and (given := self.model_fields_set - {"engine"}):
            changed = [name for name in sorted(given) if getattr(self, name) != type(self).model_fields[name].default]
            if changed:
                raise InputError(f"--{changed[0].replace('_', '-')} goes with --engine ray.")
        return self


LOCAL = Place()


class PythonSettings(Request):
    """What a space in Python does not say itself.

    dataset: a name, or a mapping as in a file. objective: ``METRIC`` or ``METRIC:minimize``. trial_epochs: of each.
    """

    dataset: str | Content | None = None
    objective: str | None = None
    trial_epochs: Annotated[int, Field(ge=1)] | None = None
    batch_size: Annotated[int, Field(ge=1)] | None = None
    normalization: str | None = None


class SpaceRequest(Request):
    """A search space to be found.

    space: a name, a file, Python code (``net.py``, ``net.py:build_model``, ``package.module:name``), what a file would
    say, or a specification that is there. space_name: what to call it; None is by the name of its file.
    python: of a space in Python. code: Python code that may be run, for networks or data made by code, as files or
    modules.
    """

    space: str | Content | InstanceOf[StudySpec]
    space_name: str | None = None
    python: PythonSettings = PythonSettings()
    code: tuple[str, ...] = ()

    @property
    def called(self) -> str:
        """What messages call it."""
        if isinstance(self.space, str):
            return self.space
        return self.space.name if isinstance(self.space, StudySpec) else self.space_name or "the space"


class StartRequest(SpaceRequest):
    """A new study.

    priority, most_workers: its part of workers that serve several studies, by the rule of `sharing`.
    study_name: None takes the space's name and the next free number. trials, timeout_s, seed, limits: None takes the
    space's. baselines: configurations to try first, or a file of them. from_study: an old one, whose best `from_best`
    configurations are tried first. tensorboard: a folder for its logs. detach: only store the study; workers elsewhere
    will run it. fit: train through Keras' `Model.fit`.
    """

    study_name: str | None = None
    trials: Annotated[int, Field(le=MOST_TRIALS)] | None = None
    timeout_s: Annotated[float, Field(gt=0)] | None = None
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)] | None = None
    limits: LimitsRequest = LimitsRequest()
    priority: Priority | None = None
    most_workers: MostWorkers | None = None
    devices: Devices = Devices()
    place: Place = Place()
    baselines: Path | dict[str, Content] | None = None
    from_study: str | None = None
    from_best: Annotated[int, Field(ge=1)] = 3
    tensorboard: Path | None = None
    system_metrics: bool = False
    detach: bool = False
    fit: bool = False


class CancelRequest(Request):
    """What runs is ended at once. trial: its number; None is all of the study, which then rests."""

    study_name: str
    trial: Annotated[int, Field(ge=0)] | None = None


class ChangesRequest(Request):
    """What is new of a study since a number, which the last answer gave; 0 is all of it."""

    study_name: str
    since: Annotated[int, Field(ge=0)] = 0


class ChangeRequest(Request):
    """Of a study that runs; None leaves a thing as it is. trials, timeout_s: the new totals. space_text: of a file with
    other domains of its parameters; space_name: what messages call that.

    workers: how many the command that runs it here is to have. priority, most_workers: as of a start.
    """

    study_name: str
    trials: Annotated[int, Field(ge=1, le=MOST_TRIALS)] | None = None
    timeout_s: Annotated[float, Field(gt=0)] | None = None
    limits: LimitsRequest = LimitsRequest()
    workers: Annotated[int, Field(ge=1, le=1000)] | None = None
    priority: Priority | None = None
    most_workers: MostWorkers | None = None
    space_text: Annotated[str, Field(max_length=1_000_000)] | None = None
    space_name: str = "the space"

    @property
    def in_words(self) -> str:
        """What it asks for, in a line; of a space, its changes are said by whoever finds them."""
        asked = {name: getattr(self, name) for name in _CHANGED}
        given = {name: each for name, each in {**asked, **dict(self.limits)}.items() if each is not None}
        return ", ".join(f"{name} {each}" for name, each in given.items())

    @property
    def says_something(self) -> bool:
        said = any(getattr(self, name) is not None for name in (*_CHANGED, "space_text"))
        return said or self.limits != LimitsRequest()


_CHANGED = ("trials", "timeout_s", "workers", "priority", "most_workers")
"""Of a change, beside the limits."""


class ChampionRequest(Request):
    """A trial's model becomes its space's champion. trial: its number; None is the study's winner.

    force: also where it is not better than the standing one, or cannot be compared.
    """

    study_name: str
    trial: Annotated[int, Field(ge=0)] | None = None
    force: bool = False


Named = Annotated[str, Field(pattern=r"^[\w.@+:-]{1,100}$")]
"""A program, as it names itself."""


Host = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f]*$")]
Lease = Annotated[str, Field(max_length=400, pattern=r"^[^\x00-\x1f]*$")]
Took = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class AskRequest(Request):
    """A program asks for a trial of a study whose training is its own.

    worker: what it calls itself; who asks again under this name gets the trial that it has. host: where it runs.
    """

    study_name: str
    worker: Named
    host: Host = ""


class HeldTrial(Request):
    """A trial that a program holds. trial: its number. lease: as the answer to its ask gave it."""

    study_name: str
    trial: Annotated[int, Field(ge=0)]
    lease: Lease


Reported = dict[Annotated[str, Field(min_length=1, max_length=250)], float]
"""Figures by name; one that is not a number is written NaN."""


class ReportRequest(HeldTrial):
    """An epoch of it has ended. epoch: from 1. seconds: that it took; None takes the time since the last one."""

    epoch: Annotated[int, Field(ge=1)]
    metrics: Annotated[Reported, Field(max_length=1000)]
    seconds: Took | None = None


class TellRequest(HeldTrial):
    """It has ended. metrics: figures of the end, which are then those of one epoch more. reason: of a failure."""

    state: Literal["complete", "failed"] = "complete"
    metrics: Annotated[Reported, Field(max_length=1000)] | None = None
    reason: Annotated[str, Field(max_length=2000)] = ""


class DeleteRequest(Request):
    """A study with all that is kept of it here. mlflow: its runs and model versions there, too.

    champion: also where the registry's champion is one of these.
    """

    study_name: str
    mlflow: bool = False
    champion: bool = False


class RenameRequest(Request):
    """Another name for a study."""

    study_name: str
    new_name: str


class NoteRequest(Request):
    """A person's own words on a study; empty takes them away."""

    study_name: str
    note: Annotated[str, Field(max_length=2000)]


class ResumeRequest(Request):
    """A study goes on. trials: the new total. None leaves a budget or a limit as it is; timeout_s: None is without.

    detach: as of a start.
    """

    study_name: str
    trials: Annotated[int, Field(le=MOST_TRIALS)] | None = None
    timeout_s: Annotated[float, Field(gt=0)] | None = None
    limits: LimitsRequest = LimitsRequest()
    devices: Devices = Devices()
    place: Place = Place()
    code: tuple[str, ...] = ()
    fit: bool = False
    detach: bool = False
