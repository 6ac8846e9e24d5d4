"""What a trial has to keep to, beside being good: bounds on what a network costs, or on a metric.

Owns: how a constraint is written, and how far a figure breaks it.
Leaves to others: which figures there are (objectives, task_checks), measuring them (runs), what becomes of a trial that
breaks one (studies.feasibility, search).
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from tuner.errors import SpecError
from tuner.formatting import nearest
from tuner.spec.objectives import COSTS

_WRITTEN = re.compile(r"\s*(<=|>=)\s*(\S+)\s*")


@dataclass(frozen=True)
class Constraint:
    """at_most: the figure is the bound or less; else the bound or more."""

    metric: str
    at_most: bool
    bound: float

    @property
    def rule(self) -> str:
        """As it is written: ``<= 50000``."""
        return f"{'<=' if self.at_most else '>='} {self.bound:.15g}"

    def __str__(self) -> str:
        return f"{self.metric} {self.rule}"

    def violation(self, value: float) -> float:
        """By how much of the bound a figure breaks it; 0 where it does not. A figure that is no number breaks it."""
        if not math.isfinite(value):
            return 1.0
        over = value - self.bound if self.at_most else self.bound - value
        return max(0.0, over / (abs(self.bound) or 1.0))


def read_constraints(raw: Mapping[str, str], where: str) -> tuple[Constraint, ...]:
    """As a file has them. Raises SpecError."""
    return tuple(_read(metric, text, f"{where}: constraints.{metric}") for metric, text in raw.items())


def _read(metric: str, text: str, at: str) -> Constraint:
    match = _WRITTEN.fullmatch(text)
    bound = _number(match[2]) if match is not None else None
    if match is None or bound is None:
        raise SpecError(f'{at}: is "<= NUMBER" or ">= NUMBER", in quotes, as in "<= 50000"; it is {text!r}.')
    return Constraint(metric, match[1] == "<=", bound)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def check_name(metric: str, objective: str, where: str) -> None:
    """Of a study that trains here: a cost, or another metric of the validation rows. Raises SpecError."""
    at = f"{where}: constraints.{metric}"
    if metric == objective:
        raise SpecError(f"{at}: it is the objective already. What it is to reach is search.target.")
    if metric not in COSTS and not metric.startswith("val_"):
        raise SpecError(f"{at}: is not known{nearest(metric, (*COSTS, 'val_loss'))}")
