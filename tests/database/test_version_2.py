"""A database of the release before - a study that ended, one stopped, one of a killed worker - goes on as it was."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import optuna
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from tests.database.old_databases import restore
from tuner.cli.main import cli
from tuner.data.dataset import Dataset
from tuner.data.sources import load
from tuner.database import budget, studies, workers
from tuner.database.blobs import FolderStore
from tuner.database.connection import Database, open_database, utc_now
from tuner.database.tables import WorkerRow
from tuner.database.trial_facts import TrialFacts
from tuner.runs import closing, finalists_turn
from tuner.runs.study_context import StudyContext
from tuner.runs.trial import run_trial
from tuner.search import algorithms
from tuner.service.creating import create_study
from tuner.service.resuming import resume_study
from tuner.spec.code import find_code
from tuner.spec.families import FAMILIES
from tuner.spec.space import Params
from tuner.spec.study_spec import parse_spec
from tuner.studies import limits
from tuner.studies.code import code_for
from tuner.studies.nothing_completed import why_nothing_completed
from tuner.studies.resolved_spec import VERSION
from tuner.studies.status import StudyStatus, study_status
from tuner.studies.stored_study import bind_data, resolve_old_studies, spec_of

pytestmark = pytest.mark.half
HERE = Path(__file__).parent
NAMES = ["done", "coded", "wild", "cut", "killed"]


@pytest.fixture
def url(empty_url: str, tmp_path: Path) -> str:
    restore(2, empty_url, tmp_path)
    return empty_url


@pytest.fixture
def old(url: str) -> Iterator[Database]:
    opened = open_database(url)
    resolve_old_studies(opened)
    yield opened
    opened.engine.dispose()


def bench_of(db: Database, name: str, data: Dataset, folder: Path, **more: Any) -> StudyContext:
    view = studies.view_study(db, name)
    workers.enter(db, "w", "cpu")
    # It has been here for a while: one that has just come takes nothing from another that may only be slow.
    with db.session() as session, session.begin():
        session.execute(sa.update(WorkerRow).where(WorkerRow.worker_id == "w").values(steady_since=utc_now() - 600.0))
    return StudyContext(
        db, view, spec_of(view), data, FolderStore(folder / "blobs"), TrialFacts(device="cpu"), lambda: False, **more
    )


def play(context: StudyContext) -> None:
    """To the study's end, as a worker does."""
    db, name = context.db, context.study.study_name
    while (job := budget.take(db, name, "w")) is not None:
        run_trial(context, job)
    while limits.is_over(db, context.spec, name) and finalists_turn.turn(context, "w") == "trained":
        pass
    assert closing.close_if_over(db, context.spec, context.dataset, context.store, name, "w")


def gone_on_with(db: Database, name: str, folder: Path) -> StudyStatus:
    """A study that was resumed and came to its end, as it stands then."""
    view = resume_study(db, name, None, None)
    data = load(spec_of(view).data, view.seed)
    bind_data(db, view, "digits", data.digest)
    play(bench_of(db, name, data, folder))
    return study_status(db, name, epochs=True)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_looked_at(url: str, tmp_path: Path, name: str) -> None:
    def said(*arguments: str) -> str:
        done = CliRunner().invoke(cli, [*arguments, "--storage", url], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    states = {"done": "finished", "coded": "finished", "wild": "finished", "cut": "stopped", "killed": "interrupted"}
    assert json.loads(said("status", name, "--json"))["state"] == states[name]
    listed = json.loads(said("trials", name, "--json"))["trials"]
    # Of the one with finalists the winner is theirs, not the search's best.
    best = {"done": 0.2777778, "coded": 0.4409722, "wild": 0.2048611, "cut": 0.10069445, "killed": 0.10069445}
    assert json.loads(said("best", name, "--json"))["value"] == pytest.approx(best[name])
    assert name in said("list")
    assert json.loads(said("status", name, "--spec", "--json"))["resolved"]["search"]["sampler"]["options"] is not None
    written_out = f"every default written out:\nversion: {VERSION}\ndataset: digits\nvalidation: 0.2\n"
    assert written_out in said("status", name, "--spec")
    assert said("trials", name, "--csv").count("\n") == len(listed) + 1
    said("report", name, "--output", str(tmp_path / "report.html"))
    assert name in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_failed_trial_of_it_has_no_value(old: Database) -> None:
    diverged, complete = study_status(old, "wild").trials
    assert (diverged.state, diverged.value) == ("diverged", None)
    assert complete.value == pytest.approx(0.2048611)
    assert why_nothing_completed(study_status(old, "wild")) is None


def test_its_rules_are_those_of_its_release_and_a_new_study_has_todays(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def percentile(*, percentile: float = 75.0, startup_trials: int = 9, warmup_epochs: int = 3) -> Any:
        return before(percentile=percentile, startup_trials=startup_trials, warmup_epochs=warmup_epochs)

    before = algorithms.PRUNERS["percentile"]
    monkeypatch.setitem(algorithms.PRUNERS, "percentile", percentile)  # type: ignore[arg-type]
    db = open_database(url)
    resolve_old_studies(db)
    done, killed = (spec_of(studies.view_study(db, name)).search for name in ("done", "killed"))
    assert done.pruner.options == {"percentile": 40.0, "startup_trials": 2, "warmup_epochs": 1}
    assert killed.pruner.options == {"percentile": 60, "startup_trials": 2, "warmup_epochs": 1}
    assert killed.sampler.options == {
        "startup_trials": 5, "candidates": 24, "constant_liar": True, "multivariate": True, "gamma": 0.03,
        "min_bandwidth": 0.0, "allow_duplicates": True, "startup_defaults": False,
    }  # fmt: skip
    view = studies.view_study(db, "done")
    spec = parse_spec(view.spec_text, "new", Path(), "new.yaml")
    new = create_study(
        db, spec, study_name="new", n_trials=None, timeout_s=None, seed=None, mlflow_uri=""
    )  # fmt: skip
    assert spec_of(new).search.pruner.options == {"percentile": 75.0, "startup_trials": 9, "warmup_epochs": 3}
    assert studies.unresolved(db) == []
    db.engine.dispose()


@pytest.mark.parametrize("name", ["cut", "killed"])
def test_the_same_file_is_the_same_study(old: Database, name: str) -> None:
    view = studies.view_study(old, name)
    spec = parse_spec("# the same\n" + view.spec_text, "killed", Path(view.spec_folder), "killed.yaml")
    again = create_study(
        old, spec, study_name=name, n_trials=None, timeout_s=None, seed=None, mlflow_uri=""
    )  # fmt: skip
    assert (again.study_name, again.trials, again.seed) == (name, 3, 3)


def check_gone_on_with(before: Params, after: Params) -> None:
    """The same configuration; what a later version has brought has the default that the earlier one took."""
    assert {name: after[name] for name in before} == dict(before)
    for name in set(after) - set(before):
        assert after[name] == FAMILIES["mlp"][name].default


@pytest.mark.parametrize("name", ["cut", "killed"])
def test_what_was_begun_is_gone_on_with_to_its_end(old: Database, tmp_path: Path, digits: Dataset, name: str) -> None:
    before = study_status(old, name).trials
    after = gone_on_with(old, name, tmp_path)
    assert after.state == "finished"
    assert [trial.state for trial in after.trials] == ["complete", "complete", after.trials[2].state]
    # The one that was complete is as it was, and the one that was running is the same trial, trained on.
    assert (after.trials[0].value, after.trials[0].attempt) == (before[0].value, before[0].attempt)
    assert after.trials[1].trial_number == 1
    check_gone_on_with(before[1].params, after.trials[1].params)
    assert after.trials[1].attempt > before[1].attempt
    assert [epoch.epoch for epoch in after.trials[1].epochs] == list(range(1, 13))
    theirs = optuna.load_study(study_name=name, storage=old.storage).trials
    assert [trial.value for trial in theirs] == [trial.value for trial in after.trials]


def test_an_ended_study_goes_on_with_its_finalists(old: Database, tmp_path: Path) -> None:
    view = resume_study(old, "done", 5, None)
    data = load(spec_of(view).data, view.seed)
    bind_data(old, view, "digits", data.digest)
    play(bench_of(old, "done", data, tmp_path))
    status = study_status(old, "done")
    assert (status.state, len(status.trials), status.study.round) == ("finished", 5, 1)
    assert {each.role for each in status.finalists} == {"compare", "final"}
    assert status.study.outcome is not None
    assert status.study.outcome.finalists is not None
    assert status.study.outcome.finalists.words


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_study_of_a_persons_code_goes_on_with_that_code(old: Database, tmp_path: Path) -> None:
    code = find_code(str(HERE / "version_2_code.py"))
    view = resume_study(old, "coded", 4, None)
    data = load(spec_of(view).data, view.seed)
    bind_data(old, view, "digits", data.digest)
    play(bench_of(old, "coded", data, tmp_path, code=code_for(view, spec_of(view), [code])))
    status = study_status(old, "coded", epochs=True)
    assert (status.state, len(status.trials)) == ("finished", 4)
    assert set(status.trials[3].params) == {"units", "learning_rate", "epochs"}
