"""A trial's configuration: an Optuna trial answers what the network asks, and the network is there, untrained.

Owns: which of the two kinds of asking a study has - a family's, over the space that is written down; code's, which says
what it searches while it runs.
Leaves to others: sampling (search), the networks (training), the order of a training (runs).
"""

from collections.abc import Callable
from typing import Any

import optuna

from tuner.data.dataset import DataInfo
from tuner.errors import SpecError
from tuner.search.suggest import answer_as_asked, answer_from
from tuner.spec.code import Code, CodeName
from tuner.spec.families import CONFIGURE, asked_settings
from tuner.spec.space import Ask, Params, Value, fixed
from tuner.spec.study_spec import StudySpec
from tuner.training.network import FamilyNetwork, Network


def ask_network(
    spec: StudySpec,
    info: DataInfo,
    code: Code | None,
    trial: optuna.trial.Trial,
    baseline: Params | None,
    used: dict[str, Value],
    seed: int,
    note: Callable[[str, Any], None] | None = None,
) -> Network:
    """Ask for a trial's network. used: receives every value; code of its own `fit` adds to it while it trains.
    note: receives what the code's `set_user_attr` is given.

    Raises TrialFailed where code fails.
    """
    if spec.code is None:
        ask = answer_from(trial, spec.space, used)
        return FamilyNetwork(CONFIGURE[spec.model](ask, spec.task, info.images), spec.metrics)
    anew = answer_as_asked(trial, spec.space, used, baseline, defaults=spec.code.style == "keras_tuner")
    return _python_network(spec, spec.code, info, code, anew, seed, trial.number, note)


def fixed_network(
    spec: StudySpec, info: DataInfo, code: Code | None, params: Params, seed: int, number: int = 0
) -> Network:
    """The network of a configuration that is known, such as a finished trial's. number: of that trial.

    Raises TrialFailed where code fails.
    """
    ask = fixed(params)
    if spec.code is None:
        return FamilyNetwork(CONFIGURE[spec.model](ask, spec.task, info.images), spec.metrics)
    return _python_network(spec, spec.code, info, code, ask, seed, number)


def _python_network(
    spec: StudySpec, name: CodeName, info: DataInfo, code: Code | None, ask: Ask, seed: int, number: int,
    note: Callable[[str, Any], None] | None = None,
) -> Network:  # fmt: skip
    # KerasTuner and its like cost a second, which studies of the families need not spend.
    from tuner.training.custom.python_network import network

    if code is None:
        raise SpecError(f"the network is made by {name}, which was not given. Add --code {name.place}")
    return network(
        code, name, ask, asked_settings(spec.space, ask), spec.callbacks, info, seed=seed, number=number, note=note
    )
