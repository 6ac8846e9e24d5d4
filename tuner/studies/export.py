"""A trial's network taken out of the study: a folder that predicts without this project.

Owns: the files of that folder.
Leaves to others: its script (export_script), training and saving the model (training, trial).
"""

import json
import logging
import math
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tuner.data.dataset import Dataset
from tuner.data.records import arrays_of, write_arrays
from tuner.data.sources import load
from tuner.database.blobs import BlobStore
from tuner.database.connection import Database
from tuner.database.runs import RunView
from tuner.errors import DataError, InputError
from tuner.spec.code import Code, CodeName
from tuner.spec.families import FAMILIES, layer_name
from tuner.spec.safe_yaml import dump
from tuner.spec.source_kinds import CsvFile, ParquetFile
from tuner.spec.space import Params, Value
from tuner.spec.study_spec import StudySpec
from tuner.studies.columns_model import write_columns_model
from tuner.studies.export_script import answers_script, keras_script, rows_script
from tuner.studies.export_weights import END, network_json, write_weights
from tuner.studies.status import NOT_SCORED, StudyStatus, study_status
from tuner.studies.stored_model import chosen_trial, stored_model
from tuner.studies.stored_study import spec_of
from tuner.tracking.keras_file import read_interface

logger = logging.getLogger(__name__)

SAMPLE_ROWS = 10


def export_trial(
    db: Database, store: BlobStore, study_name: str, trial_number: int | None, folder: Path, codes: Sequence[Code] = ()
) -> list[Path]:
    """Write a trial's model and what belongs to it; gives the files.

    ``model.keras`` takes raw rows and needs Keras alone. ``parameters.yaml`` is a baseline for a search-space file.
    ``preprocessing.json`` says what the model does to rows first. ``metrics.json`` has its figures and class names.
    ``predict.py`` predicts, ``sample.npy`` has the first test rows (not where the data set is away). ``table.json``
    says how the cells of a table become a row; ``predict.py`` then takes a CSV or Parquet file too, and
    ``columns.keras`` is the same model for columns by name, where layers of Keras can read them.
    Of a network that Keras cannot make again from a file, ``model.weights.h5`` and ``network.json`` stand for the
    model; ``predict.py`` then takes the file of its code, too. Of a trial that a program trained there are
    ``parameters.yaml`` and ``metrics.json``.

    trial_number: None takes the best, and its model that learnt from all rows, if there is one. codes: Python code that
    may be run, such as makes the data. Raises NotFound, InputError.
    """
    status = study_status(db, study_name)
    spec = spec_of(status.study)
    if spec.external:
        return _without_model(status, chosen_trial(db, status, trial_number), spec, folder)
    stored = stored_model(db, store, status, trial_number)
    trial, data, weights = stored.trial, stored.file, stored.weights
    dataset = _dataset(spec, status, codes)
    inputs, several = (dataset.info.inputs if dataset else ()), False
    try:
        folder.mkdir(parents=True, exist_ok=True)
        contents: dict[str, str] = {"parameters.yaml": parameters_yaml(trial, spec)}
        table = bool(dataset and dataset.table)
        if data is not None:
            model = folder / "model.keras"
            model.write_bytes(data)
            written, shape = [model], _input_shape(model)
            several = read_interface(model).several
            names = _numbered(model, spec) if dataset is None else []
            contents["preprocessing.json"] = _json(preprocessing(model, trial.params))
            texts = [each.dtype for each in read_interface(model).inputs] == ["string"]
            script = rows_script(_in_words(shape), table, inputs=inputs, texts=texts, text_column=_text_column(spec))
            contents["predict.py"] = script + keras_script(several)
        else:
            written, shape, names = write_weights(folder, weights or b""), (), []
            contents["network.json"] = network_json(spec.code or CodeName("python", "", ""), trial.params, dataset)
            words = "..." if dataset is None else _in_words(dataset.info.input_shape)
            end = END + answers_script(bool(dataset and dataset.info.targets))
            contents["predict.py"] = rows_script(words, table, code=True, inputs=inputs) + end
        metrics = _metrics(status, trial, list(dataset.info.class_names) if dataset else names)
        targets = {each.name: each.class_names for each in dataset.info.targets} if dataset else {}
        by_name: dict[str, Any] = {"targets": targets} if targets or several else {}
        if dataset and len(dataset.info.target_columns) > 1:
            by_name = {**by_name, "target_columns": list(dataset.info.target_columns)}
        contents["metrics.json"] = _json({**metrics, **by_name})
        if dataset is not None and dataset.table:
            contents["table.json"] = _json(dataset.table)
        for name, text in contents.items():
            (folder / name).write_text(text, encoding="utf-8")
        if dataset is not None and dataset.table and data is not None:
            written += write_columns_model(written[0], dataset.table, dataset.info.target_columns)
        if dataset is not None and inputs:
            write_arrays(folder / "sample.npz", arrays_of(dataset.test.x[:SAMPLE_ROWS]))
        elif dataset is not None and _takes(shape, dataset):
            rows = dataset.test.x[:SAMPLE_ROWS]
            np.save(folder / "sample.npy", rows.reshape(len(rows), *dataset.info.given_shape))
    except OSError as error:
        raise InputError(f"--output {folder}: cannot be written ({error.strerror}).") from error
    return [*written, *(folder / name for name in contents), *sorted(folder.glob("sample.np?"))]


def _text_column(spec: StudySpec) -> str | None:
    """Of a table whose rows are texts."""
    return spec.data.files.text if isinstance(spec.data.files, CsvFile | ParquetFile) else None


def _without_model(status: StudyStatus, trial: RunView, spec: StudySpec, folder: Path) -> list[Path]:
    """Of a trial that a program trained, which keeps its network itself."""
    contents = {"parameters.yaml": parameters_yaml(trial, spec), "metrics.json": _json(_metrics(status, trial, []))}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in contents.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"--output {folder}: cannot be written ({error.strerror}).") from error
    return [folder / name for name in contents]


def parameters_yaml(trial: RunView, spec: StudySpec) -> str:
    """The trial's configuration as a baseline: a name and values, those of the layers as lists."""
    content = dump({f"trial-{trial.trial_number}": as_written(trial.params, spec)})
    title = " ".join(f"Trial {trial.trial_number} of {trial.study_name}".split())
    words = "Under `baselines:` of a search-space file, or with `tune start --baseline FILE`, it is tried first."
    return f"# {title}. {words}\n{content}"


def as_written(params: Params, spec: StudySpec) -> dict[str, Value | list[Value]]:
    """A configuration as a search-space file has it: the values of layers as lists."""
    if spec.model not in FAMILIES:
        return dict(params)
    written: dict[str, Value | list[Value]] = {}
    layered = [name for name, known in FAMILIES[spec.model].items() if known.per]
    of_layers = {layer_name(name, layer): name for name in layered for layer in range(1, len(params) + 1)}
    for name, value in params.items():
        base = of_layers.get(name)
        if base is None:
            written[name] = value
        elif base not in written:
            found = (params.get(layer_name(base, layer)) for layer in range(1, len(params) + 1))
            written[base] = [each for each in found if each is not None]
    return written


def preprocessing(model: Path, params: Params) -> dict[str, Any]:
    """What a model file does to a raw row before its first layer that was trained."""
    with zipfile.ZipFile(model) as file:
        layers = json.loads(file.read("config.json"))["config"]["layers"]
    steps: list[dict[str, Any]] = []
    for layer in layers:
        config, kind = layer["config"], layer["class_name"]
        if kind == "Rescaling":
            scale, offset = (_numbers(config[name]) for name in ("scale", "offset"))
            steps.append({"layer": config["name"], "scale": scale, "offset": offset})
        elif kind == "TextVectorization":
            length = config["output_sequence_length"]
            steps.append({"layer": config["name"], "words": len(config["vocabulary"]), "of a text are read": length})
        elif config["name"] == "whiten":
            steps.append({"layer": "whiten", "matrix": "the weights of this layer in model.keras"})
        elif kind not in ("InputLayer", "Flatten", "Dropout", "Reshape"):
            break
    return {
        "where": "inside model.keras: it takes raw rows, as the data set is published",
        "normalization": params.get("normalization", "none"),
        "input_shape": list(_input_shape(model)),
        **_inputs(model),
        "steps": "row * scale + offset, one after the other",
        "layers": steps,
    }


def _numbers(value: Any) -> Any:
    """A number, or the numbers of an array as Keras writes it."""
    return value["config"]["value"] if isinstance(value, dict) else value


def _takes(shape: Sequence[int | None], dataset: Dataset) -> bool:
    """Whether a model whose rows have this shape takes those of the data; no shape is one that is not known."""
    known = [size for size in shape if size is not None]
    return len(known) < len(shape) or not shape or math.prod(known) == dataset.test.x[:1].size


def _input_shape(model: Path) -> tuple[int | None, ...]:
    return read_interface(model).inputs[0].shape


def _inputs(model: Path) -> dict[str, Any]:
    """Of a model that takes several, the shape of each."""
    inputs = read_interface(model).inputs
    return {"inputs": {each.name: list(each.shape) for each in inputs}} if len(inputs) > 1 else {}


def _metrics(status: StudyStatus, trial: RunView, class_names: list[str]) -> dict[str, Any]:
    spec = spec_of(status.study)
    best = status.best is not None and trial.ordinal == status.best.ordinal
    metrics = next((epoch.metrics for epoch in trial.epochs if epoch.epoch == trial.best_epoch), {})
    versions = {
        key: value for key, value in trial.facts.as_tags().items() if key.startswith(("version_", "dataset", "rows_"))
    }
    return {
        "study_name": trial.study_name,
        "trial_number": trial.trial_number,
        "state": trial.state,
        "objective": spec.objective.metric,
        "value": trial.value,
        "best_epoch": trial.best_epoch,
        "metrics": dict(metrics),
        "test": status.study.outcome.test if best and status.study.outcome else None,
        NOT_SCORED: trial.facts.not_scored or None,
        "class_names": class_names,
        **versions,
    }


def _numbered(model: Path, spec: StudySpec) -> list[str]:
    """Classes by their numbers, where their names are not on this machine; one output is that of two classes."""
    outputs = read_interface(model).outputs
    count = outputs[0].shape[-1] if outputs else None
    return [str(number) for number in range(max(2, count))] if spec.task == "classification" and count else []


def _dataset(spec: StudySpec, status: StudyStatus, codes: Sequence[Code]) -> Dataset | None:
    try:
        return load(spec.data, status.study.seed, codes)
    except (DataError, InputError) as error:
        logger.warning("%s Classes are shown by number, and there is no sample.", error)
        return None


def _in_words(shape: Sequence[int | None]) -> str:
    return ", ".join(map(str, shape))


def _json(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
