"""What a source holds, checked and parted into training, validation and test rows, with a digest.

Owns: the checks that hold for every source, the parts, the digest.
Leaves to others: where rows come from (sources), which rows are held back (splitting).
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from tuner.data.columns import Encoder
from tuner.data.dataset import Array, DataInfo, Dataset, Rows, rows_digest
from tuner.data.fields import fields_of, named_in_words
from tuner.data.files import check_memory
from tuner.data.partitions import Keys, folds, held_back
from tuner.data.reading import Reading, look_alikes
from tuner.data.records import arrays_of, names_of, row_shape
from tuner.data.rows_on_disk import on_disk
from tuner.data.stream import Streams
from tuner.data.texts import is_text
from tuner.errors import DataError
from tuner.spec.families import Task
from tuner.spec.validation import VALIDATION_SHARE, Validation, as_validation, for_rows

TEST_SHARE = 0.2
# What a cell takes while it is encoded: twice as 64 bits, once as 32.
_BYTES_A_CELL = 20
# Fixed: where a source publishes no test rows, every study of it is scored on the same ones.
_TEST_SEED = 0


@dataclass(frozen=True, eq=False)
class Found:
    """What a source holds, before it is checked and split.

    test, validation: None where the source publishes none.
    class_names: one a class; empty for regression.
    columns: of a table; messages name them.
    encoder: what becomes of a table's columns once it is known which rows are for training; None leaves them.
    images: rows are (height, width, channels). reconstruct: the rows are to be their own targets.
    reading: makes how the source was read, without what is counted here; it takes time, and is made where it is shown.
    keys: of the training rows, where they are parted by group or by time.
    streams: of which all parts are the first rows. channel_added: images were given as (height, width).
    target_names: of rows with several targets, the classes of those that have some. target_columns: of a table, what
    each number to predict is.
    """

    train: Rows
    test: Rows | None
    class_names: tuple[str, ...]
    columns: tuple[str, ...] = ()
    encoder: Encoder | None = None
    validation: Rows | None = None
    reading: Callable[[], Reading] = lambda: Reading("arrays")
    images: bool = False
    reconstruct: bool = False
    keys: Keys | None = None
    target_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    streams: Streams | None = None
    channel_added: bool = False
    target_columns: tuple[str, ...] = ()

    @property
    def task(self) -> Task:
        return "classification" if self.class_names or self.target_names else "regression"


def split(
    found: Found,
    name: str,
    validation: float | int | Validation,
    seed: int,
    where: str | None = None,
    told: bool = False,
) -> Dataset:
    """Check rows and part them into training, validation and test.

    where: begins messages, instead of the name. told: with its reading.

    Raises DataError as `load` does.
    """
    where = where or name
    _check(found, where)
    rule, keys = as_validation(validation), found.keys
    train, test, validating = found.train, found.test, found.validation
    if validating is not None:
        _agree(train, validating, validation, where)
    if test is None:
        kept, held = held_back(train.y, keys, TEST_SHARE, _TEST_SEED, f"{where}: test rows", found.class_names)
        train, test = train.take(kept), train.take(held)
        keys = None if keys is None else keys.of(kept)
    if validating is not None:
        made = _made(found, name, where, (train, validating, test))
        return replace(made, told=_counted(found, made, "")) if told else made
    numbers = train.x.ndim == 2 and not names_of(train.x)
    at, few = f"{where}: validation", rule.folds_below is not None
    rule = for_rows(rule, len(train), numbers)
    if rule.folds is None:
        parts = [held_back(train.y, keys, rule.share, seed, at, found.class_names)]
    else:
        parts = folds(train.y, keys, rule.folds, rule.repeats, seed, at, found.class_names)
        check_memory(len(parts) * ((0 if on_disk(train.x) else train.x.nbytes) + train.y.nbytes), where)
    each_made = tuple(_made(found, name, where, (train.take(kept), train.take(held), test)) for kept, held in parts)
    made = each_made[-1]
    if rule.folds is not None:
        digest = hashlib.sha256("".join(each.digest for each in each_made).encode()).hexdigest()
        made = replace(made, digest=digest, folds=each_made, repeats=rule.repeats)
    return replace(made, told=_counted(found, made, _in_words(made, keys, few))) if told else made


def _made(found: Found, name: str, where: str, parts: tuple[Rows, Rows, Rows]) -> Dataset:
    """Of rows to learn from, for validation and for the test."""
    train, validating, test = parts
    table: tuple[Mapping[str, Any], ...] = ()
    if found.encoder is not None:
        fitted = found.encoder.fit(train.x, where)
        every = len(train) + len(validating) + len(test)
        check_memory(_BYTES_A_CELL * every * len(fitted.names), where)
        table = fitted.described()
        train, validating, test = (replace(rows, x=fitted.apply(rows.x)) for rows in (train, validating, test))
    class_names, task = found.class_names, found.task
    if found.reconstruct:
        class_names, task = (), "regression"
        train, validating, test = (_its_own_target(rows, where) for rows in (train, validating, test))
    numbers = not class_names and not names_of(train.y)
    means, deviations = _target_moments(train.y) if numbers else ((), ())
    info = DataInfo(
        name=name,
        task=task,
        input_shape=row_shape(train.x),
        outputs=len(class_names) or len(names_of(train.y)) or train.y.shape[1],
        class_names=class_names,
        train_rows=len(train),
        validation_rows=len(validating),
        test_rows=len(test),
        images=found.images,
        text=is_text(train.x),
        inputs=fields_of(train.x, {}),
        targets=fields_of(train.y, found.target_names),
        weighted=train.weights is not None,
        channel_added=found.channel_added,
        on_disk=on_disk(train.x),
        target_columns=() if found.reconstruct else found.target_columns,
        target_means=means,
        target_deviations=deviations,
    )
    return Dataset(info, train, validating, test, rows_digest(train, validating, test), table)


def _its_own_target(rows: Rows, where: str) -> Rows:
    if names_of(rows.x) or is_text(rows.x):
        raise DataError(f"{where}: rows of several inputs, and texts, are not given out again. Use another model.")
    if on_disk(rows.x):
        raise DataError(
            f"{where}: rows that are larger than memory are not given out again. Use another model, or size."
        )
    return replace(rows, y=rows.x.reshape(len(rows), -1).astype(np.float32))


def _agree(train: Rows, own: Rows, validation: float | int | Validation, where: str) -> None:
    """A source with validation rows leaves nothing to hold back; a number that says the same is no contradiction."""
    if isinstance(validation, Validation) and validation.folds_below is not None:
        return
    if isinstance(validation, Validation):
        asked, said = None, "group, time or folds"
    else:
        every = len(train) + len(own)
        asked = round(every * validation) if isinstance(validation, float) and validation < 1 else validation
        said = str(validation)
    if validation != VALIDATION_SHARE and asked != len(own):
        raise DataError(
            f"{where}: has {len(own)} validation rows of its own, and the space says validation: {said}. "
            "Leave validation: out, or take those rows out of the data."
        )


def _in_words(made: Dataset, keys: Keys | None, few: bool) -> str:
    """How rows are validated with, where that is not the usual share. few: folds are for their being few."""
    by = "" if keys is None else f" by {keys.name}" if keys.by == "group" else f" in the order of {keys.name}"
    if not made.folds:
        return f"parted{by}" if by else ""
    rows = sorted({len(each.validation) for each in made.folds})
    size = f"{rows[0]}" if len(rows) == 1 else f"{rows[0]} to {rows[-1]}"
    count, times = len(made.folds) // made.repeats, f", {made.repeats} times anew" if made.repeats > 1 else ""
    why = "" if not few else "; the rows are few (validation: 0.2 holds a share of them back once, and is quicker)"
    return f"{count} folds{by} of {size} rows{times}, one after another; a figure is their mean{why}"


def _counted(found: Found, made: Dataset, validation: str) -> Reading:
    """The reading with the rows of each part, those of each class, and what numbers there are."""
    parts = (made.train, made.validation, made.test)
    names = ("training", "validation", "test")
    rows = {name: len(part) for name, part in zip(names, parts, strict=True)}
    classes: dict[str, int] = {}
    if made.info.class_names and found.streams is None:
        labels = np.concatenate([part.y.astype(np.intp) for part in parts])
        counts = np.bincount(labels, minlength=len(found.class_names)).tolist()
        classes = dict(zip(found.class_names, counts, strict=True))
    alike = look_alikes(classes, "classes")
    reading = found.reading()
    reading = replace(reading, validation=validation, rows=rows, classes=classes, warnings=(*reading.warnings, *alike))
    if found.encoder is not None:
        fields = fields_of(parts[0].x, {})
        notes = (*reading.notes, *([named_in_words(fields, "inputs")] if fields else []))
        return replace(reading, shape=row_shape(parts[0].x), dtype="float32", notes=notes)
    x = found.train.x
    if names_of(x):
        return reading
    if found.reconstruct:
        reading = replace(reading, notes=(*reading.notes, "the rows are their own targets"))
    if is_text(x):
        return replace(reading, dtype="text")
    return replace(reading, shape=x.shape[1:], dtype=str(x.dtype), low=float(x.min()), high=float(x.max()))


def _target_moments(y: Array) -> tuple[tuple[float, ...], tuple[float, ...]]:
    values = y.astype(np.float64)
    means, deviations = values.mean(axis=0), values.std(axis=0)
    return tuple(map(float, means)), tuple(map(float, deviations))


def _check(found: Found, name: str) -> None:
    parts = [("training", found.train), ("validation", found.validation), ("test", found.test)]
    for part, rows in parts:
        if rows is None:
            continue
        if len(rows.x) != len(rows.y):
            raise DataError(f"{name}: {len(rows.x)} {part} rows, but {len(rows.y)} targets. They must be as many.")
        _check_shapes(rows.x, found.train.x, name, part)
        _check_shapes(rows.y, found.train.y, name, f"{part} targets")
        if found.encoder is None:
            for each, array in arrays_of(rows.x).items():
                _check_finite(array, f"{name}: {part} rows{each and f' {each!r}'}", found.columns)
        for each, array in arrays_of(rows.y).items():
            _check_finite(array, f"{name}: {part} targets{each and f' {each!r}'}", ())
        classes = len(found.class_names)
        strange = np.flatnonzero(~np.isin(rows.y, np.arange(classes))) if classes else np.zeros(0, np.intp)
        if len(strange):
            wrong = f"{part} row {strange[0]} is of class {rows.y[strange[0]]}"
            raise DataError(f"{name}: {wrong}, but there are {classes} classes (0 to {classes - 1}). Mend the row.")
    if found.class_names and len(present := np.unique(found.train.y)) < 2:
        raise DataError(f"{name}: every training row is of class {found.class_names[present[0]]}. Two are needed.")


def _check_shapes(rows: Array, training: Array, where: str, part: str) -> None:
    for name, array in arrays_of(rows).items():
        words = f"{part} {name!r}" if name else part
        if not len(array) or 0 in array.shape:
            raise DataError(f"{where}: the {words}{'' if name else ' rows'} are empty (shape {array.shape}).")
        mine, theirs = (each.shape[1:] for each in (array, arrays_of(training)[name]))
        if mine != theirs:
            raise DataError(f"{where}: {words} and training rows differ in shape ({mine} and {theirs}).")


def _check_finite(values: Array, where: str, columns: Sequence[str]) -> None:
    if not np.issubdtype(values.dtype, np.floating) or np.isfinite(values).all():
        return
    row, *rest = (int(each) for each in np.argwhere(~np.isfinite(values))[0])
    column = f" column {columns[rest[0]] if len(columns) else rest[0]}" if rest else ""
    value = values[(row, *rest)]
    raise DataError(f"{where}: {value} in row {row}{column}. Remove the row or fill in a number.")


def labels_of(y: Array) -> Array:
    """(rows,) int32, of (rows,) or (rows, 1)."""
    return y.reshape(-1).astype(np.int32)


def images_of(x: Array) -> Array:
    """(rows, height, width, channels), uint8; one channel where there was none."""
    return np.ascontiguousarray(x.reshape(*x.shape, 1) if x.ndim == 3 else x)
