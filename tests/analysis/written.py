"""Studies written into SQL as workers write them, epoch by epoch, without the training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from tests.database.conftest import close
from tuner.database import budget, runs, studies, workers
from tuner.database.connection import Database
from tuner.database.epochs import EpochView
from tuner.database.tables import RunRow
from tuner.database.trial_facts import of_tags
from tuner.search.optuna_study import proposal_of, trial_template
from tuner.service.creating import create_study
from tuner.spec.space import Value
from tuner.spec.study_spec import StudySpec, parse_spec

SPACE = """
dataset: digits
validation: 288
parameters:
  hidden_layers: {int: [1, 3]}
  units: {int: [16, 64], per: hidden_layer}
  optimizer: [sgd, momentum, adam]
  momentum: {float: [0.5, 0.99], when: {optimizer: momentum}}
  learning_rate: {float: [1e-4, 1e-1], log: true}
  batch_size: 32
  epochs: 6
baselines:
  plain: {hidden_layers: 1, units: 32, optimizer: adam, epochs: 6}
search: {trials: 6, sampler: tpe, pruner: asha}
"""

START = 1_700_000_000.0
TAGS = {
    "host": "h", "device": "cpu", "dataset": "digits", "dataset_digest": "d1g", "rows_train": "1150",
    "rows_validation": "288", "rows_test": "359", "version_keras": "3.15.0", "parameters": "2410",
}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """One trial to write. accuracies: one an epoch; of the study's objective, whichever it is. further: metrics."""

    params: Mapping[str, Value]
    accuracies: Sequence[float]
    state: str = "complete"
    reason: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    further: Mapping[str, float] = field(default_factory=dict)


def _params(optimizer: str, learning_rate: float, *units: int) -> dict[str, Value]:
    layers = {f"units_{number}": each for number, each in enumerate(units, start=1)}
    momentum = {"momentum": 0.9} if optimizer == "momentum" else {}
    return {"hidden_layers": len(units), **layers, "optimizer": optimizer, **momentum, "learning_rate": learning_rate,
            "batch_size": 32, "epochs": 6}  # fmt: skip


TRIALS = (
    Told(_params("adam", 1e-3, 32), (0.80, 0.88, 0.91, 0.92, 0.925, 0.93)),
    Told(_params("momentum", 3e-2, 64, 48), (0.85, 0.90, 0.93, 0.95, 0.955, 0.95)),
    Told(_params("sgd", 1e-4, 16), (0.11, 0.14), "pruned", "pruned at epoch 2 of 6"),
    Told(_params("sgd", 9e-2, 64, 64, 64), (0.10,), "diverged", "loss is not finite at epoch 1",
         {"illness": "diverged", "verdict": "diverged at epoch 1: learning rate 0.09 with sgd", "remedy": "Smaller."}),
    Told(_params("adam", 5e-3, 48, 32), (0.86, 0.91, 0.94, 0.945, 0.95, 0.95)),
)  # fmt: skip

OUTCOME = {
    "figures": {"trials": 5, "complete": 3, "pruned": 1, "failed": 1, "value": 0.955, "best_trial": 1,
                "baseline": "plain", "baseline_value": 0.93, "gain_over_baseline": 0.025, "test_accuracy": 0.94},
    "best_ordinal": 1,
    "test": {"accuracy": 0.94, "low": 0.91, "high": 0.96, "loss": 0.2, "seeds": 1.0},
}  # fmt: skip


def write_study(
    db: Database,
    name: str = "s",
    told: Sequence[Told] = TRIALS,
    *,
    space: str = SPACE,
    space_name: str = "digits",
    outcome: Mapping[str, object] | None = OUTCOME,
    mlflow_uri: str = "sqlite:///mlflow.db",
) -> str:
    """Write a study of a space whose trials went so; ended, where an outcome is given."""
    spec = parse_spec(space, space_name, Path(), f"{space_name}.yaml")
    create_study(db, spec, study_name=name, n_trials=max(1, len(told)), timeout_s=None, seed=7, mlflow_uri=mlflow_uri)
    studies.pin_data(db, name, "d1g")
    for turn in range(2):
        workers.enter(db, f"h-{turn}-{name}", "cpu")
    for ordinal, each in enumerate(told):
        _write_trial(db, name, ordinal, each, spec)
    if outcome is not None:
        close(db, name, outcome)
    return name


def _write_trial(db: Database, name: str, ordinal: int, told: Told, spec: StudySpec) -> None:
    worker = f"h-{ordinal % 2}-{name}"
    job = budget.take(db, name, worker)
    assert job is not None
    proposal = proposal_of(spec, spec.baselines[ordinal]) if ordinal < len(spec.baselines) else None
    budget.fill(db, job, trial_template(ordinal, proposal), proposal[0] if proposal else "")
    tags = {**TAGS, **told.tags, "seed": str(ordinal)}
    known = of_tags(tags)
    runs.start(db, job, known, told.params)
    best, best_epoch = None, 0
    for epoch, accuracy in enumerate(told.accuracies, start=1):
        if best is None or (accuracy > best) == (spec.objective.direction == "maximize"):
            best, best_epoch = accuracy, epoch
        metrics = {"loss": 1 / epoch, "accuracy": accuracy, "val_loss": 1.1 / epoch, "val_accuracy": accuracy}
        metrics |= {spec.objective.metric: accuracy, **told.further}
        view = EpochView(epoch, metrics, 0.5, START + 10 * ordinal + epoch)
        runs.finish_epoch(db, job, view, best, best_epoch)
    runs.finish(db, job, told.state, told.reason, best, best_epoch, known)
    runs.finalize(db, job)
    began = START + 10 * ordinal
    with db.session() as session, session.begin():
        session.execute(
            sa.update(RunRow)
            .where(RunRow.study_name == name, RunRow.ordinal == ordinal)
            .values(started_at=began, finished_at=began + len(told.accuracies) + 0.5)
        )
