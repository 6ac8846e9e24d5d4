"""The chart, rendered by Helm itself (its library, from a package), without a cluster."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

CHART = Path(__file__).parents[2] / "deploy" / "helm" / "tuner"
Manifest = dict[str, Any]
Render = Callable[[Mapping[str, Any]], list[Manifest]]

EVERYTHING = {
    "studies": [{"name": "fashion_mnist-1", "workers": 4, "gpus": 1}, {"name": 'it\'s: a "study"', "cpus": 2}],
    "workers": {"replicas": 2, "gpus": 4, "options": ["--workers-per-gpu", "2"]},
    "keda": {"enabled": True, "gpus": 1, "trialsPerWorker": 16},
    "ray": {"enabled": True, "study": "it's a", "nodes": {"gpus": 1}, "gpusPerWorker": 0.25},
    "serve": {"url": "https://tune.example", "ingress": {"enabled": True, "host": "tune.example", "tlsSecret": "tls"}},
    "claims": {"datasets": "data", "artifacts": "shared"},
    "nodeSelector": {"pool": "gpu"},
    "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}],
    "image": {"pullPolicy": "Always", "pullSecrets": [{"name": "registry"}]},
}


@pytest.fixture(scope="session")
def render() -> Render:
    """What `helm template tuner CHART --namespace lab` gives for values."""
    helm = pytest.importorskip("helm_python", reason="needs a system for which Helm's library is packaged")

    def rendered(values: Mapping[str, Any]) -> list[Manifest]:
        with helm.Chart.load(str(CHART)) as chart:
            files = chart.render(dict(values), name="tuner", namespace="lab")
        texts = [text for name, text in sorted(files.items()) if name.endswith(".yaml")]
        return [each for text in texts for each in yaml.safe_load_all(text) if each]

    return rendered
