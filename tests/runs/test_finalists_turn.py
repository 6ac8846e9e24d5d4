"""Finalists on real data, in this process: what is planned, who wins, what is scored."""

import shutil
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from tuner.data.dataset import Dataset
from tuner.database import budget, runs, studies, workers
from tuner.database.blobs import FolderStore
from tuner.database.connection import open_database, utc_now
from tuner.database.tables import StudyRow
from tuner.database.trial_facts import TrialFacts
from tuner.runs import closing, finalists_turn, products
from tuner.runs.study_context import StudyContext
from tuner.runs.trial import run_trial
from tuner.service.creating import create_study
from tuner.service.resuming import resume_study
from tuner.spec.space_file import Finalists
from tuner.spec.study_spec import parse_spec
from tuner.studies.delivery import deliver
from tuner.studies.finalists import winner_of
from tuner.studies.limits import search_left_s
from tuner.studies.retraining_budget import Room, finals_fitting, fitting
from tuner.studies.status import study_status
from tuner.tracking.memory_recorder import MemoryRecorder

SPACE = """
dataset: digits
parameters: {units: [8, 32], optimizer: adam, learning_rate: [1e-2, 1e-5], epochs: 2, normalization: minmax}
search: {trials: 4, sampler: grid, pruner: none, seed: 1, finalists: {configurations: 3, seeds: 2}}
"""


def opened(folder: Path, digits: Dataset) -> StudyContext:
    db = open_database(f"sqlite:///{folder / 'tuner.db'}")
    spec = parse_spec(SPACE, "small", folder, "small.yaml")
    view = create_study(
        db, spec, study_name="s", n_trials=None, timeout_s=None, seed=None, mlflow_uri=""
    )  # fmt: skip
    workers.enter(db, "w", "cpu")
    return StudyContext(db, view, spec, digits, FolderStore(folder / "blobs"), TrialFacts(device="cpu"), lambda: False)


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory, digits: Dataset) -> Path:
    """A search that is over: four configurations, two of which learn next to nothing in two epochs."""
    folder = tmp_path_factory.mktemp("searched")
    made = opened(folder, digits)
    search(made)
    made.db.engine.dispose()
    return folder


@pytest.fixture
def context(searched: Path, tmp_path: Path, digits: Dataset) -> StudyContext:
    """That search, as a test's own: its files are copied."""
    shutil.copytree(searched, tmp_path, dirs_exist_ok=True)
    return opened(tmp_path, digits)


def search(context: StudyContext) -> None:
    while (job := budget.take(context.db, "s", "w")) is not None:
        run_trial(context, job)


def play(context: StudyContext, most: int = 50) -> list[str]:
    steps = []
    while len(steps) < most:
        steps.append(finalists_turn.turn(context, "w"))
        if steps[-1] == "done":
            break
    return steps


def close(context: StudyContext) -> None:
    assert closing.close_if_over(context.db, context.spec, context.dataset, context.store, "s", "w")


def test_the_best_are_compared_the_worse_are_out_and_the_winner_is_scored_once_a_seed(
    context: StudyContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    scored: list[int] = []
    honest = products.score
    monkeypatch.setattr(
        products, "score", lambda model, data, *of: scored.append(len(data.test)) or honest(model, data, *of)
    )
    assert play(context)[-1] == "done"
    every = runs.view_finalists(context.db, "s", epochs=True)
    compared = [each for each in every if each.role == "compare"]
    finals = [each for each in every if each.role == "final"]
    assert len(compared) == 6
    assert [each.state for each in finals] == ["complete", "complete"]
    assert scored == [len(context.dataset.test)] * 2
    assert len({each.seed for each in every}) == len(every)
    # What is measured on rows that were learnt from is not shown.
    assert all(not name.startswith("val_") for each in finals for epoch in each.epochs for name in epoch.metrics)
    assert finals[0].facts.rows_train == len(context.dataset.train) + len(context.dataset.validation)

    close(context)
    status = study_status(context.db, "s")
    outcome = status.study.outcome
    assert outcome is not None
    test = outcome.test
    assert test["seeds"] == 2
    assert test["low"] < test["accuracy"] < test["high"]
    assert test["accuracy"] == pytest.approx(sum(each.test["accuracy"] for each in finals if each.test) / 2)
    assert status.best is not None
    assert status.best.ordinal == winner_of(every, context.spec) == finals[0].trial_ordinal
    assert status.best.params["learning_rate"] == 0.01
    words = outcome.finalists.words
    assert any("more than the noise" in each or "clearly worse" in each for each in words)

    recorder = MemoryRecorder()
    for _ in range(3):
        deliver(context.db, recorder, context.store, "s", "w")
    records = [record for record in recorder.trials.values() if record.role == "finalist"]
    assert len(records) == sum(each.state != "skipped" for each in every)
    champion = recorder.trials[recorder.champions["small"]]
    assert champion.role == "finalist"
    assert champion.tags["seed"] == str(finals[0].seed)
    assert champion.value == pytest.approx(finals[0].value)


def test_a_larger_budget_runs_the_finalists_anew(context: StudyContext) -> None:
    assert finalists_turn.turn(context, "w") == "trained"
    resume_study(context.db, "s", 4, None)
    assert studies.view_study(context.db, "s").round == 0
    play(context)
    close(context)
    first = runs.view_finalists(context.db, "s", 0)
    studies.reopen(context.db, "s", 5, None)
    assert study_status(context.db, "s").stage == ""
    assert runs.view_finalists(context.db, "s", 0) == first
    assert runs.view_finalists(context.db, "s", 1) == []


def test_two_workers_share_the_finalists(context: StudyContext) -> None:
    workers.enter(context.db, "w2", "cpu")
    while True:
        steps = [finalists_turn.turn(context, worker) for worker in ("w", "w2")]
        if steps == ["done", "done"]:
            break
    every = runs.view_finalists(context.db, "s")
    assert {each.worker_id for each in every if each.state == "complete"} == {"w", "w2"}


def test_a_finalist_that_was_left_goes_on_from_its_epoch_to_the_same_end(
    context: StudyContext, digits: Dataset
) -> None:
    leave = threading.Event()
    leave.set()
    context.hand_back = leave.is_set
    assert finalists_turn.turn(context, "w") == "trained"
    (left, *_) = runs.view_finalists(context.db, "s", epochs=True)
    assert (left.state, left.worker_id, [epoch.epoch for epoch in left.epochs]) == ("running", None, [1])
    leave.clear()
    assert finalists_turn.turn(context, "w") == "trained"
    (ended, *_) = runs.view_finalists(context.db, "s", epochs=True)
    assert ended.state == "complete"
    again = open_again(context, digits)
    assert [epoch.metrics["val_accuracy"] for epoch in ended.epochs] == again


def open_again(context: StudyContext, digits: Dataset) -> list[float]:
    """The same finalist, trained without a break."""
    from tuner.studies.network_building import fixed_network
    from tuner.training.plan import TrainPlan
    from tuner.training.trainer import go_on

    (job, *_) = runs.view_finalists(context.db, "s")
    params = runs.view_trial(context.db, "s", job.trial_ordinal).params
    network = fixed_network(context.spec, digits.info, None, params, job.seed)
    plan = TrainPlan(None, 0, "val_accuracy", "maximize", None, job.seed)
    result = network.train(digits, context.preprocessing, plan, None, go_on)
    return [metrics["val_accuracy"] for metrics in result.epochs]


@pytest.mark.parametrize(
    ("wanted", "costs", "room", "expected"),
    [
        (Finalists(configurations=3, seeds=3), [1, 1, 1], Room(None, None, 1), (3, 3)),
        (Finalists(configurations=3, seeds=3), [1, 1, 1], Room(7.0, None, 1), (2, 2)),
        (Finalists(configurations=3, seeds=3), [10, 1, 1], Room(3.5, None, 1), (1, 0)),
        (Finalists(configurations=3, seeds=3), [1, 1, 1], Room(0.5, None, 1), (0, 0)),
        (Finalists(configurations=3, seeds=3), [1, 1, 1], Room(None, 9.0, 2), (3, 3)),
        (Finalists(configurations=3, seeds=3), [1, 1, 1], Room(None, 4.0, 2), (2, 2)),
        (Finalists(configurations=1, seeds=2), [1], Room(None, None, 1), (1, 0)),
        (Finalists(configurations=2, seeds=1), [1, 1], Room(None, None, 1), (2, 1)),
    ],
)
def test_as_many_are_planned_as_there_is_time_for(
    wanted: Finalists, costs: list[float], room: Room, expected: tuple[int, int]
) -> None:
    assert fitting(wanted, costs, 1.0, room) == expected


@pytest.mark.parametrize(
    ("room", "finals"),
    [(Room(None, None, 2), 3), (Room(2.5, None, 2), 2), (Room(None, 1.5, 2), 2), (Room(None, 1.0, 1), 0)],
)
def test_the_winner_is_trained_on_all_rows_as_often_as_there_is_time_for(room: Room, finals: int) -> None:
    assert finals_fitting(3, 1.0, room) == finals


def test_a_search_makes_way_when_what_is_left_is_what_finalists_need(context: StudyContext) -> None:
    db, share = context.db, 0.25
    kept = 1000 * share / (1 + share)

    def left_of(seconds: float) -> float:
        with db.session() as session, session.begin():
            session.execute(sa.update(StudyRow).values(timeout_s=1000.0, deadline_at=utc_now() + seconds))
        found = search_left_s(db, studies.view_study(db, "s"), context.spec)
        assert found is not None
        return found

    every = runs.view_trials(db, "s", epochs=True)
    trained_s = sum(epoch.seconds for each in every for epoch in each.epochs)
    assert left_of(1000) == pytest.approx(1000 - kept, abs=1), "far from the end the share is kept"
    # Of networks that train in a moment no more is kept than they take: 6 to be compared and 2 on all rows.
    assert kept - 20 * trained_s < left_of(kept) < kept
    assert finalists_turn.turn(context, "w") == "trained"
    assert left_of(kept) <= 0, "they are planned, so the search is over"


def test_the_share_is_kept_until_it_is_known_which_the_finalists_are(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path / 'tuner.db'}")
    spec = parse_spec(SPACE, "small", tmp_path, "small.yaml")
    view = create_study(
        db, spec, study_name="s", n_trials=None, timeout_s=10.0, seed=None, mlflow_uri=""
    )  # fmt: skip
    assert search_left_s(db, view, spec) == pytest.approx(8.0, abs=1)
    with db.session() as session, session.begin():
        session.execute(sa.update(StudyRow).values(deadline_at=utc_now() + 2.0))
    assert search_left_s(db, studies.view_study(db, "s"), spec) == pytest.approx(0.0, abs=1)


def test_zero_configurations_leave_the_search_as_it_is(tmp_path: Path) -> None:
    spec = parse_spec(SPACE.replace("{configurations: 3, seeds: 2}", "0"), "small", tmp_path, "small.yaml")
    assert spec.search.finalists.configurations == 0
    assert spec.digest == parse_spec(SPACE, "small", tmp_path, "small.yaml").digest
