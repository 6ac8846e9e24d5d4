"""Workers that Kubernetes starts: the Job of a study, an index a place.

Owns: the Job - what counts as a failure, what a container may do, what it may write, where it finds what is secret.
Leaves to others: the service, databases and what scales by itself (the Helm chart, whose Job is this one: a test holds
them together), whether a study can be run by it (service.deploying).

A worker ends with 0 where its study has ended: only then is its index done. Told to go - a node is drained, a pod is
deleted - it ends with 143, and whichever way Kubernetes sees that, the index is begun again, and nothing is counted.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from tuner.engines.kubernetes_shapes import Container, Job, JobSpec, Metadata, Mount, PodSpec, Rule, Variable, Volume
from tuner.spec.yaml_tree import dump
from tuner.workers.heartbeat import EXIT_TOLD

STORAGE_KEY = "storage"
"""Of the Secret: the URL of the studies' database."""

_USELESS = [2, 3]
"""Exit codes that another pod would end with, too: bad input, and a study that is not there."""

_TRIES = 6
_GRACE_S = 120
"""Enough for an epoch, and to hand the trial back."""

_KEPT_S = 24 * 60 * 60
_USER = 10001
"""Of the image that the project's Dockerfile makes."""

_LONGEST_NAME = 52
"""Of a Job: what Kubernetes appends for its pods has to fit into a label of 63 characters."""


@dataclass(frozen=True)
class KubernetesJob:
    """Workers of one study.

    places: how many pods. gpus: of each, with a worker each; 0 for one worker on the CPU. cpus, memory: of each pod.
    namespace: empty for that of whoever applies it. secret: a Secret with the database's URL, under `STORAGE_KEY`, and
    where it has them `mlflow-username` and `mlflow-password`. datasets, artifacts: names of claims of volumes that all
    pods share, for data sets that were downloaded, and for checkpoints and models; empty keeps the first in the pod,
    and the second in the database. options: further ones of `tune worker`.
    """

    study_name: str
    places: int = 1
    gpus: int = 0
    cpus: int = 1
    memory: str = "2Gi"
    image: str = "tuner"
    namespace: str = ""
    secret: str = "tuner"
    datasets: str = ""
    artifacts: str = ""
    options: Sequence[str] = ()


def manifest(job: KubernetesJob) -> str:
    """The Job as YAML, for `kubectl apply`."""
    return dump(made(job))


def job_name(study_name: str) -> str:
    """A study's name as that of its Job: a digest tells apart what such a name cannot."""
    plain = re.sub(r"[^A-Za-z0-9]+", "-", study_name).strip("-").lower()
    name = f"tune-{plain}"
    if plain == study_name and len(name) <= _LONGEST_NAME:
        return name
    digest = hashlib.sha256(study_name.encode()).hexdigest()[:8]
    return f"{name[: _LONGEST_NAME - 9].rstrip('-')}-{digest}"


_LABELS = {"app.kubernetes.io/name": "tuner", "app.kubernetes.io/component": "worker"}


def made(job: KubernetesJob) -> Job:
    """The Job."""
    metadata: Metadata = {
        "name": job_name(job.study_name),
        "labels": dict(_LABELS),
        "annotations": {"tuner/study": job.study_name},
    }
    if job.namespace:
        metadata["namespace"] = job.namespace
    spec: JobSpec = {
        "completionMode": "Indexed",
        "completions": job.places,
        "parallelism": job.places,
        "backoffLimitPerIndex": _TRIES,
        # A pod that is still handing its trial back is waited for: its GPU is not free before.
        "podReplacementPolicy": "Failed",
        "podFailurePolicy": {"rules": _rules()},
        "ttlSecondsAfterFinished": _KEPT_S,
        "template": {"metadata": {"labels": dict(_LABELS)}, "spec": _pod(job)},
    }
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": spec}


def _rules() -> list[Rule]:
    return [
        {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]},
        {"action": "FailJob", "onExitCodes": {"containerName": "worker", "operator": "In", "values": _USELESS}},
        {"action": "Ignore", "onExitCodes": {"containerName": "worker", "operator": "In", "values": [EXIT_TOLD]}},
    ]


def _pod(job: KubernetesJob) -> PodSpec:
    return {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        # A Service called tuner would make variables that begin with TUNER_, too.
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": _GRACE_S,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "runAsGroup": _USER,
            "fsGroup": _USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [_container(job)],
        "volumes": _volumes(job),
    }


def _container(job: KubernetesJob) -> Container:
    gpu: dict[str, str] = {"nvidia.com/gpu": str(job.gpus)} if job.gpus else {}
    mounts: list[Mount] = [{"name": name, "mountPath": path} for name, path in _PLACES.items()]
    if job.artifacts:
        mounts.append({"name": "artifacts", "mountPath": _ARTIFACTS})
    return {
        "name": "worker",
        "image": job.image,
        "args": _arguments(job),
        "env": _environment(job),
        "resources": {
            # Without a limit of the CPU: a worker computes with as many threads as it asks for cores.
            "requests": {"cpu": str(job.cpus), "memory": job.memory},
            "limits": {"memory": job.memory, **gpu},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": mounts,
    }


def _arguments(job: KubernetesJob) -> list[str]:
    pool = ["--workers", str(job.gpus)] if job.gpus > 1 else []
    device = "gpu" if job.gpus else "cpu"
    return ["tune", "worker", "--study", job.study_name, *pool, "--device", device, *job.options]


_DATASETS, _ARTIFACTS = "/data/datasets", "/data/artifacts"
_PLACES = {"datasets": _DATASETS, "home": "/home/tuner", "tmp": "/tmp", "work": "/app"}
"""What a worker writes to: the rest of its container it cannot."""


def _environment(job: KubernetesJob) -> list[Variable]:
    """The image's own TUNER_ARTIFACTS is a folder of the pod, which no other would find anything in."""
    found: list[Variable] = [
        {"name": "TUNER_STORAGE", "valueFrom": {"secretKeyRef": {"name": job.secret, "key": STORAGE_KEY}}}
    ]
    for name, key in (("MLFLOW_TRACKING_USERNAME", "mlflow-username"), ("MLFLOW_TRACKING_PASSWORD", "mlflow-password")):
        found.append({"name": name, "valueFrom": {"secretKeyRef": {"name": job.secret, "key": key, "optional": True}}})
    values = {
        "TUNER_ARTIFACTS": _ARTIFACTS if job.artifacts else "",
        "TUNER_THREADS": str(max(1, job.cpus // max(1, job.gpus))),
        "KERAS_HOME": _DATASETS,
        "HOME": "/home/tuner",
    }
    return found + [{"name": name, "value": value} for name, value in values.items()]


def _volumes(job: KubernetesJob) -> list[Volume]:
    claims = {"datasets": job.datasets, "artifacts": job.artifacts}
    found: list[Volume] = []
    for name in [*_PLACES, *(["artifacts"] if job.artifacts else [])]:
        if claim := claims.get(name):
            found.append({"name": name, "persistentVolumeClaim": {"claimName": claim}})
        else:
            found.append({"name": name, "emptyDir": {}})
    return found
