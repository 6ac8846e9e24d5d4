"""The pictures of a trial: learning curves, confusion matrix, worst mistakes.

Owns: how they look, as PNG. Pure: records in, bytes out; safe in any thread.
Leaves to others: what is drawn (recorder), where it goes (mlflow_recorder).
"""

import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from tuner.data.answers import Answers, Drawing
from tuner.tracking.mlflow_mapping import trial_name
from tuner.tracking.recorder import EpochRecord, StudyRecord, TrialRecord

_TRAINING, _VALIDATION, _INK, _FAINT = "#7a8794", "#0b6bcb", "#1f2933", "#d9dee3"
_DPI = 100


def pictures(title: str, epochs: Sequence[EpochRecord], best: int, answers: Answers | None) -> dict[str, bytes]:
    """By their file names. title: stands over each. best: the best epoch, from 1."""
    found = {"curves.png": curves(title, epochs, best)} if epochs else {}
    if answers is not None:
        found |= {f"{name}.png": drawing(title, name, answers) for name in answers.drawings}
    return found


def of_trial(study: StudyRecord, record: TrialRecord) -> dict[str, bytes]:
    """Those of a trial's run; none where it has no files beside, or is not to have any."""
    if not record.files or not record.drawn:
        return {}
    title = f"{study.study_name}, {trial_name(record)}"
    return pictures(title, record.epochs, record.best_epoch, record.answers)


def drawing(title: str, name: Drawing, answers: Answers) -> bytes:
    """One of those that can be made of a network's answers."""
    draw: dict[Drawing, Callable[[str, Answers], bytes]] = {
        "confusion": _confusion, "mistakes": _mistakes, "predictions": _predictions,
    }  # fmt: skip
    return draw[name](title, answers)


def pixel_picture(image: Any) -> bytes:
    """One image of the answers, a pixel a pixel."""
    buffer = io.BytesIO()
    pixels = np.ascontiguousarray((_pixels(image) * 255).round().astype(np.uint8))
    Image.fromarray(pixels).save(buffer, format="png")
    return buffer.getvalue()


def curves(title: str, epochs: Sequence[EpochRecord], best: int) -> bytes:
    """The loss, and the first metric that is there for training and validation both."""
    names = [name for name in epochs[-1].metrics if f"val_{name}" in epochs[-1].metrics]
    names = sorted(names, key=lambda name: name != "loss")[:2]
    figure, axes = _figure(title, 9.0, 3.4, max(1, len(names)))
    for axis, name in zip(axes, names, strict=False):
        for kind, color, words in (("", _TRAINING, "training"), ("val_", _VALIDATION, "validation")):
            points = [(each.epoch, each.metrics[kind + name]) for each in epochs if kind + name in each.metrics]
            axis.plot(*zip(*points, strict=True), color=color, label=words, marker="o", markersize=3)
        if best:
            axis.axvline(best, color=_INK, linewidth=0.8, linestyle=":", label=f"best epoch, {best}")
        axis.set_title(name, loc="left", fontsize=10)
        axis.set_xlabel("epoch")
        axis.xaxis.get_major_locator().set_params(integer=True)
        axis.grid(color=_FAINT, linewidth=0.6)
    if names:
        axes[-1].legend(frameon=False, fontsize=8)
    return _png(figure)


def _confusion(title: str, answers: Answers) -> bytes:
    """Rows are the true classes; the shade is the share of a row, the number its rows."""
    counts, names = answers.counts, _names(answers)
    size = min(9.0, 2.6 + 0.5 * len(names))
    figure, (axis,) = _figure(f"{title}: {_right(counts)}", size + 0.6, size, 1)
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    if len(names) <= 20:
        for true, chosen in np.argwhere(counts > 0):
            ink = "white" if shares[true, chosen] > 0.5 else _INK
            said = axis.text(chosen, true, f"{counts[true, chosen]}", ha="center", va="center", fontsize=7, color=ink)
            said.set_in_layout(False)
    axis.set_xticks(range(len(names)), names, rotation=60, ha="right", rotation_mode="anchor", fontsize=8)
    axis.set_yticks(range(len(names)), names, fontsize=8)
    axis.set_xlabel("chosen")
    axis.set_ylabel("true")
    return _png(figure)


def _mistakes(title: str, answers: Answers) -> bytes:
    """The true class over the chosen one, and how sure the network was of that."""
    names, columns = _names(answers), 8
    images = [_pixels(image) for image in answers.images]
    height, width = images[0].shape[:2]
    # One picture of all, with room for two lines over each: as many axes would take ten times as long to draw.
    tall, wide = round(1.45 * height), round(1.15 * width)
    rows = -(-len(images) // columns)
    sheet = np.ones((rows * tall, columns * wide, 3), np.float32)
    figure, (axis,) = _figure(f"{title}: worst mistakes on validation rows", 9.6, 0.4 + 9.6 * tall / wide / 8 * rows, 1)
    for at, image in enumerate(images):
        top, left = at // columns * tall + tall - height, at % columns * wide
        sheet[top : top + height, left : left + width] = image
        (true, chosen), sure = answers.worst[at], answers.sure[at]
        words = f"{names[true]}\n\u2192 {names[chosen]} {sure:.0%}"
        axis.text(left + width / 2, top - 0.04 * height, words, ha="center", va="bottom", fontsize=7, color=_INK)
    axis.imshow(sheet, interpolation="nearest")
    axis.axis("off")
    return _png(figure)


def _predictions(title: str, answers: Answers) -> bytes:
    figure, (axis,) = _figure(f"{title}: validation rows", 5.0, 4.6, 1)
    true, given = answers.points.T
    ends = [float(answers.points.min()), float(answers.points.max())]
    axis.plot(ends, ends, color=_INK, linewidth=0.8, linestyle=":")
    axis.scatter(true, given, s=9, color=_VALIDATION, alpha=0.6, linewidths=0)
    axis.set_xlabel("true")
    axis.set_ylabel("predicted")
    axis.grid(color=_FAINT, linewidth=0.6)
    return _png(figure)


def _figure(title: str, width: float, height: float, columns: int, rows: int = 1) -> tuple[Figure, list[Any]]:
    figure = Figure(figsize=(width, height), dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(title, x=0.01, ha="left", fontsize=11, color=_INK)
    axes = list(np.atleast_1d(figure.subplots(rows, columns)).ravel())
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
        axis.tick_params(labelsize=8)
    return figure, axes


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    # `savefig` would draw twice, the first time only to lay out.
    FigureCanvasAgg(figure).print_png(buffer, metadata={"Software": None})
    return buffer.getvalue()


def _names(answers: Answers) -> list[str]:
    names = answers.class_names or tuple(map(str, range(len(answers.counts))))
    return [name if len(name) <= 16 else f"{name[:15]}\u2026" for name in names]


def _right(counts: Any) -> str:
    return f"{np.trace(counts):,} of {counts.sum():,} validation rows right"


def _pixels(image: Any) -> Any:
    """(height, width, 3), from 0 to 1; grey images are dark on light."""
    values = image.astype(np.float32)
    low, high = (0.0, 255.0) if image.dtype == np.uint8 else (float(values.min()), float(values.max()))
    values = (values - low) / ((high - low) or 1.0)
    return 1 - np.repeat(values, 3, axis=-1) if values.shape[-1] == 1 else values[:, :, :3]
