"""Numbers of what was written of a study, in the order in which it was committed.

Owns: that the order is exact. A study has one counter. Whoever writes draws from it as the last thing of the
transaction: until that commits nobody else draws, so whoever sees a number sees all that has a smaller one. Its row is
always locked after those that were written, so that no two wait for each other.
Leaves to others: which writes a reader is told of - all but those of leases and claims, which pass with time - and
reading (changes).
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tuner.database.tables import UNSTAMPED, Base, CounterRow, Key, RunRow, StudyRow, keyed

_COUNTERS = Base.metadata.tables[CounterRow.__tablename__]
_RUNS = Base.metadata.tables[RunRow.__tablename__]
_NEXT = (
    sa.update(_COUNTERS)
    .where(_COUNTERS.c.study_name == sa.bindparam("of"))
    .values(number=_COUNTERS.c.number + 1)
    .returning(_COUNTERS.c.number)
)


def stamp(session: Session, *study_names: str) -> None:
    """Number what this transaction has written of some studies and their runs, and marked with UNSTAMPED."""
    # In one order, so that two who write to the same studies do not wait for each other.
    for study_name in sorted(set(study_names)):
        number = draw(session, study_name)
        for row in (StudyRow, RunRow):
            written = (row.study_name == study_name, row.sequence == UNSTAMPED)
            session.execute(sa.update(row).where(*written).values(sequence=number))


def stamp_runs(session: Session, study_name: str, number: int | None = None) -> None:
    """The same of a transaction that has written to runs alone. number: what it has drawn already."""
    written = (_RUNS.c.study_name == study_name, _RUNS.c.sequence == UNSTAMPED)
    if number is None:
        _draw_and_stamp(session, study_name, written)
    else:
        session.connection().execute(sa.update(_RUNS).where(*written).values(sequence=number))


def stamp_run(session: Session, key: Key) -> None:
    """Number one run that this transaction has written. key: of its row."""
    _draw_and_stamp(session, str(key[0]), keyed(RunRow, key))


def _draw_and_stamp(session: Session, study_name: str, which: tuple[sa.ColumnElement[bool], ...]) -> None:
    stamped = sa.update(_RUNS).where(*which)
    if session.get_bind().dialect.name == "postgresql":
        # In one call: whoever draws next waits for each.
        drawn = _NEXT.cte("drawn")
        one = sa.func.coalesce(sa.select(drawn.c.number).scalar_subquery(), UNSTAMPED)
        session.connection().execute(stamped.values(sequence=one).add_cte(drawn), {"of": study_name})
    else:
        session.connection().execute(stamped.values(sequence=draw(session, study_name)))


def draw(session: Session, study_name: str) -> int:
    """The next number; where the study is gone, and with it its counter, one that nobody reads."""
    # Not through the ORM: it is made with every epoch.
    return session.connection().scalar(_NEXT, {"of": study_name}) or UNSTAMPED
