"""The runs of studies and trials in MLflow: found by their id, else by their tags, else created.

Owns: experiments and where their artifacts lie; one run a study, a trial, a finalist; what a run is known to have.
Leaves to others: what is written into a run.
"""

import getpass
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.exceptions import MlflowException

from tuner.tracking import picture
from tuner.tracking.recorder import StudyRecord, TrialRecord

# One study's start as two databases round it.
_SAME_START_MS = 1000
# The tag that says when a run was made, in nanoseconds since 1970: its start is that of the trial.
_CREATED = "created_at_ns"


@dataclass
class Known:
    """What a run is known to have. model_id: of its logged model, once there is one."""

    run_id: str
    experiment_id: str
    status: str
    params: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)
    model_id: str | None = None
    has_dataset: bool = False

    @classmethod
    def of(cls, run: Run) -> "Known":
        """All that MLflow says of it."""
        models = run.outputs.model_outputs if run.outputs else []
        return cls(
            run_id=run.info.run_id,
            experiment_id=run.info.experiment_id,
            status=run.info.status,
            params=dict(run.data.params),
            tags=dict(run.data.tags),
            metrics=dict(run.data.metrics),
            model_id=models[0].model_id if models else None,
            has_dataset=bool(run.inputs and run.inputs.dataset_inputs),
        )


class Runs:
    """The runs of one MLflow, each asked for once and then remembered.

    artifacts: the folder for artifacts, absolute, so that every worker writes to the same place; None leaves the place
    to the server.
    """

    def __init__(self, client: MlflowClient, artifacts: Path | None) -> None:
        self._client = client
        self._artifacts = artifacts
        self._experiments: dict[str, str] = {}
        self._studies: dict[tuple[str, str, int], str] = {}
        self._trials: dict[tuple[str, tuple[str, int, str]], str] = {}
        self._runs: dict[str, Known] = {}

    def forget(self) -> None:
        """Ask MLflow again for everything."""
        for memory in (self._experiments, self._studies, self._trials, self._runs):
            memory.clear()

    def study(self, record: StudyRecord) -> Known:
        """The run of a study."""
        started_ms = picture.milliseconds(record.started_at)
        key = (record.experiment, record.study_name, started_ms)
        run = self._by_id(record.run_id or self._studies.get(key))
        if run is None:
            experiment_id = self._experiment(record.experiment)
            identity = picture.study_identity(record)
            run = self._by_tags(experiment_id, record.study_name, started_ms, identity, same_start=True)
        self._studies[key] = run.run_id
        return run

    def trial(self, parent: Known, record: TrialRecord) -> Known:
        """The run of a trial under its study's."""
        key = (parent.run_id, record.identity)
        run = self._by_id(record.run_id or self._trials.get(key))
        if run is None:
            started_ms = picture.milliseconds(record.started_at)
            identity = picture.trial_identity(record, parent.run_id)
            run = self._by_tags(parent.experiment_id, picture.trial_name(record), started_ms, identity)
        self._trials[key] = run.run_id
        return run

    def _experiment(self, name: str) -> str:
        if name not in self._experiments:
            found = self._client.get_experiment_by_name(name)
            if found is None:
                try:
                    self._client.create_experiment(
                        name,
                        self._artifacts_of(name),
                        # Else the UI asks which kind of experiment it is.
                        {"mlflow.experimentKind": "custom_model_development"},
                    )
                except MlflowException as error:
                    # Another process was first.
                    if error.error_code != "RESOURCE_ALREADY_EXISTS":
                        raise
                found = self._client.get_experiment_by_name(name)
            elif found.lifecycle_stage != "active":
                self._client.restore_experiment(found.experiment_id)
            self._experiments[name] = found.experiment_id
        return self._experiments[name]

    def _artifacts_of(self, experiment: str) -> str | None:
        if self._artifacts is None:
            return None
        # As a URI: MLflow would take a `%` or `#` in a plain path for more than it is.
        return (self._artifacts / re.sub(r"[^\w.-]+", "-", experiment)).as_uri()

    def _by_id(self, run_id: str | None) -> Known | None:
        """The run of this id, unless it is not there (any more)."""
        if not run_id:
            return None
        if run_id not in self._runs:
            try:
                run = self._client.get_run(run_id)
            except MlflowException as error:
                if error.error_code == "RESOURCE_DOES_NOT_EXIST":
                    return None
                raise
            if run.info.lifecycle_stage != "active":
                return None
            self._runs[run_id] = Known.of(run)
        return self._runs[run_id]

    def _by_tags(
        self, experiment_id: str, name: str, started_ms: int, identity: Mapping[str, str], same_start: bool = False
    ) -> Known:
        """The run with these tags, created where there is none.

        same_start: it must also have started then, so that a new study may have an old one's name.
        """

        def find() -> list[Run]:
            terms = [f"tags.`{key}` = {_quoted(value)}" for key, value in identity.items() if _quoted(value)]
            runs = [
                run
                for run in self._client.search_runs([experiment_id], " and ".join(terms))
                if all(run.data.tags.get(key) == value for key, value in identity.items())
                and (not same_start or abs(run.info.start_time - started_ms) <= _SAME_START_MS)
            ]
            return sorted(runs, key=lambda run: (run.data.tags.get(_CREATED, ""), run.info.run_id))

        runs = find()
        if not runs:
            own = {"mlflow.user": _user(), "mlflow.source.name": "tune", "mlflow.source.type": "LOCAL"}
            tags = {**identity, **own, _CREATED: str(time.time_ns())}
            created = self._client.create_run(experiment_id, started_ms, tags, name)
            runs = find() or [created]
        # MLflow has no unique names. Where two processes (or a repeated request) created the run at once, all agree on
        # the one that was first; who wrote into the other finds it deleted, and delivers again.
        run, *others = runs
        for other in others:
            self._client.delete_run(other.info.run_id)
        self._runs[run.info.run_id] = Known.of(run)
        return self._runs[run.info.run_id]


def _user() -> str:
    # A container's user may have no name.
    with suppress(KeyError, OSError):
        return getpass.getuser()
    return "unknown"


def _quoted(text: str) -> str | None:
    """A text as MLflow's filters want it. They know no escapes: None for one that has both kinds of quotes."""
    for mark in ("'", '"'):
        if mark not in text:
            return f"{mark}{text}{mark}"
    return None
