"""Keys that a person gives to a request that creates, so that it may be sent again where its answer was lost.

Owns: that a key is one person's, and stands for one request; that one of two that come at once is told to wait.
Leaves to others: what is created (service).
"""

from dataclasses import dataclass

import sqlalchemy as sa

from tuner.database.connection import Database, utc_now
from tuner.database.patience import patient
from tuner.database.service_tables import RequestKeyRow

_GIVEN_UP_S = 900.0
"""A request that has not ended after so long was cut off: its key is free again."""


@dataclass(frozen=True)
class Claim:
    """new: the request is to be carried out. digest: of the request that has the key. study_name: what came of that;
    empty while it is at work."""

    new: bool
    digest: str
    study_name: str = ""


def claim(db: Database, person: str, key: str, digest: str) -> Claim:
    which = (RequestKeyRow.person == person, RequestKeyRow.request_key == key)
    given_up = (RequestKeyRow.study_name == "", RequestKeyRow.claimed_at < utc_now() - _GIVEN_UP_S)
    with db.session() as session, session.begin():
        session.execute(sa.delete(RequestKeyRow).where(*which, *given_up))
    values = {"person": person, "request_key": key, "digest": digest, "study_name": "", "claimed_at": utc_now()}
    try:
        with db.session() as session, session.begin():
            session.execute(sa.insert(RequestKeyRow).values(**values))
        return Claim(True, digest)
    except sa.exc.IntegrityError:
        with db.session() as session:
            row = session.scalars(sa.select(RequestKeyRow).where(*which)).one_or_none()
        return Claim(False, digest) if row is None else Claim(False, row.digest, row.study_name)


@patient
def settle(db: Database, person: str, key: str, study_name: str) -> None:
    """The request was carried out."""
    which = (RequestKeyRow.person == person, RequestKeyRow.request_key == key)
    with db.session() as session, session.begin():
        session.execute(sa.update(RequestKeyRow).where(*which).values(study_name=study_name))


@patient
def free(db: Database, person: str, key: str) -> None:
    """The request failed: it may be sent again."""
    which = (RequestKeyRow.person == person, RequestKeyRow.request_key == key)
    with db.session() as session, session.begin():
        session.execute(sa.delete(RequestKeyRow).where(*which))
