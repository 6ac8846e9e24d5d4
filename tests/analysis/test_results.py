"""Frames have a row a thing, the same columns whatever happened, and the figures that SQL has."""

import io
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import tuner.analysis
from tests.analysis.written import TRIALS, write_study
from tuner.cli.main import cli
from tuner.database import runs
from tuner.database.connection import Database
from tuner.errors import NotFound


def test_trials_are_a_row_each_with_parameters_and_the_metrics_of_the_best_epoch(ended: Database) -> None:
    frame = tuner.analysis.trials(ended, "s")
    assert list(frame.trial_number) == [0, 1, 2, 3, 4]
    assert list(frame.state) == [told.state for told in TRIALS]
    assert list(frame["metrics.val_accuracy"]) == [max(told.accuracies) for told in TRIALS]
    assert list(frame.value.dropna()) == [max(told.accuracies) for told in TRIALS if told.state != "diverged"]
    assert frame.value.isna().tolist() == [told.state == "diverged" for told in TRIALS]
    assert frame.to_csv(index=False).splitlines()[4].startswith("s,3,,diverged,loss is not finite at epoch 1,")
    assert frame["params.units_3"].isna().tolist() == [True, True, True, False, True]
    assert frame.loc[1, "params.momentum"] == 0.9
    assert frame.loc[0, "baseline"] == "plain"
    assert frame.loc[3, "verdict"].startswith("diverged")
    assert list(frame.epochs) == [len(told.accuracies) for told in TRIALS]
    assert list(frame.seconds) == [0.5 * len(told.accuracies) for told in TRIALS]
    assert str(frame.started_at.dtype).endswith("UTC]")
    assert pd.api.types.is_numeric_dtype(frame.parameters)


def test_epochs_are_a_row_each_with_the_worker_that_trained_them(ended: Database) -> None:
    frame = tuner.analysis.epochs(ended, "s")
    assert len(frame) == sum(len(told.accuracies) for told in TRIALS)
    one = frame[frame.trial_number == 1]
    assert list(one.epoch) == [1, 2, 3, 4, 5, 6]
    assert list(one.val_accuracy) == list(TRIALS[1].accuracies)
    assert set(one.worker) == {"h-1-s"}


def test_studies_are_a_row_each_with_test_figures_once_they_have_ended(db: Database) -> None:
    write_study(db, "first")
    write_study(db, "second", TRIALS[:2], outcome=None)
    frame = tuner.analysis.studies(db).set_index("study_name")
    assert list(frame.index) == ["first", "second"]
    assert frame.loc["first", "test_accuracy"] == 0.94
    assert pd.isna(frame.loc["second", "test_accuracy"])
    assert pd.isna(frame.loc["second", "finished_at"])
    assert list(frame.complete) == [3, 2]
    assert list(frame.failed) == [1, 0]


def test_a_trial_that_changed_hands_has_a_stretch_for_each_worker(db: Database) -> None:
    write_study(db, "s", TRIALS[:1], outcome=None)
    view = runs.view_trials(db, "s", epochs=True)[0]
    late = [replace(epoch, worker_id="other") for epoch in view.epochs[4:]]
    view = replace(view, epochs=(*view.epochs[:4], *late))
    first, second = tuner.analysis.results.stretches([view])
    assert (first.worker_id, first.epochs, second.worker_id, second.epochs) == ("h-0-s", 4, "other", 2)
    assert first.ended_at == view.epochs[3].measured_at
    assert second.began_at == view.epochs[4].measured_at - 0.5
    assert second.ended_at == view.finished_at


def test_an_empty_study_has_empty_frames_with_all_columns(db: Database) -> None:
    write_study(db, "s", (), outcome=None)
    assert list(tuner.analysis.trials(db, "s").columns[:4]) == ["study_name", "trial_number", "baseline", "state"]
    for frame in (tuner.analysis.trials(db, "s"), tuner.analysis.epochs(db, "s"), tuner.analysis.timeline(db, "s")):
        assert frame.empty
        assert "trial_number" in frame.columns


def test_a_study_that_is_not_there_is_said(ended: Database, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no study 'x'"):
        tuner.analysis.trials(ended, "x")
    with pytest.raises(NotFound, match="no study database"):
        tuner.analysis.trials(f"sqlite:///{tmp_path / 'none.db'}", "s")


def test_trials_as_csv_reads_back_as_the_frame(ended: Database) -> None:
    done = CliRunner().invoke(
        cli, ["trials", "s", "--csv", "--top", "3", "--storage", f"sqlite:///{ended.sqlite_file}"]
    )
    assert done.exit_code == 0, done.output
    frame = pd.read_csv(io.StringIO(done.stdout))
    assert list(frame.trial_number) == [1, 4, 0]
    assert list(frame.value) == [0.955, 0.95, 0.93]
    assert list(frame["params.optimizer"]) == ["momentum", "adam", "adam"]


def test_trials_in_a_narrow_terminal_have_their_configuration_under_them(
    ended: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["trials", "s", "--storage", f"sqlite:///{ended.sqlite_file}"]
    shown = {}
    for width in (80, 200):
        monkeypatch.setenv("COLUMNS", str(width))
        done = CliRunner().invoke(cli, command)
        assert done.exit_code == 0, done.output
        shown[width] = [line.rstrip() for line in done.stdout.splitlines()]
        assert max(map(len, shown[width])) <= width
    # The same words in both.
    assert sorted(" ".join(shown[80]).split()) == sorted(
        word for word in " ".join(shown[200]).split() if word not in ("verdict,", "configuration")
    )
    starts = [line.split()[0] for line in shown[80] if not line.startswith("    ")]
    assert starts == ["trial", "1", "4", "0", "2", "3"]
