"""What a training is for, as values: all that makes a trial of the search, a comparison, a final or a reproduction.

Owns: what each role trains on, what it keeps, what becomes of it when time is up.
Leaves to others: the one lifecycle that reads them (run), what is told at its end (configurations).
"""

from dataclasses import dataclass, field
from typing import Literal

from tuner.database.trial_facts import TrialFacts

RoleName = Literal["search", "compare", "final", "reproduction"]
Product = Literal["nothing", "model", "scored model"]


@dataclass(frozen=True)
class Role:
    """all_rows: the validation rows are trained on too, so that figures of them say nothing of the network.

    mean: the model's weights are the mean of those of the last epochs, for no rows tell which epoch is the best.
    patience: whether the study's patience ends it. health: whether the network is looked into and judged.
    product: what is kept of it. late: its state where time is up before its last epoch.
    """

    name: RoleName
    all_rows: bool = False
    mean: bool = False
    patience: bool = True
    health: bool = False
    product: Product = "nothing"
    late: Literal["complete", "pruned"] = "pruned"


SEARCH = Role("search", health=True, product="model", late="complete")
COMPARE = Role("compare")
FINAL = Role("final", all_rows=True, mean=True, patience=False, product="scored model")
REPRODUCTION = Role("reproduction")


@dataclass(frozen=True)
class Order:
    """One training of a role.

    seed: of weights, row order and dropout. epochs: at most so many; 0 is as many as the configuration says.
    value: what is known of the configuration, for a training whose own figures say nothing.
    facts: for the record. what: it is called so in messages.
    """

    role: Role
    seed: int
    what: str
    epochs: int = 0
    value: float | None = None
    facts: TrialFacts = field(default_factory=TrialFacts)
