"""What the members of a cohort are, to whoever holds its slots: the port between the slots and the networks in them.

Owns: the two ports, of a kind of networks and of one network of it; what a slot's state has at least.
Leaves to others: who is in a slot (trainer), a member's epochs and its end (member), the kinds (padded: networks of the
family mlp, padded to one shape; alike: Keras models whose graphs are the same).
"""

from typing import Any, NamedTuple, Protocol

from numpy.typing import NDArray

from tuner.training.checkpoint import Arrays, Checkpoint
from tuner.training.plan import Metrics, TrainPlan


class SlotState(Protocol):
    """What training changes of one member, or of all with a first axis more; a named tuple of arrays.

    best: `now` as it is kept. outputs: for the validation rows, now and as kept.
    """

    @property
    def now(self) -> Any:
        """The weights, and what else of the network's variables training changes."""
        ...

    @property
    def best(self) -> Any: ...

    @property
    def outputs(self) -> Any: ...

    @property
    def best_outputs(self) -> Any: ...


class Call(NamedTuple):
    """What an epoch is told, of each member. order: of the rows, (members, rows). runs: it trains. kept: how much of
    the weights as they are at the start becomes part of what is kept: all, a share in a mean, or 0 for none.
    steps: of the longest epoch. look: health is wanted."""

    order: Any
    runs: Any
    kept: Any
    steps: Any
    look: Any


class Own(Protocol):
    """What a kind knows of one of its networks.

    plan: with its own batch size and epochs. numbers: arguments of the program, a tree of NumPy's arrays. steps: an
    epoch has. scheduled: its learning rate follows a schedule. optimizer_name: in words.
    """

    plan: TrainPlan
    resume: Checkpoint | None
    numbers: Any
    steps: int
    scheduled: bool
    optimizer_name: str

    def first_state(self) -> Any:
        """What its slot begins with: a `SlotState` of one."""
        ...

    def weights(self, now: Any, state: Any, behind: int = 0) -> Arrays:
        """Every variable of its model. now: as of a `SlotState`, on the host. behind: so many steps ago it was so."""
        ...

    def optimizer(self, state: Any) -> Arrays:
        """Every variable of its optimizer."""
        ...


class Kind(Protocol):
    """Of networks that one program trains.

    where: in words, ``of batch size 64``. rows: of training. nobody: the state of a slot without a member, on the
    device. Numbers are a tree of NumPy's arrays.
    """

    where: str
    rows: int
    nobody: Any

    def numbers_of_nobody(self) -> Any: ...

    def own(self, entry: Any) -> Own:
        """Raises ValueError for an entry of another bucket."""
        ...

    def begin(self, state: Any, numbers: Any, call: Call) -> None:
        """Compile the epoch for arguments such as these, while members are still being admitted."""
        ...

    def epoch(self, state: Any, numbers: Any, call: Call) -> tuple[Any, Any]:
        """The state that is handed over is gone afterwards. Gives figures, on the host, for `metrics`."""
        ...

    def exchange(self, state: Any, slot: int, new: Any, write: bool) -> tuple[Any, Any]:
        """The state with `new` in a slot, if it is to be written, and what was there. The one handed over is gone."""
        ...

    def metrics(self, own: Any, slot: int, figures: Any, looked: int) -> Metrics:
        """Of a member's epoch, by Keras' names. looked: after so many epochs, what goes on inside it too; 0 is not."""
        ...

    def model(self, own: Any, weights: Arrays) -> Any:
        """Its compiled Keras model with these weights."""
        ...

    def answers(self, own: Any, outputs: Any) -> NDArray[Any] | None:
        """What its model for use gives for the validation rows, by what the program gave; None where it gave none."""
        ...
