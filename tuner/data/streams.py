"""Rows that are read while they are trained on: a `tf.data.Dataset` or a Keras `PyDataset` for each part.

Owns: what a stream may be, its first rows, how many there are, what identifies it.
Leaves to others: running a person's function (own_code), training from streams (training.stream_feed).

A data set of streams has their first rows in memory: by them networks are tried, and shapes and types are known. What
identifies it are the shapes and types of rows, how many there are, and the first rows - unless another process gets
other ones, as where they are shuffled without a seed: then those are left out (`studies.rows_check` finds that out).
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tuner.data import several
from tuner.data.arrays import VALIDATION_NAMES, one_array
from tuner.data.dataset import Array, Dataset, Rows, rows_digest
from tuner.data.flows import INFINITE, are_batches, is_dataset, leaves, rejoined
from tuner.data.raw_dataset import Found
from tuner.data.reading import Reading
from tuner.data.records import names_of, written_type
from tuner.data.stream import Stream, Streams
from tuner.errors import DataError
from tuner.spec.families import Task
from tuner.spec.source_kinds import PythonData

FIRST_ROWS = 512
_FIRST_BYTES = 1 << 26
_PARTS = ("train", "validation", "test")


def is_py_dataset(made: Any) -> bool:
    """A `keras.utils.PyDataset`, known without importing Keras."""
    return hasattr(made, "num_batches") and hasattr(made, "__getitem__") and not is_dataset(made)


def has_streams(made: Any) -> bool:
    """Whether rows come by something that can only be streamed."""
    parts = made.values() if isinstance(made, Mapping) else made if isinstance(made, tuple | list) else (made,)
    return any(map(is_py_dataset, parts))


def from_streams(made: Any, spec: PythonData, where: str) -> Found:
    """The first rows of each part, with the streams. Raises DataError for what cannot be streamed."""
    named = _named(made, where)
    streams, parts = {}, {}
    for name, given in named.items():
        at = f"{where}: {name} rows"
        if not is_dataset(given) and not is_py_dataset(given):
            raise DataError(f"{at}: are a {type(given).__name__}; a stream is a tf.data.Dataset or a PyDataset.")
        steps = spec.steps if name == "train" else None
        streams[name], parts[name] = _first(given, steps, spec.task == "classification", at)
    if len({is_dataset(each.given) for each in streams.values()}) > 1:
        raise DataError(f"{where}: a tf.data.Dataset beside a PyDataset. Give all parts as one of them.")
    wheres = [f"{where}: {name} rows" for name in named]
    xs = _inputs([part[0] for part in parts.values()], wheres)
    ys, names, target_names = _targets([part[1] for part in parts.values()], wheres, spec)
    weights = [
        None if part[2] is None else several.weights_of(part[2], len(x), f"{at}: weights")
        for part, x, at in zip(parts.values(), xs, wheres, strict=True)
    ]
    rows = {name: Rows(x, y, each) for name, x, y, each in zip(named, xs, ys, weights, strict=True)}
    first = rows["train"]
    notes = [f"a stream: read while it is trained on; of its first {len(first)} rows this is said"]
    unknown = [name for name, each in streams.items() if each.rows is None]
    notes += (
        [f"how many {', '.join(unknown)} rows there are is not known beforehand: so many at least"] if unknown else []
    )
    return Found(
        first, rows["test"], names, validation=rows["validation"], target_names=target_names,
        reading=lambda: Reading("arrays", notes=tuple(notes)), streams=Streams(**streams),
        images=not names_of(first.x) and first.x.ndim == 4,
    )  # fmt: skip


def in_stream(made: Dataset, streams: Streams, as_they_come: bool) -> Dataset:
    """The data set of the first rows as that of the streams. as_they_come: the first rows differ each time."""
    parts = {"train": made.train, "validation": made.validation, "test": made.test}
    digest = hashlib.sha256(f"stream, as they come: {as_they_come};".encode())
    counts: list[int] = []
    for name, rows in parts.items():
        stream: Stream = getattr(streams, name)
        counts.append(stream.rows or len(rows))
        known = [(written_type(each.dtype), each.shape[1:]) for each in rows.arrays]
        digest.update(f"{name} {stream.rows} {stream.steps} {known};".encode())
        digest.update(b"" if as_they_come else rows_digest(rows).encode())
    train, validation, test = counts
    info = replace(made.info, streamed=True, train_rows=train, validation_rows=validation, test_rows=test)
    told = made.told
    if told is not None:
        told = replace(told, rows=dict(zip(told.rows, counts, strict=True)))
    return replace(made, info=info, streams=streams, digest=digest.hexdigest(), told=told)


def _named(made: Any, where: str) -> dict[str, Any]:
    in_order = isinstance(made, tuple | list) and len(made) == len(_PARTS)
    given = dict(zip(_PARTS, made, strict=True)) if in_order else made
    if not isinstance(given, Mapping):
        raise DataError(f"{where}: a stream has no rows held back of it. Return a dict of train, validation and test.")
    known = {"train": "train", "test": "test", **dict.fromkeys(VALIDATION_NAMES, "validation")}
    named = {known.get(name, str(name)): part for name, part in given.items()}
    if sorted(named) != sorted(_PARTS):
        raise DataError(f"{where}: a dict of {', '.join(map(str, given))}. Streams are train, validation and test.")
    return {name: named[name] for name in _PARTS}


def _first(given: Any, steps: int | None, classes: bool, where: str) -> tuple[Stream, tuple[Any, Any, Any]]:
    """The stream, and x, y and weights of its first rows."""
    elements = []
    taken = count = 0
    for element in _elements(given):
        if not isinstance(element, tuple | list) or len(element) not in (2, 3):
            raise DataError(f"{where}: a stream has to give (x, y), or (x, y, weights), and gives {_kind(element)}.")
        parts = tuple({name: np.asarray(each) for name, each in leaves(part).items()} for part in element)
        elements.append(parts)
        first = next(iter(parts[0].values()))
        count += len(first) if is_py_dataset(given) and first.ndim else 1
        taken += sum(each.nbytes for part in parts for each in part.values())
        rows = count if is_py_dataset(given) or not first.ndim else count * max(1, len(first))
        if taken > _FIRST_BYTES or (count > 1 and rows > FIRST_ROWS * (1 if is_py_dataset(given) else 4)):
            break
    if not elements:
        raise DataError(f"{where}: the stream is empty.")
    batched = is_py_dataset(given) or are_batches(given.element_spec, elements, where, classes)
    try:
        joined = [rejoined([each[place] for each in elements], batched) for place in range(len(elements[0]))]
    except ValueError as error:
        raise DataError(f"{where}: rows of the stream differ in shape ({error}).") from error
    a_batch = len(next(iter(elements[0][0].values()))) if batched else 1
    stream = Stream(given, batched, steps, _rows(given, steps, a_batch, batched, where))
    x, y, *more = joined
    return stream, (x, y, more[0] if more else None)


def _elements(given: Any) -> Iterator[Any]:
    if is_dataset(given):
        yield from given.as_numpy_iterator()
        return
    for index in range(given.num_batches or 1):
        yield given[index]


def _rows(given: Any, steps: int | None, a_batch: int, batched: bool, where: str) -> int | None:
    """About how many there are: all batches are taken for as large as the first. None where nothing says it."""
    if is_py_dataset(given):
        batches = given.num_batches
        if batches is None:
            raise DataError(f"{where}: the PyDataset does not say its length. Give it a __len__.")
        return int(batches) * a_batch
    if steps is not None:
        return steps * a_batch if batched else None
    elements = int(given.cardinality())
    if elements == INFINITE:
        raise DataError(
            f"{where}: the tf.data.Dataset never ends. Leave out .repeat(), or for training rows say how many batches "
            "an epoch has, steps: 100."
        )
    return elements * a_batch if elements > 0 else None


def _inputs(given: Sequence[Any], wheres: Sequence[str]) -> list[Array]:
    if several.are_several(given[0]):
        return several.inputs_of(given, wheres)
    return [one_array(x, False, where) for x, where in zip(given, wheres, strict=True)]


def _targets(
    given: Sequence[Any], wheres: Sequence[str], spec: PythonData
) -> tuple[list[Array], tuple[str, ...], Mapping[str, tuple[str, ...]]]:
    """As they are given: the network is trained on them so."""
    task: Task = spec.task
    if several.are_several(given[0]):
        found = several.targets_of(given, wheres, task == "regression")
        return found.ys, (), found.class_names
    ys = [several.numbers(np.asarray(y), f"{where}: y", texts=False) for y, where in zip(given, wheres, strict=True)]
    if task == "regression":
        return [y.reshape(len(y), -1).astype(np.float32) for y in ys], (), {}
    whole = [y.astype(np.int32) if np.equal(y, np.round(y.astype(np.float64))).all() else y for y in ys]
    names = several.classes(whole)
    if spec.classes is not None and (not names or len(names) <= spec.classes):
        names = tuple(map(str, range(spec.classes)))
    if not names:
        raise DataError(
            f"{wheres[0]}: y: is {ys[0].dtype} of shape {ys[0].shape}; labels are whole numbers from 0 or one-hot. For "
            "numbers say task: regression."
        )
    return ys, names, {}


def _kind(element: Any) -> str:
    size = f" of {len(element)}" if isinstance(element, tuple | list) else ""
    return f"a {type(element).__name__}{size}"
