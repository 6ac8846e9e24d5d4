"""What MLflow refuses, loses or fails at: nothing waits behind it, and all that SQL has comes back."""

import contextlib
import json
import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from mlflow import MlflowClient

from tests.analysis.written import OUTCOME, TRIALS, Told, write_study
from tests.tracking import proxies, servers
from tests.tracking.records import model_file
from tests.tracking.seen import everything
from tuner.analysis.synchronizing import synchronize
from tuner.cli.main import cli
from tuner.database import deliveries, runs, studies
from tuner.database.blobs import BlobStore, FolderStore, blob_name
from tuner.database.connection import Database, open_database
from tuner.database.tables import RunRow, StudyRow
from tuner.errors import ServiceDown
from tuner.studies import delivery
from tuner.studies import projector as projector_module
from tuner.studies.delivery import Delivery, deliver
from tuner.studies.projector import Projector
from tuner.studies.status import study_status
from tuner.tracking import mlflow_entities, mlflow_mapping
from tuner.tracking.memory_recorder import MemoryRecorder
from tuner.tracking.mlflow_recorder import MlflowRecorder
from tuner.tracking.recorder import StudyRecord, TrialRecord
from tuner.training.plan import WEIGHTS_ONLY

ODD = Told({**TRIALS[0].params, "tail//width": 9}, (0.5,))


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'tuner.db'}")
    yield opened
    opened.engine.dispose()


@pytest.fixture
def uri(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'mlflow.db'}"


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "tuner-artifacts")


@pytest.fixture
def names_as_they_are(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """MLflow is given the names as a person wrote them, and refuses some: as one of other rules does."""
    with monkeypatch.context() as patch:
        patch.setattr(mlflow_entities, "named", lambda name: name)
        yield patch


def with_models(db: Database, store: BlobStore, folder: Path, name: str, **options: Any) -> str:
    """A study that has ended, with a model for each complete trial."""
    write_study(db, name, **options)
    for trial in runs.view_trials(db, name):
        if trial.state == "complete":
            store.put(blob_name(name, trial.ordinal, "model.keras"), model_file(folder).read_bytes())
    return name


def test_what_is_refused_is_set_aside_and_nothing_waits_behind_it(
    db: Database, uri: str, store: FolderStore, names_as_they_are: pytest.MonkeyPatch
) -> None:
    write_study(db, "odd", (ODD, *TRIALS))
    write_study(db, "plain")
    recorder = MlflowRecorder(uri)

    assert deliver(db, recorder, store, "odd", "w") == Delivery(delivered=7, refused=1)
    assert deliver(db, recorder, store, "plain", "w") == Delivery(delivered=7)
    # It is not asked again and again, only when it changes or somebody wants it to.
    assert deliver(db, MlflowRecorder(uri), store, "odd", "w") == Delivery()
    (refusal,) = deliveries.refusals(db, "odd")
    assert refusal.record == "trial 0"
    assert refusal.reason.startswith("parameter tail//width: Invalid value")
    # All else of it is there.
    run = MlflowClient(uri).get_run(runs.view_trials(db, "odd")[0].mlflow_run_id)
    assert (run.info.status, run.data.params["optimizer"], run.data.metrics["value"]) == ("FINISHED", "adam", 0.5)

    names_as_they_are.undo()
    deliveries.retry(db, "odd")
    assert deliver(db, MlflowRecorder(uri), store, "odd", "w") == Delivery(delivered=1)
    assert deliveries.refusals(db, "odd") == []
    assert MlflowClient(uri).get_run(run.info.run_id).data.params["tail/_x002F_width"] == "9"


def test_sync_says_what_is_refused_of_every_study_and_ends_with_1(
    db: Database, uri: str, tmp_path: Path, names_as_they_are: pytest.MonkeyPatch
) -> None:
    write_study(db, "odd", (ODD,), outcome=None, mlflow_uri=uri)
    write_study(db, "plain", outcome=None, mlflow_uri=uri)
    storage = ["--storage", f"sqlite:///{tmp_path / 'tuner.db'}"]

    done = CliRunner().invoke(cli, ["sync", "--json", *storage])

    assert done.exit_code == 1
    told = {each["study_name"]: each for each in json.loads(done.stdout)["studies"]}
    assert (told["odd"]["delivered"], told["plain"]["delivered"]) == (1, 6)
    assert [each["record"] for each in told["odd"]["refused"]] == ["trial 0"]
    assert "not in MLflow: trial 0: parameter tail//width: Invalid value" in done.stderr
    assert "1 record set aside; tried again by: tune sync odd" in done.stderr
    status = CliRunner().invoke(cli, ["status", "odd", "--json", *storage])
    assert [each["record"] for each in json.loads(status.stdout)["refused"]] == ["trial 0"]

    names_as_they_are.undo()
    done = CliRunner().invoke(cli, ["sync", "odd", "--json", *storage])
    assert (done.exit_code, json.loads(done.stdout)["delivered"]) == (0, 1)
    assert "set aside" not in done.stderr


def test_a_fault_of_our_own_is_said_once_and_holds_up_neither_study(
    db: Database, store: FolderStore, caplog: pytest.LogCaptureFixture
) -> None:
    class Faulty(MemoryRecorder):
        def record_trial(self, study: StudyRecord, record: TrialRecord) -> str:
            if (record.study_name, record.trial_number) == ("odd", 1):
                raise KeyError("a bug")
            return super().record_trial(study, record)

        def record_study(self, record: StudyRecord) -> str:
            if record.study_name == "broken":
                raise RuntimeError("another bug")
            return super().record_study(record)

    recorder = Faulty()
    projector = Projector(db, lambda: recorder, store, "w")
    with caplog.at_level(logging.WARNING):
        for name in ("broken", "odd", "plain"):
            projector.watch(write_study(db, name))
        until = time.monotonic() + 60
        while {"odd", "plain"} & projector.watched():
            assert time.monotonic() < until
            time.sleep(0.05)
        projector.close(60)

    assert {record.study_name for record in recorder.trials.values()} == {"odd", "plain"}
    assert len(recorder.trials) == 9
    assert [each.reason for each in deliveries.refusals(db, "odd")] == [
        "it could not be made (KeyError: 'a bug'); this is a fault of tuner"
    ]
    assert [each.record for each in deliveries.refusals(db, "broken")] == ["study broken"]
    assert sum(record.exc_info is not None for record in caplog.records) == 2


def lose(tmp_path: Path) -> None:
    """MLflow's database and files are deleted."""
    for path in tmp_path.glob("mlflow.db*"):
        path.unlink()
    (tmp_path / "mlartifacts").rename(tmp_path / "lost")


def test_an_mlflow_that_was_lost_is_written_anew_from_sql(
    db: Database, uri: str, store: FolderStore, tmp_path: Path
) -> None:
    with_models(db, store, tmp_path, "one")
    with_models(db, store, tmp_path, "two", told=(ODD, *TRIALS[1:]), outcome={**OUTCOME, "best_ordinal": 4})
    recorder = MlflowRecorder(uri)
    for name in ("one", "two"):
        assert not synchronize(db, recorder, store, name, "w").refused
    client = MlflowClient(uri)
    before, champion = everything(client, "digits"), recorder.champion("digits")
    assert len(before) == 2 + 12
    assert champion is not None

    lose(tmp_path)
    # It is found out, also by a recorder that was at work before; and it is asked for.
    for name, each, rebuild in (("one", recorder, False), ("two", MlflowRecorder(uri, True), True)):
        found = synchronize(db, each, store, name, "w", rebuild)
        assert (found.lost, found.delivered, list(found.refused), list(found.without_model)) == (6, 7, [], [])

    assert without_pages(everything(MlflowClient(uri), "digits")) == without_pages(before)
    assert MlflowRecorder(uri).champion("digits") == champion


def test_only_a_trial_that_has_kept_neither_model_nor_weights_is_told_as_without_one(
    db: Database, store: FolderStore
) -> None:
    write_study(db, "s", outcome=None)
    store.put(blob_name("s", 0, "model.keras"), b"x")
    store.put(blob_name("s", 1, WEIGHTS_ONLY), b"x")
    # None is read: what a file is named is asked.
    found = synchronize(db, MemoryRecorder(), store, "s", "w", rebuild=True)
    assert list(found.without_model) == [4]


def without_pages(seen: dict[str, Any]) -> dict[str, Any]:
    """Without what names a run's id, and without the pictures of time, which have the time they were made in them."""
    for name, each in seen.items():
        if name not in ("runs", "models"):
            each["tags"].pop("mlflow.note.content", None)
            each["files"].pop("report.html", None)
            each["tags"].pop(mlflow_mapping.FILES_DIGEST, None) if "study_name" in each["tags"] else None
    return seen


def erase(uri: str, run_id: str) -> None:
    """A run leaves MLflow's database without a trace, as by `mlflow gc`."""
    with contextlib.closing(sqlite3.connect(uri.removeprefix("sqlite:///"))) as connection, connection:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            if "run_uuid" in [column[1] for column in connection.execute(f"PRAGMA table_info({table})")]:
                connection.execute(f"DELETE FROM {table} WHERE run_uuid = ?", (run_id,))


def test_what_is_still_there_is_not_doubled_and_what_is_gone_is_made(
    db: Database, uri: str, store: FolderStore, tmp_path: Path
) -> None:
    with_models(db, store, tmp_path, "s")
    recorder = MlflowRecorder(uri)
    synchronize(db, recorder, store, "s", "w")
    client = MlflowClient(uri)
    before = everything(client, "digits")
    gone, trashed = (runs.view_trials(db, "s")[place].mlflow_run_id for place in (1, 2))
    erase(uri, str(gone))
    client.delete_run(trashed)

    # What a person deleted stays so; what is gone is not a person's doing.
    found = synchronize(db, MlflowRecorder(uri), store, "s", "w")
    assert (found.lost, found.delivered) == (1, 1)
    assert client.get_run(trashed).info.lifecycle_stage == "deleted"

    found = synchronize(db, MlflowRecorder(uri, rebuild=True), store, "s", "w", rebuild=True)
    assert (found.lost, found.delivered, list(found.refused)) == (0, 6, [])
    after = everything(client, "digits")
    # The model of the run that is gone is MLflow's still.
    assert set(before["models"]) <= set(after["models"])
    assert without_pages({**after, "models": []}) == without_pages({**before, "models": []})


def test_a_running_study_is_written_anew_while_it_goes_on(
    db: Database, uri: str, store: FolderStore, tmp_path: Path
) -> None:
    name = write_study(db, outcome=None)
    recorder = MlflowRecorder(uri)
    deliver(db, recorder, store, name, "w")
    lose(tmp_path)
    studies.note_change(db, name)

    assert deliver(db, recorder, store, name, "w").delivered == 6

    assert everything(MlflowClient(uri), "digits")["runs"] == 6


def test_every_figure_in_mlflow_is_that_of_sql(db: Database, uri: str, store: FolderStore) -> None:
    name = write_study(db)
    deliver(db, MlflowRecorder(uri), store, name, "w")
    client = MlflowClient(uri)
    for view in (runs.view_trial(db, name, each.ordinal) for each in runs.view_trials(db, name)):
        run = client.get_run(view.mlflow_run_id)
        histories = {key: client.get_metric_history(run.info.run_id, key) for key in run.data.metrics}
        for epoch in view.epochs:
            for key, figure in {**epoch.metrics, "epoch_seconds": epoch.seconds}.items():
                (point,) = [each for each in histories[key] if each.step == epoch.epoch]
                assert (point.value, point.timestamp) == (figure, round(epoch.measured_at * 1000))
        best = None if view.value is None else view.best_epoch
        assert (run.data.metrics.get("value"), run.data.metrics.get("best_epoch")) == (view.value, best)
        assert {key: str(each) for key, each in view.params.items()} == run.data.params
        assert (run.data.tags["state"], run.info.start_time) == (view.state, round(view.started_at * 1000))
        steps = {key: len(points) for key, points in histories.items() if points[0].step}
        assert set(steps.values()) == {len(view.epochs)}
    outcome = client.get_run(studies.view_study(db, name).mlflow_run_id).data.metrics
    assert outcome.pop("seconds") == study_status(db, name).elapsed_s
    assert outcome == {key: each for key, each in OUTCOME["figures"].items() if not isinstance(each, str)}


@contextlib.contextmanager
def server(folder: Path) -> Iterator[str]:
    folder.mkdir()
    places = ["--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", str(folder / "files")]
    with servers.mlflow(folder, "server", "--workers", "1", *places) as address:
        yield address


@pytest.mark.chaos
@pytest.mark.slow
def test_a_server_that_refuses_some_fails_at_some_and_is_then_lost(
    db: Database, store: FolderStore, tmp_path: Path
) -> None:
    with_models(db, store, tmp_path, "one")
    other = write_study(db, "other", space_name="other")
    with proxies.proxy() as gateway:
        with server(tmp_path / "first") as gateway.behind:
            recorder = MlflowRecorder(gateway.address)
            prepared = MlflowClient(gateway.behind)
            closed = prepared.create_experiment("other")

            def rule(path: str, body: bytes) -> int | None:
                if f'"experiment_id": "{closed}"'.encode() in body:
                    return 403  # one experiment is not ours
                if path.startswith("/api/2.0/mlflow-artifacts") and b"InputLayer" in body:
                    return 413  # models are too large for the gateway
                if path.endswith("runs/log-batch") and b'"5e-3"' in body.replace(b"0.005", b"5e-3"):
                    return 500  # a record on which something breaks
                return None

            gateway.rule = rule
            found = deliver(db, recorder, store, "one", "w")
            assert (found.delivered, found.refused, len(found.postponed)) == (3, 3, 1)
            refused = [(each.record, "its model: 413" in each.reason) for each in deliveries.refusals(db, "one")]
            assert refused == [("study one", True), ("trial 0", True), ("trial 1", True)]
            digits = prepared.get_experiment_by_name("digits").experiment_id
            assert prepared.search_logged_models([digits]) == [], "none is shown that did not arrive"
            assert deliver(db, recorder, store, other, "w") == Delivery(refused=1)
            assert [each.record for each in deliveries.refusals(db, other)] == ["study other"]

            gateway.rule = lambda path, body: 403
            with pytest.raises(ServiceDown):
                deliver(db, recorder, store, "one", "w")
            gateway.rule = lambda path, body: None
            for name in ("one", other):
                assert not synchronize(db, recorder, store, name, "w").refused
            before, champion = everything(MlflowClient(gateway.address), "digits"), recorder.champion("digits")

        with server(tmp_path / "second") as gateway.behind:
            found_anew = synchronize(db, recorder, store, "one", "w", rebuild=True)
            assert (found_anew.lost, found_anew.delivered, list(found_anew.refused)) == (6, 7, [])
            after = everything(MlflowClient(gateway.address), "digits")
            assert without_pages(after) == without_pages(before)
            assert recorder.champion("digits") == champion


def test_workers_and_a_sync_at_once_deliver_each_record_once(
    db: Database, uri: str, store: FolderStore, tmp_path: Path
) -> None:
    name = with_models(db, store, tmp_path, "s")
    MlflowRecorder(uri).prepare()
    together = threading.Barrier(4)
    found: list[Delivery] = []

    def work(number: int) -> None:
        own = open_database(f"sqlite:///{tmp_path / 'tuner.db'}")
        together.wait()
        for _ in range(3):
            found.append(deliver(own, MlflowRecorder(uri), store, name, f"w{number}"))
        own.engine.dispose()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    client = MlflowClient(uri)
    experiment_id = client.get_experiment_by_name("digits").experiment_id
    assert len(client.search_runs([experiment_id])) == 6
    assert len(client.search_logged_models([experiment_id])) == 3
    assert [each.version for each in client.search_model_versions("name = 'digits'")] == [1]
    # The study's own run may be found before its files and its champion are, and is delivered twice then.
    assert sum(each.delivered for each in found) in (6, 7)
    assert not any(each.refused or each.postponed for each in found)
    assert deliver(db, MlflowRecorder(uri), store, name, "w") == Delivery()


@pytest.mark.parametrize("known", [True, False], ids=["its run is there", "its run is still to be made"])
def test_the_last_change_of_a_study_is_delivered_though_another_worker_holds_its_record(
    db: Database, store: FolderStore, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    name = write_study(db, outcome=OUTCOME)
    recorder = MemoryRecorder()
    if known:
        assert deliver(db, recorder, store, name, "other").delivered
        studies.note_change(db, name)
    assert deliveries.claim(db, StudyRow, (name,), "other")
    assert deliver(db, recorder, store, name, "w").held

    def other_is_done(pause_s: float) -> None:
        deliveries.unclaim(db, StudyRow, (name,), "other")

    monkeypatch.setattr(projector_module, "time", SimpleNamespace(sleep=other_is_done))
    projector = Projector(db, lambda: recorder, store, "w")
    projector.watch(name)
    assert projector.close(60)

    view = studies.view_study(db, name)
    assert view.recorded == view.changes
    assert len(recorder.trials) == len(TRIALS)


def test_a_champion_is_not_registered_while_another_worker_makes_the_run_of_its_trial(
    db: Database, uri: str, store: FolderStore, tmp_path: Path
) -> None:
    """Its run would be made twice: whoever registers it makes one where MLflow has none."""
    with_models(db, store, tmp_path, "s")
    study, recorder = studies.view_study(db, "s"), MlflowRecorder(uri)
    assert study.outcome is not None
    winner = study.outcome.best_ordinal
    assert winner is not None
    assert deliveries.claim(db, RunRow, ("s", "search", 0, winner), "another")
    found = deliver(db, recorder, store, "s", "w")
    assert found.held
    client = MlflowClient(uri)
    assert client.search_registered_models() == []
    deliveries.unclaim(db, RunRow, ("s", "search", 0, winner), "another")
    assert not deliver(db, recorder, store, "s", "w").held
    assert len(client.search_registered_models()) == 1
    (experiment,) = (each for each in client.search_experiments() if each.name != "Default")
    trials = [each.data.tags.get("trial_number") for each in client.search_runs([experiment.experiment_id])]
    assert len(trials) == len(set(trials))


def test_a_round_does_not_read_the_runs_of_all_trials(
    db: Database, store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, recorder = write_study(db), MemoryRecorder()
    assert deliver(db, recorder, store, name, "w").delivered
    studies.note_change(db, name)
    asked: list[str] = []
    monkeypatch.setattr(deliveries, "run_ids", lambda db, study_name: asked.append(study_name) or [])
    assert deliver(db, recorder, store, name, "w").delivered == 1
    assert asked == []


def test_of_a_large_study_only_the_best_have_pictures(
    db: Database, uri: str, store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "_ALL_DRAWN", 4)
    monkeypatch.setattr(delivery, "_BEST_DRAWN", 2)
    write_study(db, outcome=None)
    deliver(db, MlflowRecorder(uri), store, "s", "w")
    client = MlflowClient(uri)
    complete = [each for each in runs.view_trials(db, "s") if each.state == "complete"]
    drawn = {
        each.value: "curves.png" in {file.path for file in client.list_artifacts(each.mlflow_run_id)}
        for each in complete
    }
    assert drawn == {0.93: False, 0.955: True, 0.95: True}
