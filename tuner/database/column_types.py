"""What stands in a column: texts without secrets, figures that every database holds, and the models of `facts`.

Leaves to others: the tables (tables), what a model holds (facts, trial_facts).
"""

import math
import re
from typing import Any

from sqlalchemy import JSON, Dialect, LargeBinary, Text, TypeDecorator
from sqlalchemy.dialects import mysql

from tuner.database.facts import Stored, without_nulls
from tuner.redaction import redacted

# MySQL's BLOB ends at 64 KiB.
Bytes = LargeBinary().with_variant(mysql.LONGBLOB(), "mysql")

# A file name that is no UTF-8 has surrogates; PostgreSQL's texts take no NUL either.
_NOT_HELD = re.compile(r"[\0\ud800-\udfff]")


def storable(value: Any) -> Any:
    """A text, or a value of JSON, as every database holds it.

    A character that not every one takes is written as an escape. A float that is not finite is left out of the mapping
    or the list that it is in: PostgreSQL's JSON takes none, and what is not a number was not measured. SQLite took
    them: what was stored by versions that wrote them is read through here, too.
    """
    if isinstance(value, str):
        return _NOT_HELD.sub(lambda found: found[0].encode("unicode_escape").decode(), value)
    if isinstance(value, dict):
        return {storable(key): storable(each) for key, each in value.items() if not _is_no_number(each)}
    if isinstance(value, list | tuple):
        return [storable(each) for each in value if not _is_no_number(each)]
    return value


def _is_no_number(value: Any) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


class Words(TypeDecorator[str]):
    """A text that may come from anywhere, such as that of an error; stored without the secrets that may be in it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else redacted(storable(value))


class Figures(TypeDecorator[dict[str, Any]]):
    """Figures and words that were measured or made here, and not written by a person."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> dict[str, Any] | None:
        return storable(value)  # type: ignore[no-any-return]

    def process_result_value(self, value: dict[str, Any] | None, dialect: Dialect) -> dict[str, Any] | None:
        return None if value is None else read_figures(value)


def read_figures(value: dict[str, Any]) -> dict[str, Any]:
    """Of the JSON in a column."""
    if all(isinstance(each, int | float) and math.isfinite(each) for each in value.values()):
        return value  # as it is written today, and as nearly all is
    return storable(without_nulls(value))  # type: ignore[no-any-return]


class Model(TypeDecorator[Stored]):
    """A model of `facts`. kind: which. empty: of a column that has nothing, a model that knows nothing is made."""

    impl = JSON
    cache_ok = True

    def __init__(self, kind: type[Stored], empty: bool = False) -> None:
        super().__init__()
        self.kind = kind
        self.empty = empty

    def process_bind_param(self, value: Stored | None, dialect: Dialect) -> dict[str, Any] | None:
        return None if value is None else storable(value.as_json())

    def process_result_value(self, value: dict[str, Any] | None, dialect: Dialect) -> Stored | None:
        return self.kind.read(storable(value)) if value is not None or self.empty else None
