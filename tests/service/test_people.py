"""Who may change a study, for everything that changes one; and the line that is kept of each change."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.service.conftest import SPACE, create
from tuner.database import audit, changes, studies
from tuner.database.connection import Database
from tuner.errors import NotAllowed
from tuner.service.cancelling import cancel
from tuner.service.changing import change
from tuner.service.creating import create_study
from tuner.service.deleting import delete
from tuner.service.people import HERE, Person
from tuner.service.receivers import ReceiverRequest, add_receiver, all_receivers
from tuner.service.renaming import note, rename
from tuner.service.requests import CancelRequest, ChangeRequest, DeleteRequest, NoteRequest, RenameRequest
from tuner.service.resuming import resume_study, stop_study
from tuner.service.tokens import TokenRequest, anybody_has_one, create_token
from tuner.settings import Settings, read_settings
from tuner.spec.study_spec import parse_spec

ADA, BOB = Person("ada", "member", "t1"), Person("bob", "member", "t2")
VIEWER, ADMIN = Person("ada", "viewer", "t3"), Person("root of all", "admin", "t4")

Act = Callable[[Database, Settings, Person], object]

CHANGES: dict[str, Act] = {
    "stop": lambda db, settings, by: stop_study(db, "s", by),
    "resume": lambda db, settings, by: resume_study(db, "s", None, None, by=by),
    "cancel": lambda db, settings, by: cancel(db, CancelRequest(study_name="s"), by),
    "change": lambda db, settings, by: change(db, ChangeRequest(study_name="s", trials=9), by),
    "note": lambda db, settings, by: note(db, NoteRequest(study_name="s", note="mine"), by),
    "rename": lambda db, settings, by: rename(db, settings, RenameRequest(study_name="s", new_name="z"), by),
    "delete": lambda db, settings, by: delete(db, settings, DeleteRequest(study_name="s"), by),
}


def _create(db: Database, folder: Path, by: Person, name: str = "s") -> None:
    spec = parse_spec(SPACE, "small", folder, "small.yaml")
    create_study(db, spec, study_name=name, n_trials=None, timeout_s=None, seed=None, mlflow_uri="", by=by)


@pytest.mark.parametrize("action", CHANGES)
def test_a_study_is_changed_by_its_owner_and_by_admins_and_each_change_is_noted(
    action: str, db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = replace(read_settings(), storage=db.url)
    _create(db, tmp_path, ADA)
    before = studies.view_study(db, "s")
    for other in (BOB, VIEWER):
        with pytest.raises(NotAllowed, match=r"study 's' is ada's; (bob|ada) may look at it"):
            CHANGES[action](db, settings, other)
    after = studies.view_study(db, "s")
    assert replace(after, age_s=0.0) == replace(before, age_s=0.0)
    assert [(each.action, each.person) for each in audit.view_lines(db, "s", None, 9)] == [("start", "ada")]
    CHANGES[action](db, settings, ADA)
    latest = audit.view_lines(db, "s", None, 9)[0]
    assert (latest.action, latest.person, latest.token_id, latest.study) == (action, "ada", "t1", "s")


@pytest.mark.parametrize("action", CHANGES)
def test_where_its_line_cannot_be_written_nothing_is_changed(
    action: str, db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = replace(read_settings(), storage=db.url)
    _create(db, tmp_path, ADA)
    before, number = studies.view_study(db, "s"), changes.number_of(db, "s")
    with db.session() as session, session.begin():
        session.execute(sa.text("ALTER TABLE tuner_audit RENAME TO elsewhere"))
    with pytest.raises(sa.exc.DBAPIError):
        CHANGES[action](db, settings, ADA)
    assert [each.study_name for each in studies.view_studies(db)] == ["s"]
    assert replace(studies.view_study(db, "s"), age_s=0.0) == replace(before, age_s=0.0)
    assert changes.number_of(db, "s") == number
    with pytest.raises(sa.exc.DBAPIError):
        _create(db, tmp_path, ADA, "t")
    with pytest.raises(sa.exc.DBAPIError):
        create_token(db, TokenRequest(person="ada"))
    with pytest.raises(sa.exc.DBAPIError):
        add_receiver(db, ReceiverRequest(mail="ada@tune.example"), ADA)
    assert (len(studies.view_studies(db)), anybody_has_one(db), all_receivers(db).receivers) == (1, False, ())


def test_an_admin_and_whoever_has_the_database_change_everybodys(db: Database, tmp_path: Path) -> None:
    _create(db, tmp_path, ADA)
    for by in (ADMIN, HERE):
        stop_study(db, "s", by)
    assert [each.person for each in audit.view_lines(db, None, None, 2)] == [HERE.name, ADMIN.name]


def test_a_study_of_nobody_is_the_admins(db: Database, tmp_path: Path) -> None:
    _create(db, tmp_path, Person("", "admin"))
    with pytest.raises(NotAllowed, match="study 's' is nobody's"):
        stop_study(db, "s", ADA)


def test_a_viewer_starts_nothing_and_nobody_goes_on_with_anothers_study_by_its_name(
    db: Database, tmp_path: Path
) -> None:
    with pytest.raises(NotAllowed, match="ada is a viewer"):
        _create(db, tmp_path, VIEWER)
    _create(db, tmp_path, ADA)
    with pytest.raises(NotAllowed, match="is ada's"):
        _create(db, tmp_path, BOB)


def test_a_study_that_is_started_here_is_this_users(db: Database, tmp_path: Path) -> None:
    create(db, tmp_path)
    assert studies.view_study(db, "s").owner == HERE.name != ""


def test_pages_of_lines_are_all_of_them(db: Database, tmp_path: Path) -> None:
    for number in range(5):
        _create(db, tmp_path, ADA, f"s{number}")
    first = audit.view_lines(db, None, None, 3)
    rest = audit.view_lines(db, None, first[-1].number, 9)
    assert [each.study for each in (*first, *rest)] == ["s4", "s3", "s2", "s1", "s0"]
