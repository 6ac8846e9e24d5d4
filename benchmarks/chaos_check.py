"""What the chaos left behind: from our rows, Optuna's own reading and an MLflow client."""

from collections import Counter
from dataclasses import dataclass

import mlflow
import optuna

from tuner.database.connection import Database
from tuner.database.leases import LEASE_S
from tuner.studies.status import StudyStatus, study_status

EPOCHS = 8
STUDY = "chaos"
HANGING = "hanging"
STOPS_S = (30.0, 80.0)
STATUS = {"complete": "FINISHED", "pruned": "KILLED"}


@dataclass(frozen=True)
class Kill:
    """at_s: since the start. stored: epochs that the trial had in SQL then."""

    at_s: float
    ordinal: int
    attempt: int
    stored: int


@dataclass(frozen=True)
class Stop:
    """A worker that was stopped in mid-trial, for so long."""

    ordinal: int
    seconds: float


def check(db: Database, address: str, n_trials: int, n_kills: int, kills: list[Kill], stops: list[Stop]) -> list[str]:
    """What is wrong, in words."""
    status = study_status(db, STUDY, epochs=True)
    faults = _check_rows(status, n_trials) + _check_optuna(status, db)
    faults += _check_mlflow(status, address, "chaos")
    for kill in kills:
        # What an interruption repeats: epochs that were stored at the kill and are stored again by a later attempt.
        trial = status.trials[kill.ordinal]
        if trial.repeated > trial.attempt - 1:
            faults.append(f"trial {kill.ordinal} repeated {trial.repeated} epochs in {trial.attempt} attempts")
    robbed = sum(trial.attempt - 1 for trial in status.trials) - len(kills)
    if robbed > sum(stop.seconds > LEASE_S for stop in stops):
        faults.append("a worker that was alive lost its trial to another")
    if [stop.seconds for stop in stops] != list(STOPS_S):
        faults.append(f"only {len(stops)} workers were stopped in mid-trial")
    if len(kills) < n_kills:
        faults.append(f"only {len(kills)} workers were killed in mid-trial")
    seconds = sorted(epoch.seconds for trial in status.trials for epoch in trial.epochs)
    rows = [
        ("trials", len(status.trials)),
        ("states", ", ".join(f"{count} {state}" for state, count in Counter(t.state for t in status.trials).items())),
        ("kills in mid-trial", len(kills)),
        ("trials adopted", sum(trial.attempt > 1 for trial in status.trials)),
        ("stopped in mid-trial", ", ".join(f"trial {stop.ordinal} for {stop.seconds:.0f} s" for stop in stops)),
        ("trials taken from a stopped worker", robbed),
        ("most attempts at one trial", max(trial.attempt for trial in status.trials)),
        ("whole epochs repeated", sum(trial.repeated for trial in status.trials)),
        ("epochs stored", len(seconds)),
        ("median epoch", f"{seconds[len(seconds) // 2]:.2f} s"),
        ("the study took", f"{(status.study.finished_at or db.now()) - status.study.created_at:.0f} s"),
    ]
    print()
    for name, value in rows:
        print(f"{name:32} {value}")
    return faults


def check_hanging(db: Database, address: str) -> list[str]:
    """Of the study beside it: what hangs has failed, once, and the rest is complete."""
    status = study_status(db, HANGING, epochs=True)
    ended = {str(trial.params.get("which")): trial for trial in status.trials}
    faults = _check_mlflow(status, address, HANGING)
    if status.state != "finished" or {name: trial.state for name, trial in ended.items()} != {
        "0": "complete",
        "1": "failed",
        "2": "complete",
    }:
        faults.append(f"the study beside it is {status.state}: {dict(status.counts)}")
    elif not ended["1"].reason.startswith("hung: no epoch ended in"):
        faults.append(f"what hangs is told as: {ended['1'].reason}")
    else:
        print(f"{'beside it':32} {ended['1'].reason}")
    return faults


def _check_rows(status: StudyStatus, n_trials: int) -> list[str]:
    faults = []
    if [trial.ordinal for trial in status.trials] != list(range(n_trials)):
        faults.append(f"{len(status.trials)} trials instead of {n_trials}")
    if status.state != "finished":
        faults.append(f"the study is {status.state}")
    for trial in status.trials:
        steps = [epoch.epoch for epoch in trial.epochs]
        whole = steps == list(range(1, EPOCHS + 1))
        rule = trial.state == "given_up" and steps == list(range(1, len(steps) + 1)) and "died on it" in trial.reason
        if not (trial.finalized and ((trial.state == "complete" and whole) or rule)):
            faults.append(f"trial {trial.ordinal} is {trial.state} ({trial.reason}) with epochs {steps}")
    return faults


def _check_optuna(status: StudyStatus, db: Database) -> list[str]:
    theirs = optuna.load_study(study_name=STUDY, storage=db.storage).trials
    faults = []
    if [trial.number for trial in theirs] != list(range(len(status.trials))):
        faults.append(f"Optuna has {len(theirs)} trials")
    states = {trial.number: trial for trial in theirs}
    for trial in status.trials:
        their = states.get(trial.trial_number if trial.trial_number is not None else -1)
        if their is None or their.state.name != "COMPLETE":
            faults.append(f"trial {trial.ordinal} is {their and their.state} in Optuna")
        elif trial.state == "complete" and set(their.intermediate_values) != set(range(1, EPOCHS + 1)):
            faults.append(f"Optuna has epochs {sorted(their.intermediate_values)} of trial {trial.ordinal}")
    return faults


def _check_mlflow(status: StudyStatus, address: str, space: str) -> list[str]:
    client = mlflow.MlflowClient(address)
    experiment = client.get_experiment_by_name(space)
    if experiment is None:
        return [f"MLflow has no experiment {space}"]
    runs = client.search_runs([experiment.experiment_id], "tags.role = 'trial'", max_results=1000)
    parents = client.search_runs([experiment.experiment_id], "tags.role = 'study'")
    faults = [] if len(parents) == 1 else [f"the study has {len(parents)} runs"]
    for trial in status.trials:
        mine = [run for run in runs if run.data.tags["trial_number"] == str(trial.trial_number)]
        if len(mine) != 1:
            faults.append(f"trial {trial.ordinal} has {len(mine)} runs")
            continue
        run = mine[0]
        if run.data.tags["state"] != trial.state or run.info.status != STATUS.get(trial.state, "FAILED"):
            faults.append(f"the run of trial {trial.ordinal} is {run.data.tags['state']}, {run.info.status}")
        history = client.get_metric_history(run.info.run_id, "val_accuracy")
        values = {epoch.epoch: epoch.metrics["val_accuracy"] for epoch in trial.epochs}
        if [each.step for each in history] != list(values) or any(
            abs(each.value - values[each.step]) > 1e-9 for each in history
        ):
            faults.append(f"the run of trial {trial.ordinal} has steps {[each.step for each in history]}")
    return faults
