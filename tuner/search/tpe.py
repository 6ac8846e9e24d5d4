"""The tree-structured Parzen estimator: what to try next, learned from what was tried.

The trials are divided into the few good ones and the rest, each with a density over the space; of some candidates drawn
from the density of the good, the one is tried that is likeliest under it by comparison with the rest's. Parameters that
are always there together are modelled together, conditional ones on the trials that have them. Pruned and running
trials count for what they would reach; a running one that has shown nothing yet is bad for now, so that nobody tries
the same, and so is each proposal for the ones after it. Sources: Bergstra et al., 2011; Watanabe, 2023.

What is drawn for a place of the budget follows from its seed and from the study's trials alone, in whichever process.

Owns: the division, the choice among candidates, the sampler that Optuna asks.
Leaves to others: densities (parzen), what was tried and how good it was (history), several places at once (proposals).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial

from tuner.optuna_internals import every_trial
from tuner.search.history import Tried, history_of
from tuner.search.normal import Array
from tuner.search.parzen import Categories, Kernels, axis, beside, fit

_MOST_GOOD = 25
"""From a thousand trials the best stand out without more."""
_EVEN = 25
"""So many of the newest trials count in full; what is older the less the older it is."""
_ALIKE = 9
"""Decimals to which candidates differ: how a machine sums is not to decide between two that are equal."""


@dataclass(frozen=True)
class Options:
    """What a space file may say of it."""

    startup_trials: int = 10
    candidates: int = 24
    constant_liar: bool = True
    multivariate: bool = True
    gamma: float = 0.1
    min_bandwidth: float = 0.15
    allow_duplicates: bool = False
    startup_defaults: bool = True

    def __post_init__(self) -> None:
        if self.candidates < 1:
            raise ValueError(f"candidates: {self.candidates}; at least one is needed to choose from.")
        if self.startup_trials < 0 or not 0 <= self.gamma <= 1 or not 0 <= self.min_bandwidth <= 1:
            raise ValueError("startup_trials cannot be negative, and gamma and min_bandwidth are shares from 0 to 1.")


@dataclass(frozen=True)
class Advice:
    """Of someone who knows more, about one model's candidates.

    points: further candidates. worth: what each of some is worth, on a scale of its own. weight: what that counts
    beside the model's own judgement, in their standard deviations.
    """

    points: Array
    worth: Callable[[Array], Array]
    weight: float


class Model:
    """Of parameters that are modelled together, at one moment of a study.

    seeds: of the places that will be asked for.
    """

    def __init__(
        self, options: Options, tried: Tried, space: Mapping[str, BaseDistribution], seeds: Sequence[int]
    ) -> None:
        self.names = sorted(space)
        self._space = space
        self._axes = [axis(space[name]) for name in self.names]
        self._columns = tried.columns(self.names)
        self._known = [tried.known[name] for name in self.names]
        self._narrowest = options.min_bandwidth
        good = np.zeros(len(tried.order), dtype=bool)
        good[tried.order[: min(_MOST_GOOD, math.ceil(options.gamma * len(tried.order)))]] = True
        self._good, self._bad = self._density(tried.params[good]), self._density(tried.params[~good])
        running = tried.unscored if options.constant_liar else tried.unscored[:0]
        self._lies = beside(self._bad, self._observations(running))
        self._liar = options.constant_liar
        self._tells_repeats, self._tried = self._is_whole(options, tried), set[bytes]()
        if self._tells_repeats:
            self._tried = {*_marks(self._observations(tried.params)), *_marks(self._observations(tried.unscored))}
        self._draw(seeds, options.candidates)

    def _is_whole(self, options: Options, tried: Tried) -> bool:
        """Whether it can tell a configuration that was tried: of all parameters, and each of them of so many values."""
        asked = [name for name, each in tried.known.items() if not each.single()]
        finite = all(isinstance(each, Categories) or each.step is not None for each in self._axes)
        return not options.allow_duplicates and finite and set(asked) == set(self.names) and len(tried.groups) == 1

    def _observations(self, params: Array) -> Array:
        chosen = params[:, self._columns]
        for at, (name, known) in enumerate(zip(self.names, self._known, strict=True)):
            chosen[:, at] = as_asked(chosen[:, at], known, self._space[name])
        chosen = chosen[~np.isnan(chosen).any(axis=1)]
        return np.stack([each.inward(chosen[:, at]) for at, each in enumerate(self._axes)], axis=1)

    def _density(self, params: Array) -> Kernels:
        observations = self._observations(params)
        return fit(self._axes, observations, _ages(len(observations)), self._narrowest)

    def _draw(self, seeds: Sequence[int], candidates: int) -> None:
        shape = len(seeds), candidates
        words, drawn = "/".join(self.names), (candidates, len(self.names) + 1)
        points = self._good.draw(np.concatenate([chances(seed, words).random(drawn) for seed in seeds]))
        self._points = points.reshape(*shape, len(self.names))
        self._log_good = self._good.log_sums(points).reshape(shape)
        self._log_bad = self._bad.log_sums(points).reshape(shape)

    def candidates(self, place: int) -> Array:
        """(candidates, names), units of a number, indices of a category."""
        return np.asarray(self._points[place])

    def best(self, place: int, advice: Advice | None = None) -> dict[str, Any]:
        """What the place of one of the seeds is to try."""
        points, good, bad = self._points[place], self._log_good[place], self._log_bad[place]
        if advice is not None and len(advice.points):
            good = np.concatenate([good, self._good.log_sums(advice.points)])
            bad = np.concatenate([bad, self._bad.log_sums(advice.points)])
            points = np.concatenate([points, advice.points])
        scores = good - np.logaddexp(bad, self._lies.log_sums(points))
        if advice is not None:
            scores = _standard(scores) + advice.weight * _standard(advice.worth(points))
        new = [mark not in self._tried for mark in _marks(points)] if self._tried else []
        if any(new):
            scores[np.logical_not(new)] = -np.inf
        chosen = points[np.argmax(np.round(scores, _ALIKE))]
        return {
            name: self._space[name].to_external_repr(float(each.outward(chosen[at : at + 1])[0]))
            for at, (name, each) in enumerate(zip(self.names, self._axes, strict=True))
        }

    def is_tried(self, params: Mapping[str, Any]) -> None:
        """Count this as bad for the places that follow; nothing where it does not have all of the parameters."""
        if not all(name in params for name in self.names):
            return
        internal = [self._space[name].to_internal_repr(params[name]) for name in self.names]
        units = [each.inward(np.array([value])) for each, value in zip(self._axes, internal, strict=True)]
        point = np.stack(units, axis=1)
        if self._liar:
            self._lies = self._lies.and_those(beside(self._bad, point))
        if self._tells_repeats:
            self._tried.update(_marks(point))


def as_asked(values: Array, known: BaseDistribution, asked: BaseDistribution) -> Array:
    """Values as a history has them, in the representation of what is asked for now; a choice that is none any more is
    not a number. Ranges have the same, whatever their ends are."""
    if not isinstance(asked, CategoricalDistribution) or not isinstance(known, CategoricalDistribution):
        return values
    if known.choices == asked.choices:
        return values
    now = {(type(each), each): float(index) for index, each in enumerate(asked.choices)}
    places = np.array([now.get((type(each), each), np.nan) for each in known.choices] + [np.nan])
    remapped: Array = places[np.where(np.isnan(values), len(known.choices), values).astype(int)]
    return remapped


def _marks(points: Array) -> list[bytes]:
    """Of each point what it has in common with its like alone."""
    return [each.tobytes() for each in np.round(points, _ALIKE)]


def _standard(values: Array) -> Array:
    spread = float(values.std())
    return np.asarray((values - values.mean()) / spread) if spread > 0 else np.zeros_like(values)


def _ages(count: int) -> Array:
    """Weights of so many trials, the oldest first."""
    older = max(0, count - _EVEN)
    return np.concatenate([np.linspace(1.0 / max(1, count), 1.0, older), np.ones(count - older)])


def chances(seed: int, words: str) -> np.random.Generator:
    """Chance for one purpose of one place."""
    return np.random.default_rng([seed, *words.encode()])


def by_chance(name: str, distribution: BaseDistribution, seed: int) -> Any:
    """A value of a parameter of which nothing is known yet."""
    along, chance = axis(distribution), chances(seed, name).random(1)
    units = np.floor(chance * along.count) if isinstance(along, Categories) else chance
    return distribution.to_external_repr(float(along.outward(units)[0]))


def is_startup(options: Options, tried: Tried) -> bool:
    """Whether too little was tried to learn from."""
    return len(tried.order) < max(1, options.startup_trials)


def models(options: Options, tried: Tried, space: Mapping[str, BaseDistribution], seeds: Sequence[int]) -> list[Model]:
    """One for the parameters of each group, or each parameter; none while too little was tried.

    space: what is asked for; what no trial had yet is in no model.
    """
    if is_startup(options, tried):
        return []
    groups = tried.groups if options.multivariate else [[name] for name in tried.known]
    parts = [
        {
            name: space[name]
            for name in group
            if name in space and not space[name].single() and _alike(name, tried, space)
        }
        for group in groups
    ]
    return [Model(options, tried, part, seeds) for part in parts if part]


def _alike(name: str, tried: Tried, space: Mapping[str, BaseDistribution]) -> bool:
    """Whether what was tried of it and what is asked for are of one kind."""
    return type(tried.known[name]) is type(space[name])


class TpeSampler(BaseSampler):
    """For Optuna to ask, one trial at a time.

    seed: of the place of the budget whose trial is asked for. first: what that tries of some parameters, by name, if
    too little is known.
    """

    def __init__(self, options: Options, seed: int, first: Mapping[str, Any] | None = None) -> None:
        self._options = options
        self._seed = seed
        self._first = first or {}
        self._inferred: tuple[int, Tried] | None = None

    def infer_relative_search_space(self, study: optuna.Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        tried = _tried(study, trial)
        self._inferred = trial.number, tried
        return {name: each for name, each in tried.known.items() if not each.single()}

    def sample_relative(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        inferred, self._inferred = self._inferred, None
        tried = inferred[1] if inferred is not None and inferred[0] == trial.number else _tried(study, trial)
        found: dict[str, Any] = {}
        for model in models(self._options, tried, search_space, [self._seed]):
            found.update(model.best(0))
        return found

    def sample_independent(
        self, study: optuna.Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        """Of what no trial had yet, by chance; of what this trial asks otherwise than others did, alone."""
        tried = _tried(study, trial)
        if param_name in self._first and is_startup(self._options, tried):
            return self._first[param_name]
        if param_name in tried.known:
            alone = Options(**{**vars(self._options), "multivariate": False})
            for model in models(alone, tried, {param_name: param_distribution}, [self._seed]):
                return model.best(0)[param_name]
        return by_chance(param_name, param_distribution, self._seed)


def _tried(study: optuna.Study, trial: FrozenTrial) -> Tried:
    return history_of(study).at(every_trial(study), but=trial.number)
