"""All of our tables, for whoever makes them or compares them.

Leaves to others: the tables (tables, service_tables), older schemas (migrations).
"""

from threading import Lock

from sqlalchemy import Index, MetaData

from tuner.database import service_tables  # noqa: F401 (its tables are known once it is imported)
from tuner.database.tables import Base, RunRow

_whole = Lock()


def all_tables() -> MetaData:
    """The tables with every index, for whoever makes or compares them.

    An index with a condition loads SQLAlchemy's dialects of the databases that have such: a tenth of the CPU time of a
    command that only reads.
    """
    with _whole:
        if all(each.name != _OPEN_RUNS for each in Base.metadata.tables[RunRow.__tablename__].indexes):
            Index(_OPEN_RUNS, RunRow.study_name, postgresql_where=~RunRow.finalized, sqlite_where=~RunRow.finalized)
    return Base.metadata


_OPEN_RUNS = "tuner_runs_open"
