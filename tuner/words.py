"""Words for messages: the nearest names to a mistyped one."""

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str], most: int = 3) -> str:
    """The end of a message about an unknown word: `. Did you mean ...?`, or all there are where none is near."""
    names = [str(name) for name in known]
    near = difflib.get_close_matches(word, names, n=most, cutoff=0.6)
    if near:
        return f". Did you mean {' or '.join(near)}?"
    return f". Known: {', '.join(names)}." if names else "."
