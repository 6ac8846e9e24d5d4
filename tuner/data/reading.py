"""How data were read: each column, picture and array - as what it was taken, how much of it, what was left out.

Owns: the value that commands show before the first trial, and names that look like one and are two.
Leaves to others: reading (tables, images, arrays), counting the parts (raw_dataset), how it looks (cli).
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["table", "images", "arrays"]


@dataclass(frozen=True)
class ColumnRead:
    """One column of a table.

    taken_as: what its cells are. values: how many different ones, missing: how many empty cells, of all rows read.
    low, high: of numbers; of dates in seconds since 1970. examples: the first few of categories.
    """

    name: str
    taken_as: Literal["number", "boolean", "category", "date", "text", "target"]
    values: int
    missing: int = 0
    low: float | None = None
    high: float | None = None
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """What became of a source.

    rows: by part, training, validation and test. classes: rows of each, all parts together; empty for a regression.
    shape, dtype, low, high: of a row of numbers, as it is stored; of a table `columns` say it.
    validation: how rows are validated with, where that is not a share of them held back. notes: how it was brought to
    that, a line each. left_out: what is not used. warnings: what is likely a mistake.
    """

    kind: Kind
    columns: tuple[ColumnRead, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)
    classes: Mapping[str, int] = field(default_factory=dict)
    shape: tuple[int, ...] = ()
    dtype: str = ""
    low: float | None = None
    high: float | None = None
    validation: str = ""
    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


# Python's own `strip` leaves what has no width: a byte order mark, spaces of zero width.
INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060"


def stripped(text: str) -> str:
    """A name without the spaces around it, those of no width included."""
    while text != (text := text.strip().strip(INVISIBLE)):
        pass
    return text


def look_alikes(names: Mapping[str, int], what: str) -> Iterable[str]:
    """A warning for names that differ only by case, inner spaces or how a letter is encoded. names: with their rows."""
    alike: dict[str, list[str]] = defaultdict(list)
    for name in names:
        alike[" ".join(unicodedata.normalize("NFKC", name).casefold().split())].append(name)
    for group in alike.values():
        if len(group) > 1:
            told = " and ".join(f"{name!a} ({names[name]} rows)" for name in group[:3])
            yield f"{what}: {told} are {len(group)} and look like one. If they are one, write them alike"
