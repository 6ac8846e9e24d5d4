"""What a trained network answered on validation rows, as pages show it: what it took for what, its worst mistakes.

Owns: which of it can be read, and pictures as a part of a page.
Leaves to others: the answers (data), keeping them (studies.trial_files), how a page looks (report, web.pages).
"""

import base64
import math
from collections.abc import Sequence
from dataclasses import dataclass

from tuner.data.answers import Answers

_MOST_CLASSES = 20
"""Of a matrix that can be read."""

_MOST_PAIRS = 20


@dataclass(frozen=True)
class ConfusedPair:
    true: str
    chosen: str
    count: int


@dataclass(frozen=True)
class ShownConfusion:
    """matrix: by true class, each count with its share of that class in tenths; empty where there are many classes.
    pairs: what was taken for what, the most frequent first."""

    class_names: Sequence[str]
    matrix: Sequence[Sequence[tuple[int, int]]]
    pairs: Sequence[ConfusedPair]


@dataclass(frozen=True)
class ShownMistake:
    """sure: the probability of the chosen class, in per cent. picture: a `data:` address of a PNG."""

    true: str
    chosen: str
    sure: str
    picture: str


def confused(class_names: Sequence[str], counts: Sequence[Sequence[int]]) -> ShownConfusion:
    """counts: by true class, in it by chosen class."""
    pairs = [
        ConfusedPair(class_names[true], class_names[chosen], count)
        for true, row in enumerate(counts)
        for chosen, count in enumerate(row)
        if true != chosen and count
    ]
    matrix = [[(count, math.ceil(10 * count / max(1, sum(row)))) for count in row] for row in counts]
    return ShownConfusion(
        class_names,
        matrix if len(class_names) <= _MOST_CLASSES else (),
        sorted(pairs, key=lambda each: -each.count)[:_MOST_PAIRS],
    )


def confusion_of(answers: Answers | None) -> ShownConfusion | None:
    """None of a regression, and where the answers were not kept."""
    if answers is None or not len(answers.counts):
        return None
    return confused(names_of(answers), [[int(each) for each in row] for row in answers.counts])


def mistakes_of(answers: Answers | None) -> list[ShownMistake]:
    """The worst first; none where the rows are no images."""
    if answers is None or not len(answers.images):
        return []
    # Matplotlib is slow to import, and a page without pictures has no use for it.
    from tuner.tracking.drawings import pixel_picture

    names = names_of(answers)
    return [
        ShownMistake(
            names[true], names[chosen], f"{sure:.0%}",
            f"data:image/png;base64,{base64.b64encode(pixel_picture(image)).decode()}",
        )
        for image, (true, chosen), sure in zip(answers.images, answers.worst, answers.sure, strict=False)
    ]  # fmt: skip


def names_of(answers: Answers) -> tuple[str, ...]:
    """Of the classes; their numbers where they have no names."""
    return answers.class_names or tuple(str(number) for number in range(len(answers.counts)))
