"""JAX as this process uses it: threads, precision, weights drawn on the host, and programs kept on disk.

A GPU's memory is shared out by the environment alone (workers/devices): JAX reads it there, once.
"""

import importlib.util
import os
import platform
import zlib
from pathlib import Path

import jax
import keras

from tuner.training import compilations, keras_internals
from tuner.training.networks.host_weights import first_values

# Below this a program is sooner compiled than looked for.
_WORTH_KEEPING_S = 0.2
_MOST_BYTES = 1 << 30


def prepare(threads: int, mixed_precision: bool, cache: Path | None) -> str | None:
    """As `backend.prepare` says. Memory is not its affair. Gives the precision, where it is not Keras' own."""
    if threads > 0:
        # Read when the first device is asked for; there is no other way to say it.
        os.environ["NPROC"] = str(threads)
    keras_internals.leave_tensorflow_out()
    keras_internals.begin_variables_with(first_values)
    # The numbers of every generator become an array by one small program, which is no trial's.
    keras.random.SeedGenerator(0)
    compilations.listen()
    if cache is not None:
        jax.config.update("jax_compilation_cache_dir", str(cache / f"jax-{_processor()}"))
        if importlib.util.find_spec("filelock"):
            jax.config.update("jax_compilation_cache_max_size", _MOST_BYTES)
        jax.config.update("jax_persistent_cache_min_compile_time_secs", _WORTH_KEEPING_S)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
    return "mixed_bfloat16" if mixed_precision and jax.default_backend() != "cpu" else None


def _processor() -> str:
    """A name for processors that run each other's programs: one folder may be many machines' home."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = [platform.processor()]
    abilities = next((line for line in lines if line.lower().startswith(("flags", "features"))), platform.processor())
    return f"{platform.machine()}-{zlib.crc32(abilities.encode()):08x}"
