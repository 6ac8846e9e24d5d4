"""What is known of a trial beside its figures, and its files, over HTTP; a line where it was not kept."""

import io
from collections.abc import Iterator
from dataclasses import replace

import httpx
import numpy as np
import pytest
from PIL import Image

from tests.analysis.written import TRIALS, write_study
from tests.database.conftest import opening
from tests.web.conftest import client_of, settings_for
from tuner.data.answers import Answers, answers
from tuner.data.dataset import Dataset
from tuner.database import runs
from tuner.database.blobs import blob_store
from tuner.studies import trial_files


@pytest.fixture(scope="module")
def kept(digits: Dataset) -> Answers:
    rows = digits.validation
    chance = np.random.default_rng(0).dirichlet(np.ones(10), len(rows)).astype(np.float32)
    return answers(chance, rows, digits.info)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, kept: Answers) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("found")
    settings = settings_for(f"sqlite:///{folder / 'tuner.db'}", folder)
    with opening(settings.storage) as db:
        looked = {f"health/layer_{layer}/gradient_norm": 0.5 for layer in (1, 2, 10)}
        write_study(db, "s", [replace(TRIALS[0], further=looked), *TRIALS[1:]])
        store = blob_store(db, settings.artifacts)
        trial = runs.view_trial(db, "s", 0)
        trial_files.keep(store, trial.blob_name, kept, "Dense 32, relu\nDense 10, softmax")
        store.put(trial.blob_name("model.keras"), b"model")
        regression = replace(
            kept, counts=kept.counts[:0], images=kept.images[:0], points=np.array([[1, 2], [3, 5]], np.float32)
        )
        trial_files.keep(store, runs.view_trial(db, "s", 1).blob_name, regression, "Dense 1")
    with client_of(settings) as made:
        yield made


def test_a_verdict_comes_with_its_remedy(client: httpx.Client) -> None:
    found = client.get("/studies/s/trials/3/findings").json()
    assert found["verdicts"] == [
        {"illness": "diverged", "verdict": "diverged at epoch 1: learning rate 0.09 with sgd", "remedy": "Smaller."}
    ]
    assert (found["state"], found["reason"]) == ("diverged", "loss is not finite at epoch 1")
    assert (found["trained"]["device"], found["trained"]["parameters"], found["trained"]["seed"]) == ("cpu", 2410, 3)


def test_layers_are_told_in_words_and_by_what_was_measured(client: httpx.Client) -> None:
    found = client.get("/studies/s/trials/0/layers").json()
    assert found["architecture"] == ["Dense 32, relu", "Dense 10, softmax"]
    assert found["epochs"] == [1, 2, 3, 4, 5, 6]
    assert [each["layer"] for each in found["layers"]] == ["layer_1", "layer_2", "layer_10"]
    assert found["layers"][0]["measures"] == {"gradient_norm": [0.5] * 6}


def test_the_confusion_is_that_of_the_network(client: httpx.Client, kept: Answers) -> None:
    found = client.get("/studies/s/trials/0/confusion").json()
    assert found["counts"] == kept.counts.tolist()
    assert found["class_names"] == [str(each) for each in range(10)]


def test_mistakes_have_pictures(client: httpx.Client, kept: Answers) -> None:
    found = client.get("/studies/s/trials/0/mistakes").json()["mistakes"]
    assert len(found) == len(kept.worst)
    assert (found[0]["true"], found[0]["chosen"]) == tuple(map(str, kept.worst[0].tolist()))
    answer = client.get("/studies/s/trials/0/mistakes/0")
    assert answer.headers["content-type"] == "image/png"
    pixels = np.asarray(Image.open(io.BytesIO(answer.content)).convert("L")).astype(float)
    assert pixels.shape == kept.images[0].shape[:2]
    # Dark on light: the brightest pixel of the data is the darkest of the picture.
    assert np.corrcoef(pixels.ravel(), kept.images[0][:, :, 0].ravel())[0, 1] < -0.99
    assert "pictures of mistakes" in client.get("/studies/s/trials/0/mistakes/999").json()["detail"]


def test_a_regression_has_predictions_and_no_confusion(client: httpx.Client) -> None:
    found = client.get("/studies/s/trials/1/predictions").json()
    assert (found["true"], found["predicted"]) == ([1.0, 3.0], [2.0, 5.0])
    assert "see the predictions" in client.get("/studies/s/trials/1/confusion").json()["detail"]
    assert "see the confusion" in client.get("/studies/s/trials/0/predictions").json()["detail"]


def test_files_are_listed_and_each_is_given(client: httpx.Client) -> None:
    listed = client.get("/studies/s/trials/0/files").json()["files"]
    names = ["parameters.yaml", "curves.png", "architecture.txt", "model.keras", "confusion.png", "mistakes.png"]
    assert [each["name"] for each in listed] == names
    for each in listed:
        answer = client.get(f"/studies/s/trials/0/files/{each['name']}")
        assert answer.status_code == 200
        assert answer.headers["content-type"].partition(";")[0] == each["media_type"]
        assert f's-trial-0-{each["name"]}"' in answer.headers["content-disposition"]
        if each["media_type"] == "image/png":
            assert Image.open(io.BytesIO(answer.content)).width > 300
    assert client.get("/studies/s/trials/0/files/model.keras").content == b"model"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("2/confusion", "the answers of trial 2 of s were not kept: it is pruned; only complete trials have them."),
        ("4/mistakes", "another artifact folder may have them"),
        ("2/layers", "nothing is known of the layers of trial 2 of s: it is pruned"),
        ("2/files/confusion.png", "has no file 'confusion.png'. Did you mean"),
        ("2/files/..%2F..%2Ftuner.db", "has no file"),
        ("99/findings", "study 's' has no trial 99."),
    ],
)
def test_what_there_is_not_is_said_in_a_line(client: httpx.Client, path: str, words: str) -> None:
    answer = client.get(f"/studies/s/trials/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert words in answer.json()["detail"]
