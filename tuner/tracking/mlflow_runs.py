"""The runs of studies and trials in MLflow: found by their id, else by their tags, else created.

Owns: experiments and where their artifacts lie; one run a study, a trial, a finalist; what a run is known to have.
Leaves to others: what is written into a run.
"""

import getpass
import logging
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import Run, ViewType
from mlflow.exceptions import MlflowException

from tuner.errors import Refused
from tuner.hints import command
from tuner.private_files import make_folder
from tuner.tracking import mlflow_mapping
from tuner.tracking.mlflow_mapping import CREATED, known_tags
from tuner.tracking.mlflow_names import EXPERIMENT, FOLDER, MOST_RUN_NAME, MOST_TAG, fitting, named
from tuner.tracking.recorder import StudyRecord, TrialRecord

logger = logging.getLogger(__name__)

# One study's start as two databases round it.
_SAME_START_MS = 1000
# What MLflow's filters, which know no escapes, read as it is; any other text is compared here.
_PLAIN = re.compile(r"[\w.\- ]*")
# The tag that says when a run was made, in nanoseconds since 1970: its start is that of the trial.


@dataclass
class RunState:
    """What a run is known to have. model_id: of its logged model, once there is one."""

    run_id: str
    experiment_id: str
    status: str
    params: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)
    model_id: str | None = None
    has_dataset: bool = False
    in_trash: bool = False

    @classmethod
    def of(cls, run: Run) -> "RunState":
        """All that MLflow says of it."""
        models = run.outputs.model_outputs if run.outputs else []
        return cls(
            run_id=run.info.run_id,
            experiment_id=run.info.experiment_id,
            status=run.info.status,
            params=dict(run.data.params),
            tags=known_tags(run.data.tags),
            metrics=dict(run.data.metrics),
            model_id=models[0].model_id if models else None,
            has_dataset=bool(run.inputs and run.inputs.dataset_inputs),
            in_trash=run.info.lifecycle_stage != "active",
        )


class Runs:
    """The runs of one MLflow, each asked for once and then remembered.

    artifacts: the folder for artifacts, absolute, so that every worker writes to the same place; None leaves the place
    to the server. restore: what a person put into MLflow's trash is taken out again, instead of being left there.
    """

    def __init__(self, client: MlflowClient, artifacts: Path | None, restore: bool = False) -> None:
        self._client = client
        self._artifacts = artifacts
        self._restore = restore
        self._experiments: dict[str, str] = {}
        self._studies: dict[tuple[str, str, int], str] = {}
        self._trials: dict[tuple[str, tuple[str, int, str]], str] = {}
        self._runs: dict[str, RunState] = {}

    def forget(self) -> None:
        """Ask MLflow again for everything."""
        for memory in (self._experiments, self._studies, self._trials, self._runs):
            memory.clear()

    def study(self, record: StudyRecord) -> RunState:
        """The run of a study. Raises Refused for one that is in the trash."""
        started_ms = mlflow_mapping.milliseconds(record.started_at)
        key = (record.experiment, record.study_name, started_ms)
        wanted = _Wanted(record.study_name, started_ms, mlflow_mapping.study_identity(record), same_start=True)
        run = self._by_id(record.run_id or self._studies.get(key))
        if run is None:
            experiment_id = self._experiment(record.experiment)
            run = self._found(experiment_id, wanted) or self._created(experiment_id, wanted)
        elif run.in_trash:
            run = self._found(run.experiment_id, wanted) or self._restored(run, record.study_name)
        self._studies[key] = run.run_id
        return run

    def trial(self, parent: RunState, record: TrialRecord) -> RunState:
        """The run of a trial under its study's. Raises Refused for one that is in the trash."""
        key = (parent.run_id, record.identity)
        name = mlflow_mapping.trial_name(record)
        identity = mlflow_mapping.trial_identity(record, parent.run_id)
        wanted = _Wanted(name, mlflow_mapping.milliseconds(record.started_at), identity)
        run = self._by_id(record.run_id or self._trials.get(key))
        if run is None:
            run = self._found(parent.experiment_id, wanted) or self._created(parent.experiment_id, wanted)
        elif run.in_trash:
            run = self._found(parent.experiment_id, wanted) or self._restored(run, name)
        self._trials[key] = run.run_id
        return run

    def missing(self, study: StudyRecord, run_ids: Sequence[str]) -> set[str]:
        """Those of the study's and these runs that MLflow does not know; what is in its trash, it knows."""
        # Asked anew: a server may have been given another database since.
        for run_id in filter(None, [study.run_id, *run_ids]):
            self._runs.pop(run_id, None)
        parent = self._by_id(study.run_id)
        if parent is None:
            self.forget()
            return {*run_ids, *filter(None, [study.run_id])}
        if not run_ids:
            return set()
        found = self._search(parent.experiment_id, f"tags.`mlflow.parentRunId` = '{parent.run_id}'", ViewType.ALL)
        left = set(run_ids) - {run.info.run_id for run in found}
        return {run_id for run_id in left if self._by_id(run_id) is None}

    def _experiment(self, space: str) -> str:
        name = named(space, EXPERIMENT)
        if name not in self._experiments:
            found = self._client.get_experiment_by_name(name)
            if found is None:
                try:
                    self._client.create_experiment(
                        name,
                        self._artifacts_of(space),
                        # Else the UI asks which kind of experiment it is.
                        {"mlflow.experimentKind": "custom_model_development", **_true_name(space)},
                    )
                except MlflowException as error:
                    # Another process was first.
                    if error.error_code != "RESOURCE_ALREADY_EXISTS":
                        raise
                found = self._client.get_experiment_by_name(name)
            elif found.lifecycle_stage != "active":
                logger.warning("the experiment %s was in MLflow's trash, and is restored: a study needs it", name)
                self._client.restore_experiment(found.experiment_id)
            self._experiments[name] = found.experiment_id
        return self._experiments[name]

    def _artifacts_of(self, experiment: str) -> str | None:
        if self._artifacts is None:
            return None
        # As a URI: MLflow would take a `%` or `#` in a plain path for more than it is.
        if not self._artifacts.exists():
            make_folder(self._artifacts)
        return (self._artifacts / named(experiment, FOLDER)).as_uri()

    def _by_id(self, run_id: str | None) -> RunState | None:
        """The run of this id, unless MLflow does not know it (any more)."""
        if not run_id:
            return None
        if run_id not in self._runs:
            try:
                run = self._client.get_run(run_id)
            except MlflowException as error:
                if error.error_code == "RESOURCE_DOES_NOT_EXIST":
                    return None
                raise
            known = RunState.of(run)
            if known.in_trash:
                # Not remembered: it may be taken out by the next time.
                return known
            self._runs[run_id] = known
            return known
        return self._runs[run_id]

    def _found(self, experiment_id: str, wanted: "_Wanted") -> RunState | None:
        """The run with these tags, if there is one."""
        view = ViewType.ALL if self._restore else ViewType.ACTIVE_ONLY
        runs = [run for run in self._search(experiment_id, wanted.filter, view) if wanted.is_met_by(run)]
        if not runs:
            return None
        active = [run for run in runs if run.info.lifecycle_stage == "active"]
        if not active:
            return self._restored(RunState.of(_first(runs)), wanted.name)
        # MLflow has no unique names. Where two processes (or a repeated request) created the run at once, all agree on
        # the one that was first; who wrote into the other finds it deleted, and delivers again.
        run = _first(active)
        for other in active:
            if other is not run:
                self._client.delete_run(other.info.run_id)
        found = self._runs[run.info.run_id] = RunState.of(run)
        return found

    def _created(self, experiment_id: str, wanted: "_Wanted") -> RunState:
        tags = {**wanted.identity, **first_tags()}
        created = self._client.create_run(experiment_id, wanted.started_ms, tags, fitting(wanted.name, MOST_RUN_NAME))
        found = self._found(experiment_id, wanted)
        if found is None:
            found = self._runs[created.info.run_id] = RunState.of(created)
        return found

    def _restored(self, run: RunState, name: str) -> RunState:
        """A run out of the trash. Raises Refused where what a person deleted is to stay deleted."""
        if not self._restore:
            raise Refused(f"the run {name} was deleted in MLflow (`{command('tune sync --rebuild')}` brings it back)")
        if self._client.get_experiment(run.experiment_id).lifecycle_stage != "active":
            self._client.restore_experiment(run.experiment_id)
        if self._client.get_run(run.run_id).info.lifecycle_stage != "active":
            self._client.restore_run(run.run_id)
        logger.warning("%s was in MLflow's trash, and is restored", name)
        self._runs[run.run_id] = RunState.of(self._client.get_run(run.run_id))
        return self._runs[run.run_id]

    def _search(self, experiment_id: str, terms: str, view: int) -> Iterator[Run]:
        """The runs that a filter finds, however many."""
        page = None
        while True:
            runs = self._client.search_runs([experiment_id], terms, view, page_token=page)
            yield from runs
            page = getattr(runs, "token", None)
            if not page:
                return


@dataclass(frozen=True)
class _Wanted:
    """What a run is known by.

    same_start: it must also have started then, so that a new study may have an old one's name.
    """

    name: str
    started_ms: int
    identity: Mapping[str, str]
    same_start: bool = False

    @property
    def filter(self) -> str:
        return " and ".join(f"tags.`{key}` = '{tag}'" for key, tag in self.identity.items() if _PLAIN.fullmatch(tag))

    def is_met_by(self, run: Run) -> bool:
        if self.same_start and abs(run.info.start_time - self.started_ms) > _SAME_START_MS:
            return False
        return all(run.data.tags.get(key) == tag for key, tag in self.identity.items())


def _first(runs: list[Run]) -> Run:
    return min(runs, key=lambda run: (known_tags(run.data.tags).get(CREATED, ""), run.info.run_id))


def first_tags() -> dict[str, str]:
    """What every run says of itself from its first moment."""
    own = {"mlflow.user": user(), "mlflow.source.name": "tune", "mlflow.source.type": "LOCAL"}
    return {**own, CREATED: str(time.time_ns())}


def _true_name(space: str) -> dict[str, str]:
    """The tag that says which space it is, where the experiment's name does not."""
    return {} if named(space, EXPERIMENT) == space else {"space": fitting(space, MOST_TAG)}


def user() -> str:
    # A container's user may have no name, and Windows has no list of users to look it up in.
    with suppress(KeyError, OSError, ImportError):
        return getpass.getuser()
    return "unknown"
