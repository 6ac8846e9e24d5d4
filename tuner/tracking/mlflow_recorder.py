"""Deliver records to MLflow: an experiment a space, a parent run a study, a child run a trial.

Owns: what is sent of a record, in which order; that a part which MLflow refuses takes no other with it.
Leaves to others: when to deliver, and what happened (the record says it); how it reads there (mlflow_mapping), under
which names (mlflow_names); in how few requests (mlflow_batches); which run it is (mlflow_runs); models and the registry
(mlflow_models); what is done where MLflow does not answer, or refuses (mlflow_connection).

A delivery that was cut off anywhere is completed by the next one: the status, which says that all is there, comes last.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, LoggedModelOutput
from mlflow.exceptions import MlflowException

from tuner.errors import NotFound, Postponed, Refused
from tuner.tracking import (
    drawings,
    mlflow_batches,
    mlflow_deleting,
    mlflow_entities,
    mlflow_mapping,
    mlflow_models,
    mlflow_new_trials,
    mlflow_page,
    mlflow_service,
    mlflow_story,
)
from tuner.tracking.keras_file import read_interface
from tuner.tracking.mlflow_connection import MlflowConnection
from tuner.tracking.mlflow_deleting import OfStudy
from tuner.tracking.mlflow_mapping import Figure
from tuner.tracking.mlflow_names import MOST_DATASET, fitting
from tuner.tracking.mlflow_new_trials import DIGEST_LENGTH, in_folder
from tuner.tracking.mlflow_runs import RunState
from tuner.tracking.recorder import Champion, StudyRecord, TrialRecord, claim_of

logger = logging.getLogger(__name__)

_REQUESTS_AT_ONCE = 4
"""Of a server that another may want an answer from, too."""


class MlflowRecorder:
    """The recorder whose other side is an MLflow server or database.

    tracking_uri: as MLflow understands it: ``sqlite:///`` and a path, or ``http://host:port``.
    rebuild: trust nothing that MLflow seems to have: files are sent again, and what is in its trash is taken out.
    connect: makes the client, of the URI.

    Nothing is contacted before the first record, or `prepare`. Not for several threads at once, but for its own.
    """

    def __init__(
        self,
        tracking_uri: str,
        rebuild: bool = False,
        connect: Callable[[str], MlflowClient] = mlflow_service.connect,
    ) -> None:
        self._uri = tracking_uri
        self._rebuild = rebuild
        self._mlflow = MlflowConnection(tracking_uri, rebuild, connect)

    def prepare(self) -> None:
        """Make sure that MLflow answers, and make its database where there is none yet.

        Raises ServiceDown where it does not.
        """
        self._mlflow.ask(lambda: self._mlflow.client.search_experiments(max_results=1))

    def record_study(self, record: StudyRecord) -> str:
        """Create or find the study's run, bring it up to date, and give its id."""
        return self._mlflow.ask(lambda: _whole(*self._deliver_study(record)))

    def record_trial(self, study: StudyRecord, record: TrialRecord) -> str:
        """Create or find the trial's run under the study's, bring it up to date, and give its id."""
        return self._mlflow.ask(lambda: _whole(*self._deliver_trial(study, record)))

    def record_together(self, study: StudyRecord, records: Sequence[TrialRecord]) -> Mapping[int, str]:
        """Record those of which there is nothing yet and nothing to refuse, many at a time; gives the ids of their
        runs by their places in the sequence. What is not among them is to be recorded alone."""
        if self._rebuild or not records:
            return {}

        def deliver() -> Mapping[int, str]:
            parent = self._mlflow.runs.study(study)
            if mlflow_mapping.SPEC_DIGEST not in parent.tags:
                self._deliver_study(study)
            return mlflow_new_trials.record(self._mlflow.client, parent, study, records)

        try:
            made = self._mlflow.ask(deliver)
        except Refused:
            return {}
        return self._side_by_side(study, records) if mlflow_service.is_http(self._uri) else made

    def _side_by_side(self, study: StudyRecord, records: Sequence[TrialRecord]) -> Mapping[int, str]:
        """Each as if it were alone: a server answers several requests at a time."""

        def run_id(record: TrialRecord) -> str | None:
            try:
                return self.record_trial(study, record)
            except (Refused, Postponed):
                return None  # alone it says why

        with ThreadPoolExecutor(_REQUESTS_AT_ONCE) as threads:
            found = list(threads.map(run_id, records))
        return {place: each for place, each in enumerate(found) if each is not None}

    def missing(self, study: StudyRecord, run_ids: Sequence[str] = ()) -> set[str]:
        """Those of the study's and these runs that MLflow does not know (any more)."""
        return self._mlflow.ask(lambda: self._mlflow.runs.missing(study, run_ids))

    def register_champion(self, study: StudyRecord, record: TrialRecord) -> str:
        """Put the trial's model into the registry under the experiment's name, alias ``champion``; give its version.

        Raises NotFound for a trial without a model.
        """

        def register() -> str:
            run, refused = self._deliver_trial(study, record)
            if run.model_id is None and refused:
                raise Refused("; ".join(refused))
            if run.model_id is None:
                raise NotFound(f"{study.study_name}: trial {record.trial_number} has no model in MLflow to register.")
            name = mlflow_models.registry_name(study.experiment)
            return mlflow_models.register(self._mlflow.client, name, run.run_id, run.model_id, claim_of(study, record))

        return self._mlflow.ask(register)

    def champion(self, experiment: str) -> Champion | None:
        """The standing champion, if there is one."""
        name = mlflow_models.registry_name(experiment)
        return self._mlflow.ask(lambda: mlflow_models.champion(self._mlflow.client, name))

    def rivals(self, experiment: str, version: str) -> list[Champion]:
        """What was registered at about the same time as this version."""
        name = mlflow_models.registry_name(experiment)
        return self._mlflow.ask(lambda: mlflow_models.rivals(self._mlflow.client, name, int(version)))

    def of_study(self, run_id: str) -> OfStudy:
        """What there is of a study, by the id of its run."""
        return self._mlflow.ask(lambda: mlflow_deleting.of_study(self._mlflow.client, run_id))

    def delete(self, found: OfStudy) -> None:
        """Runs into the trash, versions for good."""
        self._mlflow.ask(lambda: mlflow_deleting.delete(self._mlflow.client, found))

    def promote(self, experiment: str, version: str) -> None:
        """Make a version that is there the champion."""
        name = mlflow_models.registry_name(experiment)
        self._mlflow.ask(lambda: mlflow_models.promote(self._mlflow.client, name, version))

    def _deliver_study(self, record: StudyRecord) -> tuple[RunState, list[str]]:
        """Gives its run, and what of it was refused."""
        run = self._mlflow.runs.study(record)
        parts = _Parts(self._uri)
        page = mlflow_page.path_of(run.experiment_id, run.run_id)
        tags = mlflow_mapping.study_tags(record, page)
        figures = list(mlflow_mapping.study_figures(record))
        spec = mlflow_mapping.digest(record.spec_yaml)
        if self._rebuild or run.tags.get(mlflow_mapping.SPEC_DIGEST) != spec:
            with parts.part("spec.yaml"):
                self._mlflow.client.log_text(run.run_id, record.spec_yaml, "spec.yaml")
                tags[mlflow_mapping.SPEC_DIGEST] = spec
            with parts.part("the page of its trials"):
                key = f"{mlflow_page.TAG}{run.run_id}"
                self._mlflow.client.set_experiment_tag(run.experiment_id, key, mlflow_page.view_of(record))
        with parts.part("its files"):
            truth = mlflow_mapping.truth(figures, {}, tags) if record.finished_at is not None else {}
            tags |= self._add_files(run, {**record.files, **truth}, dict)
        parts.refused += self._log(run, figures, {}, tags)
        self._set_status(run, "RUNNING" if record.finished_at is None else "FINISHED", record.finished_at)
        return run, parts.refused

    def _deliver_trial(self, study: StudyRecord, record: TrialRecord) -> tuple[RunState, list[str]]:
        """Gives its run, and what of it was refused."""
        parent = self._mlflow.runs.study(study)
        if mlflow_mapping.SPEC_DIGEST not in parent.tags:
            self._deliver_study(study)
        run = self._mlflow.runs.trial(parent, record)
        parts = _Parts(self._uri)
        recorded = int(run.tags.get(mlflow_mapping.CURSOR, "0"))
        figures = list(mlflow_mapping.epoch_figures(record.epochs, after=recorded))
        params = {name: str(each) for name, each in record.params.items()}
        tags, status = mlflow_mapping.trial_tags(record), mlflow_mapping.STATUS[record.state]
        tags |= {"mlflow.parentRunId": parent.run_id, mlflow_story.NOTE: mlflow_story.of_trial(study, record)}
        if record.epochs:
            tags[mlflow_mapping.CURSOR] = str(max(recorded, record.epochs[-1].epoch))
        if record.state != "running":
            with parts.part("its model"):
                self._add_model(run, record)
            figures += [*mlflow_mapping.trial_figures(record), *mlflow_story.objective(study, record)]
            with parts.part("its files"):
                every = {*figures, *mlflow_mapping.epoch_figures(record.epochs, after=0)}
                truth = mlflow_mapping.truth(every, params, tags)
                tags |= self._add_files(
                    run, {**record.files, **truth}, lambda: drawings.of_trial(study, record)
                )  # fmt: skip
        elif run.status != "RUNNING":
            # A late record of an earlier moment: its epochs are welcome, its state is over.
            del tags["state"], tags[mlflow_story.NOTE]
            status = run.status
        with parts.part("its data set"):
            self._add_dataset(run, record)
        parts.refused += self._log(run, figures, params, tags)
        self._set_status(run, status, record.finished_at)
        return run, parts.refused

    def _log(
        self, run: RunState, figures: Iterable[Figure], params: Mapping[str, str], tags: Mapping[str, str]
    ) -> list[str]:
        """What the run has not yet; gives what was refused. The tags come last, so the cursor never runs ahead."""
        entities = mlflow_entities.missing(run, figures, params, tags)
        refused = mlflow_batches.log(self._mlflow.client, run.run_id, entities)
        mlflow_entities.note(run, entities)
        return refused

    def _set_status(self, run: RunState, status: str, finished_at: float | None) -> None:
        if run.status == status:
            return
        if finished_at is None:
            self._mlflow.client.update_run(run.run_id, status)
        else:
            self._mlflow.client.set_terminated(run.run_id, status, mlflow_mapping.milliseconds(finished_at))
        run.status = status

    def _add_model(self, run: RunState, record: TrialRecord) -> None:
        if record.model is None or (run.model_id is not None and not self._rebuild):
            return
        try:
            interface = read_interface(record.model)
        except (FileNotFoundError, ValueError) as error:
            # Everything else of the trial is worth recording all the same.
            logger.warning("trial %d is recorded without its model: %s", record.trial_number, error)
            return
        known = run.model_id
        run.model_id = mlflow_models.log_model(
            self._mlflow.client, run.experiment_id, run.run_id, record, record.model, interface, self._rebuild
        )
        if known != run.model_id:
            self._mlflow.client.log_outputs(run.run_id, [LoggedModelOutput(run.model_id, step=record.best_epoch)])

    def _add_files(
        self, run: RunState, files: Mapping[str, bytes], more: Callable[[], Mapping[str, bytes]]
    ) -> dict[str, str]:
        """Log a run's files, unless they are there as they are; gives the tag by which they are known again.

        more: makes those that follow from the same record; called only where files are logged.
        """
        if not files:
            return {}
        digest = mlflow_mapping.digest_of_files(files)
        if self._rebuild or run.tags.get(mlflow_mapping.FILES_DIGEST) != digest:
            with in_folder({**files, **more()}) as folder:
                self._mlflow.client.log_artifacts(run.run_id, folder)
        return {mlflow_mapping.FILES_DIGEST: digest}

    def _add_dataset(self, run: RunState, record: TrialRecord) -> None:
        name, digest = record.tags.get("dataset"), record.tags.get("dataset_digest")
        if run.has_dataset or not name or not digest:
            return
        shown = fitting(name, MOST_DATASET)
        dataset = Dataset(shown, digest[:DIGEST_LENGTH], source_type="tuner", source=shown)
        self._mlflow.client.log_inputs(
            run.run_id, [DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])]
        )
        run.has_dataset = True


class _Parts:
    """The parts of one record: one that is refused is noted, and the others go on.

    refused: what, and why.
    """

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self.refused: list[str] = []

    @contextmanager
    def part(self, what: str) -> Iterator[None]:
        try:
            yield
        except (MlflowException, OSError) as error:
            if mlflow_service.is_outage(error, self._uri):
                raise
            self.refused.append(f"{what}: {mlflow_service.in_a_line(error)}")


def _whole(run: RunState, refused: Sequence[str]) -> str:
    """The id of a run. Raises Refused where a part of it was."""
    if refused:
        raise Refused("; ".join(refused), run.run_id)
    return run.run_id
