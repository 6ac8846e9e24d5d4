"""The metrics that a search-space file can name, for which task, and whether more or less of each is better.

Names only: no Keras here.
Owns: our short names and Keras' own, which are known without importing Keras; what a direction means for two values.
Leaves to others: the Keras objects (training).
"""

from collections.abc import Mapping
from typing import Literal

from tuner.spec.families import Task

Direction = Literal["maximize", "minimize"]


def sign(direction: Direction) -> float:
    """1.0 where more is better, else -1.0: of values times it, the largest is the best."""
    return 1.0 if direction == "maximize" else -1.0


def beats(value: float, other: float, direction: Direction) -> bool:
    """Whether it is better; equal values and what is not a number beat nothing."""
    return sign(direction) * value > sign(direction) * other


ALIASES: Mapping[str, str] = {
    "r2": "R2Score",
    "rmse": "RootMeanSquaredError",
    "f1": "F1Score",
    "top5": "TopKCategoricalAccuracy",
    "log_cosh": "LogCoshError",
}
"""Our short names for what Keras knows under a longer one only."""

_ERRORS = (
    "mse", "mae", "mape", "msle", "mean_squared_error", "mean_absolute_error", "mean_absolute_percentage_error",
    "mean_squared_logarithmic_error", "root_mean_squared_error", "log_cosh_error", "rmse", "log_cosh",
)  # fmt: skip
_FITS = ("r2", "r2_score", "pearson_correlation", "concordance_correlation", "cosine_similarity")
_COUNTED = (
    "accuracy", "auc", "precision", "recall", "f1", "f1_score", "f_beta_score", "balanced_accuracy", "top5",
    "top_k_categorical_accuracy", "sparse_top_k_categorical_accuracy", "categorical_accuracy",
    "sparse_categorical_accuracy", "binary_accuracy",
)  # fmt: skip
_DISTANCES = (
    "categorical_crossentropy", "sparse_categorical_crossentropy", "binary_crossentropy", "kl_divergence",
    "categorical_hinge", "hinge", "squared_hinge", "poisson", "mse", "mae", "mean_squared_error",
    "mean_absolute_error", "root_mean_squared_error", "rmse",
)  # fmt: skip

METRICS: Mapping[Task, Mapping[str, Direction]] = {
    "regression": {
        **dict.fromkeys(_ERRORS, "minimize"),
        **dict.fromkeys(_FITS, "maximize"),
    },
    "classification": {
        **dict.fromkeys(_COUNTED, "maximize"),
        **dict.fromkeys(_DISTANCES, "minimize"),
    },
}
"""By task, each metric and its better direction; `key` takes Keras' class names too."""


def key(name: str) -> str:
    """A metric's name as it stands in `METRICS`: `R2Score` and `r2_score` are one."""
    plain = name.replace("_", "").lower()
    return _BY_PLAIN_NAME.get(plain, name)


_BY_PLAIN_NAME = {
    name.replace("_", "").lower(): name for names in METRICS.values() for name in names
}  # fmt: skip
