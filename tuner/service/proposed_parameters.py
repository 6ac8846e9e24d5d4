"""What is searched for data that came without a space: a family by the shape of a row, ranges by the number of rows.

Owns: the ranges.
Leaves to others: what a parameter is (spec), the data (proposed_sources).
"""

from collections.abc import Mapping
from typing import Any

from tuner.data.dataset import DataInfo

Content = dict[str, Any]
_FEW, _MANY = 1_000, 20_000


def content_of(info: DataInfo, imbalanced: bool) -> Content:
    """All of a space file behind its `dataset:`. imbalanced: most rows are of one class."""
    family = _family(info)
    own = {"mlp": _mlp, "cnn": _cnn, "timeseries": _timeseries, "text": _text}[family]
    parameters = {**own(info), **_training(info, imbalanced)}
    baseline = {name: _middle(domain) for name, domain in parameters.items()}
    return {
        "model": family,
        **_objective(info, imbalanced),
        "parameters": parameters,
        "baselines": {"proposed": {name: value for name, value in baseline.items() if value is not None}},
        "search": {"trials": 30, "sampler": "tpe", "pruner": "asha", "patience": 5},
    }


def _family(info: DataInfo) -> str:
    if info.text:
        return "text"
    if info.images:
        return "cnn"
    return "timeseries" if len(info.input_shape) == 2 else "mlp"


def _objective(info: DataInfo, imbalanced: bool) -> Content:
    if info.task == "regression":
        return {"objective": {"metric": "val_mae", "direction": "minimize"}}
    if not imbalanced:
        return {"objective": {"metric": "val_accuracy", "direction": "maximize"}}
    metric = "auc" if info.outputs == 2 else "f1"
    return {"objective": {"metric": f"val_{metric}", "direction": "maximize"}, "metrics": [metric]}


def _mlp(info: DataInfo) -> Content:
    widest = 64 if info.train_rows < _FEW else 256
    return {
        "hidden_layers": {"int": [1, 3]},
        "units": {"int": [8, widest], "log": True, "per": "hidden_layer"},
        "activation": ["relu", "elu", "silu"],
        "dropout": {"float": [0.0, 0.5]},
        "l2": {"float": [1.0e-6, 1.0e-2], "log": True},
        "normalization": ["standard", "minmax"] if len(info.input_shape) == 1 else ["minmax", "standard"],
    }


def _cnn(info: DataInfo) -> Content:
    return {
        "blocks": {"int": [1, 3]},
        "filters": {"choice": [8, 16, 32], "per": "block"},
        "kernel_size": 3,
        "batch_normalization": [False, True],
        "head": ["flatten", "global_average"],
        "head_units": [0, 64],
        "dropout": {"float": [0.0, 0.5]},
        "activation": ["relu", "elu"],
        "augmentation": ["none", "shift"],
        "normalization": ["minmax", "standard"],
    }


def _timeseries(info: DataInfo) -> Content:
    return {
        "blocks": {"int": [1, 3]},
        "filters": {"choice": [8, 16, 32], "per": "block"},
        "kernel_size": [3, 5, 7],
        "pooling": ["max", "average", "none"],
        "head": ["flatten", "global_average"],
        "head_units": [0, 32],
        "dropout": {"float": [0.0, 0.5]},
        "activation": ["relu", "elu"],
        "normalization": ["standard", "minmax"],
    }


def _text(info: DataInfo) -> Content:
    return {
        "reader": ["convolution", "average", "gru"],
        "embedding": [16, 32, 64],
        "embedding_dropout": {"float": [0.0, 0.3]},
        "units": {"int": [8, 64], "log": True},
        "sequence_length": [50, 200],
        "dropout": {"float": [0.0, 0.5]},
    }


def _training(info: DataInfo, imbalanced: bool) -> Content:
    rows = info.train_rows
    sizes = [8, 16, 32] if rows < _FEW else [32, 64, 128] if rows < _MANY else [64, 128, 256]
    epochs = [10, 40] if rows < _FEW else [5, 25] if rows < _MANY else [4, 12]
    found: Content = {
        "optimizer": ["adam", "nadam", "rmsprop"],
        "learning_rate": {"float": [3.0e-4, 3.0e-2], "log": True},
        "schedule": ["constant", "cosine"],
        "batch_size": [each for each in sizes if each <= rows] or sizes[:1],
        "epochs": {"int": epochs},
    }
    if info.task == "regression":
        found |= {"loss": ["mse", "huber"], "target_normalization": "standard"}
    elif imbalanced:
        found |= {"class_weight": ["none", "balanced"]}
    return found


def _middle(domain: Any) -> Any:
    """A value to begin with: the middle of a range, the first of several; None where there is only one."""
    if isinstance(domain, list):
        return domain[0]
    if not isinstance(domain, Mapping):
        return None
    if "choice" in domain:
        return domain["choice"][len(domain["choice"]) // 2]
    kind = "int" if "int" in domain else "float"
    low, high = domain[kind]
    middle = (low * high) ** 0.5 if domain.get("log") else (low + high) / 2
    return round(middle) if kind == "int" else float(f"{middle:.2g}")
