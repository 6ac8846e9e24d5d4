"""The cohorts of a worker and whose runs are in them.

Owns: which cohort a run joins, when one is founded and how large, that one that is full makes room, and that fewer are
trained at once where the memory does not suffice for so many slots.
Leaves to others: what becomes of a run in it (together), training (training).
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from tuner.database.runs import Job
from tuner.errors import TrialFailed
from tuner.runs.run import Begun, Run
from tuner.runs.study_context import StudyContext
from tuner.training.cohort.bucket import Bucket, Reach, bucket_of, reach_of_space
from tuner.training.cohort.port import Cohort, Entry, Likeness, ModelEntry
from tuner.training.plan import EpochResult

logger = logging.getLogger(__name__)

_GROWS = 4
"""Times: a cohort begins with a part of the slots that it may have, since nobody knows how many share its program."""

Key = tuple[Bucket, str] | Likeness
"""What the members of a cohort have in common: of the family mlp a bucket, and the data set's digest."""


class NoRoom(Exception):
    """The memory does not suffice for one more beside the others; alone it may."""


@dataclass(eq=False)
class Held:
    """last: its last epoch here. entry: as a member; None of one that is alone."""

    job: Job
    run: Run
    begun: Begun
    entry: Entry | ModelEntry | None
    last: EpochResult | None = None


Founded = Callable[[Key, Held, int, bool], Cohort]
"""A cohort of a key, of so many slots, for runs such as this one; whether it can look into its members. Raises
TrialFailed where they do not fit."""


def founded_on_jax(key: Key, held: Held, slots: int, looks: bool) -> Cohort:
    from tuner.training.cohort.alike_kind import alike_cohort
    from tuner.training.cohort.padded import padded_cohort

    if isinstance(held.entry, ModelEntry):
        return alike_cohort(held.entry, slots)
    assert not isinstance(key, Likeness)
    bucket, begun = key[0], held.begun
    return padded_cohort(bucket, begun.dataset, slots, looks, begun.fitted("whiten") if bucket.whitened else None)


@dataclass(eq=False)
class Company:
    """A cohort and its runs, by their members. key: what they have in common; None of one that is alone."""

    cohort: Cohort
    key: Key | None = None
    held: dict[int, Held] = field(default_factory=dict)
    stepped: bool = False


class Companies:
    """Of one study. most: runs at once."""

    def __init__(self, context: StudyContext, most: int, founded: Founded) -> None:
        self._context, self.most, self._founded = context, most, founded
        self.every: list[Company] = []

    def together(self, waiting: Sequence[Held]) -> list[list[Held]]:
        """These, those in one list that are members of one cohort."""
        groups: dict[Key, list[Held]] = {}
        for each in waiting:
            groups.setdefault(self._key(each), []).append(each)
        return list(groups.values())

    def admit(self, held: Held, coming: int = 1) -> None:
        """Into its cohort. coming: so many such runs are to find room in one that is founded for it, or grows.

        Raises NoRoom, and TrialFailed where it cannot be trained.
        """
        assert held.entry is not None
        key = self._key(held)
        company = next((each for each in self.every if each.key == key), None)
        if company is None:
            # Of one batch size all of the family mlp have one program; how many models are alike, one sees.
            first = coming if isinstance(key, Likeness) else max(coming, self.most // _GROWS)
            company = Company(self._found(key, held, first), key)
            self.every.append(company)
        elif not company.cohort.free:
            company = self._grown(company, held, max(company.cohort.slots * _GROWS, len(company.held) + coming))
        company.held[company.cohort.admit(held.entry)] = held

    def _found(self, key: Key, held: Held, slots: int) -> Cohort:
        """Of so many slots, or as many as there is memory for."""
        slots = min(self.most, 1 << (max(1, slots) - 1).bit_length())
        while True:
            try:
                # The search and the comparison of its best share a program; on all rows another one is needed anyhow.
                return self._founded(key, held, slots, held.begun.dataset is self._context.dataset)
            except TrialFailed as failure:
                if failure.state != "out_of_memory" or slots == 1:
                    raise
                slots //= 2
                self.most = max(1, slots + sum(len(each.held) for each in self.every if each.key != key))
                logger.warning("%s; from here on %d networks at once", failure.reason, self.most)

    def _grown(self, small: Company, held: Held, slots: int) -> Company:
        """The same members in a larger cohort. held: the next one. Raises NoRoom."""
        assert small.key is not None
        if self.most <= len(small.held):
            raise NoRoom
        large = Company(self._found(small.key, held, slots), small.key)
        if large.cohort.slots <= len(small.held):
            raise NoRoom
        for each in small.held.values():
            assert each.entry is not None
            if each.last is not None:
                each.entry = replace(each.entry, resume=each.last.checkpoint())
            large.held[large.cohort.admit(each.entry)] = each
        self.every[self.every.index(small)] = large
        return large

    def _key(self, held: Held) -> Key:
        entry, dataset = held.entry, held.begun.dataset
        if isinstance(entry, ModelEntry):
            return entry.like
        assert entry is not None
        return bucket_of(entry.config, dataset.info, self._reach, self._context.spec.metrics), dataset.digest

    @cached_property
    def _reach(self) -> Reach:
        spec = self._context.spec
        return reach_of_space(spec.space, spec.task, self._context.dataset.info.images)
