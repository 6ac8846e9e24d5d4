"""Notices reach their receivers: again where they were not taken, in order, whoever dies, and holding nothing up."""

import itertools
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from tests.analysis.written import OUTCOME, TRIALS, write_study
from tests.database.conftest import close
from tests.database.test_outbox import later, notices
from tests.notifying.conftest import (
    EVERY,
    SECRET,
    MailServer,
    Webhook,
    add_mail,
    add_webhook,
    listening,
    wait_for,
)
from tuner.database import outbox, receivers, servers
from tuner.database.connection import Database, open_database
from tuner.database.service_tables import NoticeRow
from tuner.notifying.deliverer import Deliverer, Duty, delivering, pause_s


@contextmanager
def at_work(db: Database, serves: bool = False, again_s: float = 0.1) -> Iterator[Deliverer]:
    deliverer = Deliverer(db, Duty(serves=serves), pause=lambda tries: again_s, look_s=0.1)
    try:
        yield deliverer
    finally:
        deliverer.close(5.0)


def view(db: Database, receiver_id: str = "1f0c") -> receivers.ReceiverView:
    found = receivers.find_receiver(db, receiver_id)
    assert found is not None
    return found


def test_the_end_of_a_study_reaches_a_webhook_and_a_mailbox(
    db: Database, webhook: Webhook, mail_server: MailServer
) -> None:
    write_study(db, "team/s", TRIALS, outcome=None)
    add_webhook(db, webhook.address, "team/s")
    add_mail(db, study_name="team/s")
    servers.enter(db, "server", "https://tune.example", everywhere=True)
    with at_work(db, serves=True):
        close(db, "team/s", OUTCOME)
        wait_for(lambda: bool(webhook.got and mail_server.got))
    told = webhook.got[0].message
    assert (told["event"], told["study_name"], told["state"]) == ("ended", "team/s", "finished")
    assert told["event_id"] == webhook.got[0].headers["Tune-Event-Id"]
    assert (told["best"]["trial_number"], told["best"]["value"]) == (1, 0.955)
    assert told["subject"] == "team/s has ended: val_accuracy 0.9550"
    assert told["page"] == "https://tune.example/studies/team%2Fs"
    mail = mail_server.got[0]
    assert mail["Subject"] == "[tune] team/s has ended: val_accuracy 0.9550"
    assert mail["Message-ID"].startswith(f"<{told['event_id']}.")
    text = mail.get_payload(decode=True)
    assert isinstance(text, bytes)
    lines = text.decode().splitlines()
    assert "5 of 5 trials: 3 complete, 1 pruned, 1 failed" in lines
    assert "best: trial 1, val_accuracy 0.9550" in lines
    assert "test accuracy 0.9400 (95%: 0.9100 to 0.9600), on rows that no trial had seen" in lines
    assert "Next: tune best team/s" in lines
    assert "Its page: https://tune.example/studies/team%2Fs" in lines
    assert lines[-1] == "You are told of study team/s. To have it end: tune notify remove 3a11"
    assert (view(db).delivered, view(db).waiting, view(db).trouble) == (1, 0, "")


def test_a_study_of_which_nothing_completed_has_failed_and_says_why(db: Database, webhook: Webhook) -> None:
    write_study(db, "s", [TRIALS[3]], outcome=None)
    add_webhook(db, webhook.address)
    close(db, "s", {})
    with at_work(db):
        wait_for(lambda: bool(webhook.got))
    told = webhook.got[0].message
    assert (told["event"], told["best"], told["subject"]) == ("failed", None, "s has failed")
    assert "not one of its trials completed" in told["words"][0]


def test_what_is_not_taken_is_sent_again_the_same_and_what_comes_later_waits(db: Database, webhook: Webhook) -> None:
    write_study(db, "s", TRIALS[:1], outcome=None)
    add_webhook(db, webhook.address)
    webhook.answers = [500, 503, 302]
    outbox.tell(db, "s", "stuck", 1, "no worker works on it")
    outbox.tell(db, "s", "failed", 2)
    with at_work(db):
        wait_for(lambda: len(webhook.got) == 5)
    assert [each.message["event"] for each in webhook.got] == ["stuck"] * 4 + ["failed"]
    assert len({each.body for each in webhook.got[:4]}) == 1
    assert len({each.headers["Tune-Event-Id"] for each in webhook.got}) == 2
    assert (view(db).delivered, view(db).trouble) == (2, "")


def test_a_receiver_that_hangs_holds_up_no_other_and_no_study(db: Database, webhook: Webhook) -> None:
    write_study(db, "s", TRIALS, outcome=None)
    with listening() as hangs:
        hangs.hang_s = 1.5
        add_webhook(db, hangs.address, receiver_id="hangs")
        add_webhook(db, webhook.address)
        with at_work(db):
            outbox.tell(db, "s", "stuck", 1)
            wait_for(lambda: outbox.due(db, ("webhook",)) == [])
            began = time.monotonic()
            close(db, "s", OUTCOME)
            assert time.monotonic() - began < 1.0
            wait_for(lambda: len(webhook.got) == 2)
        wait_for(lambda: len(hangs.got) == 2)
    assert [event for event, _ in hangs.events()] == ["stuck", "ended"]


def test_after_a_day_it_is_given_up_and_that_is_told(db: Database, webhook: Webhook) -> None:
    write_study(db, "s", TRIALS[:1], outcome=None)
    add_webhook(db, webhook.address)
    webhook.answers = [500]
    outbox.tell(db, "s", "stuck", 1)
    with at_work(db, again_s=3600.0):
        wait_for(lambda: view(db).trouble != "")
    assert view(db).trouble == "it answered 500 Internal Server Error"
    later(db, 90_000)
    outbox.tell(db, "s", "failed", 2)
    with at_work(db):
        wait_for(lambda: webhook.events()[1:] == [("failed", "s")])
    assert (view(db).given_up, view(db).delivered, view(db).waiting) == (1, 1, 0)


def test_mail_that_nobody_can_send_waits_and_is_given_up(db: Database) -> None:
    write_study(db, "s", TRIALS[:1], outcome=None)
    add_mail(db)
    outbox.tell(db, "s", "stuck", 1)
    with at_work(db):
        time.sleep(0.5)
    assert view(db, "3a11").waiting == 1
    later(db, 90_000)
    with at_work(db):
        wait_for(lambda: view(db, "3a11").given_up == 1)
    assert view(db, "3a11").trouble == "given up after 24 hours: nobody could send it"


def test_of_several_that_deliver_one_does(db: Database, webhook: Webhook) -> None:
    write_study(db, "s", TRIALS[:1], outcome=None)
    add_webhook(db, webhook.address)
    with at_work(db), at_work(db), at_work(db):
        for occasion in range(20):
            outbox.tell(db, "s", "stuck", occasion)
        wait_for(lambda: view(db).waiting == 0)
    ids = [each.headers["Tune-Event-Id"] for each in webhook.got]
    assert len(ids) == len(set(ids)) == 20
    with db.session() as session:
        by_id = {each.event_id: each.happened_at for each in session.scalars(sa.select(NoticeRow))}
    happened = [(by_id[each], each) for each in ids]
    assert happened == sorted(happened)


def test_where_a_server_runs_the_others_leave_it_to_it_for_a_while(db: Database, webhook: Webhook) -> None:
    write_study(db, "s", TRIALS[:1], outcome=None)
    add_webhook(db, webhook.address)
    servers.enter(db, "server", "http://127.0.0.1:1", everywhere=False)
    outbox.tell(db, "s", "stuck", 1)
    with delivering(db, within_s=3.0):
        pass
    assert webhook.got == []
    later(db, 61)  # the server could not
    with delivering(db, within_s=3.0):
        pass
    assert webhook.events() == [("stuck", "s")]


def test_what_is_due_at_the_end_is_delivered_then(db: Database, webhook: Webhook) -> None:
    write_study(db, "s", TRIALS, outcome=None)
    add_webhook(db, webhook.address)
    with delivering(db):
        close(db, "s", OUTCOME)
    assert webhook.events() == [("ended", "s")]


def test_who_is_told_to_go_waits_for_no_receiver(db: Database, webhook: Webhook) -> None:
    write_study(db, "s", TRIALS, outcome=None)
    add_webhook(db, webhook.address)
    webhook.hang_s = 6.0
    outbox.tell(db, "s", "stuck", 1)
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), delivering(db):
        raise KeyboardInterrupt
    assert time.monotonic() - began < 5.0


def test_a_receiver_that_goes_while_it_is_told_breaks_nothing(db: Database, webhook: Webhook) -> None:
    write_study(db, "s", TRIALS, outcome=None)
    add_webhook(db, webhook.address, receiver_id="first")
    webhook.hang_s = 0.5
    outbox.tell(db, "s", "stuck", 1)
    with at_work(db):
        wait_for(lambda: bool(webhook.got))
        receivers.remove_receiver(db, "first")
        add_webhook(db, webhook.address)
        close(db, "s", OUTCOME)
        wait_for(lambda: len(webhook.got) == 2)
    assert notices(db) == [("1f0c", "ended", "s")]


def test_the_secret_and_the_url_are_in_no_log(db: Database, webhook: Webhook, caplog: pytest.LogCaptureFixture) -> None:
    write_study(db, "s", TRIALS, outcome=None)
    add_webhook(db, f"{webhook.address}/deep/hidden")
    webhook.answers = [500]
    outbox.tell(db, "s", "stuck", 1)
    caplog.set_level("DEBUG")
    with at_work(db):
        wait_for(lambda: len(webhook.got) == 2)
    said = " ".join(each.getMessage() for each in caplog.records)
    assert "is not told yet that study s is stuck: it answered 500" in said
    assert "was told that study s is stuck" in said
    assert SECRET not in said
    assert "hidden" not in said


def _deliver_for_ever(url: str) -> None:
    db = open_database(url)
    Deliverer(db, Duty(), look_s=0.1)
    time.sleep(600)


def test_who_is_killed_at_it_is_followed_by_another_after_its_lease(db: Database, url: str, webhook: Webhook) -> None:
    write_study(db, "s", TRIALS, outcome=None)
    add_webhook(db, webhook.address)
    outbox.tell(db, "s", "stuck", 1)
    outbox.tell(db, "s", "failed", 2)
    webhook.hang_s = 3.0
    process = multiprocessing.get_context("spawn").Process(target=_deliver_for_ever, args=(url,))
    process.start()
    try:
        wait_for(lambda: bool(webhook.got))
    finally:
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
    webhook.hang_s = 0.0  # it was sent, and nobody knows
    with at_work(db):
        time.sleep(0.5)
        assert view(db).waiting == 2  # the lease of the dead one still holds
        later(db, outbox.LEASE_S)
        wait_for(lambda: view(db).waiting == 0)
    assert [event for event, _ in webhook.events()] == ["stuck", "stuck", "failed"]
    assert webhook.got[0].headers["Tune-Event-Id"] == webhook.got[1].headers["Tune-Event-Id"]


def test_pauses_grow_to_an_hour_and_are_not_all_the_same() -> None:
    for tries in (0, 1, 5, 1000):
        drawn = [pause_s(tries) for _ in range(50)]
        least, most = min(drawn), max(drawn)
        middle = min(3600.0, 5.0 * 3.0 ** min(tries, 20))
        assert middle * 0.75 <= least < most <= middle * 1.25
    assert all(first < later for first, later in itertools.pairwise(5 * 3**each for each in range(5)))


def test_every_event_has_its_words(db: Database, webhook: Webhook) -> None:
    write_study(db, "s", TRIALS, outcome=None)
    add_webhook(db, webhook.address)
    events: Any = EVERY
    for event in events:
        outbox.tell(db, "s", event, 1)
    with at_work(db):
        wait_for(lambda: len(webhook.got) == 4)
    subjects = {each.message["event"]: each.message["subject"] for each in webhook.got}
    assert subjects == {
        "ended": "s has ended: val_accuracy 0.9550",
        "failed": "s has failed",
        "stuck": "s is stuck",
        "best": "s has a new best: val_accuracy 0.9550",
    }
