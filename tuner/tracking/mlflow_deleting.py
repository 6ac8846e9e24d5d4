"""What MLflow has of one study, to be deleted: its runs, and the versions that the registry has of their models.

Runs go into MLflow's trash, from where `mlflow gc` takes them with their artifacts; versions are gone at once.

Leaves to others: connecting, outages (mlflow_recorder).
"""

from dataclasses import dataclass

from mlflow.entities import ViewType
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient


@dataclass(frozen=True)
class OfStudy:
    """run_ids: the study's own last. versions: names of registered models, and numbers. champions: in words."""

    run_ids: tuple[str, ...]
    versions: tuple[tuple[str, str], ...]
    champions: tuple[str, ...]


def of_study(client: MlflowClient, run_id: str) -> OfStudy:
    """run_id: of the study's run. What is in the trash already is left out."""
    try:
        parent = client.get_run(run_id)
    except MlflowException as error:
        if error.error_code == "RESOURCE_DOES_NOT_EXIST":
            return OfStudy((), (), ())
        raise
    found, token = [], None
    while True:
        page = client.search_runs(
            [parent.info.experiment_id], f"tags.`mlflow.parentRunId` = '{run_id}'", ViewType.ACTIVE_ONLY, 1000,
            page_token=token,
        )  # fmt: skip
        found += [each.info.run_id for each in page]
        token = page.token
        if not token:
            break
    run_ids = [*found, *([run_id] if parent.info.lifecycle_stage == "active" else [])]
    versions = [each for run in run_ids for each in client.search_model_versions(f"run_id = '{run}'")]
    # A search gives no aliases.
    whole = [client.get_model_version(each.name, str(each.version)) for each in versions]
    champions = [f"{each.name} version {each.version}" for each in whole if "champion" in each.aliases]
    return OfStudy(tuple(run_ids), tuple((each.name, str(each.version)) for each in whole), tuple(champions))


def delete(client: MlflowClient, found: OfStudy) -> None:
    """Made twice, the second time changes nothing."""
    for name, version in found.versions:
        try:
            client.delete_model_version(name, version)
        except MlflowException as error:
            if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
    for run_id in found.run_ids:
        if client.get_run(run_id).info.lifecycle_stage == "active":
            client.delete_run(run_id)
