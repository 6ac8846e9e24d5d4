"""The connections of a database are closed with it."""

import gc

from tests.postgres import PostgresServer
from tuner.database import studies
from tuner.database.connection import open_database


def test_whoever_drops_a_database_leaves_no_connection(postgres_server: PostgresServer) -> None:
    url = postgres_server.new_database()
    before = postgres_server.connections()
    opened = open_database(url)
    waiting = opened.waiting(5.0)
    studies.view_studies(waiting)
    assert postgres_server.connections() > before
    del opened
    assert waiting.storage.get_all_studies() == []
    assert postgres_server.connections() > before
    del waiting
    gc.collect()
    assert postgres_server.connections() == before
