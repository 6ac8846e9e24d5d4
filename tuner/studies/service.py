"""Studies as people speak of them: create, go on, stop, look at.

Owns: what makes a study the one asked for, its name, its state in words, and the view of all that is known of it.
Leaves to others: training (trial), ending (closing), the processes (workers), how it looks (cli).
"""

import contextlib
import json
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from tuner.database import studies, trials, workers
from tuner.database.connection import Database
from tuner.database.finalists import FinalistView, view_finalists
from tuner.database.rules import limits_of
from tuner.database.studies import StudyView
from tuner.database.trials import TrialView
from tuner.database.workers import WorkerView
from tuner.errors import DataError, InputError, NotFound, SpecError, StudyConflict
from tuner.formatting import command
from tuner.search import cells
from tuner.search.optuna_study import check_optuna_study
from tuner.spec.defaults import released_2
from tuner.spec.study_spec import StudySpec, parse_spec
from tuner.studies.code import CODE_DIGEST, check_digest
from tuner.studies.resolved_spec import ResolvedSpec, as_json, read_resolved, resolve, restore_stored
from tuner.studies.row_order import with_order
from tuner.studies.same_request import differences, in_words, with_epoch_timeout
from tuner.studies.skipped_study import Reason, reasons
from tuner.studies.stopping_rules import OPTIONS, change, merged, why_ended

StudyState = Literal["waiting", "running", "stopping", "stopped", "interrupted", "finished"]
NOT_SCORED = "not_scored"
"""Why there are no figures on the test rows: a tag of a trial, and a word of the outcome."""


@dataclass(frozen=True)
class StudyStatus:
    """All that is known of a study at one moment.

    counts: trials by state; `waiting` are places of the budget that no worker has taken. best: of the complete ones.
    why_ended: why trials of the budget are not run any more (`not_run`), in words.
    left_s: seconds to go, estimated from the pace so far; None where nothing is known yet. finalists: of this round.
    passed_over: why workers do not work on it, where they do not.
    """

    study: StudyView
    state: StudyState
    trials: tuple[TrialView, ...]
    workers: tuple[WorkerView, ...]
    counts: Mapping[str, int]
    best: TrialView | None
    left_s: float | None
    finalists: tuple[FinalistView, ...] = ()
    why_ended: str = ""
    passed_over: tuple[Reason, ...] = ()

    @property
    def stage(self) -> str:
        """What is done now, beside the trials: ``finalists 4 of 9``, ``the winner on all rows, 1 of 3``, or nothing."""
        if self.study.finished_at is not None or not self.finalists:
            return ""
        finals = [each for each in self.finalists if each.plan.kind == "final"]
        shown = finals or self.finalists
        done = sum(each.settled for each in shown)
        return f"{'the winner on all rows,' if finals else 'finalists'} {done} of {len(shown)}"


def create_study(
    db: Database,
    spec: StudySpec,
    *,
    study_name: str | None,
    n_trials: int | None,
    timeout_s: float | None,
    seed: int | None,
    mlflow_uri: str,
    options: Mapping[str, Any],
) -> StudyView:
    """Store a new study, or find the one of that name and go on with it.

    study_name: None takes the space's name and the next free number. n_trials, timeout_s, seed: None takes the file's.
    Raises StudyConflict for a study of that name with another specification, or one that has ended.
    """
    budget = cells.budget(spec, n_trials)
    if budget < 1:
        raise InputError(f"--trials {budget}: a study needs at least one trial.")
    if budget < len(spec.baselines):
        raise InputError(
            f"--trials {budget}: the space has {len(spec.baselines)} baselines, which run first. Ask for more."
        )
    asked = resolve(spec)
    limit = spec.search.timeout if timeout_s is None else timeout_s
    limits = merged(spec, limits_of(options))
    options = {
        **{key: each for key, each in options.items() if key != "limits"},
        **({"limits": limits} if limits else {}),
    }
    chosen = next((each for each in (seed, spec.search.seed) if each is not None), secrets.randbelow(2**31))
    for name in [study_name] if study_name is not None else _free_names(db, spec.name):
        _check_name(name)
        stored = studies.add_study(
            db,
            study_name=name,
            space_name=spec.name,
            spec_text=spec.text,
            resolved=as_json(asked),
            spec_folder=str(spec.folder),
            spec_digest=spec.digest,
            seed=chosen,
            trials=budget,
            timeout_s=limit,
            mlflow_uri=mlflow_uri,
            options=options,
            directions=[each.direction for each in spec.objectives],
        )
        if stored == "added" or study_name is not None:
            break
    if stored == "foreign":
        raise StudyConflict(
            f"study {name!r} in {db.url} was made with Optuna by another program, and tune leaves it alone. "
            "Choose another --study name, or another database with --storage."
        )
    if stored == "there":
        _go_on(db, asked, name, budget, options)
    return studies.view_study(db, name)


def _go_on(db: Database, asked: ResolvedSpec, name: str, budget: int, options: Mapping[str, Any]) -> None:
    there = studies.view_study(db, name)
    stored = resolved_of(there)
    if found := differences(stored, asked):
        raise StudyConflict(
            f"study {name!r} is there with another specification (space {there.space_name}): {in_words(found)}. "
            "Choose another --study name, or `tune resume` it as it is."
        )
    check_digest(there, str(options.get(CODE_DIGEST, "")))
    if there.finished_at is not None:
        raise StudyConflict(
            f"study {name!r} has ended after {there.trials} trials. "
            f"For more: {command('tune resume', name, options=['--trials', there.trials + budget])}."
        )
    check_optuna_study(db.storage, name, spec_of(there), _in_optuna(db, name))
    if (limited := with_epoch_timeout(stored, asked)) != stored:
        studies.replace_resolved(db, name, as_json(limited))
    studies.reopen(db, name, there.trials, there.timeout_s, goes_on=_has_more(db, there, there.trials))


def _in_optuna(db: Database, study_name: str) -> int:
    """How many trials Optuna has to have of a study."""
    return sum(trial.trial_number is not None for trial in trials.view_trials(db, study_name))


def _free_names(db: Database, space_name: str) -> list[str]:
    taken = {*studies.names_in_optuna(db), *(view.study_name for view in studies.view_studies(db))}
    names = (f"{space_name}-{number}" for number in range(1, len(taken) + 100))
    return [name for name in names if name not in taken]


def _check_name(name: str) -> None:
    if not name.strip() or any(not character.isprintable() for character in name) or len(name) > 200:
        raise InputError(f"--study {name!r}: a study's name is 1 to 200 printable characters.")


def resume_study(
    db: Database,
    study_name: str,
    n_trials: int | None,
    timeout_s: float | None,
    limits: Mapping[str, Any] | None = None,
) -> StudyView:
    """Let a study go on, to a larger budget if one is given. Raises NotFound, InputError, StudyConflict.

    limits: other ones of `epochs`, `target` and `plateau`; None leaves one as it is.
    """
    view = studies.view_study(db, study_name)
    budget = view.trials if n_trials is None else cells.budget(spec_of(view), n_trials)
    begun = len(trials.view_trials(db, study_name))
    if budget < begun:
        raise InputError(
            f"--trials {budget}: study {study_name!r} has begun {begun} already. Ask for at least {begun}."
        )
    spec = spec_of(view)
    options = change(view, spec, limits or {})
    other = limits_of(options) != limits_of(view.options)
    if view.ended and not other and (view.finished_at is not None or budget > view.trials):
        why = why_ended(view, spec, begun)
        raise StudyConflict(f"study {study_name!r} has ended: {why}. To go on, give another {OPTIONS[view.ended]}.")
    if view.finished_at is not None and budget == begun:
        raise StudyConflict(f"study {study_name!r} has ended; to go on, ask for more than {begun} with --trials.")
    check_optuna_study(db.storage, study_name, spec, _in_optuna(db, study_name))
    workers.reap_local_workers(db)
    # Where the search itself goes on, finalists that were planned before are not those of its end.
    anew = view.finished_at is not None or other or (not view.ended and budget > begun)
    studies.reopen(db, study_name, budget, timeout_s, options, anew, _has_more(db, view, budget))
    return studies.view_study(db, study_name)


def _has_more(db: Database, view: StudyView, budget: int) -> bool:
    """Whether there is more to train once the study goes on: trials, or finalists that time had kept from running.

    Where there is not, a worker that is closing it goes on doing so.
    """
    time_was_up = view.left_s is not None and view.left_s <= 0
    return time_was_up or (not view.ended and budget > trials.settled(db, view.study_name))


def bind_data(db: Database, view: StudyView, data_name: str, digest: str) -> None:
    """Bind a study to its data the first time; afterwards refuse other data. Raises DataError."""
    bound = studies.pin_data(db, view.study_name, digest)
    if bound != digest:
        raise DataError(
            f"study {view.study_name!r} began on other data ({data_name}: digest {bound[:12]}, here {digest[:12]}). "
            "Put the same files here, or start a new study."
        )


def stop_study(db: Database, study_name: str) -> StudyStatus:
    """Ask a study's workers to finish what they have begun and take no more."""
    view = studies.view_study(db, study_name)
    if view.finished_at is None:
        studies.set_wish(db, study_name, "stopping")
    return study_status(db, study_name)


def spec_of(view: StudyView) -> StudySpec:
    """The specification as it was resolved when the study was stored. Raises SpecError where it cannot be read."""
    where = f"the specification of study {view.study_name!r}"
    content = json.dumps(as_json(resolved_of(view)) if view.resolved is None else view.resolved)
    found = restore_stored(content, view.space_name, view.spec_text, view.spec_folder, where)
    return with_order(found, view.options)


def resolved_of(view: StudyView) -> ResolvedSpec:
    """The specification with every default written out, as it was stored. Raises SpecError."""
    where = f"the specification of study {view.study_name!r}"
    if view.resolved is not None:
        return read_resolved(view.resolved, where)
    return _of_text(view.spec_text, view.space_name, view.spec_folder, where)


@lru_cache(maxsize=64)
def _of_text(text: str, name: str, folder: str, where: str) -> ResolvedSpec:
    # Up to schema 2 there was only the text; what it leaves out means what it meant then.
    usual = released_2()
    return resolve(parse_spec(text, name, Path(folder), where, usual), usual)


def resolve_old_studies(db: Database) -> None:
    """Write out the defaults of studies that an older version stored as text; one that cannot be read stays so."""
    for view in studies.unresolved(db):
        with contextlib.suppress(SpecError):
            studies.keep_resolved(db, view.study_name, as_json(resolved_of(view)))


def study_status(db: Database, study_name: str, epochs: bool = False) -> StudyStatus:
    """Look at a study. epochs: with each trial's epochs. Raises NotFound."""
    view = studies.view_study(db, study_name)
    every = tuple(trials.view_trials(db, study_name, epochs))
    active = tuple(workers.view_workers(db, study_name))
    counts = Counter(trial.state for trial in every)
    why = why_ended(view, spec_of(view), len(every))
    counts["not_run" if why else "waiting"] = max(0, view.trials - len(every))
    return StudyStatus(
        study=view,
        state=_state(view, begun=bool(every), active=bool(active)),
        trials=every,
        workers=active,
        counts=dict(counts),
        best=_best(view, every),
        left_s=_left_s(view, every),
        why_ended=why,
        finalists=tuple(view_finalists(db, study_name, view.round, epochs)),
        passed_over=reasons(db, study_name) if view.finished_at is None else (),
    )


def all_statuses(db: Database) -> tuple[list[StudyStatus], dict[str, str]]:
    """Every study, the oldest first; and why those that this version cannot read are not among them, by their names."""
    found, unreadable = [], {}
    for view in studies.view_studies(db):
        try:
            found.append(study_status(db, view.study_name))
        except SpecError as error:
            unreadable[view.study_name] = str(error)
    return found, unreadable


def _state(view: StudyView, begun: bool, active: bool) -> StudyState:
    if view.finished_at is not None:
        return "finished"
    if view.wish == "stopping":
        return "stopping" if active else "stopped"
    if active:
        return "running"
    return "interrupted" if begun else "waiting"


def _best(view: StudyView, every: tuple[TrialView, ...]) -> TrialView | None:
    """The winner, once the study has ended; before that, the best so far."""
    ordinal = (view.outcome or {}).get("best_ordinal")
    chosen = next((trial for trial in every if trial.ordinal == ordinal), None)
    return chosen or best_trial(every, spec_of(view).objective.direction)


def best_trial(every: tuple[TrialView, ...], direction: str) -> TrialView | None:
    """The best complete trial; of equals, the earliest."""
    complete = [trial for trial in every if trial.state == "complete" and trial.value is not None]
    sign = -1.0 if direction == "maximize" else 1.0
    return min(complete, key=lambda trial: (sign * (trial.value or 0.0), trial.ordinal), default=None)


def ranked(every: tuple[TrialView, ...], direction: str) -> list[TrialView]:
    """Trials from best to worst: complete, then pruned, running, failed; those without a value last of their kind."""
    kinds = {"complete": 0, "pruned": 1, "running": 2}
    sign = -1.0 if direction == "maximize" else 1.0

    def rank(trial: TrialView) -> tuple[int, bool, float, int]:
        value = trial.value
        return kinds.get(trial.state, 3), value is None, sign * (value or 0.0), trial.ordinal

    return sorted(every, key=rank)


def _left_s(view: StudyView, every: tuple[TrialView, ...]) -> float | None:
    """From the pace of the trials that ended; what is running counts half, as on average it is half done."""
    ended = [trial for trial in every if trial.finished_at is not None]
    if view.finished_at is not None:
        return 0.0
    if len(ended) < 2:
        return view.left_s
    began = min(trial.started_at for trial in every)
    until = max(trial.finished_at or 0.0 for trial in ended)
    to_go = view.trials - len(ended) - 0.5 * (len(every) - len(ended))
    left_s = max(0.0, to_go * (until - began) / len(ended))
    return left_s if view.left_s is None else max(0.0, min(left_s, view.left_s))


def find_trial(db: Database, study_name: str, trial_number: int) -> TrialView:
    """One trial by Optuna's number, with its epochs. Raises NotFound."""
    for trial in study_status(db, study_name).trials:
        if trial.trial_number == trial_number:
            return trials.view_trial(db, study_name, trial.ordinal)
    raise NotFound(f"study {study_name!r} has no trial {trial_number}.")
