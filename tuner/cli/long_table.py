"""Tables of thousands of rows, each with some words: as rich would print them, at a hundredth of the price.

Owns: how wide columns are, folding words, styles where there is a terminal.
Leaves to others: what is in the rows (show), the console and what it hides (console).
"""

import re
from collections.abc import Sequence
from functools import cache

from rich.cells import cell_len
from rich.segment import Segment, Segments
from rich.style import Style
from rich.text import Text

from tuner.cli.console import Console
from tuner.formatting import visible
from tuner.redaction import redacted

_BETWEEN = 2
_INDENT = 4
_LEAST_WORDS = 30
_PARTS = re.compile(r"\S+\s*")

Cell = tuple[str, str]
"""A text without line ends, and its style."""


class LongTable:
    """Rows of figures; the words of each stand beside it where there is room, or under it.

    right: of each column, whether it is of figures. title: over the words.
    """

    def __init__(self, columns: Sequence[str], right: Sequence[bool], title: str) -> None:
        self._rows: list[list[Cell]] = [[(each, "bold") for each in columns]]
        self._words: list[list[Cell]] = [[(title, "bold")]]
        self._right = right

    def add(self, row: Sequence[Cell], words: Sequence[Cell]) -> None:
        """words: a paragraph each."""
        self._rows.append([(_shown(text), style) for text, style in row])
        self._words.append([(_shown(text), style) for text, style in words if text])

    def print(self, console: Console, beside: bool) -> None:
        """beside: the words, where that leaves them room."""
        widths = [max(map(_width, column)) for column in zip(*self._rows, strict=True)]
        before = sum(widths) + _BETWEEN * len(widths)
        beside = beside and console.width - before >= _LEAST_WORDS
        room, indent = (console.width - before, before) if beside else (console.width - _INDENT, _INDENT)
        made: list[Cell] = []
        for row, words in zip(self._rows, self._words, strict=True):
            lines = [(line, style) for text, style in words for line in _folded(text, room)]
            first = lines.pop(0) if beside and lines else None
            made += self._line(row, widths, first)
            if beside or row is not self._rows[0]:
                for line in lines:
                    made += [(" " * indent, ""), line, ("\n", "")]
        if console.is_terminal:
            console.print(Segments(Segment(text, _style(style)) for text, style in made), end="", soft_wrap=True)
        else:
            console.file.write("".join(text for text, _ in made))

    def _line(self, row: Sequence[Cell], widths: Sequence[int], words: Cell | None) -> list[Cell]:
        cells = list(zip(row, widths, self._right, strict=True))
        made = []
        for place, (cell, width, right) in enumerate(cells):
            space, last = " " * (width - _width(cell)), place == len(cells) - 1 and words is None
            gap = "" if last else " " * _BETWEEN
            made += [(space, ""), cell, (gap, "")] if right else [cell, ("" if last else space + gap, "")]
        return [*made, *([words] if words is not None else []), ("\n", "")]


def _shown(text: str) -> str:
    """Before it is cut into lines, in which half a secret would be none."""
    return visible(redacted(text))


@cache
def _style(name: str) -> Style | None:
    return Style.parse(name) if name else None


def _width(cell: Cell) -> int:
    return len(cell[0]) if cell[0].isascii() else cell_len(cell[0])


def _folded(text: str, width: int) -> list[str]:
    """Lines of a paragraph, broken between words; a word that is longer than a line is cut."""
    if not text.isascii():
        return [line.plain.rstrip() for line in Text(text).wrap(Console(width=width), width, overflow="fold")]
    lines, line = [], ""
    for part in _PARTS.findall(text):
        if len(line) + len(part.rstrip()) > width and line:
            lines.append(line.rstrip())
            line = ""
        while len(part.rstrip()) > width:
            lines.append(part[:width])
            part = part[width:]
        line += part
    return [*lines, line.rstrip()]
