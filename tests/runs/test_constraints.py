"""What breaks a constraint is no winner, whatever it came to; what is known before training is not trained."""

from collections.abc import Callable
from pathlib import Path

import optuna
import pytest

from tuner.analysis import sentences
from tuner.data.dataset import Dataset
from tuner.database import budget
from tuner.database.blobs import blob_store
from tuner.database.connection import Database
from tuner.database.trial_facts import TrialFacts
from tuner.database.workers import enter
from tuner.runs.closing import close_if_over
from tuner.runs.study_context import StudyContext
from tuner.runs.trial import run_trial
from tuner.service.creating import create_study
from tuner.spec.study_spec import StudySpec, parse_spec
from tuner.studies import viewing
from tuner.studies.feasibility import warning
from tuner.studies.in_words import counts_in_words
from tuner.studies.nothing_completed import why_nothing_completed
from tuner.studies.pareto import front
from tuner.studies.status import StudyStatus, study_status

Run = Callable[[str], tuple[StudySpec, StudyStatus]]


@pytest.fixture
def run(db: Database, digits: Dataset) -> Run:
    def whole(text: str) -> tuple[StudySpec, StudyStatus]:
        spec = parse_spec(text, "mine", Path(), "mine.yaml")
        view = create_study(db, spec, study_name="s", n_trials=None, timeout_s=None, seed=None, mlflow_uri="")
        enter(db, "w", "cpu")
        store = blob_store(db, None)
        context = StudyContext(db, view, spec, digits, store, TrialFacts(), lambda: False)
        while (job := budget.take(db, "s", "w")) is not None:
            run_trial(context, job)
        assert close_if_over(db, spec, digits, store, "s", "w")
        return spec, study_status(db, "s", epochs=True)

    return whole


BASELINES = """
parameters:
  units: {int: [8, 64]}
  learning_rate: {float: [1e-4, 1e-1], log: true}
  normalization: minmax
  epochs: 2
baselines:
  large: {units: 64, learning_rate: 0.01, normalization: minmax, epochs: 2}
  small: {units: 8, learning_rate: 0.05, normalization: minmax, epochs: 2}
  slow: {units: 8, learning_rate: 1.0e-4, normalization: minmax, epochs: 2}
"""


def test_what_is_too_large_is_not_trained_and_has_its_place(db: Database, run: Run) -> None:
    text = f"dataset: digits\nconstraints: {{parameters: '<= 2000', val_loss: '<= 2.2'}}\n{BASELINES}"
    spec, status = run(f"{text}search: {{trials: 3, seed: 1, pruner: none, finalists: 0}}")
    large, small, slow = status.trials
    count = 64 * 64 + 11 * 64 + 10
    assert (large.state, large.value, large.epochs) == ("infeasible", None, ())
    assert large.reason == f"parameters is {count:,}, and not <= 2000; it was not trained"
    assert large.facts.parameters == count
    # Trained, and it has what it came to; but nobody may win with such a loss.
    assert (slow.state, len(slow.epochs)) == ("infeasible", 2)
    assert slow.value is not None
    assert slow.facts.figure("val_loss") == slow.epochs[slow.best_epoch - 1].metrics["val_loss"] > 2.2
    assert slow.reason.startswith("val_loss is ")
    assert status.best is not None
    assert status.best.ordinal == small.ordinal
    assert small.state == "complete"

    assert counts_in_words(status) == "3 of 3 trials: 1 complete, 0 pruned, 0 failed, 2 infeasible"
    said = " ".join(sentences.of_outcome(status))
    assert "The constraints are parameters <= 2000, val_loss <= 2.2; the winner has parameters 610, val_loss " in said
    assert "2 trials broke one, 1 of them known before training and not trained." in said
    assert viewing.study(status).constraints == {"parameters": "<= 2000", "val_loss": "<= 2.2"}
    shown = viewing.trial(spec, large)
    assert (shown.infeasible, dict(shown.figures)) == (True, {"parameters": float(count)})
    assert status.study.outcome is not None
    assert status.study.outcome.figures["infeasible"] == 2

    theirs = optuna.load_study(study_name="s", storage=db.storage).trials
    assert [each.state.name for each in theirs] == ["COMPLETE"] * 3
    over = [sum(each.constraints.values()) for each in theirs]
    assert over[0] == pytest.approx((count - 2000) / 2000)
    assert over[1] == 0
    assert over[2] == pytest.approx((slow.facts.figures["val_loss"] - 2.2) / 2.2)
    assert theirs[2].value == slow.value
    assert theirs[0].user_attrs["value"].startswith("not measured")
    assert "value" not in theirs[2].user_attrs


def test_nothing_feasible_is_said_in_words(run: Run) -> None:
    text = f"dataset: digits\nconstraints: {{latency_ms: '<= 1e-6'}}\n{BASELINES}"
    spec, status = run(f"{text}search: {{trials: 5, seed: 1, pruner: none, finalists: 0}}")
    assert status.best is None
    assert {each.state for each in status.trials} == {"infeasible"}
    words = why_nothing_completed(status)
    assert words is not None
    assert "5 of 5 infeasible, such as: latency_ms is " in words
    assert "Search where the constraints are kept to, or widen them." in words
    assert warning(spec, "s", status.trials).startswith("5 of 5 trials break a constraint (latency_ms <= 1e-06 by 5)")
    assert sentences.of_outcome(status)[-1] == "No trial keeps to the constraints, so there is no winner."
    assert not isinstance(viewing.best(status), type(viewing.trial(spec, status.trials[0])))


def test_the_front_is_of_those_that_keep_to_the_constraints(db: Database, run: Run) -> None:
    text = (
        f"dataset: digits\nobjectives: [val_accuracy, parameters]\nconstraints: {{parameters: '<= 2000'}}\n{BASELINES}"
    )
    spec, status = run(f"{text}search: {{trials: 3, seed: 1}}")
    large, small, _ = status.trials
    assert large.state == "infeasible"
    assert [each.ordinal for each in front(spec, status.trials)] == [small.ordinal]
    told = optuna.load_study(study_name="s", storage=db.storage).trials
    assert (told[0].values[0], sum(told[0].constraints.values()) > 0) == (0.0, True)


def test_a_sampler_does_not_spend_the_budget_on_what_is_too_large(run: Run) -> None:
    """Of configurations by chance most are too large: each place is asked again, until it fits."""
    text = (
        "dataset: digits\nconstraints: {parameters: '<= 1500'}\nparameters: {hidden_layers: {int: [1, 3]}, "
        "units: {int: [8, 128], per: hidden_layer}, epochs: 1}\n"
        "search: {trials: 8, seed: 1, pruner: none, finalists: 0, sampler: {name: tpe, startup_trials: 4}}"
    )
    _, status = run(text)
    assert [each.state for each in status.trials] == ["complete"] * 8
    assert all((each.facts.parameters or 0) <= 1500 for each in status.trials)


def test_a_target_is_not_reached_by_what_breaks_a_constraint(db: Database, run: Run) -> None:
    text = f"dataset: digits\nconstraints: {{parameters: '<= 2000', latency_ms: '<= 1e-6'}}\n{BASELINES}"
    _, status = run(f"{text}search: {{trials: 3, seed: 1, target: 0.1, pruner: none, finalists: 0}}")
    assert status.study.ended == ""
    assert len(status.trials) == 3
