"""`tune notify`, as it is typed."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.analysis.written import TRIALS, write_study
from tests.notifying.conftest import Webhook
from tests.notifying.conftest import webhook as webhook
from tuner.cli.main import cli
from tuner.database import outbox
from tuner.database.connection import open_database
from tuner.notifying.deliverer import Deliverer, Duty


@pytest.fixture
def storage(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'tuner.db'}"
    db = open_database(url)
    write_study(db, "s", TRIALS, outcome=None)
    db.engine.dispose()
    return url


def _tune(storage: str, *words: str) -> Result:
    return CliRunner().invoke(cli, [*words, "--storage", storage])


def test_a_webhook_is_added_tested_listed_and_removed(storage: str, webhook: Webhook) -> None:
    made = _tune(storage, "notify", "add", "--url", webhook.address, "--study", "s", "--on", "ended, best")
    assert made.exit_code == 0
    assert made.stdout.startswith("tune_hook_")
    receiver = json.loads(_tune(storage, "notify", "list", "--json").stdout)["receivers"][0]
    number = receiver["receiver_id"]
    assert receiver["events"] == ["ended", "best"]
    tested = _tune(storage, "notify", "test", number)
    assert tested.stdout.startswith("delivered: it answered 200 OK after ")
    assert len(webhook.got) == 1
    again = _tune(storage, "notify", "test", number)
    assert "a moment ago" in str(again.exception)
    listed = _tune(storage, "notify", "list").stdout
    assert listed == f"{number} {webhook.address} is told of ended, best of study s\n"
    assert made.stdout.strip() not in listed
    assert "is told nothing more" in _tune(storage, "notify", "remove", number).stderr
    assert _tune(storage, "notify", "list").stdout == ""


def test_what_did_not_arrive_is_said_where_one_looks(storage: str, webhook: Webhook) -> None:
    _tune(storage, "notify", "add", "--url", webhook.address, "--study", "s")
    webhook.answers = [500]
    db = open_database(storage)
    outbox.tell(db, "s", "stuck", 1)
    deliverer = Deliverer(db, Duty(), pause=lambda tries: 1000.0, look_s=0.05)
    deliverer.close(5.0)
    said = _tune(storage, "status", "s").stderr
    assert f"{webhook.address} is not told yet (it answered 500 Internal Server Error); it is tried again" in said
    listed = _tune(storage, "notify", "list").stdout.splitlines()
    assert listed[0].endswith("of study s: 1 message, 1 waiting")
    assert listed[1].startswith("  it answered 500 Internal Server Error; again in 16:")
    db.engine.dispose()


def test_what_cannot_be_is_said(storage: str) -> None:
    assert "--on begun" in str(_tune(storage, "notify", "add", "--mail", "a@b.example", "--on", "begun").exception)
    assert "one of them" in str(_tune(storage, "notify", "add").exception)
    assert "TUNER_SMTP_HOST is not set here" in _tune(storage, "notify", "add", "--mail", "a@b.example").stderr
