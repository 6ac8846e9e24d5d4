"""What is stored of a study and of a run beside their columns, as typed values.

Owns: their fields, and reading what every earlier version stored of them.
Leaves to others: the columns (tables), who writes what (service, runs).

Each is stored as JSON, without what is not known. A key that this version does not know - a later one wrote it - is
kept and written back.
"""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tuner.errors import TunerError


def without_nulls(value: Any) -> Any:
    """A value of JSON; what is null in a mapping or a list of it, at any depth, was not known, and is left out."""
    if isinstance(value, dict):
        return {key: without_nulls(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [without_nulls(each) for each in value if each is not None]
    return value


class Stored(BaseModel):
    """Frozen; equal where all of it is equal."""

    model_config = ConfigDict(frozen=True, extra="allow")

    @classmethod
    def read(cls, stored: Mapping[str, Any] | None) -> Self:
        """Of the JSON in a column. A null where a value is needed is as if nothing stood there.

        Raises TunerError for one that cannot be read.
        """
        try:
            return cls.model_validate(dict(stored or {}))
        except ValidationError:
            pass
        try:
            return cls.model_validate(without_nulls(dict(stored or {})))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise TunerError(
                f"the database holds a {cls.__name__} that cannot be read ({where}: {first['msg']})."
            ) from error

    def as_json(self) -> dict[str, Any]:
        """What is stored: only what is known."""
        return self.model_dump(mode="json", exclude_defaults=True)


class Limits(Stored):
    """When a search ends before its trials are up; None sets no limit.

    epochs: of all trials together. target: a value of the objective. plateau: trials without an improvement above
    noise.
    """

    epochs: int | None = None
    target: float | None = None
    plateau: int | None = None

    def changed(self, given: "Limits") -> "Limits":
        """These, with what is given in their place; None leaves one as it is."""
        return Limits(**{**self.as_json(), **given.as_json()})


class FormerSpace(Stored):
    """What a study searched before a person changed its space. text: as it was written. parameters: in their stored
    form (`resolved_spec`). until: when it was changed. person: who did. words: what changed, a line a parameter.
    """

    text: str = ""
    parameters: tuple[dict[str, Any], ...] = ()
    until: float = 0.0
    person: str = ""
    words: tuple[str, ...] = ()


class StudyOptions(Stored):
    """How a study was asked for, beside its specification.

    code_digest, code_place: of the Python code that makes its networks; empty where none does. rows: "sorted" where
    the data's own order is another one in every process. tensorboard: a folder for its logs. system_metrics: record
    what each epoch takes of the machine. note: a person's own words; None where there never were
    any. workers: how many a person last wanted; None where nobody has said since the start. spaces: those before the
    one that counts, the oldest first.
    """

    code_digest: str = ""
    code_place: str = ""
    rows: str = ""
    tensorboard: str = ""
    system_metrics: bool = False
    limits: Limits = Field(default_factory=Limits)
    note: str | None = None
    workers: int | None = None
    spaces: tuple[FormerSpace, ...] = ()

    def with_(self, **changes: Any) -> "StudyOptions":
        return self.model_copy(update=changes)


class ConfigurationOutcome(Stored):
    """One of those that were compared. values: of the objective, one a seed. out: why it is out, or empty."""

    trial_number: int | None = None
    values: tuple[float, ...] = ()
    mean: float | None = None
    out: str = ""


class FinalRun(Stored):
    """Where the run of the model for use is."""

    round: int
    ordinal: int


class FinalistsOutcome(Stored):
    """What came of training the best again.

    winner: its trial's ordinal. final: of the model for use. epochs: that it was trained. averaged: of so many epochs'
    weights its own are the mean. noise: the deviation between seeds; None where it is not known. words: how the winner
    compares, in sentences. test: its figures on the test rows, means over its seeds.
    """

    winner: int
    final: FinalRun
    epochs: int = 0
    averaged: int = 1
    noise: float | None = None
    configurations: tuple[ConfigurationOutcome, ...] = ()
    words: tuple[str, ...] = ()
    test: dict[str, float] = Field(default_factory=dict)


class ChampionDecision(Stored):
    """What became of the winner in the registry. stands: it is the champion. version: of whichever that is."""

    stands: bool = False
    version: str = ""
    words: str = ""


class Outcome(Stored):
    """What came of a study.

    figures: as MLflow shows them, by name. best_ordinal: of the winner; None where no trial was complete. test: its
    figures on the test rows. not_scored: why there are none, where that has a reason.
    """

    figures: dict[str, int | float | str | None] = Field(default_factory=dict)
    best_ordinal: int | None = None
    test: dict[str, float] | None = None
    not_scored: str | None = None
    finalists: FinalistsOutcome | None = None
    champion: ChampionDecision | None = None
