"""A password is nowhere - in no message, object, log, database - wherever it was given and however it is made."""

import contextlib
import io
import json
import logging
import re
import sqlite3
import sys
import threading
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import RootModel
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tuner import redaction
from tuner.cli.common import print_json
from tuner.cli.console import Console
from tuner.database.connection import open_database
from tuner.database.tables import RunRow
from tuner.errors import TunerError
from tuner.redaction import Formatter, guard_tracebacks, keep_secrets_of, other_secrets, redacted, shown_url
from tuner.settings import public_uri, read_settings

# Letters that mean something in URLs, shells, JSON and regular expressions; no other text here has six of them.
_passwords = st.text(st.sampled_from("pW9@:/?#[]%&=+ '\"\\$(){}|;,.é\U0001f511\n\t"), min_size=8, max_size=24).filter(
    lambda each: len(set(each)) > 4
)


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    with other_secrets():
        yield


def _forms(password: str) -> list[str]:
    quoted = urllib.parse.quote(password, safe="")
    return [
        *(f"{scheme}://me:{each}@host:5432/db" for scheme in ("postgresql", "http") for each in (password, quoted)),
        f"postgresql://host/db?user=me&password={quoted}", f"postgresql://me:{quoted}@/db?host=/tmp/s",
        f"postgresql+psycopg://me:{quoted}@[::1]:1/db", f"me:{quoted}@host/db",
    ]  # fmt: skip


@given(_passwords)
@other_secrets()
def test_a_url_is_shown_without_its_password_however_it_was_written(password: str) -> None:
    for url in _forms(password):
        shown = shown_url(url)
        assert password not in shown
        assert urllib.parse.quote(password, safe="") not in shown


@given(_passwords)
@other_secrets()
def test_no_text_holds_a_password_that_was_given(password: str) -> None:
    for url in _forms(password):
        keep_secrets_of(url)
        for text in (url, repr(url), json.dumps(url), f"FATAL: {url!r} and {password!r}", json.dumps([password])):
            assert password not in redacted(text), url
            assert json.dumps(password)[1:-1] not in redacted(text)


@settings(suppress_health_check=list(HealthCheck))
@given(_passwords)
def test_what_is_stored_of_mlflows_address_is_the_address(password: str) -> None:
    quoted = urllib.parse.quote(password, safe="")
    assert public_uri(f"http://me:{quoted}@host:5000/sub") == "http://host:5000/sub"
    assert public_uri(f"postgresql://me:{quoted}@host/m") == "postgresql://me@host/m"
    assert public_uri(f"postgresql://host/m?password={quoted}&a=1") == "postgresql://host/m?a=1"
    for same in ("sqlite:////a:b/c@d.db", "http://host:5000/a@b", "file:///m", "databricks", "sqlite:///m.db"):
        assert public_uri(same) == same


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://postgres@/t1?host=/tmp/s",
        "postgresql://me@host:5432/db",
        "sqlite:////a/b.db",
        "http://host:5000/x",
    ],
)
def test_a_url_without_a_password_is_shown_whole(url: str) -> None:
    assert shown_url(url) == redacted(url) == url


def test_words_that_are_no_secrets_stay() -> None:
    for text in (
        "see https://keras.io/api: it says so", "tune: trial 3: out of GPU memory at batch_size=4096", "a@b.c",
        "postgresql://tuner@db/tuner does not answer", "time 10:30, mail me@x.org", "the password is wrong",
    ):  # fmt: skip
        assert redacted(text) == text


def test_a_traceback_in_a_log_is_without_the_password() -> None:
    try:
        raise ValueError("could not connect to postgresql://me:hush-hush@db/x, password='hush hush'")
    except ValueError:
        record = logging.LogRecord(
            "x", logging.ERROR, "f", 1, "no %s", ("token=hushhush",), __import__("sys").exc_info()
        )
    assert "hush" not in Formatter("%(message)s").format(record)


def test_user_and_password_of_mlflow_go_where_mlflow_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("USERNAME", "PASSWORD"):
        monkeypatch.setenv(f"MLFLOW_TRACKING_{name}", "")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://me:p%40ss-word@mlflow.example:5000")
    found = read_settings()
    assert found.tracking_uri == "https://mlflow.example:5000"
    import os

    assert os.environ["MLFLOW_TRACKING_USERNAME"] == "me"
    assert os.environ["MLFLOW_TRACKING_PASSWORD"] == "p@ss-word"
    assert os.environ["MLFLOW_TRACKING_URI"] == "https://mlflow.example:5000"


def test_a_record_in_a_database_is_reached_with_the_password_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "postgresql://me:hush-hush@db/mlflow")
    found = read_settings()
    assert found.public_tracking_uri == "postgresql://me@db/mlflow"
    assert found.tracking_uri_of("postgresql://me@db/mlflow") == "postgresql://me:hush-hush@db/mlflow"
    assert found.tracking_uri_of("postgresql://me@elsewhere/mlflow") == "postgresql://me@elsewhere/mlflow"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:hush-hush@127.0.0.1:1/x",
        "postgresql://me:hush-hush@127.0.0.1:port/x",
        "postgresql://me:hush@hush-hush@127.0.0.1:1/x",
        "postgresql://me:hush/hush-hush@127.0.0.1:1/x",
        "postgresql://127.0.0.1:1/x?password=hush-hush",
        "postgresql://127.0.0.1:1/x?nonsense=1&password=hush-hush",
        "nonsense://me:hush-hush@x/y",
        "me:hush-hush@x",
        "host=127.0.0.1 port=1 password='hush-hush'",
        "://:hush-hush@",
    ],
)
def test_a_database_that_cannot_be_used_is_named_without_its_password(url: str) -> None:
    with pytest.raises(TunerError) as raised:
        open_database(url)
    at: BaseException | None = raised.value
    assert "hush" not in str(at)
    # The log of a worker shows causes, too.
    record = logging.LogRecord("x", logging.ERROR, "f", 1, "x", (), (type(at), at, at.__traceback__))  # type: ignore[arg-type,union-attr]
    keep_secrets_of(url)
    assert not re.search("hush-hush", Formatter().format(record))


def test_nothing_of_a_password_is_in_the_databases_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from tuner.cli.main import cli

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://me:hush-hush@127.0.0.1:1")
    for name in ("USERNAME", "PASSWORD"):
        monkeypatch.setenv(f"MLFLOW_TRACKING_{name}", "")
    monkeypatch.delenv("TUNER_STORAGE", raising=False)
    said = ""
    for arguments in (
        ["start", "--space", "digits", "--study", "s", "--detach"], ["status", "s", "--json"], ["list", "--json"],
        ["doctor", "--json"], ["doctor"], ["status"],
    ):  # fmt: skip
        done = CliRunner().invoke(cli, arguments)
        said += done.output + done.stderr + repr(done.exception)
    assert "hush" not in said
    with sqlite3.connect(tmp_path / "tuner.db") as connection:
        assert "hush" not in "\n".join(connection.iterdump())
        assert "http://127.0.0.1:1" in "\n".join(connection.iterdump())


def test_what_follows_a_secret_after_a_comma_stays() -> None:
    assert redacted("token=5, secret=2") == "token=***, secret=***"
    assert redacted("token=5,secret=2 x") == "token=***,secret=*** x"
    assert redacted("Model(password=hush, units=3)") == "Model(password=***, units=3)"
    assert "hush" not in redacted("password=hush,hush")


def test_a_thread_that_ends_by_exit_is_silent_and_one_that_fails_shows_no_secret(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    guard_tracebacks()

    def fail() -> None:
        raise ValueError("postgresql://me:hush-hush@db/x")

    for target, said in ((sys.exit, ""), (fail, "ValueError: postgresql://me:***@db/x")):
        thread = threading.Thread(target=target)
        thread.start()
        thread.join()
        shown = capsys.readouterr().err
        assert said in shown
        assert "hush" not in shown
        assert bool(shown) is bool(said)


_words = st.sampled_from(["123456", "postgres", "digits", "value_1"]) | st.from_regex(
    r"[A-Za-z0-9_]{6,12}", fullmatch=True
)


@given(_words)
@other_secrets()
def test_a_password_of_letters_alone_is_in_no_text_as_a_word(password: str) -> None:
    keep_secrets_of(f"postgresql://me:{password}@host/db")
    for text in (
        f"'{password}'",
        f"is {password}.",
        f"of user\n{password}",
        f"url is http%3A%2F%2Fme%3A{password}%40host",
    ):
        for written in (text, repr(text), json.dumps(text), f"x={password}"):
            assert not re.search(rf"(?<![A-Za-z0-9_]){password}(?!\w)", redacted(written)), written
            assert redaction.HIDDEN in redacted(written)


def test_other_words_and_numbers_are_not_harmed_by_a_password() -> None:
    for password in ("123456", "digits", "postgres"):
        keep_secrets_of(f"postgresql://me:{password}@host/db")
    for text in (
        "0.8123456",
        "0.123456",
        "123456.5",
        "1,123456",
        "1234567",
        "load_digits",
        "digits2",
        "postgresql://host/db",
    ):
        assert redacted(text) == text


_json = st.recursive(
    st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)  # which JSON has not
    | st.booleans()
    | st.none()
    | st.text(max_size=20)
    | _words,
    lambda each: st.lists(each, max_size=4) | st.dictionaries(st.text(max_size=8) | _words, each, max_size=4),
    max_leaves=20,
)


def _without_texts(content: object) -> object:
    if isinstance(content, dict):
        return {key: _without_texts(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_without_texts(each) for each in content]
    return "" if isinstance(content, str) else content


def _texts(content: object) -> list[str]:
    if isinstance(content, dict):
        content = list(content.values())
    if isinstance(content, list):
        return [text for each in content for text in _texts(each)]
    return [content] if isinstance(content, str) else []


@given(st.dictionaries(_words, _json), _words)
@other_secrets()
def test_keys_numbers_and_what_lies_in_what_are_the_same_whatever_the_password(
    content: dict[str, object], password: str
) -> None:
    keep_secrets_of(f"postgresql://me:{password}@host/db")
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        print_json(RootModel[Any]({**content, "password": password}))
    printed = json.loads(out.getvalue())
    assert _without_texts(printed) == {**_without_texts(content), "password": ""}  # type: ignore[dict-item]
    assert password not in _texts(printed)


def test_no_reason_that_is_stored_or_shown_has_a_password_and_every_number_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner

    from tests.analysis.written import TRIALS, Told, write_study
    from tuner.cli.main import cli
    from tuner.database import leases, skipped_studies

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TUNER_STORAGE", raising=False)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "postgresql://me:123456@127.0.0.1:1/x")
    reason = "ValueError: cannot read postgresql://me:hush-hush@db/x " + "and so on " * 40
    db = open_database("sqlite:///tuner.db")
    write_study(db, "s", (Told({**TRIALS[0].params, "learning_rate": 0.123456}, (0.8123456,)),
                          Told(TRIALS[1].params, (0.7,), "failed", reason)), outcome=None)  # fmt: skip
    skipped_studies.note(db, "s", "w", ValueError("x" * 1970 + reason), left=True)
    with db.session() as session, session.begin():
        session.execute(sa.update(RunRow).where(RunRow.ordinal == 1).values(finalized=False))
    leases.release(db, "w", 1, reason)
    db.engine.dispose()
    said = {
        " ".join(each): CliRunner().invoke(cli, [*each, "s"]).output
        for each in (["status"], ["trials"], ["trials", "--json"], ["trials", "--csv"], ["status", "--json"])
    }
    assert "hush" not in "".join(said.values())
    assert "cannot read postgresql://me:***@db/x" in said["trials --csv"]
    assert json.loads(said["trials --json"])["trials"][0]["value"] == 0.8123456
    for each in ("trials --csv", "trials --json"):
        assert "0.123456" in said[each]
        assert "0.8123456" in said[each]
    with sqlite3.connect(tmp_path / "tuner.db") as connection:
        dump = "\n".join(connection.iterdump())
    assert "hush" not in dump
    assert "***@db" in dump


def test_what_was_stored_before_is_shown_without_its_password_also_where_it_is_cut() -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=24, color_system=None)
    url = "see postgresql://me:hush-hush-hush@db/x"
    table = Table("a", box=None)
    for each in (url, Text(url, style="bold"), Padding(Text(url), 1)):
        table.add_row(each)
        console.print(each)
    console.print(table, Text("at ") + url)
    console.print(f"{url}!")
    assert "hus" not in "".join(out.getvalue().split())
    assert "".join(out.getvalue().split()).count("***") == 8
