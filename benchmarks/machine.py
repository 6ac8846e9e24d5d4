"""What a measurement was made on, in two lines."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("tensorflow", "keras", "jax", "numpy", "optuna", "mlflow")


def machine(packages: tuple[str, ...] = PACKAGES) -> str:
    """Cores, processor, load; Python and the packages' versions."""
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    found = ", ".join(f"{name} {_version(name)}" for name in packages)
    return f"{os.cpu_count()} cores of {_processor()}; load before {load}\nPython {platform.python_version()}, {found}"


def _processor() -> str:
    file = Path("/proc/cpuinfo")
    lines = file.read_text().splitlines() if file.is_file() else []
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
