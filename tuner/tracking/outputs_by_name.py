"""A model with several outputs as MLflow serves it: each output by its name. Copied beside the model, so Keras alone.

Owns: `_load_pyfunc`, by which MLflow loads it.
Leaves to others: the folder (mlflow_models).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras


class OutputsByName:
    """What MLflow asks for predictions."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def get_raw_model(self) -> Any:
        return self.model

    def predict(self, data: Any, params: Any = None) -> dict[str, Any]:
        """data: rows as the model takes them. Gives arrays, (rows, ...), by output."""
        given = self.model.predict(data, verbose=0)
        return dict(given) if isinstance(given, Mapping) else dict(zip(self.model.output_names, given, strict=True))


def _load_pyfunc(path: str) -> OutputsByName:
    """path: of the folder."""
    return OutputsByName(keras.models.load_model(Path(path) / "data" / "model.keras"))
