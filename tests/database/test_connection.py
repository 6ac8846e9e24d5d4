"""A study database is opened, or one line says why not."""

import os
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.database.conftest import add
from tuner.database import studies
from tuner.database.blobs import BlobStore, DatabaseStore, FolderStore
from tuner.database.connection import Database, open_database, patiently
from tuner.database.tables import VersionRow
from tuner.errors import InputError, NotFound, ServiceDown


def test_opening_twice_keeps_what_is_there(url: str) -> None:
    add(open_database(url), "kept")
    assert [view.study_name for view in studies.view_studies(open_database(url))] == ["kept"]


def test_optuna_and_we_share_one_file(db: Database) -> None:
    tables = set(sa.inspect(db.engine).get_table_names())
    assert {"trials", "studies", "tuner_trials", "tuner_studies", "tuner_version"} <= tables


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


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_file_that_cannot_be_written_says_so(tmp_path: Path, url: str) -> None:
    open_database(url).engine.dispose()
    (tmp_path / "tuner.db").chmod(0o400)
    with pytest.raises(InputError, match="cannot be written"):
        open_database(url)


def test_looking_at_a_database_that_is_not_there_makes_none(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no study database"):
        open_database(f"sqlite:///{tmp_path / 'none.db'}", create=False)
    assert not list(tmp_path.iterdir())


def test_a_database_of_a_newer_version_is_refused(url: str) -> None:
    db = open_database(url)
    with db.session() as session, session.begin():
        session.add(VersionRow(version=99))
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

    def test_gives_nothing_for_what_is_not_there(self, store: BlobStore) -> None:
        assert store.get("s/00001/model") is None

    def test_forgets(self, store: BlobStore) -> None:
        store.put("a", b"x")
        store.drop("a")
        store.drop("a")
        assert store.get("a") is None

    def test_keeps_names_apart_and_inside(self, store: BlobStore, tmp_path: Path) -> None:
        names = ["../out", "a b/c", "a%20b/c", "a/../b", "./a", "ä/ö"]
        for name in names:
            store.put(name, name.encode())
        assert [store.get(name) for name in names] == [name.encode() for name in names]
        assert not (tmp_path / "out").exists()
        assert {path.name for path in tmp_path.iterdir()} <= {"blobs", "tuner.db", "tuner.db-wal", "tuner.db-shm"}
