"""Train the members of a cohort, an epoch a step.

Owns: the slots, who is in them, and a step's way through the program.
Leaves to others: what the members are, and their program (their kind), a member's end and checkpoints (member), who is
admitted (workers).
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from tuner.training.checkpoint import Checkpoint
from tuner.training.cohort.kind import Call, Kind, SlotState
from tuner.training.cohort.member import Member
from tuner.training.cohort.orders import Orders
from tuner.training.plan import EpochResult, TrainResult
from tuner.training.trainer import check_monitored, out_of_memory


class CohortTrainer:
    """The adapter of `port.Cohort` on JAX."""

    def __init__(self, kind: Kind, slots: int) -> None:
        """Raises TrialFailed (state "out_of_memory") where so many slots do not fit the device, now or in a step; then
        half as many may, and members go on there from their checkpoints.
        """
        self.slots = slots
        self._kind = kind
        self._members: dict[int, Member] = {}
        self._in_slot: list[Member | None] = [None] * slots
        self._count = 0
        self._orders = Orders(slots, kind.rows)
        self._numbers = jax.tree.map(lambda one: np.repeat(one[None], slots, axis=0), kind.numbers_of_nobody())
        self._read: tuple[int, SlotState] | None = None
        with self._memory():
            self._state = jax.device_put(
                jax.tree.map(lambda one: np.zeros((slots, *one.shape), one.dtype), kind.nobody)
            )
            none = Call(
                self._orders.of([]), np.zeros(slots, bool), np.zeros(slots, np.float32), np.int32(0), np.bool_(0)
            )
            kind.begin(self._state, self._numbers, none)

    @property
    def free(self) -> int:
        return sum(each is None or each.ended is not None for each in self._in_slot)

    def prepare(self) -> float:
        started = time.perf_counter()
        with self._memory():
            self._run([])
            self._exchange(0, self._kind.nobody, write=False)
        return time.perf_counter() - started

    def admit(self, entry: Any) -> int:
        own = self._kind.own(entry)
        slot = next((i for i, each in enumerate(self._in_slot) if each is None or each.ended is not None), None)
        if slot is None:
            raise ValueError(f"none of the {self.slots} slots is free")
        member = Member(own, self._count, slot, self._kind.rows)
        with self._memory():
            before = self._in_slot[slot]
            old = self._exchange(slot, own.first_state(), write=True)
            if before is not None and before.number in self._members:
                before.rest = jax.device_get(old)
        self._read = None
        for whole, one in zip(jax.tree.leaves(self._numbers), jax.tree.leaves(own.numbers), strict=True):
            whole[slot] = one
        self._members[member.number] = self._in_slot[slot] = member
        self._count += 1
        return member.number

    def step(self) -> Sequence[EpochResult]:
        running = self._running()
        if not running:
            return ()
        started = time.perf_counter()
        with self._memory():
            figures = self._run(running)
        seconds = time.perf_counter() - started
        results = []
        for member in running:
            number = member.epoch + 1
            metrics = self._kind.metrics(member.own, member.slot, figures, number if member.looks else 0)
            check_monitored(metrics, member.plan)
            member.told(metrics)
            checkpoint = partial(self._checkpoint, member.number, number)
            best, ended = (member.kept_epoch, member.kept_value), (member.ended, member.reason)
            results.append(EpochResult(member.number, number, metrics, seconds, *best, *ended, checkpoint))
        return results

    def stop(self, member: int) -> None:
        self._members[member].end("caller")

    def release(self, member: int) -> None:
        self._members[member].end("released")

    def result(self, member: int) -> TrainResult:
        return self._members[member].result()

    def model(self, member: int) -> Any:
        mine = self._members[member]
        return self._kind.model(mine.own, mine.kept_weights(self._state_of(mine)))

    def outputs(self, member: int) -> NDArray[np.float32] | None:
        mine = self._members[member]
        given = mine.kept_outputs(self._state_of(mine))
        return None if given is None else self._kind.answers(mine.own, np.asarray(given))

    def forget(self, member: int) -> None:
        self._members.pop(member, None)

    def _running(self) -> list[Member]:
        running = (each for each in self._in_slot if each is not None and each.ended is None)
        return sorted(running, key=lambda each: each.number)

    def _run(self, running: Sequence[Member]) -> Any:
        """One epoch of these; figures of all slots."""
        runs, kept = np.zeros(self.slots, bool), np.zeros(self.slots, np.float32)
        for each in self._in_slot:
            if each is not None:
                runs[each.slot], kept[each.slot] = each.ended is None, each.share
        steps = np.int32(max((each.own.steps for each in running), default=0))
        looks = np.bool_(any(each.looks for each in running))
        call = Call(self._orders.of(_following(running)), runs, kept, steps, looks)
        self._state, figures = self._kind.epoch(self._state, self._numbers, call)
        self._read = None
        for each in self._in_slot:
            if each is not None:
                each.share = 0.0
        self._orders.ahead(_following(running, later=1))
        return figures

    def _checkpoint(self, number: int, epoch: int) -> Checkpoint:
        member = self._members[number]
        if epoch != member.epoch:
            raise RuntimeError(f"the checkpoint of epoch {epoch} was asked for after epoch {member.epoch}")
        return member.checkpoint(self._state_of(member))

    def _state_of(self, member: Member) -> SlotState:
        """A member's state, on the device or not; that of the last one asked for is kept until the next step."""
        if member.rest is not None:
            return member.rest
        if self._read is None or self._read[0] != member.slot:
            with self._memory():
                self._read = member.slot, self._exchange(member.slot, self._kind.nobody, write=False)
        return self._read[1]

    def _exchange(self, slot: int, new: SlotState, write: bool) -> SlotState:
        self._state, old = self._kind.exchange(self._state, slot, new, write)
        return old  # type: ignore[no-any-return]

    @contextmanager
    def _memory(self) -> Iterator[None]:
        with out_of_memory(f"with {self.slots} networks {self._kind.where} at once", "train fewer at once"):
            yield


def _following(running: Sequence[Member], later: int = 0) -> list[tuple[int, int, int]]:
    return [(each.slot, each.plan.seed, each.epoch + 1 + later) for each in running]
