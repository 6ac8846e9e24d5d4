"""Where a training's configuration comes from, and who is told what came of it: Optuna, or nobody.

Leaves to others: the Optuna trial of a place of the budget (optuna_trial), the network of a configuration
(network_building).
"""

import json
from collections.abc import Mapping
from typing import Any, Protocol

from tuner.data.dataset import DataInfo
from tuner.database.runs import RunView
from tuner.runs.optuna_trial import OptunaTrial
from tuner.runs.records import RunState
from tuner.runs.study_context import StudyContext
from tuner.spec.space import Params, Value, answers
from tuner.studies.network_building import ask_network, fixed_network
from tuner.training.network import Network


class Configuration(Protocol):
    """params: every value that is known; code may ask for more while it trains. notes: what code keeps with the trial,
    as texts by name."""

    @property
    def params(self) -> Mapping[str, Value]: ...

    @property
    def notes(self) -> Mapping[str, str]: ...

    def network(self, info: DataInfo, seed: int) -> Network:
        """Untrained. Raises TrialFailed where code fails."""
        ...

    def tell(self, state: RunState) -> None:
        """Say how it ended. Told twice, the second time changes nothing."""
        ...


class Known:
    """Of a trial that has ended: the same values again."""

    def __init__(self, context: StudyContext, params: Params, trial_number: int) -> None:
        self.params = params
        self.notes: Mapping[str, str] = {}
        self._context = context
        self._number = trial_number

    def network(self, info: DataInfo, seed: int) -> Network:
        context = self._context
        return fixed_network(context.spec, info, context.code, self.params, seed, self._number)

    def tell(self, state: RunState) -> None:
        """Nobody waits for it."""


def _is_outside(context: StudyContext, params: Params) -> bool:
    """Whether a person's configuration is none of the space that its study searches by now."""
    spec = context.spec
    if not context.study.options.spaces or spec.code is not None:
        return False
    used: dict[str, Value] = {}
    spec.configure(answers(spec.space, lambda each: params.get(each.name, each.default), used))
    return any(name in params and params[name] != value for name, value in used.items()) or any(
        params[each.name] not in each.domain for each in spec.space if each.name in params
    )


class Asked:
    """An Optuna trial answers what the network asks."""

    def __init__(self, context: StudyContext, optuna_trial: OptunaTrial, begun_with: Params | None = None) -> None:
        """begun_with: all of its values, where it goes on: the space may have been another one when it began."""
        self.params: dict[str, Value] = dict(begun_with or {})
        self.notes: dict[str, str] = {}
        self._context = context
        self._optuna_trial = optuna_trial

    def network(self, info: DataInfo, seed: int) -> Network:
        context, asked = self._context, self._optuna_trial
        if asked.baseline is not None and not self.params and _is_outside(context, asked.baseline.params):
            # Optuna keeps no value that lies outside of what it is asked for.
            self.params.update(asked.baseline.params)
        if self.params and context.spec.code is None:
            return fixed_network(context.spec, info, None, self.params, seed, asked.number)
        baseline = None if asked.baseline is None else asked.baseline.params
        return ask_network(context.spec, info, context.code, asked.trial, baseline, self.params, seed, self._note)

    def _note(self, key: str, value: Any) -> None:
        self._optuna_trial.trial.set_user_attr(key, value)
        self.notes[f"user_attrs.{key}"] = value if isinstance(value, str) else json.dumps(value)

    def tell(self, state: RunState) -> None:
        assert isinstance(state, RunView)
        self._optuna_trial.tell(state)
