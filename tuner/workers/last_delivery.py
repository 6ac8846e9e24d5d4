"""A worker's last deliveries to the record, before it goes.

Owns: that nobody waits for them in silence, nor for ever, and is told where something is left.
Leaves to others: the deliveries (studies), how long a worker may take to go (loop).
"""

import logging
import time
from collections.abc import Collection

from tuner.hints import command
from tuner.studies.projector import Projector
from tuner.studies.status import DELIVERING
from tuner.workers.heartbeat import Pulse

logger = logging.getLogger(__name__)

QUIET_S = 2.0


def deliver_the_rest(projectors: Collection[Projector], pulse: Pulse, within_s: float) -> None:
    """End the projectors, each of which delivers what is left first: for so many seconds altogether."""
    began = time.monotonic()

    def left_s(most_s: float) -> float:
        return max(0.0, began + most_s - time.monotonic())

    for each in projectors:
        each.close(left_s(min(QUIET_S, within_s)))
    if within_s > QUIET_S and any(each.delivers for each in projectors):
        logger.info("delivering what is left to MLflow, for %.0f s at most", within_s)
        pulse.mention(DELIVERING)
    whole = [each.close(left_s(within_s)) for each in projectors]
    if within_s > 0 and not all(whole):
        name = pulse.study_name
        sync = command("tune sync", name) if name is not None else command("tune sync")
        logger.warning("not all of the record is in MLflow yet; it is delivered by: %s", sync)
