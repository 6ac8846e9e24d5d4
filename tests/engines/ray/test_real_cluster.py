"""A study on a real Ray cluster of two nodes, on PostgreSQL. More, such as nodes that die: benchmarks.ray_cluster.

The nodes count GPUs that are not there; workers on the CPU are placed by their fractions.
"""

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.engines.ray.small_cluster import small_cluster
from tests.postgres import PostgresServer
from tuner.database import runs, studies, workers
from tuner.database.connection import open_database
from tuner.engines.ray.needs import Needs
from tuner.errors import InputError
from tuner.service import on_ray
from tuner.service.creating import create_study
from tuner.service.launching import workers_of
from tuner.service.requests import Devices, Place
from tuner.service.starting import Begun
from tuner.settings import read_settings
from tuner.spec.study_spec import parse_spec

SPACE = """
dataset: iris
validation: 0.2
parameters: {units: [4, 8], epochs: 1}
search: {trials: 2, seed: 1, finalists: 0, pruner: none}
"""
SECRET = "hush-hush-cluster"

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    pytest.importorskip("ray", reason="needs the extra ray")
    with small_cluster([{"num_cpus": 1, "num_gpus": 1}, {"num_cpus": 1}], {}) as found:
        yield found


@pytest.mark.chaos
def test_a_study_runs_on_a_cluster_and_nobody_is_left_behind(
    address: str, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres_server.new_database().replace("postgres@", f"postgres:{SECRET}@")
    monkeypatch.setenv("TUNER_STORAGE", url)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")  # nobody: records wait
    settings, db = read_settings(), open_database(url)
    place = Place(engine="ray", address=address, gpus_per_worker=0.6, cpus_per_worker=0.5)
    spec = parse_spec(SPACE, "iris", Path(), "iris.yaml")
    study = create_study(db, spec, study_name="s", n_trials=None, timeout_s=None, seed=None, mlflow_uri="")
    # One of the two has room: the cluster counts one GPU. The other is not waited for when the study has ended.
    slots = on_ray.slots_there(Devices(workers=2, device="cpu"), place).slots
    seen: set[str] = set()

    def look() -> None:
        seen.update(each.worker_id for each in workers.view_workers(db, "s"))
        for process in psutil.process_iter(["cmdline"]):
            assert SECRET not in " ".join(process.info["cmdline"] or ())

    workers_of(settings, Begun(db, study, slots, (), False, place=place)).run(look)
    assert [each.state for each in runs.view_trials(db, "s")] == ["complete", "complete"]
    assert studies.view_study(db, "s").finished_at is not None
    assert len(seen) == 1
    assert workers.view_workers(db) == []


@pytest.mark.chaos
def test_files_are_refused_and_what_no_node_has_is_noted(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("TUNER_STORAGE", "postgresql://db/t")
    place = Place(engine="ray", address=address, cpus_per_worker=8)
    (note,) = on_ray.check(read_settings(), place)
    assert Needs(8).in_words in note
    monkeypatch.setenv("TUNER_STORAGE", "sqlite:///tuner.db")
    with pytest.raises(InputError, match="the cluster has 2 nodes"):
        on_ray.check(read_settings(), place)
