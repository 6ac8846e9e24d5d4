"""`tuner.start`: a study from what a Python program has at hand.

Owns: the names of the arguments, and what each means.
Leaves to others: the request that they make (asked), every check of it (service).
"""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any, Literal

from tuner.data import person_module
from tuner.errors import InputError
from tuner.python.asked import Space, start_request
from tuner.python.opened import Opened, settings_of
from tuner.python.study import Study
from tuner.python.work import Work
from tuner.service import starting
from tuner.spec.families import Task


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
    cohort: Literal["auto", "off"] | int = "auto",
    engine: Literal["local", "ray"] = "local",
    address: str = "auto",
    cpus_per_worker: float = 1.0,
    gpus_per_worker: float = 0.0,
    memory_per_worker: int = 0,
    resources: Mapping[str, float] | None = None,
    priority: int | None = None,
    most_workers: int | None = None,
    seed: int | None = None,
    epoch_budget: int | None = None,
    target: float | None = None,
    plateau: int | None = None,
    baselines: str | PathLike[str] | Mapping[str, Mapping[str, Any]] | None = None,
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
    engine: ``"ray"`` has a Ray cluster run the workers; they go on when this process ends. address: of the cluster,
    such as ``"ray://head:10001"``; by default RAY_ADDRESS, or the one that this machine belongs to. cpus_per_worker,
    gpus_per_worker (a part of one, too), memory_per_worker (MiB), resources (custom ones, by name): what each needs.
    priority: where workers serve several studies, the highest comes first. most_workers: that it has, wherever they
    are.
    baselines: configurations to try first, by name, or a file of them. from_study: an old study, whose best `from_best`
    are tried first.
    objective: of a space in Python, ``"val_accuracy"`` or ``"METRIC:minimize"``. trial_epochs, batch_size,
    normalization: of one in Python, where it does not say so itself; by default 10, 32 and none.
    code: further code that may be run, such as makes the data. space_name: of a space without a file; MLflow's
    experiment has it too. fit: train through Keras' `Model.fit` instead of the compiled epoch.
    storage: the studies' database as SQLAlchemy's URL; by default TUNER_STORAGE, else ``tuner.db`` in this folder.

    Raises SpecError, DataError, InputError, StudyConflict, NotFound and ServiceDown, each a line of what to do; then
    nothing was stored.
    """
    # Every argument, by the name that a request has it under.
    asked = dict(locals())
    if person_module.is_being_run():
        raise InputError(
            "tuner.start() is called by the file that has the network, while a worker loads it. Put the call under "
            'if __name__ == "__main__":'
        )
    settings = settings_of(storage)
    request = start_request(settings, asked)
    begun = starting.start(settings, request)
    opened, name = Opened(settings, begun.db), begun.study.study_name
    work = Work(opened, name)
    work.begin(begun, request.devices)
    return Study(opened, name, work)
