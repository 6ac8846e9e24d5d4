"""Optuna's tables beside ours, in the same database and through the same connections.

Owns: its storage, opened when it is first needed: whoever only looks at studies reads our tables alone, and does not
wait for Optuna to be imported.
Leaves to others: what is written there (studies, trials, search).
"""

import time
from typing import Any

import optuna
import sqlalchemy as sa
from optuna.storages import BaseStorage, RDBStorage
from sqlalchemy import orm
from sqlalchemy.orm import Session

from tuner.database.error_kinds import is_race

_TRIES = 10
_PAUSE_S = 0.2


def open_storage(engine: sa.Engine, how: dict[str, Any]) -> RDBStorage:
    """Optuna's storage on an engine of ours; its tables are made where they are not there. how: to connect."""
    # Its INFO lines repeat what our own view shows; its warnings name internals.
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    for _ in range(_TRIES - 1):
        try:
            return _open(engine, how)
        except sa.exc.SQLAlchemyError as error:
            # Several processes may create the tables at once; whoever comes second tries again and finds them.
            if not is_race(error):
                raise
            time.sleep(_PAUSE_S)
    return _open(engine, how)


def _open(engine: sa.Engine, how: dict[str, Any]) -> RDBStorage:
    # It makes an engine by itself, with which its tables are made and checked; then it goes on with ours.
    options = {"poolclass": sa.NullPool, **how}
    storage = RDBStorage(engine.url.render_as_string(hide_password=False), options)
    storage.engine = engine
    storage.scoped_session = orm.scoped_session(orm.sessionmaker(bind=engine))
    return storage


def within(storage: RDBStorage, session: Session) -> BaseStorage:
    """The storage for the length of a session, in its transaction."""
    # The same storage with another session; a copy would open an engine of its own.
    made = RDBStorage.__new__(RDBStorage)
    made.__dict__.update(storage.__dict__)
    # Bound to a connection that is in a transaction already, its commits only end its own part of it.
    made.scoped_session = orm.scoped_session(orm.sessionmaker(bind=session.connection()))
    return made
