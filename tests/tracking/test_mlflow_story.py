"""A trial's description in MLflow: what came of it first, foreign words letter by letter, technical tags unseen."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from mlflow import MlflowClient

from tests.tracking.records import STUDY, trial
from tuner.tracking import mlflow_mapping, mlflow_story
from tuner.tracking.mlflow_mapping import CREATED, CURSOR, known_tags
from tuner.tracking.mlflow_names import MOST_TAG
from tuner.tracking.mlflow_recorder import MlflowRecorder

OBJECTIVE = replace(STUDY, tags={**STUDY.tags, "metric": "val_accuracy"}, searched=("units",))


def test_the_outcome_comes_first_then_what_went_wrong_and_the_remedy() -> None:
    found = mlflow_story.of_trial(
        OBJECTIVE,
        replace(
            trial(), baseline="lab", params={"units_1": 64, "activation": "relu"},
            tags={"verdict": "dead units", "remedy": "Smaller steps.", "parameters": "4810", "device": "cpu"},
        ),
    )  # fmt: skip
    parts = found.split("\n\n")
    study = OBJECTIVE.study_name
    assert parts[0] == f"**val_accuracy 0.7400** at epoch 4 of 4, complete: trial 3 of study {study}, the baseline lab."
    assert parts[1] == "**dead units** Smaller steps."
    assert "| units_1 | 64 |" in parts[-1]
    assert "activation" not in found, "it was not searched"
    assert "4,810 numbers to learn" in parts[2]


def test_of_a_trial_that_failed_the_reason_is_told() -> None:
    failed = replace(trial(), state="failed", value=None, best_epoch=0, reason="out of memory", tags={})
    assert mlflow_story.of_trial(OBJECTIVE, failed).startswith(f"**failed**: trial 3 of study {OBJECTIVE.study_name}.")
    assert "out of memory" in mlflow_story.of_trial(OBJECTIVE, failed)
    assert list(mlflow_story.objective(OBJECTIVE, failed)) == []


@given(st.text(max_size=3000), st.text(max_size=50), st.text(min_size=1, max_size=20))
def test_whatever_words_there_are_the_story_is_a_tag_and_its_table_a_table(reason: str, value: str, name: str) -> None:
    study = replace(OBJECTIVE, searched=(name,))
    found = mlflow_story.of_trial(study, replace(trial(), state="pruned", reason=reason, params={name: value}))
    assert len(found) <= MOST_TAG
    assert "<" not in found
    rows = [line for line in found.split("\n") if line.startswith("|")]
    assert rows[:2] == ["| searched | |", "|---|---|"]
    assert all(line.replace("\\|", "").count("|") == 3 for line in rows)


def test_technical_tags_are_out_of_the_ui_s_sight_and_all_others_stay() -> None:
    tags = {
        "version_keras": "3",
        "rows_train": "5",
        "host": "h",
        "path": "fit",
        "seed": "1",
        "device": "cpu",
        "kind": "x",
    }
    record = replace(trial(), tags=tags)
    shown = {key for key in mlflow_mapping.trial_tags(record) if not key.startswith("mlflow.")}
    assert shown == {"seed", "device", "kind", "study_name", "role", "trial_number", "state"}
    assert set(mlflow_mapping.trial_tags(record).values()) >= set(tags.values()), "none is lost"


def test_a_run_of_an_earlier_version_is_gone_on_with(tmp_path) -> None:  # type: ignore[no-untyped-def]
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    client = MlflowClient(uri)
    study = replace(OBJECTIVE, experiment="earlier")
    run_id = MlflowRecorder(uri).record_trial(study, replace(trial(), state="running", finished_at=None))
    for name in (CURSOR, CREATED):
        old = client.get_run(run_id).data.tags[name]
        client.delete_tag(run_id, name)
        client.set_tag(run_id, name.removeprefix("mlflow.tuner."), old)
    assert known_tags(client.get_run(run_id).data.tags)[CURSOR] == "4"
    assert MlflowRecorder(uri).record_trial(study, trial()) == run_id
    run = client.get_run(run_id)
    assert len(client.get_metric_history(run_id, "loss")) == 4
    assert run.data.metrics["best val_accuracy"] == 0.74
    assert run.data.tags[mlflow_story.NOTE].startswith("**val_accuracy 0.7400**")
    MlflowRecorder(uri).record_trial(study, replace(trial(), state="running", finished_at=None))
    assert client.get_run(run_id).data.tags[mlflow_story.NOTE].startswith("**val_accuracy"), "never taken back"
