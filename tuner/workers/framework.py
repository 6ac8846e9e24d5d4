"""Which framework Keras computes with in a worker, where nobody has said.

Owns: the choice. TensorFlow as it is installed knows no GPU; who installs JAX with CUDA (the extra `gpu`) wants it.
Leaves to others: that Keras finds it in the environment (devices), what each framework can do (training.backend).
"""

import importlib.util
import json
import os
from pathlib import Path

_PLUGINS = ("jax_cuda13_plugin", "jax_cuda12_plugin")


def framework(gpu: bool) -> str:
    """Its name, as of KERAS_BACKEND. gpu: whether the worker has one."""
    if said := os.environ.get("KERAS_BACKEND"):
        return said
    if gpu and any(importlib.util.find_spec(each) is not None for each in _PLUGINS):
        return "jax"
    return _of_keras()


def _of_keras() -> str:
    """As Keras chooses by itself."""
    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    try:
        found = json.loads((home / "keras.json").read_text()).get("backend")
    except (OSError, ValueError, AttributeError):
        found = None
    return found if isinstance(found, str) else "tensorflow"
