"""What a worker needs of a node, and its slot there. No cluster."""

import pytest

from tuner.engines.ray.needs import Needs, slot_here, slot_on
from tuner.errors import InputError
from tuner.workers.devices import Slot
from tuner.workers.gpus import Gpu

GPU = Gpu("1", 80_000, "GPU-1", "H100")


def test_needs_are_said_in_rays_words() -> None:
    needs = Needs(2, 0.25, 1024, {"a100": 1})
    options = {"num_cpus": 2, "num_gpus": 0.25, "memory": 1024 * 2**20, "resources": {"a100": 1}}
    assert needs.options() == options
    assert Needs().options() == {"num_cpus": 1.0, "num_gpus": 0.0, "resources": {}}
    assert needs.in_words == "CPU 2, GPU 0.25, a100 1, 1024 MiB"


@pytest.mark.parametrize(
    ("needs", "fits"),
    [
        (Needs(2), True),
        (Needs(2.5), False),
        (Needs(1, 1.0), True),
        (Needs(1, 0.25, 1000), True),
        (Needs(1, 0, 2000), False),
        (Needs(1, 0, 0, {"a100": 1}), False),
        (Needs(1, 0, 0, {"fast": 0.5}), True),
    ],
)
def test_a_node_has_room_or_not(needs: Needs, fits: bool) -> None:
    assert needs.fit({"CPU": 2.0, "GPU": 1.0, "memory": 1500.0 * 2**20, "fast": 1.0}) is fits


@pytest.mark.parametrize(("part", "share"), [(0.25, 0.23), (0.4, 0.368), (1.0, None)])
def test_a_part_of_a_gpu_is_as_much_of_its_memory(part: float, share: float | None) -> None:
    slot = slot_on(Slot("gpu", None, 3, mixed_precision=True, cohort="32"), part, [GPU])
    assert slot.gpu == GPU
    assert (slot.threads, slot.mixed_precision, slot.cohort) == (3, True, "32")
    assert slot.room_mib == pytest.approx(80_000 * 0.92 * part, abs=1)
    assert slot.memory_share == (None if share is None else pytest.approx(share))
    assert slot.memory_mib == (None if share is None else slot.room_mib)
    assert slot.environment()["CUDA_VISIBLE_DEVICES"] == "GPU-1"


def test_without_a_gpu_a_worker_sees_none() -> None:
    slot = slot_here(Slot("gpu", None, 2, mixed_precision=True), 0.0)
    assert (slot.device, slot.gpu, slot.mixed_precision) == ("cpu", None, False)
    assert slot.environment()["CUDA_VISIBLE_DEVICES"] == "-1"
    # It may be placed by a GPU, and compute on the CPU.
    assert slot_here(Slot("cpu", None, 2), 0.5).device == "cpu"


def test_a_gpu_that_ray_gives_and_the_driver_does_not_show_is_said() -> None:
    with pytest.raises(InputError, match="the driver of this node shows none such"):
        slot_on(Slot("gpu", None, 1), 1.0, [])
