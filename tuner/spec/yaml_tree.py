"""YAML as a tree whose nodes know their lines: read with limits, turned into values, searched for a key, and written.

Owns: which YAML is taken, and all that is known of ruamel.yaml.
Leaves to others: files and the words of errors (safe_yaml), what the keys mean (space_file, baselines).

It is YAML 1.2: only true and false are booleans, ``1e-4`` is a number, a date and ``yes`` stay the words that they are.
What other readers turn into another number than is written - ``010`` into 8, ``1:30`` into 90 - is refused. Aliases
count as often as they are used, so that a few lines cannot stand for a million values.
"""

import io
import math
import re
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import AliasEvent, Event
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.representer import RepresenterError, SafeRepresenter
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.tag import Tag

__all__ = ["NotWritable", "Refused", "YAMLError", "compose", "dump", "line_of", "value_of"]

MOST_VALUES = 10_000
DEEPEST = 50
LONGEST_WORD = 4096
LONGEST_KEY = 300
LARGEST_WHOLE = 2**63 - 1
"""SQL has no larger ones."""

NotWritable = RepresenterError

_PREFIX = "tag:yaml.org,2002:"
_TAGS = {name: Tag(suffix=_PREFIX + name) for name in ("null", "bool", "int", "float", "str", "merge", "seq", "map")}


class Refused(Exception):
    """YAML that is not taken. line: the first is 1."""

    def __init__(self, at: Node | Event, words: str) -> None:
        super().__init__(words)
        self.line: int = at.start_mark.line + 1 if at.start_mark else 1


_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_OLD_BOOLEANS = {
    form: value
    for word, value in {"yes": True, "on": True, "no": False, "off": False}.items()
    for form in (word, word.capitalize(), word.upper())
}
"""Those of YAML 1.1, beside the others."""
_NULL = ("", "~", "null", "Null", "NULL")
_FIRST_OF_NUMBERS = frozenset("+-.0123456789")
_SIXTIES = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?")
_INT = re.compile(r"[-+]?([0-9][0-9_]*|0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+)")
_FLOAT = re.compile(
    r"[-+]?([0-9][0-9_]*\.[0-9_]*([eE][-+]?[0-9]+)?|[0-9][0-9_]*[eE][-+]?[0-9]+|\.[0-9][0-9_]*([eE][-+]?[0-9]+)?"
    r"|\.(inf|Inf|INF))|\.(nan|NaN|NAN)"
)


def _kind(word: str) -> str:
    """What a plain word is: a tag's name."""
    if word in _NULL:
        return "null"
    if word in _BOOLEANS:
        return "bool"
    if word == "<<":
        return "merge"
    if word[0] in _FIRST_OF_NUMBERS:
        if _INT.fullmatch(word):
            return "int"
        if _FLOAT.fullmatch(word):
            return "float"
        if _SIXTIES.fullmatch(word):
            return "float" if "." in word else "int"
    return "str"


class _Resolver(VersionedResolver):
    """The same words mean the same whatever version a file says that it is of."""

    def resolve(self, kind: type[Node], value: Any, implicit: Any) -> Tag:
        if kind is ScalarNode:
            return _TAGS[_kind(value) if implicit[0] else "str"]
        return _TAGS["seq" if kind is SequenceNode else "map"]


class _Composer(Composer):
    """ruamel's, with limits while the text is read."""

    def __init__(self, loader: Any = None) -> None:
        super().__init__(loader)
        self.warn_double_anchors = False
        self._levels = 0
        self._values = 0
        self._counted: dict[int, int] = {}

    def compose_node(self, parent: Any, index: Any) -> Any:
        """As ruamel's, counted: an alias is worth all that it stands for."""
        alias = self.parser.check_event(AliasEvent)
        before = self._values
        self._levels += 1
        if self._levels > DEEPEST:
            raise Refused(self.parser.peek_event(), f"is nested in more than {DEEPEST} levels.")
        node = super().compose_node(parent, index)
        self._levels -= 1
        if alias:
            if id(node) not in self._counted:
                raise Refused(node, "refers to itself.")
            self._values += self._counted[id(node)]
        else:
            self._values += 1
            self._counted[id(node)] = self._values - before
        if self._values > MOST_VALUES:
            raise Refused(node, f"there are more than {MOST_VALUES:,} values from here on, aliases counted in full.")
        if isinstance(node, ScalarNode):
            _check_word(node)
        return node


def _check_word(node: ScalarNode) -> None:
    if len(node.value) > LONGEST_WORD:
        raise Refused(node, f"a word of {len(node.value):,} characters is too long.")
    if any("\ud800" <= each <= "\udfff" for each in node.value):
        raise Refused(node, "holds half a character (a surrogate), which no file can hold.")


def compose(text: str) -> Node | None:
    """The tree of a text; None of an empty one. Raises Refused, YAMLError, ValueError and OverflowError."""
    reader = YAML(typ="safe", pure=True)
    reader.Composer = _Composer
    reader.Resolver = _Resolver
    root: Node | None = reader.compose(text)
    return root


def value_of(node: Node | None, old_booleans: bool = False) -> Any:
    """What a tree says, as plain values. old_booleans: plain yes, no, on and off are true and false, as in YAML 1.1."""
    return None if node is None else _Values(_OLD_BOOLEANS if old_booleans else {}).of(node)


class _Values:
    """old: words that are booleans beside true and false."""

    def __init__(self, old: Mapping[str, bool]) -> None:
        self._old = old

    def of(self, node: Node) -> Any:
        kind = str(node.tag).removeprefix(_PREFIX)
        if kind == "map":
            if not isinstance(node, MappingNode):
                raise Refused(node, "is tagged as a mapping and is none.")
            return {key: self.of(value) for key, value in self._pairs(node).items()}
        if kind == "seq":
            if not isinstance(node, SequenceNode):
                raise Refused(node, "is tagged as a list and is none.")
            return [self.of(each) for each in node.value]
        if kind not in ("null", "str", "int", "float", "bool"):
            raise Refused(node, f"not YAML ({str(node.tag)[:60]} is not read here).")
        if not isinstance(node, ScalarNode):
            raise Refused(node, "is tagged as a single value and is none.")
        if kind == "str":
            plain = node.style is None and node.value in self._old
            return self._old[node.value] if plain else node.value
        if kind == "null":
            return None
        return {"int": _int, "float": _float, "bool": _bool}[kind](node)

    def _pairs(self, node: MappingNode) -> dict[str, Node]:
        """A mapping's values by their keys, with what is merged into it below its own."""
        own: dict[str, Node] = {}
        merged: dict[str, Node] | None = None
        for key_node, value_node in node.value:
            if str(key_node.tag) == _PREFIX + "merge":
                if merged is not None:
                    raise Refused(key_node, "'<<' is given twice. Keep one; it takes a list.")
                merged = {}
                # Of several, the first has precedence.
                for each in reversed(value_node.value if isinstance(value_node, SequenceNode) else [value_node]):
                    if not isinstance(each, MappingNode):
                        raise Refused(each, "is merged with '<<' and is no mapping.")
                    merged |= self._pairs(each)
                continue
            key = self.of(key_node) if isinstance(key_node, ScalarNode) else None
            if not isinstance(key, str):
                written = f"the key {key_node.value}" if isinstance(key_node, ScalarNode) else "a key"
                raise Refused(key_node, f"{written[:100]} is not a word. Put it in quotes.")
            if not key.isprintable() or len(key) > LONGEST_KEY:
                raise Refused(key_node, f"{key[:40]!r} is no key: at most {LONGEST_KEY} printable characters.")
            if key in own:
                raise Refused(key_node, f"{key!r} is given twice. Keep one.")
            own[key] = value_node
        return {**(merged or {}), **own}


_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9_]{0,30}|0x[0-9a-fA-F_]{1,20}|0b[01_]{1,70})")


def _int(node: ScalarNode) -> int:
    text: str = node.value
    if not _WHOLE.fullmatch(text):
        if len(text) > 30:
            raise Refused(node, f"a number of {len(text):,} characters is too long.")
        raise Refused(node, f"{text}: YAML reads it as another number than is written. Write digits, without a zero "
                            "before them, or put it in quotes.")  # fmt: skip
    value = int(text.replace("_", ""), 0)
    if abs(value) > LARGEST_WHOLE:
        raise Refused(node, f"{text} is too large. Whole numbers go to {LARGEST_WHOLE}.")
    return value


def _float(node: ScalarNode) -> float:
    text: str = node.value
    try:
        value = float(text.replace("_", "")) if ":" not in text and len(text) < 400 else None
    except ValueError:
        value = math.inf
    if value is None:
        raise Refused(node, f"{text[:40]}: YAML reads it as another number than is written. Put it in quotes.")
    if not math.isfinite(value):
        raise Refused(node, f"{text[:40]} is no finite number.")
    return value


def _bool(node: ScalarNode) -> bool:
    if node.value not in _BOOLEANS:
        raise Refused(node, f"{node.value[:40]} is neither true nor false.")
    return _BOOLEANS[node.value]


def line_of(node: Node | None, words: str) -> int | None:
    """The line of what an error speaks of; the first is 1.

    words: an error's, which begin with a path of keys: ``baselines.mine: units: ...`` is about `units` of `mine`.
    """
    line: int | None = None
    found = _named(node, words, ".:")
    while found is not None:
        name, at, node = found
        line, words = at.start_mark.line + 1, words[len(name) :].lstrip(".: ")
        found = _named(node, words, ".: ")
    return line


def _named(node: Node | None, words: str, ends: str) -> tuple[str, Node, Node] | None:
    """The key or the place in a list with which words begin: as it is written, where it is, what it holds."""
    if isinstance(node, MappingNode):
        keys = [(str(key.value), key, value) for key, value in node.value if isinstance(key, ScalarNode) and key.value]
        named = [each for each in keys if words.startswith(each[0]) and words[len(each[0]) :][:1] in ("", *ends)]
        return max(named, key=lambda each: len(each[0]), default=None)
    if isinstance(node, SequenceNode):
        index = re.match(r"[0-9]{1,6}(?=[.:])", words)
        if index is not None and int(index[0]) < len(node.value):
            item = node.value[int(index[0])]
            return index[0], item, item
    return None


class _DumpedResolver(_Resolver):
    """Words that readers of YAML 1.1 take for something else are put in quotes."""

    def resolve(self, kind: type[Node], value: Any, implicit: Any) -> Tag:
        tag = super().resolve(kind, value, implicit)
        if kind is ScalarNode and implicit[0] and str(tag) == _PREFIX + "str" and _READ_OTHERWISE.fullmatch(value):
            return _TAGS["bool"]
        return tag


_READ_OTHERWISE = re.compile(r"y|n|yes|no|on|off|=|[-+]?[0-9.][0-9_.:eExobXOB+tT -]*z?", re.IGNORECASE)


_AS_IT_IS = re.compile("[\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*")
"""What a file holds as itself. Of the rest, YAML 1.1 has other line breaks than 1.2, and some nobody sees."""


class _Representer(SafeRepresenter):
    def represent_str(self, data: str) -> ScalarNode:
        style = None if _AS_IT_IS.fullmatch(data) else '"'
        node: ScalarNode = self.represent_scalar(_PREFIX + "str", data, style)
        return node

    def represent_float(self, data: float) -> ScalarNode:
        # 1e-05 is a word in YAML 1.1, 1.0e-05 a number in both.
        text = repr(data).lower()
        if "." not in text and "e" in text:
            return self.represent_scalar(_PREFIX + "float", text.replace("e", ".0e", 1))
        node: ScalarNode = super().represent_float(data)
        return node


_Representer.add_representer(str, _Representer.represent_str)
_Representer.add_representer(float, _Representer.represent_float)


_WIDEST = 2**20


def dump(content: Any, in_one_line: bool = False) -> str:
    """Plain values as YAML that readers of 1.1 and 1.2 understand alike, keys in their order. Raises NotWritable."""
    writer = YAML(typ="safe", pure=True)
    writer.Resolver = _DumpedResolver
    writer.Representer = _Representer
    writer.default_flow_style = in_one_line
    writer.width = _WIDEST if in_one_line else 80
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # ruamel declares it as None
    out = io.StringIO()
    writer.dump(content, out)
    return out.getvalue()
