"""Rows inserted many at once.

Owns: that it is one statement on PostgreSQL, too, whose driver sends every row by itself: their columns are sent as
arrays.
Leaves to others: what the rows are.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session


def insert(session: Session, table: sa.Table, rows: Sequence[dict[str, Any]], key: tuple[str, ...] = ()) -> None:
    """Insert rows that all have the same columns, in their order.

    key: of one that is there already, by these columns, the others get these values; without, it is an error.
    """
    if not rows:
        return
    names = tuple(rows[0])
    if session.get_bind().dialect.name == "postgresql":
        columns = {name: _column(table.c[name].type, [row[name] for row in rows]) for name in names}
        session.connection().execute(_of_arrays(table, names, key), columns)
    else:
        session.connection().execute(_of_rows(table, names, key), rows)


@cache
def _of_rows(table: sa.Table, names: tuple[str, ...], key: tuple[str, ...]) -> sa.Insert:
    from sqlalchemy.dialects import sqlite

    made = sqlite.insert(table)
    return made.on_conflict_do_update(index_elements=key, set_=_others(made, names, key)) if key else made


@cache
def _of_arrays(table: sa.Table, names: tuple[str, ...], key: tuple[str, ...]) -> sa.Insert:
    from sqlalchemy.dialects import postgresql

    kinds = {name: _whole(table.c[name].type) for name in names}
    arrays = [sa.bindparam(name, type_=postgresql.ARRAY(kind)) for name, kind in kinds.items()]
    columns = [sa.column(name, kind) for name, kind in kinds.items()]
    given = sa.func.unnest(*arrays).table_valued(*columns, name="given").render_derived()
    made = postgresql.insert(table).from_select(list(names), sa.select(*(given.c[name] for name in names)))
    return made.on_conflict_do_update(index_elements=key, set_=_others(made, names, key)) if key else made


def _column(kind: sa.types.TypeEngine[Any], values: list[Any]) -> list[Any]:
    """The driver takes an array of one kind of numbers."""
    if isinstance(kind, sa.Float):
        return [None if each is None else float(each) for each in values]
    return values


def _whole(kind: sa.types.TypeEngine[Any]) -> sa.types.TypeEngine[Any]:
    """A text that is too long for its column is an error of the insert; a cast would cut it off."""
    return sa.Text() if type(kind) is sa.String else kind


def _others(made: Any, names: tuple[str, ...], key: tuple[str, ...]) -> dict[str, Any]:
    return {name: made.excluded[name] for name in names if name not in key}
