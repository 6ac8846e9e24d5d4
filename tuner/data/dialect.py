"""How a CSV file is written - its encoding, its separator, its decimal sign - where the space does not say.

Owns: seeing it in the file, and the words for what is not UTF-8 with commas and points.
Leaves to others: reading the table (table_files), what a cell is (cell_values).
"""

import codecs
import csv
import json
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from tuner.data.cell_values import with_comma
from tuner.data.reading import stripped
from tuner.errors import DataError
from tuner.spec.source_kinds import CsvFile

SEPARATORS = (",", ";", "\t", "|")
_SAMPLE_LINES = 200
_BLOCK = 2**20
_MARKS = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
          (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
# Those in which tables are saved; of all that Python knows, too many fit a short text.
_ENCODINGS = ["cp949", "cp932", "gb18030", "big5", "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256"]
_MOSTLY = 0.5


@dataclass(frozen=True)
class Dialect:
    """seen: what was found in the file, and is not the usual; each is a key of `dataset:` with its value."""

    encoding: str
    separator: str
    decimal: str
    seen: tuple[tuple[str, str], ...] = ()

    def in_words(self) -> str:
        """How it was read, as the space would say it."""
        return ", ".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in self.seen)


def dialect(path: Path, spec: CsvFile, packed: bool) -> Dialect:
    """What the space says, and for the rest what the file looks like. packed: it cannot be looked into.

    Raises DataError for text in no encoding that is known here.
    """
    encoding = spec.encoding or ("utf-8-sig" if packed else _encoding(path))
    rows: list[list[str]] = []
    separator = spec.separator or ","
    if not packed:
        try:
            lines = list(_first_lines(path, encoding))
        except (UnicodeError, LookupError) as error:
            raise DataError(f"{path}: is no text in {encoding} ({error}). Say encoding: with the right one.") from error
        wanted = {*spec.targets, *spec.drop, *spec.categorical}
        separator = spec.separator or _separator(lines, wanted)
        rows = list(csv.reader(lines[1:], delimiter=separator))
    decimal = spec.decimal or ("," if _decimal_commas(rows) else ".")
    found = {"encoding": (spec.encoding, encoding, "utf-8-sig"), "separator": (spec.separator, separator, ","),
             "decimal": (spec.decimal, decimal, ".")}  # fmt: skip
    seen = tuple((key, value) for key, (said, value, usual) in found.items() if said is None and value != usual)
    return Dialect(encoding, separator, decimal, seen)


def _first_lines(path: Path, encoding: str) -> Iterator[str]:
    with path.open(encoding=encoding, newline="") as file:
        for _ in range(_SAMPLE_LINES):
            line = file.readline(_BLOCK)
            if not line:
                return
            yield line


def _encoding(path: Path) -> str:
    """UTF-8 where all of it is that; else by its first bytes, else by what the library takes its letters for."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    before = b""
    with path.open("rb") as file:
        beginning = file.read(4)
        for mark, name in _MARKS:
            if beginning.startswith(mark):
                return name
        file.seek(0)
        while block := file.read(_BLOCK):
            if b"\0" in block:
                # UTF-8 has it, and no text.
                raise DataError(
                    f"{path}: holds zero bytes, so it is no text, or in an encoding that encoding: has to say."
                )
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                return _guessed(before + block + file.read(_BLOCK))
            before = block
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _guessed(before)
    return "utf-8-sig"


def _guessed(around: bytes) -> str:
    """around: of the first bytes that are no UTF-8."""
    from charset_normalizer import from_bytes

    lines = around.split(b"\n")
    # Letters are what tells encodings apart, and most lines of a table are numbers.
    telling = [line for line in lines[: 50 * _SAMPLE_LINES] if not line.isascii()][:_SAMPLE_LINES]
    text = b"\n".join(telling)
    best = from_bytes(text, cp_isolation=_ENCODINGS).best()
    # Too few letters tell nothing apart, and those of several languages are the same in several encodings.
    same = best is None or str(best) == text.decode("cp1252", errors="replace")
    return "cp1252" if best is None or same else best.encoding


def _separator(lines: Sequence[str], wanted: Set[str]) -> str:
    """The one under which the header has the columns that the space names; then the one that makes most cells alike."""

    def rank(separator: str) -> tuple[int, int, int, int]:
        rows = list(csv.reader(lines, delimiter=separator))
        names = [stripped(name) for name in rows[0]] if rows else []
        alike = sum(len(row) == len(names) for row in rows) if len(names) > 1 else 0
        # A tie goes to the comma.
        return len(wanted & set(names)), alike, len(names), -SEPARATORS.index(separator)

    return max(SEPARATORS, key=rank)


def _decimal_commas(rows: Sequence[Sequence[str]]) -> bool:
    """A column is of numbers with a decimal comma, and none of numbers with a point.

    1,234 may be either: it decides nothing.
    """
    commas = points = False
    for at in range(max(map(len, rows), default=0)):
        cells = [stripped(row[at]) for row in rows if at < len(row) and stripped(row[at])]
        if not cells:
            continue
        kinds = [with_comma(cell) for cell in cells]
        commas |= "comma" in kinds and kinds.count(None) <= len(cells) * _MOSTLY and "point" not in kinds
        points |= kinds.count("point") > len(cells) * _MOSTLY
    return commas and not points
