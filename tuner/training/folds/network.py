"""The networks of one configuration, one a fold, as one network.

Owns: which of them is told of where there is one of a thing: the last, whose rows are the data set's own.
Leaves to others: training them (trainer), each network (training.network, training.custom).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from tuner.data.answers import Answers, together
from tuner.data.dataset import DataInfo, Dataset
from tuner.data.fold_error import held_to_learnt
from tuner.errors import TrialFailed
from tuner.training.checkpoint import Checkpoint
from tuner.training.folds.trainer import FoldsTrainer, GoesOn, plan_of_fold
from tuner.training.network import Exported, Network, Outputs, PreprocessingFor
from tuner.training.plan import Metrics, Observe, TrainPlan, TrainResult
from tuner.training.trainer import ModelTrainer, drive

NOT_STEPPED = (
    "its training is one call - a fit of its own, or callbacks - and folds are trained an epoch at a time. Write "
    "validation: 0.2"
)


@dataclass(frozen=True, eq=False)
class Fold:
    """fitted: on its own training rows. seed: of its weights, row order and dropout."""

    network: Network
    dataset: Dataset
    fitted: PreprocessingFor
    seed: int


class FoldsNetwork:
    """goes_on: asked within an epoch, fold by fold."""

    def __init__(self, folds: Sequence[Fold], goes_on: GoesOn | None = None) -> None:
        self.folds = folds
        self._goes_on = goes_on
        self._trainer: FoldsTrainer | None = None

    @property
    def _last(self) -> Fold:
        return self.folds[-1]

    @property
    def epochs(self) -> int | None:
        return self._last.network.epochs

    @property
    def fits_itself(self) -> bool:
        return False

    def train(
        self, dataset: Dataset, fitted: PreprocessingFor, plan: TrainPlan, resume: Checkpoint | None, observe: Observe
    ) -> TrainResult:
        trainer = self.trainer(dataset, fitted, plan, resume)
        drive(trainer, [observe])
        return trainer.result(0)

    def trainer(
        self, dataset: Dataset, fitted: PreprocessingFor, plan: TrainPlan, resume: Checkpoint | None
    ) -> FoldsTrainer:
        trainers = [self._of(number, plan, resume) for number in range(len(self.folds))]
        epochs = min(each for each in (plan.epochs, self.epochs) if each)
        ratio = held_to_learnt([each.dataset for each in self.folds])
        self._trainer = FoldsTrainer(trainers, replace(plan, epochs=epochs), ratio, resume, self._goes_on)
        return self._trainer

    def _of(self, number: int, plan: TrainPlan, resume: Checkpoint | None) -> ModelTrainer:
        fold = self.folds[number]
        members = () if resume is None else resume.members
        own = plan_of_fold(plan, fold.seed, is_last=fold is self._last)
        made = fold.network.fold_trainer(
            fold.dataset, fold.fitted, own, members[number] if number < len(members) else None
        )
        if made is None:
            raise TrialFailed(f"cross-validation: {NOT_STEPPED}")
        return made

    def fold_trainer(
        self, dataset: Dataset, fitted: PreprocessingFor, plan: TrainPlan, resume: Checkpoint | None
    ) -> None:
        """Folds have no folds."""

    def entry(self, dataset: Dataset, fitted: PreprocessingFor, plan: TrainPlan, resume: Checkpoint | None) -> None:
        """A cohort has one data set for all its members, and every fold has its own."""

    def take(self, model: Any, given: Outputs | None) -> None:
        raise ValueError("networks of folds are trained here")

    def planned_parameters(self, info: DataInfo) -> int | None:
        return self._last.network.planned_parameters(info)

    def parameters(self) -> int:
        return self._last.network.parameters()

    def latency_ms(self, rows: Any) -> float:
        return self._last.network.latency_ms(rows)

    def export(self) -> Exported:
        return self._last.network.export()

    def for_use(self) -> Any:
        return self._last.network.for_use()

    def with_weights(self, weights: bytes, dataset: Dataset, fitted: PreprocessingFor) -> Any:
        return self._last.network.with_weights(weights, dataset, fitted)

    def answers(self, dataset: Dataset) -> Answers | None:
        """Of every row that is validated, what the network says that has not learnt from it."""
        once = self.folds[: len(self.folds) // dataset.repeats]
        return together([each.network.answers(each.dataset) for each in once])

    def why_not_scored(self, dataset: Dataset, best: Metrics) -> str:
        own = best if self._trainer is None else self._trainer.of_last
        return self._last.network.why_not_scored(self._last.dataset, own)

    def in_words(self) -> str:
        return self._last.network.in_words()
