"""A study of a known function, run as workers run it: one sampler a trial, all state in the database."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import optuna
import pytest

from tuner.database.connection import Database, open_database
from tuner.search.compatibility import check_algorithms
from tuner.search.optuna_study import (
    adopt,
    open_optuna_study,
    proposal_of,
    tell,
    trial_template,
)
from tuner.search.suggest import answer_from
from tuner.spec.families import CONFIGURE
from tuner.spec.space import Params, Value
from tuner.spec.study_spec import StudySpec, parse_spec

SEED = 3
BOWL = """
dataset: digits
parameters:
  learning_rate: {float: [1e-4, 1e-1], log: true}
  dropout: {float: [0.0, 0.5]}
  activation: [relu, tanh]
"""


def bowl(params: Params) -> float:
    """Best, 0, at learning rate 0.01, dropout 0.25 and tanh."""
    off = (math.log10(float(params["learning_rate"])) + 2) ** 2 + (4 * (float(params["dropout"]) - 0.25)) ** 2
    return -off - (0.3 if params["activation"] != "tanh" else 0.0)


def spec_of(text: str, sampler: str = "tpe", pruner: str = "none", extra: str = "") -> StudySpec:
    return parse_spec(f"{text}\nsearch: {{sampler: {sampler}, pruner: {pruner}{extra}}}", "space", Path(), "space.yaml")


@dataclass
class Search:
    """One study. Each trial is asked for, and told, as a worker of its own would."""

    db: Database
    spec: StudySpec
    name: str

    def ask(self, ordinal: int) -> tuple[int, Params]:
        """Open the trial of one place; gives its number and the parameters in use."""
        number = self.begin(
            ordinal,
            proposal_of(self.spec, self.spec.baselines[ordinal]) if ordinal < len(self.spec.baselines) else None,
        )
        return number, self.go_on(number, ordinal)

    def begin(self, ordinal: int, baseline: tuple[str, Params] | None = None) -> int:
        """Make the trial of one place, and nothing else of it; gives its number."""
        storage = self.db.storage
        trial_id = storage.create_new_trial(
            storage.get_study_id_from_name(self.name), trial_template(ordinal, baseline)
        )
        return storage.get_trial(trial_id).number

    def go_on(self, number: int, ordinal: int) -> Params:
        """What another process sees that opens the trial."""
        study = open_optuna_study(self.db.storage, self.name, self.spec, SEED, ordinal)
        used: dict[str, Value] = {}
        ask = answer_from(adopt(study, self.db.storage, number), self.spec.space, used)
        CONFIGURE[self.spec.model](ask, self.spec.task, True)
        return used

    def tell(self, number: int, ordinal: int, value: float | Sequence[float], state: str = "complete") -> None:
        study = open_optuna_study(self.db.storage, self.name, self.spec, SEED, ordinal)
        tell(study, self.db.storage, number, state, value)

    def run(self, trials: int, function: Callable[[Params], float]) -> float:
        """The best value that so many trials find."""
        found = []
        for ordinal in range(trials):
            number, params = self.ask(ordinal)
            found.append(function(params))
            self.tell(number, ordinal, found[-1])
        return max(found)


Begin = Callable[[StudySpec], Search]


@pytest.fixture
def search(tmp_path: Path) -> Iterator[Callable[[StudySpec], Search]]:
    db = open_database(f"sqlite:///{tmp_path / 'tuner.db'}")
    names = iter(range(100))

    def begin(spec: StudySpec) -> Search:
        check_algorithms(spec, "space.yaml")
        name = f"study-{next(names)}"
        directions = [each.direction for each in spec.objectives]
        optuna.create_study(storage=db.storage, study_name=name, directions=directions)
        return Search(db, spec, name)

    yield begin
    db.engine.dispose()
