"""One configuration's network: trained, counted and exported alike, whether a family or a person's code made it.

Owns: the port, and its adapter for the families.
Leaves to others: code (python_network), the epochs (trainer), when a configuration is asked for (studies).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from tuner.data.answers import Answers, answers
from tuner.data.dataset import DataInfo, Dataset
from tuner.data.preprocessing import Preprocessing
from tuner.data.records import joined
from tuner.data.views import plain_rows
from tuner.errors import TrialFailed
from tuner.spec.families import Config, MlpConfig
from tuner.spec.families.sizes import size
from tuner.training import keras_state
from tuner.training.checkpoint import Checkpoint
from tuner.training.class_weights import class_weights
from tuner.training.cohort.bucket import why_not
from tuner.training.cohort.entries import model_entry, models_may_be_members
from tuner.training.cohort.port import Entry, ModelEntry
from tuner.training.latency import latency_ms
from tuner.training.networks.architecture import in_words
from tuner.training.networks.models import build, export, export_bytes, outputs, parameters
from tuner.training.plan import Metrics, Observe, TrainPlan, TrainResult
from tuner.training.trainer import ModelTrainer, Trainer, drive

Outputs = NDArray[np.float32]
"""Of a model for use, (rows, outputs)."""

PreprocessingFor = Callable[[str], Preprocessing]
"""A normalization by its name, fitted on the training rows."""


class Network(Protocol):
    """epochs: at most so many will be trained; None where the code alone knows."""

    @property
    def epochs(self) -> int | None: ...

    @property
    def fits_itself(self) -> bool:
        """Its training is one call of a person's code, of which only what it tells is seen."""
        ...

    def train(
        self, dataset: Dataset, fitted: PreprocessingFor, plan: TrainPlan, resume: Checkpoint | None, observe: Observe
    ) -> TrainResult:
        """Train as `trainer.train` says; the plan's batch size is this configuration's own, and so are its epochs,
        unless it names fewer.

        Raises TrialFailed where the configuration cannot be trained.
        """
        ...

    def trainer(
        self, dataset: Dataset, fitted: PreprocessingFor, plan: TrainPlan, resume: Checkpoint | None
    ) -> Trainer | None:
        """What `train` drives, for whoever trains others beside it; None where training is one call.

        Raises TrialFailed.
        """
        ...

    def fold_trainer(
        self, dataset: Dataset, fitted: PreprocessingFor, plan: TrainPlan, resume: Checkpoint | None
    ) -> ModelTrainer | None:
        """The same for one of a configuration's folds: nobody else's code is called between its epochs."""
        ...

    def entry(
        self, dataset: Dataset, fitted: PreprocessingFor, plan: TrainPlan, resume: Checkpoint | None
    ) -> Entry | ModelEntry | None:
        """The same as a member of a cohort, whose model is afterwards `take`n; None where it cannot be one.

        Raises TrialFailed.
        """
        ...

    def take(self, model: Any, given: Outputs | None) -> None:
        """It was trained elsewhere, and this is its model. given: its outputs for the validation rows, where known."""
        ...

    def planned_parameters(self, info: DataInfo) -> int | None:
        """How many numbers training would adjust, before anything is built for it; None where only training tells."""
        ...

    def parameters(self) -> int:
        """How many numbers training adjusted."""
        ...

    def latency_ms(self, rows: Any) -> float:
        """Milliseconds to predict one row, once trained. rows: as the data set has them."""
        ...

    def export(self) -> "Exported":
        """The trained model for use."""
        ...

    def for_use(self) -> Any:
        """The trained model that takes raw rows, sharing its weights; what `export` writes, where it can be written."""
        ...

    def with_weights(self, weights: bytes, dataset: Dataset, fitted: PreprocessingFor) -> Any:
        """`for_use` of a network that was not trained here. weights: what `export` wrote where it wrote them alone."""
        ...

    def answers(self, dataset: Dataset) -> Answers | None:
        """What the trained network says of the validation rows; None where it is asked through its file alone."""
        ...

    def why_not_scored(self, dataset: Dataset, best: Metrics) -> str:
        """Why the trained network has no figures on test rows: its outputs are not what the data's targets are.

        Nothing where they are. best: the metrics of its best epoch.
        """
        ...

    def in_words(self) -> str:
        """Its layers, a line each."""
        ...


@dataclass(frozen=True)
class Exported:
    """A model for use: raw rows in, for classes their probabilities out.

    name: of the stored file: ``model.keras``, or `WEIGHTS_ONLY` with weights and configuration where the model
    cannot be loaded from a .keras file. problem: then says why; also what is needed to load a .keras file.
    """

    name: str
    data: bytes
    problem: str = ""


@dataclass
class FamilyNetwork:
    """A network of one of the families. metrics: further ones to watch."""

    config: Config
    metrics: tuple[str, ...]
    model: Any = None
    fits_itself: bool = False
    _given: Outputs | None = None
    _info: DataInfo | None = None

    @property
    def epochs(self) -> int:
        return self.config.epochs

    def train(
        self, dataset: Dataset, fitted: PreprocessingFor, plan: TrainPlan, resume: Checkpoint | None, observe: Observe
    ) -> TrainResult:
        trainer = self.trainer(dataset, fitted, plan, resume)
        drive(trainer, [observe])
        return trainer.result(0)

    def trainer(
        self, dataset: Dataset, fitted: PreprocessingFor, plan: TrainPlan, resume: Checkpoint | None
    ) -> ModelTrainer:
        preprocessing = fitted(self.config.normalization)
        # Several inputs are one line of numbers to it.
        self._info, dataset = dataset.info, plain_rows(dataset)
        self.model = build(self.config, dataset.info, preprocessing, self.metrics, seed=plan.seed)
        return ModelTrainer(self.model, dataset, self._own(plan, dataset), resume)

    fold_trainer = trainer

    def entry(
        self, dataset: Dataset, fitted: PreprocessingFor, plan: TrainPlan, resume: Checkpoint | None
    ) -> Entry | ModelEntry | None:
        self._info = dataset.info
        if dataset.info.inputs or dataset.info.weighted or dataset.info.on_disk:
            return None
        preprocessing, own = fitted(self.config.normalization), self._own(plan, dataset)
        # Such a cohort computes in float32, whatever precision was asked for.
        plain = isinstance(self.config, MlpConfig) and keras_state.in_float32()
        if plain and why_not(self.config, dataset.info, self.metrics) is None:
            return Entry(cast(MlpConfig, self.config), own, preprocessing, resume)
        if not models_may_be_members():
            return None
        self.model = build(self.config, dataset.info, preprocessing, self.metrics, seed=plan.seed)
        return model_entry(self.model, dataset, own, resume)

    def take(self, model: Any, given: Outputs | None) -> None:
        self.model, self._given = model, given

    def _own(self, plan: TrainPlan, dataset: Dataset) -> TrainPlan:
        epochs = min(plan.epochs or self.config.epochs, self.config.epochs)
        weights = class_weights(self.config.class_weight, dataset)
        return replace(plan, batch_size=self.config.batch_size, epochs=epochs, class_weights=weights)

    def planned_parameters(self, info: DataInfo) -> int:
        return size(self.config, info.input_shape, info.outputs).parameters

    def parameters(self) -> int:
        return parameters(self.model)

    def latency_ms(self, rows: Any) -> float:
        return latency_ms(self.model, joined(rows))

    def export(self) -> Exported:
        return Exported("model.keras", export_bytes(self.model, self._info))

    def for_use(self) -> Any:
        return export(self.model, self._info)

    def with_weights(self, weights: bytes, dataset: Dataset, fitted: PreprocessingFor) -> Any:
        raise TrialFailed("a family's model is stored whole")

    def answers(self, dataset: Dataset) -> Answers | None:
        dataset = plain_rows(dataset)
        given = outputs(self.model, dataset) if self._given is None else self._given
        return answers(given, dataset.validation, dataset.info)

    def why_not_scored(self, dataset: Dataset, best: Metrics) -> str:
        return ""

    def in_words(self) -> str:
        return in_words(self.model)
