"""Configurations of a study of a server: what one is made of, what is wrong with one, one that is added.

Leaves to others: the study (study), what a configuration may be (service.configurations).
"""

import uuid
from collections.abc import Mapping
from typing import Any

from tuner.client.connection import Connection
from tuner.client.operations import operation
from tuner.service.configurations import (
    AddedConfiguration,
    AddedConfigurations,
    CheckedConfiguration,
    ConfigurationForm,
    NewConfiguration,
)


class RemoteConfigurations:
    """Those of one study. Made by `RemoteStudy.configurations`.

    params: values by name, as under `baselines:` of a space; of layers a list. from_trial: the number of a trial whose
    values count where params has none.
    """

    def __init__(self, connection: Connection, place: str) -> None:
        self._connection = connection
        self._place = place

    @operation("POST", "/studies/{study}/configurations")
    def add(
        self,
        params: Mapping[str, Any] | None = None,
        *,
        from_trial: int | None = None,
        name: str | None = None,
        more: bool = False,
    ) -> NewConfiguration:
        """Let the study try one next. name: to find it by. more: its place is one more of the budget.

        Raises InputError, StudyConflict; an answer that is lost adds no second.
        """
        body = {"params": dict(params or {}), "from_trial": from_trial, "name": name, "more": more}
        path = f"{self._place}/configurations"
        return self._connection.ask(NewConfiguration, "POST", path, body, key=uuid.uuid4().hex)

    @operation("POST", "/studies/{study}/configurations:check")
    def check(self, params: Mapping[str, Any] | None = None, *, from_trial: int | None = None) -> CheckedConfiguration:
        """What is wrong with one, all at once and by parameter; nothing is stored."""
        body = {"params": dict(params or {}), "from_trial": from_trial}
        return self._connection.ask(
            CheckedConfiguration, "POST", f"{self._place}/configurations:check", body, again=True
        )

    @operation("GET", "/studies/{study}/configurations")
    def list(self) -> AddedConfigurations:
        """Those that were added; one without a trial waits for its place."""
        return self._connection.get(AddedConfigurations, f"{self._place}/configurations")

    @operation("DELETE", "/studies/{study}/configurations/{number}")
    def withdraw(self, number: int) -> AddedConfiguration:
        """Take one back that has not begun. Raises NotFound, StudyConflict."""
        path = f"{self._place}/configurations/{number}"
        return self._connection.ask(AddedConfiguration, "DELETE", path, again=True)

    @operation("GET", "/studies/{study}/parameters")
    def form(self, trial: int | None = None) -> ConfigurationForm:
        """What one is made of. trial: start from its values."""
        return self._connection.get(ConfigurationForm, f"{self._place}/parameters", trial=trial)
