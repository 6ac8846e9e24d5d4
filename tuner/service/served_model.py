"""A trial's model that answers requests: rows in JSON in, classes or numbers in JSON out.

Owns: how a row is written in JSON, what is refused and in which words, what an answer says, an example that works.
Leaves to others: loading the model (studies.stored_model), encoding the cells of a table (data), HTTP (web).
"""

import base64
import binascii
import io
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tuner.data.dataset import Dataset
from tuner.data.json_table import encoded_rows, example_row
from tuner.data.records import arrays_of, without_names
from tuner.data.sources import load
from tuner.data.texts import MOST_CHARACTERS
from tuner.database.blobs import BlobStore
from tuner.database.connection import Database
from tuner.errors import InputError
from tuner.formatting import plural
from tuner.spec.code import Code
from tuner.studies.status import study_status
from tuner.studies.stored_model import chosen_trial, load_stored_model
from tuner.studies.stored_study import spec_of

MOST_ROWS = 1000
_PICTURE = "data:image/"


@dataclass(frozen=True)
class ServedModel:
    """predict: rows, as the data set has them, to what the network gives. digits: of an example's numbers."""

    study_name: str
    trial_number: int
    dataset: Dataset
    predict: Callable[[Any], Any]
    output_names: tuple[str, ...] = ()
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, body: bytes) -> dict[str, Any]:
        """``{"predictions": [...]}``, one a row, for ``{"rows": [...]}``. Raises InputError, a line."""
        rows = _rows_of(body)
        given = self._read(rows)
        # One at a time: a network is not made to be asked by two threads at once.
        with self._turn:
            outputs = self.predict(given)
        return {"predictions": _answers(self.dataset, outputs, self.output_names)}

    def example(self) -> dict[str, Any]:
        """A body that is answered: the first test row."""
        return {"rows": [self._written(self.dataset.test.x[:1])]}

    def takes(self) -> str:
        """What a row is, in words."""
        info = self.dataset.info
        if self.dataset.table:
            return f"an object: {', '.join(each['column'] for each in self.dataset.table)}"
        if info.inputs:
            return f"an object: {', '.join(each.name for each in info.inputs)}"
        if info.text:
            return "a text"
        size = " x ".join(map(str, info.given_shape))
        return f"an array of {size} numbers" + (", or a picture as a data: address" if self._pictures else "")

    def classes(self) -> dict[str, tuple[str, ...]] | tuple[str, ...]:
        """Their names; by target, where there are several."""
        info = self.dataset.info
        return {each.name: each.class_names for each in info.targets} if info.targets else info.class_names

    @property
    def _pictures(self) -> bool:
        shape = self.dataset.info.given_shape
        return self.dataset.test.x.dtype == np.uint8 and (len(shape) == 2 or (len(shape) == 3 and shape[2] in (1, 3)))

    def _read(self, rows: Sequence[Any]) -> Any:
        info = self.dataset.info
        if self.dataset.table or info.inputs:
            wrong = next((place for place, row in enumerate(rows) if not isinstance(row, dict)), None)
            if wrong is not None:
                raise InputError(f"row {wrong} is no object; a row is {self.takes()}.")
        if self.dataset.table:
            return _for_model(encoded_rows(self.dataset.table, rows))
        if info.inputs:
            arrays = {}
            for each in info.inputs:
                without = next((at for at, row in enumerate(rows) if each.name not in row), None)
                if without is not None:
                    raise InputError(f"row {without}: there is no input {each.name!r}.")
                own = [row[each.name] for row in rows]
                dtype = "object" if each.keras_type == "string" else each.dtype
                arrays[each.name] = _array(own, each.shape, dtype)
            return _for_model(arrays)
        if info.text:
            if not all(isinstance(row, str) for row in rows):
                raise InputError("a row is a text, in quotes.")
            return np.array([text[:MOST_CHARACTERS] for text in rows], dtype=object)
        pictured = [_picture(row, place) if self._pictures and isinstance(row, str) else row
                    for place, row in enumerate(rows)]  # fmt: skip
        return _array(pictured, info.given_shape, str(self.dataset.test.x.dtype))

    def _written(self, x: Any) -> Any:
        info = self.dataset.info
        if self.dataset.table:
            numbers = {name: each[0].ravel().tolist() for name, each in arrays_of(x).items()}
            return example_row(self.dataset.table, numbers)
        if info.inputs:
            return {name: _plain(each[0]) for name, each in arrays_of(x).items()}
        if info.text:
            return str(x.ravel()[0])
        row = x[0].reshape(info.given_shape)
        if not self._pictures:
            return _plain(row)
        from PIL import Image

        buffer = io.BytesIO()
        Image.fromarray(row[..., 0] if row.ndim == 3 and row.shape[2] == 1 else row).save(buffer, "png")
        return f"{_PICTURE}png;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def open_model(
    db: Database, store: BlobStore, study_name: str, trial_number: int | None, codes: Sequence[Code] = ()
) -> ServedModel:
    """A study's winner, or a trial, ready to answer: its first answer was given.

    codes: Python code that may be run. Raises NotFound, InputError and DataError, each a line that says what to do.
    """
    status = study_status(db, study_name)
    spec = spec_of(status.study)
    if spec.external:
        raise InputError(f"the trials of {study_name} are trained by a program, which keeps its networks itself.")
    model = load_stored_model(db, store, study_name, trial_number, codes)
    dataset = load(spec.data, status.study.seed, codes)
    names = getattr(model, "output_names", None) or ()
    made = ServedModel(
        study_name, chosen_trial(db, status, trial_number).trial_number or 0, dataset,
        lambda rows: model.predict(rows, verbose=0), tuple(map(str, names)),
    )  # fmt: skip
    # What is compiled at the first request is compiled now, and what cannot be answered is said now.
    made.answer(json.dumps(made.example()).encode())
    return made


def _rows_of(body: bytes) -> list[Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InputError(f'the body is no JSON ({error}). Send {{"rows": [...]}}.') from error
    rows = found.get("rows") if isinstance(found, dict) else None
    if not isinstance(rows, list) or not rows:
        raise InputError('the body has no rows. Send {"rows": [...]}, one or more.')
    if len(rows) > MOST_ROWS:
        raise InputError(f"{len(rows):,} rows at once; send at most {MOST_ROWS:,}.")
    return rows


def _array(rows: Sequence[Any], shape: Sequence[int], dtype: str) -> Any:
    """Rows as an array; a row may have its numbers in one line."""
    count = int(np.prod(shape))
    made = np.empty((len(rows), *shape), dtype)
    for place, row in enumerate(rows):
        try:
            numbers = np.asarray(row, dtype=object if dtype == "object" else np.float64)
        except (TypeError, ValueError) as error:
            raise InputError(f"row {place} is no array of numbers ({error}).") from error
        if numbers.size != count:
            size = " x ".join(map(str, shape)) or "1"
            raise InputError(f"row {place} has {plural(numbers.size, 'value')}; one has {size}.")
        if dtype == "uint8" and not ((numbers >= 0) & (numbers <= 255)).all():
            raise InputError(f"row {place} has numbers outside 0 to 255.")
        if dtype != "object" and not np.isfinite(numbers).all():
            raise InputError(f"row {place} has a number that is not finite.")
        made[place] = numbers.reshape(shape)
    return made


def _picture(text: str, place: int) -> Any:
    from PIL import Image, UnidentifiedImageError

    head, _, data = text.partition(",")
    if not head.startswith(_PICTURE):
        raise InputError(f"row {place} is a text, and no data:image/png;base64,... address.")
    try:
        with Image.open(io.BytesIO(base64.b64decode(data, validate=True)), formats=["png", "jpeg"]) as image:
            return np.asarray(image)
    except (binascii.Error, UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise InputError(f"row {place} is no PNG or JPEG picture.") from error


def _for_model(rows: Any) -> Any:
    """Several inputs by name, or in their order where they have none."""
    return tuple(rows.values()) if isinstance(rows, dict) and without_names(list(rows)) else rows


def _answers(dataset: Dataset, outputs: Any, output_names: Sequence[str]) -> list[Any]:
    targets = {each.name: each.class_names for each in dataset.info.targets}
    if not targets:
        return [_answer(dataset.info.class_names, row) for row in np.asarray(outputs)]
    if not isinstance(outputs, Mapping):
        own = list(targets) if without_names(list(targets)) or len(output_names) != len(targets) else output_names
        outputs = dict(zip(own, outputs, strict=True))
    count = len(next(iter(outputs.values())))
    return [
        {name: _answer(targets.get(name, ()), np.asarray(values)[row]) for name, values in outputs.items()}
        for row in range(count)
    ]


def _answer(names: Sequence[str], values: Any) -> dict[str, Any]:
    values = np.ravel(values).astype(np.float64)
    if not names:
        return {"value": float(f"{values[0]:.7g}")} if len(values) == 1 else {"values": _plain(values)}
    if len(names) == 2 and len(values) == 1:
        values = np.array([1 - values[0], values[0]])
    if len(values) != len(names):
        return {"values": _plain(values)}
    best = int(values.argmax())
    shares = {name: round(float(value), 4) for name, value in zip(names, values, strict=True)}
    return {"class": names[best], "probability": shares[names[best]], "probabilities": shares}


def _plain(values: Any) -> Any:
    """As JSON, of seven digits."""
    whole = np.asarray(values)
    if whole.dtype.kind != "f":
        return whole.tolist()
    short = np.array([float(f"{each:.7g}") for each in whole.ravel().tolist()], np.float64)
    return short.reshape(whole.shape).tolist()
