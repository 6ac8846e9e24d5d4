"""Search spaces that a study can be made from: listed, looked at, a text checked."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field

from tuner.search.cells import budget
from tuner.service.checking import check_space
from tuner.service.requests import Request
from tuner.service.served_spaces import LONGEST
from tuner.service.space_schema import schema
from tuner.spec.metrics import Direction
from tuner.spec.space import Parameter, Value
from tuner.spec.study_spec import StudySpec
from tuner.web.answers import Answer
from tuner.web.problems import answers
from tuner.web.served import Shelf

router = APIRouter(tags=["spaces"])


class ParameterAnswer(Answer):
    """A parameter: values to choose from, or a range from low to high. when: the values of others with which it is."""

    name: str
    values: tuple[Value, ...] | None = None
    low: float | None = None
    high: float | None = None
    step: float | None = None
    log: bool | None = None
    when: Mapping[str, tuple[Value, ...]] = {}

    @classmethod
    def of(cls, parameter: Parameter) -> "ParameterAnswer":
        names = ("values", "low", "high", "step", "log")
        known = {name: getattr(parameter.domain, name, None) for name in names}
        return cls(name=parameter.name, when=parameter.when, **known)


class SpaceSummary(Answer):
    """trials: the budget of a study that asks for no other."""

    space: str
    dataset: str
    task: str
    model: str
    metric: str
    direction: Direction
    trials: int

    @classmethod
    def of(cls, spec: StudySpec) -> "SpaceSummary":
        return cls(**_summary(spec))


class SpaceAnswer(SpaceSummary):
    """text: its file, which may be changed and sent back as `space_text`."""

    metrics: list[str]
    parameters: list[ParameterAnswer]
    baselines: Mapping[str, Mapping[str, Value]]
    search: dict[str, Any]
    text: str

    @classmethod
    def of(cls, spec: StudySpec) -> "SpaceAnswer":
        return cls(
            **_summary(spec),
            metrics=list(spec.metrics),
            parameters=[ParameterAnswer.of(each) for each in spec.space],
            baselines={each.name: each.params for each in spec.baselines},
            search=spec.search.model_dump(mode="json"),
            text=spec.text,
        )


def _summary(spec: StudySpec) -> dict[str, Any]:
    return {
        "space": spec.name, "dataset": spec.data.name, "task": spec.task, "model": spec.model,
        "metric": spec.objective.metric, "direction": spec.objective.direction,
        "trials": budget(spec, None),
    }  # fmt: skip


class Spaces(Answer):
    spaces: list[SpaceSummary]


class CheckRequest(Request):
    """A space by its name, or as the text of a search-space file."""

    space: str | None = Field(None, max_length=200, examples=["fashion_mnist"])
    space_text: str | None = Field(
        None, max_length=LONGEST, examples=["dataset: digits\nparameters: {units: [8, 64]}\n"]
    )
    space_name: str = Field("space", max_length=100)


class CheckedAnswer(Answer):
    """A space that can be used. smallest, largest: trainable numbers of its networks, where they are known
    beforehand. worker_mib: what one worker takes of memory, about. warnings, notes: a line each."""

    space: SpaceAnswer
    smallest: int | None
    largest: int | None
    worker_mib: float | None
    warnings: list[str]
    notes: list[str]


@router.get("/spaces")
def list_(shelf: Shelf) -> Spaces:
    """The search spaces that this server has."""
    return Spaces(spaces=[SpaceSummary.of(shelf.named(each)) for each in shelf.names()])


@router.get("/spaces/{space}", responses=answers(404, 422))
def show(
    shelf: Shelf, space: Annotated[str, Path(description="The space's name.", examples=["digits"], max_length=200)]
) -> SpaceAnswer:
    """One of them, with its text."""
    return SpaceAnswer.of(shelf.named(space))


@router.post("/spaces/check", responses=answers(400, 404, 413, 422))
def check(shelf: Shelf, body: CheckRequest) -> CheckedAnswer:
    """Read a space and its data, as `tune spaces check --quick` does; nothing is stored, and nothing is trained."""
    request = shelf.request(body.space, body.space_text, body.space_name)
    checked = check_space(request, True, lambda words: None)
    outlook = checked.networks.outlook if checked.networks else None
    return CheckedAnswer(
        space=SpaceAnswer.of(checked.spec),
        smallest=outlook.smallest.size.parameters if outlook else None,
        largest=outlook.largest.size.parameters if outlook else None,
        worker_mib=round(outlook.worker_mib, 1) if outlook else None,
        warnings=list(outlook.warnings) if outlook else [],
        notes=list(checked.notes),
    )


@router.get("/schemas/space")
def space_schema() -> dict[str, Any]:
    """The JSON schema of search-space files."""
    return schema()
