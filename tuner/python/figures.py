"""A study's pictures in a notebook: `Study.plot`.

Owns: how a picture shows itself - by Plotly where the notebook knows it, else as an image - and its name.
Leaves to others: what the pictures show (charts), drawing (plotly_page, pictures).
"""

import base64
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tuner.analysis import charts
from tuner.analysis.chart import Chart
from tuner.analysis.importance_shares import weights_of
from tuner.analysis.pictures import picture
from tuner.analysis.plotly_page import figure
from tuner.analysis.report import all_charts
from tuner.errors import InputError
from tuner.formatting import nearest
from tuner.studies.status import StudyStatus

_PLOTLY = "application/vnd.plotly.v1+json"
# On a white card: legible in a light notebook and in a dark one.
_PAPER = {"paper_bgcolor": "white", "plot_bgcolor": "white"}
_INK = "#212529"

_AT_ONCE: Mapping[str, Callable[[StudyStatus], Chart | None]] = {
    "history": charts.history, "curves": charts.curves, "timeline": charts.timeline, "pruning": charts.pruning,
    "baselines": charts.against_baselines, "finalists": charts.finalists,
}  # fmt: skip
"""Those for which nobody has to ask first which parameters mattered."""


class Figure:
    """One picture. As the last line of a cell it shows itself; `save` writes it, `plotly` gives it to be changed."""

    def __init__(self, chart: Chart) -> None:
        self._chart = chart

    @property
    def name(self) -> str:
        """By which `Study.plot` knows it."""
        return self._chart.name

    @property
    def title(self) -> str:
        return self._chart.title

    def __repr__(self) -> str:
        return f"<Figure {self.name!r}: {self.title}; in a notebook it shows itself, .save(path) writes it>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {_PLOTLY: self._json(), "image/png": base64.b64encode(self.png()).decode(), "text/plain": repr(self)}

    def png(self) -> bytes:
        """As an image, on white."""
        return picture(self._chart)

    def plotly(self) -> Any:
        """As a `plotly.graph_objects.Figure`, to change it or to show it elsewhere."""
        from plotly.graph_objects import Figure as PlotlyFigure

        return PlotlyFigure(self._json())

    def save(self, path: str | Path) -> Path:
        """Write it: `.png` is an image, `.html` a page that needs no network. Raises InputError."""
        file = Path(path).expanduser()
        if file.suffix not in (".png", ".html"):
            raise InputError(f"{file}: a picture is written as .png or .html.")
        try:
            if file.suffix == ".png":
                file.write_bytes(self.png())
            else:
                self.plotly().write_html(file, include_plotlyjs=True)
        except OSError as error:
            raise InputError(f"{file}: cannot be written ({error.strerror}).") from error
        return file

    def _json(self) -> dict[str, Any]:
        made = figure(self._chart)
        font = {**made["layout"]["font"], "color": _INK}
        title = {"text": made["layout"].get("title") or self.title, "font": {"size": 14}}
        margin = {**made["layout"]["margin"], "t": made["layout"]["margin"]["t"] + 34}
        layout = {**made["layout"], **_PAPER, "font": font, "title": title, "margin": margin}
        return {"data": made["data"], "layout": {**layout, "height": self._chart.height + 34}}


def figure_named(status: StudyStatus, name: str) -> Figure:
    """status: read with epochs. Raises InputError, with the names of those that this study has."""
    found = _AT_ONCE[name](status) if name in _AT_ONCE and status.trials else None
    if found is None:
        every = {each.name: each for each in all_charts(status, *weights_of(status))}
        if not every:
            raise InputError(f"plot({name!r}): study {status.study.study_name!r} has no trial to show yet.")
        if name not in every:
            near = nearest(name, every)
            hint = near if near.startswith(". Did") else "."
            raise InputError(f"plot({name!r}): the study has no such picture now{hint} It has: {', '.join(every)}.")
        found = every[name]
    return Figure(found)
