"""What a program is answered that asks for trials and reports on them.

Leaves to others: what is done (external_trials).
"""

from collections.abc import Mapping

from tuner.database.leases import LEASE_S
from tuner.database.runs import RunView
from tuner.spec.space import Params, Value
from tuner.studies.views import View


class AskedTrial(View):
    """A trial to be trained. baseline: its name, where a person proposed it. params: those that are in use.

    seed: for whatever is random in it. epochs: that are stored already, of one that another program began. attempt:
    from 1. lease: to be shown with each call about it. lease_s: it lasts so long from each call on.
    """

    trial_number: int
    baseline: str | None
    params: Mapping[str, Value]
    seed: int
    epochs: int
    attempt: int
    lease: str
    lease_s: float


class Asked(View):
    """trial: None where there is none now. wait_s: ask again after so many seconds; None: there will be none.

    words: why there is none.
    """

    study_name: str
    trial: AskedTrial | None
    wait_s: float | None
    words: str

    @classmethod
    def none(cls, study_name: str, words: str, wait_s: float | None = None) -> "Asked":
        return cls(study_name=study_name, trial=None, wait_s=wait_s, words=words)


class Standing(View):
    """How a trial stands. go_on: train another epoch. state: "running", or how it ended. reason: in words.

    epochs: that are stored. value, best_epoch: of the objective. lease_s: the lease lasts so long from now.
    """

    study_name: str
    trial_number: int
    go_on: bool
    state: str
    reason: str
    epochs: int
    value: float | None
    best_epoch: int
    lease_s: float


def planned(params: Params) -> int | None:
    """How many epochs the configuration has, where it says so."""
    epochs = params.get("epochs")
    return epochs if isinstance(epochs, int) and not isinstance(epochs, bool) and epochs > 0 else None


def standing(row: RunView) -> Standing:
    most = planned(row.params)
    whole = row.state == "running" and most is not None and len(row.epochs) >= most
    return Standing(
        study_name=row.study_name,
        trial_number=row.trial_number or 0,
        go_on=row.state == "running" and not whole,
        state=row.state,
        reason=f"that was epoch {len(row.epochs)} of {most}; tell how it ended" if whole else row.reason,
        epochs=len(row.epochs),
        value=row.value,
        best_epoch=row.best_epoch,
        lease_s=LEASE_S,
    )
