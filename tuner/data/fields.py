"""The named arrays of a row that has several: what each is, without the rows.

Owns: their description, also in words.
Leaves to others: the arrays themselves (records).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tuner.data.records import Array, arrays_of, without_names


@dataclass(frozen=True)
class Field:
    """One of several inputs of a row, or of several targets.

    name: or its place, from 1, where the arrays have no names. shape: of one row. class_names: of a target, by number.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    class_names: tuple[str, ...] = ()

    @property
    def keras_type(self) -> str:
        """As an input of Keras has it."""
        return "string" if self.dtype.startswith("<U") else self.dtype


def fields_of(array: Array, class_names: Mapping[str, tuple[str, ...]]) -> tuple[Field, ...]:
    """The arrays of a row in words; none where a row is one array."""
    return tuple(
        Field(name, each.shape[1:], str(each.dtype), class_names.get(name, ()))
        for name, each in arrays_of(array).items()
        if name
    )


def named_in_words(fields: tuple[Field, ...], what: str) -> str:
    """``2 inputs: wide (3), deep (4 x 4)``."""
    names = [each.name for each in fields]
    first = "number " if without_names(names) else ""
    return f"{len(fields)} {what}: " + ", ".join(
        f"{first}{each.name} ({' x '.join(map(str, each.shape)) or '1'})" for each in fields
    )
