"""A study is changed while it runs: workers look at it before each trial, and at the end of each epoch. Another space
counts for the trials that begin then.

Leaves to others: that it is exact (database), what workers do then (runs, workers).
"""

from pathlib import Path

from tuner.database import changing, studies
from tuner.database.changing import NewSpace
from tuner.database.connection import Database
from tuner.database.facts import FormerSpace
from tuner.database.finalists import any_planned
from tuner.database.studies import StudyView
from tuner.errors import InputError, StudyConflict
from tuner.hints import command
from tuner.search import cells
from tuner.search.compatibility import check_algorithms
from tuner.service.people import HERE, Person, check_may_change, check_priority, entry
from tuner.service.requests import ChangeRequest
from tuner.spec.study_spec import parse_spec
from tuner.studies import space_change, stopping_rules
from tuner.studies.resolved_spec import as_json, resolve, restore
from tuner.studies.stored_study import resolved_of, spec_of


def change(db: Database, request: ChangeRequest, by: Person = HERE) -> StudyView:
    """Raises NotFound, NotAllowed, InputError, StudyConflict; then nothing was changed."""
    name = request.study_name
    view = studies.view_study(db, name)
    check_may_change(by, view)
    if view.finished_at is not None:
        raise StudyConflict(
            f"study {name!r} has ended. To go on: {command('tune resume', name, options=['--trials', 'N'])}."
        )
    if not request.says_something:
        raise InputError(
            "say what to change: --trials, --timeout, --epoch-budget, --target, --plateau, --space, --workers, "
            "--priority or --most-workers."
        )
    check_priority(by, request.priority)
    spec = spec_of(view)
    space = None if request.space_text is None else _new_space(view, request, by)
    trials = None if request.trials is None else cells.budget(spec, request.trials)
    limits = stopping_rules.change(view, spec, request.limits.given()).limits
    more = trials is not None and trials > view.trials
    # Finalists that were planned are those of an end that was none.
    planned = any_planned(db, name, view.round)
    anew = (limits != view.options.limits and bool(view.ended)) or (more and planned and not view.ended)
    if more and view.ended and not anew:
        why = stopping_rules.why_ended(view, spec, 0)
        raise StudyConflict(
            f"the search of study {name!r} has ended: {why}. Give another {stopping_rules.OPTIONS[view.ended]}, too."
        )
    said = "; ".join(filter(None, (request.in_words, *(space.before.words if space is not None else ()))))
    begun = changing.change_study(
        db, name, trials, request.timeout_s, limits, request.workers, anew, request.priority, request.most_workers,
        space, entry=entry(by, "change", name, said),
    )  # fmt: skip
    if begun is not None:
        raise InputError(f"--trials {trials}: study {name!r} has begun {begun} already. Ask for at least {begun}.")
    return studies.view_study(db, name)


def _new_space(view: StudyView, request: ChangeRequest, by: Person) -> NewSpace:
    """Raises SpecError, InputError."""
    where, text = request.space_name, request.space_text or ""
    asked = parse_spec(text, view.space_name, Path(view.spec_folder), where)
    check_algorithms(asked, where)
    there = resolved_of(view)
    now = space_change.changed(there, resolve(asked), where)
    words = space_change.changes(there, now)
    if not words:
        raise InputError(f"{where}: it searches what study {view.study_name!r} does: nothing would change.")
    stored = as_json(now)
    restored = restore(now, view.space_name, text, Path(view.spec_folder), where)
    before = FormerSpace(
        text=view.spec_text, parameters=tuple(as_json(there)["parameters"]), person=by.name, words=tuple(words)
    )
    return NewSpace(stored, text, restored.digest, before, len(view.options.spaces))
