"""Search spaces as programs see them: in JSON and over HTTP.

Leaves to others: what a space is (spec), finding out about it beforehand (checking), tables for people (cli).
"""

from collections.abc import Mapping

from tuner.data.reading import Reading
from tuner.search.cells import budget
from tuner.service.checking import CheckedSpace, Networks, TriedCode
from tuner.spec.space import Parameter, Value
from tuner.spec.space_file import Objective, Search
from tuner.spec.study_spec import StudySpec
from tuner.studies.views import View


class SearchedParameter(View):
    """values: to choose from; of a person's code, in words. low, high, step, log: of a range. default: of a person's
    code. when: the values of other parameters with which it is there."""

    values: tuple[Value, ...] | str | None = None
    low: int | float | None = None
    high: int | float | None = None
    step: int | float | None = None
    log: bool | None = None
    default: Value | None = None
    when: Mapping[str, tuple[Value, ...]] = {}


class SearchSpace(View):
    """trials: the budget of a study that asks for no other. text: its file, as it may be changed and sent back.

    dataset, task: None of model "external".
    """

    space: str
    dataset: str | None
    task: str | None
    model: str
    objective: Objective
    metrics: tuple[str, ...]
    trials: int
    parameters: Mapping[str, SearchedParameter]
    baselines: Mapping[str, Mapping[str, Value]]
    search: Search
    text: str


class SearchSpaces(View):
    spaces: tuple[SearchSpace, ...]


class EndOfSpace(View):
    """The smallest network of a space, or its largest. parameters: trainable numbers. params: its configuration.

    step_seconds, problem: of training it for some steps; None where that was not done.
    """

    parameters: int
    params: Mapping[str, Value]
    step_seconds: float | None
    problem: str | None


class CheckedSearchSpace(SearchSpace):
    """A space that can be used. data: how its data were read. worker_mib: what a worker takes, about; memory_mib: what
    it may take. study_seconds: the whole study's, about. warnings, notes: a line each.

    What is known of networks before they are made is None where a person's code makes them; so are the data of model
    "external".
    """

    data: Reading | None
    smallest: EndOfSpace | None
    largest: EndOfSpace | None
    worker_mib: float | None
    memory_mib: float | None
    study_seconds: float | None
    warnings: tuple[str, ...]
    notes: tuple[str, ...]


def search_space(spec: StudySpec) -> SearchSpace:
    return SearchSpace(
        space=spec.name,
        dataset=None if spec.external else spec.data_name,
        task=spec.source_task,
        model=spec.model,
        objective=spec.objective,
        metrics=spec.metrics,
        trials=budget(spec, None),
        parameters={each.name: _searched(each) for each in spec.space},
        baselines={each.name: each.params for each in spec.baselines},
        search=spec.search,
        text=spec.text,
    )


def checked_search_space(checked: CheckedSpace) -> CheckedSearchSpace:
    space, networks, asked = search_space(checked.spec), checked.networks, checked.asked
    outlook = networks.outlook if networks else None
    return CheckedSearchSpace(
        **{**dict(space), "parameters": _asked(asked) if asked else space.parameters},
        data=checked.reading,
        smallest=_end(networks, 0) if networks else None,
        largest=_end(networks, 1) if networks else None,
        worker_mib=round(outlook.worker_mib, 1) if outlook else None,
        memory_mib=round(networks.memory_mib, 1) if networks else None,
        study_seconds=networks.seconds if networks else None,
        warnings=outlook.warnings if outlook else (),
        notes=(*checked.notes, *(asked.notes if asked else ())),
    )


def _searched(parameter: Parameter) -> SearchedParameter:
    names = ("values", "low", "high", "step", "log")
    known = {name: getattr(parameter.domain, name, None) for name in names}
    return SearchedParameter(when=parameter.when, **known)


def _asked(asked: TriedCode) -> Mapping[str, SearchedParameter]:
    return {each.name: SearchedParameter(values=each.values, default=each.default) for each in asked.parameters}


def _end(networks: Networks, which: int) -> EndOfSpace:
    network = (networks.outlook.smallest, networks.outlook.largest)[which]
    tried = networks.tried[which] if networks.tried else None
    return EndOfSpace(
        parameters=network.size.parameters,
        params=network.params,
        step_seconds=tried.step_s if tried else None,
        problem=tried.problem if tried else None,
    )
