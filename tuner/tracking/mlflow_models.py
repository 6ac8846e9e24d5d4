"""A trial's model in MLflow: logged under its run, and put into the registry.

Owns: the folder that MLflow loads and serves a Keras model from; versions and the alias ``champion``.
Leaves to others: whether a model deserves it.

The folder is written here, around the .keras file as it is: MLflow's own `log_model` would load the model to save it
again, with TensorFlow and under a tracking URI that is global to the process.
"""

import json
import platform
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from mlflow import MlflowClient
from mlflow.entities import LoggedModel, LoggedModelStatus
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.models import Model, ModelSignature
from mlflow.types.schema import Schema, TensorSpec

from tuner.spec.safe_yaml import dump
from tuner.tracking.keras_file import Interface, Tensor
from tuner.tracking.mlflow_names import MODEL, MOST_PARAM, fitting, named
from tuner.tracking.mlflow_service import is_http, is_outage
from tuner.tracking.recorder import Champion, TrialRecord

_ALIAS = "champion"
_RIVALS_MS = 120_000
# As `mlflow.keras` names them; it is what loads the folder.
_FLAVOR = "mlflow.keras"
_SEVERAL = "outputs_by_name"
_DATA = "data"
_FILE = "data/model.keras"


def log_model(
    client: MlflowClient,
    experiment_id: str,
    run_id: str,
    record: TrialRecord,
    file: Path,
    interface: Interface,
    check: bool = False,
) -> str:
    """Log a .keras file as the model of a run, once; give its id.

    A model whose delivery was cut off after it was complete is taken as it is; one cut off before is removed.
    check: one whose files are gone has them written again.
    """
    for model in client.search_logged_models([experiment_id], f"source_run_id = '{run_id}'"):
        if model.status == LoggedModelStatus.READY:
            if check and not _has_files(client, model.model_id):
                _log_folder(client, model, run_id, record, file, interface)
            return str(model.model_id)
        client.delete_logged_model(model.model_id)
    logged = client.create_logged_model(
        experiment_id,
        name="model",
        source_run_id=run_id,
        params={named(key): fitting(str(each), MOST_PARAM) for key, each in record.params.items()},
        tags={"study_name": record.study_name, "trial_number": str(record.trial_number)},
        model_type="keras",
    )
    try:
        _log_folder(client, logged, run_id, record, file, interface)
    except (MlflowException, OSError) as error:
        if not is_outage(error, client.tracking_uri):
            # Refused, it would be shown as one that is still to come.
            client.delete_logged_model(logged.model_id)
        raise
    client.finalize_logged_model(logged.model_id, LoggedModelStatus.READY)
    return str(logged.model_id)


def _has_files(client: MlflowClient, model_id: str) -> bool:
    try:
        return bool(client.list_logged_model_artifacts(model_id))
    except MlflowException as error:
        if error.error_code == "RESOURCE_DOES_NOT_EXIST":
            return False
        raise


def _log_folder(
    client: MlflowClient, logged: LoggedModel, run_id: str, record: TrialRecord, file: Path, interface: Interface
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_folder(Path(folder), run_id, logged.model_id, logged.artifact_location, record, file, interface)
        client.log_model_artifacts(logged.model_id, folder)


def register(client: MlflowClient, name: str, run_id: str, model_id: str, claim: Champion) -> str:
    """Make the run's model the champion of this name, in a version of its own; give that version.

    name: of the registered model, as `registry_name` gives it.
    """
    try:
        client.create_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    versions = [each for each in client.search_model_versions(f"run_id = '{run_id}'") if each.name == name]
    number = str(versions[0].version if versions else _create_version(client, name, run_id, model_id, claim))
    promote(client, name, number)
    return number


def promote(client: MlflowClient, name: str, version: str) -> None:
    """Make a version the champion of this name."""
    client.set_registered_model_alias(name, _ALIAS, version)


def rivals(client: MlflowClient, name: str, version: int) -> list[Champion]:
    """Versions that were made at about the same time as this one, before and after it."""
    mine = client.get_model_version(name, str(version))
    found = []
    for step in (-1, 1):
        number = version + step
        while number > 0 and (other := _version(client, name, number)) is not None:
            if abs(other.creation_timestamp - mine.creation_timestamp) > _RIVALS_MS:
                break
            found.append(_as_champion(other))
            number += step
    return found


def _version(client: MlflowClient, name: str, number: int) -> ModelVersion | None:
    try:
        return client.get_model_version(name, str(number))
    except MlflowException as error:
        if error.error_code == "RESOURCE_DOES_NOT_EXIST":
            return None
        raise


def champion(client: MlflowClient, name: str) -> Champion | None:
    """The standing champion of this name, as it was registered."""
    try:
        standing = client.get_model_version_by_alias(name, _ALIAS)
    except MlflowException as error:
        # No model of that name; or one without that alias.
        if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            return None
        raise
    return _as_champion(standing)


def _as_champion(found: ModelVersion) -> Champion:
    tags = found.tags
    return Champion(
        version=str(found.version),
        study_name=tags.get("study_name", ""),
        trial_number=int(tags.get("trial_number", "-1")),
        value=float(tags["value"]) if "value" in tags else None,
        metric=tags.get("metric", ""),
        data=tags.get("data", ""),
    )


def registry_name(experiment: str) -> str:
    """The experiment's name as the registry takes it."""
    return named(experiment, MODEL)


def write_folder(
    folder: Path, run_id: str, model_id: str, location: str, record: TrialRecord, file: Path, interface: Interface
) -> None:
    """Write what MLflow loads and serves: the .keras file, what it takes and gives, and what it needs.

    location: where the folder goes.
    """
    description = Model(location, run_id, model_id=model_id)
    # The framework that it was trained on; a .keras file loads on any.
    backend = record.tags.get("backend", "tensorflow")
    (folder / _DATA).mkdir()
    shutil.copyfile(file, folder / _FILE)
    description.signature = ModelSignature(
        inputs=_schema(interface.inputs), outputs=_schema(interface.outputs) if interface.outputs else None
    )
    description.model_size_bytes = file.stat().st_size
    description.add_flavor(
        "keras",
        data=_DATA,
        keras_version=version("keras"),
        keras_backend=backend,
        save_exported_model=False,
    )
    loader: dict[str, str] = {"loader_module": _FLAVOR}
    if interface.several:
        # MLflow's own takes all outputs for one array.
        loader = {"loader_module": _SEVERAL, "code": "code"}
        (folder / "code").mkdir()
        shutil.copyfile(Path(__file__).with_name(f"{_SEVERAL}.py"), folder / "code" / f"{_SEVERAL}.py")
    description.add_flavor(
        "python_function",
        **loader,
        python_version=platform.python_version(),
        env={"virtualenv": "python_env.yaml"},
    )
    description.save(str(folder / "MLmodel"))
    needs = [f"{package}=={version(package)}" for package in ("mlflow", "keras", backend, "numpy", "pandas")]
    (folder / "requirements.txt").write_text("\n".join(needs) + "\n")
    (folder / "python_env.yaml").write_text(
        dump({"python": platform.python_version(), "dependencies": ["-r requirements.txt"]})
    )


def _create_version(client: MlflowClient, name: str, run_id: str, model_id: str, claim: Champion) -> str:
    tags = {"study_name": claim.study_name, "trial_number": str(claim.trial_number)}
    tags |= {key: text for key, text in (("metric", claim.metric), ("data", claim.data)) if text}
    if claim.value is not None:
        tags["value"] = repr(float(claim.value))
    by_server = is_http(client.tracking_uri)
    made = client.create_model_version(
        name,
        # A database would resolve `models:/` through MLflow's global tracking URI, which is not ours to set.
        f"models:/{model_id}" if by_server else client.get_logged_model(model_id).artifact_location,
        run_id=run_id,
        model_id=model_id,
        tags=tags,
        await_creation_for=0,
    )
    if not by_server:
        # By this the model's page shows its version; a server writes it unasked.
        versions = json.dumps([{"name": name, "version": made.version}])
        client.set_logged_model_tags(model_id, {"mlflow.modelVersions": versions})
    return str(made.version)


def _type(written: str) -> np.dtype[Any]:
    """Keras takes texts as objects, and not as NumPy's own."""
    return np.dtype(object if written == "string" else written)


def _schema(tensors: tuple[Tensor, ...]) -> Schema:
    """One input has no name, so that a plain nested list of rows is what a person sends."""
    shapes = [(-1, *(-1 if size is None else size for size in tensor.shape)) for tensor in tensors]
    return Schema(
        [
            TensorSpec(_type(tensor.dtype), shape, name=tensor.name if len(tensors) > 1 else None)
            for tensor, shape in zip(tensors, shapes, strict=True)
        ]
    )
