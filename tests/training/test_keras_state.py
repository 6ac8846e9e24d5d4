"""What a person's code says to Keras holds for its own networks, and for nobody else's."""

from pathlib import Path
from typing import Any

import keras
import pytest
import tensorflow as tf
from keras.src.saving import serialization_lib

from tuner.data.dataset import DataInfo, Dataset
from tuner.data.preprocessing import Preprocessing, fit
from tuner.errors import TrialFailed
from tuner.spec.code import CodeName, find_code
from tuner.spec.families import mlp
from tuner.spec.space import fixed
from tuner.training import keras_state
from tuner.training.custom.loading import keras_of
from tuner.training.custom.python_network import PythonNetwork, network
from tuner.training.network import FamilyNetwork
from tuner.training.networks.models import load_bytes
from tuner.training.plan import TrainPlan
from tuner.training.trainer import go_on

HEAD = "import keras\nimport tensorflow as tf\n"
BUILD = """
def build_model(hp):
    layers = [keras.layers.Flatten(), keras.layers.Dense(hp.Int('width', 4, 8)), keras.layers.Dense(10)]
    model = keras.Sequential(layers)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile('adam', loss, metrics=['accuracy'])
    return model
"""
SAID = """
keras.config.set_dtype_policy('mixed_float16')
keras.config.set_floatx('float64')
keras.config.set_image_data_format('channels_first')
keras.config.set_epsilon(1e-3)
keras.config.disable_traceback_filtering()
keras.config.enable_interactive_logging()
keras.config.disable_flash_attention()
keras.config.enable_unsafe_deserialization()
keras.config.set_max_epochs(1)
keras.config.set_max_steps_per_epoch(3)
tf.config.run_functions_eagerly(True)
"""


@pytest.fixture(autouse=True)
def known() -> Any:
    with keras_state.kept():
        keras_state.begin()
        yield


def made(folder: Path, text: str, info: DataInfo, name: str = "net") -> PythonNetwork:
    file = folder / f"{name}.py"
    file.write_text(text)
    code = find_code(str(file))
    return network(
        code, CodeName("keras_tuner", str(file), "build_model"), lambda each: each.default, {}, (), info, seed=1
    )


def policy(network: PythonNetwork) -> str:
    return str(network.model.layers[1].dtype_policy.name)


def test_what_code_says_at_import_holds_for_all_its_networks_and_no_others(tmp_path: Path, digits: Dataset) -> None:
    before = keras_state.read()
    for _ in range(2):
        assert policy(made(tmp_path, HEAD + SAID + BUILD, digits.info, "loud")) == "mixed_float16"
        assert keras_state.read() == before
        assert policy(made(tmp_path, HEAD + BUILD, digits.info, "quiet")) == "float32"
    with keras_of(find_code(str(tmp_path / "loud.py"))):
        assert (keras.config.floatx(), tf.config.functions_run_eagerly()) == ("float64", True)
        assert serialization_lib.in_safe_mode() is False
    assert keras_state.read() == before


def test_what_a_build_says_holds_for_that_network_until_its_end(tmp_path: Path, digits: Dataset) -> None:
    text = HEAD + BUILD.replace("def build_model(hp):", f"def build_model(hp):\n    {'; '.join(SAID.split())}")
    before = keras_state.read()
    loud, quiet = made(tmp_path, text, digits.info, "loud"), made(tmp_path, HEAD + BUILD, digits.info, "quiet")
    assert (policy(loud), policy(quiet)) == ("mixed_float16", "float32")
    with loud.guard():
        assert tf.config.functions_run_eagerly()
    assert keras_state.read() == before
    with pytest.raises(TrialFailed, match="no_such_layer"):
        made(tmp_path, text.replace("keras.layers.Flatten", "keras.layers.no_such_layer"), digits.info, "broken")
    assert keras_state.read() == before


def test_classes_of_one_name_are_each_that_of_its_own_code(tmp_path: Path, digits: Dataset) -> None:
    text = (
        "import keras\n@keras.saving.register_keras_serializable()\nclass Times(keras.layers.Layer):\n"
        "    def call(self, x): return FACTOR * keras.ops.cast(x, 'float32')\n"
    )
    text += BUILD.replace("keras.layers.Flatten()", "Times(), keras.layers.Flatten()")
    plan = TrainPlan(None, 1, "val_accuracy", "maximize", None, seed=0)
    exported = []
    for factor in ("1.0", "0.0"):
        one = made(tmp_path, text.replace("FACTOR", factor), digits.info, f"times_{factor[0]}")
        one.train(digits, lambda kind: fit(kind, digits.train.x), plan, None, go_on)
        exported.append((find_code(str(tmp_path / f"times_{factor[0]}.py")), one.export()))
    spread = []
    for code, each in exported:
        assert each.name == "model.keras", each.problem
        with keras_of(code):
            outputs = load_bytes(each.data).predict(digits.test.x[:20], verbose=0)
        spread.append(float(outputs.std(axis=0).max()))
    assert spread[0] > 0.01 > 1e-6 > spread[1]
    assert not any("Times" in name for name in keras.saving.get_custom_objects())


def test_names_of_metrics_are_counted_from_the_beginning_for_each_network(tmp_path: Path, digits: Dataset) -> None:
    text = HEAD + BUILD.replace("metrics=['accuracy']", "metrics=[keras.metrics.MeanSquaredError(), 'accuracy']")
    text += "import keras_tuner\nfor _ in range(3): build_model(keras_tuner.HyperParameters())\n"
    plan = TrainPlan(None, 1, "val_mean_squared_error", "minimize", None, seed=0)
    for _ in range(2):
        one = made(tmp_path, text.replace("MeanSquaredError()", "SparseCategoricalAccuracy()"), digits.info)
        names = [each.name for each in one.model.layers]
        assert names == ["flatten", "dense", "dense_1"]
        result = one.train(
            digits, lambda kind: fit(kind, digits.train.x),
            TrainPlan(**{**plan.__dict__, "monitor": "val_sparse_categorical_accuracy"}), None, go_on,
        )  # fmt: skip
        assert result.best_epoch == 1


def test_every_setting_of_keras_is_known() -> None:
    """A new one has to be given back, too; or it is one of those that a process cannot change twice."""
    settings = {name for name in dir(keras.config) if not name.startswith("_")}
    changed = {name.partition("_")[2] for name in settings if name.partition("_")[0] in ("set", "enable", "disable")}
    known = {*keras_state.read().settings, "unsafe_deserialization"}
    assert changed - known == {"backend"}


def test_a_home_with_another_float_and_order_of_channels_is_not_asked() -> None:
    keras.config.set_floatx("float16")
    keras.config.set_image_data_format("channels_first")
    keras_state.begin()
    assert (keras.config.floatx(), keras.config.image_data_format()) == ("float32", "channels_last")
    assert keras.layers.Dense(1).dtype_policy.name == "float32"
    keras_state.begin("mixed_float16")
    assert keras.layers.Dense(1).dtype_policy.name == "mixed_float16"


def test_a_network_of_another_precision_than_float32_is_no_member_of_a_cohort(digits: Dataset) -> None:
    member = FamilyNetwork(mlp(fixed({})), ())
    plan = TrainPlan(None, 1, "val_loss", "minimize", None, seed=0)

    def fitted(kind: str) -> Preprocessing:
        return fit(kind, digits.train.x)

    assert member.entry(digits, fitted, plan, None) is not None
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        assert member.entry(digits, fitted, plan, None) is None
    finally:
        keras.config.set_dtype_policy(before)
    assert member.entry(digits, fitted, plan, None) is not None
