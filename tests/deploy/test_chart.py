"""The chart is what Kubernetes takes: against the schemas of three of its versions, and of KEDA. No cluster is needed.

KubeRay's schema is in no package: of a RayJob, the pods in it are held to Kubernetes' own.
"""

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, LiteralString

import jsonschema
import kubernetes_validate
import psycopg
import pytest
import yaml

from tests.database.conftest import opening
from tests.deploy.conftest import CHART, EVERYTHING, Manifest, Render
from tests.postgres import PostgresServer
from tests.service.conftest import create
from tests.service.test_deploying import EXTERNAL
from tuner.cli.running import resume
from tuner.cli.serve import serve
from tuner.cli.working import worker
from tuner.database import budget, studies
from tuner.engines.kubernetes import KubernetesJob, made

ROOT = Path(__file__).parents[2]
VERSIONS = ("1.33", "1.35", "1.37")
"""The oldest that the chart takes, and the newest that the schemas are packaged of."""

PLAIN: dict[str, Any] = {}
ELSEWHERE = {"postgresql": {"enabled": False}, "mlflow": {"enabled": False, "url": "https://mlflow.example"}}
VALUES = {"plain": PLAIN, "everything": EVERYTHING, "elsewhere": ELSEWHERE}
_THEIRS = ("keda.sh/v1alpha1", "ray.io/v1")


def _known(manifests: list[Manifest]) -> Iterator[Manifest]:
    """Those of Kubernetes' own kinds, and what of others is such."""
    for each in manifests:
        if each["apiVersion"] not in _THEIRS:
            yield each
        if each["kind"] == "ScaledJob":
            yield {
                "apiVersion": "batch/v1",
                "kind": "Job",
                "metadata": {"name": "j"},
                "spec": each["spec"]["jobTargetRef"],
            }
        if each["kind"] == "RayJob":
            cluster = each["spec"]["rayClusterSpec"]
            for group in (cluster["headGroupSpec"], *cluster["workerGroupSpecs"]):
                yield {"apiVersion": "v1", "kind": "Pod", **group["template"]}


def _pods(manifests: list[Manifest]) -> Iterator[tuple[str, dict[str, Any]]]:
    for each in _known(manifests):
        if each["kind"] == "Pod":
            yield each["kind"], each["spec"]
        elif "template" in each.get("spec", {}):
            yield each["kind"], each["spec"]["template"]["spec"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", VALUES)
def test_kubernetes_takes_it(render: Render, name: str, version: str) -> None:
    found = list(_known(render(VALUES[name])))
    assert found
    for each in found:
        assert kubernetes_validate.validate(each, version, strict=True) == version


@pytest.mark.parametrize("version", VERSIONS)
def test_kubernetes_takes_the_job_that_is_printed(version: str) -> None:
    job: Any = made(KubernetesJob("s", 3, gpus=2, namespace="lab", datasets="data", artifacts="shared"))
    assert kubernetes_validate.validate(job, version, strict=True) == version
    job["spec"]["backoffLimitPerIndexx"] = 1
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(job, version, strict=True)


def test_keda_takes_it(render: Render) -> None:
    models = pytest.importorskip("cloudcoil.models.keda.v1alpha1")
    theirs = [each for each in render(EVERYTHING) if each["apiVersion"] == "keda.sh/v1alpha1"]
    assert [each["kind"] for each in theirs] == ["TriggerAuthentication", "ScaledJob"]
    for each in theirs:
        schema = _without_others(getattr(models, each["kind"]).model_json_schema(by_alias=True))
        jsonschema.validate(each, schema)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**each, "spec": {**each["spec"], "pollInterval": 1}}, schema)


def _without_others(schema: Any) -> Any:
    """A schema that takes no key that it does not know."""
    if isinstance(schema, dict):
        known = {"additionalProperties": False} if "properties" in schema else {}
        return {**known, **{name: _without_others(each) for name, each in schema.items()}}
    return [_without_others(each) for each in schema] if isinstance(schema, list) else schema


def test_helm_finds_nothing_wrong_with_it() -> None:
    helm = pytest.importorskip("helm_python")
    found = helm.lint(str(CHART))
    assert found["errors"] == []
    assert [each["error"] for each in found["messages"]] == ["icon is recommended"]


def test_no_container_is_root_and_each_writes_only_where_it_may(render: Render) -> None:
    pods = list(_pods(render(EVERYTHING)))
    # PostgreSQL, MLflow, the service, open workers, two studies, KEDA's, Ray's head and its nodes.
    assert len(pods) == 9
    for _, pod in pods:
        rights = pod["securityContext"]
        assert rights["runAsNonRoot"] is True
        assert rights["runAsUser"] == rights["fsGroup"] != 0
        assert rights["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        assert pod["enableServiceLinks"] is False
        volumes = {each["name"] for each in pod["volumes"]}
        for container in pod["containers"]:
            own = container["securityContext"]
            assert (own["allowPrivilegeEscalation"], own["readOnlyRootFilesystem"]) == (False, True)
            assert own["capabilities"] == {"drop": ["ALL"]}
            assert container["resources"]["limits"]["memory"]
            mounts = {each["mountPath"]: each["name"] for each in container["volumeMounts"]}
            assert "/tmp" in mounts
            assert set(mounts.values()) - {"data"} <= volumes
            for variable in container["env"]:
                assert "value" in variable or variable["valueFrom"]["secretKeyRef"]["name"] == "tuner"
                if variable["name"] in ("HOME", "KERAS_HOME") or (variable["name"] == "TUNER_ARTIFACTS"):
                    assert variable["value"] in mounts


def test_the_commands_of_its_pods_are_some(render: Render) -> None:
    found = [
        container["args"]
        for _, pod in _pods(render(EVERYTHING))
        for container in pod["containers"]
        if "args" in container
    ]
    workers = [words for words in found if words[:2] == ["tune", "worker"]]
    assert [" ".join(words[2:]) for words in workers] == [
        "--idle 120 --device gpu",
        "--study fashion_mnist-1 --device gpu",
        '--study it\'s: a "study" --device cpu',
        "--workers 4 --device gpu --workers-per-gpu 2",
    ]
    for command, known in (("worker", worker), ("serve", serve)):
        for words in found:
            if words[:2] == ["tune", command]:
                known.make_context(command, words[2:])


def test_a_pool_that_would_never_end_is_no_job_of_kedas(render: Render) -> None:
    import helm_python

    with pytest.raises(helm_python.HelmError, match=r"keda\.gpus: 0 or 1"):
        render({"keda": {"enabled": True, "gpus": 2}})


def test_what_serves_is_probed(render: Render) -> None:
    serving = [
        container
        for kind, pod in _pods(render(PLAIN))
        for container in pod["containers"]
        if container["name"] != "worker"
    ]
    assert [each["name"] for each in serving] == ["mlflow", "postgresql", "serve"]
    for each in serving:
        assert {"startupProbe", "readinessProbe", "livenessProbe"} <= set(each)


def test_what_is_secret_stands_in_no_value_of_the_chart(render: Render) -> None:
    assert [each for each in render(EVERYTHING) if each["kind"] == "Secret"] == []
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    assert not [name for name in _names(values) if "password" in name.lower() and name != "password"]


def _names(values: Mapping[str, Any]) -> Iterator[str]:
    for name, each in values.items():
        yield name
        if isinstance(each, dict):
            yield from _names(each)


def test_images_and_folders_are_those_of_the_projects_own_files() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    assert values["image"]["cpu"] == services["worker"]["image"]
    assert values["image"]["gpu"] == services["worker-gpu"]["image"]
    assert f"-{values['postgresql']['image']}}}" in services["postgres"]["image"]
    # The image for GPUs has what the project's own extra brings: the framework that workers choose there.
    assert services["worker-gpu"]["build"]["args"]["EXTRAS"] == "gpu"
    recipe = (ROOT / "Dockerfile").read_text()
    job = made(KubernetesJob("s", artifacts="shared"))["spec"]["template"]["spec"]
    assert f"--uid {job['securityContext']['runAsUser']} tuner" in recipe
    assert "WORKDIR /app" in recipe
    assert "KERAS_HOME=/data/datasets" in recipe
    assert "TUNER_ARTIFACTS=/data/artifacts" in recipe
    ours = (ROOT / "docker" / "postgres" / "create-mlflow-database.sh").read_text()
    assert (CHART / "files" / "create-mlflow-database.sh").read_text() == ours


@pytest.mark.postgres
def test_keda_counts_the_trials_that_are_open(render: Render, postgres_server: PostgresServer, tmp_path: Path) -> None:
    def asked(each_worth: int) -> float:
        values = {"keda": {"enabled": True, "trialsPerWorker": each_worth}}
        (job,) = [each for each in render(values) if each["kind"] == "ScaledJob"]
        (trigger,) = job["spec"]["triggers"]
        assert trigger["metadata"]["targetQueryValue"] == str(each_worth)
        with psycopg.connect(url) as connection:
            row = connection.execute(trigger["metadata"]["query"]).fetchone()
        assert row is not None
        return float(row[0])

    def say(statement: LiteralString) -> None:
        with psycopg.connect(url) as connection:
            connection.execute(statement)

    url = postgres_server.new_database()
    with opening(url) as db:
        assert asked(1) == 0
        create(db, tmp_path, "a")
        create(db, tmp_path, "b", trials=5)
        assert asked(1) == 6 + 5
        assert budget.take(db, "a", "worker", False) is not None
        assert asked(1) == 6 + 5  # one that is being trained is open
        say("UPDATE tuner_runs SET finalized = true")
        assert asked(1) == 5 + 5
        say("UPDATE tuner_studies SET most_workers = 2 WHERE study_name = 'a'")
        assert (asked(1), asked(2), asked(4)) == (2 + 5, 4 + 5, 5 + 5)
        # One that waits for a place of its owner is worth one worker, which asks for it.
        say("UPDATE tuner_studies SET admitted_at = NULL WHERE study_name = 'b'")
        assert asked(1) == 2 + 1
        studies.set_desired_state(db, "b", "stopping")
        assert asked(1) == 2
        say("UPDATE tuner_studies SET trials = 1 WHERE study_name = 'a'")
        assert asked(1) == 1  # its finalists, and its end
        create(db, tmp_path, "of programs", text=EXTERNAL)
        assert asked(1) == 1


def test_the_command_of_the_ray_job_is_one(render: Render) -> None:
    (job,) = [each for each in render(EVERYTHING) if each["kind"] == "RayJob"]
    words = shlex.split(job["spec"]["entrypoint"])
    assert words[:3] == ["tune", "resume", "it's a"]
    found = resume.make_context("resume", words[2:]).params
    assert (found["study_name"], found["engine"], found["workers"]) == ("it's a", "ray", 4)
