"""What every engine has to do, on each of them: real workers, a real study in a SQLite file."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tuner.database import runs, studies, workers
from tuner.database.connection import Database, open_database
from tuner.engines.inline import InlineEngine
from tuner.engines.local import LocalEngine
from tuner.engines.port import Engine, WorkerEnded, WorkerOrder
from tuner.engines.supervisor import Supervisor
from tuner.errors import NotFound
from tuner.service.creating import create_study
from tuner.settings import read_settings
from tuner.spec.study_spec import parse_spec
from tuner.workers.devices import Slot

SPACE = """
dataset: iris
validation: 0.2
parameters: {units: [4, 8], epochs: EPOCHS}
search: {trials: TRIALS, seed: 1, finalists: 0, pruner: none}
"""
WAIT_S = 120.0


@dataclass
class Place:
    """A folder with a study, and an engine to run it on."""

    db: Database
    engine: Engine
    url: str

    def study(self, trials: int = 2, epochs: int = 1) -> None:
        text = SPACE.replace("TRIALS", str(trials)).replace("EPOCHS", str(epochs))
        spec = parse_spec(text, "iris", Path(), "iris.yaml")
        create_study(
            self.db, spec, study_name="s", n_trials=None, timeout_s=None, seed=None, mlflow_uri=""
        )  # fmt: skip

    def order(self, study_name: str = "s") -> WorkerOrder:
        return WorkerOrder(self.url, study_name, Slot("cpu", None, 1), place=1)

    def end_of(self, worker_id: str) -> WorkerEnded:
        until = time.monotonic() + WAIT_S
        while time.monotonic() < until:
            for event in self.engine.look():
                if isinstance(event, WorkerEnded):
                    assert event.worker_id == worker_id
                    return event
            time.sleep(0.05)
        raise AssertionError("the worker did not end")

    def wait_for(self, what: Callable[[], bool]) -> None:
        until = time.monotonic() + WAIT_S
        while not what():
            assert time.monotonic() < until
            time.sleep(0.05)


@pytest.fixture(params=["local", "inline"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.chdir(tmp_path)
    url = f"sqlite:///{tmp_path / 'tuner.db'}"
    monkeypatch.setenv("TUNER_STORAGE", url)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")
    engine: Engine = LocalEngine(tmp_path / "logs") if request.param == "local" else InlineEngine(read_settings())
    made = Place(open_database(url), engine, url)
    yield made
    engine.end(30.0)


ON_ANY = pytest.mark.parametrize("place", [pytest.param("local", marks=pytest.mark.slow), "inline"], indirect=True)


def test_a_worker_runs_a_study_to_its_end(place: Place) -> None:
    place.study(trials=2)
    worker_id = place.engine.launch(place.order())
    assert list(place.engine.running()) == [worker_id]
    ended = place.end_of(worker_id)
    assert (ended.how, ended.place, ended.error) == ("done", 1, None)
    assert place.engine.running() == []
    assert place.engine.look() == []
    assert [each.state for each in runs.view_trials(place.db, "s")] == ["complete", "complete"]
    assert studies.view_study(place.db, "s").finished_at is not None


def test_a_worker_that_is_told_to_leave_hands_back_what_it_holds(place: Place) -> None:
    place.study(trials=1, epochs=100_000)
    worker_id = place.engine.launch(place.order())
    place.wait_for(lambda: any(each.epochs for each in runs.view_trials(place.db, "s", epochs=True)))
    place.engine.leave([worker_id])
    assert place.end_of(worker_id).how == "done"
    (trial,) = runs.view_trials(place.db, "s")
    assert (trial.state, trial.worker_id, trial.finished_at) == ("running", None, None)
    assert workers.view_workers(place.db, "s") == []


def test_a_worker_that_cannot_work_says_why(place: Place) -> None:
    worker_id = place.engine.launch(place.order("nowhere"))
    ended = place.end_of(worker_id)
    assert ended.how == "died"
    assert isinstance(ended.error, NotFound)
    assert "nowhere" in ended.last_words


def test_all_are_ended_in_time(place: Place) -> None:
    place.study(trials=1, epochs=100_000)
    worker_id = place.engine.launch(place.order())
    place.wait_for(lambda: any(each.epochs for each in runs.view_trials(place.db, "s", epochs=True)))
    assert list(place.engine.end(60.0)) == [worker_id]
    assert place.engine.running() == []
    assert place.engine.end(0.0) == []


@ON_ANY
def test_a_supervisor_runs_a_study_on_any_engine(place: Place) -> None:
    place.study(trials=3)
    looks: list[int] = []
    Supervisor(place.db, place.engine, [place.order()]).run(lambda: looks.append(1))
    assert looks
    assert [each.state for each in runs.view_trials(place.db, "s")] == ["complete"] * 3


@ON_ANY
def test_a_supervisor_asked_from_another_thread_stops_the_study(place: Place) -> None:
    place.study(trials=50)
    supervisor = Supervisor(place.db, place.engine, [place.order()])

    def look() -> None:
        if any(each.state == "complete" for each in runs.view_trials(place.db, "s")):
            supervisor.ask_to_stop()

    supervisor.run(look)
    every = runs.view_trials(place.db, "s")
    assert 0 < len(every) < 50
    assert {each.state for each in every} == {"complete"}
    assert studies.view_study(place.db, "s").finished_at is None
