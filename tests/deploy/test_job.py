"""A study's Job is the same whether `tune deploy kubernetes` prints it or the chart has it."""

from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.deploy.conftest import Render
from tuner.engines.kubernetes import KubernetesJob, job_name, manifest
from tuner.spec.yaml_tree import dump


def _printed(job: KubernetesJob) -> Any:
    return yaml.safe_load(manifest(job))


@pytest.mark.parametrize(
    ("study", "other", "job"),
    [
        ({"name": "s"}, {}, KubernetesJob("s")),
        (
            {"name": "fashion_mnist-1", "workers": 4, "gpus": 1, "memory": "8Gi"},
            {},
            KubernetesJob("fashion_mnist-1", 4, gpus=1, cpus=4, memory="8Gi", image="tuner-gpu"),
        ),
        (
            {"name": "it's: \"a\" {{study}}", "gpus": 4, "cpus": 6, "options": ["--cohort", "64", "--code", "a b.py"]},
            {"secret": "mine", "claims": {"datasets": "data", "artifacts": "shared"}},
            KubernetesJob(
                "it's: \"a\" {{study}}", gpus=4, cpus=6, image="tuner-gpu", secret="mine", datasets="data",
                artifacts="shared", options=("--cohort", "64", "--code", "a b.py"),
            ),
        ),
        (
            {"name": "s", "workers": 2, "cpus": 8},
            {"image": {"cpu": "registry.example/tuner:1", "gpu": ""}},
            KubernetesJob("s", 2, cpus=8, image="registry.example/tuner:1"),
        ),
    ],
)  # fmt: skip
def test_both_say_the_same(render: Render, study: dict[str, Any], other: dict[str, Any], job: KubernetesJob) -> None:
    (charts,) = [each for each in render({"studies": [study], **other}) if each["kind"] == "Job"]
    printed = _printed(job)
    assert charts["spec"] == printed["spec"]
    assert charts["metadata"]["name"] == printed["metadata"]["name"]
    assert charts["metadata"]["annotations"] == printed["metadata"]["annotations"]
    assert printed["metadata"]["labels"].items() <= charts["metadata"]["labels"].items()


NAMES = st.text(st.characters(exclude_categories=("C", "Z"), include_characters=" "), min_size=1, max_size=200).filter(
    lambda name: name.strip() != ""
)


@settings(max_examples=15)
@given(names=st.lists(NAMES, min_size=1, max_size=8, unique=True))
@example(names=["a", "A", "a-b", "a_b", "-", "日本", "x" * 200, "x" * 47, "x" * 48, "İstanbul", "a" * 43 + "-_b"])
def test_every_study_has_a_job_of_its_own_whose_name_kubernetes_takes(render: Render, names: list[str]) -> None:
    made = [job_name(name) for name in names]
    assert len(set(made)) == len(names)
    for each in made:
        assert len(each) <= 52
        assert each.isascii()
        assert each == each.lower()
        assert not each.endswith("-")
        assert set(each) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    studies = [{"name": name} for name in names]
    charts = [each["metadata"]["name"] for each in render({"studies": studies}) if each["kind"] == "Job"]
    assert charts == made


def test_what_is_secret_is_only_named() -> None:
    text = manifest(KubernetesJob("s", secret="mine"))
    (container,) = yaml.safe_load(text)["spec"]["template"]["spec"]["containers"]
    from_secret = {each["name"]: each["valueFrom"]["secretKeyRef"] for each in container["env"] if "valueFrom" in each}
    assert from_secret["TUNER_STORAGE"] == {"name": "mine", "key": "storage"}
    assert set(from_secret) == {"TUNER_STORAGE", "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"}


def test_a_job_in_a_namespace_says_so() -> None:
    assert _printed(KubernetesJob("s", namespace="lab"))["metadata"]["namespace"] == "lab"
    assert "namespace" not in _printed(KubernetesJob("s"))["metadata"]


def test_words_that_yaml_would_read_as_something_else_stay_words() -> None:
    for name in ("no", "1e3", "012", "~", "a: b", "- x", "#"):
        assert _printed(KubernetesJob(name))["metadata"]["annotations"] == {"tuner/study": name}
    assert dump({"a": "no"}) != "a: no\n"
