"""Several objectives: what is pruning worth? Whole studies of accuracy and parameters, replayed on recorded curves.

    python -m benchmarks.simulate_front [--space fashion_mnist] [--seeds 10] [--seconds 200]

As `benchmarks.simulate`, but each study has two objectives; how many parameters a network has is counted from its
configuration. Printed for each pruner, over the seeds: how many trials were begun and completed, and the hypervolume of
the front at the end, the mean with its standard error, and by how much it differs from the unpruned study of the same
seed. The hypervolume is the area, in accuracy times powers of ten of parameters, that the front is better than; of the
trials on the front by what they showed, it takes the accuracy without the luck of an epoch.
"""

import argparse
import statistics
import time
from collections.abc import Sequence
from dataclasses import replace
from math import log10

from benchmarks.simulate import Budget, Running, error, prepare, replay, world
from tuner.search.front import Standing, is_behind, rule_of
from tuner.spec.families.sizes import size
from tuner.spec.space_file import Algorithm, Objective

_PRUNERS = ("none", "percentile", "median", "asha")
_WORST = (0.7, 6.3)
"""Of the hypervolume: this accuracy, and so many parameters as a power of ten, above every network of these spaces."""


class _Two(Running):
    """A trial of accuracy and parameters. Made anew for each study: the trials of one know each other."""

    every: "list[_Two]"
    shape: tuple[int, ...]
    outputs: int
    pruner: Algorithm
    ended: str | None = None

    def __init__(self, *of: object, **further: object) -> None:
        super().__init__(*of, **further)  # type: ignore[arg-type]  # as they are
        self.rule = rule_of(self.pruner)
        self.at = 0.0
        self.every.append(self)

    @property
    def parameters(self) -> int:
        assert self.config is not None
        return size(self.config, self.shape, self.outputs).parameters

    @property
    def told(self) -> tuple[float, ...]:
        return self.sign * self.best, float(self.parameters)

    def epoch_ends(self) -> str | None:
        self.ended = super().epoch_ends()
        return self.ended

    def is_pruned(self, value: float) -> bool:
        if self.rule is None:
            return False
        complete = [each for each in self.every if each.ended == "complete" and each.epoch >= self.epoch]
        others = [Standing((-each.parameters,), (each.training.values[self.epoch - 1],)) for each in complete]
        mine = Standing((-self.parameters,), (max(self.training.values[: self.epoch]),))
        return is_behind(self.rule, self.epoch, mine, others)


def hypervolume(trials: Sequence[_Two]) -> float:
    """Of the front of these trials, by what they showed."""
    front = [
        each
        for each in trials
        if not any(
            (o.best >= each.best and o.parameters < each.parameters)
            or (o.best > each.best and o.parameters <= each.parameters)
            for o in trials
        )
    ]
    area, reached = 0.0, _WORST[0]
    for each in sorted(front, key=lambda one: one.parameters):
        area += max(0.0, each.level - reached) * (_WORST[1] - log10(each.parameters))
        reached = max(reached, each.level)
    return area


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--space", default="fashion_mnist", choices=["fashion_mnist", "digits"])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=200.0, help="of each study, after its start-up")
    parser.add_argument("--sampler", default="tpe")
    parser.add_argument("--pruners", nargs="+", default=_PRUNERS, choices=_PRUNERS)
    arguments = parser.parse_args()
    prepare()
    spec, surrogate = world(arguments.space)
    found: dict[str, list[tuple[float, int, int]]] = {each: [] for each in arguments.pruners}
    began = time.monotonic()
    for seed in range(arguments.seeds):
        for name in arguments.pruners:
            pruner = Algorithm(name=name)
            search = spec.search.model_copy(update={"sampler": Algorithm(name=arguments.sampler), "pruner": pruner})
            several = replace(
                spec, search=search, further_objectives=(Objective(metric="parameters", direction="minimize"),)
            )
            shape = (28, 28) if arguments.space == "fashion_mnist" else (8, 8)
            kind = type("Two", (_Two,), {"every": [], "shape": shape, "outputs": 10, "pruner": pruner})
            replayed = replay(several, surrogate, seed, Budget(arguments.seconds, None, 2), made=kind)
            every: list[_Two] = kind.every  # type: ignore[attr-defined]  # as it was made
            # Time is up in the middle of a trial: what it had reached counts.
            kept = [each for each in every if each.ended != "pruned" and each.epoch]
            found[name].append((hypervolume(kept), replayed.begun, replayed.complete))
        print(f"seed {seed}, {time.monotonic() - began:.0f} s", flush=True)
    base = [each[0] for each in found[arguments.pruners[0]]]
    for name, studies in found.items():
        ends = [each[0] for each in studies]
        differs = [end - other for end, other in zip(ends, base, strict=True)]
        print(
            f"{name:12} begun {statistics.mean(each[1] for each in studies):6.0f}"
            f"  complete {statistics.mean(each[2] for each in studies):6.0f}"
            f"  hypervolume {statistics.mean(ends):.4f} ±{error(ends):.4f}"
            f"  {statistics.mean(differs):+.4f} ±{error(differs):.4f}"
        )


if __name__ == "__main__":
    main()
