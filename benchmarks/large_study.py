"""Does a study of 500 trials open quickly in MLflow?

    python -m benchmarks.large_study [--trials 500]

Trials as long as the default study's - 12 epochs, metrics of a network of three layers - go through the recorder into a
new SQLite database; then a server is started on it and asked what the UI asks: the first page of runs, all of them, and
the curves of a hundred. Each answer is timed five times and the median told.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.tracking import servers
from tuner.tracking.mlflow_recorder import MlflowRecorder
from tuner.tracking.recorder import EpochRecord, StudyRecord, TrialRecord

EPOCHS = 12
_STARTED = 1_700_000_000.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=500)
    count = parser.parse_args().trials
    with tempfile.TemporaryDirectory(prefix="tuner-large-") as folder:
        uri = f"sqlite:///{folder}/mlflow.db"
        recorder = MlflowRecorder(uri)
        study = StudyRecord("large-1", "large", "dataset: digits\n", {}, _STARTED)
        recorder.record_study(study)
        began = time.perf_counter()
        for number in range(count):
            recorder.record_trial(study, _trial(number))
        spent = time.perf_counter() - began
        metrics, size = len(_trial(0).epochs[0].metrics), Path(folder, "mlflow.db").stat().st_size / 2**20
        print(f"{count} trials of {EPOCHS} epochs with {metrics} metrics, {size:.0f} MiB of database")
        print(f"{'a trial to record':38}{spent / count:7.2f} s")
        arguments = ["server", "--workers", "1", "--backend-store-uri", uri]
        with servers.mlflow(Path(folder), *arguments) as server:
            _ask(server, count)
    return 0


def _ask(server: str, count: int) -> None:
    experiment = _post(server, "experiments/search", {"max_results": 10})["experiments"]
    ids = [each["experiment_id"] for each in experiment if each["name"] == "large"]

    def runs(most: int, order: str) -> list[dict[str, Any]]:
        body = {"experiment_ids": ids, "max_results": most, "order_by": [order]}
        found: list[dict[str, Any]] = _post(server, "runs/search", body)["runs"]
        return found

    first = runs(100, "metrics.value DESC")
    assert len(first) == min(100, count + 1)
    query = "&".join(f"run_id={each['info']['run_id']}" for each in first)
    bulk = f"{server}/ajax-api/2.0/mlflow/metrics/get-history-bulk?metric_key=val_accuracy&max_results=25000&{query}"
    _time("the first 100 runs, the best first", lambda: runs(100, "metrics.value DESC"))
    _time(f"all {count} runs", lambda: runs(count + 1, "attributes.start_time DESC"))
    _time("the curve of a metric for 100 runs", lambda: urllib.request.urlopen(bulk, timeout=60).read())


def _time(what: str, ask: Callable[[], Any]) -> None:
    ask()
    spent = []
    for _ in range(5):
        began = time.perf_counter()
        ask()
        spent.append(time.perf_counter() - began)
    print(f"{what:38}{statistics.median(spent):7.2f} s", flush=True)


def _post(server: str, path: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(
        f"{server}/api/2.0/mlflow/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def _trial(number: int) -> TrialRecord:
    draw = random.Random(number)
    health = [
        f"health/{layer}/{what}"
        for layer in ("layer_1", "layer_2", "layer_3")
        for what in ("gradient_norm", "gradient_to_weights", "activation_spread", "unit_spread", "dead_units")
    ]
    names = ["loss", "accuracy", "val_loss", "val_accuracy", "learning_rate", *health]
    epochs = tuple(
        EpochRecord(each, _STARTED + 30 * number + each, 1.0, {name: draw.random() for name in names})
        for each in range(1, EPOCHS + 1)
    )
    return TrialRecord(
        study_name="large-1", trial_number=number, role="trial", state="complete", reason="", baseline="",
        params={f"parameter_{each}": draw.random() for each in range(20)},
        tags={"host": "here", "device": "cpu", "seed": str(number), "dataset": "digits", "dataset_digest": "0" * 64},
        epochs=epochs, value=draw.random(), best_epoch=9, started_at=_STARTED + 30 * number,
        finished_at=_STARTED + 30 * number + 20,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
