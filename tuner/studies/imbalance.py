"""One class that most rows are of: what a network gains by saying it to every row, said before the first trial.

Owns: when that is worth a word, and the words.
Leaves to others: what a guess comes to by any metric (training.guessing), that no guess becomes a champion (champion).
"""

import numpy as np

from tuner.data.dataset import Dataset
from tuner.spec.study_spec import StudySpec

_OF_TWO, _OF_MORE = 0.75, 0.5
"""Shares of the rows from which on one class is far more common than the others."""


def common_class(dataset: Dataset) -> tuple[str, float] | None:
    """The most common class and its share of the training rows, where it is far more common than the others."""
    names = dataset.info.class_names
    if len(names) < 2 or dataset.info.streamed:
        return None
    counts = np.bincount(dataset.train.y.astype(np.intp), minlength=len(names))
    most, share = int(counts.argmax()), float(counts.max() / counts.sum())
    return (names[most], share) if share >= (_OF_TWO if len(names) == 2 else _OF_MORE) else None


def imbalance_in_words(spec: StudySpec, dataset: Dataset) -> str:
    """What that means for the study's objective; empty where it means nothing."""
    found = common_class(dataset)
    if found is None or not spec.objective.metric.endswith("accuracy"):
        return ""
    name, share = found
    others = "val_auc, val_f1 or val_balanced_accuracy"
    if len(dataset.info.class_names) != 2:
        others = "val_f1 or val_balanced_accuracy"
    return (
        f"{share:.0%} of the training rows are of class {name!r}: a network that says so of every row has an accuracy "
        f"of {share:.2f}. objective: {others} tells more, "
        "and class_weight: balanced has rare classes count as much"
    )
