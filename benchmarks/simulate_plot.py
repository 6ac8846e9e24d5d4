"""The picture of `benchmarks/simulate.py`: the winner's accuracy over time, a line a way to search.

Owns: which lines are drawn. Leaves to others: the figures.
"""

import statistics
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot

_LINES = 6
_POINTS = 60


def draw(
    found: Sequence[tuple[Any, Sequence[Any]]], seconds: float, path: Path, space: str, defaults: Collection[str]
) -> None:
    """One panel a group: the best and the worst at the end, and what is the default; the median over the seeds."""
    groups = [group for group in ("pruner", "sampler") if any(each.group == group for each, _ in found)]
    figure, axes = pyplot.subplots(1, len(groups), figsize=(5.2 * len(groups), 3.8), sharey=True, squeeze=False)
    times = [seconds * (i + 1) / _POINTS for i in range(_POINTS)]
    for axis, group in zip(axes[0], groups, strict=True):
        lines = {
            variant.name: [statistics.median(each.best_at(at) for each in replays) for at in times]
            for variant, replays in found
            if variant.group == group
        }
        for name in _chosen(lines, defaults):
            label, width = (f"{name} (default)", 2.6) if name in defaults else (name, 1.4)
            axis.plot(times, lines[name], label=label, linewidth=width)
        axis.set_title(f"{group}s", fontsize=10, loc="left")
        axis.set_xlabel("seconds of two workers")
        axis.grid(alpha=0.25)
        axis.legend(fontsize=8, frameon=False, loc="upper left")
        for side in ("top", "right"):
            axis.spines[side].set_visible(False)
    shown = [each for axis in axes[0] for line in axis.lines for each in list(line.get_ydata())[_POINTS // 4 :]]
    low, high = min(shown), max(shown)
    # Room for the legend above the lines.
    axes[0][0].set_ylim(low - 0.05 * (high - low), high + 0.7 * (high - low))
    axes[0][0].set_ylabel(f"the winner's val_accuracy ({space})")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    pyplot.close(figure)


def _chosen(lines: dict[str, list[float]], defaults: Collection[str]) -> list[str]:
    """The default, the best, the worst and what lies evenly between, by where they end; the best first."""
    ordered = sorted(lines, key=lambda name: -lines[name][-1])
    evenly = {ordered[round(i * (len(ordered) - 1) / (_LINES - 1))] for i in range(_LINES)}
    return [name for name in ordered if name in evenly or name in defaults]
