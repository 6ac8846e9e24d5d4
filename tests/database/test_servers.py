"""Whether a server's address is given: never a wrong one."""

import sqlalchemy as sa

from tuner.database import servers
from tuner.database.connection import Database, utc_now
from tuner.database.service_tables import ServerRow


def _change(db: Database, **values: object) -> None:
    with db.session() as session, session.begin():
        session.execute(sa.update(ServerRow).values(**values))


def test_an_address_is_given_until_its_server_leaves(db: Database) -> None:
    servers.enter(db, "a", "http://127.0.0.1:1", everywhere=False)
    assert servers.address_from_here(db) == "http://127.0.0.1:1"
    servers.leave(db, "a")
    assert servers.address_from_here(db) is None
    assert not servers.beat(db, "a")


def test_one_whose_process_is_gone_is_not_given(db: Database) -> None:
    servers.enter(db, "a", "http://127.0.0.1:1", everywhere=True)
    _change(db, pid_started_at=ServerRow.pid_started_at - 60.0)  # another process had this pid
    assert servers.address_from_here(db) is None
    assert not servers.any_lives(db)


def test_one_of_another_machine_is_given_where_it_is_good_everywhere(db: Database) -> None:
    servers.enter(db, "a", "http://127.0.0.1:1", everywhere=False)
    _change(db, pid_space="another")
    assert servers.address_from_here(db) is None
    assert servers.any_lives(db)
    _change(db, everywhere=True)
    assert servers.address_from_here(db) == "http://127.0.0.1:1"


def test_one_that_is_silent_is_not_given_until_it_is_heard_again(db: Database) -> None:
    servers.enter(db, "a", "http://127.0.0.1:1", everywhere=True)
    for seen_at in (utc_now() - 60.0, utc_now() + 60.0):
        _change(db, seen_at=seen_at)
        assert servers.address_from_here(db) is None
    assert servers.beat(db, "a")
    assert servers.address_from_here(db) == "http://127.0.0.1:1"


def test_of_several_the_one_here_comes_first_then_the_latest(db: Database) -> None:
    servers.enter(db, "b", "http://b", everywhere=False)
    servers.enter(db, "c", "http://c", everywhere=True)
    servers.enter(db, "d", "http://d", everywhere=True)
    with db.session() as session, session.begin():
        session.execute(sa.update(ServerRow).where(ServerRow.server_id != "b").values(pid_space="another"))
    assert servers.address_from_here(db) == "http://b"
    servers.leave(db, "b")
    assert servers.address_from_here(db) == "http://d"
