"""A study that ended without one complete trial: why, in one line, and what to do.

Leaves to others: what is known of the study (service), who says it (cli).
"""

import re
from collections import Counter

from tuner.database.runs import INFEASIBLE
from tuner.hints import command
from tuner.studies.status import StudyStatus


def why_nothing_completed(status: StudyStatus) -> str | None:
    """Of a study that ended without a complete trial: the commonest reason, counted, and what to do; else None."""
    if status.state != "finished" or status.best is not None:
        return None
    name = status.study.study_name
    what = f"study {name} has ended, and not one of its trials completed"
    if not status.trials:
        why = status.why_ended or "no worker took one"
        return f"{what}: none began ({why}). Give it more time: {command('tune resume', name)}"
    # What differs only in its figures - a learning rate, an epoch - is one reason.
    kinds = Counter((trial.state, _FIGURE.sub("", trial.reason)) for trial in status.trials)
    (state, kind), count = kinds.most_common(1)[0]
    first = next(t.reason for t in status.trials if (t.state, _FIGURE.sub("", t.reason)) == (state, kind))
    words = f"{count} of {len(status.trials)} {state.replace('_', ' ')}{f', such as: {first}' if first else ''}"
    return f"{what}: {words.rstrip('.')}. {_REMEDIES.get(state, '')}All of them: {command('tune trials', name)}"


_FIGURE = re.compile(r"[-+]?\d[\d.,e+-]*")
_REMEDIES = {
    "diverged": "Search lower learning rates. ",
    "out_of_memory": "Search smaller batches or networks, or start fewer workers. ",
    INFEASIBLE: "Search where the constraints are kept to, or widen them. ",
    "pruned": "Let the pruner begin later, or take pruner: none. ",
    "given_up": "The workers' last words are in tuner-logs. ",
}
