"""The names under which MLflow takes what a person named otherwise, and back.

Owns: the rules of MLflow's names - parameters, metrics and tags; experiments; registered models; folders of artifacts -
and of the length of its values. Pure.
Leaves to others: what is named (mlflow_mapping), where the true names are kept (mlflow_recorder).

A name that MLflow takes stays as it is. In any other, each character that is in the way becomes ``_xHHHH_``, its code
point, as XML names are written (.NET's XmlConvert.EncodeName): ``tail//width`` is ``tail/_x002F_width``. What is too
long keeps its beginning and ends in 80 bits of its SHA-256. Two names never become one.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

MOST_PARAM, MOST_TAG, MOST_RUN_NAME, MOST_DATASET = 6000, 8000, 250, 500
"""Characters of a parameter's value, of a tag's, of the name of a run, of a data set's."""


@dataclass(frozen=True)
class Rule:
    """refused: characters, beside those that cannot be printed. most: characters of a name. path: it is read as one."""

    refused: re.Pattern[str]
    most: int
    path: bool = False


ENTITY = Rule(re.compile(r"[^/\w.\- :]"), 250, path=True)
"""Parameters, metrics, tags."""

EXPERIMENT = Rule(re.compile(r"(?!)"), 250)
MODEL = Rule(re.compile(r"[/:?]"), 250)
"""Of the registry. MLflow takes a question mark, but ``models:/NAME@champion`` would end there."""

FOLDER = Rule(re.compile(r"[^\w.\-]"), 60)
"""One level of a path: a character has at most four bytes, a level at most 255."""

_EMPTY = "_xFFFFFF_"
_MARK = re.compile(r"_x(?:[0-9A-F]{4,6}|[0-9A-F]{20})_")
_LONGEST_MARK = 23
_DOTS, _DOTS_OF_A_PATH = re.compile(r"\.\.?\Z"), re.compile(r"\.\.?(?:/|\Z)")


@lru_cache(maxsize=10_000)
def named(name: str, rule: Rule = ENTITY) -> str:
    """The name under which MLflow takes this one."""
    if not name:
        return _EMPTY
    found = ""
    # From its end, so that what follows an underscore is known: what would read as a mark of ours must not be one.
    for place in reversed(range(min(len(name), rule.most + _LONGEST_MARK))):
        character = name[place]
        like_ours = character == "_" and _MARK.match("_" + found[:_LONGEST_MARK])
        found = (f"_x{ord(character):04X}_" if like_ours or _in_the_way(name, place, rule) else character) + found
    if len(found) <= rule.most:
        return found
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:20].upper()
    return f"{found[: rule.most - _LONGEST_MARK]}_x{digest}_"


def marked(name: str) -> str:
    """Another name for a short and plain one, which leads back to it: `named` gives this to no other."""
    return f"_x{ord(name[0]):04X}_{name[1:]}"


def original(name: str, kept: Mapping[str, str] | None = None) -> str:
    """The name that became this one. kept: the true names of those that were shortened, which do not say it."""
    if kept and name in kept:
        return kept[name]
    return _MARK.sub(_unmarked, name)


def fitting(text: str, most: int) -> str:
    """A text as MLflow takes it for a value: what is longer ends in an ellipsis, what no database holds is escaped."""
    found = text.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode()
    return found if len(found) <= most else found[: most - 1] + "…"


def _unmarked(mark: re.Match[str]) -> str:
    digits = mark[0][2:-1]
    if mark[0] == _EMPTY:
        return ""
    return mark[0] if len(digits) > 6 or int(digits, 16) > 0x10FFFF else chr(int(digits, 16))


def _in_the_way(name: str, place: int, rule: Rule) -> bool:
    character = name[place]
    if character == " ":
        return place == 0 and not name.strip(" ")
    if character == "/" and rule.path:
        # At the beginning, at the end, after another.
        return place in (0, len(name) - 1) or name[place - 1] == "/"
    if character == ".":
        # The first of a level that is `.` or `..`; MLflow also takes `..a` for a way up.
        if place == 0 and name.startswith(".."):
            return True
        begins = place == 0 or (rule.path and name[place - 1] == "/")
        return begins and bool((_DOTS_OF_A_PATH if rule.path else _DOTS).match(name, place))
    return not character.isprintable() or bool(rule.refused.match(character))
