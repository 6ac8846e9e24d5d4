"""The defaults of a release as data: with them a study keeps the meaning that its file had when it was started.

Studies are stored with every default written out. Those of schema 2 and before were stored as text alone; what it
leaves out means what it meant in the last release of that schema: ``released_2.json``.

Owns: what a set of defaults consists of, and that set.
Leaves to others: today's defaults (space_file, families, search), filling a file with either (study_spec), the stored
form (studies).
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from tuner.spec.space import ByAnswer, Default, Value

Options = Mapping[str, Value | None]


class Conditional(BaseModel):
    """A `ByAnswer`, stored."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: str
    values: dict[str, Value]
    otherwise: Value


def stored(default: Default) -> Value | Conditional:
    """A default as it is stored."""
    if isinstance(default, ByAnswer):
        return Conditional(by=default.by, values=dict(default.values), otherwise=default.otherwise)
    return default


def restored(default: Value | Conditional) -> Default:
    """The same, back."""
    return ByAnswer(default.by, default.values, default.otherwise) if isinstance(default, Conditional) else default


class Defaults(BaseModel):
    """What a search-space file leaves out.

    file, search, finalists: of the keys of these mappings. objective: by task, and "code" for a network of a person's
    own. sources: of each kind of file, by the key that names it. samplers, pruners: of each one's options.
    families: of each family's parameters, by task.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: dict[str, Any]
    search: dict[str, Any]
    finalists: dict[str, int | float | None]
    objective: dict[str, dict[str, str]]
    sources: dict[str, dict[str, Any]]
    samplers: dict[str, Options]
    pruners: dict[str, Options]
    families: dict[str, dict[str, dict[str, Value | Conditional]]]


@lru_cache(maxsize=1)
def released_2() -> Defaults:
    """Those of the release that stored studies as text: schema 2."""
    return Defaults.model_validate_json(Path(__file__).with_name("released_2.json").read_text(encoding="utf-8"))
