"""What came of a study of a server, written to files of this machine.

Leaves to others: what is in them (the server), the model alone (study).
"""

from pathlib import Path
from typing import Any

from tuner.client.connection import Connection
from tuner.client.operations import operation


class RemoteFiles:
    """Those of one study. Made by `RemoteStudy.files`. path: of the file to write, which each method gives."""

    def __init__(self, connection: Connection, place: str) -> None:
        self._connection = connection
        self._place = place

    @operation("GET", "/studies/{study}/trials.csv")
    def csv(self, path: str | Path) -> Path:
        """Every trial, the best first: a column a parameter and a metric."""
        return self._written(path, "trials.csv")

    @operation("GET", "/studies/{study}/trials.parquet")
    def parquet(self, path: str | Path) -> Path:
        """Every trial, by number."""
        return self._written(path, "trials.parquet")

    @operation("GET", "/studies/{study}/report.html")
    def report(self, path: str | Path, *, show: bool = False) -> Path:
        """The outcome as one page that needs no network. show: makes no difference to a program."""
        return self._written(path, "report.html", show=show)

    @operation("GET", "/studies/{study}/export.zip")
    def export(self, path: str | Path, trial: int | None = None) -> Path:
        """A model with its parameters, metrics and a script that predicts, as a ZIP file. trial: None is the winner."""
        return self._written(path, "export.zip", trial=trial)

    def _written(self, path: str | Path, name: str, **query: Any) -> Path:
        written = Path(path)
        with self._connection.download(f"{self._place}/{name}", **query) as chunks, written.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
        return written
