"""What a receiver is told of a study: one message, as JSON for programs and in words for people.

Owns: the fields and their names, which are stable; the words of an e-mail.
Leaves to others: how it is sent (webhook, mail), the words for a study itself (studies).
"""

from collections.abc import Mapping
from typing import Literal

from tuner.database import servers
from tuner.database.connection import Database
from tuner.database.outbox import NoticeView
from tuner.database.receivers import ReceiverView
from tuner.database.service_tables import Event
from tuner.formatting import duration, number, one_line, params_in_words
from tuner.hints import command
from tuner.spec.space import Value
from tuner.studies.in_words import counts_in_words, headline, objective, searched_params
from tuner.studies.nothing_completed import why_nothing_completed
from tuner.studies.page_address import page_at
from tuner.studies.status import StudyState, StudyStatus, study_status
from tuner.studies.views import View


class BestTrial(View):
    """value: of the objective. params: what the search chose."""

    trial_number: int | None
    value: float | None
    params: Mapping[str, Value]


class Message(View):
    """event_id: the same whenever it is sent, so that whoever gets it twice can tell. happened_at: seconds since 1970.

    subject: in a line. words: what to know beside it, a line each. next: a command to go on with. page: of the study,
    where it is known at which address a server answers for everybody. study_name: empty of a test.
    """

    event_id: str
    event: Event | Literal["test"]
    happened_at: float
    study_name: str = ""
    space_name: str = ""
    owner: str = ""
    state: StudyState | None = None
    objective: str = ""
    best: BestTrial | None = None
    test: Mapping[str, float] | None = None
    subject: str
    words: tuple[str, ...]
    next: str | None = None
    page: str | None = None


def message_of(db: Database, notice: NoticeView) -> Message:
    """The study as it is now. Raises NotFound."""
    status = study_status(db, notice.study_name)
    study, best = status.study, status.best
    address = servers.address_for_all(db)
    outcome = study.outcome
    return Message(
        event_id=notice.event_id,
        event=notice.event,
        happened_at=notice.happened_at,
        study_name=study.study_name,
        space_name=study.space_name,
        owner=study.owner,
        state=status.state,
        objective=objective(status),
        best=None
        if best is None
        else BestTrial(trial_number=best.trial_number, value=best.value, params=searched_params(status, best)),
        test=outcome.test if outcome else None,
        subject=_subject(status, notice),
        words=tuple(_words(status, notice)),
        next=_next(status, notice.event),
        page=None if address is None else page_at(address, study.study_name),
    )


def sample_message(receiver: ReceiverView, event_id: str, now: float) -> Message:
    return Message(
        event_id=event_id,
        event="test",
        happened_at=now,
        subject="tune can reach you",
        words=(f"This is a test. You are told of: {', '.join(receiver.events)}, of {whose(receiver)}.",),
    )


def whose(receiver: ReceiverView) -> str:
    """Which studies a receiver is told of."""
    if receiver.study_name is not None:
        return f"study {receiver.study_name}"
    return f"the studies of {receiver.owner}"


def as_text(message: Message, receiver: ReceiverView) -> str:
    """For people to read, with how to have it end."""
    lines = [message.subject, "", *message.words]
    if message.next is not None:
        lines += ["", f"Next: {message.next}"]
    if message.page is not None:
        lines += ["", f"Its page: {message.page}"]
    lines += [
        "",
        "-- ",
        f"You are told of {whose(receiver)}. To have it end: {command('tune notify remove', receiver.receiver_id)}",
    ]
    return "\n".join(map(one_line, lines)) + "\n"


def _subject(status: StudyStatus, notice: NoticeView) -> str:
    name, best = status.study.study_name, status.best
    figure = "" if best is None else f"{objective(status)} {number(best.value)}"
    if notice.event == "ended":
        return f"{name} has ended{f': {figure}' if figure else ''}"
    if notice.event == "failed":
        return f"{name} has failed"
    if notice.event == "stuck":
        return f"{name} is stuck"
    return f"{name} has a new best: {figure}"


def _words(status: StudyStatus, notice: NoticeView) -> list[str]:
    study, best = status.study, status.best
    lines = [notice.words] if notice.words else []
    if notice.event == "failed" and (why := why_nothing_completed(status)) is not None:
        lines.append(why)
    lines += [f"{each.words}. {each.mend}." for each in status.passed_over]
    lines.append(f"{study.study_name} ({study.space_name}), {status.state}, after {duration(status.elapsed_s)}")
    lines.append(counts_in_words(status))
    if best is not None:
        lines.append(f"best: trial {best.trial_number}, {objective(status)} {number(best.value)}")
        lines.append(f"      {params_in_words(searched_params(status, best))}")
    test = (study.outcome.test if study.outcome else None) or {}
    if test:
        name = headline(test)
        between = f"{number(test.get('low'))} to {number(test.get('high'))}"
        lines.append(f"test {name} {number(test.get(name))} (95%: {between}), on rows that no trial had seen")
    elif study.outcome is not None and study.outcome.not_scored:
        lines.append(f"test rows: not scored, since {study.outcome.not_scored}")
    if status.state == "running" and status.left_s is not None:
        lines.append(f"time left: about {duration(status.left_s)}")
    return lines


def _next(status: StudyStatus, event: Event) -> str:
    name = status.study.study_name
    if event == "ended":
        return command("tune best", name)
    if event == "best":
        return command("tune status", name)
    if status.state in ("stopped", "interrupted", "cancelled"):
        return command("tune resume", name)
    return command("tune status" if event == "stuck" else "tune trials", name)
