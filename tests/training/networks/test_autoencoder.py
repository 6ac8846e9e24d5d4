"""Networks whose targets are the rows themselves."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest
from sklearn.datasets import load_iris

from tests.data.test_texts import TEXTS, loaded
from tuner.data.dataset import Dataset
from tuner.data.preprocessing import fit
from tuner.data.sources import load
from tuner.errors import DataError
from tuner.spec.families import CONFIGURE, AutoencoderConfig
from tuner.spec.families.sizes import size
from tuner.spec.sources import DataSpec, of_family, read_data
from tuner.spec.space import fixed
from tuner.spec.study_spec import parse_spec
from tuner.studies.resolved_spec import resolve, restore
from tuner.training.networks.models import build, parameters, predict
from tuner.training.plan import TrainPlan
from tuner.training.trainer import train


@pytest.fixture(scope="module")
def itself() -> Dataset:
    return load(of_family(DataSpec("digits"), images=False, reconstruct=True), seed=0)


def configured(**params: Any) -> AutoencoderConfig:
    usual = {"units": 12, "code": 3, "epochs": 2, "batch_size": 100, "normalization": "minmax"}
    config = CONFIGURE["autoencoder"](fixed({**usual, **params}), "regression", True)
    assert isinstance(config, AutoencoderConfig)
    return config


def test_rows_are_their_own_targets(itself: Dataset, digits: Dataset) -> None:
    np.testing.assert_array_equal(itself.train.x, digits.train.x)
    np.testing.assert_array_equal(itself.train.y, digits.train.x.reshape(len(digits.train), -1))
    assert (itself.info.task, itself.info.outputs, itself.info.class_names) == ("regression", 64, ())
    assert itself.digest != digits.digest


def test_a_table_is_given_out_as_it_is_encoded(tmp_path: Path) -> None:
    frame = load_iris(as_frame=True).frame.assign(colour=["red", "blue", "red"] * 50)
    frame.to_csv(tmp_path / "t.csv", index=False)
    data = read_data({"csv": "t.csv", "target": "target"}, 0.2, tmp_path, "space.yaml")
    found = load(of_family(data, images=False, reconstruct=True), seed=0)
    assert found.info.outputs == 4 + 2
    np.testing.assert_array_equal(found.validation.y, found.validation.x)
    assert pandas.DataFrame(found.test.y).iloc[:, -2:].sum(axis=1).eq(1).all()


def test_texts_are_refused(tmp_path: Path) -> None:
    loaded(tmp_path, TEXTS)
    data = of_family(read_data({"npz": "t.npz"}, 0.2, tmp_path, "space.yaml"), images=False, reconstruct=True)
    with pytest.raises(DataError, match="texts, are not given out again"):
        load(data, seed=0)


def test_a_study_of_one_is_stored_as_one() -> None:
    text = "dataset: digits\nmodel: autoencoder\nparameters: {code: [4, 8], epochs: 2}\n"
    spec = parse_spec(text, "space", Path(), "space.yaml")
    assert (spec.task, spec.objective.metric, spec.data.reconstruct) == ("regression", "val_mae", True)
    back = restore(resolve(spec), "space", text, Path(), "stored")
    assert (back.task, back.data) == (spec.task, spec.data)


@pytest.mark.parametrize("params", [
    {"hidden_layers": 0}, {"hidden_layers": 2, "batch_normalization": True, "activation": "prelu", "l2": 1e-4},
], ids=str)  # fmt: skip
def test_both_paths_agree_and_the_size_is_counted(itself: Dataset, params: Any) -> None:
    config, found = configured(**params), []
    for path in ("fit", "compiled"):
        model = build(config, itself.info, fit("minmax", itself.train.x), ("mse",), seed=1)
        plan: Any = TrainPlan(100, 2, "val_mse", "minimize", None, seed=5, path=path)
        found.append(train(model, itself, plan).epochs[-1]["val_mse"])
        assert size(config, itself.info.input_shape, 64).parameters == parameters(model)
    assert found[0] == pytest.approx(found[1], rel=1e-4)
    assert predict(model, itself.test.x).shape == (len(itself.test), 64)
