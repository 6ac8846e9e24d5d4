"""Notices are delivered, beside everything else that a process does.

Owns: who does so - a server where one runs, else the processes that run studies -, sending again what was not taken, in
order, and that it is given up after a day.
Leaves to others: what is to be told (database.outbox, watching), the message (message), sending it (sending).

It is all in threads of its own: nothing that trains, and nobody who asks for something, waits for a receiver. Receivers
do not wait for one another either: each that is told something has a thread meanwhile.
"""

import logging
import math
import random
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tuner.database import outbox, servers
from tuner.database.connection import Database
from tuner.database.outbox import NoticeView
from tuner.database.receivers import ReceiverView, find_receiver
from tuner.database.service_tables import ReceiverKind
from tuner.errors import InputError, NotFound, SpecError, TunerError
from tuner.notifying import sending
from tuner.notifying.message import Message, message_of
from tuner.notifying.watching import Watcher
from tuner.settings import read_mail_settings

logger = logging.getLogger(__name__)

GIVEN_UP_S = 86_400.0
"""So long after it happened nobody is told any more."""

_LOOK_S = 2.0
_WATCH_S = 15.0
_LEFT_TO_SERVER_S = 60.0
"""What a server has not delivered for so long, it cannot: another process tries."""
_AT_ONCE = 4
_SLICE_S = 0.05
_HASTY_S = 2.0

_FIRST_PAUSE_S, _MORE, _MOST_PAUSE_S = 5.0, 3.0, 3600.0
_jitter = random.SystemRandom()


def pause_s(tries: int) -> float:
    """Seconds until what was sent in vain so often is sent again: many who wait do not come back in one moment."""
    return min(_MOST_PAUSE_S, _FIRST_PAUSE_S * _MORE ** min(tries, 20)) * _jitter.uniform(0.75, 1.25)


@dataclass(frozen=True)
class Duty:
    """serves: this is a server. private: it calls addresses in private networks for whoever asks it to. study_name: the
    only one that it watches; None is all."""

    serves: bool = False
    private: bool = False
    study_name: str | None = None


class Deliverer:
    """pause: seconds until what was tried so often is tried again. look_s: between two looks."""

    def __init__(
        self, db: Database, duty: Duty, pause: Callable[[int], float] = pause_s, look_s: float = _LOOK_S
    ) -> None:
        # What fails now is done in the next round.
        self._db = db.waiting(0.0)
        self._duty = duty
        self._pause = pause
        self._look_s = look_s
        self._holder = secrets.token_hex(8)
        self._watcher = Watcher(self._db)
        self._over = threading.Event()
        self._busy: dict[str, threading.Thread] = {}
        self._watched_at = -math.inf
        self._complained = False
        self._thread = threading.Thread(target=self._run, name="notices", daemon=True)
        self._thread.start()

    def close(self, within_s: float) -> None:
        """Deliver what is due now, for so many seconds at most, and end."""
        self._over.set()
        self._thread.join(within_s)
        until = time.monotonic() + within_s
        with _said():
            while (self._deliver() or self._alive()) and time.monotonic() < until:
                time.sleep(_SLICE_S)

    def _run(self) -> None:
        with _said():
            outbox.forget_old(self._db)
        while not self._over.wait(self._look_s):
            with _said():
                if time.monotonic() - self._watched_at >= _WATCH_S:
                    self._watched_at = time.monotonic()
                    self._watch()
                self._deliver()

    def _watch(self) -> None:
        if not self._duty.serves and servers.any_lives(self._db):
            return
        every = [self._duty.study_name] if self._duty.study_name else outbox.watched(self._db)
        for name in every:
            try:
                self._watcher.look(name)
            except (NotFound, SpecError) as error:
                logger.debug("study %s is not watched: %s", name, error)

    def _deliver(self) -> int:
        """Begin what is due, and not begun; gives how much that is."""
        left = not self._duty.serves and servers.any_lives(self._db)
        kinds, begun = self._kinds(), 0
        due = outbox.due(self._db, kinds, _LEFT_TO_SERVER_S if left else 0.0)
        if "mail" not in kinds:
            due += outbox.due(self._db, ("mail",), GIVEN_UP_S)
        for receiver_id in due:
            if len(self._alive()) >= _AT_ONCE:
                break
            if receiver_id not in self._busy and outbox.claim(self._db, receiver_id, self._holder):
                one = threading.Thread(target=self._to, args=(receiver_id,), name="notice", daemon=True)
                self._busy[receiver_id] = one
                one.start()
                begun += 1
        return begun

    def _kinds(self) -> tuple[ReceiverKind, ...]:
        """What this process can send; what it cannot is left to others, until it is given up."""
        try:
            return ("webhook",) if read_mail_settings() is None else ("webhook", "mail")
        except InputError as error:
            if not self._complained:
                logger.warning("e-mail is not sent from here: %s", error)
            self._complained = True
            return ("webhook",)

    def _alive(self) -> list[threading.Thread]:
        self._busy = {each: thread for each, thread in self._busy.items() if thread.is_alive()}
        return list(self._busy.values())

    def _to(self, receiver_id: str) -> None:
        """All that one receiver is to be told now, in order."""
        try:
            receiver = find_receiver(self._db, receiver_id)
            while receiver is not None and (notice := outbox.first_due(self._db, receiver_id)) is not None:
                # With each message the lease begins anew; where it was lost, another goes on.
                if not outbox.claim(self._db, receiver_id, self._holder) or not self._one(receiver, notice):
                    break
        except Exception as error:
            logger.debug("receiver %s waits: %s", receiver_id, error, exc_info=True)
        finally:
            with _said():
                outbox.release(self._db, receiver_id, self._holder)

    def _one(self, receiver: ReceiverView, notice: NoticeView) -> bool:
        """Tells whether it is dealt with, so that the next one may come."""
        where = sending.shown(receiver)
        if notice.age_s > GIVEN_UP_S:
            trouble = f"given up after {GIVEN_UP_S / 3600:.0f} hours: {receiver.trouble or 'nobody could send it'}"
            outbox.give_up(self._db, notice, self._holder, trouble)
            logger.warning("%s was not told that %s: %s", where, _what(notice), trouble)
            return True
        try:
            body = notice.body or outbox.write_body(self._db, notice, message_of(self._db, notice).model_dump_json())
            sending.send(receiver, Message.model_validate_json(body), body, self._duty.private)
        except NotFound as error:
            outbox.give_up(self._db, notice, self._holder, str(error))
            return True
        except TunerError as error:
            tried = outbox.tries(self._db, receiver.receiver_id)
            outbox.failed(self._db, notice, self._holder, str(error), self._pause(tried))
            if not tried:
                logger.warning("%s is not told yet that %s: %s; it is tried again", where, _what(notice), error)
            return False
        outbox.delivered(self._db, notice, self._holder)
        logger.info("%s was told that %s", where, _what(notice))
        return True


def _what(notice: NoticeView) -> str:
    words = {"ended": "has ended", "failed": "has failed", "stuck": "is stuck", "best": "has a new best"}
    return f"study {notice.study_name} {words[notice.event]}"


@contextmanager
def delivering(db: Database, study_name: str | None = None, within_s: float = 15.0) -> Iterator[None]:
    """Meanwhile this process delivers, where no server does; what is left is delivered at the end."""
    deliverer = Deliverer(db, Duty(study_name=study_name))
    try:
        yield
    except Exception:
        deliverer.close(within_s)
        raise
    except BaseException:
        # Told to go: whoever waits for that waits for no receiver.
        deliverer.close(_HASTY_S)
        raise
    deliverer.close(within_s)


@contextmanager
def _said() -> Iterator[None]:
    """The database may be away, or a disk full: the next round comes."""
    try:
        yield
    except Exception as error:
        logger.debug("notices wait: %s", error)
