"""What is wrong with a table, all of it at once, and the `dataset:` line with which it can be read.

Owns: collecting, the words for several, what of the space would change.
Leaves to others: finding what is wrong (column_kinds, table_cells).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tuner.errors import DataError
from tuner.spec.safe_yaml import in_one_line
from tuner.spec.source_kinds import CsvFile, ParquetFile

_MOST = 20
Changes = Mapping[str, Any]


class ColumnProblem(DataError):
    """A column that cannot be read. mend: what of `dataset:` would let it be; None where the file has to be mended."""

    def __init__(self, words: str, mend: Changes | None = None) -> None:
        super().__init__(words)
        self.mend = mend


class TableProblems(DataError):
    """A table that cannot be read. dataset: with what it can; None where the file has to be mended."""

    def __init__(self, words: str, lines: tuple[str, ...] = (), dataset: Changes | None = None) -> None:
        super().__init__(words, lines)
        self.dataset = dataset


@dataclass
class Problems:
    """Those of one table."""

    found: list[ColumnProblem] = field(default_factory=list)

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Go on after a problem: there may be others."""
        try:
            yield
        except ColumnProblem as problem:
            self.found.append(problem)

    def refuse(self, path: Path, spec: CsvFile | ParquetFile) -> None:
        """Raises TableProblems with all of them, where there are any."""
        if not self.found:
            return
        words = list(dict.fromkeys(str(each) for each in self.found))
        mends = [each.mend for each in self.found]
        mended = None if None in mends else _with(spec, [each for each in mends if each is not None])
        if len(words) == 1:
            raise TableProblems(words[0], dataset=mended)
        shown = [each.removeprefix(f"{path}: ") for each in words[:_MOST]]
        shown += [f"and {len(words) - _MOST} more"] if len(words) > _MOST else []
        if None in mends:
            mendable = [each for each in mends if each is not None]
            advice = "Once the file is mended" if not mendable else "What the file need not be mended for"
        else:
            mendable, advice = [each for each in mends if each is not None], "So it can be read all the same"
        line = [f"{advice}: dataset: {in_one_line(_with(spec, mendable))}"] if mendable else []
        raise TableProblems(f"{path}: {len(words)} things cannot be read:", (*shown, *line), mended)


def _with(spec: CsvFile | ParquetFile, mends: Sequence[Changes]) -> dict[str, Any]:
    """The `dataset:` as it was written, and the changes."""
    kind = "csv" if isinstance(spec, CsvFile) else "parquet"
    written = [name for name in (kind, *type(spec).model_fields) if name in spec.model_fields_set]
    said = {name: getattr(spec, name) for name in written}
    for mend in mends:
        for key, value in mend.items():
            if isinstance(value, list):
                said[key] = [*said.get(key, []), *(each for each in value if each not in said.get(key, []))]
            elif isinstance(value, Mapping):
                said[key] = {**said.get(key, {}), **value}
            else:
                said[key] = value
    dropped = set(said.get("drop", []))
    kept = [each for each in said.get("categorical", []) if each not in dropped]
    return {key: kept if key == "categorical" else value for key, value in said.items() if key != "categorical" or kept}
