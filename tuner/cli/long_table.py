"""Tables of thousands of rows, each with some words: as rich would print them, at a hundredth of the price.

Owns: how wide columns are, folding words, styles where there is a terminal.
Leaves to others: what is in the rows (show), the console and what it hides (console).
"""

import re
from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment, Segments
from rich.style import Style
from rich.text import Text

from tuner.cli.console import Console
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
        self._rows.append([(redacted(text), style) for text, style in row])
        self._words.append([(redacted(text), style) for text, style in words if text])

    def print(self, console: Console, beside: bool) -> None:
        """beside: the words, where that leaves them room."""
        widths = [max(map(_width, column)) for column in zip(*self._rows, strict=True)]
        before = sum(widths) + _BETWEEN * len(widths)
        beside = beside and console.width - before >= _LEAST_WORDS
        room, indent = (console.width - before, before) if beside else (console.width - _INDENT, _INDENT)
        made: list[Segment] = []
        styles: dict[str, Style | None] = {"": None}
        for row, words in zip(self._rows, self._words, strict=True):
            lines = [(line, style) for text, style in words for line in _folded(text, room)]
            first = lines.pop(0) if beside and lines else None
            made += self._line(row, widths, first, styles)
            if beside or row is not self._rows[0]:
                for text, style in lines:
                    made += [Segment(" " * indent), Segment(text, _style(style, styles)), Segment("\n")]
        console.print(Segments(made), end="", soft_wrap=True)

    def _line(
        self, row: Sequence[Cell], widths: Sequence[int], words: Cell | None, styles: dict[str, Style | None]
    ) -> list[Segment]:
        cells = list(zip(row, widths, self._right, strict=True))
        made = []
        for place, (cell, width, right) in enumerate(cells):
            space, last = " " * (width - _width(cell)), place == len(cells) - 1 and words is None
            gap = "" if last else " " * _BETWEEN
            text = space + cell[0] if right else cell[0]
            after = gap if right else ("" if last else space + gap)
            made += [Segment(text, _style(cell[1], styles)), Segment(after)]
        if words is not None:
            made.append(Segment(words[0], _style(words[1], styles)))
        return [*made, Segment("\n")]


def _style(name: str, known: dict[str, Style | None]) -> Style | None:
    if name not in known:
        known[name] = Style.parse(name)
    return known[name]


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
