"""What cannot be on a cluster of several nodes, as it is said. No cluster."""

import socket

import pytest

from tuner.engines.ray.cluster import Cluster, check, note_room
from tuner.engines.ray.launch import Launch
from tuner.engines.ray.library import must_answer
from tuner.engines.ray.needs import Needs
from tuner.errors import InputError, ServiceDown
from tuner.notifying.deliverer import delivering

ONE = Cluster(({"CPU": 2.0},))
TWO = Cluster(({"CPU": 2.0}, {"CPU": 4.0, "GPU": 1.0}))
SERVER, MLFLOW = "postgresql://me:hush-hush@db/tuner", "http://mlflow:5000"


def test_files_of_one_machine_are_refused_on_several() -> None:
    check(ONE, "sqlite:///tuner.db", "sqlite:////w/mlflow.db")
    check(TWO, SERVER, MLFLOW)
    with pytest.raises(InputError, match=r"--storage sqlite:///tuner.db: the cluster has 2 nodes.* Use PostgreSQL"):
        check(TWO, "sqlite:///tuner.db", MLFLOW)
    with pytest.raises(InputError, match=r"MLFLOW_TRACKING_URI=sqlite:////w/mlflow.db: .*Start `mlflow server`"):
        check(TWO, SERVER, "sqlite:////w/mlflow.db")


def test_what_no_node_has_is_said_before_it_is_waited_for() -> None:
    assert note_room(TWO, Needs(4, 0.5)) == ""
    assert "(CPU 5)" in note_room(TWO, Needs(5))


def test_an_actor_is_of_one_study_in_one_database_and_tells_no_password() -> None:
    def name(storage: str) -> str:
        return Launch("digits-1", storage, (), Needs(), {}, "ray-1", delivering).actor_name

    assert name(SERVER).startswith("tuner digits-1 ")
    assert name(SERVER) == name(SERVER.replace("hush-hush", "another"))
    assert name(SERVER) != name(SERVER.replace("/tuner", "/other"))


@pytest.mark.parametrize("kind", ["", "ray://"])
def test_where_nobody_answers_is_said_at_once(kind: str) -> None:
    with socket.socket() as there:
        there.bind(("127.0.0.1", 0))
        address = f"{kind}127.0.0.1:{there.getsockname()[1]}"
        with pytest.raises(ServiceDown, match=f"no Ray cluster answers at {address}"):
            must_answer(address)
        there.listen()
        must_answer(address)
    for unsaid in ("", "local"):
        must_answer(unsaid)
