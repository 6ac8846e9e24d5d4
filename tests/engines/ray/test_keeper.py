"""What the actor of a study knows when it begins, and begins again on another node. SQL alone, no cluster."""

from pathlib import Path

import pytest

from tuner.database import studies, workers
from tuner.database.connection import Database, open_database
from tuner.engines.port import WorkerOrder
from tuner.engines.ray import keeper
from tuner.engines.ray.launch import Launch
from tuner.engines.ray.needs import Needs
from tuner.notifying.deliverer import delivering
from tuner.service.changing import change
from tuner.service.creating import create_study
from tuner.service.requests import ChangeRequest
from tuner.spec.study_spec import parse_spec
from tuner.workers.devices import Slot

SPACE = "{dataset: iris, validation: 0.2, parameters: {units: [4, 8]}, search: {trials: 2, pruner: none}}"
ORDERS = tuple(WorkerOrder("", "s", Slot("cpu", None, threads), threads) for threads in (1, 2))


@pytest.fixture
def db(tmp_path: Path) -> Database:
    made = open_database(f"sqlite:///{tmp_path / 'tuner.db'}")
    spec = parse_spec(SPACE, "iris", Path(), "iris.yaml")
    create_study(made, spec, study_name="s", n_trials=None, timeout_s=None, seed=None, mlflow_uri="")
    return made


def launch(wanted: int | None = None) -> Launch:
    return Launch("s", "", ORDERS, Needs(), {}, "ray-1", delivering, wanted)


def test_a_second_life_has_as_many_workers_as_were_wanted_since(db: Database) -> None:
    assert keeper.orders_now(db, launch()) == ORDERS
    change(db, ChangeRequest(study_name="s", workers=3))
    now = keeper.orders_now(db, launch())
    assert [(each.place, each.slot.threads) for each in now] == [(1, 1), (2, 2), (3, 1)]
    # Three were wanted before it was started with two.
    assert keeper.orders_now(db, launch(wanted=3)) == ORDERS


def test_what_workers_of_a_former_life_held_is_free(db: Database) -> None:
    for worker_id in ("ray-1-1-aaa", "ray-10-1-bbb", "host-1-ccc"):
        workers.enter(db, worker_id, "cpu")
        workers.beat(db, worker_id, "s", "training")
    assert keeper.free_former(db, launch()) == ["ray-1-1-aaa"]
    assert {each.worker_id for each in workers.view_workers(db, "s")} == {"ray-10-1-bbb", "host-1-ccc"}


def test_those_without_room_are_known_by_their_silence(db: Database) -> None:
    workers.enter(db, "ray-1-1-aaa", "cpu")
    workers.beat(db, "ray-1-1-aaa", "s", "training")
    assert keeper.without_a_sign(["ray-1-1-aaa", "ray-1-2-bbb"], workers.view_workers(db, "s")) == ["ray-1-2-bbb"]


def test_a_study_that_is_stopped_is_not_begun(db: Database) -> None:
    assert not keeper.is_over(db, "s")
    studies.set_desired_state(db, "s", "stopping")
    assert keeper.is_over(db, "s")
