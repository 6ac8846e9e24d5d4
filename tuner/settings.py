"""The environment, read in one place.

Owns: the names of the variables, their defaults, and where the shipped search spaces are.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from tuner.errors import InputError

_PACKAGE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Settings:
    """storage: of studies, as SQLAlchemy's URL (TUNER_STORAGE).

    tracking_uri: MLflow's (MLFLOW_TRACKING_URI); by default a SQLite file in the working folder, where a plain
    `mlflow ui` looks.
    artifacts: a folder that all workers share, for checkpoints and models (TUNER_ARTIFACTS), or None.
    worker_trials, worker_growth_mib: after so many trials, or so much growth in memory, a worker process is replaced
    by a fresh one (TUNER_WORKER_TRIALS, TUNER_WORKER_GROWTH_MIB).
    """

    storage: str
    tracking_uri: str
    artifacts: Path | None
    worker_trials: int = 200
    worker_growth_mib: int = 2048


@dataclass(frozen=True)
class Share:
    """What this worker process may use of its machine, as whoever started it says in the environment.

    gpu: the UUID of the one that it was given. threads: 0 where nobody has said (TUNER_THREADS).
    cache: a folder for what may be deleted at any time (TUNER_CACHE; by default in the user's cache).
    """

    device: str
    gpu: str
    threads: int
    gpu_memory_mib: int
    gpu_room_mib: int
    mixed_precision: bool
    cache: Path


def read_share() -> Share:
    """What the environment says now; without a word, everything."""
    return Share(
        device=os.environ.get("TUNER_DEVICE", "cpu"),
        gpu=os.environ.get("TUNER_GPU", ""),
        threads=_whole("TUNER_THREADS", 0),
        gpu_memory_mib=_whole("TUNER_GPU_MEMORY_MIB", 0),
        gpu_room_mib=_whole("TUNER_GPU_ROOM_MIB", 0),
        mixed_precision=os.environ.get("TUNER_MIXED_PRECISION") == "1",
        cache=Path(os.environ.get("TUNER_CACHE") or platformdirs.user_cache_path("tuner")).expanduser(),
    )


def read_settings() -> Settings:
    """What the environment says now."""
    artifacts = os.environ.get("TUNER_ARTIFACTS")
    return Settings(
        storage=os.environ.get("TUNER_STORAGE") or "sqlite:///tuner.db",
        tracking_uri=os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{Path.cwd() / 'mlflow.db'}",
        artifacts=Path(artifacts).expanduser().resolve() if artifacts else None,
        worker_trials=_whole("TUNER_WORKER_TRIALS", 200, least=1),
        worker_growth_mib=_whole("TUNER_WORKER_GROWTH_MIB", 2048, least=1),
    )


def _whole(name: str, default: int, least: int = 0) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isdigit() or int(text) < least:
        raise InputError(f"{name}={text}: a whole number from {least} is needed.")
    return int(text)


def shipped_spaces() -> Path:
    """The folder of the search spaces that come with the package: inside it when installed, beside it in a checkout."""
    inside = _PACKAGE / "search_spaces"
    return inside if inside.is_dir() else _PACKAGE.parent / "search_spaces"
