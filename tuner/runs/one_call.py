"""A training that is one call, by a worker that holds others: they wait until it has ended.

Leaves to others: what is written meanwhile (together), a run (run).
"""

from collections.abc import Callable

from tuner.runs.companies import Held
from tuner.training.plan import EpochResult, Verdict


def train_in_one_call(held: Held, written: Callable[[Held], None], leaves: Callable[[], bool]) -> None:
    """Train it to its end, or until the worker has to leave.

    written: writes what was said of an epoch. leaves: whether the worker does. Raises LeaseLost, TrialFailed.
    """
    begun, run, handed = held.begun, held.run, False

    def ended(result: EpochResult) -> Verdict:
        nonlocal handed
        verdict = run.epoch_ended(result)
        written(held)
        if verdict == "go_on" and leaves():
            handed = True
            run.keep(result)
            return "release"
        return verdict

    result = begun.network.train(begun.dataset, begun.fitted, begun.plan, begun.checkpoint, ended)
    if handed:
        run.hand_back(f"handed back at epoch {len(result.epochs)}")
    else:
        run.trained(result)
