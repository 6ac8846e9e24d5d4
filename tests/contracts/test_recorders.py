"""The contract of Recorder, on every adapter: memory, MLflow on a SQLite file, MLflow over HTTP."""

import math
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import pytest
from mlflow import MlflowClient

from tests.tracking import servers
from tests.tracking.records import STUDY, epochs, model_file, trial
from tuner.tracking import mlflow_mapping
from tuner.tracking.memory_recorder import MemoryRecorder
from tuner.tracking.mlflow_recorder import MlflowRecorder
from tuner.tracking.recorder import Champion, EpochRecord, Recorder, State, StudyRecord

Points = list[tuple[int, int, float]]


@dataclass(frozen=True)
class Seen:
    """A run as a reader finds it. histories: (step, milliseconds since 1970, value) by metric."""

    params: Mapping[str, str]
    tags: Mapping[str, str]
    histories: Mapping[str, Points]
    status: str
    parent: str | None


class OtherSide(Protocol):
    """What a recorder delivers to."""

    def recorder(self) -> Recorder:
        """A recorder that knows nothing yet, as in another process."""
        ...

    def seen(self, run_id: str) -> Seen: ...

    def run_ids(self, experiment: str) -> set[str]: ...

    def files(self, run_id: str) -> dict[str, bytes]:
        """Those of a study's run, but its specification."""
        ...


def value_of(champion: Champion | None) -> float | None:
    return None if champion is None else champion.value


class Memory:
    def __init__(self) -> None:
        self._recorder = MemoryRecorder()

    def recorder(self) -> MemoryRecorder:
        return self._recorder

    def seen(self, run_id: str) -> Seen:
        record = self._recorder.trials[run_id]
        figures = list(mlflow_mapping.epoch_figures(record.epochs, after=0))
        if record.state != "running":
            figures += mlflow_mapping.trial_figures(record)
        histories: dict[str, Points] = {}
        for key, value, at_ms, step, _ in figures:
            histories.setdefault(key, []).append((step, at_ms, value))
        return Seen(
            params={key: str(value) for key, value in record.params.items()},
            tags=mlflow_mapping.trial_tags(record),
            histories=histories,
            status=mlflow_mapping.STATUS[record.state],
            parent=self._recorder.parents[run_id],
        )

    def run_ids(self, experiment: str) -> set[str]:
        return {*self._recorder.studies, *self._recorder.trials}

    def files(self, run_id: str) -> dict[str, bytes]:
        return self._recorder.files[run_id]


class Mlflow:
    def __init__(self, uri: str) -> None:
        self._uri = uri

    def recorder(self) -> MlflowRecorder:
        return MlflowRecorder(self._uri)

    def seen(self, run_id: str) -> Seen:
        client = MlflowClient(self._uri)
        run = client.get_run(run_id)
        own = ("mlflow.",)
        return Seen(
            params=run.data.params,
            tags={key: value for key, value in run.data.tags.items() if not key.startswith(own)},
            histories={
                key: sorted((each.step, each.timestamp, each.value) for each in client.get_metric_history(run_id, key))
                for key in run.data.metrics
            },
            status=run.info.status,
            parent=run.data.tags.get("mlflow.parentRunId"),
        )

    def run_ids(self, experiment: str) -> set[str]:
        client = MlflowClient(self._uri)
        found = client.get_experiment_by_name(experiment)
        return {run.info.run_id for run in client.search_runs([found.experiment_id])}

    def files(self, run_id: str) -> dict[str, bytes]:
        client = MlflowClient(self._uri)
        with tempfile.TemporaryDirectory() as folder:
            client.download_artifacts(run_id, "", folder)
            paths = [path for path in Path(folder).rglob("*") if path.is_file() and path.name != "spec.yaml"]
            return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.fixture(scope="session")
def server_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("mlflow-server")
    store = ["--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", str(folder / "files")]
    with servers.mlflow(folder, "server", "--workers", "1", *store) as uri:
        yield uri


@pytest.fixture(scope="session")
def file_uri(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('mlflow-file')}/mlflow.db"


@pytest.fixture(params=["memory", "sqlite", pytest.param("http", marks=pytest.mark.slow)])
def other_side(request: pytest.FixtureRequest) -> OtherSide:
    if request.param == "memory":
        return Memory()
    return Mlflow(request.getfixturevalue("file_uri" if request.param == "sqlite" else "server_uri"))


@pytest.fixture
def study(request: pytest.FixtureRequest) -> StudyRecord:
    """A study of this test's own: the database is one for all of them."""
    return replace(STUDY, experiment=f"digits {request.node.name}")


class TestRecorder:
    def test_a_trial_reads_back_as_it_was_recorded(self, other_side: OtherSide, study: StudyRecord) -> None:
        recorder = other_side.recorder()
        parent = recorder.record_study(study)

        seen = other_side.seen(recorder.record_trial(study, trial()))

        assert seen.parent == parent
        assert seen.status == "FINISHED"
        assert seen.params == {
            "units": "64",
            "learning_rate": "0.30000000000000004",
            "activation": "relu",
            "batch_normalization": "True",
        }
        assert seen.tags == {
            "study_name": "digits-1",
            "role": "trial",
            "trial_number": "3",
            "state": "complete",
            "worker": "host-1",
            "device": "cpu",
            "seed": "17",
        }
        assert seen.histories["loss"] == [(n, 1_700_000_010_125 + n * 1000, 1 / n) for n in range(1, 5)]
        assert seen.histories["epoch_seconds"] == [(n, 1_700_000_010_125 + n * 1000, 0.5) for n in range(1, 5)]
        assert seen.histories["value"] == [(0, 1_700_000_099_750, 0.74)]
        assert seen.histories["best_epoch"] == [(0, 1_700_000_099_750, 4)]
        assert seen.histories["epochs"] == [(0, 1_700_000_099_750, 4)]
        assert seen.histories["seconds"] == [(0, 1_700_000_099_750, 2)]

    def test_several_are_recorded_as_each_alone(self, other_side: OtherSide, study: StudyRecord) -> None:
        recorder = other_side.recorder()
        parent = recorder.record_study(study)
        records = [trial(number=number, count=number % 3) for number in range(9)]
        made = dict(recorder.record_together(study, records))
        made |= {
            place: recorder.record_trial(study, record) for place, record in enumerate(records) if place not in made
        }
        assert other_side.run_ids(study.experiment) == {parent, *made.values()}
        alone = other_side.recorder().record_trial(study, trial(number=9, count=2))
        expected = other_side.seen(alone)
        assert other_side.seen(made[5]) == replace(expected, tags={**expected.tags, "trial_number": "5"})
        assert {place: other_side.recorder().record_trial(study, each) for place, each in enumerate(records)} == made

    def test_delivering_again_changes_nothing(self, other_side: OtherSide, study: StudyRecord) -> None:
        recorder = other_side.recorder()
        parent = recorder.record_study(study)
        run_id = recorder.record_trial(study, trial())
        before = other_side.seen(run_id)

        for again in (recorder, other_side.recorder()):
            assert again.record_study(study) == parent
            assert again.record_trial(study, trial()) == run_id

        assert other_side.seen(run_id) == before
        assert other_side.run_ids(study.experiment) == {parent, run_id}

    def test_pieces_read_as_one_delivery(self, other_side: OtherSide, study: StudyRecord) -> None:
        recorder = other_side.recorder()
        for count in (0, 1, 3):
            run_id = recorder.record_trial(study, trial(count=count, state="running"))
            assert other_side.seen(run_id).status == "RUNNING"
        recorder.record_trial(study, trial())
        whole = other_side.recorder().record_trial(study, trial(number=4))

        pieces = other_side.seen(run_id)
        expected = other_side.seen(whole)
        assert pieces == replace(expected, tags={**expected.tags, "trial_number": "3"})

    def test_an_adopted_trial_goes_on_in_its_run(self, other_side: OtherSide, study: StudyRecord) -> None:
        first, second = other_side.recorder(), other_side.recorder()
        run_id = first.record_trial(study, trial(count=2, state="running"))

        assert second.record_trial(study, trial(count=3, state="running")) == run_id
        assert first.record_trial(study, trial(count=4, state="running")) == run_id
        assert second.record_trial(study, trial(count=4)) == run_id

        seen = other_side.seen(run_id)
        assert [step for step, _, _ in seen.histories["loss"]] == [1, 2, 3, 4]
        assert (seen.status, seen.tags["state"]) == ("FINISHED", "complete")

    def test_a_run_is_found_by_its_id(self, other_side: OtherSide, study: StudyRecord) -> None:
        first = other_side.recorder()
        parent = first.record_study(study)
        run_id = first.record_trial(study, trial(count=1, state="running"))

        known = replace(study, run_id=parent)
        assert other_side.recorder().record_trial(known, replace(trial(), run_id=run_id)) == run_id
        assert other_side.run_ids(study.experiment) == {parent, run_id}

    def test_the_id_of_a_run_that_is_gone_is_no_obstacle(self, other_side: OtherSide, study: StudyRecord) -> None:
        recorder = other_side.recorder()
        lost = replace(study, run_id="0" * 32)
        run_id = recorder.record_trial(lost, replace(trial(), run_id="1" * 32))

        assert other_side.seen(run_id).parent == recorder.record_study(study)

    @pytest.mark.parametrize(
        ("state", "status"),
        [
            ("pruned", "KILLED"),
            ("diverged", "FAILED"),
            ("out_of_memory", "FAILED"),
            ("failed", "FAILED"),
            ("given_up", "FAILED"),
        ],
    )
    def test_the_state_is_told_in_our_word_and_mlflows(
        self, other_side: OtherSide, study: StudyRecord, state: State, status: str
    ) -> None:
        seen = other_side.seen(other_side.recorder().record_trial(study, trial(state=state)))

        assert (seen.status, seen.tags["state"]) == (status, state)
        assert seen.tags.get("reason") == ("below the median" if state == "pruned" else None)

    def test_a_late_record_does_not_take_a_final_state_back(self, other_side: OtherSide, study: StudyRecord) -> None:
        run_id = other_side.recorder().record_trial(study, trial(state="pruned"))
        before = other_side.seen(run_id)

        other_side.recorder().record_trial(study, trial(count=2, state="running"))

        assert other_side.seen(run_id) == before

    def test_params_and_epochs_stay_as_they_were_first_recorded(
        self, other_side: OtherSide, study: StudyRecord
    ) -> None:
        recorder = other_side.recorder()
        run_id = recorder.record_trial(study, trial(count=2, state="running"))
        changed = tuple(replace(epoch, metrics={"loss": 9.0, "val_accuracy": 0.1}) for epoch in epochs(3))

        other_side.recorder().record_trial(
            study, replace(trial(count=3, state="running"), params={"units": 65, "new": 1}, epochs=changed)
        )

        seen = other_side.seen(run_id)
        assert (seen.params["units"], seen.params["new"]) == ("64", "1")
        assert [value for _, _, value in seen.histories["loss"]] == [1.0, 0.5, 9.0]

    def test_each_seed_of_a_finalist_has_a_run(self, other_side: OtherSide, study: StudyRecord) -> None:
        recorder = other_side.recorder()
        records = [replace(trial(role="finalist"), tags={"seed": str(seed)}) for seed in range(3)]
        runs = [recorder.record_trial(study, record) for record in (*records, trial())]

        assert len(set(runs)) == 4
        assert [other_side.recorder().record_trial(study, record) for record in records] == runs[:3]

    def test_a_later_study_of_the_same_name_is_another(self, other_side: OtherSide, study: StudyRecord) -> None:
        later = replace(study, started_at=study.started_at + 60)
        recorder = other_side.recorder()

        first, second = recorder.record_study(study), recorder.record_study(later)

        assert first != second
        assert other_side.recorder().record_trial(study, trial()) != other_side.recorder().record_trial(later, trial())

    def test_a_name_may_hold_quotes(self, other_side: OtherSide, study: StudyRecord) -> None:
        for name in ("ann's", 'the "best"', 'ann\'s "best" `one`'):
            odd = replace(study, study_name=name)
            assert other_side.recorder().record_study(odd) == other_side.recorder().record_study(odd)

    def test_figures_that_are_not_finite_are_recorded_once(self, other_side: OtherSide, study: StudyRecord) -> None:
        bad = EpochRecord(1, 1_700_000_011.0, 0.5, {"loss": math.nan, "val_accuracy": 0.1})
        record = replace(trial(state="diverged"), epochs=(bad,), value=None, best_epoch=0)
        for _ in range(2):
            run_id = other_side.recorder().record_trial(study, record)

        histories = other_side.seen(run_id).histories
        assert [(step, math.isnan(value)) for step, _, value in histories["loss"]] == [(1, True)]
        assert "value" not in histories

    def test_many_epochs_and_many_tags_are_all_delivered(self, other_side: OtherSide, study: StudyRecord) -> None:
        many = replace(
            trial(count=700),
            tags={f"tag_{number}": "x" for number in range(150)},
            params={f"units_{number}": number for number in range(150)},
        )

        seen = other_side.seen(other_side.recorder().record_trial(study, many))

        assert len(seen.histories["loss"]) == len(seen.histories["epoch_seconds"]) == 700
        assert len(seen.params) == 150
        assert seen.tags["tag_149"] == "x"

    def test_the_champion_is_registered_once_and_can_be_replaced(
        self, other_side: OtherSide, study: StudyRecord, tmp_path: Path
    ) -> None:
        recorder = other_side.recorder()
        model = model_file(tmp_path)
        study = replace(study, tags={**study.tags, "metric": "val_accuracy"})
        tags = {**trial().tags, "dataset": "digits", "test_digest": "7e57"}
        good = replace(trial(number=1), model=model, tags=tags)
        better = replace(trial(number=2), value=0.8, model=model)
        assert recorder.champion(study.experiment) is None

        assert recorder.register_champion(study, good) == "1"
        assert other_side.recorder().register_champion(study, good) == "1"
        standing = recorder.champion(study.experiment)
        assert standing == Champion("1", "digits-1", 1, 0.74, "val_accuracy", "digits 7e57")
        assert other_side.recorder().register_champion(study, better) == "2"
        assert value_of(recorder.champion(study.experiment)) == 0.8
        assert recorder.register_champion(study, good) == "1"
        assert value_of(recorder.champion(study.experiment)) == 0.74

    def test_the_files_of_a_study_are_replaced_where_they_changed(
        self, other_side: OtherSide, study: StudyRecord
    ) -> None:
        first = {"report.html": b"<p>one", "pictures/history.png": b"1"}
        run_id = other_side.recorder().record_study(replace(study, files=first))
        assert other_side.files(run_id) == first

        other_side.recorder().record_study(study)
        assert other_side.files(run_id) == first

        other_side.recorder().record_study(replace(study, files={**first, "report.html": b"<p>two"}))
        assert other_side.files(run_id) == {**first, "report.html": b"<p>two"}
