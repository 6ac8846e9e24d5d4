"""The end of a search that is over, whoever trained its trials: one closes the study, with what came of it.

Leaves to others: when a search is over (limits), that one closes it (database), what came of it (outcome).
"""

import logging
from collections.abc import Callable

from tuner.database import closings, studies
from tuner.database.closings import Closing
from tuner.database.connection import Database
from tuner.database.facts import Outcome
from tuner.database.leases import LeaseLost
from tuner.spec.study_spec import StudySpec
from tuner.studies.limits import is_over

logger = logging.getLogger(__name__)


def end_if_over(
    db: Database,
    spec: StudySpec,
    study: str,
    worker: str,
    outcome: Callable[[Closing], Outcome],
    seen: int | None = None,
) -> bool:
    """Close the study where its search is over and nobody else does; tells whether it was us.

    seen: the study's `closing_attempt` before that was looked at; None reads it now. Where the search goes on
    meanwhile, this steps back and writes nothing.
    """
    looked = studies.view_study(db, study).closing_attempt if seen is None else seen
    if not is_over(db, spec, study):
        return False
    closing = closings.claim(db, study, worker, looked)
    if closing is None:
        return False
    try:
        closings.close(db, closing, outcome(closing))
    except LeaseLost as error:
        logger.warning("%s; stepping back", error)
        return False
    logger.info("study %s has ended", study)
    return True
