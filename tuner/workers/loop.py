"""What a worker does: takes trials until the budget is spent, and wires everything together.

Owns: the loop; a study that cannot be worked on here is passed over, and a full disk waited for.
Leaves to others: one training (runs), entering and leaving (hosting), signs of life (heartbeat). It knows no signal
and no environment, so that any engine can host it.
"""

import gc
import importlib.metadata
import logging
import socket
import time
from collections.abc import Mapping
from typing import Any, Literal

import psutil

from tuner.analysis import publishing
from tuner.analysis.importance import outcome_figures
from tuner.database import admission, blobs, budget, patience, sharing, skipped_studies, studies
from tuner.database.connection import OUTAGE_S, Database
from tuner.database.error_kinds import is_full
from tuner.database.patience import ToldToLeave
from tuner.database.trial_facts import TrialFacts, of_tags
from tuner.errors import DiskFull, InputError, NotFound, ServiceDown, TunerError
from tuner.hints import command
from tuner.runs import closing, finalists_turn, trial
from tuner.runs.study_context import StudyContext
from tuner.runs.together import Together
from tuner.runs.watchdog import Watch
from tuner.studies import limits, projector, stopping_rules
from tuner.studies.stored_study import is_external
from tuner.tracking.recording import recorder_at
from tuner.training import backend
from tuner.workers import placement
from tuner.workers.at_once import at_once
from tuner.workers.contexts import open_context
from tuner.workers.heartbeat import Pulse
from tuner.workers.last_delivery import deliver_the_rest
from tuner.workers.leaving import Leaving
from tuner.workers.told import WorkerEnd, WorkerSettings

logger = logging.getLogger(__name__)

_IDLE_S = 0.5
_LOOK_S = 2.0
_GOODBYE_S = 30.0
_FULL_S = 3.0

_STILL_IMPORTED = (1, 4)
"""After so many trials what came since the start - MLflow above all, in a thread of its own - stays too."""

PASSED_OVER_S = 60.0
"""How long a study that cannot be worked on here is left alone, such as one whose data are not on this machine."""

Turn = Literal["trained", "idle", "over"]


class Worker:
    """The loop of one worker."""

    def __init__(self, db: Database, told: WorkerSettings, pulse: Pulse, watch: Watch, leaving: Leaving) -> None:
        share = told.share
        threads = share.threads or placement.threads_for_one(db)
        backend.prepare(threads, share.gpu_memory_mib, share.mixed_precision, share.cache, share.gpu_room_mib)
        self._db = db
        self._settings, self._name, self._study_name = told.settings, told.worker_id, told.study_name
        self._told = told
        self._pulse = pulse
        self._watch = watch
        self._leaving = leaving
        self._facts = of_tags({**backend.versions(), **_versions()}).with_more(
            TrialFacts(device=share.device, host=socket.gethostname(), threads=threads)
        )
        self._store = blobs.blob_store(db, told.settings.artifacts)
        self._contexts: dict[str, StudyContext] = {}
        self._at_once = at_once(share.cohort, share.device, backend.versions()["backend"])
        self._at_once_of: dict[str, Together] = {}
        self._drains = False
        self._projectors: dict[str, Any] = {}
        self._passed_over: dict[str, float] = {}
        self._for_programs: dict[tuple[str, float], bool] = {}
        self._full_since = 0.0
        self._born_mib = _memory_mib()
        self._done = 0

    def work(self) -> WorkerEnd:
        """Until its study has ended, it was told to leave, or it is due for recycling."""
        study_name, goodbye_s = self._study_name, _GOODBYE_S
        busy_at = time.monotonic()
        if study_name is not None and is_external(studies.view_study(self._db, study_name)):
            raise InputError(
                f"study {study_name!r} takes no workers: programs ask for its trials, of: {command('tune serve')}"
            )
        try:
            while not self._leaving():
                turn = self._turn_with_space(study_name)
                if turn == "over":
                    return "done"
                # Told to leave, it leaves: a fresh process would not know that it was told.
                if turn == "trained" and self._due_for_recycling() and not self._leaving():
                    self._hand_back("handed back: the worker is due for recycling")
                    logger.info(
                        "due for recycling after %d trials and %.0f MiB of growth", self._done, self._growth_mib()
                    )
                    return "recycle"
                if turn == "trained":
                    busy_at = time.monotonic()
                elif self._told.idle_s is not None and time.monotonic() - busy_at >= self._told.idle_s:
                    logger.info("nothing to do for %.0f s", self._told.idle_s)
                    break
                else:
                    self._leaving.wait(_IDLE_S if study_name is not None else _LOOK_S)
            self._hand_back("handed back")
            return "done"
        except ToldToLeave:
            goodbye_s = 0.0
            raise
        finally:
            deliver_the_rest(self._projectors.values(), self._pulse, goodbye_s)

    def _turn_with_space(self, study_name: str | None) -> Turn:
        """A turn; where it ends for want of space on a disk, what was begun is begun again when there is some."""
        try:
            turn = self._alone(study_name) if study_name is not None else self._run_next_study()
        except DiskFull:
            raise
        except Exception as error:
            if not is_full(error):
                raise
            self._full_since = self._full_since or time.monotonic()
            if time.monotonic() - self._full_since > OUTAGE_S:
                raise DiskFull(
                    f"the disk is full ({error}). Free some space, then go on with `{command('tune resume')}`."
                ) from error
            patience.logger.warning(patience.waiting_words("full", error))
            self._leaving.wait(_FULL_S)
            return "trained"
        self._full_since = 0.0
        return turn

    def _alone(self, study_name: str) -> Turn:
        """A turn of a worker that is for one study alone: where it cannot work on it, the study says why."""
        try:
            return self._turn(study_name)
        except (ServiceDown, DiskFull, NotFound):
            raise
        except TunerError as error:
            skipped_studies.note(self._db, study_name, self._name, error, left=True)
            raise

    def _run_next_study(self) -> Turn:
        """Run one trial of whichever study is open: the first by the rule of `sharing` that has one to give."""
        every = sharing.open_studies(self._db)
        for gone in set(self._contexts) - {each.study_name for each in every}:
            if not self._trains(gone):
                del self._contexts[gone]
                self._at_once_of.pop(gone, None)
        in_turn = sharing.in_turn(every)
        known = {each.study_name: each for each in in_turn if not self._for_programs.get(_life(each))}
        names = list(known)
        held = [each for each in self._contexts if self._trains(each)]
        # What was begun is trained to its end; nothing is added to it while another study comes first.
        self._drains = bool(held) and names[:1] != held[:1]
        for name in held or names:
            if time.monotonic() < self._passed_over.get(name, 0.0):
                continue
            try:
                of_programs = name in known and self._is_for_programs(known[name])
                turn = "idle" if of_programs else self._turn(name)
            except (ServiceDown, DiskFull):
                raise
            except TunerError as error:
                if is_full(error):
                    raise
                self._at_once_of.pop(name, None)
                logger.warning("study %s is passed over: %s", name, error)
                skipped_studies.note(self._db, name, self._name, error)
                self._passed_over[name] = time.monotonic() + PASSED_OVER_S
                continue
            if self._passed_over.pop(name, None) is not None:
                # Its data may have been read before: no context was made, which would have cleared it.
                skipped_studies.clear(self._db, name, self._name)
            if turn == "trained":
                return "trained"
        self._pulse.say(None, "waiting")
        return "idle"

    def _is_for_programs(self, study: sharing.OpenStudy) -> bool:
        key = _life(study)
        if key not in self._for_programs:
            self._for_programs[key] = is_external(studies.view_study(self._db, study.study_name))
            if self._for_programs[key]:
                logger.info("study %s is passed over: programs ask for its trials", study.study_name)
        return self._for_programs[key]

    def _turn(self, study_name: str) -> Turn:
        """Run one trial of a study, or end the study, where there is anything to do for this worker."""
        view = studies.view_study(self._db, study_name)
        if view.finished_at is not None:
            return "over"
        if view.admitted_at is None and view.desired_state == "running":
            if not admission.ask(self._db, study_name):
                self._pulse.say(self._study_name, "waiting")
                return "idle"
            view = studies.view_study(self._db, study_name)
        context = self._context(view)
        if view.timeout_s is not None and view.deadline_at is None:
            studies.start_clock(self._db, study_name)
            view = studies.view_study(self._db, study_name)
        stopping_rules.look(self._db, view, context.spec)
        late = limits.too_late(self._db, view, context.spec)
        stopping = view.desired_state != "running"
        together = self._together(context)
        if together is not None:
            if not stopping:
                # The first network of a person's code shows whether others may be held beside it.
                for _ in range(1 if context.code is None else 2):
                    held = [each.ordinal for each in together.jobs if each.role == "search"]
                    few = late or self._drains
                    together.add(budget.take_many(self._db, study_name, self._name, together.free, held, few))
            # Finalists have a turn of their own, while the study is to go on.
            if len(together) and (stopping or together.jobs[0].role == "search"):
                self._pulse.say(study_name, "training")
                self._done += together.turn()
                return "trained"
        job = None if stopping or together is not None else budget.take(self._db, study_name, self._name, late)
        if job is not None:
            self._pulse.say(study_name, "training")
            # Taken after a person changed the space, it is a trial of that one.
            trial.run_trial(self._context(studies.view_study(self._db, study_name)), job)
            self._done += 1
            if self._done in _STILL_IMPORTED:
                gc.freeze()
            return "trained"
        step = self._finalists_turn(context, view) if limits.is_over(self._db, context.spec, study_name) else None
        if step is not None:
            return step
        if closing.close_if_over(
            self._db,
            context.spec,
            context.dataset,
            self._store,
            study_name,
            self._name,
            outcome_figures,
            view.closing_attempt,
            context.code,
            self._watch,
        ):
            # The study has ended: where this hangs, `tune sync` makes the report.
            with self._watch.during("closing", study_name, logger.error):
                publishing.publish(self._db, self._store, study_name)
            # Its record may have been whole, and no longer watched, while the report was being made.
            self._context(view)
            return "over"
        if view.desired_state != "running":
            return "over"
        # Others are at the last trials: wait, in case one of them dies.
        self._pulse.say(study_name, "waiting")
        return "idle"

    def _together(self, context: StudyContext) -> Together | None:
        """The runs of a study that this worker trains at once; None where it trains one after the other."""
        name = context.study.study_name
        if self._at_once < 2:
            return None
        if name not in self._at_once_of:
            self._at_once_of[name] = Together(context, self._at_once)
        return self._at_once_of[name]

    def _trains(self, study_name: str) -> bool:
        """Whether it is at several runs of it."""
        return len(self._at_once_of.get(study_name, ())) > 0

    def _hand_back(self, reason: str) -> None:
        for each in self._at_once_of.values():
            each.hand_back(reason)

    def _finalists_turn(self, context: StudyContext, view: studies.StudyView) -> Turn | None:
        """Run one finalist of a search that is over; None where none is left to run, and the study can be closed."""
        if view.desired_state != "running":
            return None if finalists_turn.are_done(context) else "over"
        self._pulse.say(view.study_name, "finalists")
        step: str = finalists_turn.turn(context, self._name, self._together(context))
        if step == "trained":
            self._done += 1
            return "trained"
        if step == "idle":
            self._pulse.say(view.study_name, "waiting")
            return "idle"
        return None

    def _context(self, view: studies.StudyView) -> StudyContext:
        known = self._contexts.get(view.study_name)
        if known is not None and known.study.options.spaces != view.options.spaces:
            # What runs goes on as it began.
            self._contexts[view.study_name] = known.over_another_space(view)
            if (together := self._at_once_of.get(view.study_name)) is not None:
                together.begins_with(self._contexts[view.study_name])
            logger.info("study %s searches another space from here on", view.study_name)
        if known is None:
            self._pulse.say(view.study_name, "loading")
            self._contexts[view.study_name] = open_context(
                self._db, view, self._told, self._store, self._facts, self._watch, self._leaving
            )
            skipped_studies.clear(self._db, view.study_name, self._name)
        board = view.options.tensorboard
        where = f"{view.mlflow_uri} {board}"
        if where not in self._projectors:
            self._projectors[where] = projector.Projector(
                self._db,
                lambda: recorder_at(self._settings.tracking_uri_of(view.mlflow_uri), board),
                self._store,
                self._name,
            )
        self._projectors[where].watch(view.study_name)
        return self._contexts[view.study_name]

    def _due_for_recycling(self) -> bool:
        """Keras leaves something behind with every model; a process is worth replacing in time."""
        return self._done >= self._settings.worker_trials or self._growth_mib() > self._settings.worker_growth_mib

    def _growth_mib(self) -> float:
        return _memory_mib() - self._born_mib


def _life(study: sharing.OpenStudy) -> tuple[str, float]:
    """Of a study, and of no other that is called so after it."""
    return study.study_name, study.created_at


def _memory_mib() -> float:
    return float(psutil.Process().memory_info().rss) / 2**20


def _versions() -> Mapping[str, str]:
    return {f"version_{name}": importlib.metadata.version(name) for name in ("optuna",)}
