"""How what was measured inside a network is named among an epoch's metrics. Pure.

Leaves to others: measuring (measures), judging (diagnosis).
"""

from collections.abc import Mapping

PREFIX = "health/"

Layers = Mapping[str, Mapping[str, float]]
"""What was measured, by layer, from the input to the output: ``{"layer_1": {"gradient_norm": 0.1}, "output": ...}``."""


def metric_name(layer: str, what: str) -> str:
    """``health/layer_1/gradient_norm``."""
    return f"{PREFIX}{layer}/{what}"


def layers_of(metrics: Mapping[str, float]) -> Layers:
    """What an epoch's metrics say of each layer; empty where nobody looked.

    The order is that of the network, whatever the order of the metrics.
    """
    found: dict[str, dict[str, float]] = {}
    for name, value in metrics.items():
        if name.startswith(PREFIX):
            layer, _, what = name.removeprefix(PREFIX).partition("/")
            found.setdefault(layer, {})[what] = value
    return {name: found[name] for name in sorted(found, key=_place)}


def _place(layer: str) -> tuple[bool, int]:
    number = layer.rpartition("_")[2]
    return layer == "output", int(number) if number.isdigit() else 0
