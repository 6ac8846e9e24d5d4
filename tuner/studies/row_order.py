"""The order of a study's rows, where it is not the one in which they come.

Owns: the study's option that says so.
Leaves to others: finding it out (rows_check), ordering rows (data).
"""

from dataclasses import replace

from tuner.database.facts import StudyOptions
from tuner.spec.study_spec import StudySpec

_SORTED = "sorted"


def rows_option(spec: StudySpec) -> str:
    """What a new study stores of it, as its option `rows`."""
    return _SORTED if spec.source is not None and spec.source.one_order else ""


def with_order(spec: StudySpec, options: StudyOptions) -> StudySpec:
    """The specification of a study that stored such options."""
    return replace(spec, source=replace(spec.data, one_order=True)) if options.rows == _SORTED else spec


def order_in_words(spec: StudySpec) -> str:
    """What a person should know of it, or nothing."""
    if not spec.data.one_order:
        return ""
    taken = "they are taken in one, by what is in them, or of a stream as they come"
    return f"{spec.data.origin} gives its rows in another order each time; {taken}"
