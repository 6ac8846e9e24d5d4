"""Words for messages and results: the nearest names to a mistyped one, a duration, a configuration.

Owns: what of a text is shown as an escape, and how a name is written as that of a file or folder.
Leaves to others: a command, as a person can type it (hints).
"""

import difflib
import hashlib
import json
import re
import unicodedata
import urllib.parse
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime


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


def moment(seconds: float) -> str:
    """``2026-11-27 22:05 UTC``. seconds: since 1970."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def number(value: float | None) -> str:
    """Four digits after the point, or a dash; six in all for what is large, such as a squared error."""
    if value is None:
        return "-"
    return f"{value:.4f}" if abs(value) < 100 else f"{value:.6g}"


def figure_in_words(name: str, value: float) -> str:
    """What is measured of a network beside its metric: a count without digits after the point."""
    return f"{value:,.0f}" if name == "parameters" else number(value)


def plural(count: int, what: str, many: str | None = None) -> str:
    """``1 epoch``, ``2 epochs``, ``1,200 epochs``. many: of a word that does not only get an s."""
    return f"{count:,} {what if count == 1 else many or what + 's'}"


def capitalized(words: str) -> str:
    """The first letter is a capital, and the rest stays as it is."""
    return words[:1].upper() + words[1:]


def value_in_words(value: object) -> str:
    """A parameter's value, short: four digits of a float."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def params_in_words(params: Mapping[str, object]) -> str:
    """A configuration in a line."""
    return one_line(", ".join([f"{name}={value_in_words(value)}" for name, value in params.items()]))


# Format characters that writing needs: joiners in Arabic, Indic scripts and emoji, and the soft hyphen.
_NEEDED = "\u200c\u200d\u00ad"
_MAY_BE_UNSEEN = re.compile(r"[^ -~\n\t]")


def visible(text: str) -> str:
    """A text from anywhere: what a terminal would obey, and not show, is written as an escape; line ends, tabs stay."""
    # Nearly every text is such a one.
    if text.isascii() and text.isprintable():
        return text
    return _MAY_BE_UNSEEN.sub(lambda found: _escaped(found[0]), text)


def visible_json(text: str) -> str:
    """The same of a text that is JSON, with the escapes of JSON."""
    return _MAY_BE_UNSEEN.sub(
        lambda found: found[0] if _escaped(found[0]) == found[0] else json.dumps(found[0])[1:-1], text
    )


def one_line(text: str) -> str:
    """`visible`, in one line."""
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")


def _escaped(character: str) -> str:
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") and character not in _NEEDED:
        return character.encode("unicode_escape").decode()
    return character


_LONGEST_PART = 200
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def path_part(name: str) -> str:
    """A name as that of one file or folder: two names never get the same, and none leads anywhere else.

    Letters, digits, ``_``, ``-``, ``.`` and ``~`` stay as they are. A file system that does not tell upper from lower
    case does not tell such names apart.
    """
    quoted = urllib.parse.quote(name, safe="", errors="surrogatepass")
    if not quoted.strip(".") or quoted.startswith("-") or _RESERVED.fullmatch(quoted):
        quoted = f"%{ord(quoted[0]):02X}{quoted[1:]}" if quoted else "%"
    if quoted.endswith("."):
        quoted = f"{quoted[:-1]}%2E"
    if len(quoted) > _LONGEST_PART:
        # No quoting gives a % and a dash.
        quoted = f"{quoted[: _LONGEST_PART - 40]}%-{hashlib.sha256(quoted.encode()).hexdigest()[:32]}"
    return quoted
