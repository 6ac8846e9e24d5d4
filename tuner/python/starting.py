"""`tuner.start`: a study from what a Python program has at hand.

Owns: functions, classes, instances and arrays in place of files, and the names of the arguments.
Leaves to others: the request and every check of it (service).
"""

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, Literal

from tuner.data import person_module
from tuner.errors import InputError
from tuner.python.opened import Opened, artifacts_folder, settings_of
from tuner.python.own_arrays import dataset_of
from tuner.python.own_code import code_of, is_code
from tuner.python.study import Study
from tuner.python.work import Work
from tuner.service import starting
from tuner.service.requests import Devices, LimitsRequest, PythonSettings, StartRequest
from tuner.settings import Settings
from tuner.spec.code import name_in
from tuner.spec.families import Task

Space = str | PathLike[str] | Mapping[str, Any] | Callable[..., Any] | type | object


def start(
    space: Space,
    *,
    dataset: str | Mapping[str, Any] | None = None,
    data: Any = None,
    task: Task | None = None,
    study_name: str | None = None,
    trials: int | None = None,
    timeout_s: float | None = None,
    workers: int | None = None,
    device: Literal["auto", "cpu", "gpu"] = "auto",
    gpus: str | None = None,
    workers_per_gpu: int = 1,
    mixed_precision: bool = False,
    seed: int | None = None,
    epoch_budget: int | None = None,
    target: float | None = None,
    plateau: int | None = None,
    baselines: Mapping[str, Mapping[str, Any]] | None = None,
    from_study: str | None = None,
    from_best: int = 3,
    objective: str | None = None,
    trial_epochs: int | None = None,
    batch_size: int | None = None,
    normalization: str | None = None,
    code: Sequence[Any] = (),
    space_name: str | None = None,
    tensorboard: str | PathLike[str] | None = None,
    system_metrics: bool = False,
    fit: bool = False,
    storage: str | None = None,
) -> Study:
    """Start a study and return at once; its workers are processes, and `Study.wait` waits for them.

    They end with this process: what they had begun is handed back, and `tuner.open(name).resume()` goes on with it.
    Where this process is killed instead, they go on by themselves.

    space: one of
      the name of a shipped one, such as ``"fashion_mnist"``, or a YAML file;
      a dict of what such a file says, whose `model` may be one of the following;
      a function of `hp` (KerasTuner) or of a `trial` (Optuna); a HyperModel, class or instance;
      code as text, ``"my_model.py:build_model"``.
    What is given as code is run, here and in workers. A function or class of a notebook is written to a file, with what
    it uses; one that needs data of the notebook is refused.
    dataset: of a space in Python: a name, or a mapping as in a file.
    data: arrays in its place: ``(x, y)``; ``((x, y), (x_test, y_test))``, with validation rows between them if there
    are some; or ``(frame, "target column")``. x: (rows, features), or images (rows, height, width) with or without
    channels. y: labels, one a row; of a regression numbers. They are kept in a file beside the study.
    task: ``"classification"`` or ``"regression"``, where y may be either.
    study_name: by default the space's and a number. A study of that name that has not ended goes on.
    trials: how many, exactly. timeout_s: seconds for the search. It ends earlier after `epoch_budget` epochs of all
    trials together, at a value of `target`, or after `plateau` trials without an improvement above noise.
    workers: how many; by default one a GPU, else one a CPU core. gpus: numbers or UUIDs with commas between.
    baselines: configurations to try first, by name. from_study: an old study, whose best `from_best` are tried first.
    objective: of a space in Python, ``"val_accuracy"`` or ``"METRIC:minimize"``. trial_epochs, batch_size,
    normalization: of one in Python, where it does not say so itself; by default 10, 32 and none.
    code: further code that may be run, such as makes the data. space_name: of a space without a file; MLflow's
    experiment has it too. fit: train through Keras' `Model.fit` instead of the compiled epoch.
    storage: the studies' database as SQLAlchemy's URL; by default TUNER_STORAGE, else ``tuner.db`` in this folder.

    Raises SpecError, DataError, InputError, StudyConflict, NotFound and ServiceDown, each a line of what to do; then
    nothing was stored.
    """
    if person_module.is_being_run():
        raise InputError(
            "tuner.start() is called by the file that has the network, while a worker loads it. Put the call under "
            'if __name__ == "__main__":'
        )
    settings = settings_of(storage)
    given = _Given(settings, task, space_name)
    made = given.space(space, dataset, data)
    request = StartRequest(
        space=made,
        space_name=given.space_name,
        python=PythonSettings(
            dataset=given.dataset,
            objective=objective,
            trial_epochs=trial_epochs,
            batch_size=batch_size,
            normalization=normalization,
        ),
        code=(*given.codes, *(given.named(each) for each in code)),
        study_name=study_name,
        trials=trials,
        timeout_s=timeout_s,
        seed=seed,
        limits=LimitsRequest(epochs=epoch_budget, target=target, plateau=plateau),
        devices=Devices(
            device=device, workers=workers, gpus=gpus, workers_per_gpu=workers_per_gpu, mixed_precision=mixed_precision
        ),
        baselines=None if baselines is None else {name: dict(each) for name, each in baselines.items()},
        from_study=from_study,
        from_best=from_best,
        tensorboard=None if tensorboard is None else Path(tensorboard),
        system_metrics=system_metrics,
        fit=fit,
    )
    begun = starting.start(settings, request)
    opened, name = Opened(settings, begun.db), begun.study.study_name
    work = Work(opened, name)
    work.begin(begun, request.devices)
    return Study(opened, name, work)


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
