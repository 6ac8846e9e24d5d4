"""A study database is opened, or one line says why not."""

import contextlib
import os
import random
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import optuna
import pytest
import sqlalchemy as sa
from optuna.storages import RDBStorage
from optuna.trial import TrialState

from tests.database.conftest import add, opening
from tests.postgres import PostgresServer, postgres
from tests.processes import forking
from tuner.database import studies
from tuner.database.blobs import BlobStore, DatabaseStore, FolderStore
from tuner.database.connection import Database, open_database
from tuner.database.patience import patient, patiently
from tuner.database.patient_storage import PatientStorage
from tuner.errors import InputError, NotFound, ServiceDown
from tuner.optuna_internals import trial_id

_NOBODY = 65_534


def test_opening_twice_keeps_what_is_there(url: str) -> None:
    with opening(url) as first, opening(url) as second:
        add(first, "kept")
        assert [view.study_name for view in studies.view_studies(second)] == ["kept"]


def test_optuna_and_we_share_one_file(db: Database) -> None:
    tables = set(sa.inspect(db.engine).get_table_names())
    assert {"trials", "studies", "tuner_runs", "tuner_studies", "tuner_version"} <= tables


@pytest.mark.parametrize(
    ("url", "error", "words"),
    [
        ("nonsense", InputError, "is not a database URL"),
        ("sqlite:////no/such/folder/t.db", InputError, "cannot be opened"),
        ("postgresql://nobody@127.0.0.1:1/x", ServiceDown, "does not answer"),
    ],
)
def test_a_database_that_cannot_be_opened_says_why(url: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words) as caught:
        open_database(url)
    assert "\n" not in str(caught.value)


def open_at_once(url: str, together: Barrier) -> None:
    together.wait(120)
    open_database(url)


def test_processes_that_make_the_tables_at_once_all_find_them(empty_url: str) -> None:
    together = forking.Barrier(4)
    processes = [forking.Process(target=open_at_once, args=(empty_url, together)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0] * 4
    with opening(empty_url) as opened:
        assert studies.view_studies(opened) == []


@pytest.mark.postgres
def test_a_wrong_name_of_a_database_is_no_outage(postgres_server: PostgresServer) -> None:
    url = postgres_server.new_database().replace("@/", "@/nothing")
    with pytest.raises(InputError, match="does not exist"):
        open_database(url, wait_s=60.0)


@pytest.mark.postgres
@pytest.mark.parametrize(("words", "times"), [("", 5), ("&prepare_threshold=none", None), ("&prepare_threshold=2", 2)])
def test_a_url_says_when_statements_are_prepared(
    postgres_server: PostgresServer, words: str, times: int | None
) -> None:
    with opening(postgres_server.new_database() + words) as opened, opened.engine.connect() as connection:
        assert connection.connection.driver_connection.prepare_threshold == times  # type: ignore[union-attr]


@pytest.mark.postgres
def test_a_connection_that_its_server_ended_while_nobody_used_it_is_replaced(postgres_server: PostgresServer) -> None:
    with opening(postgres_server.new_database()) as opened, opening(opened.url) as other:
        ended = sa.text(
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid != pg_backend_pid()"
        )
        opened.now()
        time.sleep(1.1)
        with other.engine.connect() as connection:
            assert connection.scalar(ended) >= 1
        assert opened.now() > 0


@pytest.mark.postgres
def test_thirty_workers_fit_into_a_servers_hundred_connections(postgres_server: PostgresServer) -> None:
    with opening(postgres_server.new_database()) as opened, ThreadPoolExecutor(1) as another:
        held = [opened.engine.connect() for _ in range(3)]
        one_more = another.submit(lambda: opened.engine.connect().close())
        # 30 times 3 are below 100: a worker's fourth waits until one of its own is free.
        assert not wait([one_more], timeout=0.3).done
        for each in held:
            each.close()
        one_more.result(60)


@pytest.mark.postgres
@pytest.mark.slow
def test_calls_of_ours_and_of_optuna_wait_out_an_outage() -> None:
    with postgres() as server:
        url = server.new_database()
        with opening(url, wait_s=60.0) as opened:
            add(opened)
            with away(server, 3.0):
                assert [each.study_name for each in studies.view_studies(opened)] == ["s"]
            study = optuna.load_study(storage=opened.storage, study_name="s")
            trial = study.ask()
            with away(server, 3.0):
                assert [each.number for each in study.trials] == [trial.number]
            with away(server, 3.0):
                trial.report(0.25, 1)
            with away(server, 3.0):
                study.tell(trial, 0.5)
            assert [(each.value, each.intermediate_values) for each in study.trials] == [(0.5, {1: 0.25})]
            with away(server, 1.0), pytest.raises(sa.exc.OperationalError):
                studies.view_studies(opened.waiting(0.0))
        with away(server, 3.0):
            late = open_database(url, wait_s=60.0)
        assert [each.study_name for each in studies.view_studies(late)] == ["s"]
        late.engine.dispose()


@contextlib.contextmanager
def away(server: PostgresServer, seconds: float) -> Iterator[None]:
    server.stop()
    timer = threading.Timer(seconds, server.start)
    timer.start()
    yield
    timer.join()


def test_a_trial_that_was_told_is_told_again_where_the_answer_was_lost(db: Database) -> None:
    add(db)
    study = optuna.load_study(storage=db.storage, study_name="s")
    trial = study.ask()

    class LosesAnAnswer(RDBStorage):
        lost = 0

        def set_trial_state_values(self, *told: Any) -> bool:
            done = super().set_trial_state_values(*told)
            self.lost += 1
            if self.lost == 1:
                raise sa.exc.OperationalError("COMMIT", {}, Exception("server closed the connection"))
            return done

    loses = LosesAnAnswer(db.engine.url.render_as_string(hide_password=False))
    storage = PatientStorage(loses, wait_s=10.0)
    assert storage.set_trial_state_values(trial_id(trial), TrialState.COMPLETE, [0.5])
    assert study.trials[0].value == 0.5
    with pytest.raises(optuna.exceptions.UpdateFinishedTrialError):
        storage.set_trial_state_values(trial_id(trial), TrialState.COMPLETE, [0.7])
    loses.engine.dispose()


def test_a_mistake_is_not_taken_for_an_outage(db: Database) -> None:
    with pytest.raises(sa.exc.SQLAlchemyError), db.session() as session:
        patiently(lambda: session.execute(sa.text("SELECT * FROM tuner_nothing")))


def test_a_password_is_not_shown() -> None:
    with pytest.raises(ServiceDown) as caught:
        open_database("postgresql://nobody:secret@127.0.0.1:1/x")
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "t.db"
    file.write_text("not a database " * 100)
    with pytest.raises(InputError, match="is not a database"):
        open_database(f"sqlite:///{file}")
    assert file.read_text().startswith("not a database")


def _refused(url: str, into: Connection) -> None:
    """What somebody who may not write is told. Root may write everywhere, so a child of it is nobody from here on."""
    folder = Path(tempfile.mkdtemp())
    # All that is imported on the way is there then.
    open_database(f"sqlite:///{folder / 'own.db'}").engine.dispose()
    shutil.rmtree(folder)
    if os.geteuid() == 0:
        os.setuid(_NOBODY)
    try:
        open_database(url).engine.dispose()
        into.send("opened")
    except InputError as error:
        into.send(str(error))


def test_a_file_that_cannot_be_written_says_so() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/tuner.db"
        open_database(url).engine.dispose()
        Path(folder).chmod(0o755)
        (Path(folder) / "tuner.db").chmod(0o444)
        ours, theirs = forking.Pipe()
        child = forking.Process(target=_refused, args=(url, theirs))
        child.start()
        assert ours.poll(60)
        assert "cannot be written" in ours.recv()
        child.join(60)
        child.close()
        ours.close()
        theirs.close()


def test_looking_at_a_database_that_is_not_there_makes_none(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no study database"):
        open_database(f"sqlite:///{tmp_path / 'none.db'}", create=False)
    assert not list(tmp_path.iterdir())


def test_a_database_of_a_newer_version_is_refused(db: Database, url: str) -> None:
    with db.session() as session, session.begin():
        session.execute(sa.text("UPDATE tuner_alembic_version SET version_num = '99'"))
    with pytest.raises(InputError, match="newer version"):
        open_database(url)


def test_the_database_clock_is_the_time(db: Database) -> None:
    assert abs(db.now() - time.time()) < 1.0


def test_a_call_waits_while_the_database_is_away_and_then_gives_up(db: Database) -> None:
    calls = []

    def fails_twice() -> int:
        calls.append(1)
        if len(calls) < 3:
            raise sa.exc.OperationalError("SELECT", {}, Exception("server closed the connection"))
        return 7

    assert patiently(fails_twice) == 7
    with pytest.raises(ServiceDown, match="has not answered"):
        patiently(lambda: open_nothing(), wait_s=0.0)


def test_a_statement_waits_as_long_as_its_database(db: Database) -> None:
    calls = []

    @patient
    def fails(of: Database, most: int) -> int:
        calls.append(of)
        if len(calls) <= most:
            raise sa.exc.OperationalError("SELECT", {}, Exception("server closed the connection"))
        return len(calls)

    with pytest.raises(sa.exc.OperationalError):
        fails(db, 1)
    calls.clear()
    state = random.getstate()
    assert fails(db.waiting(30.0), 2) == 3
    # Whoever waits draws no number that belongs to a seeded training.
    assert random.getstate() == state
    assert db.waiting(30.0).engine is db.engine
    calls.clear()
    with pytest.raises(ServiceDown, match="has not answered for 1 s"):
        fails(db.waiting(1.0), 1000)


def open_nothing() -> None:
    raise sa.exc.OperationalError("SELECT", {}, Exception("server closed the connection"))


def test_an_unknown_study_is_named_with_its_nearest(db: Database) -> None:
    add(db, "fashion_mnist-1")
    with pytest.raises(NotFound, match=r"no study 'fashon_mnist-1'.*Did you mean fashion_mnist-1\?"):
        studies.view_study(db, "fashon_mnist-1")


@pytest.fixture(params=["folder", "database"])
def store(request: pytest.FixtureRequest, db: Database, tmp_path: Path) -> BlobStore:
    return FolderStore(tmp_path / "blobs") if request.param == "folder" else DatabaseStore(db)


class TestEveryStore:
    def test_gives_back_what_was_put_last(self, store: BlobStore) -> None:
        store.put("s/00001/model", b"one")
        store.put("s/00001/model", b"two\x00")
        assert store.get("s/00001/model") == b"two\x00"
        assert store.has("s/00001/model")
        assert not store.has("s/00001")

    def test_gives_nothing_for_what_is_not_there(self, store: BlobStore) -> None:
        assert store.get("s/00001/model") is None
        assert not store.has("s/00001/model")

    def test_forgets(self, store: BlobStore) -> None:
        store.put("a", b"x")
        store.drop("a")
        store.drop("a")
        assert store.get("a") is None

    def test_forgets_all_that_begin_alike_and_nothing_else(self, store: BlobStore) -> None:
        for name in ("s/1/checkpoint-1", "s/1/checkpoint-2", "s/1/model", "s/2/checkpoint-1"):
            store.put(name, b"x")
        store.drop_all("s/1/checkpoint-")
        store.drop_all("nothing/here")
        assert [store.get(name) for name in ("s/1/checkpoint-1", "s/1/checkpoint-2")] == [None, None]
        assert [store.get(name) for name in ("s/1/model", "s/2/checkpoint-1")] == [b"x", b"x"]

    def test_keeps_names_apart_and_inside(self, store: BlobStore, tmp_path: Path) -> None:
        names = ["../out", "a b/c", "a%20b/c", "a/../b", "./a", "ä/ö"]
        for name in names:
            store.put(name, name.encode())
        assert [store.get(name) for name in names] == [name.encode() for name in names]
        assert not (tmp_path / "out").exists()
        assert {path.name for path in tmp_path.iterdir()} <= {"blobs", "tuner.db", "tuner.db-wal", "tuner.db-shm"}
