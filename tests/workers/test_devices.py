"""From GPUs and cores to slots."""

import pytest

from tuner.errors import InputError
from tuner.workers.devices import Slot, choose, slots
from tuner.workers.gpus import Gpu

TWO = [Gpu("0", 80_000, "GPU-aa"), Gpu("1", 40_000, "GPU-bb")]


def test_without_a_gpu_there_is_one_worker_a_core() -> None:
    assert slots("auto", None, [], cores=4) == [Slot("cpu", None, 1)] * 4


def test_a_person_may_say_how_many_threads() -> None:
    assert slots("cpu", 2, [], cores=8, threads=1) == [Slot("cpu", None, 1)] * 2


def test_fewer_workers_share_the_cores() -> None:
    assert slots("cpu", 2, TWO, cores=8) == [Slot("cpu", None, 4)] * 2
    assert slots("cpu", 16, [], cores=8) == [Slot("cpu", None, 1)] * 16


def test_with_gpus_there_is_one_worker_each_with_all_its_memory() -> None:
    made = slots("auto", None, TWO, cores=8)
    assert [(slot.device, slot.gpu, slot.threads, slot.memory_mib) for slot in made] == [
        ("gpu:0", TWO[0], 4, None),
        ("gpu:1", TWO[1], 4, None),
    ]


def test_workers_on_one_gpu_share_its_memory_and_leave_some() -> None:
    made = slots("gpu", None, TWO, cores=8, workers_per_gpu=2)
    assert [slot.gpu for slot in made] == [*TWO, *TWO]
    for gpu in TWO:
        shares = [slot.memory_mib or 0 for slot in made if slot.gpu == gpu]
        assert 0.85 * gpu.memory_mib < sum(shares) < gpu.memory_mib
        assert len(set(shares)) == 1


def test_more_workers_than_gpus_share_them_too() -> None:
    made = slots("auto", 3, TWO, cores=8)
    assert [slot.gpu for slot in made] == [*TWO, TWO[0]]
    assert all(slot.memory_mib is not None for slot in made)


def test_mixed_precision_is_for_gpus_only() -> None:
    assert all(slot.mixed_precision for slot in slots("auto", None, TWO, 4, mixed_precision=True))
    assert not any(slot.mixed_precision for slot in slots("cpu", None, TWO, 4, mixed_precision=True))


def test_what_a_worker_finds_in_its_environment() -> None:
    assert Slot("cpu", None, 2).environment()["CUDA_VISIBLE_DEVICES"] == "-1"
    shared = Slot("gpu:1", TWO[1], 2, 18_000, mixed_precision=True).environment()
    assert (shared["CUDA_VISIBLE_DEVICES"], shared["TUNER_GPU_MEMORY_MIB"]) == ("GPU-bb", "18000")
    assert Slot("gpu:1", Gpu("1", 1), 2).environment()["CUDA_VISIBLE_DEVICES"] == "1"
    assert shared["CUDA_DEVICE_ORDER"] == "PCI_BUS_ID"
    assert (shared["TUNER_MIXED_PRECISION"], shared["TF_FORCE_GPU_ALLOW_GROWTH"]) == ("1", "true")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: slots("auto", 0, [], 4), "at least one worker"),
        (lambda: slots("auto", None, TWO, 4, workers_per_gpu=0), "at least one worker"),
        (lambda: slots("gpu", None, [], 4), "no NVIDIA GPU was found"),
        (lambda: choose(TWO, "0,2"), "no GPU '2' here. There is: 0, 1"),
        (lambda: choose([], "0"), "There is: none"),
        (lambda: choose(TWO, "1,1"), "name each once"),
    ],
)
def test_what_is_not_there_is_refused(call: object, words: str) -> None:
    assert callable(call)
    with pytest.raises(InputError, match=words):
        call()


def test_gpus_are_chosen_by_number_or_name_in_the_order_given() -> None:
    assert choose(TWO, "1,0") == [TWO[1], TWO[0]]
    assert choose(TWO, "GPU-bb") == [TWO[1]]
    assert choose(TWO, None) == TWO


def test_a_gpu_that_does_not_say_its_memory_is_shared_without_a_limit() -> None:
    made = slots("gpu", None, [Gpu("0", 0, "GPU-aa")], 4, workers_per_gpu=2)
    assert [(slot.memory_mib, slot.room_mib) for slot in made] == [(None, 0)] * 2
    assert made[0].environment()["XLA_PYTHON_CLIENT_MEM_FRACTION"] == "0.460"
