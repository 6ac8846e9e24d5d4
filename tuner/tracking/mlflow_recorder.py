"""Deliver records to MLflow: an experiment a space, a parent run a study, a child run a trial.

Owns: what is sent of a record, in which order, and in how few requests.
Leaves to others: when to deliver, and what happened (the record says it); how it reads there (picture); which run it
is (mlflow_runs); models and the registry (mlflow_models); MLflow's errors (mlflow_service).

A delivery that was cut off anywhere is completed by the next one: the status, which says that all is there, comes last.
"""

import logging
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, LoggedModelOutput, Metric, Param, RunTag
from mlflow.exceptions import MlflowException

from tuner.errors import NotFound
from tuner.tracking import drawings, mlflow_models, mlflow_page, mlflow_service, picture
from tuner.tracking.keras_file import read_interface
from tuner.tracking.mlflow_runs import Known, Runs
from tuner.tracking.picture import Figure
from tuner.tracking.recorder import Champion, StudyRecord, TrialRecord, claim_of

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")

# A request takes 1000 entities, at most 100 of them params and 100 tags.
_METRICS_A_REQUEST = 800
_PARAMS_A_REQUEST = 100
# As much as tells data sets apart and leaves the column narrow.
_DIGEST_LENGTH = 12
_NOT_IN_A_NAME = re.compile(r"[^\w.\-/: ]")


class MlflowRecorder:
    """The recorder whose other side is an MLflow server or database.

    tracking_uri: as MLflow understands it: ``sqlite:///`` and a path, or ``http://host:port``.

    Nothing is contacted before the first record, or `prepare`. Not for several threads at once.
    """

    def __init__(self, tracking_uri: str) -> None:
        self._uri = tracking_uri

    def prepare(self) -> None:
        """Make sure that MLflow answers, and make its database where there is none yet.

        Raises ServiceDown where it does not.
        """
        self._answered(lambda: self._client.search_experiments(max_results=1))

    def record_study(self, record: StudyRecord) -> str:
        """Create or find the study's run, bring it up to date, and give its id."""
        return self._answered(lambda: self._deliver_study(record).run_id)

    def record_trial(self, study: StudyRecord, record: TrialRecord) -> str:
        """Create or find the trial's run under the study's, bring it up to date, and give its id."""
        return self._answered(lambda: self._deliver_trial(study, record).run_id)

    def register_champion(self, study: StudyRecord, record: TrialRecord) -> str:
        """Put the trial's model into the registry under the experiment's name, alias ``champion``; give its version.

        Raises NotFound for a trial without a model.
        """

        def register() -> str:
            run = self._deliver_trial(study, record)
            if run.model_id is None:
                raise NotFound(f"{study.study_name}: trial {record.trial_number} has no model in MLflow to register.")
            name = mlflow_models.registry_name(study.experiment)
            return mlflow_models.register(self._client, name, run.run_id, run.model_id, claim_of(study, record))

        return self._answered(register)

    def champion(self, experiment: str) -> Champion | None:
        """The standing champion, if there is one."""
        name = mlflow_models.registry_name(experiment)
        return self._answered(lambda: mlflow_models.champion(self._client, name))

    def _deliver_study(self, record: StudyRecord) -> Known:
        run = self._runs.study(record)
        spec = picture.digest(record.spec_yaml)
        if run.tags.get("spec_digest") != spec:
            self._client.log_text(run.run_id, record.spec_yaml, "spec.yaml")
            key = f"{mlflow_page.TAG}{run.run_id}"
            self._client.set_experiment_tag(run.experiment_id, key, mlflow_page.view_of(record))
        figures = (each for each in picture.study_figures(record) if run.metrics.get(each.key) != each.value)
        files = self._add_files(run, record.files, dict)
        page = mlflow_page.path_of(run.experiment_id, run.run_id)
        self._log(run, figures, {}, {**picture.study_tags(record, page), "spec_digest": spec, **files})
        self._set_status(run, "RUNNING" if record.finished_at is None else "FINISHED", record.finished_at)
        return run

    def _deliver_trial(self, study: StudyRecord, record: TrialRecord) -> Known:
        parent = self._runs.study(study)
        if "spec_digest" not in parent.tags:
            self._deliver_study(study)
        run = self._runs.trial(parent, record)
        recorded = int(run.tags.get(picture.CURSOR, "0"))
        figures = list(picture.epoch_figures(record.epochs, after=recorded))
        tags, status = picture.trial_tags(record), picture.STATUS[record.state]
        if record.epochs:
            tags[picture.CURSOR] = str(max(recorded, record.epochs[-1].epoch))
        if record.state != "running":
            self._add_model(run, record)
            tags |= self._add_files(run, record.files, lambda: _drawn(study, record))
            figures += [each for each in picture.trial_figures(record) if run.metrics.get(each.key) != each.value]
        elif run.status != "RUNNING":
            # A late record of an earlier moment: its epochs are welcome, its state is over.
            del tags["state"]
            status = run.status
        self._add_dataset(run, record)
        self._log(run, figures, _params(record), tags)
        self._set_status(run, status, record.finished_at)
        return run

    def _log(self, run: Known, figures: Iterable[Figure], params: Mapping[str, str], tags: Mapping[str, str]) -> None:
        """One request for what the run has not yet. MLflow writes its tags last, so the cursor never runs ahead."""
        metrics = [
            Metric(_name(each.key), each.value, each.at_ms, each.step, model_id=run.model_id) for each in figures
        ]
        new_params = {key: value for key, value in params.items() if key not in run.params}
        new_tags = {key: value for key, value in tags.items() if run.tags.get(key) != value}
        rest = metrics
        while len(rest) > _METRICS_A_REQUEST:
            self._client.log_batch(run.run_id, rest[:_METRICS_A_REQUEST], synchronous=True)
            rest = rest[_METRICS_A_REQUEST:]
        while len(new_params) > _PARAMS_A_REQUEST:
            some = [new_params.popitem() for _ in range(_PARAMS_A_REQUEST)]
            self._client.log_batch(run.run_id, params=[Param(key, value) for key, value in some], synchronous=True)
            run.params.update(some)
        if rest or new_params or new_tags:
            self._client.log_batch(
                run.run_id,
                rest,
                [Param(key, value) for key, value in new_params.items()],
                [RunTag(key, value) for key, value in new_tags.items()],
                synchronous=True,
            )
        run.params.update(new_params)
        run.tags.update(new_tags)
        run.metrics.update({metric.key: metric.value for metric in metrics})

    def _set_status(self, run: Known, status: str, finished_at: float | None) -> None:
        if run.status == status:
            return
        if finished_at is None:
            self._client.update_run(run.run_id, status)
        else:
            self._client.set_terminated(run.run_id, status, picture.milliseconds(finished_at))
        run.status = status

    def _add_model(self, run: Known, record: TrialRecord) -> None:
        if record.model is None or run.model_id is not None:
            return
        try:
            interface = read_interface(record.model)
        except (FileNotFoundError, ValueError) as error:
            # Everything else of the trial is worth recording all the same.
            logger.warning("trial %d is recorded without its model: %s", record.trial_number, error)
            return
        model_id = mlflow_models.log_model(self._client, run.experiment_id, run.run_id, record, record.model, interface)
        self._client.log_outputs(run.run_id, [LoggedModelOutput(model_id, step=record.best_epoch)])
        run.model_id = model_id

    def _add_files(
        self, run: Known, files: Mapping[str, bytes], more: Callable[[], Mapping[str, bytes]]
    ) -> dict[str, str]:
        """Log a run's files, unless they are there as they are; gives the tag by which they are known again.

        more: makes those that follow from the same record; called only where files are logged.
        """
        if not files:
            return {}
        digest = picture.digest(b"".join(name.encode() + data for name, data in sorted(files.items())))
        if run.tags.get("files_digest") != digest:
            with tempfile.TemporaryDirectory(prefix="tuner-") as folder:
                for name, data in {**files, **more()}.items():
                    path = Path(folder) / name
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(data)
                self._client.log_artifacts(run.run_id, folder)
        return {"files_digest": digest}

    def _add_dataset(self, run: Known, record: TrialRecord) -> None:
        name, digest = record.tags.get("dataset"), record.tags.get("dataset_digest")
        if run.has_dataset or not name or not digest:
            return
        dataset = Dataset(name, digest[:_DIGEST_LENGTH], source_type="tuner", source=name)
        self._client.log_inputs(run.run_id, [DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])])
        run.has_dataset = True

    @cached_property
    def _client(self) -> MlflowClient:
        return mlflow_service.connect(self._uri)

    @cached_property
    def _runs(self) -> Runs:
        file = mlflow_service.database_file(self._uri)
        return Runs(self._client, None if file is None else file.parent / "mlartifacts")

    def _answered(self, ask: Callable[[], Answer]) -> Answer:
        """Ask, with MLflow's errors translated."""
        with mlflow_service.answers(self._uri):
            try:
                return ask()
            except MlflowException as error:
                if mlflow_service.is_outage(error, self._uri):
                    raise
                # What is remembered may be gone: a run deleted in the UI, a database put in another's place.
                self._runs.forget()
                return ask()


def _params(record: TrialRecord) -> dict[str, str]:
    """A configuration as MLflow takes it."""
    return {_name(key): str(value) for key, value in record.params.items()}


def _name(key: str) -> str:
    """A name as MLflow allows it: those that a person's code made up may hold more."""
    return _NOT_IN_A_NAME.sub("_", key)


def _drawn(study: StudyRecord, record: TrialRecord) -> Mapping[str, bytes]:
    title = f"{study.study_name}, {picture.trial_name(record)}"
    return drawings.pictures(title, record.epochs, record.best_epoch, record.answers)
