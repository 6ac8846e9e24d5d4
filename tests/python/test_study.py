"""A study as a Python object: looked at, and its figures taken."""

import json
import re
from pathlib import Path

import pytest

import tuner
from tests.analysis.written import TRIALS, write_study
from tuner.database.connection import open_database


def test_a_study_is_opened_by_its_name_and_said_to_be_missing(written: tuner.Study, here: Path) -> None:
    assert (written.name, written.state) == ("s", "finished")
    with pytest.raises(tuner.NotFound, match="no study 'other'"):
        tuner.open("other", storage=written.storage)
    with pytest.raises(tuner.NotFound, match=r"tuner\.db"):
        tuner.open("s")
    assert not (here / "tuner.db").exists()


def test_a_study_stays_where_it_was_opened(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    db = open_database("sqlite:///tuner.db")
    write_study(db)
    db.engine.dispose()
    study = tuner.open("s")
    (here / "elsewhere").mkdir()
    monkeypatch.chdir(here / "elsewhere")
    assert study.state == "finished"
    assert str(here / "tuner.db") in study.storage
    assert not (here / "elsewhere" / "tuner.db").exists()


def test_the_best_is_a_value(written: tuner.Study) -> None:
    best = written.best
    assert (best.number, best.value, best.metric, best.epoch, best.epochs) == (1, 0.955, "val_accuracy", 5, 6)
    assert best.params == TRIALS[1].params
    assert "batch_size" in best.params
    assert "batch_size" not in best.searched
    assert best.metrics["val_accuracy"] == 0.955
    assert best.test is not None
    assert (best.test.metric, best.test.value, best.test.low, best.test.high) == ("test accuracy", 0.94, 0.91, 0.96)
    assert str(best).startswith("trial 1: val_accuracy 0.9550 at epoch 5 of 6, test accuracy 0.9400; hidden_layers=2, ")
    shown = best._repr_html_()
    assert "<style" not in shown
    assert "<td>momentum</td>" in shown


def test_a_study_without_a_complete_trial_has_no_best_and_says_so(here: Path) -> None:
    db = open_database("sqlite:///tuner.db")
    write_study(db, "failed", TRIALS[3:4], outcome=None)
    db.engine.dispose()
    study = tuner.open("failed")
    with pytest.raises(tuner.NotFound, match="'failed' has no complete trial yet; it is interrupted"):
        _ = study.best
    with pytest.raises(tuner.NotFound, match="no complete trial"):
        study.load_model()


def test_trials_and_epochs_are_frames(written: tuner.Study) -> None:
    trials, epochs = written.trials(), written.epochs()
    assert list(trials.trial_number) == [0, 1, 2, 3, 4]
    assert trials.set_index("trial_number").value[1] == 0.955
    assert epochs.groupby("trial_number").val_accuracy.max()[4] == 0.95


@pytest.mark.parametrize(
    "name", ["history", "curves", "timeline", "pruning", "baselines", "slice-optimizer", "parallel"]
)
def test_a_picture_shows_itself(written: tuner.Study, name: str) -> None:
    figure = written.plot(name)
    assert figure.name == name
    shown = figure._repr_mimebundle_()
    assert json.loads(json.dumps(shown["application/vnd.plotly.v1+json"]))["data"]
    assert figure.png().startswith(b"\x89PNG")
    assert figure.plotly().layout.title.text


def test_a_picture_that_is_not_there_is_answered_with_those_that_are(written: tuner.Study, tmp_path: Path) -> None:
    with pytest.raises(tuner.InputError, match=r"plot\('histroy'\).*Did you mean history\?.*curves"):
        written.plot("histroy")
    with pytest.raises(tuner.InputError, match=r"plot\('pareto'\).*It has: .*history"):
        written.plot("pareto")
    with pytest.raises(tuner.InputError, match=r"\.png or \.html"):
        written.plot().save(tmp_path / "history.gif")
    assert written.plot().save(tmp_path / "history.png").read_bytes().startswith(b"\x89PNG")


def test_the_report_stands_in_a_frame_and_passes_a_notebook_server(written: tuner.Study, tmp_path: Path) -> None:
    report = written.report(tmp_path / "made" / "s.html")
    assert (tmp_path / "made" / "s.html").read_text() == report.html
    shown = report._repr_html_()
    assert re.fullmatch(r"<iframe [^<>]*></iframe>", shown), "nothing of it is the notebook's own"
    # jupyter_server's iopub_data_rate_limit: a million bytes a second, over three seconds.
    assert len(shown) < 2_900_000


def test_a_study_in_text_is_one_line_without_escapes(written: tuner.Study) -> None:
    assert repr(written) == "s: finished, 5 of 5 trials, best val_accuracy 0.9550 (trial 1)"


def test_a_study_in_html_styles_nothing_but_itself(written: tuner.Study) -> None:
    shown = written._repr_html_()
    (style,) = re.findall(r"<style>(.*?)</style>", shown, re.DOTALL)
    assert all(
        one.strip().startswith(".tuner-study")
        for selectors in re.findall(r"([^{}]+)\{", style)
        for one in selectors.split(",")
    )
    assert "0.9550" in shown
    assert "<svg" in shown
    assert "<script" not in shown
    assert "\x1b" not in shown


def test_a_study_is_renamed_noted_and_deleted(here: Path) -> None:
    db = open_database("sqlite:///tuner.db")
    write_study(db)
    write_study(db, "other")
    db.engine.dispose()
    study = tuner.open("s")
    with pytest.raises(tuner.StudyConflict, match="there is a study 'other' already"):
        study.rename("other")
    study.rename("wide")
    study.note("units near 64 < 65 are enough")
    assert study.name == "wide"
    assert "units near 64 &lt; 65 are enough" in tuner.open("wide")._repr_html_()
    with pytest.raises(tuner.NotFound):
        tuner.open("s")
    with pytest.raises(tuner.StudyConflict, match="nothing to cancel"):
        study.cancel()
    assert study.delete().trials == 5
    with pytest.raises(tuner.NotFound):
        _ = study.best


def test_a_study_is_changed_while_it_runs(here: Path) -> None:
    db = open_database("sqlite:///tuner.db")
    write_study(db, told=TRIALS[:2], outcome=None)
    db.engine.dispose()
    study = tuner.open("s")
    study.change(trials=9, workers=2, plateau=4)
    view = study.status().study
    assert (view.trials, view.options.workers, view.options.limits.plateau) == (9, 2, 4)
    with pytest.raises(tuner.InputError, match="Ask for at least 2"):
        study.change(trials=1)
