"""Whether a worker was told to leave: finish the epoch, hand the trial back, go.

Leaves to others: who tells it (signals, or whatever hosts it), what it does meanwhile (loop).
"""

import threading


class Leaving:
    """Asked by the loop between two things that it does; told from any thread."""

    def __init__(self) -> None:
        self._told = threading.Event()

    def tell(self) -> None:
        self._told.set()

    def __call__(self) -> bool:
        return self._told.is_set()

    def wait(self, seconds: float) -> bool:
        """Sleep, but not past being told; says whether it was."""
        return self._told.wait(seconds)
