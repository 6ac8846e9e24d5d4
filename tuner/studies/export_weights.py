"""A trial's weights taken out of the study, where Keras cannot make its network again from a file: its code does.

Owns: the files that stand in the place of a model file, and the end of the script that builds the network and predicts.
Leaves to others: the other files (export), saving the weights (training).
"""

import io
import json
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tuner.data.dataset import Dataset
from tuner.spec.code import CodeName
from tuner.spec.space import Params
from tuner.studies.export_script import QUIET_KERAS

_KEPT = ("model.weights.h5", "normalization.npz")

END = (
    f"""{QUIET_KERAS}import importlib.util, inspect, types
"""
    + """
network = json.loads((here / "network.json").read_text())
sys.path.insert(0, str(code.parent))
sys.argv = [str(code)]
found = importlib.util.spec_from_file_location(code.stem, code)
module = sys.modules[code.stem] = importlib.util.module_from_spec(found)
found.loader.exec_module(module)
maker, data = getattr(module, network["name"]), types.SimpleNamespace(**network["data"])
for key in ("inputs", "targets"):
    setattr(data, key, [types.SimpleNamespace(**each) for each in getattr(data, key, [])])
if network["style"] == "keras_tuner":
    import keras_tuner

    hp = keras_tuner.HyperParameters()
    hp.values.update(network["params"])
    if isinstance(maker, type):
        known = {"input_shape": tuple(data.input_shape), "classes": data.outputs, "num_classes": data.outputs}
        maker = maker(**{each: known[each] for each in inspect.signature(maker).parameters if each in known})
    model = maker.build(hp) if isinstance(maker, keras_tuner.HyperModel) else maker(hp)
else:
    import optuna

    trial = optuna.trial.FixedTrial(network["params"])
    made = maker(trial, data) if len(inspect.signature(maker).parameters) > 1 else maker(trial)
    model = made if isinstance(made, keras.Model) else made.model

rows = rows.astype(np.float32) if isinstance(rows, np.ndarray) else rows
if (here / "normalization.npz").exists():
    how = np.load(here / "normalization.npz")
    if "matrix" in how:
        rows = ((rows.reshape(len(rows), -1) - how["offset"]) @ how["matrix"]).reshape(rows.shape)
    elif "offset" in how:
        rows = (rows - how["offset"]) * how["scale"]
if not model.built:
    model(keras.tree.map_structure(lambda each: each[:1], rows))
model.load_weights(here / "model.weights.h5")
outputs = model.predict(rows, verbose=0)
if isinstance(outputs, np.ndarray) and getattr(model.loss, "from_logits", False):
    powers = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    outputs = 1 / (1 + np.exp(-outputs)) if outputs.shape[1] == 1 else powers / powers.sum(axis=1, keepdims=True)
"""
)
"""Of `predict.py`: `rows`, `names`, `here` and `code` are there; `answers_script` follows."""


def write_weights(folder: Path, stored: bytes) -> list[Path]:
    """What a stored WEIGHTS_ONLY file holds of use; gives the files."""
    with zipfile.ZipFile(io.BytesIO(stored)) as file:
        kept = [name for name in _KEPT if name in file.namelist()]
        for name in kept:
            (folder / name).write_bytes(file.read(name))
    return [folder / name for name in kept]


def network_json(code: CodeName, params: Params, dataset: Dataset | None) -> str:
    """What the script has to know to build the network: its code's name in the file, its parameters, its data."""
    data: dict[str, Any] = {}
    if dataset is not None:
        info = dataset.info
        data = {
            "name": info.name, "task": info.task, "input_shape": info.input_shape, "outputs": info.outputs,
            "class_names": info.class_names, "images": info.images, "train_rows": info.train_rows,
            "validation_rows": info.validation_rows, "test_rows": info.test_rows,
            "inputs": [asdict(each) for each in info.inputs], "targets": [asdict(each) for each in info.targets],
        }  # fmt: skip
    content = {"style": code.style, "name": code.name, "params": dict(params), "data": data}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
