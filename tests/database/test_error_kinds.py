"""What an error means is told by codes: in whatever language a server speaks."""

import contextlib
import errno
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import optuna
import psycopg
import pytest
import sqlalchemy as sa

from tests.postgres import PostgresServer
from tuner.database.connection import open_database
from tuner.database.error_kinds import Verdict, is_full, is_race, judge
from tuner.database.patience import patiently
from tuner.errors import DiskFull, InputError


def raised(url: str, *statements: str) -> sa.exc.DBAPIError:
    """What the last of these statements fails with."""
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"), poolclass=sa.NullPool)
    return failing(engine, *(statements or ("SELECT 1",)))


def failing(engine: sa.Engine, *statements: str) -> sa.exc.DBAPIError:
    def run() -> None:
        with engine.connect() as connection:
            for each in statements:
                connection.exec_driver_sql(each)
            connection.commit()

    with pytest.raises(sa.exc.DBAPIError) as caught:
        run()
    return caught.value


def in_german(error: sa.exc.DBAPIError) -> sa.exc.DBAPIError:
    """The same, as a server with lc_messages=de_DE says it: libpq has no code for it, and words in German."""
    assert isinstance(error.orig, psycopg.OperationalError)
    assert error.orig.sqlstate is None
    words = "connection failed: Verbindung fehlgeschlagen: FATAL:  Passwort-Authentifizierung fehlgeschlagen"
    other = psycopg.OperationalError(words, pgconn=error.orig.pgconn)
    return sa.exc.OperationalError("SELECT 1", {}, other)


@pytest.fixture(scope="module")
def server_url(postgres_server: PostgresServer) -> Iterator[str]:
    """A database, and the roles `pw` (with a password), `crowd` (no connections) and `reader`."""
    url = postgres_server.new_database()
    socket = url.partition("host=")[2]
    with psycopg.connect(host=socket, user="postgres", dbname="postgres", autocommit=True) as connection:
        for each in (
            "CREATE ROLE pw LOGIN PASSWORD 'x'",
            "CREATE ROLE crowd LOGIN CONNECTION LIMIT 0",
            "CREATE ROLE reader LOGIN",
            "CREATE DATABASE closed ALLOW_CONNECTIONS false",
        ):
            connection.execute(each)
        row = connection.execute("SHOW hba_file").fetchone()
        assert row is not None
        rules = Path(str(row[0]))
        before = rules.read_text()
        rules.write_text("local all pw scram-sha-256\nlocal all reader trust\nlocal all crowd trust\n" + before)
        connection.execute("SELECT pg_reload_conf()")
        until = time.monotonic() + 30.0
        while True:
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(host=socket, user="reader", dbname="postgres").close()
                break
            assert time.monotonic() < until
        yield url
        rules.write_text(before)
        connection.execute("SELECT pg_reload_conf()")


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ("postgres@/", "pw:bad@/", "refused"),
        ("postgres@/", "pw@/", "refused"),
        ("postgres@/", "nobody@/", "refused"),
        ("@/t", "@/nothing", "refused"),
        ("@/t", "@/closed?host=", "refused"),
        ("postgres@/", "crowd@/", "away"),  # too many connections
    ],
)
def test_a_refused_connection_is_judged_by_the_servers_code(
    server_url: str, before: str, after: str, verdict: Verdict
) -> None:
    url = server_url.replace(before, after)
    if after.endswith("="):
        url = f"postgresql://postgres@/closed?host={server_url.partition('host=')[2]}"
    error = raised(url)
    assert judge(error) == verdict
    assert judge(in_german(error)) == verdict


@pytest.mark.postgres
def test_a_wrong_password_is_said_at_once_in_any_language(server_url: str) -> None:
    began = time.monotonic()
    with pytest.raises(InputError, match="refuses"):
        open_database(server_url.replace("postgres@", "pw:bad@"), wait_s=60.0)
    assert time.monotonic() - began < 30.0


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("statements", "verdict"),
    [
        (("SELECT * FROM nothing",), "other"),
        (("SELEKT",), "other"),
        (("SET default_transaction_read_only = on", "COMMIT", "CREATE TABLE t (a int)"), "unwritable"),
        (("SET statement_timeout = 20", "SELECT pg_sleep(10)"), "away"),
        (("SELECT pg_terminate_backend(pg_backend_pid())",), "away"),
        (("CREATE ROLE noone", "SET ROLE noone", "CREATE TABLE public.t (a int)"), "refused"),
        (("CREATE TABLE u (a int)", "CREATE TABLE u (a int)"), "other"),
        (("DO $$ BEGIN RAISE EXCEPTION 'voll' USING ERRCODE = '53100'; END $$",), "full"),
        (("DO $$ BEGIN RAISE EXCEPTION 'startet' USING ERRCODE = '57P03'; END $$",), "away"),
        (("DO $$ BEGIN RAISE EXCEPTION 'Absturz' USING ERRCODE = '57P02'; END $$",), "away"),
        (("DO $$ BEGIN RAISE EXCEPTION 'Blockade' USING ERRCODE = '40P01'; END $$",), "away"),
        (("DO $$ BEGIN RAISE EXCEPTION 'nochmals' USING ERRCODE = '40001'; END $$",), "away"),
        (("DO $$ BEGIN RAISE EXCEPTION 'Verbindung' USING ERRCODE = '08006'; END $$",), "away"),
        (("DO $$ BEGIN RAISE EXCEPTION 'does not exist, read-only' USING ERRCODE = '57P01'; END $$",), "away"),
    ],
)
def test_a_servers_answer_is_judged_by_its_code(server_url: str, statements: tuple[str, ...], verdict: Verdict) -> None:
    error = raised(server_url, *statements)
    assert judge(error) == verdict
    assert is_race(error) == (statements[0].startswith("CREATE TABLE u") or verdict == "away")


def test_nobody_who_answers_is_an_outage() -> None:
    error = raised("postgresql://nobody@127.0.0.1:1/x")
    assert judge(error) == "away"
    assert judge(in_german(error)) == "away"


def sqlite_error(path: Path, *statements: str, **options: object) -> sa.exc.DBAPIError:
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool, connect_args={"timeout": 0.05, **options})
    return failing(engine, *statements)


def test_sqlites_answers_are_judged_by_their_codes(tmp_path: Path) -> None:
    file = tmp_path / "t.db"
    holder = sqlite3.connect(file)
    holder.execute("CREATE TABLE t (a)")
    assert judge(sqlite_error(file, "SELECT * FROM nothing")) == "other"
    assert is_race(sqlite_error(file, "CREATE TABLE t (a)"))
    full = sqlite_error(file, "PRAGMA max_page_count=2", "INSERT INTO t VALUES (zeroblob(100000))")
    assert judge(full) == "full"
    assert is_full(RuntimeError("in words of others")) is False
    assert judge(sqlite_error(file, "PRAGMA query_only=1", "INSERT INTO t VALUES (1)")) == "unwritable"
    holder.execute("BEGIN IMMEDIATE")
    locked = sqlite_error(file, "INSERT INTO t VALUES (1)")
    assert judge(locked) == "away"
    assert is_race(locked)
    holder.close()
    assert judge(sqlite_error(tmp_path / "none" / "t.db", "SELECT 1")) == "away"
    (tmp_path / "text").write_text("not a database " * 100)
    assert judge(sqlite_error(tmp_path / "text", "SELECT * FROM t")) == "damaged"


def test_a_full_disk_is_seen_through_what_others_make_of_it() -> None:
    no_space = OSError(errno.ENOSPC, "No space left on device")
    assert judge(no_space) == "full"
    assert judge(OSError(errno.ENOENT, "none")) == "other"
    theirs = optuna.exceptions.StorageInternalError("An exception is raised during the commit.")
    assert not is_full(theirs)
    theirs.__cause__ = no_space
    assert is_full(theirs)
    assert is_full(OSError("Unable to create file (errno = 28, error message = 'No space left on device')"))


def test_a_call_waits_for_space_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    calls = []

    def write() -> int:
        calls.append(1)
        if len(calls) < 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        return 7

    assert patiently(write) == 7
    assert [record.message.partition(" (")[0] for record in caplog.records] == [
        "the disk is full",
        "there is space again",
    ]

    def always_full() -> None:
        raise OSError(errno.ENOSPC, "x")

    with pytest.raises(DiskFull, match="Free some space, then go on with `tune resume`"):
        patiently(always_full, wait_s=0.0)
