"""Who may have somebody told, of what, and what they see of it."""

from typing import Any

import pytest
import sqlalchemy as sa

from tests.analysis.written import TRIALS, write_study
from tests.notifying.conftest import MailServer, Webhook
from tests.notifying.conftest import mail_server as mail_server
from tests.notifying.conftest import webhook as webhook
from tuner.database.audit import view_lines
from tuner.database.connection import Database
from tuner.database.receivers import find_receiver
from tuner.database.service_tables import ReceiverRow
from tuner.errors import InputError, NotAllowed, NotFound
from tuner.redaction import redacted
from tuner.service.people import HERE, Person
from tuner.service.receivers import ReceiverRequest, add_receiver, all_receivers, remove_receiver, try_receiver

ADA, BOB, EVE = Person("ada", "member"), Person("bob", "member"), Person("eve", "viewer")


def test_each_sees_and_removes_their_own_and_an_admin_all(db: Database) -> None:
    write_study(db, "s", TRIALS[:1])
    mine = add_receiver(db, ReceiverRequest(url="https://a.example/deep/secret", study_name="s"), ADA)
    his = add_receiver(db, ReceiverRequest(mail="bob@b.example", events=("best",)), BOB)
    assert [each.receiver_id for each in all_receivers(db, ADA).receivers] == [mine.view.receiver_id]
    assert len(all_receivers(db, Person("root", "admin")).receivers) == 2
    assert (his.view.owner, his.secret, mine.view.target) == ("bob", "", "https://a.example/deep...")
    for ask in (remove_receiver, try_receiver):
        with pytest.raises(NotFound, match="there is no receiver"):
            ask(db, mine.view.receiver_id, BOB)
    remove_receiver(db, mine.view.receiver_id, ADA)
    remove_receiver(db, his.view.receiver_id, HERE)
    assert all_receivers(db).receivers == ()
    with pytest.raises(NotAllowed, match="eve is a viewer"):
        add_receiver(db, ReceiverRequest(mail="eve@b.example"), EVE)
    lines = [(each.person, each.action, each.words.split()[0]) for each in view_lines(db, None, None, 4)]
    assert lines == [
        (HERE.name, "notify", "removed"), ("ada", "notify", "removed"), ("bob", "notify", "made"),
        ("ada", "notify", "made"),
    ]  # fmt: skip


def test_the_secret_of_a_webhook_is_told_once(db: Database) -> None:
    made = add_receiver(db, ReceiverRequest(url="https://a.example/"), ADA)
    found = find_receiver(db, made.view.receiver_id)
    assert found is not None
    assert found.secret == made.secret
    assert made.secret not in redacted(f"{all_receivers(db)!r} {made!r}")
    assert redacted(made.secret) == "tune_hook_***"
    assert not any(made.secret in each.words for each in view_lines(db, None, None, 10))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, "one of them"),
        ({"url": "https://a.example", "mail": "a@b"}, "one of them"),
        ({"mail": "a@b", "study_name": "s", "owner": "me"}, "--study or --owner"),
        ({"mail": "a@b", "events": ()}, "events"),
        ({"mail": "a@b", "events": ("started",)}, "events"),
        ({"mail": "a@b", "owner": ""}, "owner"),
    ],
)
def test_what_cannot_be_asked_is_said(asked: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        ReceiverRequest(**asked)


@pytest.mark.parametrize("mail", ["bob", "bob@", "@b", "a@b\nBcc: c@d", "a b@c", "a@b,c@d", "<a@b>"])
def test_an_address_of_e_mail_is_one(db: Database, mail: str) -> None:
    with pytest.raises(InputError, match="is no address of e-mail"):
        add_receiver(db, ReceiverRequest(mail=mail), ADA)


def test_over_the_network_no_private_address_is_called(db: Database, webhook: Webhook) -> None:
    with pytest.raises(InputError, match="lies on the open internet"):
        add_receiver(db, ReceiverRequest(url=webhook.address), ADA, anywhere=False)
    address = webhook.address.replace("http://127.0.0.1", "https://localhost")
    made = add_receiver(db, ReceiverRequest(url=address), ADA, anywhere=False)
    came = try_receiver(db, made.view.receiver_id, ADA)
    assert (came.delivered, webhook.got) == (False, [])
    assert "in a private network" in came.words
    _tested_long_ago(db)
    # A server that was told so calls it; here nobody speaks TLS.
    assert "TLS failed" in try_receiver(db, made.view.receiver_id, ADA, private=True).words


def test_a_test_says_what_came_back_and_is_made_once_in_a_while(
    db: Database, webhook: Webhook, mail_server: MailServer
) -> None:
    hook = add_receiver(db, ReceiverRequest(url=webhook.address, owner="me"), ADA).view.receiver_id
    mail = add_receiver(db, ReceiverRequest(mail="bob@b.example"), ADA).view.receiver_id
    webhook.answers = [404]
    assert try_receiver(db, hook, ADA).words == "it answered 404 Not Found"
    with pytest.raises(InputError, match="a moment ago"):
        try_receiver(db, hook, ADA)
    _tested_long_ago(db)
    assert try_receiver(db, hook, ADA).delivered
    assert webhook.got[-1].message["event"] == "test"
    assert try_receiver(db, mail, ADA).delivered
    assert "You are told of: ended, failed, stuck, of the studies of ada." in str(mail_server.got[0].get_payload())


def test_a_study_that_is_not_there_is_said(db: Database) -> None:
    with pytest.raises(NotFound, match="there is no study 'nosuch'"):
        add_receiver(db, ReceiverRequest(mail="a@b.example", study_name="nosuch"), ADA)


def _tested_long_ago(db: Database) -> None:
    with db.session() as session, session.begin():
        session.execute(sa.update(ReceiverRow).values(tested_at=0.0))
