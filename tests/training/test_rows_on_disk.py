"""Networks learn from rows that stay in a file what they learn from the same rows in memory."""

from pathlib import Path as File
from typing import Any

import keras
import numpy as np
import pytest

from tests.data.test_images import write
from tests.training.conftest import Plan
from tuner.data.dataset import Dataset
from tuner.data.preprocessing import fit
from tuner.data.sources import load
from tuner.runs.scoring import score
from tuner.spec.families import cnn, mlp
from tuner.spec.sources import read_data
from tuner.spec.space import fixed
from tuner.training.compiled import device_rows, epoch_tensorflow
from tuner.training.network import FamilyNetwork
from tuner.training.networks.models import load_bytes
from tuner.training.plan import Path
from tuner.training.trainer import go_on


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> File:
    return write(tmp_path_factory.mktemp("folder") / "digits", 0, 150, mode="RGB")


@pytest.fixture
def both(folder: File, tmp_path: File, monkeypatch: pytest.MonkeyPatch) -> tuple[Dataset, Dataset]:
    """The same folder, in memory and on disk."""
    monkeypatch.setenv("TUNER_CACHE", str(tmp_path))
    held, read = (
        load(read_data({"images": str(folder), "stream": stream}, 0.2, File(), "space.yaml"), seed=0)
        for stream in (False, True)
    )
    return held, read


@pytest.mark.parametrize(
    ("path", "family", "params"),
    [
        ("compiled", mlp, {"units": 8, "normalization": "standard", "input_dropout": 0.2}),
        ("compiled", mlp, {"units": 8, "normalization": "whiten"}),
        ("compiled", cnn, {"blocks": 1, "filters": 4, "normalization": "minmax"}),
        ("compiled", cnn, {"blocks": 1, "filters": 4, "normalization": "none", "augmentation": "flip"}),
        ("fit", cnn, {"blocks": 1, "filters": 4, "normalization": "minmax"}),
    ],
)
def test_figures_model_answers_and_score_are_the_same(
    both: tuple[Dataset, Dataset], plan: Plan, path: Path, family: Any, params: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    # So that the validation rows come in several pieces, too.
    monkeypatch.setattr(device_rows, "_VALUES_AT_ONCE", 8 * 8 * 3 * 16)
    monkeypatch.setattr(epoch_tensorflow, "_VALIDATION_BATCH", 16)
    found = []
    for data in both:
        network = FamilyNetwork(family(fixed({"epochs": 2, "batch_size": 32, **params})), ("f1",))
        fitted = {kind: fit(kind, data.train.x) for kind in ("none", "minmax", "standard", "whiten")}
        result = network.train(data, fitted.__getitem__, plan(path=path), None, go_on)
        answers = network.answers(data)
        assert answers is not None
        model = load_bytes(network.export().data)
        found.append((result, answers, score(model, data), [each.numpy() for each in network.model.variables]))
        assert result.path.partition(":")[0] == path
        keras.utils.clear_session(free_memory=False)
    (held, answered, scored, weights), (read, answered_too, scored_too, weights_too) = found
    for one, other in zip(held.epochs, read.epochs, strict=True):
        assert dict(one) == pytest.approx(dict(other), rel=1e-4, abs=1e-5)
    for one, other in zip(weights, weights_too, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4)
    assert scored == pytest.approx(scored_too, rel=1e-3)
    np.testing.assert_array_equal(answered.counts, answered_too.counts)
    np.testing.assert_array_equal(answered.images, answered_too.images)
    assert len(answered.images) > 0


def test_the_last_training_on_all_rows_takes_those_of_validation_too(both: tuple[Dataset, Dataset]) -> None:
    held, read = (each.train.and_then(each.validation) for each in both)
    np.testing.assert_array_equal(held.x, np.asarray(read.x))
    np.testing.assert_array_equal(held.y, read.y)
