"""What this machine has to compute with, and whether it computes: the part of `tune doctor` on processor, memory, GPUs.

Owns: the checks, and trying the framework in a process of its own.
Leaves to others: what the driver says (gpus), the other checks (checks).
"""

import json
import os
import sys
from collections.abc import Iterator

import psutil

from tuner.errors import TunerError
from tuner.formatting import plural
from tuner.hints import again, extra, packages
from tuner.workers.at_once import at_once, why_not
from tuner.workers.bounded_process import run_within
from tuner.workers.cores import cpu_cores
from tuner.workers.finding import Finding
from tuner.workers.framework import framework
from tuner.workers.gpus import Gpu, ask_driver, visible

_FRAMEWORK_S = 120.0
_LITTLE_MEMORY_GIB = 2.0

# What the framework sees and can do, told in one line of JSON.
_TRY_FRAMEWORK = """
import json, time
began = time.monotonic()
import keras
import numpy as np
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
model.compile(optimizer="adam", loss="mse")
model.fit(np.ones((8, 4), "float32"), np.ones((8, 2), "float32"), verbose=0)
gpus = 0
if keras.backend.backend() == "tensorflow":
    import tensorflow
    gpus = len(tensorflow.config.list_physical_devices("GPU"))
elif keras.backend.backend() == "jax":
    import jax
    gpus = sum(each.platform == "gpu" for each in jax.devices())
print(json.dumps({"backend": keras.backend.backend(), "gpus": gpus, "seconds": time.monotonic() - began}))
"""


def check_devices(deep: bool) -> Iterator[Finding]:
    """deep: also start the framework."""
    yield from _processor()
    yield from _gpus(deep)


def _processor() -> Iterator[Finding]:
    cores, load = cpu_cores(), psutil.getloadavg()[0]
    words = f"{cores} cores, load {load:.1f}"
    if load > 1.5 * cores:
        mend = "Others compute here too; trials will be slow, and times tell little."
        yield Finding("processor", "warn", words, mend)
    else:
        yield Finding("processor", "ok", words)
    memory = psutil.virtual_memory()
    free, whole = memory.available / 2**30, memory.total / 2**30
    words = f"{free:.1f} of {whole:.1f} GiB free; a worker takes about 1 GiB beside its data"
    if free < _LITTLE_MEMORY_GIB:
        yield Finding("memory", "warn", words, "Start fewer workers: --workers 1.")
    else:
        yield Finding("memory", "ok", words)


def _gpus(deep: bool) -> Iterator[Finding]:
    driver = ask_driver()
    try:
        gpus = visible(driver.gpus, os.environ)
    except TunerError as error:
        yield Finding("gpus", "bad", str(error), "Until then no trial begins on a GPU.")
        return
    if gpus:
        yield Finding("gpus", "ok", "; ".join(map(_in_words, gpus)))
    elif driver.gpus:
        words = f"the driver names {plural(len(driver.gpus), 'GPU')}, the environment hides each from this process"
        yield Finding("gpus", "warn", words, "Unset CUDA_VISIBLE_DEVICES (and NVIDIA_VISIBLE_DEVICES) to train there.")
    elif not driver.problems:
        yield Finding("gpus", "ok", "none, and no NVIDIA driver (NVML); trials run on the CPU")
    if driver.problems:
        words = f"the NVIDIA driver is there: {'; '.join(driver.problems)}"
        mend = "Run nvidia-smi and put right what it says; after an update of the driver, restart the machine."
        yield Finding("gpu driver", "warn" if driver.gpus else "bad", words, mend)
    yield _cohorts(bool(gpus))
    if not deep:
        return
    told = _framework(bool(gpus))
    if isinstance(told, str):
        yield Finding("framework", "bad", told, f"Mend the installation: {again()}. On a GPU, check driver and CUDA.")
    elif gpus and not told["gpus"]:
        words = f"{told['backend']} sees no GPU, the driver sees {len(gpus)}"
        mend = f"Train with JAX: {extra('gpu')}. For TensorFlow: {packages('tensorflow[and-cuda]')}."
        yield Finding("framework", "bad", words, mend)
    else:
        words = f"{told['backend']} trains; {told['gpus']} GPUs; {told['seconds']:.0f} s to start"
        yield Finding("framework", "ok", words)


def _in_words(gpu: Gpu) -> str:
    memory = f"{gpu.memory_mib / 1024:.0f} GiB" if gpu.memory_mib else "memory shared with the processor"
    return f"{gpu.index}: {gpu.kind}, {memory}"


def _cohorts(gpu: bool) -> Finding:
    device, name = "gpu" if gpu else "cpu", framework(gpu)
    if why := why_not("auto", device, name):
        return Finding("cohorts", "ok", f"one network after the other: {why}")
    return Finding("cohorts", "ok", f"a worker trains up to {at_once('auto', device, name)} networks at once")


def _framework(gpu: bool) -> dict[str, float | str] | str:
    """What a process of its own says, or what went wrong there."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": framework(gpu)}
    done = run_within(_FRAMEWORK_S, [sys.executable, "-c", _TRY_FRAMEWORK], environment)
    if done is None:
        return f"the framework did not train one step in {_FRAMEWORK_S:.0f} s"
    if done.returncode != 0 or not done.stdout.strip():
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        return f"the framework does not train: {last[:200]}"
    told: dict[str, float | str] = json.loads(done.stdout.strip().splitlines()[-1])
    return told
