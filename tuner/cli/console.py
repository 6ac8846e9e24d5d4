"""rich's console, in which text is text: what every table and every moving view is printed with.

Leaves to others: plain lines (common), which characters are shown as escapes (formatting).
"""

from collections.abc import Iterable
from typing import Any

from rich.console import Console as _Console
from rich.console import ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from tuner.formatting import visible
from tuner.redaction import redacted


def styled(words: str, style: str) -> Text:
    """Words in a style; what is added to them has its own."""
    return Text.assemble((words, style))


def _without_secrets(renderable: RenderableType) -> RenderableType:
    """A whole text, before it is cut into lines and cells."""
    if isinstance(renderable, str):
        return redacted(renderable)
    if not isinstance(renderable, Text) or (shown := redacted(renderable.plain)) == renderable.plain:
        return renderable
    plain = renderable.blank_copy(shown)
    plain.end = renderable.end
    return plain


class Console(_Console):
    """A console that shows no secret and obeys neither markup nor escapes in a text.

    Styles are given to `Text` and to columns.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"markup": False, "highlight": False, "emoji": False, **options})

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """As its base: segments of text, and what the console itself says to the terminal."""
        for each in super().render(_without_secrets(renderable), options):
            yield each if each.control else Segment(visible(each.text), each.style)
