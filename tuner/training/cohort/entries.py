"""Keras models as members of cohorts, for whoever does not know which framework there is.

Leaves to others: which models may be members (alike).
"""

from typing import Any

import keras

from tuner.data.dataset import Dataset
from tuner.training.checkpoint import Checkpoint
from tuner.training.cohort.port import ModelEntry
from tuner.training.plan import TrainPlan


def models_may_be_members() -> bool:
    """Cohorts are programs of JAX."""
    return bool(keras.backend.backend() == "jax")


def model_entry(model: Any, dataset: Dataset, plan: TrainPlan, resume: Checkpoint | None = None) -> ModelEntry | None:
    """As `alike.model_entry` says; None where models can be no members at all."""
    if not models_may_be_members():
        return None
    from tuner.training.cohort import alike

    return alike.model_entry(model, dataset, plan, resume)
