"""What went wrong in a network, and the textbook's remedy: from its configuration and its epochs alone. Pure.

Owns: the rules and their words. A healthy network gets no verdict; where one illness brings on another, the cause is
named and not what follows from it.
Leaves to others: what was measured (measures), where verdicts are shown.

Thresholds lie between networks built to have an illness and healthy ones: `python -m benchmarks.illnesses` shows both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from tuner.spec.space import Params
from tuner.training.health.names import Layers, layers_of

Kind = Literal[
    "diverged", "units alike", "vanishing gradients", "exploding gradients", "dead units", "saturated units",
    "one answer", "unstable", "over-fits", "under-fits",
]  # fmt: skip

_ALIKE = 1e-4
_VANISHED = 1e-2
_FADED = 1e-3
_GROWN = 10.0
_HUGE = 100.0
_MOST_UNITS = 0.5
_RISE = 1.1
_RISES = 0.2
_FLOOR = 0.05
_VALIDATION_RISE = 1.2
_EPOCHS_OF_RISE = 4
_LAST = 3
_MOST_ABOVE = 0.25
_HARDLY_FALLEN = 0.75
_STILL_FALLING = 0.2
_POOR_ACCURACY = 0.75

_REMEDIES: Mapping[Kind, str] = {
    "diverged": "A learning rate ten times smaller, or adam. Inputs normalized to a small range.",
    "units alike": "Random first weights: Glorot for sigmoid and tanh, He for relu.",
    "vanishing gradients": "relu or one of its kin instead of sigmoid and tanh. First weights by He or Glorot, which "
    "keep the signal's size from layer to layer. Batch normalization, or fewer layers.",
    "exploding gradients": "First weights by He or Glorot, which keep the signal's size from layer to layer. Batch "
    "normalization, normalized inputs, a smaller learning rate.",
    "dead units": "A smaller learning rate. leaky_relu, prelu or elu, whose slope is never zero. First weights by He.",
    "saturated units": "Normalized inputs and smaller first weights (Glorot), so that sums stay near zero. A smaller "
    "learning rate, batch normalization, or relu.",
    "one answer": "Where one class is far more common: class_weight: balanced, and another objective than accuracy, "
    "such as val_auc or val_f1. Else a larger learning rate, normalized inputs, more epochs.",
    "unstable": "A learning rate ten times smaller, or larger batches.",
    "over-fits": "Dropout, l2, fewer units or layers, more rows or augmentation. Patience ends such training early.",
    "under-fits": "A learning rate ten times larger, adam instead of plain gradient descent, or more epochs.",
}


@dataclass(frozen=True)
class Verdict:
    """One illness. words: what was seen, and with which configuration. remedy: what the textbook advises."""

    kind: Kind
    words: str

    @property
    def remedy(self) -> str:
        return _REMEDIES[self.kind]


def judge(
    params: Params, epochs: Sequence[Mapping[str, float]], state: str = "complete", reason: str = "", says: str = ""
) -> tuple[Verdict, ...]:
    """The verdicts on a trial, the gravest first; none for a healthy one.

    params: those in use. epochs: the metrics of each, `health.Probe`'s among them where it looked.
    state, reason: how the trial ended; a complete one without a reason had all its epochs. says: the one
    answer that it gives to every validation row; empty where they differ.
    """
    if state == "diverged":
        return (Verdict("diverged", f"diverged at epoch {len(epochs) + 1}: {_rate(params)}"),)
    if state not in ("complete", "pruned") or not epochs:
        return ()
    if not all("loss" in each for each in epochs):
        # A loop of a person's own tells what it likes.
        return ()
    looked = [found for found in map(layers_of, epochs) if found]
    # A loss of classes that has not risen is a few units large, and so are its gradients.
    known = any("accuracy" in name for name in epochs[-1]) and not _has_risen(epochs)
    inside = _inside(params, looked[-1], known) if looked else []
    if inside:
        # The curves of such a network follow from it.
        return tuple(inside)
    finished = state == "complete" and not reason
    if says:
        return (Verdict("one answer", f"says {says} of every validation row"),)
    found = _unstable(params, epochs) or _overfit(epochs) or (_underfit(params, epochs) if finished else None)
    return (found,) if found else ()


def _inside(params: Params, layers: Layers, known: bool) -> list[Verdict]:
    """What the last look into the network shows."""
    alike = _alike(params, layers)
    if alike is not None:
        return [alike]
    vanishing = _faded(params, layers)
    units = _dead(params, layers) or _saturated(params, layers)
    if vanishing is None and units is None:
        vanishing = _vanishing(params, layers)
    exploding = _exploding(params, layers, known) if vanishing is None and units is None else None
    return [each for each in (exploding, vanishing, None if vanishing else units) if each is not None]


def _alike(params: Params, layers: Layers) -> Verdict | None:
    spreads = [each["unit_spread"] for each in layers.values() if "unit_spread" in each]
    if not spreads or min(spreads) >= _ALIKE:
        return None
    same = params.get("initializer") in ("zeros", "constant")
    if not same and any(each.get("dead_units", 0.0) == 1.0 for each in layers.values()):
        return None
    return Verdict("units alike", f"all units alike: {_initializer(params)} initializer")


def _faded(params: Params, layers: Layers) -> Verdict | None:
    ill = ("dead_units", "saturated_units")
    alive = [name for name, each in layers.items() if max(each.get(what, 0.0) for what in ill) <= _MOST_UNITS]
    spreads = {name: layers[name]["activation_spread"] for name in alive if "activation_spread" in layers[name]}
    first, last = next(iter(spreads), ""), next(reversed(spreads), "")
    if first == last or not 0 < spreads[last] < _FADED * spreads[first]:
        return None
    share = spreads[last] / spreads[first]
    words = f"the signal vanishes: {_layer(last)}'s activations vary {share:.0e} of {_layer(first)}'s"
    gradients = _gradients(layers)
    if gradients[first] < _VANISHED * max(gradients.values()):
        return _vanishing(params, layers)
    return Verdict("vanishing gradients", f"{words} ({_network(params, layers)})")


def _vanishing(params: Params, layers: Layers) -> Verdict | None:
    gradients = _gradients(layers)
    first, most = next(iter(gradients)), max(gradients, key=lambda name: gradients[name])
    if not gradients[first] < _VANISHED * gradients[most]:
        return None
    share = gradients[first] / gradients[most]
    words = f"gradients vanish: {_layer(first)} gets {share:.0e} of {_layer(most)}'s"
    return Verdict("vanishing gradients", f"{words} ({_network(params, layers)})")


def _exploding(params: Params, layers: Layers, known: bool) -> Verdict | None:
    """Gradients grow on their way down, or - where the size of the loss is known - are huge."""
    gradients = _gradients(layers)
    first, last = next(iter(gradients)), next(reversed(gradients))
    if gradients[first] > max(_GROWN * gradients[last], 1.0):
        seen = f"{_layer(first)} gets {gradients[first] / gradients[last]:.2g} times {_layer(last)}'s"
    elif known and gradients[first] > _HUGE:
        seen = f"{_layer(first)}'s has a norm of {gradients[first]:.2g}"
    else:
        return None
    return Verdict("exploding gradients", f"gradients explode: {seen} ({_network(params, layers)})")


def _dead(params: Params, layers: Layers) -> Verdict | None:
    most = _most(layers, "dead_units")
    if most is None:
        return None
    share, layer = most
    return Verdict("dead units", f"dead units: {share:.0%} of {layer} give nothing on any row ({_rate(params)})")


def _saturated(params: Params, layers: Layers) -> Verdict | None:
    most = _most(layers, "saturated_units")
    if most is None:
        return None
    share, layer = most
    words = f"saturated units: {share:.0%} of {layer} are where {_activations(params) or 'the activation'} is flat"
    return Verdict("saturated units", f"{words} ({_initializer(params)}, {_rate(params)})")


def _most(layers: Layers, what: str) -> tuple[float, str] | None:
    """The layer with the largest share, where that is too large."""
    shares = {name: each[what] for name, each in layers.items() if what in each}
    name = max(shares, key=lambda name: shares[name], default="")
    return (shares[name], _layer(name)) if name and shares[name] > _MOST_UNITS else None


def _unstable(params: Params, epochs: Sequence[Mapping[str, float]]) -> Verdict | None:
    """The training loss ends above its beginning, or goes up and down: it rises by a tenth in a fifth of the epochs.

    Rises of a loss that is next to nothing, in parts of the first epoch's, are not counted.
    """
    losses = [each["loss"] for each in epochs]
    if _has_risen(epochs):
        return Verdict("unstable", f"the loss rises from {losses[0]:.3g} to {losses[-1]:.3g}: {_rate(params)}")
    steps = list(pairwise(losses))
    rises = sum(after > max(_RISE * before, _FLOOR * losses[0]) for before, after in steps)
    if rises < 2 or rises < _RISES * len(steps):
        return None
    words = f"the loss goes up and down, in {rises} of {len(steps)} epochs up by a tenth or more"
    return Verdict("unstable", f"{words}: {_rate(params)}")


def _has_risen(epochs: Sequence[Mapping[str, float]]) -> bool:
    return epochs[-1]["loss"] > 1.05 * epochs[0]["loss"]


def _overfit(epochs: Sequence[Mapping[str, float]]) -> Verdict | None:
    """Validation loss has risen for some epochs, to the last, while the training loss fell on and seldom rose again.

    One bad epoch of validation is no rise, as of a network whose batch normalization still learns its means.
    """
    if any("val_loss" not in each for each in epochs):
        return None
    losses, validation = [each["loss"] for each in epochs], [each["val_loss"] for each in epochs]
    turn = validation.index(min(validation))
    after = validation[turn + 1 :]
    if len(after) < _EPOCHS_OF_RISE or min(after[-_LAST:]) < _VALIDATION_RISE * validation[turn]:
        return None
    above = sum(loss > losses[turn] for loss in losses[turn + 1 :])
    if losses[-1] >= 0.95 * losses[turn] or above > _MOST_ABOVE * len(after):
        return None
    return Verdict("over-fits", f"over-fits from epoch {turn + 2}")


def _underfit(params: Params, epochs: Sequence[Mapping[str, float]]) -> Verdict | None:
    """The loss has hardly fallen, and at the end it falls as it did all the time."""
    losses = [each["loss"] for each in epochs]
    fall = losses[0] - losses[-1]
    if len(losses) < 3 or fall <= 0 or losses[-1] < _HARDLY_FALLEN * losses[0]:
        return None
    if epochs[-1].get("accuracy", 0.0) > _POOR_ACCURACY:
        return None
    if losses[-1 - len(losses) // 3] - losses[-1] < _STILL_FALLING * fall:
        return None
    seen = f"from {losses[0]:.3g} to {losses[-1]:.3g} in {len(losses)} epochs"
    return Verdict("under-fits", f"under-fits, the loss still falls at the end: {seen}, {_rate(params)}")


def _gradients(layers: Layers) -> dict[str, float]:
    return {name: each["gradient_norm"] for name, each in layers.items()}


def _layer(name: str) -> str:
    """``layer 3``, ``the output``."""
    return "the output" if name == "output" else name.replace("_", " ")


def _rate(params: Params) -> str:
    rate, optimizer = params.get("learning_rate"), params.get("optimizer")
    words = f"learning rate {rate:.3g}" if isinstance(rate, int | float) else "the learning rate"
    return f"{words} with {optimizer}" if optimizer else words


def _network(params: Params, layers: Layers) -> str:
    """``sigmoid, 5 layers, normal 0.01``, as far as the configuration says it."""
    count = sum(name != "output" for name in layers)
    words = [_activations(params), f"{count} layers", _initializer(params) if "initializer" in params else ""]
    return ", ".join(filter(None, words))


def _activations(params: Params) -> str:
    names = [name for name in params if name == "activation" or name.startswith("activation_")]
    return "/".join(dict.fromkeys(str(params[name]) for name in names))


def _initializer(params: Params) -> str:
    name = str(params.get("initializer", ""))
    argument = {"random_normal": "stddev", "random_uniform": "range", "constant": "value"}.get(name)
    value = params.get(f"initializer_{argument}") if argument else None
    words = name.removeprefix("random_").replace("_", " ")
    return f"{words} {value:g}" if isinstance(value, int | float) else words or "its"
