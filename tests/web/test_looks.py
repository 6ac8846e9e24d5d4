"""A look at a study has what was written before; of a large one, what was written before the last look, or anew."""

import pytest

from tests.analysis.written import TRIALS, write_study
from tests.database.conftest import db as db
from tests.database.conftest import url as url
from tuner.database import studies, whole_study
from tuner.database.connection import Database
from tuner.errors import NotFound
from tuner.studies.status import StudyStatus
from tuner.web import looks
from tuner.web.feeds import LOOK_S, Feeds
from tuner.web.looks import Looks

__all__ = ["db", "url"]


def _note(status: StudyStatus) -> str:
    return status.study.options.note or ""


def test_what_was_written_is_seen_at_once(db: Database) -> None:
    write_study(db, told=TRIALS[:2])
    kept = Looks(db)
    first = kept.follow("s")
    assert kept.follow("s") is first
    for words in ("one", "two"):
        studies.set_note(db, "s", words)
        assert _note(kept.status("s")) == words


def test_another_study_of_the_same_name_is_another(db: Database) -> None:
    write_study(db, told=TRIALS[:2])
    kept = Looks(db)
    assert len(kept.status("s").trials) == 2
    whole_study.delete_study(db, "s")
    with pytest.raises(NotFound):
        kept.status("s")
    write_study(db, told=TRIALS[:2])
    assert kept.follow("s").status.study.created_at != 0
    assert len(kept.status("s").trials) == 2


def test_a_large_study_is_looked_at_anew_where_that_is_asked_or_it_was_changed(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looks, "_LARGE", 1)
    monkeypatch.setattr(looks, "_REST", 1e9)
    write_study(db, told=TRIALS[:2])
    kept = Looks(db)
    kept.status("s")
    studies.set_note(db, "s", "one")
    assert _note(kept.status("s")) == "one"  # the first look of all says nothing of what one takes
    studies.set_note(db, "s", "two")
    assert _note(kept.status("s")) == "one"
    assert _note(kept.status("s", anew=True)) == "two"
    studies.set_note(db, "s", "three")
    assert _note(kept.status("s")) == "two"
    kept.changed("s")
    assert _note(kept.status("s")) == "three"


def test_what_lasts_is_made_anew_where_a_study_was_changed(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "_LARGE", 1)
    monkeypatch.setattr(looks, "_REST", 1e9)
    write_study(db, told=TRIALS[:2])
    kept = Looks(db)

    def note() -> str:
        return kept.made_lasting("s", "note", lambda seen: _note(seen.status))

    assert note() == ""
    studies.set_note(db, "s", "one")
    assert note() == ""
    kept.changed("s")
    assert note() == "one"
    studies.set_note(db, "s", "two")
    assert _note(kept.status("s", anew=True)) == note() == "two"
    whole_study.delete_study(db, "s")
    kept.changed("s")
    with pytest.raises(NotFound):
        note()


def test_what_is_made_of_a_look_is_made_once(db: Database) -> None:
    write_study(db, told=TRIALS[:2])
    kept = Looks(db)
    made: list[int] = []

    def number(what: str) -> int:
        return kept.made("s", what, lambda seen: made.append(seen.number) or seen.number)  # type: ignore[func-returns-value]

    first = number("a")
    assert (number("a"), number("b"), made) == (first, first, [first, first])
    studies.set_note(db, "s", "new")
    assert number("a") > first
    assert len(made) == 3


def test_the_more_follow_the_less_often_each_is_told(db: Database) -> None:
    feeds = Feeds(db)
    assert feeds.pace_s == LOOK_S
    following = [feeds.following() for _ in range(200)]
    for each in following:
        each.__enter__()
    assert feeds.pace_s == pytest.approx(20.0)
    for each in following:
        each.__exit__(None, None, None)
    assert feeds.pace_s == LOOK_S
