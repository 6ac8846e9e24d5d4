"""What a person can do about a study that workers pass over.

Leaves to others: who passes it over, and why (database).
"""

from dataclasses import dataclass

from tuner.database import skipped_studies
from tuner.database.connection import Database
from tuner.formatting import plural
from tuner.hints import command

_MENDS = {
    "DataError": "Put the data where the workers look for them (in containers: mount them), "
    "or start a worker where they are",
    "CodeNotGiven": "Start workers that may run it: {worker} --code FILE",
    "StudyConflict": "Give the workers the code as it was: {worker} --code FILE",
    "SpecError": "Bring the workers to the version of tuner that started it",
}
_OTHERWISE = "Put it right where the workers run"


@dataclass(frozen=True)
class Reason:
    """Why workers do not work on a study. workers: how many; gone: they have ended because of it. mend: what to do."""

    reason: str
    workers: int
    gone: bool
    mend: str

    @property
    def words(self) -> str:
        """In one line."""
        many = self.workers > 1
        who = plural(self.workers, "worker")
        does = "ended, and could not work on it" if self.gone else f"pass{'' if many else 'es'} it over"
        return f"{who} {does}: {self.reason}"


def reasons(db: Database, study_name: str) -> tuple[Reason, ...]:
    """Those that stand, those of most workers first."""
    return tuple(
        Reason(
            each.reason,
            each.workers,
            each.left,
            _MENDS.get(each.kind, _OTHERWISE).format(worker=command("tune worker")),
        )
        for each in skipped_studies.view_passed_over(db, study_name)
    )
