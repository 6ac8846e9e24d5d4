"""What a person may want of workers on a cluster."""

import pytest

from tuner.errors import InputError
from tuner.service.on_ray import slots_there
from tuner.service.requests import Devices, Place
from tuner.settings import environment_of, read_settings


def test_a_slot_a_worker_whose_gpu_ray_gives() -> None:
    place = Place(engine="ray", gpus_per_worker=0.25, cpus_per_worker=2.5)
    slots = slots_there(Devices(workers=3, mixed_precision=True, cohort=16), place).slots
    assert len(slots) == 3
    assert {(each.device, each.gpu, each.threads, each.mixed_precision, each.cohort) for each in slots} == {
        ("gpu", None, 2, True, "16")
    }
    cpu = slots_there(Devices(workers=1, mixed_precision=True), Place(engine="ray", cpus_per_worker=0.5)).slots[0]
    assert (cpu.device, cpu.threads, cpu.mixed_precision) == ("cpu", 1, False)


@pytest.mark.parametrize(
    ("devices", "words"),
    [
        (Devices(), "say how many workers"),
        (Devices(workers=0), "say how many workers"),
        (Devices(workers=1, gpus="0"), "--gpus is of this machine"),
        (Devices(workers=1, workers_per_gpu=2), "--workers-per-gpu is of this machine"),
        (Devices(workers=1, device="gpu"), "--gpus-per-worker 1"),
    ],
)
def test_what_cannot_be_on_a_cluster(devices: Devices, words: str) -> None:
    with pytest.raises(InputError, match=words):
        slots_there(devices, Place(engine="ray"))


def test_words_for_a_cluster_are_for_a_cluster() -> None:
    for words in ({"gpus_per_worker": 0.5}, {"resources": {"a": 1}}, {"address": "ray://x:1"}):
        with pytest.raises(InputError, match="goes with --engine ray"):
            Place(**words)
    assert Place(gpus_per_worker=0.0, address="auto") == Place()
    with pytest.raises(InputError, match=r"gpus.per.worker"):
        Place(engine="ray", gpus_per_worker=2)


def test_workers_elsewhere_have_a_persons_words_and_their_own_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "TUNER_STORAGE": "postgresql://me@db/t",
        "TUNER_THREADS": "7",
        "TUNER_NOTICES": "5",
        "TUNER_SMTP_HOST": "mail",
        "MLFLOW_TRACKING_URI": "http://mlflow:5000",
        "PGPASSWORD": "hush-hush",
        "HOME": "/home/me",
    }.items():
        monkeypatch.setenv(name, value)
    found = environment_of(read_settings())
    assert found["TUNER_STORAGE"] == "postgresql://me@db/t"
    assert (found["MLFLOW_TRACKING_URI"], found["PGPASSWORD"]) == ("http://mlflow:5000", "hush-hush")
    assert found["TUNER_SMTP_HOST"] == "mail"
    assert not {"TUNER_THREADS", "TUNER_NOTICES", "HOME"} & set(found)
