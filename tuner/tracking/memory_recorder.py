"""Keep records in memory: for tests, and for a study without MLflow.

Owns: the same promises as the other recorder, with nothing behind them but dictionaries.
Leaves to others: everything that must outlive the process.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tuner.tracking.recorder import Champion, StudyRecord, TrialRecord, claim_of


class MemoryRecorder:
    """The recorder whose other side is this object.

    studies, trials: the latest record by run id. parents: a trial's run id to its study's.
    versions: for each experiment the run ids registered, in order; a version is a place in it, from 1.
    champions: for each experiment the run id of the standing champion. files: of each study's run.
    """

    def __init__(self) -> None:
        self.studies: dict[str, StudyRecord] = {}
        self.trials: dict[str, TrialRecord] = {}
        self.parents: dict[str, str] = {}
        self.versions: dict[str, list[str]] = {}
        self.champions: dict[str, str] = {}
        self.files: dict[str, dict[str, bytes]] = {}

    def prepare(self) -> None:
        """Memory is there."""

    def record_study(self, record: StudyRecord) -> str:
        """Create or find the study's run, bring it up to date, and give its id."""
        run_id = self._study_run(record) or f"run-{len(self.studies) + len(self.trials)}"
        self.studies[run_id] = replace(record, run_id=run_id, files={})
        self.files.setdefault(run_id, {}).update(record.files)
        return run_id

    def record_trial(self, study: StudyRecord, record: TrialRecord) -> str:
        """Create or find the trial's run under the study's, bring it up to date, and give its id."""
        parent = self._study_run(study) or self.record_study(study)
        run_id = self._trial_run(parent, record) or f"run-{len(self.studies) + len(self.trials)}"
        known = self.trials.get(run_id)
        if known is not None:
            # A late record of an earlier moment takes nothing back.
            kept = {epoch.epoch: epoch for epoch in (*record.epochs, *known.epochs)}
            record = replace(
                known if known.state != "running" and record.state == "running" else record,
                epochs=tuple(kept[number] for number in sorted(kept)),
                params={**record.params, **known.params},
                tags={**known.tags, **record.tags},
            )
        self.trials[run_id] = replace(record, run_id=run_id)
        self.parents[run_id] = parent
        return run_id

    def record_together(self, study: StudyRecord, records: Sequence[TrialRecord]) -> Mapping[int, str]:
        """None: each costs nothing."""
        return {}

    def missing(self, study: StudyRecord, run_ids: Sequence[str] = ()) -> set[str]:
        """Those of the study's and these runs that are not here (any more)."""
        return {*run_ids, *filter(None, [study.run_id])} - {*self.studies, *self.trials}

    def register_champion(self, study: StudyRecord, record: TrialRecord) -> str:
        """Put the trial's model into the registry under the experiment's name, alias ``champion``; give its version."""
        run_id = self.record_trial(study, record)
        registered = self.versions.setdefault(study.experiment, [])
        if run_id not in registered:
            registered.append(run_id)
        self.champions[study.experiment] = run_id
        return str(registered.index(run_id) + 1)

    def champion(self, experiment: str) -> Champion | None:
        """The standing champion, if there is one."""
        run_id = self.champions.get(experiment)
        if run_id is None:
            return None
        claim = claim_of(self.studies[self.parents[run_id]], self.trials[run_id])
        return replace(claim, version=str(self.versions[experiment].index(run_id) + 1))

    def rivals(self, experiment: str, version: str) -> list[Champion]:
        """None: it is one process', and one registers after the other."""
        return []

    def promote(self, experiment: str, version: str) -> None:
        """Make a version that is there the champion."""
        self.champions[experiment] = self.versions[experiment][int(version) - 1]

    def _study_run(self, record: StudyRecord) -> str | None:
        if record.run_id in self.studies:
            return record.run_id
        wanted = (record.experiment, record.study_name, record.started_at)
        for run_id, known in self.studies.items():
            if (known.experiment, known.study_name, known.started_at) == wanted:
                return run_id
        return None

    def _trial_run(self, parent: str, record: TrialRecord) -> str | None:
        if record.run_id in self.trials:
            return record.run_id
        for run_id, known in self.trials.items():
            if self.parents[run_id] == parent and known.identity == record.identity:
                return run_id
        return None
