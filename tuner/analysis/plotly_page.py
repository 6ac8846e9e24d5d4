"""Pictures as Plotly draws them, in a page that needs no network.

Owns: traces and layouts, the page's frame (style, scripts, once the part of plotly.js that draws points, lines and
bars), what text may do in it: nothing.
Leaves to others: what the pictures show (charts), what a page says (report, comparison).
"""

from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from tuner.analysis.chart import Axis, Chart, Series, Style

# Told apart without colour too: by shape, by width, by the words on a point. On light and on dark paper.
COLOURS: Mapping[Style, str] = {
    "best": "#e8590c",
    "baseline": "#2b8a3e",
    "good": "#1c7ed6",
    "complete": "#4c8fd6",
    "pruned": "#98a2b3",
    "infeasible": "#ae3ec9",
    "failed": "#d6336c",
    "running": "#15aabf",
    "rule": "#98a2b3",
}
_SYMBOLS: Mapping[Style, str] = {
    "best": "star", "baseline": "diamond", "good": "circle", "complete": "circle", "pruned": "circle-open",
    "infeasible": "triangle-down-open", "failed": "x", "running": "circle-open-dot", "rule": "circle",
}  # fmt: skip
_SIZES: Mapping[Style, int] = {"best": 15, "baseline": 11, "pruned": 6}
_WIDTHS: Mapping[Style, float] = {"best": 3.0, "baseline": 2.5, "good": 1.6, "complete": 1.2, "pruned": 0.8}
_FAINT: Mapping[Style, float] = {"complete": 0.75, "pruned": 0.6}
_FOLDER = Path(__file__).parent / "page"
_SCRIPTS = ("brush.js", "table.js", "page.js")
"""In the order in which they run: the last one starts all."""


def figure(chart: Chart) -> dict[str, Any]:
    """A chart as Plotly's JSON: data and layout."""
    return {"data": [_trace(series, chart) for series in chart.series], "layout": _layout(chart)}


def render(template: str, content: Mapping[str, Any]) -> str:
    """A whole page.

    template: a file of the folder beside this one. content: for it; all text in it is escaped.
    """
    frame = {
        "style": _as_it_is("page.css"),
        "script": Markup("\n").join(map(_as_it_is, _SCRIPTS)),
        "plotly": _as_it_is("plotly/plotly-basic.min.js"),
    }
    return _environment().get_template(template).render(**frame, **content)


@cache
def _as_it_is(name: str) -> Markup:
    return Markup((_FOLDER / name).read_text(encoding="utf-8"))


@cache
def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    made.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "allow_nan": False}
    return made


def plain(text: str) -> str:
    """Text as Plotly shows it letter by letter: it reads tags and entities in every text it is given."""
    return escape(text, quote=False)


def _trace(series: Series, chart: Chart) -> dict[str, Any]:
    colour = series.colour or COLOURS[series.style]
    named = [plain(words) for words in series.words]
    common: dict[str, Any] = {
        "name": plain(series.name),
        "x": _short(series.x),
        "y": _short(series.y),
        "customdata": list(series.trials),
        "hovertext": named,
        "hovertemplate": "%{hovertext}<extra></extra>" if named else None,
        "showlegend": chart.legend and bool(series.name),
    }
    if not named:
        common["hoverinfo"] = "skip"
    opacity = 1.0 if series.colour else _FAINT.get(series.style, 1.0)
    if series.mark in ("bars", "spans"):
        return {
            **common,
            "type": "bar",
            **_bars(series, chart),
            "marker": {"color": colour, "line": {"width": 0.5, "color": "rgba(255,255,255,.7)"}},
        }
    if series.mark == "line":
        line = {"color": colour, "width": 2.4 if series.colour else _WIDTHS.get(series.style, 1.4)}
        if series.steps:
            line |= {"shape": "hv"} if series.colour else {"shape": "hv", "dash": "dot", "width": 2}
        return {**common, "type": "scatter", "mode": "lines", "line": line, "opacity": opacity}
    marker = {"color": colour, "symbol": _SYMBOLS[series.style], "size": _SIZES.get(series.style, 8)}
    marker["opacity"] = opacity
    return {**common, "type": "scatter", "mode": "markers", "marker": marker, "cliponaxis": series.style != "best"}


def _bars(series: Series, chart: Chart) -> dict[str, Any]:
    if series.mark == "spans":
        ends = [x or 0.0 for x in series.x]
        lengths = [end - begin for end, begin in zip(ends, series.begins, strict=True)]
        return {"orientation": "h", "base": _short(series.begins), "x": _short(lengths), "width": 0.72}
    return {"orientation": "h" if chart.y.ticks else "v"}


def _short(values: Any) -> list[float | None]:
    """Seven digits are more than any screen shows."""
    return [None if value is None else float(f"{value:.7g}") for value in values]


def _layout(chart: Chart) -> dict[str, Any]:
    return {
        "height": chart.height,
        "margin": {"l": 8, "r": 12, "t": 34 if chart.legend else 10, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif", "size": 12},
        "hovermode": "closest",
        "barmode": "overlay",
        "dragmode": "zoom",
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1,
            "yanchor": "bottom",
            "itemsizing": "constant",
        },
        "xaxis": _axis(chart.x),
        "yaxis": _axis(chart.y),
        "annotations": [
            {
                "x": x,
                "y": y,
                "text": plain(text),
                "showarrow": False,
                "xanchor": "left",
                "xshift": 4,
                "font": {"size": 11},
            }
            for x, y, text in chart.labels
        ],
    }


def _axis(axis: Axis) -> dict[str, Any]:
    made: dict[str, Any] = {
        "title": {"text": plain(axis.title), "standoff": 8, "font": {"size": 12}},
        "automargin": True,
        "zeroline": False,
        "showgrid": axis.grid,
        "visible": axis.shown,
        "fixedrange": not axis.shown,
    }
    if axis.log:
        made["type"] = "log"
    if axis.range is not None:
        made["range"] = list(axis.range)
    if axis.ticks:
        made |= {"tickvals": [at for at, _ in axis.ticks], "ticktext": [plain(text) for _, text in axis.ticks]}
    return made
