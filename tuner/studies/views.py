"""Studies, runs, epochs, workers as programs see them: in JSON, over HTTP, in Python. One set for all of them.

Owns: the fields and their names, which are stable. Times are seconds since 1970, UTC; durations are seconds.
Leaves to others: making them (viewing), what a study is (status), words and tables for people (cli, analysis).
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from tuner.database.facts import ChampionDecision, FinalistsOutcome
from tuner.database.tables import Role
from tuner.spec.metrics import Direction
from tuner.spec.space import Value
from tuner.studies.status import StudyState


class View(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Verdict(View):
    """What went wrong in a network. illness: its kind. verdict: what was seen. remedy: what the textbook advises."""

    illness: str
    verdict: str
    remedy: str


class RunNews(View):
    """A run as its row has it: a trial (role "search"), or one of another role.

    trial_number: None of a place of the budget whose trial is not there yet. baseline: the name of a configuration that
    a person proposed. value: of the objective, at the best epoch so far. test: on the test rows, where it was scored.
    started_at: 0 of one that waits. final: nothing more becomes of it. worker: who holds it, or held it last.
    """

    study_name: str
    role: Role
    round: int
    ordinal: int
    trial_number: int | None
    seed_number: int | None
    state: str
    reason: str
    verdicts: tuple[Verdict, ...]
    baseline: str | None
    params: Mapping[str, Value]
    value: float | None
    best_epoch: int
    test: Mapping[str, float] | None
    started_at: float
    finished_at: float | None
    final: bool
    worker: str | None
    mlflow_run_id: str | None


class Run(RunNews):
    """With what its epochs tell. epochs: how many. seconds: of these. metrics: of its best epoch."""

    epochs: int
    seconds: float
    metrics: Mapping[str, float]


class Trial(Run):
    """A run of the search. values: of each objective by name; None where one was not measured. figures: of what is
    bounded, by name, as far as it was measured. infeasible: it breaks a constraint, or something of it was not
    measured."""

    values: Mapping[str, float] | None
    figures: Mapping[str, float]
    infeasible: bool


class Reproduction(Run):
    """A trial that was trained once more. seed: of its training. came_out: what the comparison with the trial says."""

    seed: int
    device: str | None
    came_out: str | None


class Epoch(View):
    """An epoch that was stored. role, round, ordinal: its run. measured_at: its end."""

    role: Role
    round: int
    ordinal: int
    epoch: int
    metrics: Mapping[str, float]
    seconds: float
    measured_at: float
    worker: str


class Worker(View):
    """A worker that lives. stage: what it does."""

    worker: str
    host: str
    device: str
    stage: str
    seen_seconds_ago: float


class PassedOver(View):
    """Why workers do not work on a study. workers: how many; gone: they have ended because of it. mend: what to do."""

    reason: str
    workers: int
    gone: bool
    mend: str


class Refused(View):
    """What MLflow refused. record: which, in words."""

    record: str
    reason: str


class StudyNews(View):
    """A study as its row has it. trials: its budget. ended: the rule that ended its search early, or empty. priority,
    most_workers: its part of workers that serve several studies; None is without a limit."""

    study_name: str
    desired_state: str
    trials: int
    priority: int
    most_workers: int | None
    note: str | None
    ended: str
    finished_at: float | None


class Study(StudyNews):
    """All that is known of a study in figures.

    owner: the name of the person who started it; None where nobody was asked. counts: trials by state; `waiting` are
    those that no worker has taken, `not_run` those that never will be. stage: what is done beside the trials. waits:
    for what, before any worker may begin. ended_by: why its search ended early. best_trial, value: of the winner, or
    the best so far, in the terms of metric and direction. constraints: what a trial keeps to, by figure, as
    ``<= 50000``. test: the winner's figures on the test rows. seconds: from
    the begin of its first trial to its end, or until now. seconds_left: about.
    """

    owner: str | None
    space: str
    state: StudyState
    metric: str
    direction: Direction
    constraints: Mapping[str, str]
    counts: Mapping[str, int]
    stage: str
    waits: str | None
    passed_over: tuple[PassedOver, ...]
    ended_by: str | None
    best_trial: int | None
    value: float | None
    test: Mapping[str, float] | None
    seconds: float
    seconds_left: float | None
    seed: int
    created_at: float
    mlflow_uri: str
    mlflow_run_id: str | None


class StudyDetail(Study):
    """With its best trial, those that run, those that were trained once more, and its workers. refused: by MLflow."""

    refused: tuple[Refused, ...]
    best: Trial | None
    running: tuple[Trial, ...]
    reproductions: tuple[Reproduction, ...]
    workers: tuple[Worker, ...]


class Studies(View):
    """unreadable: studies that this version cannot read, and why."""

    studies: tuple[Study, ...]
    unreadable: Mapping[str, str]


class Trials(View):
    """The best first, unless another order was asked for."""

    study_name: str
    trials: tuple[Trial, ...]


class NamedStudy(View):
    """A study that was stored."""

    study_name: str


class Files(NamedStudy):
    """What was written of a study: paths as they were given."""

    files: tuple[str, ...]


class ChampionAnswer(NamedStudy):
    """What the registry's rule, or force, has decided. champion: the trial is it now. version: of whichever it is."""

    champion: bool
    version: str
    words: str


class Outcome(View):
    """What came of a study. test: the winner's figures on the test rows; not_scored: why it has none.

    pareto: of several objectives, the trials that no other beats; else None.
    """

    test: Mapping[str, float] | None
    not_scored: str | None
    finalists: FinalistsOutcome | None
    champion: ChampionDecision | None
    pareto: tuple[Trial, ...] | None


class BestTrial(Outcome, Trial):
    """The winner, or the best so far, with the study's outcome."""


class NoBestTrial(Outcome):
    """No trial was complete. state: of the study."""

    study_name: str
    trial_number: None
    state: StudyState


class SpaceChange(View):
    """A person changed the space. at: when. person: who. words: what changed, a line a parameter. written: the space
    that it was until then."""

    at: float
    person: str
    words: tuple[str, ...]
    written: str


class StoredSpec(NamedStudy):
    """written: the space as a person wrote it. resolved: with every default written out, which is what counts. changes:
    of the space since the study began, the oldest first."""

    written: str
    resolved: Mapping[str, Any]
    changes: tuple[SpaceChange, ...]
