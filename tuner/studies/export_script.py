"""The script of an export, `predict.py`: raw rows in, predictions out, and nothing of this project is needed.

Owns: its text. How the cells of a table are understood is not written again in it: it is the source of
`encoded_cells` and of what that uses.
Leaves to others: the files beside it (export), a network that its code has to build (export_weights).
"""

import inspect
from collections.abc import Sequence

from tuner.data import cell_values, dates, encoded_cells, reading, texts
from tuner.data.fields import Field, named_in_words
from tuner.data.records import without_names

_PREDICT = '''"""Predict raw rows, {rows}, with {needs} alone: python predict.py {code}[{ROWS}{or_table}]"""
import json, pathlib, sys
import numpy as np
{take}
here = pathlib.Path(__file__).parent
names = json.loads((here / "metrics.json").read_text())["class_names"]
path = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here / "{sample}"
{read}
'''
_TAKE_CODE = """
if len(sys.argv) < 2:
    sys.exit(__doc__)
code = pathlib.Path(sys.argv.pop(1)).resolve()"""
_READ_ARRAY = "rows = np.load(path)"
_READ_TEXTS = """if path.suffix == ".npy":
    rows = np.load(path)
%selse:
    rows = np.array(path.read_text("utf-8").splitlines())
rows = np.array([str(text)[:{longest}] for text in np.ravel(rows)], dtype=object)""".replace(
    "{longest}", str(texts.MOST_CHARACTERS)
)
_OF_A_TABLE = """elif path.suffix in (".csv", ".tsv", ".parquet", ".pq"):
    rows = texts_of(column_of(read_table([%r]), %r)).fillna("").to_numpy(object)
"""
_READ_ARRAYS = """file = np.load(path)
rows = {name: file[name].astype(object) if file[name].dtype.kind == "U" else file[name] for name in %s}"""
_IN_ORDER = "\nrows = list(rows.values())"
_NPY = """if path.suffix == ".npy":
    rows = np.load(path)
"""
_NPZ = """if path.suffix == ".npz":
    %s
"""

_SHARED = (
    reading.stripped, cell_values.texts_of, cell_values.text_of, cell_values.numbers_of, cell_values.with_point,
    cell_values.respelt, cell_values.canonical, dates.seconds_of, dates.parts_of, texts.tokens, texts.has_words,
    encoded_cells.WrongCell, encoded_cells.encoded_cells, encoded_cells.refuse_where,
)  # fmt: skip
# Cells are read as text, so that a column is understood alike whichever rows of it are there.
_READ_FILE = """def read_table(names):
    import csv
    import pandas

    if path.suffix in (".parquet", ".pq"):
        return pandas.read_parquet(path).rename(columns=lambda name: stripped(str(name)))
    encoding = sys.argv[2] if len(sys.argv) > 2 else "utf-8-sig"
    try:
        with path.open(encoding=encoding, newline="") as file:
            head = file.readline()
            for _ in file:
                pass
    except UnicodeDecodeError:
        sys.exit(f"{path}: is no text in {encoding}. Name its encoding behind it, such as cp949 or cp1252")
    found = {each: {*map(stripped, next(csv.reader([head], delimiter=each), []))} for each in ",;\\t|"}
    separator = max(found, key=lambda each: len(found[each].intersection(names)))
    how = {"keep_default_na": False, "na_values": [""]}
    table = pandas.read_csv(path, sep=separator, dtype=str, index_col=False, encoding=encoding, **how)
    return table.rename(columns=lambda name: stripped(str(name)))


def column_of(table, name):
    if name not in table:
        sys.exit(f"{path}: there is no column {name!r}")
    return table[name]
"""
_READ_TABLE = """def encoded(table, column):
    name = column["column"]
    # Arrow's numbers have a point, whatever the training rows were written with.
    decimal = column.get("decimal", ".") if path.suffix not in (".parquet", ".pq") else "."
    try:
        return encoded_cells(texts_of(column_of(table, name)), column, decimal)
    except WrongCell as wrong:
        sys.exit(f"{path}: column {name}, row {wrong.place + 1}: {wrong}")


if path.suffix == ".npy":
    rows = np.load(path)
else:
    columns = json.loads((here / "table.json").read_text())
    table = read_table([each["column"] for each in columns])
    by_name = {each["column"]: encoded(table, each) for each in columns}
    inputs = {}
    for each in columns:
        for name in each.get("inputs", [""]):
            inputs.setdefault(name, []).append(by_name[each["column"]])
    rows = {name: np.concatenate(own, axis=1) for name, own in inputs.items()}
    rows = rows.get("", rows)"""

QUIET_KERAS = """
# Not before the rows: it takes seconds, and they may be wrong. What the libraries under it say as they are loaded is
# shown where they cannot be.
import os, tempfile
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
kept, stderr = tempfile.TemporaryFile(), os.dup(2)
os.dup2(kept.fileno(), 2)
try:
    import keras
except BaseException:
    kept.seek(0)
    os.write(stderr, kept.read())
    raise
finally:
    os.dup2(stderr, 2)
    os.close(stderr)
    kept.close()
"""
"""Of `predict.py`: `keras` is there from then on."""

_ONE_OUTPUT = """
outputs = np.hstack([1 - outputs, outputs]) if len(names) == 2 and outputs.shape[1] == 1 else outputs
columns = json.loads((here / "metrics.json").read_text()).get("target_columns") or [""] * outputs.shape[1]
for row in outputs:
    values = "\\t".join(f"{name} {value:.6g}".strip() for name, value in zip(columns, row))
    print(f"{names[row.argmax()]}\\t{row.max():.4f}" if names else values)
"""
_SEVERAL_OUTPUTS = """
targets = json.loads((here / "metrics.json").read_text())["targets"]
if not isinstance(outputs, dict):
    by_place = list(targets) == [str(place) for place in range(1, len(targets) + 1)]
    own = list(targets) if by_place else getattr(model, "output_names", list(targets))
    outputs = dict(zip(own, outputs))


def in_words(name, values):
    classes = targets.get(name, [])
    values = np.ravel(values)
    values = np.array([1 - values[0], values[0]]) if len(classes) == 2 and len(values) == 1 else values
    if len(classes) and len(values) >= len(classes):
        best = int(values.argmax())
        return f"{name} {classes[best] if best < len(classes) else best} {values[best]:.4f}"
    return " ".join([name, *(f"{value:.6g}" for value in values)])


for row in range(len(next(iter(outputs.values())))):
    print("\\t".join(in_words(name, values[row]) for name, values in outputs.items()))
"""


def answers_script(several: bool) -> str:
    """The end of `predict.py`, for one output or several: `outputs`, `model`, `names` and `here` are there."""
    return _SEVERAL_OUTPUTS if several else _ONE_OUTPUT


def keras_script(several: bool) -> str:
    """The part of `predict.py` that loads a .keras file and predicts: `rows`, `names` and `here` are there."""
    predict = """
model = keras.models.load_model(here / "model.keras")
outputs = model.predict(rows, verbose=0)
"""
    return QUIET_KERAS + predict + answers_script(several)


def rows_script(
    shape: str,
    table: bool,
    code: bool = False,
    inputs: Sequence[Field] = (),
    texts: bool = False,
    text_column: str | None = None,
) -> str:
    """The part of `predict.py` that reads `rows` from the file of its command line. shape: of a row, in words.

    code: the first word of its command line is the file of the code that makes the network. inputs: of rows of several.
    texts: a row is a text, and a file may have one a line. text_column: of a table, that has them.
    """
    needs, or_table = ("Keras, NumPy and pandas", " | TABLE.csv | TABLE.parquet") if table else ("Keras and NumPy", "")
    needs, words, take = (
        (f"{needs} and the code that made the network", "CODE.py ", _TAKE_CODE) if code else (needs, "", "")
    )
    of_table = f"{_shared()}\n\n\n{_READ_FILE}\n\n"
    rows, sample, read = f"(rows, {shape})", "npy", f"{of_table}\n{_READ_TABLE}" if table else _READ_ARRAY
    if inputs:
        names = [each.name for each in inputs]
        rows, sample = f"arrays of {named_in_words(tuple(inputs), 'inputs')}", "npz"
        arrays = _READ_ARRAYS % names + (_IN_ORDER if without_names(names) else "")
        read = read.replace(_NPY, _NPZ % arrays.replace("\n", "\n    ")) if table else arrays
    if texts:
        rows, or_table, read = "texts", " | TEXTS.txt, a text a line", _READ_TEXTS % ""
    if texts and text_column is not None:
        or_table = f"{or_table} | TABLE.csv | TABLE.parquet"
        needs = f"{needs} (and pandas for a table)"
        read = f"{of_table}\n{_READ_TEXTS % (_OF_A_TABLE % (text_column, text_column))}"
    return _PREDICT.format(
        rows=rows, ROWS=f"ROWS.{sample}", sample=f"sample.{sample}", needs=needs, or_table=or_table, read=read,
        code=words, take=take,
    )  # fmt: skip


def _shared() -> str:
    """The source of the functions that read a cell, and what they need."""
    known = [
        "import re",
        "from typing import Any",
        "",
        f"NO_LETTERS = {texts.NO_LETTERS!r}",
        f"INVISIBLE = {reading.INVISIBLE!a}",
        f"MISSING_WORDS = {cell_values.MISSING_WORDS!r}",
        f"TRUTH = {encoded_cells.TRUTH!r}",
        f"WHOLE = re.compile({cell_values.WHOLE.pattern!r})",
    ]
    return "\n".join([*known, *(f"\n\n{inspect.getsource(each).rstrip()}" for each in _SHARED)])
