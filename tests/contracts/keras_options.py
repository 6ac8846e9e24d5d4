"""Every public option of Keras that training depends on, and a value for it that is not its default.

What is here is classified; `tests/contracts/test_options.py` fails for what is not, such as an option that a later
Keras brings. Classes are found in Keras' modules and options by their signatures: nothing is listed twice.
"""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import keras

CLASSES = 3

OF_EVERY_OPTIMIZER: Mapping[str, Any] = {
    "weight_decay": 0.05,
    "clipnorm": 0.05,
    "clipvalue": 0.01,
    "global_clipnorm": 0.05,
    "use_ema": True,
    "loss_scale_factor": 8.0,
    "gradient_accumulation_steps": 2,
}
WITH_AVERAGES: Mapping[str, Any] = {"ema_momentum": 0.5, "ema_overwrite_frequency": 2}

OF_OPTIMIZERS: Mapping[str, Any] = {
    "learning_rate": 0.02,
    "rho": 0.8,
    "epsilon": 1e-3,
    "momentum": 0.8,
    "nesterov": True,
    "centered": True,
    "amsgrad": True,
    "beta_1": 0.7,
    "beta_2": 0.9,
    "beta": 0.1,
    "initial_accumulator_value": 0.3,
    "warmup_steps": 3,
    "beta_2_decay": -0.5,
    "epsilon_1": 1e-20,
    "epsilon_2": 1e-2,
    "clip_threshold": 0.5,
    "relative_step": False,
    "learning_rate_power": -0.4,
    "l1_regularization_strength": 0.01,
    "l2_regularization_strength": 0.01,
    "l2_shrinkage_regularization_strength": 0.01,
    "adam_beta_1": 0.7,
    "adam_beta_2": 0.9,
    "adam_weight_decay": 0.05,
    "exclude_layers": ["output"],
    "exclude_embeddings": False,
    "muon_a": 3.0,
    "muon_b": -4.0,
    "muon_c": 2.0,
    "adam_lr_ratio": 0.5,
    "ns_steps": 3,
    "rms_rate": 0.3,
    "initial_scale": 8.0,
    "dynamic_growth_steps": 2,
    "inner_optimizer": lambda: keras.optimizers.SGD(0.1),
    "optimizer_map": lambda: _by_shape(),
}

OF_LOSSES: Mapping[str, Any] = {
    "from_logits": True,
    "label_smoothing": 0.1,
    "apply_class_balancing": True,
    "alpha": 0.4,
    "gamma": 1.5,
    "q": 0.3,
    "margin": 0.2,
    "remove_diagonal": False,
    "delta": 0.2,
    "beta": 0.3,
    "ignore_class": 1,
    "axis": 1,
}
REDUCTIONS = ("sum", "mean", "mean_with_sample_weight", "none")

OF_METRICS: Mapping[str, Any] = {
    "threshold": 0.3,
    "thresholds": [0.3, 0.6],
    "top_k": 2,
    "class_id": 1,
    "average": "macro",
    "beta": 0.5,
    "num_thresholds": 50,
    "curve": "PR",
    "summation_method": "minoring",
    "multi_label": True,
    "num_labels": CLASSES,
    "label_weights": [0.2, 0.3, 0.5],
    "from_logits": True,
    "label_smoothing": 0.1,
    "axis": 1,
    "num_classes": CLASSES,
    "target_class_ids": [0, 1],
    "ignore_class": 1,
    "k": 2,
    "sparse_y_true": True,
    "sparse_y_pred": False,
    "from_sorted_ids": False,
    "recall": 0.5,
    "precision": 0.5,
    "specificity": 0.5,
    "sensitivity": 0.5,
    "class_aggregation": None,
    "num_regressors": 1,
    "fn": keras.losses.mean_absolute_error,
}

OF_COMPILE: Mapping[str, Any] = {
    "optimizer": "every class below",
    "loss": "every class below",
    "metrics": "every class below",
    "loss_weights": 0.25,
    "weighted_metrics": ["mse"],
    "run_eagerly": True,
    "steps_per_execution": 3,
    "jit_compile": True,
    "auto_scale_loss": False,
}

NEUTRAL = {"name", "dtype", "reduction"}
"""What every loss or metric has, and one case of its own."""

NOT_OF_ROWS = {
    "Optimizer": "what all others are made of",
    "Loss": "what all others are made of",
    "Metric": "what all others are made of",
    "Mean": "takes numbers, not targets and outputs",
    "Sum": "takes numbers, not targets and outputs",
    "CTC": "for sequences of several lengths",
}


def classes(module: Any, base: type) -> dict[str, type]:
    """The public classes of one of Keras' modules, by name."""
    found = {name: getattr(module, name) for name in dir(module)}
    return {
        name: each
        for name, each in found.items()
        if inspect.isclass(each) and issubclass(each, base) and name not in NOT_OF_ROWS
    }


OPTIMIZERS = classes(keras.optimizers, keras.optimizers.Optimizer)
LOSSES = classes(keras.losses, keras.losses.Loss)
METRICS = classes(keras.metrics, keras.metrics.Metric)


def options(function: Callable[..., Any]) -> list[str]:
    """The names of what it takes."""
    given = inspect.signature(function).parameters.values()
    return [each.name for each in given if each.kind is not each.VAR_KEYWORD and each.name != "self"]


def own_options(kind: Callable[..., Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Every option of its own that has a value here, made anew."""
    return {name: _made(values[name]) for name in options(kind) if name in values}


def _made(value: Any) -> Any:
    return value() if inspect.isfunction(value) and value.__name__ == "<lambda>" else value


def _by_shape() -> Callable[[Any], Any]:
    first, second = keras.optimizers.SGD(0.1), keras.optimizers.Adam(0.01)
    return lambda variable: first if len(variable.shape) == 1 else second


METRICS_OF_ONE_OUTPUT = ("BinaryAccuracy", "BinaryCrossentropy", "BinaryIoU", "AUC", "Hinge")

ALONG_ROWS = ("PearsonCorrelation", "ConcordanceCorrelation", "CosineSimilarity")
"""Metrics that axis=0 makes into one number an output, of all rows of a batch."""
