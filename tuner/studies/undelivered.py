"""What MLflow does not show of a study yet, in a line for people.

Leaves to others: what it refused (deliveries), when this is said (cli, python).
"""

from tuner.database import deliveries
from tuner.database.connection import Database
from tuner.formatting import plural
from tuner.hints import command


def undelivered_in_words(db: Database, study_name: str) -> str:
    """With the command that delivers it; empty where MLflow shows all, but for what it refused."""
    left = deliveries.undelivered(db, study_name)
    parts = [plural(count, word) for count, word in ((left.trials, "trial"), (left.finalists, "finalist")) if count]
    parts += ["the study itself"] if left.study else []
    if not parts:
        return ""
    return f"not in MLflow yet: {', '.join(parts)}; delivered by: {command('tune sync', study_name)}"
