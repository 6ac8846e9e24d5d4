"""A study is stored, or one of that name goes on.

Owns: what makes a study the one asked for, its name, its budget.
Leaves to others: what may be asked (requests), the row (database), running it (engines, workers).
"""

import itertools
import secrets
from collections.abc import Iterator
from pathlib import Path

from tuner.database import studies
from tuner.database.blobs import BlobStore, blob_store
from tuner.database.connection import Database
from tuner.database.facts import StudyOptions
from tuner.database.studies import StudyView
from tuner.errors import InputError, StudyConflict
from tuner.formatting import plural
from tuner.hints import command
from tuner.search import cells
from tuner.search.evidence import ATTRIBUTE, Kept
from tuner.search.optuna_study import check_optuna_study
from tuner.service.people import HERE, Person, check_may_change, check_may_start, check_priority, entry
from tuner.service.resuming import has_more, trials_in_optuna
from tuner.spec.study_spec import StudySpec
from tuner.studies.code import check_digest
from tuner.studies.resolved_spec import ResolvedSpec, as_json, resolve
from tuner.studies.same_request import differences, in_words, with_epoch_timeout
from tuner.studies.stopping_rules import merged
from tuner.studies.stored_study import resolved_of, spec_of


def create_study(
    db: Database,
    spec: StudySpec,
    *,
    study_name: str | None,
    n_trials: int | None,
    timeout_s: float | None,
    seed: int | None,
    mlflow_uri: str,
    options: StudyOptions | None = None,
    priority: int = 0,
    most_workers: int | None = None,
    by: Person = HERE,
    artifacts: Path | None = None,
    evidence: Kept | None = None,
) -> StudyView:
    """Store a new study, or find the one of that name and go on with it.

    study_name: None takes the space's name and the next free number. n_trials, timeout_s, seed: None takes the file's.
    by: whose it will be. artifacts: the folder of its files, as of `blob_store`. evidence: trials of an
    older study from which a new one learns; what is there already keeps its own.
    Raises NotAllowed, and StudyConflict for a study of that name with another specification, or one that has ended, and
    for files of one that is not in this database.
    """
    check_may_start(by)
    check_priority(by, priority)
    budget = cells.budget(spec, n_trials)
    if budget < 1:
        raise InputError(f"--trials {budget}: a study needs at least one trial.")
    if budget < len(spec.baselines):
        raise InputError(
            f"--trials {budget}: the space has {plural(len(spec.baselines), 'baseline')}, which run first. "
            "Ask for more."
        )
    asked = resolve(spec)
    limit = spec.search.timeout if timeout_s is None else timeout_s
    options = options or StudyOptions()
    options = options.with_(limits=merged(spec, options.limits))
    chosen = next((each for each in (seed, spec.search.seed) if each is not None), secrets.randbelow(2**31))
    said = f"{plural(budget, 'trial')} of {spec.name}"
    store = blob_store(db, artifacts)
    for name in [study_name] if study_name is not None else _free_names(db, spec.name, store):
        check_name(name)
        if study_name is not None:
            refuse_files_of_another(db, name, store)
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
            owner=by.name,
            priority=priority,
            most_workers=most_workers,
            entry=entry(by, "start", name, said),
            attributes={ATTRIBUTE: evidence} if evidence else None,
        )
        if stored == "added" or study_name is not None:
            break
    if stored == "foreign":
        raise StudyConflict(
            f"study {name!r} in {db.url} was made with Optuna by another program, and tune leaves it alone. "
            "Choose another --study name, or another database with --storage."
        )
    if stored == "there":
        _go_on(db, asked, name, budget, options, by, said)
    return studies.view_study(db, name)


def _go_on(
    db: Database, asked: ResolvedSpec, name: str, budget: int, options: StudyOptions, by: Person, said: str
) -> None:
    there = studies.view_study(db, name)
    check_may_change(by, there)
    stored = resolved_of(there)
    if found := differences(stored, asked):
        raise StudyConflict(
            f"study {name!r} is there with another specification (space {there.space_name}): {in_words(found)}. "
            f"Choose another --study name, or go on with it: {command('tune resume', name)}."
        )
    check_digest(there, options.code_digest)
    if there.finished_at is not None:
        raise StudyConflict(
            f"study {name!r} has ended after {plural(there.trials, 'trial')}. "
            f"For more: {command('tune resume', name, options=['--trials', there.trials + budget])}."
        )
    check_optuna_study(db.storage, name, spec_of(there), trials_in_optuna(db, name))
    if (limited := with_epoch_timeout(stored, asked)) != stored:
        studies.replace_resolved(db, name, as_json(limited))
    goes_on = has_more(db, there, there.trials)
    studies.reopen(db, name, there.trials, there.timeout_s, goes_on=goes_on, entry=entry(by, "start", name, said))


def _free_names(db: Database, space_name: str, store: BlobStore) -> Iterator[str]:
    taken = {*studies.names_in_optuna(db), *(view.study_name for view in studies.view_studies(db))}
    for number in itertools.count(1):
        name = f"{space_name}-{number}"
        if name not in taken and not store.of_study(name):
            yield name


def refuse_files_of_another(db: Database, name: str, store: BlobStore) -> None:
    """Raises StudyConflict where files of a study of that name are there, and the study is of another database, beside
    this one or deleted: its models are not this study's, and are not written over.
    """
    if any(view.study_name == name for view in studies.view_studies(db)):
        return
    if found := store.of_study(name):
        raise StudyConflict(
            f"study {name!r} is not in {db.url}, but files of a study of that name are in {found}. "
            "Choose another name, or move them away."
        )


def check_name(name: str) -> None:
    if not name.strip() or any(not character.isprintable() for character in name) or len(name) > 200:
        raise InputError(f"--study {name!r}: a study's name is 1 to 200 printable characters.")
