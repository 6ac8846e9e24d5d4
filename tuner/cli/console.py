"""rich's console, in which text is text: what every table and every moving view is printed with.

Leaves to others: plain lines (common), which characters are shown as escapes (words).
"""

from collections.abc import Iterable
from typing import Any

from rich.console import Console as _Console
from rich.console import ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from tuner.words import visible


def styled(words: str, style: str) -> Text:
    """Words in a style; what is added to them has its own."""
    return Text.assemble((words, style))


class Console(_Console):
    """A console that obeys neither markup nor escapes in a text. Styles are given to `Text` and to columns."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"markup": False, "highlight": False, "emoji": False, **options})

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """As its base: segments of text, and what the console itself says to the terminal."""
        for each in super().render(renderable, options):
            yield each if each.control else Segment(visible(each.text), each.style)
