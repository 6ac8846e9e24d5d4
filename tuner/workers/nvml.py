"""What NVIDIA's driver says of this machine's GPUs, through NVML: `python -m tuner.workers.nvml` prints it as JSON.

Owns: the calls of pynvml, and what drivers of other ages do not know.
Leaves to others: that it runs in a process of its own (gpus), since a call into a sick driver may never return.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import TypeVar

import pynvml

from tuner.workers.gpus import DriverAnswer, Gpu

T = TypeVar("T")

_MIB = 2**20
_NOT_THERE = (pynvml.NVML_ERROR_NOT_SUPPORTED, pynvml.NVML_ERROR_FUNCTION_NOT_FOUND)
"""A GPU, or a driver, that does not know what it is asked for."""


def read_driver() -> DriverAnswer:
    """Every GPU of the driver's that can be asked; one in MIG mode as its parts."""
    try:
        pynvml.nvmlInit()
        count = pynvml.nvmlDeviceGetCount()
    except pynvml.NVMLError as error:
        there = error.value != pynvml.NVML_ERROR_LIBRARY_NOT_FOUND
        return DriverAnswer(problems=(_words(error),) if there else ())
    found: list[Gpu] = []
    problems: list[str] = [] if count else ["it has no GPU"]
    for index in range(count):
        try:
            there = list(_gpus_at(index))
        except pynvml.NVMLError as error:
            problems.append(f"GPU {index}: {_words(error)}")
            continue
        if not there:
            problems.append(f"GPU {index}: it is in MIG mode and has no part")
        found += there
    return DriverAnswer(tuple(found), tuple(problems))


def _gpus_at(index: int) -> Iterator[Gpu]:
    handle = pynvml.nvmlDeviceGetHandleByIndex(index)
    uuid = pynvml.nvmlDeviceGetUUID(handle)
    # Drivers from before MIG lack the function, GPUs that cannot be divided do not support it.
    mode = _known(lambda: int(pynvml.nvmlDeviceGetMigMode(handle)[0]), pynvml.NVML_DEVICE_MIG_DISABLE)
    if mode != pynvml.NVML_DEVICE_MIG_ENABLE:
        yield Gpu(str(index), _memory_mib(handle), uuid, pynvml.nvmlDeviceGetName(handle))
        return
    for number in range(pynvml.nvmlDeviceGetMaxMigDeviceCount(handle)):
        try:
            part = pynvml.nvmlDeviceGetMigDeviceHandleByIndex(handle, number)
        except pynvml.NVMLError as error:
            if error.value == pynvml.NVML_ERROR_NOT_FOUND:  # a place without a part
                continue
            raise
        name = pynvml.nvmlDeviceGetName(part)
        yield Gpu(f"{index}:{number}", _memory_mib(part), pynvml.nvmlDeviceGetUUID(part), name, uuid)


def _memory_mib(handle: object) -> int:
    """0 where the GPU shares its memory with the processor, of which the driver tells nothing."""
    return _known(lambda: int(pynvml.nvmlDeviceGetMemoryInfo(handle).total) // _MIB, 0)


def _known(ask: Callable[[], T], otherwise: T) -> T:
    try:
        return ask()
    except pynvml.NVMLError as error:
        if error.value in _NOT_THERE:
            return otherwise
        raise


def _words(error: Exception) -> str:
    return str(error).rstrip(".")


if __name__ == "__main__":
    print(json.dumps(asdict(read_driver())))
