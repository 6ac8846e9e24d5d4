"""What Keras keeps for a whole process - precision, the order of channels, known classes - and whose it is.

Owns: which settings these are, the ones that every training begins with, and lending others for a while.
Leaves to others: who changes them: the code of a person, at its import for all that is made of it (loading), in a build
for that network alone (guard).

A file `keras.json` in somebody's home is not asked: rows are float32 with their channels last, here as on any machine.
Code that wants it otherwise says so with `keras.config`.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import keras
from keras import config

from tuner.training.keras_internals import global_attribute, set_global_attribute

_POLICY = "dtype_policy"
_SAFE = "safe_mode_saving"


def _switch(on: Callable[[], None], off: Callable[[], None]) -> Callable[[Any], None]:
    return lambda wanted: on() if wanted else off()


def _flash(wanted: Any) -> None:
    # None is Keras' own choice, which `enable_flash_attention` stands for.
    config.disable_flash_attention() if wanted is False else config.enable_flash_attention()


_SETTINGS: Mapping[str, tuple[Callable[[], Any], Callable[[Any], Any], Any]] = {
    "floatx": (config.floatx, config.set_floatx, "float32"),
    "epsilon": (config.epsilon, config.set_epsilon, 1e-7),
    "image_data_format": (config.image_data_format, config.set_image_data_format, "channels_last"),
    # Not `config.dtype_policy`, which makes one of the float type where none was set, and so sets it.
    _POLICY: (
        lambda: global_attribute(_POLICY),
        lambda policy: set_global_attribute(_POLICY, policy), None,
    ),
    "interactive_logging": (
        config.is_interactive_logging_enabled,
        # One line an epoch in the worker's log, instead of a bar drawn over and over.
        _switch(config.enable_interactive_logging, config.disable_interactive_logging), False,
    ),
    "traceback_filtering": (
        config.is_traceback_filtering_enabled,
        _switch(config.enable_traceback_filtering, config.disable_traceback_filtering), True,
    ),
    # What `config.enable_unsafe_deserialization` changes: whether loading a model may run code that is in its file.
    _SAFE: (
        lambda: global_attribute(_SAFE),
        lambda safe: set_global_attribute(_SAFE, safe), None,
    ),
    "flash_attention": (config.is_flash_attention_enabled, _flash, None),
    "max_epochs": (config.max_epochs, config.set_max_epochs, None),
    "max_steps_per_epoch": (config.max_steps_per_epoch, config.set_max_steps_per_epoch, None),
    "distribution": (keras.distribution.distribution, keras.distribution.set_distribution, None),
}  # fmt: skip
"""How each is read and written, and what it is before anybody has said anything."""


@dataclass(frozen=True)
class KerasState:
    """settings: by name. framework: those of the framework below. classes: by the name under which Keras knows them."""

    settings: Mapping[str, Any]
    framework: Mapping[str, Any]
    classes: Mapping[str, Any]


def read() -> KerasState:
    """As it is."""
    settings = {name: get() for name, (get, _, _) in _SETTINGS.items()}
    return KerasState(settings, _of_framework(), dict(keras.saving.get_custom_objects()))


def write(state: KerasState) -> None:
    """As it was read."""
    for name, (get, put, _) in _SETTINGS.items():
        if get() != state.settings[name]:
            put(state.settings[name])
    if (now := _of_framework()) != state.framework:
        _change_framework(now, state.framework)
    known = keras.saving.get_custom_objects()
    if known != state.classes:
        known.clear()
        known.update(state.classes)


def in_float32() -> bool:
    """Networks compute and keep their weights in it, as nobody has said otherwise."""
    policy = global_attribute(_POLICY)
    return config.floatx() == "float32" and getattr(policy, "name", "float32") == "float32"


def begin(precision: str | None = None) -> None:
    """Known settings, whatever a file in somebody's home says. precision: a policy; None is float32 throughout."""
    for name, (_, put, usual) in _SETTINGS.items():
        if name == _POLICY and precision is not None:
            config.set_dtype_policy(precision)
        else:
            put(usual)


@contextmanager
def kept() -> Iterator[None]:
    """Afterwards all is as it was before."""
    before = read()
    try:
        yield
    finally:
        write(before)


def _of_framework() -> Mapping[str, Any]:
    if keras.backend.backend() != "tensorflow":
        return {}
    import tensorflow as tf

    return {"eager": tf.config.functions_run_eagerly(), "jit": tf.config.optimizer.get_jit()}


def _change_framework(now: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    import tensorflow as tf

    if now["eager"] != wanted["eager"]:
        tf.config.run_functions_eagerly(wanted["eager"])
    if now["jit"] != wanted["jit"]:
        tf.config.optimizer.set_jit(wanted["jit"] or False)
