"""The order of a study's rows, where it is not the one in which they come.

Owns: the study's option that says so.
Leaves to others: finding it out (rows_check), ordering rows (data).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tuner.spec.study_spec import StudySpec

_ROWS = "rows"
_SORTED = "sorted"


def order_options(spec: StudySpec) -> Mapping[str, Any]:
    """What a new study stores of it."""
    return {_ROWS: _SORTED} if spec.data.one_order else {}


def with_order(spec: StudySpec, options: Mapping[str, Any]) -> StudySpec:
    """The specification of a study that stored such options."""
    return replace(spec, data=replace(spec.data, one_order=True)) if options.get(_ROWS) == _SORTED else spec


def order_in_words(spec: StudySpec) -> str:
    """What a person should know of it, or nothing."""
    if not spec.data.one_order:
        return ""
    return f"{spec.data.origin} gives its rows in another order each time; they are taken in one, by what is in them"
