"""Words for messages and results: the nearest names to a mistyped one, a duration, a configuration."""

import difflib
from collections.abc import Iterable, Mapping


def nearest(word: str, known: Iterable[str], most: int = 3) -> str:
    """The end of a message about an unknown word: `. Did you mean ...?`, or all there are where none is near."""
    names = [str(name) for name in known]
    near = difflib.get_close_matches(word, names, n=most, cutoff=0.6)
    if near:
        return f". Did you mean {' or '.join(near)}?"
    return f". Known: {', '.join(names)}." if names else "."


def duration(seconds: float | None) -> str:
    """``1:05`` for 65 seconds."""
    if seconds is None:
        return "-"
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def value_in_words(value: object) -> str:
    """A parameter's value, short: four digits of a float."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def params_in_words(params: Mapping[str, object]) -> str:
    """A configuration in a line."""
    return ", ".join(f"{name}={value_in_words(value)}" for name, value in params.items())
