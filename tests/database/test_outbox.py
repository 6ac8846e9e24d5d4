"""What people are to be told: written with what happened, once; delivered by one process at a time, in order."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from tests.database.conftest import add
from tests.database.test_closings import over
from tests.notifying.conftest import EVERY, add_webhook
from tuner.database import closings, outbox, receivers, whole_study
from tuner.database.connection import Database, utc_now
from tuner.database.facts import Outcome
from tuner.database.leases import LeaseLost
from tuner.database.service_tables import NoticeRow, ReceiverRow
from tuner.database.tables import StudyRow


def notices(db: Database) -> list[tuple[str, str, str]]:
    with db.session() as session:
        asked = sa.select(NoticeRow).order_by(NoticeRow.receiver_id, NoticeRow.happened_at, NoticeRow.event_id)
        return [(each.receiver_id, each.event, each.study_name) for each in session.scalars(asked)]


def later(db: Database, seconds: float) -> None:
    """As if so much time had passed."""
    with db.session() as session, session.begin():
        session.execute(sa.update(NoticeRow).values(happened_at=NoticeRow.happened_at - seconds))
        moved = {"held_until": ReceiverRow.held_until - seconds, "next_at": ReceiverRow.next_at - seconds}
        session.execute(sa.update(ReceiverRow).values(**moved))


@pytest.mark.parametrize(("best", "event"), [(0, "ended"), (None, "failed")])
def test_the_end_is_told_where_it_is_written_and_nowhere_else(db: Database, best: int | None, event: str) -> None:
    over(db)
    add_webhook(db, "http://a")
    late, closing = closings.claim(db, "s", "w1", 0), None
    assert late is not None
    with db.session() as session, session.begin():
        session.execute(sa.update(StudyRow).values(closing_attempt=5))
    with pytest.raises(LeaseLost):
        closings.close(db, late, Outcome(best_ordinal=best))
    assert notices(db) == []
    closing = closings.Closing("s", "w1", 5)
    for _ in range(2):  # its answer was lost, and it is said again
        closings.close(db, closing, Outcome(best_ordinal=best))
    assert notices(db) == [("1f0c", event, "s")]


def test_those_are_told_who_want_to_know(db: Database) -> None:
    add(db, "s")
    add(db, "t")
    with db.session() as session, session.begin():
        session.execute(sa.update(StudyRow).values(owner="ada"))
    add_webhook(db, "http://a", "s", receiver_id="a", events=("ended", "best"))
    add_webhook(db, "http://a", None, owner="ada", receiver_id="b")
    add_webhook(db, "http://a", None, owner="bob", receiver_id="c")
    add_webhook(db, "http://a", "t", receiver_id="d")
    for event, name in (("ended", "s"), ("stuck", "s"), ("ended", "gone")):
        outbox.tell(db, name, event, 1)  # type: ignore[arg-type]
    assert sorted(notices(db)) == [("a", "ended", "s"), ("b", "ended", "s"), ("b", "stuck", "s")]


def test_a_study_that_nobody_owns_is_told_to_nobodys_owner(db: Database) -> None:
    add(db, "s")
    add_webhook(db, "http://a", None, owner="")
    outbox.tell(db, "s", "ended", 1)
    assert notices(db) == []


def test_what_is_said_again_is_the_same_event(db: Database) -> None:
    add(db, "s")
    add(db, "t")
    add_webhook(db, "http://a")
    add_webhook(db, "http://a", "t", receiver_id="t")
    for occasion in (1, 1, 2.5, 2.5):
        outbox.tell(db, "s", "stuck", occasion)
    outbox.tell(db, "t", "stuck", 1)
    assert len(notices(db)) == 3


def test_one_process_at_a_time_delivers_to_a_receiver(db: Database) -> None:
    add(db, "s")
    add_webhook(db, "http://a")
    assert outbox.due(db, ("webhook",)) == []
    outbox.tell(db, "s", "ended", 1)
    assert outbox.due(db, ("webhook",)) == ["1f0c"]
    assert outbox.due(db, ("mail",)) == []
    with ThreadPoolExecutor(6) as pool:
        taken = list(pool.map(lambda i: outbox.claim(db, "1f0c", f"p{i}"), range(6)))
    assert sum(taken) == 1
    holder = f"p{taken.index(True)}"
    assert outbox.due(db, ("webhook",)) == []
    assert outbox.claim(db, "1f0c", holder)
    later(db, outbox.LEASE_S + 1)
    assert outbox.due(db, ("webhook",)) == ["1f0c"]
    assert outbox.claim(db, "1f0c", "other")
    notice = outbox.first_due(db, "1f0c")
    assert notice is not None
    # Who was silent for a lease has nothing to say any more.
    outbox.delivered(db, notice, holder)
    outbox.failed(db, notice, holder, "why", 60.0)
    assert outbox.first_due(db, "1f0c") is not None
    outbox.delivered(db, notice, "other")
    assert outbox.first_due(db, "1f0c") is None
    outbox.release(db, "1f0c", holder)
    assert not outbox.claim(db, "1f0c", "third")
    outbox.release(db, "1f0c", "other")
    assert outbox.claim(db, "1f0c", "third")


def test_a_lease_from_a_clock_that_went_back_has_run_out(db: Database) -> None:
    add(db, "s")
    add_webhook(db, "http://a")
    assert outbox.claim(db, "1f0c", "p")
    with db.session() as session, session.begin():
        session.execute(sa.update(ReceiverRow).values(held_until=utc_now() + 10_000))
    assert outbox.claim(db, "1f0c", "q")


def test_what_comes_later_waits_for_what_was_not_taken(db: Database) -> None:
    add(db, "s")
    add_webhook(db, "http://a")
    for occasion in range(3):
        outbox.tell(db, "s", "stuck", occasion)
    assert outbox.claim(db, "1f0c", "p")
    first = outbox.first_due(db, "1f0c")
    assert first is not None
    outbox.failed(db, first, "p", "it answered 500", 30.0)
    outbox.release(db, "1f0c", "p")
    assert outbox.first_due(db, "1f0c") is None
    assert outbox.due(db, ("webhook",)) == []
    assert outbox.tries(db, "1f0c") == 1
    later(db, 31)
    outbox.claim(db, "1f0c", "p")
    again = outbox.first_due(db, "1f0c")
    assert again is not None
    assert again.event_id == first.event_id
    assert outbox.write_body(db, again, "one") == outbox.write_body(db, again, "two") == "one"
    outbox.give_up(db, again, "p", "given up")
    following = outbox.first_due(db, "1f0c")
    assert following is not None
    assert following.event_id != first.event_id
    view = receivers.find_receiver(db, "1f0c")
    assert view is not None
    assert (view.waiting, view.given_up, view.delivered, view.trouble) == (2, 1, 0, "given up")


def test_a_new_best_is_told_once_in_a_while_and_the_last_one_counts(db: Database) -> None:
    add(db, "s")
    add_webhook(db, "http://a")
    for ordinal in range(5):
        outbox.tell_of_best(db, "s", ordinal, 900.0)
    assert len(notices(db)) == 1
    later(db, 901)
    outbox.tell_of_best(db, "s", 5, 900.0)
    assert len(notices(db)) == 1  # the first one is still to be told: with what is best by then
    outbox.claim(db, "1f0c", "p")
    notice = outbox.first_due(db, "1f0c")
    assert notice is not None
    outbox.delivered(db, notice, "p")
    outbox.tell_of_best(db, "s", 0, 900.0)  # which is told already
    assert len(notices(db)) == 1
    outbox.tell_of_best(db, "s", 6, 900.0)
    outbox.tell_of_best(db, "s", 7, 900.0)
    assert len(notices(db)) == 2


def test_a_receiver_and_a_study_take_their_notices_with_them(db: Database) -> None:
    add(db, "s")
    add_webhook(db, "http://a")
    add_webhook(db, "http://a", receiver_id="b")
    outbox.tell(db, "s", "ended", 1)
    assert receivers.remove_receiver(db, "b")
    assert not receivers.remove_receiver(db, "b")
    assert notices(db) == [("1f0c", "ended", "s")]
    assert whole_study.rename_study(db, "s", "new")
    outbox.tell(db, "new", "stuck", 1)
    assert {name for *_, name in notices(db)} == {"new"}
    assert whole_study.delete_study(db, "new")
    assert notices(db) == []
    assert receivers.view_receivers(db) == []


def test_what_is_long_over_is_forgotten(db: Database) -> None:
    add(db, "s")
    add_webhook(db, "http://a")
    for occasion in range(3):
        outbox.tell(db, "s", "stuck", occasion)
    with db.session() as session, session.begin():
        first = session.scalars(sa.select(NoticeRow)).first()
        assert first is not None
        first.delivered_at = 1.0
    outbox.forget_old(db)
    assert len(notices(db)) == 2


def test_a_person_has_so_many_receivers_and_no_more(db: Database) -> None:
    for number in range(3):
        made = receivers.add_receiver(
            db, f"r{number}", "ada", kind="mail", target="a@b", secret="", study_name=None, owner="ada",
            events=EVERY, anywhere=True, most=2,
        )  # fmt: skip
        assert made == (number < 2)
    assert [each.receiver_id for each in receivers.view_receivers(db, "ada")] == ["r0", "r1"]
    assert receivers.view_receivers(db, "bob") == []


def test_a_receiver_is_tested_once_in_a_while(db: Database) -> None:
    add_webhook(db, "http://a", None, owner="ada")
    assert receivers.may_test(db, "1f0c", 10.0)
    assert not receivers.may_test(db, "1f0c", 10.0)
    assert not receivers.may_test(db, "nosuch", 10.0)
