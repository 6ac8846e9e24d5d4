"""The views of a study, made of what was read of it.

Leaves to others: their fields (views), reading (status, database).
"""

from collections.abc import Sequence
from typing import Any

from tuner.database.deliveries import Refusal
from tuner.database.epochs import EpochView
from tuner.database.facts import Outcome
from tuner.database.runs import FAILED, INFEASIBLE, RunView
from tuner.database.studies import StudyView, note_of
from tuner.database.tables import RunKey
from tuner.database.workers import WorkerView
from tuner.settings import public_uri
from tuner.spec.study_spec import StudySpec
from tuner.studies import views
from tuner.studies.pareto import front, values_of
from tuner.studies.resolved_spec import as_json
from tuner.studies.skipped_study import Reason
from tuner.studies.status import StudyStatus
from tuner.studies.stored_study import resolved_of, spec_of


def run_news(view: RunView) -> views.RunNews:
    """Of a run that was read without its epochs, too."""
    return views.RunNews(**_of_row(view))


def run(view: RunView) -> views.Run:
    """Of a run that was read with its epochs."""
    return views.Run(**_of_run(view))


def trial(spec: StudySpec, view: RunView) -> views.Trial:
    """Of a trial of such a study that was read with its epochs."""
    values = values_of(spec, view) if view.state not in FAILED else None
    names = [each.metric for each in spec.objectives]
    known = {each.metric: view.facts.figure(each.metric) for each in spec.constraints}
    return views.Trial(
        **_of_run(view),
        values=None if values is None else dict(zip(names, values, strict=True)),
        figures={name: figure for name, figure in known.items() if figure is not None},
        infeasible=view.state == INFEASIBLE,
    )


def _of_run(view: RunView) -> dict[str, Any]:
    return {
        **_of_row(view),
        "epochs": len(view.epochs),
        "seconds": round(view.seconds, 3),
        "metrics": view.best_metrics,
    }


def _of_row(view: RunView) -> dict[str, Any]:
    """Fields, not yet a view: each view made of another would be checked once more."""
    return {
        "study_name": view.study_name,
        "role": view.role,
        "round": view.round,
        "ordinal": view.ordinal,
        "trial_number": view.trial_number,
        "seed_number": view.seed_number,
        "state": view.state,
        "reason": view.reason,
        "verdicts": _verdicts(view),
        "baseline": view.baseline or None,
        "params": view.params,
        "value": view.value,
        "best_epoch": view.best_epoch,
        "test": view.test,
        "started_at": view.started_at,
        "finished_at": view.finished_at,
        "final": view.finalized,
        "worker": view.worker_id,
        "mlflow_run_id": view.mlflow_run_id,
    }


def reproduction(view: RunView) -> views.Reproduction:
    return views.Reproduction(
        **_of_run(view),
        seed=view.seed,
        device=view.facts.device or None,
        came_out=view.facts.came_out or None,
    )


def epoch(key: RunKey, view: EpochView) -> views.Epoch:
    """key: of its run."""
    _, role, round, ordinal = key
    return views.Epoch(
        role=role,
        round=round,
        ordinal=ordinal,
        epoch=view.epoch,
        metrics=view.metrics,
        seconds=view.seconds,
        measured_at=view.measured_at,
        worker=view.worker_id,
    )


def worker(view: WorkerView) -> views.Worker:
    return views.Worker(
        worker=view.worker_id,
        host=view.host,
        device=view.device,
        stage=view.stage,
        seen_seconds_ago=round(view.seen_s, 1),
    )


def study_news(view: StudyView) -> views.StudyNews:
    return views.StudyNews(
        study_name=view.study_name,
        desired_state=view.desired_state,
        trials=view.trials,
        priority=view.priority,
        most_workers=view.most_workers,
        note=note_of(view) or None,
        ended=view.ended,
        finished_at=view.finished_at,
    )


def study(status: StudyStatus) -> views.Study:
    view, spec = status.study, spec_of(status.study)
    return views.Study(
        **dict(study_news(view)),
        owner=view.owner or None,
        space=view.space_name,
        state=status.state,
        metric=spec.objective.metric,
        direction=spec.objective.direction,
        constraints={each.metric: each.rule for each in spec.constraints},
        counts=status.counts,
        stage=status.stage,
        waits=status.waits or None,
        passed_over=tuple(map(_passed_over, status.passed_over)),
        ended_by=status.why_ended or None,
        best_trial=status.best.trial_number if status.best else None,
        value=status.best.value if status.best else None,
        test=view.outcome.test if view.outcome else None,
        seconds=round(status.elapsed_s, 3),
        seconds_left=None if status.left_s is None else round(status.left_s, 1),
        seed=view.seed,
        created_at=view.created_at,
        mlflow_uri=public_uri(view.mlflow_uri),
        mlflow_run_id=view.mlflow_run_id,
    )


def study_detail(status: StudyStatus, refused: Sequence[Refusal]) -> views.StudyDetail:
    """Of a study that was read with epochs. refused: by MLflow."""
    spec = spec_of(status.study)
    return views.StudyDetail(
        **dict(study(status)),
        refused=refusals(refused),
        best=trial(spec, status.best) if status.best else None,
        running=tuple(trial(spec, each) for each in status.trials if each.state == "running"),
        reproductions=tuple(reproduction(each) for each in status.reproductions),
        workers=tuple(map(worker, status.workers)),
    )


def refusals(refused: Sequence[Refusal]) -> tuple[views.Refused, ...]:
    return tuple(views.Refused(record=each.record, reason=each.reason) for each in refused)


def trials(status: StudyStatus, listed: Sequence[RunView]) -> views.Trials:
    """Of a study that was read with epochs, these."""
    spec = spec_of(status.study)
    return views.Trials(study_name=status.study.study_name, trials=tuple(trial(spec, each) for each in listed))


def best(status: StudyStatus) -> views.BestTrial | views.NoBestTrial:
    """Of a study that was read with epochs."""
    came_of_it = dict(outcome(status))
    if status.best is not None:
        # The study's figures on the test rows, not those of this one network.
        return views.BestTrial(**{**dict(trial(spec_of(status.study), status.best)), **came_of_it})
    name = status.study.study_name
    return views.NoBestTrial(study_name=name, trial_number=None, state=status.state, **came_of_it)


def outcome(status: StudyStatus) -> views.Outcome:
    """Of a study that was read with epochs."""
    found, spec = status.study.outcome or Outcome(), spec_of(status.study)
    return views.Outcome(
        test=found.test,
        not_scored=found.not_scored,
        finalists=found.finalists,
        champion=found.champion,
        pareto=tuple(trial(spec, each) for each in front(spec, status.trials)) if spec.further_objectives else None,
    )


def stored_spec(view: StudyView) -> views.StoredSpec:
    """What a study searches, and what it searched before. Raises SpecError."""
    changes = tuple(
        views.SpaceChange(at=each.until, person=each.person, words=each.words, written=each.text)
        for each in view.options.spaces
    )
    return views.StoredSpec(
        study_name=view.study_name, written=view.spec_text, resolved=as_json(resolved_of(view)), changes=changes
    )


def _verdicts(view: RunView) -> tuple[views.Verdict, ...]:
    """One an illness; none of a healthy network."""
    known = [each for each in view.facts.verdicts if each.kind]
    return tuple(views.Verdict(illness=each.kind, verdict=each.words, remedy=each.remedy) for each in known)


def _passed_over(reason: Reason) -> views.PassedOver:
    return views.PassedOver(reason=reason.reason, workers=reason.workers, gone=reason.gone, mend=reason.mend)
