"""A study is started, or goes on: everything between what a person asked and the workers.

Owns: the order of the checks, so that whatever cannot be is said before anything is stored.
Leaves to others: each check (checking), the study's row (creating, resuming), the workers (launching).
"""

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from tuner.data import sources
from tuner.data.reading import Reading
from tuner.database.connection import Database
from tuner.database.studies import StudyView, view_study
from tuner.errors import InputError
from tuner.hints import extra
from tuner.search.compatibility import check_algorithms
from tuner.search.evidence import Kept
from tuner.service import checking, on_ray
from tuner.service.baseline_files import with_baselines
from tuner.service.checking import Say
from tuner.service.creating import create_study
from tuner.service.opening import open_studies
from tuner.service.people import HERE, Person, check_may_change, check_may_start, check_priority
from tuner.service.requests import LOCAL, Devices, Place, ResumeRequest, StartRequest
from tuner.service.resuming import resume_study
from tuner.service.slots import Here, slots_here
from tuner.service.spaces import FoundSpace, find
from tuner.settings import Settings
from tuner.spec.code import Code, find_code
from tuner.studies.code import code_for, code_options
from tuner.studies.preflight import Outlook
from tuner.studies.row_order import rows_option
from tuner.studies.status import study_status
from tuner.studies.stored_study import bind_data, spec_of
from tuner.studies.warm_start import evidence_from, with_best_of
from tuner.workers.devices import Slot


@dataclass(frozen=True)
class Begun:
    """A study that is stored, and what its workers are to be told.

    db: where it is. slots: one a worker; none where programs ask for the trials. codes: Python code that this person
    allows. notes: what a person should know, a line each. reading: how the data were read, where they were.
    outlook: what the study is in for, of a family. place: where the workers are to run.
    """

    db: Database
    study: StudyView
    slots: tuple[Slot, ...]
    codes: tuple[Code, ...]
    fit: bool
    notes: tuple[str, ...] = ()
    reading: Reading | None = None
    outlook: Outlook | None = None
    place: Place = LOCAL

    @property
    def external(self) -> bool:
        """No worker takes its trials."""
        return spec_of(self.study).external

    @property
    def named_codes(self) -> tuple[str, ...]:
        """The code that this person named, for workers."""
        return tuple(dict.fromkeys(each.named for each in self.codes))


def start(
    settings: Settings,
    request: StartRequest,
    say: Say = lambda words: None,
    by: Person = HERE,
    read: bool = True,
    known: sources.Loaded | None = None,
) -> Begun:
    """Check and store a new study, or find the one of that name and go on with it.

    by: whose it will be. read: the data, now; without, the workers alone do, and the study says what is wrong with
    them - but for what code makes, which is always tried here. known: data that were loaded already, and need not be
    read again. Raises InputError and its kin, NotAllowed, NotFound,
    ServiceDown; then nothing was stored.
    """
    check_may_start(by)
    check_priority(by, request.priority)
    board = _board(request)
    found, notes, evidence = _space(settings, request)
    check_algorithms(found.spec, request.called)
    external = found.spec.external
    here = None if external else _slots(settings, request.devices, request.place, request.detach)
    notes = (*notes, *(here.notes if here is not None else ()))
    loaded = None
    if not external and (found.codes or found.code is not None or (not request.detach and (read or _made(found)))):
        loaded = checking.load(found, say, known)
        found, notes = loaded.found, (*notes, *loaded.notes)
    spec = found.spec
    outlook = None
    if loaded is not None and here is not None and found.code is None and not request.detach:
        local = request.place.engine == "local"
        outlook = checking.look(spec, loaded.dataset.info, here.slots if local else ())
    if loaded is not None and found.code is not None:
        notes = (*notes, *checking.try_code(loaded, request.fit, say).notes)
    db = open_studies(settings)
    study = create_study(
        db,
        spec,
        study_name=request.study_name,
        n_trials=request.trials,
        timeout_s=request.timeout_s,
        seed=request.seed,
        mlflow_uri=settings.public_tracking_uri,
        options=code_options(found.code).with_(
            rows=rows_option(spec),
            tensorboard=board,
            system_metrics=request.system_metrics,
            limits=request.limits.given(),
        ),
        priority=request.priority or 0,
        most_workers=request.most_workers or None,
        by=by,
        artifacts=settings.artifacts,
        evidence=evidence,
    )
    codes = (*(() if found.code is None else (found.code,)), *found.codes)
    if study.data_digest is not None and loaded is not None and not request.detach:
        _bind(db, study, found.codes)
    reading = None if loaded is None or request.detach else loaded.dataset.reading
    slots = () if here is None else here.slots
    return Begun(db, study, slots, codes, request.fit, notes, reading, outlook, request.place)


def resume(
    settings: Settings, request: ResumeRequest, say: Say = lambda words: None, by: Person = HERE, read: bool = True
) -> Begun:
    """Let a study go on that was stopped, killed or has ended. Raises as `start`; then nothing was changed.

    read: the data, now; without, the workers alone do, and the study says what is wrong with them.
    """
    db = open_studies(settings, create=False)
    there = view_study(db, request.study_name)
    check_may_change(by, there)
    if spec_of(there).external:
        study = resume_study(db, request.study_name, request.trials, request.timeout_s, request.limits.given(), by)
        return Begun(db, study, (), (), request.fit)
    here = _slots(settings, request.devices, request.place, request.detach)
    given = tuple(find_code(each) for each in request.code)
    # Workers elsewhere are given it there.
    found = code_for(there, spec_of(there), given) if given or not request.detach else None
    if read and not request.detach:
        say("loading the data")
        _bind(db, there, given)
    study = resume_study(db, request.study_name, request.trials, request.timeout_s, request.limits.given(), by)
    codes = (*(() if found is None else (found,)), *given)
    return Begun(db, study, here.slots, codes, request.fit, here.notes, place=request.place)


def _slots(settings: Settings, devices: Devices, place: Place, detach: bool = False) -> Here:
    """One a worker, and notes. Raises InputError, ServiceDown."""
    if place.engine == "local":
        return slots_here(devices)
    if detach:
        raise InputError("--detach only stores the study; --engine ray starts its workers, and need not be waited for.")
    there = on_ray.slots_there(devices, place)
    return Here(there.slots, (*there.notes, *on_ray.check(settings, place)))


def _space(settings: Settings, request: StartRequest) -> tuple[FoundSpace, tuple[str, ...], Kept]:
    """The space with the configurations that are tried first, notes, and an older study's trials to learn from."""
    found = find(request)
    spec, notes, evidence = found.spec, tuple[str, ...](), Kept()
    if request.baselines is not None:
        spec = with_baselines(spec, request.baselines)
    if request.from_study is not None:
        db = open_studies(settings, create=False)
        spec, words = with_best_of(spec, study_status(db, request.from_study), request.from_best)
        evidence, learns = evidence_from(db.storage, request.from_study, spec)
        notes = (words, learns)
    return FoundSpace(spec, found.code, found.codes), notes, evidence


def _made(found: FoundSpace) -> bool:
    """Whether code makes the data."""
    return getattr(found.spec.data.files, "python", None) is not None


def _bind(db: Database, study: StudyView, codes: tuple[Code, ...]) -> None:
    """Other data than the study began on, or none, shows here. Raises DataError."""
    data = spec_of(study).data
    bind_data(db, study, data.name, sources.load(data, study.seed, codes).digest)


def _board(request: StartRequest) -> str:
    """The folder of TensorBoard's logs, or nothing."""
    board: Path | None = request.tensorboard
    if board is not None and importlib.util.find_spec("tensorboard") is None:
        raise InputError(f"--tensorboard needs a package that is not installed. Run: {extra('tensorboard')}")
    return "" if board is None else str(board.expanduser().absolute())
