"""The connections of a database are closed with it."""

import gc
import time

from tests.postgres import PostgresServer
from tuner.database import studies
from tuner.database.connection import open_database


def test_whoever_drops_a_database_leaves_no_connection(postgres_server: PostgresServer) -> None:
    url = postgres_server.new_database()
    opened = open_database(url)
    waiting = opened.waiting(5.0)
    studies.view_studies(waiting)
    assert postgres_server.connections(url) > 0
    del opened
    assert waiting.storage.get_all_studies() == []
    assert postgres_server.connections(url) > 0
    del waiting
    gc.collect()
    # The server takes a moment to see that they have gone.
    until = time.monotonic() + 5
    while postgres_server.connections(url) and time.monotonic() < until:
        time.sleep(0.05)
    assert postgres_server.connections(url) == 0
