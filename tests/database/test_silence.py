"""A call that its database never answers is given up: in any thread, and where a system has no timer signals."""

import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from tests.database.conftest import add, opening
from tests.database.silent_proxies import silent_proxy
from tests.database.test_patience import ends_in, silent_server
from tests.postgres import PostgresServer
from tuner.database import connecting, patience, studies
from tuner.database.connection import open_database
from tuner.database.error_kinds import judge
from tuner.errors import ServiceDown

__all__ = ["silent_server"]

HANGS = """
import signal, sys
if hasattr(signal, "setitimer"):
    del signal.setitimer
from tuner.database import studies
from tuner.database.connection import open_database
from tuner.database.patience import ToldToLeave
from tuner.workers.leaving import Leaving
from tuner.workers.signals import listen
listen(Leaving())
db = open_database(sys.argv[1], wait_s=300.0)
print(studies.view_study(db, "s").study_name, flush=True)
sys.stdin.readline()
try:
    studies.view_study(db, "s")
except ToldToLeave:
    sys.exit(9)
"""


@pytest.mark.postgres
def test_a_call_that_is_never_answered_is_made_again_in_any_thread(
    postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(patience, "_SILENT_S", 0.5)
    monkeypatch.setattr(connecting, "_CONNECT_S", 2)
    with silent_proxy(postgres_server.new_database()) as proxy, opening(proxy.url, wait_s=60.0) as db:
        add(db)
        with db.engine.connect() as connection:
            connection.execute(sa.text("SELECT 1"))
            proxy.silent.set()
            with pytest.raises(sa.exc.OperationalError, match="the server has said nothing for") as caught:
                connection.execute(sa.text("SELECT 1"))
        assert judge(caught.value) == "away"
        proxy.silent.clear()
        assert studies.view_study(db, "s").study_name == "s"
        with ThreadPoolExecutor(1) as pool:
            proxy.silent.set()
            found = pool.submit(studies.view_study, db, "s")
            until = time.monotonic() + 30.0
            while "waiting" not in caplog.text:
                assert time.monotonic() < until
                time.sleep(0.01)
            proxy.silent.clear()
            assert found.result(30.0).study_name == "s"


@pytest.mark.postgres
def test_a_server_that_computes_for_long_is_not_silent_for_ever(
    postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "_SILENT_S", 2.0)
    with opening(postgres_server.new_database()) as db, db.engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT pg_sleep(0.2) FROM generate_series(1, 3)")).all()
    assert len(rows) == 3


@pytest.mark.postgres
def test_a_lock_of_a_process_that_was_stopped_is_taken_from_it(
    postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "_LOCK_S", 0.4)
    url = postgres_server.new_database()
    with opening(url) as stopped, opening(url, wait_s=30.0) as other:
        add(stopped)
        with stopped.session() as session:
            session.execute(sa.text("UPDATE tuner_studies SET round = round"))
            # It does nothing from here on, as where it was stopped by a person.
            studies.note_change(other, "s")
            assert studies.view_study(other, "s").changes == 2
            with pytest.raises(sa.exc.DBAPIError) as caught:
                session.execute(sa.text("UPDATE tuner_studies SET round = round"))
            assert judge(caught.value) == "away"


def test_a_server_that_lets_nobody_in_is_given_up_in_any_thread(
    silent_server: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "_CONNECT_S", 2)
    url = f"postgresql://nobody@127.0.0.1:{silent_server.getsockname()[1]}/x"
    with ThreadPoolExecutor(1) as pool:
        began = time.monotonic()
        with pytest.raises(ServiceDown, match="does not answer"):
            pool.submit(open_database, url, wait_s=1.0).result(60.0)
    assert time.monotonic() - began < 30.0


@pytest.mark.postgres
def test_a_worker_that_hangs_leaves_soon_without_timer_signals(postgres_server: PostgresServer) -> None:
    url = postgres_server.new_database()
    with opening(url) as db:
        add(db)
    with silent_proxy(url) as proxy:
        command = [sys.executable, "-c", HANGS, proxy.url]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "s\n"
        proxy.silent.set()
        process.stdin.write("\n")
        process.stdin.flush()
        time.sleep(1.0)
        assert process.poll() is None
        # The call that hangs, and the one connection that is tried after it.
        assert ends_in(process, signal.SIGTERM) < 12.0
    assert process.returncode == 9
