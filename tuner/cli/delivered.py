"""What MLflow has of a study, and what it has not, in words for people: on stderr, beside the result.

Leaves to others: --json (studies.views), what is known (database, analysis).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tuner.cli.common import echo
from tuner.database.deliveries import Refusal
from tuner.formatting import plural
from tuner.hints import command
from tuner.studies.undelivered import undelivered_in_words
from tuner.studies.views import Refused

if TYPE_CHECKING:
    from tuner.analysis.synchronizing import Synchronized
    from tuner.database.connection import Database

_MOST = 10


def print_refused(study_name: str, refused: Sequence[Refusal | Refused]) -> None:
    """What MLflow did not take of a study, and why, a line each; of many, the first."""
    for each in refused[:_MOST]:
        echo(f"not in MLflow: {each.record}: {each.reason}", err=True)
    if len(refused) > _MOST:
        echo(f"and {len(refused) - _MOST} more: {command('tune status', study_name, options=['--json'])}", err=True)
    if refused:
        again = command("tune sync", study_name)
        echo(f"{plural(len(refused), 'record')} set aside; tried again by: {again}", err=True)


def print_left(db: "Database", study_name: str) -> None:
    """What was not delivered of a study that has ended, as where its last worker hung or MLflow was away."""
    if words := undelivered_in_words(db, study_name):
        echo(words, err=True)


def print_synchronized(seen: "Synchronized") -> None:
    """`tune sync`, of one study."""
    if seen.lost:
        echo(f"{seen.study_name}: MLflow did not know {plural(seen.lost, 'run')} any more", err=True)
    echo(f"{seen.study_name}: {plural(seen.delivered, 'record')} delivered to {seen.mlflow_uri}", err=True)
    if seen.without_model:
        numbers = ", ".join(map(str, seen.without_model))
        echo(f"{seen.study_name}: without a model, for none was kept: trial {numbers}", err=True)
    for each in seen.postponed:
        echo(f"{seen.study_name}: {each}", err=True)
    print_refused(seen.study_name, seen.refused)
