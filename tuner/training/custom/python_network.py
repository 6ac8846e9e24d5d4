"""A network made by a person's code: a KerasTuner hypermodel, or a function of an Optuna-like trial.

Owns: calling that code, and its settings beside the network (epochs, batch size, callbacks).
Leaves to others: loading it (loading), its errors in a line (guard), `hp` and `trial` (hypermodel, asking_trial),
whether its network suits the data (suitability), training (trainer, custom_fit), the model for use (python_export).

The code's randomness is Keras' global one, seeded before the network is built.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import keras
import keras_tuner
import numpy as np

from tuner.data.answers import Answers
from tuner.data.dataset import DataInfo, Dataset
from tuner.data.preprocessing import Preprocessing
from tuner.data.rows_on_disk import on_disk
from tuner.errors import TrialFailed
from tuner.spec.code import Code, CodeName
from tuner.spec.space import Ask, Value
from tuner.training import backend
from tuner.training.checkpoint import Checkpoint
from tuner.training.cohort.entries import model_entry, models_may_be_members
from tuner.training.cohort.port import ModelEntry
from tuner.training.compiled.graph_signature import keras_settings
from tuner.training.custom import callbacks as named
from tuner.training.custom import python_export, suitability
from tuner.training.custom.asking_trial import AskingTrial
from tuner.training.custom.custom_fit import WholeFit, averaging
from tuner.training.custom.guard import Guard
from tuner.training.custom.hypermodel import AskedHyperParameters, hypermodel_of
from tuner.training.custom.loading import load_object
from tuner.training.latency import latency_ms
from tuner.training.network import Exported, Outputs, PreprocessingFor
from tuner.training.networks.architecture import in_words
from tuner.training.networks.models import parameters
from tuner.training.plan import EpochResult, Metrics, Observe, Training, TrainPlan, TrainResult
from tuner.training.trainer import ModelTrainer, at_batch_size, out_of_memory, train

_EPOCHS = 10
_BATCH_SIZE = 32


@dataclass
class PythonNetwork:
    """What the code made. settings: normalization, epochs, batch_size, as far as the specification gives them.

    hypermodel: the KerasTuner HyperModel and its `hp`, where it is one.
    """

    code: Code
    guard: Guard
    training: Training
    settings: Mapping[str, Value]
    callbacks: Sequence[Mapping[str, Any]]
    info: DataInfo
    hypermodel: tuple[Any, Any] | None = None
    _preprocessing: Preprocessing = field(default_factory=lambda: Preprocessing("none"))

    @property
    def model(self) -> Any:
        return self.training.model

    @property
    def epochs(self) -> int | None:
        given = self.training.epochs or self.settings.get("epochs")
        if given is None and self.fits_itself:
            return None
        return _EPOCHS if given is None else int(given)

    @property
    def batch_size(self) -> int | None:
        given = self.training.batch_size or self.settings.get("batch_size", _BATCH_SIZE)
        return None if given == "full" else int(given)

    def train(
        self, dataset: Dataset, fitted: PreprocessingFor, plan: TrainPlan, resume: Checkpoint | None, observe: Observe
    ) -> TrainResult:
        rows, own = self._rows_and_plan(dataset, fitted, plan)
        observe = self.guard.passes(observe)
        with self.guard(), out_of_memory(at_batch_size(own, dataset)):
            self._check(rows)
            callbacks = [*named.make(self.callbacks), *self.training.callbacks]
            if not self.fits_itself and not callbacks:
                return train(self.model, rows, own, resume, observe)
            # A fit of its own may train longer than it was asked to, and is then stopped.
            most_epochs = own.epochs if plan.epochs else None
            fit = WholeFit(self.model, rows, own, observe, most_epochs, own=self.fits_itself)
            return fit.run(self._fit(own, rows, callbacks), self._how(callbacks))

    def trainer(self, dataset: Dataset, fitted: PreprocessingFor, plan: TrainPlan, resume: Checkpoint | None) -> None:
        """Its code may be called at any moment of it, and its callbacks: none is trained between epochs of others."""

    def fold_trainer(
        self, dataset: Dataset, fitted: PreprocessingFor, plan: TrainPlan, resume: Checkpoint | None
    ) -> "GuardedTrainer | None":
        """None where training is one call: a fit of its own, or callbacks."""
        if self.is_one_call:
            return None
        rows, own = self._rows_and_plan(dataset, fitted, plan)
        with self.guard():
            self._check(rows)
            return GuardedTrainer(self.guard, self.model, rows, own, resume)

    def entry(
        self, dataset: Dataset, fitted: PreprocessingFor, plan: TrainPlan, resume: Checkpoint | None
    ) -> ModelEntry | None:
        if self.is_one_call or not models_may_be_members():
            return None
        rows, own = self._rows_and_plan(dataset, fitted, plan)
        outside = keras_settings()
        with self.guard(), out_of_memory(at_batch_size(own, dataset)):
            self._check(rows)
            # A program is traced outside of the code, with Keras' settings as they are there.
            return model_entry(self.model, rows, own, resume) if keras_settings() == outside else None

    def take(self, model: Any, given: Outputs | None) -> None:
        if model is not self.model:
            raise ValueError("the network of a person's code is the one that its code made")

    def _rows_and_plan(self, dataset: Dataset, fitted: PreprocessingFor, plan: TrainPlan) -> tuple[Dataset, TrainPlan]:
        self._preprocessing = fitted(str(self.settings.get("normalization", "none")))
        most = self.epochs or plan.epochs or _EPOCHS
        own = replace(plan, batch_size=self.batch_size, epochs=min(plan.epochs or most, most))
        return normalized(dataset, self._preprocessing), own

    def planned_parameters(self, info: DataInfo) -> int | None:
        return self.parameters() or None

    def parameters(self) -> int:
        return parameters(self.model) if self.model.built else 0

    def latency_ms(self, rows: Any) -> float:
        with self.guard():
            return latency_ms(self.model, rows)

    def export(self) -> Exported:
        with self.guard():
            return python_export.export(self.model, self._preprocessing, self.info)

    def for_use(self) -> Any:
        with self.guard():
            return self._for_use()

    def _for_use(self) -> Any:
        return python_export.for_use(self.model, self._preprocessing, self.info)

    def with_weights(self, weights: bytes, dataset: Dataset, fitted: PreprocessingFor) -> Any:
        self._preprocessing = fitted(str(self.settings.get("normalization", "none")))
        with self.guard():
            one = dataset.train.take(slice(1)).x
            python_export.put_back(self.model, weights, one if self.info.inputs else self._preprocessing.apply(one))
            return self._for_use()

    def answers(self, dataset: Dataset) -> Answers | None:
        return None

    def why_not_scored(self, dataset: Dataset, best: Metrics) -> str:
        with self.guard():
            return suitability.why_not_scored(self.model, self._for_use, dataset, best, self.fits_itself)

    def in_words(self) -> str:
        with self.guard():
            return in_words(self.model)

    @property
    def fits_itself(self) -> bool:
        """The code trains its network itself: a HyperModel with a `fit` of its own."""
        return self.hypermodel is not None and type(self.hypermodel[0]).fit is not keras_tuner.HyperModel.fit

    @property
    def is_one_call(self) -> bool:
        """Its training cannot be stepped: callbacks may keep a state, and a fit of its own does what it likes."""
        return self.fits_itself or bool(self.callbacks) or bool(self.training.callbacks)

    def check(self, dataset: Dataset, fitted: PreprocessingFor) -> None:
        """Whether the untrained network takes such rows and its loss such targets, as far as is quickly seen.

        Raises TrialFailed.
        """
        rows = normalized(dataset, fitted(str(self.settings.get("normalization", "none"))))
        with self.guard():
            named.make(self.callbacks)
            self._check(rows)
            if not self.fits_itself:
                suitability.check_loss(self.model, rows)

    def scopes(self) -> Sequence[Mapping[str, Value]]:
        """Conditions under which the code would have asked for more: each the parents' values that open one."""
        if self.hypermodel is None:
            return ()
        return [{each.name: each.values[0] for each in scope} for scope in self.hypermodel[1].inactive_scopes]

    def _how(self, callbacks: Sequence[Any]) -> str:
        if self.fits_itself:
            return f"{type(self._hypermodel()).__name__}.fit"
        return f"fit: callbacks ({', '.join(type(each).__name__ for each in callbacks)})"

    def _hypermodel(self) -> Any:
        assert self.hypermodel is not None
        return self.hypermodel[0]

    def _fit(self, plan: TrainPlan, rows: Dataset, callbacks: Sequence[Any]) -> Callable[..., Any]:
        """A function of the arguments of `fit` that trains the network to its end."""
        if not self.fits_itself:
            settings: dict[str, Any] = {
                "epochs": plan.epochs, "batch_size": plan.batch_size or len(rows.train), "verbose": 0,
            }  # fmt: skip
            if rows.streams is not None:
                # It has batches of its own.
                del settings["batch_size"]
            before = averaging(self.model, callbacks)
            return lambda **data: self.model.fit(
                **data | settings | {"callbacks": [*before, *callbacks, *data.get("callbacks", ())]}
            )
        assert self.hypermodel is not None
        hypermodel, hp = self.hypermodel
        # What the specification does not say is the code's to say: given twice, it would be an error of Python's.
        given = {name: value for name, value in self.settings.items() if name in ("epochs", "batch_size")}
        if "epochs" in given:
            given["epochs"] = plan.epochs
        if rows.streams is not None:
            given.pop("batch_size", None)
        if given.get("batch_size") == "full":
            given["batch_size"] = len(rows.train)
        accepted = inspect.signature(hypermodel.fit).parameters.values()
        takes_all = any(each.kind is inspect.Parameter.VAR_KEYWORD for each in accepted)
        names = {each.name for each in accepted}
        if self.info.weighted and not self.info.streamed and not takes_all and "sample_weight" not in names:
            raise TrialFailed(
                f"the rows of {self.info.name} have weights, and {type(hypermodel).__name__}.fit takes none. Add "
                "sample_weight to its arguments and give it to model.fit, or leave the weights out of the data."
            )

        def fit(**data: Any) -> Any:
            every = {**data, **given, "callbacks": [*callbacks, *data.get("callbacks", ())]}
            return hypermodel.fit(
                hp, self.model, **{name: value for name, value in every.items() if takes_all or name in names}
            )

        return fit

    def _check(self, rows: Dataset) -> None:
        """A fit of its own may give its network other rows, and other targets, than it was given."""
        if not self.fits_itself:
            suitability.check_model(self.model, rows)


class GuardedTrainer(ModelTrainer):
    """The trainer of a model of a person's code, whose layers and loss are that code's wherever they run."""

    def __init__(self, guard: Guard, model: Any, rows: Dataset, plan: TrainPlan, resume: Checkpoint | None) -> None:
        super().__init__(model, rows, plan, resume)
        self._guard = guard

    def step(self) -> Sequence[EpochResult]:
        with self._guard():
            return super().step()


def network(
    code: Code, name: CodeName, ask: Ask, settings: Mapping[str, Value], callbacks: Sequence[Mapping[str, Any]],
    info: DataInfo, *, seed: int, number: int = 0, note: Callable[[str, Any], None] | None = None,
) -> PythonNetwork:  # fmt: skip
    """Run the code and give its network; its weights and its dropout come from the seed.

    settings: normalization, epochs, batch_size, as far as the specification gives them.
    number: of the trial. note: receives the attributes that a function of a trial gives it.
    Raises TrialFailed where the code fails, whatever it raised; SpecError where it cannot be loaded.
    """
    found = load_object(code, name.name)
    guard = Guard(code, info)
    # Code that has built a network already, such as to print it, would count the names of this one on.
    backend.name_anew()
    keras.utils.set_random_seed(seed)
    with guard():
        if name.style == "python":
            if not callable(found):
                raise TrialFailed(f"{name}: is no function. Give one that takes a trial and returns a model.")
            trial = AskingTrial(guard.passes(ask), number, note and guard.passes(note))
            made = found(*_arguments(found, trial, info))
            training = made if isinstance(made, Training) else Training(made)
            network = PythonNetwork(code, guard, training, settings, callbacks, info)
        else:
            hypermodel = hypermodel_of(found, name, info)
            hp = AskedHyperParameters(guard.passes(ask))
            hypermodel.declare_hyperparameters(hp)
            built = hypermodel.build(hp)
            network = PythonNetwork(code, guard, Training(built), settings, callbacks, info, (hypermodel, hp))
        _check_model(network, name)
    return network


def _arguments(function: Callable[..., Any], trial: AskingTrial, info: DataInfo) -> tuple[Any, ...]:
    """`space(trial)`, or `space(trial, data)` with what is known of the data."""
    return (trial, info) if len(inspect.signature(function).parameters) > 1 else (trial,)


def _check_model(network: PythonNetwork, name: CodeName) -> None:
    model = network.model
    if not isinstance(model, keras.Model):
        raise TrialFailed(f"{name}: gave a {type(model).__name__}; a keras.Model is needed. Does it return the model?")
    if not model.compiled and not network.fits_itself:
        raise TrialFailed(f"{name}: the model is not compiled. Call model.compile(...) before returning it.")


def normalized(dataset: Dataset, preprocessing: Preprocessing) -> Dataset:
    """The data set as a person's code sees it: float32 rows, normalized if asked. The last one is kept.

    Several inputs are as they were given, and so are streams. Raises TrialFailed where those are to be normalized.
    """
    if dataset.info.inputs or dataset.info.streamed:
        if preprocessing.kind != "none":
            raise TrialFailed(
                f"normalization {preprocessing.kind}: is that of rows of one array in memory. Normalize others in the "
                "data, or in the network."
            )
        return dataset
    key = (dataset.digest, preprocessing.kind)
    if key not in _kept:
        _kept.clear()
        train, validation = (
            replace(part, x=_applied(preprocessing, part.x)) for part in (dataset.train, dataset.validation)
        )
        digest = f"{dataset.digest}/{preprocessing.kind}/float32"
        _kept[key] = replace(dataset, train=train, validation=validation, digest=digest)
    return _kept[key]


def _applied(preprocessing: Preprocessing, x: Any) -> Any:
    if on_disk(x):
        return x.seen_through(preprocessing.apply)
    return np.ascontiguousarray(preprocessing.apply(x), np.float32)


_kept: dict[tuple[str, str], Dataset] = {}
