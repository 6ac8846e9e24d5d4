"""What the contract does not say: interrupted deliveries, models that are served, what the UI is given."""

import json
import logging
import math
import urllib.request
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient
from mlflow.entities import LoggedModelStatus, Metric, Param, RunTag, ViewType

from tests.tracking import servers
from tests.tracking.records import STUDY, epochs, model_file, trial
from tests.tracking.seen import everything
from tuner.cli.ui import page_of
from tuner.errors import NotFound, Refused, ServiceDown
from tuner.tracking import mlflow_batches, mlflow_entities, mlflow_page
from tuner.tracking.mlflow_mapping import TRUE_NAMES, TRUE_VALUES
from tuner.tracking.mlflow_names import original
from tuner.tracking.mlflow_recorder import MlflowRecorder


@pytest.fixture(scope="module")
def uri(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('mlflow')}/mlflow.db"


@pytest.fixture
def client(uri: str) -> MlflowClient:
    MlflowRecorder(uri).prepare()
    return MlflowClient(uri)


class Interrupted:
    """A real client that is cut off at its n-th call: before it was sent, or before its answer arrived."""

    def __init__(self, client: MlflowClient, calls: int = 0, sent: bool = False) -> None:
        """calls: which; 0 for none."""
        self._client, self._left, self._sent = client, calls, sent

    def recorder(self, uri: str) -> MlflowRecorder:
        return MlflowRecorder(uri, connect=lambda _: self)

    def cut(self, calls: int) -> None:
        """From now on, the call so many on is not sent."""
        self._left = calls

    def __getattr__(self, name: str) -> Any:
        def call(*args: object, **kwargs: object) -> object:
            self._left -= 1
            if self._left == 0 and not self._sent:
                raise ConnectionResetError("before")
            answer = getattr(self._client, name)(*args, **kwargs)
            if self._left == 0:
                raise ConnectionResetError("after")
            return answer

        return call


@pytest.mark.parametrize("sent", [False, True], ids=["before it was sent", "before it was answered"])
def test_a_delivery_cut_off_anywhere_is_completed_by_the_next(
    uri: str, client: MlflowClient, tmp_path: Path, sent: bool
) -> None:
    tags = {"seed": "17", "dataset": "digits", "dataset_digest": "0123456789abcdef"}
    record = replace(trial(), tags=tags, model=model_file(tmp_path))
    outcome: dict[str, float | str] = {"value": 0.74, "best_trial": 3, "device": "cpu"}

    def deliver(recorder: MlflowRecorder, experiment: str) -> None:
        study = replace(STUDY, experiment=experiment)
        recorder.record_trial(study, record)
        recorder.record_study(replace(study, outcome=outcome, finished_at=1_700_000_200.0))

    # Each delivery in a study of its own: the undisturbed one, then one cut off at each call.
    whole = MlflowRecorder(uri)
    deliver(whole, f"whole {sent}")
    expected = everything(client, f"whole {sent}")
    for calls in range(1, 100):
        experiment = f"cut off {sent} {calls}"
        try:
            deliver(Interrupted(client, calls, sent).recorder(uri), experiment)
            break
        except ServiceDown:
            deliver(MlflowRecorder(uri), experiment)
            seen = everything(client, experiment)
            seen["digits-1"]["tags"]["mlflow.note.content"] = expected["digits-1"]["tags"]["mlflow.note.content"]
            assert seen == expected, calls
    assert calls > 15


def test_metrics_that_arrived_without_their_cursor_are_not_doubled(uri: str, client: MlflowClient) -> None:
    study = replace(STUDY, experiment="no cursor")
    run_id = MlflowRecorder(uri).record_trial(study, trial(count=0, state="running"))
    at_ms = [round(epoch.measured_at * 1000) for epoch in epochs(2)]
    client.log_batch(run_id, [Metric("loss", 1 / (step + 1), at, step + 1) for step, at in enumerate(at_ms)])

    MlflowRecorder(uri).record_trial(study, trial(count=4, state="running"))

    assert [point.step for point in client.get_metric_history(run_id, "loss")] == [1, 2, 3, 4]


def test_the_next_epochs_of_a_running_trial_are_one_request(uri: str, client: MlflowClient) -> None:
    study = replace(STUDY, experiment="one request")
    counted = Interrupted(client)
    recorder = counted.recorder(uri)
    recorder.record_trial(study, trial(count=1, state="running"))

    for count, allowed in ((2, 1), (4, 1), (4, 0)):
        counted.cut(allowed + 1)
        recorder.record_trial(study, trial(count=count, state="running"))


def test_runs_have_readable_names(uri: str, client: MlflowClient) -> None:
    study = replace(STUDY, experiment="names")
    recorder = MlflowRecorder(uri)
    records = [
        trial(number=7),
        replace(trial(number=0), baseline="lab-8-1"),
        replace(trial(number=7, role="finalist"), tags={"seed": "195159477", "seed_number": "2"}),
    ]
    runs = [recorder.record_study(study), *(recorder.record_trial(study, record) for record in records)]

    assert [client.get_run(run_id).info.run_name for run_id in runs] == [
        "digits-1",
        "trial-007",
        "trial-000 lab-8-1",
        "finalist-007 seed 2",
    ]


def test_the_parent_run_has_spec_note_and_outcome(uri: str, client: MlflowClient, tmp_path: Path) -> None:
    tags = {**STUDY.tags, "metric": "val_accuracy"}
    study = replace(STUDY, experiment="outcome", tags=tags, searched=("units",))
    recorder = MlflowRecorder(uri)
    run_id = recorder.record_study(study)
    assert client.get_run(run_id).info.status == "RUNNING"

    outcome: dict[str, float | str] = {"value": 0.74, "best_trial": 3, "winner": "trial 3"}
    recorder.record_study(replace(study, outcome=outcome, finished_at=1_700_000_200.0))

    run = client.get_run(run_id)
    assert (run.info.status, run.info.start_time, run.info.end_time) == (
        "FINISHED",
        1_700_000_000_250,
        1_700_000_200_000,
    )
    assert run.data.metrics == {"value": 0.74, "best_trial": 3}
    assert (run.data.tags["winner"], run.data.tags["sampler"], run.data.tags["role"]) == ("trial 3", "tpe", "study")
    note = run.data.tags["mlflow.note.content"]
    assert "Best: trial 3, val_accuracy **0.7400**." in note
    assert "| best trial | 3 |" in note
    # The page that the note leads to, as the UI keeps views that are shared.
    experiment = client.get_experiment(run.info.experiment_id)
    assert f"(#/experiments/{experiment.experiment_id}/runs?viewStateShareKey={run_id})" in note
    view = json.loads(experiment.tags[f"mlflow.sharedViewState.{run_id}"])
    assert view["searchFilter"] == "tags.role = 'trial' and tags.study_name = 'digits-1'"
    assert (view["orderByKey"], view["orderByAsc"]) == ("metrics.`value`", False)
    assert {"params.`units`", "tags.`state`", "metrics.`best_epoch`"} <= set(view["selectedColumns"])
    assert view["selectedColumns"][0] == "metrics.`best val_accuracy`"
    assert Path(client.download_artifacts(run_id, "spec.yaml", str(tmp_path))).read_text() == study.spec_yaml


def test_a_study_that_goes_on_is_running_again(uri: str, client: MlflowClient) -> None:
    study = replace(STUDY, experiment="resumed")
    recorder = MlflowRecorder(uri)
    run_id = recorder.record_study(replace(study, outcome={"value": 0.5}, finished_at=1_700_000_200.0))
    recorder.record_study(study)
    assert client.get_run(run_id).info.status == "RUNNING"

    recorder.record_study(replace(study, outcome={"value": 0.4}, finished_at=1_700_000_300.0))
    assert client.get_run(run_id).data.metrics == {"value": 0.4}


@pytest.mark.parametrize("what", ["trial", "study", "experiment"])
def test_what_a_person_deleted_stays_deleted_until_the_record_is_rebuilt(
    uri: str, client: MlflowClient, what: str
) -> None:
    study = replace(STUDY, experiment=f"deleted {what}")
    recorder = MlflowRecorder(uri)
    parent = recorder.record_study(study)
    run_id = recorder.record_trial(study, trial(count=2, state="running"))
    experiment_id = client.get_run(parent).info.experiment_id
    if what == "experiment":
        client.delete_experiment(experiment_id)
    else:
        client.delete_run(parent if what == "study" else run_id)
    known, record = replace(study, run_id=parent), replace(trial(), run_id=run_id)

    for each in (*([] if what == "study" else [recorder]), MlflowRecorder(uri)):
        with pytest.raises(Refused, match="was deleted in MLflow"):
            each.record_trial(known, record)

    assert recorder.missing(known, [run_id]) == set()
    assert MlflowRecorder(uri, rebuild=True).record_trial(known, record) == run_id
    assert client.get_experiment(experiment_id).lifecycle_stage == "active"
    assert {client.get_run(each).info.lifecycle_stage for each in (parent, run_id)} == {"active"}
    assert len(client.get_metric_history(run_id, "loss")) == 4
    assert len(client.search_runs([experiment_id], run_view_type=ViewType.ALL)) == 2


def test_runs_that_are_gone_are_missing(uri: str, client: MlflowClient) -> None:
    study = replace(STUDY, experiment="gone")
    recorder = MlflowRecorder(uri)
    known = replace(study, run_id=recorder.record_study(study))
    run_id = recorder.record_trial(study, trial())

    assert recorder.missing(known, [run_id, "0" * 32]) == {"0" * 32}
    assert recorder.missing(replace(study, run_id="1" * 32), [run_id]) == {"1" * 32, run_id}


def test_a_database_that_is_replaced_in_mid_study_is_another(tmp_path: Path) -> None:
    recorder = MlflowRecorder(f"sqlite:///{tmp_path}/mlflow.db")
    known = replace(STUDY, run_id=recorder.record_study(STUDY))
    for path in tmp_path.glob("mlflow.db*"):
        path.unlink()

    assert recorder.missing(known) == {known.run_id}
    run_id = recorder.record_trial(known, trial())

    assert len(MlflowClient(f"sqlite:///{tmp_path}/mlflow.db").get_metric_history(run_id, "loss")) == 4


def test_runs_created_at_once_become_one(uri: str, client: MlflowClient) -> None:
    study = replace(STUDY, experiment="at once")
    second = MlflowRecorder(uri)
    known = second.record_study(study)

    class Slow:
        """The first recorder's client: before its request arrives, the second has created the same run."""

        def __getattr__(self, name: str) -> Any:
            if name == "create_run":
                second.record_trial(study, trial(count=1, state="running"))
            return getattr(client, name)

    first = MlflowRecorder(uri, connect=lambda _: Slow())
    assert first.record_study(study) == known
    run_id = first.record_trial(study, trial(count=2, state="running"))

    experiment_id = client.get_experiment_by_name("at once").experiment_id
    children = client.search_runs([experiment_id], "tags.role = 'trial'")
    assert [run.info.run_id for run in children] == [run_id]


def test_artifacts_lie_beside_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, elsewhere = tmp_path / "ann's #1 study 100%", tmp_path / "elsewhere"
    home.mkdir()
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    MlflowRecorder(f"sqlite:///{home}/mlflow.db").record_study(replace(STUDY, experiment="a/b: c?"))

    assert [path.name for path in elsewhere.rglob("*")] == []
    assert [path.read_text() for path in home.rglob("spec.yaml")] == [STUDY.spec_yaml]


def test_a_trial_is_recorded_without_a_model_that_is_gone_or_damaged(
    uri: str, client: MlflowClient, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "damaged.keras").write_text("PK")
    study = replace(STUDY, experiment="no model")
    recorder = MlflowRecorder(uri)
    with caplog.at_level(logging.WARNING):
        for number, name in enumerate(("gone.keras", "damaged.keras")):
            run_id = recorder.record_trial(study, replace(trial(number=number), model=tmp_path / name))
            assert client.get_run(run_id).info.status == "FINISHED"
            assert name in caplog.text

    with pytest.raises(NotFound, match=r"digits-1: trial 0 has no model in MLflow to register\."):
        recorder.register_champion(study, trial(number=0))


def test_the_model_hangs_on_its_run_and_its_version(uri: str, client: MlflowClient, tmp_path: Path) -> None:
    study = replace(STUDY, experiment="a model: one")
    recorder = MlflowRecorder(uri)
    record = replace(trial(), model=model_file(tmp_path))
    version = recorder.register_champion(study, record)

    run = client.get_run(recorder.record_trial(study, record))
    (output,) = run.outputs.model_outputs
    model = client.get_logged_model(output.model_id)
    champion = client.get_model_version_by_alias("a model_x003A_ one", "champion")
    assert (model.name, model.status, output.step) == ("model", LoggedModelStatus.READY, record.best_epoch)
    assert {metric.key: metric.value for metric in model.metrics or []}["value"] == 0.74
    assert (str(champion.version), champion.run_id) == (version, run.info.run_id)
    assert champion.tags == {"study_name": "digits-1", "trial_number": "3", "value": "0.74"}
    (needs,) = Path(uri.removeprefix("sqlite:///")).parent.rglob(f"{model.model_id}/artifacts/requirements.txt")
    assert [line.partition("==")[0] for line in needs.read_text().split()] == [
        "mlflow",
        "keras",
        "tensorflow",
        "numpy",
        "pandas",
    ]


@pytest.mark.slow
def test_the_ui_started_beside_the_database_shows_runs_and_files(tmp_path: Path) -> None:
    recorder = MlflowRecorder(f"sqlite:///{tmp_path}/mlflow.db")
    parent = recorder.record_study(STUDY)
    recorder.register_champion(STUDY, replace(trial(), model=model_file(tmp_path)))

    with servers.mlflow(tmp_path, "ui", "--workers", "1") as address:
        client = MlflowClient(address)
        experiment_id = client.get_experiment_by_name("digits").experiment_id
        assert len(client.search_runs([experiment_id])) == 2
        # What `tune ui` prints once the server answers.
        page = f"{address}/#/experiments/{experiment_id}/runs?viewStateShareKey={parent}"
        assert (page_of(address, parent), page_of(address, "0" * 32)) == (page, "")
        assert [file.path for file in client.list_artifacts(parent)] == ["spec.yaml"]
        with urllib.request.urlopen(f"{address}/get-artifact?path=spec.yaml&run_uuid={parent}", timeout=60) as answer:
            assert answer.read().decode() == STUDY.spec_yaml
        (model,) = client.search_logged_models([experiment_id])
        assert {file.path for file in client.list_logged_model_artifacts(model.model_id)} >= {"MLmodel", "data"}
        assert client.get_model_version_by_alias("digits", "champion").tags["value"] == "0.74"


def test_names_that_mlflow_does_not_allow_and_very_many_are_recorded(
    client: MlflowClient, uri: str, tmp_path: Path
) -> None:
    odd = {
        "rate [%]": 1, "rate {%}": 2, "tail//width": 3, "../x": 4, "": 5, "/abs": 6, "a/": 7, "deep/" * 80: 8,
        "a\nb": 9,
    }  # fmt: skip
    params = {**odd, "scope/units_0": 2, **{f"p{number}": number for number in range(250)}}
    metrics = {"f1 (macro)": 0.5, "f1 [macro]": 0.25, "loss": 1.0, "val_accuracy": 0.1, "m" * 300: 7.0, "value": 9.0}
    strange = (replace(epochs(1)[0], metrics=metrics),)
    tags = {"illness//kind": "none", "remedy": "x" * 9000, "seed": "1"}
    record = replace(
        trial(number=77), params=params, epochs=strange, tags=tags, best_epoch=1, model=model_file(tmp_path)
    )
    study = replace(STUDY, experiment="odd//names: " + "é" * 400, outcome={"importance_a//b": 0.5}, finished_at=2e9)
    recorder = MlflowRecorder(uri)
    recorder.record_study(study)
    run = client.get_run(recorder.record_trial(study, record))
    recorder.register_champion(study, record)

    # A reader has the true names, all of them, and the values.
    kept = json.loads(Path(client.download_artifacts(run.info.run_id, TRUE_NAMES, str(tmp_path))).read_text())
    assert {original(key, kept): text for key, text in run.data.params.items()} == {
        key: str(number) for key, number in params.items()
    }
    own = ("value", "best_epoch", "epochs", "seconds", "epoch_seconds")
    seen = {original(key, kept): number for key, number in run.data.metrics.items() if key not in own}
    assert seen == metrics
    assert run.data.metrics["value"] == record.value
    whole = json.loads(Path(client.download_artifacts(run.info.run_id, TRUE_VALUES, str(tmp_path))).read_text())
    assert whole == {"params": {}, "tags": {"remedy": "x" * 9000}}
    assert recorder.champion(study.experiment) is not None
    experiment = client.get_experiment(run.info.experiment_id)
    assert experiment.tags["space"] == study.experiment
    # The page of its trials names its columns as they are.
    view = mlflow_page.view_of(replace(study, searched=("tail//width",)))
    assert "params.`tail/_x002F_width`" in json.loads(view)["selectedColumns"]


def test_more_than_a_request_may_hold_is_cut(client: MlflowClient, uri: str) -> None:
    params = {f"p{number}": "é" * 6000 for number in range(60)}
    record = replace(trial(), params=params, tags={f"t{number}": "ü" * 7900 for number in range(120)})
    run_id = MlflowRecorder(uri).record_trial(replace(STUDY, experiment="large"), record)

    assert len(client.get_run(run_id).data.params) == 60
    entities = [Param(key, text) for key, text in params.items()]
    sizes = [len(json.dumps([[each.key, each.value] for each in batch])) for batch in mlflow_batches.batches(entities)]
    assert max(sizes) < 1_000_000
    metrics = [Metric(f"m{number}", 1.0, 1, 1) for number in range(2500)]
    assert [len(batch) for batch in mlflow_batches.batches(metrics)] == [1000, 1000, 500]


def test_one_entity_that_is_refused_takes_no_other_with_it(client: MlflowClient, uri: str) -> None:
    study = replace(STUDY, experiment="one is refused")
    recorder = MlflowRecorder(uri)
    run_id = recorder.record_trial(study, trial(count=1, state="running"))
    entities = [*(Metric(f"m{number}", 1.0, 1, 1) for number in range(30)), Metric("bad//name", 1.0, 1, 1)]
    entities += [Param("units", "65"), RunTag("told", "yes")]

    refused = mlflow_batches.log(client, run_id, entities)

    assert [each.partition(":")[0] for each in refused] == ["metric bad//name", "parameter units"]
    run = client.get_run(run_id)
    assert {f"m{number}" for number in range(30)} <= run.data.metrics.keys()
    assert (run.data.params["units"], run.data.tags["told"]) == ("64", "yes")


def test_what_is_refused_is_told_and_all_else_is_there(
    uri: str, client: MlflowClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = replace(STUDY, experiment="a part is refused")
    # MLflow's own check, with the names as they are: what a stricter server does.
    monkeypatch.setattr(mlflow_entities, "named", lambda name: name)

    with pytest.raises(Refused, match="parameter a//b: Invalid value") as caught:
        MlflowRecorder(uri).record_trial(study, replace(trial(), params={"a//b": 1, "units": 2}))

    run = client.get_run(str(caught.value.run_id))
    assert (run.data.params, run.info.status) == ({"units": "2"}, "FINISHED")
    assert len(client.get_metric_history(run.info.run_id, "loss")) == 4


def test_figures_that_are_not_finite_are_sent_once(uri: str, client: MlflowClient) -> None:
    study = replace(STUDY, experiment="not finite", outcome={"value": math.nan, "noise": math.inf}, finished_at=2e9)
    counted = Interrupted(client)
    recorder = counted.recorder(uri)
    run_id = recorder.record_study(study)
    counted.cut(1)

    recorder.record_study(study)

    assert math.isnan(client.get_run(run_id).data.metrics["value"])


def test_recorders_whose_database_is_deleted_under_them_make_one_anew(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    recorders = [MlflowRecorder(uri) for _ in range(2)]
    for recorder in recorders:
        recorder.record_study(STUDY)
    for path in tmp_path.glob("mlflow.db*"):
        path.unlink()
    # What SQLite leaves where a connection is opened before anybody has looked.
    (tmp_path / "mlflow.db").touch()

    runs = {recorder.record_study(STUDY) for recorder in recorders}

    assert len(runs) == 1
    assert recorders[0].champion("digits") is None
