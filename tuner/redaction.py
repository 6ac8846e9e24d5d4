"""Passwords and tokens are not shown: not in a message, a log, a traceback, an object for a script.

Owns: where a secret can stand in a URL or a connection string, and the secrets that this process was given: they are
taken out of any text, whoever wrote it.
Leaves to others: where a person gives them (settings), where text goes (cli).
"""

import contextlib
import functools
import json
import logging
import re
import sys
import threading
import traceback
import urllib.parse
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any

HIDDEN = "***"

_SHORTEST = 6
"""Letters of a secret that is looked for as such: a shorter one would be found in words that have nothing of it."""

_KEYS = r"(?:password|passwd|passphrase|pwd|sslpassword|secret|token|access_token|api_?key)"
# Up to the last @ of the word: a person may have left one unquoted in the password.
_USER = re.compile(r"(?P<before>[A-Za-z][\w+.-]*://[^\s:/?#@'\"]*):\S*@")
_TOKEN = re.compile(r"(?P<before>https?://)[^\s/?#@'\"]+@")
# A comma ends a value where a space or another key follows it; else it may be one of the password's.
_KEYWORD = re.compile(
    rf"(?P<before>\b{_KEYS}\s*=\s*)"
    r"(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|(?:[^\s&,'\"]|,(?!\s|\Z|\w+\s*=))+)",
    re.IGNORECASE,
)
# The same of a text that is one URL and nothing else: whatever stands in it.
_WHOLE_USER = re.compile(r"\A(?P<before>[^/]*?://[^:@]*|(?![^/]*?://)[^:@]*):.*@", re.DOTALL)
_WHOLE_KEYWORD = re.compile(rf"(?P<before>\b{_KEYS}\s*=).*?(?=&|\Z)", re.IGNORECASE | re.DOTALL)

# A token of ours, as `tune token create` gives it, and the secret of a webhook: what follows the number is the secret.
_TUNE_TOKEN = re.compile(r"(?P<before>\btune_(?:[0-9a-f]{8}|hook)_)[\w-]{43}")

_NO_TEXT = (float, int, bool, type(None))
_secrets: set[str] = set()


def keep_secret(secret: str | None) -> None:
    """From now on this is in no text of this process, in whichever way it may be quoted."""
    if secret is None or len(secret) < _SHORTEST:
        return
    for each in (secret, urllib.parse.unquote(secret), urllib.parse.unquote_plus(secret)):
        ways = (
            each,
            repr(each)[1:-1],
            json.dumps(each)[1:-1],
            urllib.parse.quote(each),
            urllib.parse.quote(each, safe=""),
        )
        _secrets.update(way for way in (*ways, urllib.parse.quote_plus(each)) if len(way) >= _SHORTEST)


def keep_secrets_of(url: str) -> None:
    """Keep secret what a URL or a connection string has of passwords."""
    for pattern in (_WHOLE_USER, _WHOLE_KEYWORD):
        for match in pattern.finditer(url):
            keep_secret(url[match.end("before") + (pattern is _WHOLE_USER) : match.end() - (pattern is _WHOLE_USER)])


@contextlib.contextmanager
def other_secrets() -> Iterator[None]:
    """Meanwhile only those are known that are given meanwhile; afterwards, those of before."""
    before = set(_secrets)
    _secrets.clear()
    try:
        yield
    finally:
        _secrets.clear()
        _secrets.update(before)


def shown_url(url: str) -> str:
    """One URL, well formed or not, for a person to see."""
    shown = _WHOLE_USER.sub(rf"\g<before>:{HIDDEN}@", url)
    shown = _WHOLE_KEYWORD.sub(rf"\g<before>{HIDDEN}", shown)
    return redacted(_TOKEN.sub(rf"\g<before>{HIDDEN}@", shown))


def redacted(text: str) -> str:
    """A text without the passwords in its URLs and connection strings, and without those that were given.

    A secret of letters, digits and _ alone is looked for as a whole word: no other word and no number is harmed.
    """
    for secret in sorted(_secrets, key=len, reverse=True):
        if secret in text:
            text = _standing(secret).sub(HIDDEN, text)
    # Each pattern has such a part; of a hundred thousand texts most have none.
    if "tune_" in text:
        text = _TUNE_TOKEN.sub(rf"\g<before>{HIDDEN}", text)
    if "://" in text:
        text = _USER.sub(rf"\g<before>:{HIDDEN}@", text)
    return _KEYWORD.sub(rf"\g<before>{HIDDEN}", text) if "=" in text else text


def redacted_values(content: Any) -> Any:
    """An object for JSON without secrets in its texts. Keys, numbers and what lies in what stay as they are."""
    if isinstance(content, Mapping):
        return {key: each if type(each) in _NO_TEXT else redacted_values(each) for key, each in content.items()}
    if isinstance(content, list | tuple):
        return [redacted_values(each) for each in content]
    return redacted(content) if isinstance(content, str) else content


@functools.cache
def _standing(secret: str) -> re.Pattern[str]:
    """A secret where it may stand in a text."""
    found = re.escape(secret)
    if re.fullmatch(r"\w+", secret):
        # Escapes end in letters and digits: of a URL, of Python, of JSON.
        escape = r"(?<=%[0-9A-Fa-f]{2})|(?<=\\[abfnrtv])|(?<=\\x[0-9a-f]{2})|(?<=\\u[0-9a-f]{4})"
        found = rf"(?:(?<!\w)|{escape}){found}(?!\w)"
    if secret.isdecimal():
        found = rf"(?<!\d[.,]){found}(?![.,]\d)"
    return re.compile(found)


class Formatter(logging.Formatter):
    """As its base, tracebacks included, without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


def guard_tracebacks() -> None:
    """What ends this process, or one of its threads, with a traceback shows no secret either."""

    def show(kind: type[BaseException], error: BaseException | None, at: TracebackType | None) -> None:
        sys.stderr.write(redacted("".join(traceback.format_exception(kind, error, at))))

    def in_thread(args: threading.ExceptHookArgs) -> None:
        # As Python's own: a thread may end so.
        if args.exc_type is not SystemExit:
            show(args.exc_type, args.exc_value, args.exc_traceback)

    sys.excepthook = show
    threading.excepthook = in_thread
