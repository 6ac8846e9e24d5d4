"""Networks of the family `mlp` as members of one program: padded to one shape, nearly all of them numbers.

Owns: the kind, and one network of it.
Leaves to others: what such networks have in common (bucket), what they compute (program and what it is made of), their
variables in Keras' order (keras_order), slots (trainer).
"""

from dataclasses import replace
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from tuner.data.dataset import DataInfo, Dataset
from tuner.data.preprocessing import Preprocessing
from tuner.training.checkpoint import Arrays
from tuner.training.cohort import health
from tuner.training.cohort.bucket import Bucket, bucket_of
from tuner.training.cohort.device_rows import device_rows, validation_batch
from tuner.training.cohort.keras_order import KerasOrder
from tuner.training.cohort.kind import Call
from tuner.training.cohort.numbers import Numbers, nobodys, numbers_of
from tuner.training.cohort.optimizers import ACCUMULATOR
from tuner.training.cohort.port import Entry
from tuner.training.cohort.program import CohortPrograms
from tuner.training.cohort.seeds import seeds_of
from tuner.training.cohort.state import State, trained_zeros, zeros
from tuner.training.cohort.trainer import CohortTrainer
from tuner.training.networks.catalogue import steps_per_epoch
from tuner.training.networks.models import build, probabilities
from tuner.training.plan import Metrics, in_few_digits
from tuner.training.trainer import out_of_memory


def padded_cohort(
    bucket: Bucket, dataset: Dataset, slots: int, health: bool = False, whitening: Preprocessing | None = None
) -> CohortTrainer:
    """A cohort of a bucket. health: members whose plan wants it are looked into. whitening: fitted, for whitened rows.

    Raises TrialFailed as `CohortTrainer` does.
    """
    if bucket.whitened and whitening is None:
        raise ValueError("a bucket of whitened rows needs the fitted whitening")
    with out_of_memory(f"with {slots} networks of batch size {bucket.rows} at once", "train fewer at once"):
        kind = PaddedKind(bucket, dataset, slots, health, whitening if bucket.whitened else None)
    return CohortTrainer(kind, slots)


class PaddedOwn:
    """One network: `kind.Own`. config: its configuration."""

    def __init__(self, entry: Entry, bucket: Bucket, info: DataInfo, nobody: State, accumulators: Any) -> None:
        """nobody: a state of zeros, on the device; accumulators: where adagrad's begin, there too."""
        self.config = config = entry.config
        self.preprocessing = entry.preprocessing
        self.resume = entry.resume
        epochs = min(entry.plan.epochs or config.epochs, config.epochs)
        self.plan = replace(entry.plan, batch_size=config.batch_size, epochs=epochs)
        seeds = seeds_of(config, self.plan.seed)
        self.numbers: Numbers = numbers_of(config, bucket, info, entry.preprocessing, seeds, self.plan.class_weights)
        self.steps = steps_per_epoch(info.train_rows, config.batch_size)
        self.scheduled = config.optimizer.schedule != "constant"
        self.optimizer_name = config.optimizer.name
        self._order = KerasOrder(config, bucket, entry.preprocessing, seeds)
        self._nobody, self._accumulators = nobody, accumulators

    def first_state(self) -> State:
        """Only what differs from zeros goes to the device."""
        order, state, resume = self._order, self._nobody, self.resume
        if resume is None:
            trained, moving = order.first()
            second = self._accumulators if self.config.optimizer.name == "adagrad" else state.second
            return state._replace(trained=trained, moving=moving, second=second)
        trained, moving = order.padded(resume.weights)
        kept, steps, product = order.padded_kept(resume.optimizer)
        first, second = (None if place is None else mine for place, mine in zip(state[2:4], kept, strict=True))
        if resume.best_weights:
            state = state._replace(best=order.padded(resume.best_weights))
        return state._replace(
            trained=trained, moving=moving, first=first, second=second, iterations=np.int32(steps),
            product=np.float32(product),
        )  # fmt: skip

    def weights(self, now: Any, state: State, behind: int = 0) -> Arrays:
        return self._order.weights(now, int(state.iterations) - behind)

    def optimizer(self, state: State) -> Arrays:
        first, second, iterations, product = jax.device_get(state[2:6])
        return self._order.optimizer((first, second), int(iterations), float(product))


class PaddedKind:
    """`kind.Kind`, of a bucket."""

    def __init__(
        self, bucket: Bucket, dataset: Dataset, slots: int, health: bool, whitening: Preprocessing | None
    ) -> None:
        self._bucket, self._info, self._health = bucket, dataset.info, health
        self._validation_rows = len(dataset.validation)
        self.where = f"of batch size {bucket.rows}"
        self.rows = len(dataset.train)
        batch = validation_batch(bucket, slots, len(dataset.validation))
        self._programs = CohortPrograms(bucket, len(dataset.validation), batch, health)
        self._device_rows = device_rows(dataset, bucket, batch, whitening)
        nobody = zeros(bucket, len(self._device_rows.validation_x))
        self.nobody: State = jax.device_put(nobody)
        self._accumulators = jax.device_put(trained_zeros(bucket, ACCUMULATOR)) if nobody.second else None

    def numbers_of_nobody(self) -> Numbers:
        return nobodys(self._bucket)

    def own(self, entry: Entry) -> PaddedOwn:
        if bucket_of(entry.config, self._info, self._bucket.reach, self._bucket.metrics) != self._bucket:
            raise ValueError("the configuration is of another bucket than the cohort")
        return PaddedOwn(entry, self._bucket, self._info, self.nobody, self._accumulators)

    def begin(self, state: State, numbers: Numbers, call: Call) -> None:
        self._programs.begin(state, numbers, self._device_rows, call)

    def epoch(self, state: State, numbers: Numbers, call: Call) -> tuple[State, Any]:
        state, figures = self._programs.epoch(state, numbers, self._device_rows, call)
        return state, jax.device_get((figures.epoch, figures.health))

    def exchange(self, state: State, slot: int, new: State, write: bool) -> tuple[State, State]:
        return self._programs.exchange(state, slot, new, write)

    def metrics(self, own: PaddedOwn, slot: int, figures: Any, looked: int) -> Metrics:
        epoch, inside = (each[slot] for each in figures)
        rate, loss, metric, val_loss, val_metric, penalty = (float(each) for each in epoch)
        rows, validation = np.float32(self.rows), np.float32(self._validation_rows)
        name = "mae" if self._bucket.task == "regression" else "accuracy"
        metrics = {"loss": loss / rows, name: metric / rows}
        metrics |= {"val_loss": val_loss / validation + penalty, f"val_{name}": val_metric / validation}
        found = {each: float(np.float32(value)) for each, value in metrics.items()} | {"learning_rate": rate}
        return in_few_digits(found | (dict(health.named(own.config, inside)) if looked else {}))

    def model(self, own: PaddedOwn, weights: Arrays) -> Any:
        model = build(own.config, self._info, own.preprocessing, self._bucket.metrics, seed=own.plan.seed)
        for variable, value in zip(model.variables, weights, strict=True):
            variable.assign(value)
        return model

    def answers(self, own: PaddedOwn, outputs: Any) -> NDArray[np.float32]:
        given = outputs[: self._validation_rows]
        loss = own.config.loss.name
        logits = own.config.output_activation == "linear" and ("crossentropy" in loss or loss == "focal")
        return probabilities(given) if logits else given
