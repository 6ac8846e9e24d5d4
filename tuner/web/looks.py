"""Studies as they are looked at again and again: each is read once, then what is new of it.

Owns: which studies are kept at hand: those that were asked for last; how old a look at a large one may be; that what is
made of a look is made once for all that ask for the same.
Leaves to others: following one (studies.follower).
"""

import contextlib
import gc
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tuner.database.changes import Mark, mark_of
from tuner.database.connection import Database
from tuner.errors import NotFound
from tuner.studies.follower import Followed, StudyFollower
from tuner.studies.status import StudyStatus

_KEPT = 16
_KEPT_TRIALS = 20_000
"""10,000 of 10 epochs take 114 MB."""

_FRESH_S = 1.0
"""What changes without a write - who lives, which leases hold - may be older by so much."""

_LARGE = 1000
"""Trials: of so many a look costs more than what it is for."""

_REST = 100
"""Times what such a look took, before the next one: those who look take 1% of a core, however often it is written."""

_MADE = 50
"""Things that were made of one look."""

Made = TypeVar("Made")


@dataclass
class _Lasting:
    """until: by the monotonic clock. rests_s: for so long again it is given while it is made anew."""

    value: Any
    until: float
    rests_s: float
    remade: bool = False


@dataclass
class _Kept:
    follower: StudyFollower
    lock: threading.Lock = field(default_factory=threading.Lock)
    last: Followed | None = None
    looked_at: float = 0.0
    rests_s: float = 0.0
    made: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)
    lasting: dict[Hashable, _Lasting] = field(default_factory=dict)
    making: threading.Lock = field(default_factory=threading.Lock)

    @property
    def trials(self) -> int:
        return 0 if self.last is None else len(self.last.status.trials)


class Looks:
    """Several threads may look."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def status(self, study_name: str, anew: bool = False) -> StudyStatus:
        """With the epochs. Raises NotFound."""
        return self.follow(study_name, anew).status

    def follow(self, study_name: str, anew: bool = False) -> Followed:
        """The same, with the number of its last change. Raises NotFound.

        What was written before is in it; of a large study, what was written some seconds before, or anew.
        """
        return self._look(study_name, anew)[1]

    def made(self, study_name: str, what: Hashable, make: Callable[[Followed], Made]) -> Made:
        """What is made of a study as it was looked at last. what: tells it from all else that is made of it.

        make: does not look by itself. Raises NotFound, and as `make` does.
        """
        kept, seen = self._look(study_name, anew=False)
        with kept.making:
            if kept.last is not seen:
                return make(seen)
            if what not in kept.made:
                kept.made[what] = make(seen)
                while len(kept.made) > _MADE:
                    kept.made.popitem(last=False)
            found: Made = kept.made[what]
            return found

    def made_lasting(self, study_name: str, what: Hashable, make: Callable[[Followed], Made]) -> Made:
        """The same of what says itself of which change it is: of a large study it may be older by so much that making
        it again and again takes 1% of a core, too. Who asks soon after that is given it once more, and it is made anew
        meanwhile."""
        with self._lock:
            kept = self._kept.get(study_name)
        if kept is not None and (lasting := kept.lasting.get(what)) is not None:
            now = time.monotonic()
            if now < lasting.until + lasting.rests_s:
                if now >= lasting.until and not lasting.remade:
                    lasting.remade = True
                    anew = (study_name, what, make)
                    threading.Thread(target=self._made_anew, args=anew, name="look", daemon=True).start()
                lasts: Made = lasting.value
                return lasts
        return self._made_to_last(study_name, what, make)

    def _made_anew(self, study_name: str, what: Hashable, make: Callable[[Followed], Made]) -> None:
        # Whoever asks next is told what is wrong: then it is made in the asker's thread.
        with contextlib.suppress(Exception):
            self._made_to_last(study_name, what, make)

    def _made_to_last(self, study_name: str, what: Hashable, make: Callable[[Followed], Made]) -> Made:
        def timed(seen: Followed) -> Made:
            began = time.thread_time()
            done = make(seen)
            if len(seen.status.trials) > _LARGE:
                with self._lock:
                    place = self._kept.get(study_name)
                if place is not None:
                    if len(place.lasting) >= _MADE:
                        place.lasting.clear()
                    rests_s = _REST * (time.thread_time() - began)
                    place.lasting[what] = _Lasting(done, time.monotonic() + rests_s, rests_s)
            return done

        return self.made(study_name, what, timed)

    def changed(self, study_name: str) -> None:
        """Whoever looks next sees what was written of it just now."""
        with self._lock:
            kept = self._kept.get(study_name)
        if kept is not None:
            kept.rests_s = 0.0
            kept.lasting.clear()

    def _look(self, study_name: str, anew: bool) -> tuple[_Kept, Followed]:
        with self._lock:
            kept = self._kept.pop(study_name, None) or _Kept(StudyFollower(self._db, study_name))
            self._kept[study_name] = kept
        try:
            # Those that wait for one that looks take what it has seen, where nothing was written meanwhile.
            with kept.lock:
                if anew:
                    kept.lasting.clear()
                if anew or kept.last is None or not self._is_fresh(kept, kept.last, study_name):
                    self._look_anew(kept)
                assert kept.last is not None
                found = kept.last
        except NotFound:
            with self._lock:
                self._kept.pop(study_name, None)
            raise
        with self._lock:
            self._let_go()
        return kept, found

    def _is_fresh(self, kept: _Kept, last: Followed, study_name: str) -> bool:
        age_s = time.monotonic() - kept.looked_at
        return age_s < kept.rests_s or (age_s < _FRESH_S and mark_of(self._db, study_name) == _mark(last))

    def _look_anew(self, kept: _Kept) -> None:
        first = kept.last is None
        began = time.thread_time()
        seen = kept.follower.follow()
        large = len(seen.status.trials) > _LARGE
        with kept.making:
            kept.last = seen
            kept.made.clear()
        kept.looked_at = time.monotonic()
        kept.rests_s = _REST * (time.thread_time() - began) if large and not first else 0.0
        if large and first:
            # What stays is searched for garbage no more: that took a fifth of a second, again and again.
            gc.collect()
            gc.freeze()

    def _let_go(self) -> None:
        """Of those that were asked for longest ago, while all together are too many; never of the last one."""
        trials = sum(each.trials for each in self._kept.values())
        while len(self._kept) > 1 and (len(self._kept) > _KEPT or trials > _KEPT_TRIALS):
            _, gone = self._kept.popitem(last=False)
            trials -= gone.trials


def _mark(followed: Followed) -> Mark:
    return followed.number, followed.status.study.created_at
