"""What a study found is used without this project: exported, and served by MLflow."""

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from mlflow import MlflowClient

from tests.end_to_end.conftest import Desk
from tests.tracking import servers
from tuner.data.dataset import Dataset

pytestmark = pytest.mark.slow

SPACE = """
dataset: digits
parameters: {units: [16, 32], epochs: 12, normalization: [standard, minmax]}
search: {trials: 2, sampler: random, pruner: none}
"""


def test_the_winner_is_exported_served_and_defended(desk: Desk, digits: Dataset) -> None:
    (desk.folder / "small.yaml").write_text(SPACE)
    desk.tune("start", "--space", "small.yaml", "--study", "s", "--workers", "1", "--seed", "5", "--system-metrics")

    client = MlflowClient(f"sqlite:///{desk.folder}/mlflow.db")
    listed = client.list_artifacts(desk.status("s")["mlflow_run_id"])
    trained = desk.object("best", "s")["mlflow_run_id"]
    for name in ("cpu_utilization_percentage", "worker_memory_usage_megabytes"):
        measured = client.get_metric_history(trained, f"system/{name}")
        assert [each.step for each in measured] == list(range(1, 13)), "once an epoch"
        assert all(each.value >= 0 for each in measured)
    assert all(each.value > 100 for each in measured), "a worker with TensorFlow takes more than 100 MB"
    assert {"report.html", "pictures"} <= {file.path for file in listed}

    files = desk.object("export", "s", "--output", "out")["files"]
    names = {Path(each).name for each in files}
    assert names == {"model.keras", "parameters.yaml", "preprocessing.json", "metrics.json", "predict.py", "sample.npy"}
    out = desk.folder / "out"
    serving = desk.begin("serve-model", "s")
    assert serving.stdout is not None
    request = serving.stdout.readline()
    answered = subprocess.run(["bash", "-c", request], capture_output=True, text=True, check=True)
    (found,) = json.loads(answered.stdout)["predictions"]
    assert found["class"] in map(str, range(10))
    assert found["probability"] == max(found["probabilities"].values())
    serving.send_signal(signal.SIGINT)
    assert serving.wait(30) == 130
    raw = np.load(out / "sample.npy")
    assert np.array_equal(raw, digits.test.x[:10])
    assert raw.max() > 1, "rows are raw"
    done = subprocess.run(
        [sys.executable, str(out / "predict.py")], capture_output=True, text=True, check=True, timeout=120,
        env=desk.environment(), cwd="/",
    )  # fmt: skip
    assert done.stderr == ""
    said = [line.partition("\t")[0] for line in done.stdout.splitlines()]
    metrics = json.loads((out / "metrics.json").read_text())
    assert metrics["test"]["accuracy"] > 0.8
    assert (
        sum(said == digits.info.class_names[label] for said, label in zip(said, digits.test.y[:10], strict=True)) >= 7
    )
    steps = json.loads((out / "preprocessing.json").read_text())["layers"]
    assert [step["layer"] for step in steps] == ["centre", "scale"]

    uri = f"sqlite:///{desk.folder}/mlflow.db"
    serve = ("models", "serve", "-m", "models:/small@champion", "--env-manager", "local")
    with servers.mlflow(desk.folder, *serve, health="/ping", uri=uri) as address:
        for body in ({"inputs": raw.tolist()}, {"instances": raw.astype(int).tolist()}):
            request = urllib.request.Request(
                f"{address}/invocations", json.dumps(body).encode(), {"Content-Type": "application/json"}
            )
            with urllib.request.urlopen(request, timeout=60) as answer:
                outputs = np.array(json.load(answer)["predictions"])
            assert [digits.info.class_names[place] for place in outputs.argmax(axis=1)] == said

    # A later study whose winner is no better: the person who started it is told.
    later = desk.tune(
        "start", "--space", "small.yaml", "--study", "t", "--workers", "1", "--seed", "5", "--trials", "1"
    )
    for told in (later.stdout, desk.tune("best", "t").stdout):
        assert "trial 0 of t is not registered: the champion, trial" in told
        assert "To put it there all the same: tune champion t --force" in told
    assert desk.object("best", "t")["champion"]["stands"] is False

    other = 1 - int(desk.object("best", "s")["trial_number"])
    refused = desk.tune("champion", "s", "--trial", str(other), check=False)
    assert refused.returncode == 1
    assert f"tune: trial {other} of s is not registered: the champion, trial {1 - other} of s," in refused.stderr
    forced = desk.object("champion", "s", "--trial", str(other), "--force")
    assert (forced["champion"], forced["version"]) == (True, "2")
    assert f"trial {other} of s is the champion of small now, version 2" in desk.tune("best", "s").stdout
