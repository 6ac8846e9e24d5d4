"""MLflow as one recorder reaches it: what is asked is answered, or ends in an error that says what to do then.

Owns: that a question is asked once more where what is remembered of MLflow may be gone; whether it is a record that is
refused or MLflow that is away; that a database that was replaced is opened anew.
Leaves to others: connecting, and what MLflow's errors mean (mlflow_service); what is asked (mlflow_recorder).
"""

from collections.abc import Callable
from functools import cached_property
from typing import TypeVar

from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from tuner.errors import Postponed, Refused
from tuner.tracking import mlflow_service
from tuner.tracking.mlflow_runs import Runs

Answer = TypeVar("Answer")

_BUSY = frozenset({408, 425, 429})


class MlflowConnection:
    """rebuild: what is in its trash is taken out. connect: makes the client, of the URI. Not for several threads."""

    def __init__(self, uri: str, rebuild: bool, connect: Callable[[str], MlflowClient]) -> None:
        self._uri = uri
        self._rebuild = rebuild
        self._connect = connect
        self._file: mlflow_service.OpenedFile | None = None

    @cached_property
    def client(self) -> MlflowClient:
        client = self._connect(self._uri)
        path = mlflow_service.database_file(self._uri)
        self._file = None if path is None else mlflow_service.OpenedFile(path)
        return client

    @cached_property
    def runs(self) -> Runs:
        """What is remembered of its runs."""
        file = mlflow_service.database_file(self._uri)
        return Runs(self.client, None if file is None else file.parent / "mlartifacts", self._rebuild)

    def ask(self, question: Callable[[], Answer]) -> Answer:
        """Ask, with MLflow's errors translated. Raises ServiceDown, Postponed, Refused."""
        self._look_at_file()
        with mlflow_service.answers(self._uri):
            try:
                return question()
            except (MlflowException, OSError, Refused) as error:
                if mlflow_service.is_outage(error, self._uri):
                    self._raise_if_of_this_alone(error)
                    raise
                # What is remembered may be gone: a run deleted in the UI, a database put in another's place.
                self.runs.forget()
            try:
                return question()
            except (MlflowException, OSError) as error:
                if mlflow_service.is_outage(error, self._uri):
                    self._raise_if_of_this_alone(error)
                    raise
                raise Refused(mlflow_service.in_a_line(error)) from error

    def _raise_if_of_this_alone(self, error: BaseException) -> None:
        """Where a server answers, and only to this record does not, no other has to wait for it."""
        if not mlflow_service.was_answered(error):
            return
        try:
            self.client.search_experiments(max_results=1)
        except (MlflowException, OSError):
            return
        line = mlflow_service.in_a_line(error)
        # None: it failed, or was too busy, as often as it was asked.
        status = mlflow_service.status_of(error)
        if status is None or status >= 500 or status in _BUSY:
            raise Postponed(f"MLflow answers, but fails at this record: {line}.") from error
        raise Refused(line) from error

    def _look_at_file(self) -> None:
        """A database that was deleted or replaced is another one, though SQLite would go on writing to the old one."""
        if self._file is not None and not self._file.is_there():
            mlflow_service.disconnect(self.client)
            self.__dict__.pop("client", None)
            self.__dict__.pop("runs", None)
            self._file = None
