"""The pictures of a study as PNG files, drawn with Matplotlib: no browser, no network.

Owns: drawing the same charts as the report's page, on white paper.
Leaves to others: what the pictures show (charts).
"""

import math
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, NullLocator

from tuner.analysis.chart import Axis, Chart, Series, Style
from tuner.analysis.plotly_page import COLOURS
from tuner.errors import InputError
from tuner.formatting import path_part

_WIDTH_PX = 1000
_SMALL_PX = 480
_DPI = 150
_PX_AN_INCH = 100
_MARKERS: Mapping[Style, str] = {"best": "*", "baseline": "D", "infeasible": "v", "failed": "X"}
_SIZES: Mapping[Style, float] = {"best": 190, "baseline": 60, "pruned": 22}
_WIDTHS: Mapping[Style, float] = {
    "best": 2.6,
    "baseline": 2.2,
    "good": 1.4,
    "complete": 1.0,
    "pruned": 0.7,
    "rule": 1.2,
}
_FAINT: Mapping[Style, float] = {"complete": 0.75, "pruned": 0.6}


def write_pictures(charts: Sequence[Chart], folder: Path) -> list[Path]:
    """A file a chart, named as the chart; gives their paths. Raises InputError for a folder that cannot be written."""
    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for chart in charts:
            path = folder / f"{path_part(chart.name)}.png"
            path.write_bytes(picture(chart))
            paths.append(path)
    except OSError as error:
        raise InputError(f"--png {folder}: cannot be written ({error.strerror}).") from error
    return paths


def picture(chart: Chart) -> bytes:
    """A chart as PNG."""
    small = chart.name.startswith("slice-")
    width = max(_SMALL_PX if small else _WIDTH_PX, chart.least_width)
    height = chart.height * (1.15 if small else 1.1) + 30
    figure = Figure(figsize=(width / _PX_AN_INCH, height / _PX_AN_INCH), layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(_plain(chart.title), loc="left", fontsize=11, fontweight="bold")
    for order, series in enumerate(chart.series):
        _draw(axes, chart, series, order + 2)
    for x, y, text in chart.labels:
        axes.annotate(
            _plain(text), (x, y), xytext=(4, 0), textcoords="offset points", fontsize=8, va="center", zorder=99,
            bbox={"boxstyle": "square,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.7},
        )  # fmt: skip
    _shape(axes, chart.x, "x")
    _shape(axes, chart.y, "y")
    for side in ("top", "right", "left") if chart.y.ticks or not chart.y.shown else ("top", "right"):
        axes.spines[side].set_visible(False)
    handles, names = axes.get_legend_handles_labels()
    if chart.legend and names:
        figure.legend(handles, names, loc="outside lower left", ncols=6, frameon=False, fontsize=9)
    data = BytesIO()
    figure.savefig(data, format="png", dpi=_DPI)
    return data.getvalue()


def _draw(axes: Axes, chart: Chart, series: Series, order: int) -> None:
    colour, alpha = COLOURS[series.style], _FAINT.get(series.style, 1.0)
    x, y = _floats(series.x), _floats(series.y)
    label = _plain(series.name) if chart.legend and series.name else "_"
    if series.mark == "spans":
        lengths = [end - begin for end, begin in zip(x, series.begins, strict=True)]
        axes.barh(
            y, lengths, left=list(series.begins), height=0.72, color=colour, label=label, edgecolor="white", lw=0.4
        )
    elif series.mark == "bars" and chart.y.ticks:
        axes.barh(y, x, color=colour, label=label)
    elif series.mark == "bars":
        axes.bar(x, y, color=colour, label=label)
    elif series.mark == "line":
        axes.plot(
            x, y, color=colour, lw=_WIDTHS.get(series.style, 1.0), alpha=alpha, label=label, zorder=order,
            ls=":" if series.steps else "-", drawstyle="steps-post" if series.steps else "default",
        )  # fmt: skip
    else:
        hollow = series.style in ("pruned", "running")
        axes.scatter(
            x, y, s=_SIZES.get(series.style, 34), marker=_MARKERS.get(series.style, "o"), alpha=alpha, label=label,
            facecolors="none" if hollow else colour, edgecolors=colour if hollow else "white", linewidths=0.8,
            zorder=order, clip_on=series.style != "best",
        )  # fmt: skip


def _shape(axes: Axes, axis: Axis, which: str) -> None:
    across = which == "x"
    if axis.log:
        (axes.set_xscale if across else axes.set_yscale)("log")
    if axis.range is not None:
        low, high = (10 ** axis.range[0], 10 ** axis.range[1]) if axis.log else axis.range
        (axes.set_xlim if across else axes.set_ylim)(low, high)
    (axes.set_xlabel if across else axes.set_ylabel)(_plain(axis.title), fontsize=9)
    drawn = axes.xaxis if across else axes.yaxis
    if axis.ticks:
        drawn.set_ticks([at for at, _ in axis.ticks], labels=[_plain(text) for _, text in axis.ticks])
        drawn.set_minor_locator(NullLocator())
        drawn.set_minor_formatter(NullFormatter())
    axes.tick_params(axis="x" if across else "y", labelsize=9, length=0 if axis.ticks else 3)
    if axis.grid:
        axes.grid(axis="x" if across else "y", color="#e9ecf0", lw=0.8)
    axes.set_axisbelow(True)
    drawn.set_visible(axis.shown)


def _floats(values: Sequence[float | None]) -> list[float]:
    return [math.nan if value is None else float(value) for value in values]


def _plain(text: str) -> str:
    """Letter by letter: Matplotlib reads formulas between dollar signs."""
    return text.replace("$", r"\$")
