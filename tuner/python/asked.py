"""What a Python program asked, as a request: functions, classes, instances and arrays become files for workers.

Leaves to others: the names of the arguments (starting), what may be asked (service).
"""

from collections.abc import Callable, Mapping
from os import PathLike
from typing import Any

from tuner.errors import InputError
from tuner.python.opened import artifacts_folder
from tuner.python.own_arrays import dataset_of
from tuner.python.own_code import code_of, is_code
from tuner.service.requests import StartRequest
from tuner.service.words import request_of
from tuner.settings import Settings
from tuner.spec.code import name_in
from tuner.spec.families import Task

Space = str | PathLike[str] | Mapping[str, Any] | Callable[..., Any] | type | object


def start_request(settings: Settings, asked: Mapping[str, Any]) -> StartRequest:
    """Of the arguments of `tuner.start`, by name. Raises InputError, NotFound."""
    given = _Given(settings, asked["task"], asked["space_name"])
    baselines = asked["baselines"]
    made = {
        "resources": dict(asked["resources"] or {}),
        "space": given.space(asked["space"], asked["dataset"], asked["data"]),
        "code": (*given.codes, *(given.named(each) for each in asked["code"])),
        "baselines": {name: dict(each) for name, each in baselines.items()}
        if isinstance(baselines, Mapping)
        else baselines,
    }
    # What it found in these is known by now.
    found = {"space_name": given.space_name, "dataset": given.dataset}
    return request_of(StartRequest, {**asked, **made, **found})


class _Given:
    """What a Python program gave, as a request says it: texts and mappings."""

    def __init__(self, settings: Settings, task: Task | None, space_name: str | None) -> None:
        self._folder = artifacts_folder(settings)
        self._task = task
        self.space_name = space_name
        self.dataset: str | dict[str, Any] | None = None
        self.codes: tuple[str, ...] = ()

    def named(self, code: Any) -> str:
        """Code as it is named to other processes. Raises InputError, NotFound."""
        if isinstance(code, str | PathLike):
            return str(code)
        found, called = code_of(code, self._folder / "code")
        self.space_name = self.space_name or called
        return found.named

    def space(self, space: Space, dataset: str | Mapping[str, Any] | None, data: Any) -> str | dict[str, Any]:
        """The space as a text or a mapping."""
        if dataset is not None and data is not None:
            raise InputError("dataset= and data=: give one of them.")
        if isinstance(space, Mapping):
            return self._mapping(dict(space), dataset, data)
        if isinstance(space, str | PathLike):
            text = str(space)
        elif is_code(space):
            text = self.named(space)
        else:
            raise InputError(
                f"a {type(space).__name__} is no search space. Give a name, a file, a dict, a function of hp or of a "
                "trial, or a HyperModel."
            )
        if data is not None:
            self.dataset = self._arrays(data)
        elif dataset is not None:
            self.dataset = dataset if isinstance(dataset, str) else dict(dataset)
        elif not isinstance(space, str | PathLike):
            raise InputError("which data? Give dataset='fashion_mnist', or arrays: data=(x, y).")
        return text

    def _mapping(self, content: dict[str, Any], dataset: str | Mapping[str, Any] | None, data: Any) -> dict[str, Any]:
        if is_code(model := content.get("model")):
            found, called = code_of(model, self._folder / "code")
            style = name_in(found).style
            content["model"] = {style: found.named}
            self.codes = (found.named,)
            self.space_name = self.space_name or called
        if data is not None:
            content["dataset"] = dict(self._arrays(data))
        elif dataset is not None:
            content["dataset"] = dataset if isinstance(dataset, str) else dict(dataset)
        if self.space_name is None and isinstance(named := content.get("dataset"), str):
            self.space_name = named
        return content

    def _arrays(self, data: Any) -> dict[str, Any]:
        return dict(dataset_of(data, self._task, self.space_name or "data", self._folder / "data"))
