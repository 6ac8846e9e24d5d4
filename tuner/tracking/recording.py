"""Whoever delivers a study's record: to MLflow, and where a person asked for it to TensorBoard, too."""

from pathlib import Path
from typing import Any


def recorder_at(uri: str, board: str) -> Any:
    """uri: of MLflow, which takes seconds to import. board: the folder of TensorBoard's logs, or empty."""
    from tuner.tracking.mlflow_recorder import MlflowRecorder

    if not board:
        return MlflowRecorder(uri)
    from tuner.tracking.tensorboard_recorder import TensorBoardRecorder

    return TensorBoardRecorder(Path(board), MlflowRecorder(uri))
