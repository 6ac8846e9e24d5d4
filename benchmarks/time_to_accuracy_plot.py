"""The picture of `benchmarks/time_to_accuracy.py`: the best validation accuracy so far over time, a line a system.

Owns: which part is drawn. Leaves to others: the figures.
"""

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot

_LOWEST = 0.84
"""Below it lies what every system has passed after its first trials."""


def draw(runs: Sequence[Any], names: Mapping[str, str], seconds: float, path: Path) -> None:
    """Medians over the seeds. names: of the systems, this project's first. seconds: that each had."""
    figure, axis = pyplot.subplots(figsize=(8.2, 3.4))
    ends = {}
    for system, name in names.items():
        curves = [run.curve for run in runs if run.system == system and not run.failed]
        if not curves:
            continue
        times = [float(at) for at in range(int(seconds) + 1)]
        line = [statistics.median(_reached(curve, at) for curve in curves) for at in times]
        (drawn,) = axis.plot(times, line, linewidth=2.6 if system == "tuner" else 1.4, drawstyle="steps-post")
        ends[name] = (line[-1], drawn.get_color())
    axis.set_ylim(_LOWEST, max(end for end, _ in ends.values()) + 0.004)
    axis.set_xlim(0, seconds)
    # A name at the end of its line; those that end together lie one below the other.
    at = float("inf")
    for name, (end, color) in sorted(ends.items(), key=lambda each: -each[1][0]):
        at = min(at, end)
        axis.annotate(name, (seconds, at), xytext=(6, -3), textcoords="offset points", fontsize=9, color=color,
                      annotation_clip=False)  # fmt: skip
        at -= 0.0042
    axis.set_xlabel("seconds since the start of the command", fontsize=9)
    axis.set_ylabel("best validation accuracy so far", fontsize=9)
    axis.grid(alpha=0.25)
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    pyplot.close(figure)


def _reached(curve: Sequence[Sequence[float]], at: float) -> float:
    return max((best for when, best in curve if when <= at), default=0.0)
