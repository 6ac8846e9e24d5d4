"""Hands a training back when its worker has to leave; another goes on from the checkpoint."""

from collections.abc import Callable

from tuner.runs.observers.port import Beginning, Decision, EpochEnd


class Leaving:
    """Comes last: what has ended is not handed back. told: whether the worker was told to leave."""

    def __init__(self, told: Callable[[], bool]) -> None:
        self._told = told

    def begins(self, beginning: Beginning) -> Decision | None:
        return None

    def epoch_ended(self, end: EpochEnd) -> Decision | None:
        if end.decision is None and self._told():
            return Decision("released", f"handed back at {end.words}")
        return None
