"""A study's Python code: bound by its digest, and run only where a person named it.

Owns: which of the code that a process was given is a study's, and the words where none is.
Leaves to others: finding and digesting code (code), running it (training).
"""

from collections.abc import Sequence
from pathlib import Path

from tuner.database.facts import StudyOptions
from tuner.database.studies import StudyView
from tuner.errors import CodeNotGiven, StudyConflict
from tuner.hints import command
from tuner.spec.code import Code
from tuner.spec.study_spec import StudySpec


def code_options(code: Code | None) -> StudyOptions:
    """What a new study stores of its code."""
    return StudyOptions() if code is None else StudyOptions(code_digest=code.digest, code_place=code.place)


def code_for(view: StudyView, spec: StudySpec, given: Sequence[Code]) -> Code | None:
    """The study's code among what a person gave this process; None where a study has none.

    Raises CodeNotGiven where it was not given, StudyConflict where what was given has changed since the study began.
    """
    if spec.code is None:
        return None
    for code in given:
        if code.digest == view.options.code_digest and code.name in (None, spec.code.name):
            return code
    named = Path(spec.code.place).name
    for code in given:
        if Path(code.place).name == named and code.name in (None, spec.code.name):
            check_digest(view, code.digest)
    raise CodeNotGiven(
        f"the network of study {view.study_name!r} is made by {spec.code}, which was not given here. "
        f"If you trust it, add {command('--code', spec.code.place)}"
    )


def check_digest(view: StudyView, digest: str) -> None:
    """Raises StudyConflict for other code than the study began with."""
    began = view.options.code_digest
    if began != digest:
        place = view.options.code_place
        raise StudyConflict(
            f"the code of study {view.study_name!r} ({place}, or what it imports from beside it) "
            f"has changed since it began (digest {began[:12]}, now {digest[:12]}). Put it back, or start a new study."
        )
