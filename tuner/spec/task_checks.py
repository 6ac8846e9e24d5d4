"""What cannot learn a task: objectives and constraints that nobody measures, losses and outputs of another task.

Leaves to others: everything else of a file (study_spec).
"""

from collections.abc import Sequence

from tuner.errors import SpecError
from tuner.formatting import nearest
from tuner.spec.constraints import Constraint, check_name
from tuner.spec.families import BINARY, LOSSES, Task
from tuner.spec.metrics import METRICS, key
from tuner.spec.objectives import COSTS
from tuner.spec.space import Choice, Parameter, Space, Value
from tuner.spec.space_file import Objective, SpaceFile


def check_further(file: SpaceFile, objective: Objective, task: Task, where: str) -> None:
    """An objective after the first: a metric of the validation rows, or what the network costs."""
    if objective.metric in COSTS:
        if objective.direction == "maximize":
            raise SpecError(f"{where}: objectives: less of {objective.metric} is better. Set direction: minimize.")
    elif objective.metric.startswith("val_"):
        check_objective(file, objective, task, where)
    else:
        raise SpecError(f"{where}: objectives: {objective.metric!r} is not known{nearest(objective.metric, COSTS)}")


def check_constraints(file: SpaceFile, constraints: Sequence[Constraint], task: Task, where: str) -> None:
    """What is bounded is a cost, or a metric of the validation rows that is measured."""
    for each in constraints:
        check_name(each.metric, file.objective.metric, where)
        if each.metric not in COSTS and each.metric not in (known := measured(file, task)):
            at, name = f"{where}: constraints.{each.metric}", each.metric.removeprefix("val_")
            more = f". Add metrics: [{name}]." if key(name) in METRICS[task] else nearest(each.metric, known)
            raise SpecError(f"{at}: is not measured{more}")


def measured(file: SpaceFile, task: Task) -> set[str]:
    """The metrics of the validation rows."""
    return {"val_loss", "val_accuracy" if task == "classification" else "val_mae", *(f"val_{e}" for e in file.metrics)}


def check_objective(file: SpaceFile, objective: Objective, task: Task, where: str) -> None:
    metric = objective.metric
    for name in file.metrics:
        if key(name) not in METRICS[task]:
            raise SpecError(f"{where}: metrics: {name!r} is no metric of a {task}{nearest(name, METRICS[task])}")
    if not metric.startswith("val_"):
        raise SpecError(
            f"{where}: objective.metric: {metric!r} is measured on the training rows. Use {f'val_{metric}'!r}, "
            "which is measured on rows that the network has not seen."
        )
    known = measured(file, task)
    if metric not in known:
        name = metric.removeprefix("val_")
        if key(name) in METRICS[task]:
            raise SpecError(f"{where}: objective.metric: {metric!r} is not measured. Add metrics: [{name}].")
        raise SpecError(f"{where}: objective.metric: {metric!r} is not measured{nearest(metric, known)}")
    better = "minimize" if metric == "val_loss" else METRICS[task][key(metric.removeprefix("val_"))]
    if better != objective.direction:
        word = "lower" if better == "minimize" else "higher"
        raise SpecError(f"{where}: objective: {metric} is better when it is {word}. Set direction: {better}.")


def check_task(space: Space, task: Task, where: str) -> None:
    """Losses and outputs that cannot learn this task, which Keras would take in silence or fail on in every trial."""
    losses = _choices(space["loss"]) if "loss" in space else ()
    for parameter in space:
        values = _choices(parameter)
        if parameter.name == "loss":
            for value in values:
                if value not in LOSSES[task]:
                    raise SpecError(
                        f"{where}: parameters.loss: {value!r} is no loss of a {task}. There are: "
                        f"{', '.join(LOSSES[task])}."
                    )
        if parameter.name == "output_activation" and "softmax" in values and losses == (BINARY,):
            raise SpecError(
                f"{where}: parameters.output_activation: softmax of one output is always 1. Of {BINARY}, use sigmoid "
                "or linear, or leave it out."
            )
        if parameter.name == "output_activation" and task == "regression" and "softmax" in values:
            raise SpecError(
                f"{where}: parameters.output_activation: softmax gives shares, and a regression needs numbers. "
                "Use linear, or leave it out."
            )


def _choices(parameter: Parameter) -> tuple[Value, ...]:
    return parameter.domain.values if isinstance(parameter.domain, Choice) else ()
