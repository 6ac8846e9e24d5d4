"""The studies that are to be compared.

Leaves to others: comparing them (analysis.comparison).
"""

from collections.abc import Callable, Sequence

from tuner.errors import InputError
from tuner.hints import command
from tuner.studies.status import StudyStatus

MOST = 20
"""Studies at once."""


def look_at(names: Sequence[str], look: Callable[[str], StudyStatus]) -> list[StudyStatus]:
    """look: at a study by its name, with its epochs. Raises InputError of fewer than two, or too many; NotFound."""
    different = list(dict.fromkeys(names))
    if len(different) < 2:
        raise InputError(f"a comparison needs two studies or more. Those that are there: {command('tune list')}")
    if len(different) > MOST:
        raise InputError(f"{len(different)} studies cannot be compared at once; {MOST} are the most.")
    return [look(name) for name in different]
