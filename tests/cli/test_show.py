"""How studies look whose trials have no number yet, were pruned at once, or whose names are very long."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from tests.analysis.written import TRIALS, write_study
from tuner.analysis.report import report
from tuner.cli import live
from tuner.cli.main import cli
from tuner.database import budget, runs, whole_study, workers
from tuner.database.connection import Database, open_database
from tuner.database.epochs import EpochView
from tuner.database.trial_facts import TrialFacts
from tuner.formatting import duration, plural
from tuner.python.view import fragment, in_a_line
from tuner.search.optuna_study import trial_template
from tuner.service.changing import change
from tuner.service.requests import ChangeRequest
from tuner.studies.status import DELIVERING, study_status

LONG = "n" * 300


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = open_database(f"sqlite:///{tmp_path / 'tuner.db'}")
    yield db
    db.engine.dispose()


def tune(db: Database, *arguments: str) -> str:
    done = CliRunner().invoke(cli, [*arguments, "--storage", db.url], env={"COLUMNS": "80"}, catch_exceptions=False)
    assert done.exit_code == 0, done.stderr
    return done.stdout


def everything_shown(db: Database, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> str:
    """All that a person is shown of the study, on every front."""
    status = study_status(db, "s", epochs=True)
    console = Console(width=120)
    with console.capture() as captured:
        console.print(live.picture(status))
    live.Lines().show(status)
    page = re.sub(r"<script.*?</script>", "", report(db, "s"), flags=re.S)
    commands = [tune(db, *each) for each in (("status", "s"), ("list",), ("trials", "s"), ("best", "s"))]
    return "\n".join([*commands, captured.get(), capsys.readouterr().err, fragment(status), in_a_line(status), page])


def lines_of_a_study(db: Database) -> live.Lines:
    """Of a study of nine trials, of which two have ended and were told."""
    write_study(db, told=TRIALS[:2], outcome=None)
    change(db, ChangeRequest(study_name="s", trials=9))
    lines = live.Lines()
    lines.show(study_status(db, "s", epochs=True))
    return lines


def test_a_line_tells_the_epochs_that_a_trial_had_from_its_best(
    db: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    write_study(db)
    status, lines = study_status(db, "s", epochs=True), live.Lines()
    lines.show(replace(status, trials=()))
    lines.show(status)
    told = capsys.readouterr().err
    for trial in status.trials:
        if trial.value is not None:
            named = f" (baseline {trial.baseline})" if trial.baseline else ""
            after = f"after {plural(len(trial.epochs), 'epoch')}"
            start = f"trial {trial.trial_number}{named} {trial.state} {after}: val_accuracy"
            assert re.search(rf"^{re.escape(start)} \S+( \+- \S+)? at epoch {trial.best_epoch}, ", told, re.MULTILINE)


def test_a_trial_without_a_number_is_never_shown_with_one(
    db: Database, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    lines = lines_of_a_study(db)
    ended = budget.take(db, "s", "w1")
    assert ended is not None
    runs.finish(db, ended, "given_up", "three workers died on it", None, 0, TrialFacts())
    runs.finalize(db, ended)
    running = budget.take(db, "s", "w2")
    assert running is not None
    assert (ended.lease.what, ended.trial_number) == ("the trial in place 3 of the budget of s", None)
    lines.show(study_status(db, "s", epochs=True))
    assert "\nthe trial in place 3 of the budget given_up: three workers died on it" in capsys.readouterr().err
    shown = everything_shown(db, capsys, tmp_path)
    assert "None" not in shown
    assert "running: the trial in place 4 of the budget, epoch 0, w2" in shown


def test_a_trial_that_was_pruned_before_its_first_epoch_says_so(
    db: Database, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    lines = lines_of_a_study(db)
    job = budget.take(db, "s", "w")
    assert job is not None
    budget.fill(db, job, trial_template(job.ordinal, None), "")
    runs.start(db, job, TrialFacts(), TRIALS[0].params)
    runs.finish(db, job, "pruned", "pruned before its first epoch", None, 0, TrialFacts())
    runs.finalize(db, job)
    lines.show(study_status(db, "s", epochs=True))
    assert "trial 2 pruned: before its first epoch had ended  [3/9, best " in capsys.readouterr().err
    row = next(line for line in tune(db, "trials", "s").splitlines() if line.startswith("2 "))
    assert row.split() == ["2", "pruned", "-", "-", "0", "0.0"]
    (found,) = [each for each in json.loads(tune(db, "trials", "s", "--json"))["trials"] if each["trial_number"] == 2]
    assert (found["value"], found["best_epoch"], found["epochs"], found["metrics"]) == (None, 0, 0, {})
    assert "2 complete, 1 pruned" in everything_shown(db, capsys, tmp_path)


def test_a_name_of_300_letters_is_shown_whole(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_study(db)
    # What is longer than 200 is refused by now.
    assert whole_study.rename_study(db, "s", LONG)
    for command in ("best", "status"):
        assert LONG in "".join(tune(db, command, LONG).split())
        assert json.loads(tune(db, command, LONG, "--json"))["study_name"] == LONG
    assert len(tune(db, "trials", LONG).splitlines()) > 5
    listed = tune(db, "list").splitlines()
    assert sum(line.split(" ")[0].count("n") for line in listed[1:]) == 300
    assert max(map(len, listed)) <= 80
    (file,) = tune(db, "report", LONG).splitlines()
    assert Path(file).is_file()
    told = CliRunner().invoke(cli, ["best", LONG + "m", "--storage", db.url])
    assert "there is no study" in str(told.exception)


@pytest.mark.parametrize("width", [80, 120])
def test_the_moving_view_fits_the_terminal_and_cuts_no_figure(db: Database, width: int) -> None:
    write_study(db, "fashion_mnist-1", outcome=None)
    change(db, ChangeRequest(study_name="fashion_mnist-1", trials=200))
    for number in range(2):
        workers.enter(db, f"w{number}", "cpu")
        workers.beat(db, f"w{number}", "fashion_mnist-1", DELIVERING if number else "training")
        job = budget.take(db, "fashion_mnist-1", f"w{number}")
        assert job is not None
        budget.fill(db, job, trial_template(job.ordinal, None), "")
        runs.start(db, job, TrialFacts(), TRIALS[0].params)
        runs.finish_epoch(db, job, EpochView(1, {"val_accuracy": 0.8765}, 0.5, 1.0), 0.8765, 1)
    status = study_status(db, "fashion_mnist-1", epochs=True)
    console = Console(width=width)
    with console.capture() as captured:
        console.print(live.picture(status, width))
    lines = captured.get().splitlines()
    assert max(map(len, lines)) <= width
    head, shown = lines[0], captured.get()
    assert re.search(r"5/200 trials  \S+ gone  about \S+ left", head)
    assert lines[1].startswith("3 complete   1 pruned   1 failed   2 running")
    assert len(re.findall(r"^[56] +1/6 +0\.8765 +0\.8765 +0 ", shown, flags=re.M)) == 2
    assert len(re.findall(r"cpu +(?:training|delivering what is left to MLflow) +[56] +1/6 +\d+ s ago", shown)) == 2


def test_a_study_that_has_ended_is_told_how_it_goes_on(db: Database) -> None:
    write_study(db)
    done = CliRunner().invoke(cli, ["stop", "s", "--storage", db.url])
    assert done.stderr.splitlines() == [
        "study s has ended already",
        f"go on with: tune resume s --trials 10 --storage {db.url}",
    ]
    listed = tune(db, "list").splitlines()
    assert (listed[0].split()[-1], listed[1].split()[-1]) == ("time", duration(study_status(db, "s").elapsed_s))


def test_trials_are_chosen_and_ordered_as_over_http(db: Database) -> None:
    write_study(db)

    def numbers(*asked: str) -> list[int]:
        return [each["trial_number"] for each in json.loads(tune(db, "trials", "s", "--json", *asked))["trials"]]

    assert numbers("--where", "optimizer:adam") == [4, 0]
    assert numbers("--where", "optimizer:!sgd", "--where", "learning_rate:<0.01", "--top", "1") == [4]
    assert numbers("--order", "learning_rate") == [2, 0, 4, 1, 3]
    assert numbers("--words", "diverged") == [3]
    assert [
        each.split(",")[1] for each in tune(db, "trials", "s", "--csv", "--where", "state:pruned").splitlines()[1:]
    ] == ["2"]
    wrong = CliRunner().invoke(cli, ["trials", "s", "--where", "optimiser:adam", "--storage", db.url])
    assert "Did you mean optimizer?" in str(wrong.exception)
