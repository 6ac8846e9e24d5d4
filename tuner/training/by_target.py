"""What a network with several outputs says of each of several targets.

Owns: which output is whose, and whether it can be compared with its target.
Leaves to others: one target's figures (networks.models), which of them is told first (runs.scoring).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuner.data.dataset import DataInfo
from tuner.data.fields import Field
from tuner.data.records import without_names

NO_TARGET = "no output can be compared with its target: they differ in size"


def by_target(model: Any, given: Any, info: DataInfo) -> Mapping[str, NDArray[np.float32]]:
    """The outputs for each target that they can be compared with, (rows, outputs).

    given: what the model predicts. Classes: scores of each, or that of the second of two; else as many numbers as the
    target has.
    """
    found = _named(model, given, info)
    return {
        each.name: np.asarray(found[each.name], np.float32).reshape(len(found[each.name]), -1)
        for each in info.targets
        if each.name in found and _is_comparable(np.shape(found[each.name])[1:], each)
    }


def _named(model: Any, given: Any, info: DataInfo) -> Mapping[str, Any]:
    names = [each.name for each in info.targets]
    if isinstance(given, Mapping):
        return given
    outputs = list(given) if isinstance(given, list | tuple) else [given]
    if without_names(names):
        return dict(zip(names, outputs, strict=False))
    own = list(getattr(model, "output_names", None) or names)
    return dict(zip(own, outputs, strict=False)) if set(names) <= set(own) else dict(zip(names, outputs, strict=False))


def _is_comparable(shape: tuple[int, ...], target: Field) -> bool:
    if target.class_names:
        classes = len(target.class_names)
        return len(shape) == 1 and (shape[0] >= classes > 1 or (shape[0] == 1 and classes <= 2))
    return int(np.prod(shape)) == int(np.prod(target.shape))
