"""YAML from anywhere, read safely: the one door for space files, files of baselines, stored text and options.

Owns: how much is read, which YAML is taken, and the line that says what is not.
Leaves to others: what the keys mean (space_file, baselines).

Taken are words, numbers, true and false, lists, and mappings whose keys are words. What YAML 1.1 would turn into
something else than what is written - ``010`` into 8, ``1:30`` into 90, a date into an object - is refused, or stays the
word that it is. Aliases count as often as they are used, so that a few lines cannot stand for a million values.
"""

import math
import os
import re
import stat
from pathlib import Path
from typing import Any

import yaml
from yaml.constructor import ConstructorError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from tuner.errors import SpecError

LARGEST_BYTES = 256 * 1024
MOST_VALUES = 10_000
DEEPEST = 50
LONGEST_WORD = 4096
LONGEST_KEY = 300
LARGEST_WHOLE = 2**63 - 1
"""SQL has no larger ones."""


def read_text(path: Path, where: str | None = None) -> str:
    """The text of a file that a person named, if it is one and not too large. Raises SpecError.

    where: what errors call it.
    """
    where = where or str(path)
    try:
        # Neither a pipe that nobody writes to nor a device without an end may be waited for.
        opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            if not stat.S_ISREG(os.fstat(opened).st_mode):
                raise SpecError(f"{where}: is not a file. Give a YAML file.")
            with os.fdopen(opened, "rb", closefd=False) as file:
                data = file.read(LARGEST_BYTES + 1)
        finally:
            os.close(opened)
    except (OSError, ValueError) as error:
        raise SpecError(f"{where}: cannot be read ({getattr(error, 'strerror', None) or error}).") from error
    _check_size(len(data), where)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise SpecError(f"{where}: line {line}: is not text in UTF-8. Save it as UTF-8.") from error


def load(text: str, where: str) -> Any:
    """What a YAML text says. where: what errors call it. Raises SpecError, which names the line where there is one."""
    _check_size(len(text), where)
    try:
        return yaml.load(text, Loader=_Loader)
    except _Refused as error:
        raise SpecError(f"{where}: line {error.line}: {error}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark else ""
        problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
        raise SpecError(f"{where}: {line}not YAML ({problem}).") from error
    except (ValueError, OverflowError) as error:
        # Of PyYAML's scanner: an escape for a character that there is not, a version of 6,000 digits.
        raise SpecError(f"{where}: not YAML ({str(error)[:100]}).") from error


def _check_size(size: int, where: str) -> None:
    if size > LARGEST_BYTES:
        raise SpecError(f"{where}: is larger than {LARGEST_BYTES // 1024} KiB. Such a file holds parameters, not data.")


class _Refused(Exception):
    def __init__(self, at: Node | yaml.Event, words: str) -> None:
        super().__init__(words)
        self.line = at.start_mark.line + 1 if at.start_mark else 1


class _Loader(yaml.SafeLoader):
    """PyYAML's, with limits while the text is read, and only the kinds of values that a file here can have."""

    yaml_constructors = {}  # noqa: RUF012  # filled below, and its own: nothing is inherited

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0
        self._values = 0
        self._counted: dict[int, int] = {}

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        """As PyYAML's, counted: an alias is worth all that it stands for."""
        alias = self.check_event(yaml.AliasEvent)
        before = self._values
        self._depth += 1
        if self._depth > DEEPEST:
            raise _Refused(self.peek_event(), f"is nested in more than {DEEPEST} levels.")  # type: ignore[no-untyped-call]
        node = super().compose_node(parent, index)
        self._depth -= 1
        if node is None:
            return None
        if alias:
            if id(node) not in self._counted:
                raise _Refused(node, "refers to itself.")
            self._values += self._counted[id(node)]
        else:
            self._values += 1
            self._counted[id(node)] = self._values - before
        if self._values > MOST_VALUES:
            raise _Refused(node, f"there are more than {MOST_VALUES:,} values from here on, aliases counted in full.")
        if isinstance(node, ScalarNode):
            _check_word(node)
        return node


def _check_word(node: ScalarNode) -> None:
    if len(node.value) > LONGEST_WORD:
        raise _Refused(node, f"a word of {len(node.value):,} characters is too long.")
    if any("\ud800" <= each <= "\udfff" for each in node.value):
        raise _Refused(node, "holds half a character (a surrogate), which no file can hold.")


def _mapping(loader: _Loader, node: Node) -> dict[Any, Any]:
    if not isinstance(node, MappingNode):
        raise _Refused(node, "is tagged as a mapping and is none.")
    return {key: loader.construct_object(value, deep=True) for key, value in _pairs(loader, node).items()}


def _pairs(loader: _Loader, node: MappingNode) -> dict[str, Node]:
    """A mapping's values by their keys, with what is merged into it below its own.

    Not PyYAML's merging: it looks at no key, and takes the first of two values for short keys and the last for others.
    """
    own: dict[str, Node] = {}
    merged: dict[str, Node] | None = None
    for key_node, value_node in node.value:
        if key_node.tag == "tag:yaml.org,2002:merge":
            if merged is not None:
                raise _Refused(key_node, "'<<' is given twice. Keep one; it takes a list.")
            merged = {}
            # Of several, the first has precedence.
            for each in reversed(value_node.value if isinstance(value_node, SequenceNode) else [value_node]):
                if not isinstance(each, MappingNode):
                    raise _Refused(each, "is merged with '<<' and is no mapping.")
                merged |= _pairs(loader, each)
            continue
        key = loader.construct_object(key_node) if isinstance(key_node, ScalarNode) else None
        if not isinstance(key, str):
            written = f"the key {key_node.value}" if isinstance(key_node, ScalarNode) else "a key"
            raise _Refused(key_node, f"{written[:100]} is not a word. Put it in quotes.")
        if not key.isprintable() or len(key) > LONGEST_KEY:
            raise _Refused(key_node, f"{key[:40]!r} is no key: at most {LONGEST_KEY} printable characters.")
        if key in own:
            raise _Refused(key_node, f"{key!r} is given twice. Keep one.")
        own[key] = value_node
    return {**(merged or {}), **own}


def _sequence(loader: _Loader, node: Node) -> list[Any]:
    if not isinstance(node, SequenceNode):
        raise _Refused(node, "is tagged as a list and is none.")
    return list(loader.construct_sequence(node, deep=True))


_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9_]{0,30}|0x[0-9a-fA-F_]{1,20}|0b[01_]{1,70})")


def _int(loader: _Loader, node: Node) -> int:
    text = str(loader.construct_scalar(node))  # type: ignore[arg-type]  # it says itself what is no scalar
    if not _WHOLE.fullmatch(text):
        if len(text) > 30:
            raise _Refused(node, f"a number of {len(text):,} characters is too long.")
        raise _Refused(node, f"{text}: YAML reads it as another number than is written. Write digits, without a zero "
                             "before them, or put it in quotes.")  # fmt: skip
    value = int(text.replace("_", ""), 0)
    if abs(value) > LARGEST_WHOLE:
        raise _Refused(node, f"{text} is too large. Whole numbers go to {LARGEST_WHOLE}.")
    return value


def _float(loader: _Loader, node: Node) -> float:
    text = str(loader.construct_scalar(node))  # type: ignore[arg-type]  # it says itself what is no scalar
    try:
        value = float(text.replace("_", "")) if ":" not in text and len(text) < 400 else None
    except ValueError:
        value = math.inf
    if value is None:
        raise _Refused(node, f"{text[:40]}: YAML reads it as another number than is written. Put it in quotes.")
    if not math.isfinite(value):
        raise _Refused(node, f"{text[:40]} is no finite number.")
    return value


def _bool(loader: _Loader, node: Node) -> bool:
    text = str(loader.construct_scalar(node)).lower()  # type: ignore[arg-type]  # it says itself what is no scalar
    if text not in loader.bool_values:
        raise _Refused(node, f"{text[:40]} is neither true nor false.")
    return loader.bool_values[text]


def _unknown(loader: _Loader, node: Node) -> Any:
    raise ConstructorError(None, None, f"{node.tag[:60]} is not read here", node.start_mark)


for _tag, _construct in (
    ("null", _Loader.construct_yaml_null), ("str", _Loader.construct_yaml_str), ("map", _mapping), ("seq", _sequence),
    ("int", _int), ("float", _float), ("bool", _bool),
):  # fmt: skip
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _construct)
_Loader.add_constructor(None, _unknown)

# A date stays the word that it is, and YAML 1.1 wants a dot in a number with an exponent; people write 1e-4.
_Loader.yaml_implicit_resolvers = {
    first: [each for each in known if each[0] != "tag:yaml.org,2002:timestamp"]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_EXPONENT = re.compile(r"^[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$")
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", _EXPONENT, list("-+0123456789"))
