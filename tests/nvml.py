"""A stand-in for NVIDIA's library, compiled where a test runs: pynvml loads it as it would load the driver's."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

LOST, NOT_SUPPORTED = 15, 3
DRIVER_NOT_LOADED, VERSION_MISMATCH = 9, 18

_SOURCE = """
#include <stdio.h>
#include <unistd.h>

typedef struct Device { const char *uuid, *name; unsigned long long bytes; int error, mig; } Device;
typedef struct { unsigned long long total, free, used; } Memory;
static Device gpus[] = {GPUS{0}};
static Device parts[][8] = {PARTS{{0}}};

int nvmlInitWithFlags(unsigned flags) { if (HANGS) for (;;) pause(); return INIT; }
int nvmlShutdown(void) { return 0; }
int nvmlDeviceGetCount_v2(unsigned *count) { *count = sizeof gpus / sizeof *gpus - 1; return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned index, Device **found) { *found = &gpus[index]; return gpus[index].error; }
int nvmlDeviceGetUUID(Device *of, char *into, unsigned size) { snprintf(into, size, "%s", of->uuid); return 0; }
int nvmlDeviceGetName(Device *of, char *into, unsigned size) { snprintf(into, size, "%s", of->name); return 0; }
int nvmlDeviceGetMemoryInfo(Device *of, Memory *found) { found->total = of->bytes; return of->bytes ? 0 : 3; }
#ifndef BEFORE_MIG
int nvmlDeviceGetMigMode(Device *of, unsigned *now, unsigned *next) {
    *now = *next = of->mig == 1;
    return of->mig < 0 ? 3 : 0;
}
int nvmlDeviceGetMaxMigDeviceCount(Device *of, unsigned *count) { *count = 8; return 0; }
int nvmlDeviceGetMigDeviceHandleByIndex(Device *of, unsigned index, Device **found) {
    *found = &parts[of - gpus][index];
    return index < 8 && (*found)->uuid ? 0 : 6;
}
#endif
"""


@dataclass(frozen=True)
class Device:
    """A GPU, or a part of one. memory_mib: 0 is "not supported". parts: None is a place without one; not divided at all
    where `parts` itself is None. error: of every question."""

    uuid: str
    name: str
    memory_mib: int = 81559
    parts: "tuple[Device | None, ...] | None" = None
    error: int = 0

    def in_c(self) -> str:
        mig = -1 if self.parts is None else 1
        return f'{{"{self.uuid}", "{self.name}", {self.memory_mib}ull << 20, {self.error}, {mig}}}'


def library(
    folder: Path, *gpus: Device, init: int = 0, hangs: bool = False, crashes: bool = False, before_mig: bool = False
) -> str:
    """Compile it and give its folder, for LD_LIBRARY_PATH. init: NVML's code for what stands in the way of all."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        assert not os.environ.get("CI"), "CI has to have a C compiler"
        pytest.skip("needs a C compiler, for a library that stands in for the driver's")
    folder.mkdir(parents=True, exist_ok=True)
    inside = ["{" + ",".join(each.in_c() if each else "{0}" for each in gpu.parts or (None,)) + "}" for gpu in gpus]
    source = folder / "nvml.c"
    source.write_text(
        _SOURCE.replace("GPUS{0}", "".join(f"{gpu.in_c()}, " for gpu in gpus) + "{0}")
        .replace("PARTS{{0}}", "".join(f"{each}, " for each in inside) + "{{0}}")
        .replace("HANGS", str(int(hangs)))
        .replace("return INIT", "__builtin_trap()" if crashes else f"return {init}")
    )
    old = ["-DBEFORE_MIG"] if before_mig else []
    made = folder / "libnvidia-ml.so.1"
    subprocess.run([compiler, "-shared", "-fPIC", "-w", *old, "-o", str(made), str(source)], check=True)
    return str(folder)
