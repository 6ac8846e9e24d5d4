"""The device as this process uses it: threads, memory, precision, set before the first tensor.

Owns: what has to be said to Keras' framework before it starts, and between two models; each framework's own part is
chosen here and nowhere else but in the trainer.
Leaves to others: which device (the environment of the process, set by whoever starts the loop).
"""

import gc
import itertools
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import keras

from tuner.errors import InputError
from tuner.training import keras_internals, keras_state

_KERNELS_KEPT_TRIALS = 8
_forgotten = itertools.count()


def prepare(
    threads: int, memory_mib: int = 0, mixed_precision: bool = False, cache: Path | None = None, room_mib: int = 0
) -> None:
    """Limit CPU threads and GPU memory (0 leaves the framework's choice); take GPU memory only as it is needed.

    mixed_precision: compute in 16 bits and keep weights in float32; not done without a GPU, where it is slower.
    room_mib: what the GPU has, where no limit is set; data that would fill half of it are fed to it instead.
    cache: a folder for programs that a framework keeps between processes; None keeps none.
    Raises InputError for a Keras on a framework that is not served.
    """
    name = keras.backend.backend()
    if name == "tensorflow":
        from tuner.training import backend_tensorflow

        precision = backend_tensorflow.prepare(threads, memory_mib, mixed_precision, room_mib)
    elif name == "jax":
        from tuner.training import backend_jax

        precision = backend_jax.prepare(threads, mixed_precision, cache)
    else:
        raise InputError(f"KERAS_BACKEND={name}: networks are trained on tensorflow or jax. Set one of them.")
    keras_state.begin(precision)


def versions() -> Mapping[str, str]:
    """Of Keras and the framework under it, for the record."""
    name = keras.backend.backend()
    return {"backend": name, **{f"version_{each}": version(each) for each in ("keras", name)}}


def forget() -> None:
    """Let go of what trained models leave behind in the process - names, graphs, kernels; Keras' settings stay.

    Without it every trial adds most of a MiB. Kernels are kept for some trials, which saves each of them 20 ms.
    """
    if keras.backend.backend() == "jax":
        from tuner.training.compiled import evaluation_jax

        evaluation_jax.forget()
    if next(_forgotten) % _KERNELS_KEPT_TRIALS:
        name_anew()
        gc.collect()
        return
    with keras_state.kept():
        keras.backend.clear_session()


def name_anew() -> None:
    """Let Keras count names - ``auc``, ``auc_1``, ``dense_3`` - from the beginning, as in a fresh process."""
    keras_internals.count_names_anew()
