"""Optuna's trials as they would be read from a study, written down."""

from collections.abc import Mapping

from optuna.distributions import BaseDistribution, FloatDistribution
from optuna.trial import FrozenTrial, TrialState, create_trial

RATE: Mapping[str, BaseDistribution] = {"learning_rate": FloatDistribution(0.0, 1.0)}


def trial(
    number: int,
    *values: float,
    state: TrialState = TrialState.COMPLETE,
    value: float | None = None,
    params: Mapping[str, object] | None = None,
    space: Mapping[str, BaseDistribution] = RATE,
    infeasible: bool = False,
) -> FrozenTrial:
    """One with these values of its epochs. value: its own; by default the best of them.

    params: by default a learning rate in the middle. space: of which the distributions of its parameters are a part.
    """
    chosen = {"learning_rate": 0.5} if params is None else dict(params)
    known = value if value is not None else max(values, default=None)
    made = create_trial(
        state=state,
        value=known if state.is_finished() and state != TrialState.FAIL else None,
        params=chosen,
        distributions={name: space[name] for name in chosen},
        intermediate_values=dict(enumerate(values, start=1)),
        constraints={"failed": 1.0} if infeasible else None,
    )
    made.number = number
    return made
