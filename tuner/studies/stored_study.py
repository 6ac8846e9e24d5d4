"""A study's specification as it was stored, and the data that it is bound to.

Owns: reading it back, also of versions that stored text; refusing other data than the study began on.
Leaves to others: the stored form (resolved_spec), who asks for what (service).
"""

import contextlib
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from tuner.database import studies
from tuner.database.connection import Database
from tuner.database.studies import StudyView
from tuner.errors import DataError, SpecError
from tuner.spec.defaults import released_2
from tuner.spec.study_spec import StudySpec, parse_spec
from tuner.studies.resolved_spec import ResolvedSpec, as_json, read_resolved, resolve, restore_stored
from tuner.studies.row_order import with_order


def spec_of(view: StudyView) -> StudySpec:
    """The specification as it was resolved when the study was stored. Raises SpecError where it cannot be read."""
    where = f"the specification of study {view.study_name!r}"
    if view.resolved is None:
        content = json.dumps(as_json(resolved_of(view)))
        found = restore_stored(content, view.space_name, view.spec_text, view.spec_folder, where)
    else:
        found = _restored(_TheSame(view.resolved), view.space_name, view.spec_text, view.spec_folder, where)
    return with_order(found, view.options)


class _TheSame:
    """A mapping as a key: by which one it is. Of a study that is followed it is asked for again and again."""

    def __init__(self, resolved: Mapping[str, Any]) -> None:
        self.resolved = resolved

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _TheSame) and other.resolved is self.resolved

    def __hash__(self) -> int:
        return id(self.resolved)


@lru_cache(maxsize=64)
def _restored(same: _TheSame, name: str, text: str, folder: str, where: str) -> StudySpec:
    return restore_stored(json.dumps(same.resolved), name, text, folder, where)


def is_external(view: StudyView) -> bool:
    """Whether programs ask for its trials, and no worker takes them; False where that cannot be read."""
    with contextlib.suppress(SpecError):
        return spec_of(view).external
    return False


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


def bind_data(db: Database, view: StudyView, data_name: str, digest: str) -> None:
    """Bind a study to its data the first time; afterwards refuse other data. Raises DataError."""
    bound = studies.pin_data(db, view.study_name, digest)
    if bound != digest:
        raise DataError(
            f"study {view.study_name!r} began on other data ({data_name}: digest {bound[:12]}, here {digest[:12]}). "
            "Put the same files here, or start a new study."
        )
