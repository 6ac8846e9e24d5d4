"""What the driver says, through the real binding, and what CUDA_VISIBLE_DEVICES leaves of it."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.nvml import DRIVER_NOT_LOADED, LOST, VERSION_MISMATCH, Device, library
from tuner.errors import InputError
from tuner.workers import cores
from tuner.workers.gpus import DriverAnswer, Gpu, ask_driver, find_gpus, visible

A, B, C = "GPU-5d5ba0d6-d33d-2b2c", "GPU-5d8e0d2a-0000-1111", "GPU-7a1d5c1e-9f7c-4e3b"
FOUR = [Gpu(str(number), 80_000, uuid, "H100") for number, uuid in enumerate((A, B, C, "GPU-ff"))]
PART = "MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f"
OLD_PART = f"MIG-{B}/13/0"
"""As drivers before 470 name one."""

MACHINE = (
    Device(A, "NVIDIA H100 80GB HBM3"),
    Device(
        B,
        "NVIDIA A100-SXM4-40GB",
        40960,
        parts=(Device(PART, "MIG 3g.20gb", 20096), None, Device(OLD_PART, "MIG 1g.5gb", 4864)),
    ),
    Device(C, "NVIDIA A100-SXM4-40GB", 40960, parts=()),
    Device("GPU-ff", "NVIDIA GB10", 0),
)
DIVIDED = [
    Gpu("0", 81559, A, "NVIDIA H100 80GB HBM3"),
    Gpu("1:0", 20096, PART, "MIG 3g.20gb", B),
    Gpu("1:2", 4864, OLD_PART, "MIG 1g.5gb", B),
    Gpu("3", 0, "GPU-ff", "NVIDIA GB10"),
]


def seen(only: str | None, among: list[Gpu] = FOUR, **further: str) -> list[str]:
    variables = {"CUDA_VISIBLE_DEVICES": only} if only is not None else {}
    return [each.index for each in visible(among, {**variables, **further})]


def test_the_driver_is_asked_and_a_divided_gpu_is_its_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", library(tmp_path, *MACHINE))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert ask_driver() == DriverAnswer(tuple(DIVIDED), ("GPU 2: it is in MIG mode and has no part",))
    assert find_gpus() == DIVIDED
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "GPU-ff")
    assert [each.index for each in find_gpus()] == ["3"]


def test_a_driver_from_before_mig_and_a_lost_gpu_leave_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = replace(MACHINE[0], uuid=C, error=LOST)
    old = library(tmp_path, lost, Device(A, "Tesla K80", 16384), before_mig=True)
    monkeypatch.setenv("LD_LIBRARY_PATH", old)
    assert ask_driver() == DriverAnswer((Gpu("1", 16384, A, "Tesla K80"),), ("GPU 0: GPU is lost",))


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ({"init": DRIVER_NOT_LOADED}, "Driver Not Loaded"),
        ({"init": VERSION_MISMATCH}, "RM has detected an NVML/RM version mismatch"),
        ({"crashes": True}, "killed by signal"),
        ({}, "it has no GPU"),
    ],
)
def test_a_driver_in_trouble_has_no_gpu_and_says_why(
    trouble: dict[str, Any], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", library(tmp_path, *(MACHINE if trouble else ()), **trouble))
    answer = ask_driver()
    assert answer.gpus == ()
    assert words in answer.problems[0]


def test_a_driver_that_hangs_is_waited_for_no_longer_than_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", library(tmp_path, *MACHINE, hangs=True))
    before = psutil.Process().children()
    assert ask_driver(within_s=1.0) == DriverAnswer(problems=("it did not answer in 1 s",))
    assert psutil.Process().children() == before


@pytest.mark.parametrize(
    ("only", "left"),
    [
        (None, ["0", "1", "2", "3"]),
        ("", []),
        ("-1", []),
        ("NoDevFiles", []),
        ("1", ["1"]),
        ("3, 1", ["3", "1"]),
        ("1,-1,0", ["1"]),
        ("1,,0", ["1"]),
        ("0,4,1", ["0"]),
        ("4", []),
        ("0,0", []),
        ("2,1,2", []),
        ("0,nothing,1", ["0"]),
        (f"{C}", ["2"]),
        (f"{C},{A}", ["2", "0"]),
        ("GPU-7a", ["2"]),
        ("GPU-5d", []),  # fits two
        ("GPU-5d5,GPU-5d,GPU-7", ["0"]),
        ("GPU-unknown", []),
        (f"{A},GPU-5d5", []),  # one GPU twice
        (f"{A},1", ["0"]),
        (f"1,{A}", ["1"]),
        ("MIG-c6", []),
        ("1gpu2,2", ["1", "2"]),
    ],
)
def test_the_environment_hides_gpus_as_cuda_does(only: str | None, left: list[str]) -> None:
    assert seen(only) == left


@pytest.mark.parametrize(
    ("only", "left"),
    [
        ("MIG-c6d4", ["1:0"]),
        (f"MIG-c6d4,MIG-{B}", ["1:0", "1:2"]),
        (f"MIG-{B}/13/0,{A}", ["1:2"]),
        ("MIG-", []),
        ("1", ["1:0"]),
        ("1,1", []),
        ("2", []),
        (B, ["1:0"]),
        ("GPU-5d", []),
    ],
)
def test_parts_of_a_gpu_are_hidden_as_cuda_does(only: str, left: list[str]) -> None:
    assert seen(only, DIVIDED, CUDA_DEVICE_ORDER="PCI_BUS_ID") == left


@given(st.text("0123-,GPUMI /af5d7", max_size=30) | st.sampled_from([A, B, C, f"{A},{B}", "MIG-c6d4"]))
def test_what_is_written_there_never_shows_more_than_it_names(only: str) -> None:
    try:
        left = visible(DIVIDED, {"CUDA_VISIBLE_DEVICES": only, "CUDA_DEVICE_ORDER": "PCI_BUS_ID"})
    except InputError:
        return
    names = only.split(",")
    assert len(left) <= len(names)
    assert len({each.name for each in left}) == len(left)
    for gpu, name in zip(left, names, strict=False):
        number = re.match(r"[0-9]+", name.strip())
        if number is not None:
            assert int(number[0]) == int(gpu.index.partition(":")[0])
        else:
            assert name.strip()[:4] in ("GPU-", "MIG-")
            assert any(each.startswith(name.strip()) for each in (gpu.uuid, gpu.whole))


@pytest.mark.parametrize(("value", "left"), [("none", 0), ("void", 0), ("all", 4)])
def test_a_container_without_gpus_has_none(value: str, left: int) -> None:
    assert len(seen(None, NVIDIA_VISIBLE_DEVICES=value)) == left


def test_a_number_that_only_cuda_could_tell_is_refused() -> None:
    mixed = [FOUR[0], Gpu("1", 24_000, B, "RTX 3090")]
    with pytest.raises(InputError, match="CUDA_DEVICE_ORDER=PCI_BUS_ID"):
        seen("1", mixed)
    assert seen("1", mixed, CUDA_DEVICE_ORDER="PCI_BUS_ID") == ["1"]
    assert seen(B, mixed) == ["1"]
    assert seen("-1", mixed) == []
    assert seen("1", FOUR) == ["1"]


def test_a_containers_quota_of_the_processor_is_kept(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.write_text("0::/a/b\n")
    (tmp_path / "groups/a/b").mkdir(parents=True)
    assert cores.quota(tmp_path / "groups", own) is None
    (tmp_path / "groups/a/b/cpu.max").write_text("max 100000\n")
    (tmp_path / "groups/a/cpu.max").write_text("250000 100000\n")
    assert cores.quota(tmp_path / "groups", own) == 2.5
    assert cores.quota(tmp_path / "groups", tmp_path / "none") is None
    assert cores.cpu_cores() >= 1
