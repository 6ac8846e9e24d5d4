"""What a training compiled, for its record.

Owns: which of it is told in words.
Leaves to others: counting (compilations).
"""

from tuner.database.trial_facts import TrialFacts
from tuner.training import compilations

USUAL = 2
"""Programs of a network of a shape that was not met before: of its epochs, and of all that is asked of it between."""


class Compiling:
    """From now on. Of several trainings that share their programs, each program is told once: of the first that ends
    after it was compiled."""

    def __init__(self) -> None:
        self._moment = compilations.now()

    def facts(self) -> TrialFacts:
        """What was compiled since this was asked last."""
        if self._moment is None:
            return TrialFacts()
        every = compilations.since(self._moment)
        self._moment += len(every)
        made = [each for each in every if not each.from_disk]
        return TrialFacts(
            compilations=len(made),
            from_disk=len(every) - len(made),
            compile_seconds=round(sum(each.seconds for each in every), 2),
            compiled=compilations.in_words(made) if len(made) > USUAL else "",
        )
