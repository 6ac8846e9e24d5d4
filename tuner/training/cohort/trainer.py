"""Train the members of a cohort, an epoch a step.

Owns: the slots, who is in them, and a step's way through the program.
Leaves to others: the program (program), a member's end and checkpoints (member), who is admitted (workers).
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from tuner.data.dataset import Dataset
from tuner.data.preprocessing import Preprocessing
from tuner.training.checkpoint import Checkpoint
from tuner.training.cohort import health
from tuner.training.cohort.bucket import Bucket, bucket_of
from tuner.training.cohort.device_rows import device_rows, validation_batch
from tuner.training.cohort.member import Member
from tuner.training.cohort.numbers import nobodys
from tuner.training.cohort.optimizers import ACCUMULATOR
from tuner.training.cohort.orders import Orders
from tuner.training.cohort.port import Entry
from tuner.training.cohort.program import Call, CohortPrograms
from tuner.training.cohort.state import State, trained_zeros, zeros
from tuner.training.networks.models import build, probabilities
from tuner.training.plan import EpochResult, Metrics, TrainResult, in_few_digits
from tuner.training.trainer import check_monitored, out_of_memory


class CohortTrainer:
    """The adapter of `port.Cohort` on JAX."""

    def __init__(
        self, bucket: Bucket, dataset: Dataset, slots: int, health: bool = False, whitening: Preprocessing | None = None
    ) -> None:
        """health: members whose plan wants it are looked into. whitening: fitted, for a bucket of whitened rows.

        Raises TrialFailed (state "out_of_memory") where so many slots do not fit the device, now or in a step; then
        half as many may, and members go on there from their checkpoints.
        """
        if bucket.whitened and whitening is None:
            raise ValueError("a bucket of whitened rows needs the fitted whitening")
        self.slots = slots
        self._bucket, self._dataset, self._info = bucket, dataset, dataset.info
        self._members: dict[int, Member] = {}
        self._in_slot: list[Member | None] = [None] * slots
        self._count = 0
        batch = validation_batch(bucket, slots, len(dataset.validation))
        self._programs = CohortPrograms(bucket, len(dataset.validation), batch, health)
        self._orders = Orders(slots, len(dataset.train))
        self._numbers = jax.tree.map(lambda one: np.repeat(one[None], slots, axis=0), nobodys(bucket))
        self._read: tuple[int, State] | None = None
        with self._memory():
            self._rows = device_rows(dataset, bucket, batch, whitening if bucket.whitened else None)
            nobody = zeros(bucket, len(self._rows.validation_x))
            self._nobody = jax.device_put(nobody)
            self._accumulators = jax.device_put(trained_zeros(bucket, ACCUMULATOR)) if nobody.second else None
            self._state = jax.device_put(jax.tree.map(lambda one: np.zeros((slots, *one.shape), one.dtype), nobody))
            none = Call(
                self._orders.of([]), np.zeros(slots, bool), np.zeros(slots, np.float32), np.int32(0), np.bool_(0)
            )
            self._programs.begin(self._state, self._numbers, self._rows, none)

    @property
    def free(self) -> int:
        return sum(each is None or each.ended is not None for each in self._in_slot)

    def prepare(self) -> float:
        started = time.perf_counter()
        with self._memory():
            self._run([])
            self._exchange(0, self._nobody, write=False)
        return time.perf_counter() - started

    def admit(self, entry: Entry) -> int:
        if bucket_of(entry.config, self._info, self._bucket.reach, self._bucket.metrics) != self._bucket:
            raise ValueError("the configuration is of another bucket than the cohort")
        slot = next((i for i, each in enumerate(self._in_slot) if each is None or each.ended is not None), None)
        if slot is None:
            raise ValueError(f"none of the {self.slots} slots is free")
        member = Member(entry, self._count, slot, self._bucket, self._info)
        state = member.first_state(self._nobody, self._accumulators)
        with self._memory():
            before = self._in_slot[slot]
            old = self._exchange(slot, state, write=True)
            if before is not None and before.number in self._members:
                before.rest = jax.device_get(old)
        self._read = None
        for whole, one in zip(self._numbers, member.numbers, strict=True):
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
            epoch, looks = self._run(running)
        seconds = time.perf_counter() - started
        results = []
        for member in running:
            looked = looks[member.slot] if member.looks else None
            metrics = self._metrics(member, epoch[member.slot], looked)
            check_monitored(metrics, member.plan)
            number = member.epoch + 1
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
        entry = mine.entry
        model = build(entry.config, self._info, entry.preprocessing, self._bucket.metrics, seed=mine.plan.seed)
        for variable, value in zip(model.variables, mine.kept_weights(self._state_of(mine)), strict=True):
            variable.assign(value)
        return model

    def outputs(self, member: int) -> NDArray[np.float32] | None:
        mine = self._members[member]
        given = mine.kept_outputs(self._state_of(mine))
        if given is None:
            return None
        given = np.asarray(given)[: len(self._dataset.validation)]
        return probabilities(given) if self._gives_logits(mine) else given

    def forget(self, member: int) -> None:
        self._members.pop(member, None)

    def _running(self) -> list[Member]:
        running = (each for each in self._in_slot if each is not None and each.ended is None)
        return sorted(running, key=lambda each: each.number)

    def _run(self, running: Sequence[Member]) -> tuple[Any, Any]:
        """One epoch of these; figures of all slots."""
        runs, kept = np.zeros(self.slots, bool), np.zeros(self.slots, np.float32)
        for each in self._in_slot:
            if each is not None:
                runs[each.slot], kept[each.slot] = each.ended is None, each.share
        steps = np.int32(max((each.steps for each in running), default=0))
        looks = np.bool_(any(each.looks for each in running))
        call = Call(self._orders.of(_following(running)), runs, kept, steps, looks)
        self._state, figures = self._programs.epoch(self._state, self._numbers, self._rows, call)
        self._read = None
        for each in self._in_slot:
            if each is not None:
                each.share = 0.0
        self._orders.ahead(_following(running, later=1))
        return tuple(jax.device_get((figures.epoch, figures.health)))

    def _metrics(self, member: Member, figures: Any, looks: Any | None) -> Metrics:
        """By Keras' names."""
        rate, loss, metric, val_loss, val_metric, penalty = (float(each) for each in figures)
        rows, validation = (np.float32(len(part)) for part in (self._dataset.train, self._dataset.validation))
        name = "mae" if self._bucket.task == "regression" else "accuracy"
        metrics = {"loss": loss / rows, name: metric / rows}
        metrics |= {"val_loss": val_loss / validation + penalty, f"val_{name}": val_metric / validation}
        found = {each: float(np.float32(value)) for each, value in metrics.items()} | {"learning_rate": rate}
        return in_few_digits(found | (dict(health.named(member.entry.config, looks)) if looks is not None else {}))

    def _checkpoint(self, number: int, epoch: int) -> Checkpoint:
        member = self._members[number]
        if epoch != member.epoch:
            raise RuntimeError(f"the checkpoint of epoch {epoch} was asked for after epoch {member.epoch}")
        return member.checkpoint(self._state_of(member))

    def _state_of(self, member: Member) -> State:
        """A member's state, on the device or not; that of the last one asked for is kept until the next step."""
        if member.rest is not None:
            return member.rest
        if self._read is None or self._read[0] != member.slot:
            with self._memory():
                self._read = member.slot, self._exchange(member.slot, self._nobody, write=False)
        return self._read[1]

    def _exchange(self, slot: int, new: State, write: bool) -> State:
        self._state, old = self._programs.exchange(self._state, slot, new, write)
        return old

    def _gives_logits(self, member: Member) -> bool:
        config = member.entry.config
        return config.output_activation == "linear" and (
            "crossentropy" in config.loss.name or config.loss.name == "focal"
        )

    @contextmanager
    def _memory(self) -> Iterator[None]:
        with out_of_memory(
            f"with {self.slots} networks of batch size {self._bucket.rows} at once", "train fewer at once"
        ):
            yield


def _following(running: Sequence[Member], later: int = 0) -> list[tuple[int, int, int]]:
    return [(each.slot, each.plan.seed, each.epoch + 1 + later) for each in running]
