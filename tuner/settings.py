"""The environment, read in one place.

Owns: the names of the variables, their defaults, and where the shipped search spaces are.
"""

import os
from dataclasses import dataclass
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Settings:
    """storage: of studies, as SQLAlchemy's URL (TUNER_STORAGE).

    tracking_uri: MLflow's (MLFLOW_TRACKING_URI); by default a SQLite file in the working folder, where a plain
    `mlflow ui` looks.
    artifacts: a folder that all workers share, for checkpoints and models (TUNER_ARTIFACTS), or None.
    """

    storage: str
    tracking_uri: str
    artifacts: Path | None


def read_settings() -> Settings:
    """What the environment says now."""
    artifacts = os.environ.get("TUNER_ARTIFACTS")
    return Settings(
        storage=os.environ.get("TUNER_STORAGE") or "sqlite:///tuner.db",
        tracking_uri=os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{Path.cwd() / 'mlflow.db'}",
        artifacts=Path(artifacts).expanduser().resolve() if artifacts else None,
    )


def shipped_spaces() -> Path:
    """The folder of the search spaces that come with the package: inside it when installed, beside it in a checkout."""
    inside = _PACKAGE / "search_spaces"
    return inside if inside.is_dir() else _PACKAGE.parent / "search_spaces"
