"""What is kept of a network that was trained, as its role says: its model and answers, its model and score, or nothing.

Owns: the order of things. What a worker that has lost its training would write over another's is written only after
the lease was renewed.
Leaves to others: the model for use (training), figures on test rows (scoring), where bytes are kept (database).
"""

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from tuner.database import leases
from tuner.database.runs import Job
from tuner.database.trial_facts import TrialFacts
from tuner.runs.records import Record
from tuner.runs.scoring import score
from tuner.runs.study_context import StudyContext
from tuner.spec.objectives import COSTS
from tuner.studies import trial_files
from tuner.training.network import Network
from tuner.training.networks.models import load_bytes
from tuner.training.plan import TrainResult

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Kept:
    """facts: for the record. test: the figures on the test rows, of what was scored. says: the one answer that it
    gives to every validation row; empty where they differ."""

    facts: TrialFacts = field(default_factory=TrialFacts)
    test: Mapping[str, float] | None = None
    says: str = ""


def keep_model(context: StudyContext, job: Job, network: Network, result: TrainResult, whole: bool) -> Kept:
    """Store a trial's model, and what only the trained network can tell. whole: it was not pruned."""
    if not result.best_epoch:
        return Kept()
    best = result.epochs[result.best_epoch - 1]
    exported = network.export()
    if exported.problem:
        logger.warning("the model %s", exported.problem)
    # Not over the model of a worker that has taken this over.
    leases.renew(context.db, job.lease)
    context.store.put(job.blob_name(exported.name), exported.data)
    why, says = None, ""
    if whole:
        why, answers = network.why_not_scored(context.dataset, best), network.answers(context.dataset)
        trial_files.keep(context.store, job.blob_name, answers, network.in_words())
        says = "" if answers is None else answers.only
    further, latency_ms = _further_figures(context, network, result)
    problem = exported.problem or ""
    facts = TrialFacts(model=problem, not_scored=why or "", latency_ms=latency_ms, figures=further)
    return Kept(facts, says=says)


def keep_scored_model(context: StudyContext, job: Job, record: Record, network: Network) -> Kept:
    """Score a final on the test rows, once, and store its model. context: of the study's own rows.

    Raises TrialFailed where it cannot be scored.
    """
    exported = network.export()
    whole = exported.name == "model.keras"
    # A worker that died after it had scored this left the figures.
    test = record.view().test
    if not test:
        test = score(
            load_bytes(exported.data) if whole else network.for_use(), context.dataset, context.spec.objective.metric
        )
    # This also makes sure that it is not put over the model of a worker that has taken this over.
    record.keep_score(test)
    context.store.put(job.blob_name(exported.name), exported.data)
    return Kept(test=test)


def _further_figures(
    context: StudyContext, network: Network, result: TrainResult
) -> tuple[dict[str, float], float | None]:
    """What further objectives and constraints ask for and nobody else measures: metrics of the best epoch, and a
    prediction's time."""
    found: dict[str, float] = {}
    latency_ms = None
    for name in context.spec.further_figures:
        if name == "latency_ms":
            latency_ms = round(network.latency_ms(context.dataset.validation.x), 4)
        elif name not in COSTS:
            found[name] = float(result.epochs[result.best_epoch - 1].get(name, math.nan))
    return found, latency_ms
