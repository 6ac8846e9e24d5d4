"""What nvidia-smi says, and what CUDA_VISIBLE_DEVICES leaves of it."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.errors import InputError
from tuner.workers import cores, gpus
from tuner.workers.gpus import Gpu, parts, read_gpus, visible

A, B, C = "GPU-5d5ba0d6-d33d-2b2c", "GPU-5d8e0d2a-0000-1111", "GPU-7a1d5c1e-9f7c-4e3b"
FOUR = [Gpu(str(number), 80_000, uuid, "H100") for number, uuid in enumerate((A, B, C, "GPU-ff"))]
ANSWER = f"""0, {A}, 81559, NVIDIA H100 80GB HBM3, Disabled
1, {B}, 40960, NVIDIA A100-SXM4-40GB, Enabled
2, {C}, 40960, NVIDIA A100-SXM4-40GB, Enabled
3, GPU-ff, [N/A], NVIDIA GB10, [N/A]
"""
LISTED = f"""GPU 0: NVIDIA H100 80GB HBM3 (UUID: {A})
GPU 1: NVIDIA A100-SXM4-40GB (UUID: {B})
  MIG 3g.20gb     Device  0: (UUID: MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f)
  MIG 1g.5gb+me   Device  1: (UUID: MIG-{B}/13/0)
GPU 2: NVIDIA A100-SXM4-40GB (UUID: {C})
GPU 3: NVIDIA GB10 (UUID: GPU-ff)
"""
DIVIDED = parts(read_gpus(ANSWER), LISTED)


def seen(only: str | None, among: list[Gpu] = FOUR, **further: str) -> list[str]:
    variables = {"CUDA_VISIBLE_DEVICES": only} if only is not None else {}
    return [each.index for each in visible(among, {**variables, **further})]


def test_the_drivers_words_are_read() -> None:
    assert read_gpus(f"0, {A}, 81559, NVIDIA H100, Disabled\n") == [Gpu("0", 81559, A, "NVIDIA H100")]
    assert read_gpus(f"0, {A}, 16384, Tesla K80\n") == [Gpu("0", 16384, A, "Tesla K80")]
    assert read_gpus("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.") == []
    assert read_gpus('Field "mig.mode.current" is not a valid field to query.') == []


def test_a_divided_gpu_is_its_parts() -> None:
    assert [(each.index, each.memory_mib, each.name) for each in DIVIDED] == [
        ("0", 81559, A),
        ("1:0", 19456, "MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f"),
        ("1:1", 4864, f"MIG-{B}/13/0"),
        ("3", 0, "GPU-ff"),  # GPU 2 is divided into nothing
    ]


def test_nvidia_smi_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "answer").write_text(ANSWER)
    (tmp_path / "listed").write_text(LISTED)
    program = tmp_path / "nvidia-smi"
    program.write_text(f"#!/bin/sh\ncase $1 in -L) cat {tmp_path}/listed;; *) cat {tmp_path}/answer;; esac\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert gpus.find_gpus() == DIVIDED
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "GPU-ff")
    assert [each.index for each in gpus.find_gpus()] == ["3"]
    program.write_text("#!/bin/sh\necho NVIDIA-SMI has failed\nexit 9\n")
    assert gpus.find_gpus() == []


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
        (f"MIG-c6d4,MIG-{B}", ["1:0", "1:1"]),
        (f"MIG-{B}/13/0,{A}", ["1:1"]),
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
    assert cores._quota(tmp_path / "groups", own) is None
    (tmp_path / "groups/a/b/cpu.max").write_text("max 100000\n")
    (tmp_path / "groups/a/cpu.max").write_text("250000 100000\n")
    assert cores._quota(tmp_path / "groups", own) == 2.5
    assert cores._quota(tmp_path / "groups", tmp_path / "none") is None
    assert cores.cpu_cores() >= 1
