"""The model of a table's trial that takes its columns by name: `python -m tuner.studies.columns_model`.

Owns: making it of an exported model in a process of its own, since that takes the framework, on TensorFlow.
Leaves to others: its layers (training.networks.raw_columns), the rest of an export (export).
"""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tuner.errors import SpecError
from tuner.studies import child_process

logger = logging.getLogger(__name__)

NAME = "columns.keras"


def write_columns_model(model: Path, table: Sequence[Mapping[str, Any]], target_columns: Sequence[str]) -> list[Path]:
    """Write it beside the model of encoded rows; gives the file, or nothing where it cannot be, and says why.

    table, target_columns: as `of_raw_columns` has them.
    """
    path = model.with_name(NAME)
    # Of an export before this one.
    path.unlink(missing_ok=True)
    request = {"model": str(model), "table": list(table), "target_columns": list(target_columns), "path": str(path)}
    try:
        child_process.ask("tuner.studies.columns_model", request, NAME, {"KERAS_BACKEND": "tensorflow"})
    except SpecError as error:
        logger.warning("There is no %s: %s", NAME, error)
        return []
    return [path]


def _answer(request: Mapping[str, Any]) -> child_process.Answer:
    from tuner.training.networks.raw_columns import written_of

    written_of(Path(request["model"]), request["table"], request["target_columns"], Path(request["path"]))
    return {}


if __name__ == "__main__":
    child_process.serve(_answer)
