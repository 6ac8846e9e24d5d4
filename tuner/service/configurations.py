"""A configuration is added to a study that is there, and tried next: checked as the baselines of a space are.

Owns: what may be added to which study, and starting from a trial's parameters.
Leaves to others: what a space holds (spec.configurations), what a person writes (written_configuration), that each is
tried once, in a place that there is (database).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field, field_validator

from tuner.database import configurations, finalists, studies
from tuner.database.connection import Database
from tuner.database.studies import StudyView
from tuner.errors import InputError, NotFound, StudyConflict
from tuner.formatting import nearest, plural
from tuner.hints import command
from tuner.search.cells import EXHAUSTIVE
from tuner.service.people import HERE, Person, check_may_change, entry
from tuner.service.requests import Content, Request
from tuner.service.space_form import ParameterField, space_form
from tuner.service.written_configuration import of_trial, written_by
from tuner.spec.configurations import faults, read_configuration
from tuner.spec.space import Value
from tuner.spec.study_spec import StudySpec
from tuner.studies import stopping_rules
from tuner.studies.stored_study import spec_of
from tuner.studies.views import NamedStudy, View

Written = Mapping[str, Value | tuple[Value, ...]]
"""Values of a configuration as under `baselines:`; of layers, one each."""

_TRIES = 50
_LONGEST = 100
"""Characters of a name."""


class ConfigurationRequest(Request):
    """A configuration for a study. params: as under `baselines:` of its space; words stand for numbers, too.

    from_trial: the number of a trial whose values count where params has none. name: to find it by; None numbers it.
    more: its place is one more of the budget; else it takes the next one.
    """

    study_name: str
    params: Annotated[Content, Field(default_factory=dict, max_length=1000)]
    from_trial: Annotated[int, Field(ge=0)] | None = None
    name: Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,100}$")] | None = None
    more: bool = False

    @field_validator("params")
    @classmethod
    def _named(cls, params: Content) -> Content:
        for name in params:
            if not name.isprintable() or len(name) > _LONGEST:
                raise ValueError(f"{name[:_LONGEST]!r} is no name of a parameter")
        return params


class ParameterFault(View):
    """What is wrong with a value. parameter: empty where the configuration as a whole is meant."""

    parameter: str
    words: str


class CheckedConfiguration(NamedStudy):
    """params: every parameter in use, where nothing is wrong. same_as: the number of a trial that has the same values.
    places_left: of the budget, that are neither taken nor promised."""

    params: Mapping[str, Value] | None
    faults: tuple[ParameterFault, ...]
    same_as: int | None
    places_left: int


class AddedConfiguration(NamedStudy):
    """number: of those that were added, from 0. person: who added it. trial_number: None while it waits. withdrawn: it
    was taken back before it began."""

    number: int
    name: str
    params: Mapping[str, Value]
    person: str
    added_at: float
    trial_number: int | None
    withdrawn: bool


class AddedConfigurations(NamedStudy):
    configurations: tuple[AddedConfiguration, ...]


class NewConfiguration(AddedConfiguration):
    """trials: the budget. notes: what a person should know, a line each."""

    trials: int
    notes: tuple[str, ...]


class ConfigurationForm(NamedStudy):
    """What a configuration is made of. parameters: those of the space, in its order; of one whose values have `per`, a
    list has one a layer. further: what its model takes besides, which a configuration does not name. values: of the
    trial from which it starts."""

    parameters: tuple[ParameterField, ...]
    further: tuple[ParameterField, ...]
    values: Written


def add_configuration(db: Database, request: ConfigurationRequest, by: Person = HERE) -> NewConfiguration:
    """Raises NotFound, NotAllowed, InputError and its kin; then nothing was stored."""
    view = studies.view_study(db, request.study_name)
    check_may_change(by, view)
    spec, name = spec_of(view), view.study_name
    anew = _check_open(db, view, spec, request.more)
    written = written_by(db, spec, name, request.params, request.from_trial)
    if found := faults(spec, written):
        raise InputError(f"the configuration: {next(iter(found.values()))}")
    params = read_configuration(spec, "", written, "").params
    for _ in range(_TRIES):
        there = configurations.view_added(db, name)
        number = len(there)
        called = request.name or f"added-{number + 1}"
        if request.name is not None and called in _names(there, spec):
            raise InputError(f"name: study {name!r} has a configuration {called!r} already. Take another name.")
        said = entry(by, "add", name, f"{called}: {', '.join(f'{key} {each}' for key, each in written.items())}")
        done = configurations.add(db, name, number, called, params, by.name, request.more, anew, entry=said)
        if done == "full":
            raise StudyConflict(
                f"all {plural(view.trials, 'trial')} of study {name!r} have begun, or are promised to what was added "
                f"before. Raise the budget by one for it: more ({command('tune add --more')})."
            )
        if done == "added":
            return new_configuration(db, name, number)
    raise StudyConflict(f"others add to study {name!r} all the time. Try again.")


def withdraw_configuration(db: Database, study_name: str, which: int | str, by: Person = HERE) -> AddedConfiguration:
    """Take back one that has not begun. which: its number, or its name. Raises NotFound, NotAllowed, StudyConflict."""
    view = studies.view_study(db, study_name)
    check_may_change(by, view)
    name = view.study_name
    there = [each for each in configurations.view_added(db, name) if which in (each.number, each.name)]
    if not there:
        names = [each.name for each in configurations.view_added(db, name) if each.ordinal is None]
        raise NotFound(f"study {name!r} has no added configuration {which!r}{nearest(str(which), names)}")
    # Of a name that was taken back and used again, the latest.
    found = there[-1]
    said = entry(by, "withdraw", name, found.name)
    if found.ordinal is None and configurations.withdraw(db, name, found.number, entry=said):
        return _view(name, replace(found, ordinal=configurations.WITHDRAWN))
    if found.ordinal == configurations.WITHDRAWN:
        return _view(name, found)
    now = next(each for each in configurations.view_added(db, name) if each.number == found.number)
    number = "" if now.trial_number is None else f" {now.trial_number}"
    ends = "" if now.trial_number is None else f" To end it: {command('tune cancel', name)} {now.trial_number}."
    raise StudyConflict(f"{found.name} has begun already: it is trial{number} of study {name!r}.{ends}")


def check_configuration(db: Database, request: ConfigurationRequest) -> CheckedConfiguration:
    """What is wrong with it, all at once; nothing is stored. Raises NotFound."""
    view = studies.view_study(db, request.study_name)
    spec = spec_of(view)
    written = written_by(db, spec, view.study_name, request.params, request.from_trial)
    found = faults(spec, written)
    params = None if found else read_configuration(spec, "", written, "").params
    return CheckedConfiguration(
        study_name=view.study_name,
        params=params,
        faults=tuple(ParameterFault(parameter=name, words=words) for name, words in found.items()),
        same_as=None if params is None else configurations.trial_with(db, view.study_name, params),
        places_left=configurations.places_left(db, view.study_name),
    )


def added_configurations(db: Database, study_name: str) -> AddedConfigurations:
    """In the order in which they came. Raises NotFound."""
    name = studies.view_study(db, study_name).study_name
    every = configurations.view_added(db, name)
    return AddedConfigurations(study_name=name, configurations=tuple(_view(name, each) for each in every))


def configuration_form(db: Database, study_name: str, from_trial: int | None = None) -> ConfigurationForm:
    """Raises NotFound."""
    view = studies.view_study(db, study_name)
    spec = spec_of(view)
    form = space_form(spec)
    values = {} if from_trial is None else of_trial(db, spec, view.study_name, from_trial)
    return ConfigurationForm(
        study_name=view.study_name, parameters=form.parameters, further=form.further, values=_as_tuples(values)
    )


def new_configuration(db: Database, study_name: str, number: int) -> NewConfiguration:
    """One that was added just now."""
    view = studies.view_study(db, study_name)
    every = configurations.view_added(db, study_name)
    notes: tuple[str, ...] = ()
    if view.finished_at is not None:
        trials = max(view.trials, configurations.spoken_for(db, study_name))
        resumed = command("tune resume", study_name, options=["--trials", trials])
        notes = (f"study {study_name} has ended; it is tried after: {resumed}",)
    elif view.desired_state != "running":
        notes = (f"study {study_name} was stopped; it is tried after: {command('tune resume', study_name)}",)
    return NewConfiguration(**dict(_view(study_name, every[number])), trials=view.trials, notes=notes)


def _check_open(db: Database, view: StudyView, spec: StudySpec, more: bool) -> bool:
    """Raises InputError, StudyConflict. Gives whether the search goes on anew with one more place."""
    if spec.search.sampler.name in EXHAUSTIVE:
        raise InputError(
            f"study {view.study_name!r} tries every configuration of its {spec.search.sampler.name}, each once: there "
            "is none to add. Start a study with another sampler."
        )
    if view.ended and view.finished_at is None:
        why = stopping_rules.why_ended(view, spec, 0)
        raise StudyConflict(
            f"the search of study {view.study_name!r} has ended: {why}. Give another "
            f"{stopping_rules.OPTIONS[view.ended]} first ({command('tune change')})."
        )
    # Finalists that were planned are those of an end that was none.
    return more and view.finished_at is None and finalists.any_planned(db, view.study_name, view.round)


def _names(there: Sequence[configurations.Added], spec: StudySpec) -> set[str]:
    waits = (each.name for each in there if each.ordinal != configurations.WITHDRAWN)
    return {*waits, *(each.name for each in spec.baselines)}


def _view(study_name: str, added: configurations.Added) -> AddedConfiguration:
    return AddedConfiguration(
        study_name=study_name,
        number=added.number,
        name=added.name,
        params=added.params,
        person=added.person,
        added_at=added.added_at,
        trial_number=added.trial_number,
        withdrawn=added.ordinal == configurations.WITHDRAWN,
    )


def _as_tuples(values: Mapping[str, Any]) -> Written:
    return {name: tuple(each) if isinstance(each, list) else each for name, each in values.items()}
