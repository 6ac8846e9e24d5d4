"""The end of a search: the winner's test rows, scored once, and what came of it all.

Owns: when a search is over, the outcome's figures and their uncertainty.
Leaves to others: scoring (training), showing (cli, tracking).
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tuner.data.dataset import Dataset
from tuner.data.preprocessing import fit
from tuner.database import closings, studies, trials
from tuner.database.blobs import BlobStore, blob_name
from tuner.database.closings import Closing
from tuner.database.connection import Database
from tuner.database.finalists import view_finalists
from tuner.database.leases import LeaseLost
from tuner.database.trials import FAILED, TrialView
from tuner.errors import TrialFailed
from tuner.spec.code import Code
from tuner.spec.study_spec import StudySpec
from tuner.studies import finalists
from tuner.studies.limits import time_is_up
from tuner.studies.network_building import fixed_network
from tuner.studies.pareto import front, values_of
from tuner.studies.scoring import score
from tuner.studies.status import NOT_SCORED, best_trial, study_status
from tuner.studies.stopping_rules import why_ended
from tuner.studies.watchdog import LAST_WORDS_S, Watch
from tuner.training.custom.loading import keras_of
from tuner.training.networks.models import load_bytes
from tuner.training.plan import WEIGHTS_ONLY

logger = logging.getLogger(__name__)

Further = Callable[[StudySpec, Sequence[TrialView]], Mapping[str, float]]


def is_over(db: Database, spec: StudySpec, study_name: str) -> bool:
    """Every trial of the budget is final, or a rule or the clock ended the search and nothing runs any more."""
    if trials.open_places(db, study_name) == 0:
        return True
    view = studies.view_study(db, study_name)
    ended = bool(view.ended) or time_is_up(db, view, spec)
    return ended and trials.running(db, study_name) == 0


def close_if_over(
    db: Database,
    spec: StudySpec,
    dataset: Dataset,
    store: BlobStore,
    study: str,
    worker: str,
    further: Further | None = None,
    seen: int | None = None,
    code: Code | None = None,
    watch: Watch | None = None,
) -> bool:
    """Score the winner and close the study, where it is over and no other worker does so; tells whether it was us.

    further: more figures of the outcome, from its trials. seen: the study's `closing_attempt` before its finalists were
    found to be done; None reads it now. Where the search goes on meanwhile, this steps back and writes nothing.
    code: what makes the network, if a person's code does. watch: is told what goes on; where scoring never ends, the
    study ends unscored.
    """
    looked = studies.view_study(db, study).closing_attempt if seen is None else seen
    if not is_over(db, spec, study):
        return False
    closing = closings.claim(db, study, worker, looked)
    if closing is None:
        return False

    def hung(words: str) -> None:
        soon = db.waiting(LAST_WORDS_S)
        closings.close(soon, closing, _outcome(soon, spec, dataset, store, closing, unscored=words))

    try:
        with (watch or Watch()).during("closing", study, hung, spec.search.epoch_timeout):
            outcome = _outcome(db, spec, dataset, store, closing, code)
            if further is not None:
                every = trials.view_trials(db, study)
                outcome["figures"] |= further(spec, every)
        closings.close(db, closing, outcome)
    except LeaseLost as error:
        logger.warning("%s; stepping back", error)
        return False
    logger.info("study %s has ended", study)
    return True


def _outcome(
    db: Database,
    spec: StudySpec,
    dataset: Dataset,
    store: BlobStore,
    closing: Closing,
    code: Code | None = None,
    unscored: str = "",
) -> dict[str, Any]:
    """unscored: why the winner cannot be scored any more, where that is known."""
    study_name = closing.study_name
    status = study_status(db, study_name)
    best = status.best
    figures: dict[str, float | str | None] = {
        "trials": len(status.trials),
        "complete": status.counts.get("complete", 0),
        "pruned": status.counts.get("pruned", 0),
        "failed": sum(status.counts.get(state, 0) for state in FAILED),
    }
    why = why_ended(status.study, spec, len(status.trials))
    figures["ended_by"] = why or ("time was up" if len(status.trials) < status.study.trials else "all trials were run")
    if best is None:
        return {"figures": figures, "best_ordinal": None, "test": None}
    figures |= {"value": best.value, "best_trial": best.trial_number}
    figures |= _against_baseline(status.trials, best, spec)
    figures |= _front(status.trials, spec)
    every = view_finalists(db, study_name, status.study.round)
    least = 0.5 / len(dataset.validation) if spec.objective.metric.endswith("accuracy") else 0.0
    found = finalists.summary(every, status.trials, spec, len(dataset.test), least)
    if found is not None:
        return _with_finalists(found, status.trials, figures)
    if best.test or unscored:
        test, why = best.test, "" if best.test else unscored
    else:
        test, why = _score(spec, dataset, store, best, code)
    if test is not None and best.test is None:
        closings.keep_score(db, closing, best.ordinal, test)
    if test is not None:
        figures |= {f"test_{name}": value for name, value in test.items() if name != "seeds"}
    reason = {NOT_SCORED: why} if why else {}
    return {"figures": {**figures, **reason}, "best_ordinal": best.ordinal, "test": test, **reason}


def _front(every: tuple[TrialView, ...], spec: StudySpec) -> dict[str, float | str | None]:
    """Of several objectives: which trials no other beats, and the best value of each objective."""
    if not spec.further_objectives:
        return {}
    found = front(spec, every)
    figures: dict[str, float | str | None] = {
        "pareto_size": len(found),
        "pareto_trials": ", ".join(str(each.trial_number) for each in found),
    }
    values = [values_of(spec, each) or () for each in found]
    for place, objective in enumerate(spec.objectives):
        pick = max if objective.direction == "maximize" else min
        figures[f"best_{objective.metric}"] = pick(each[place] for each in values)
    return figures


def _with_finalists(
    found: Mapping[str, Any], every: Sequence[TrialView], figures: dict[str, float | str | None]
) -> dict[str, Any]:
    """The outcome where the best were trained again: the winner is theirs, and so is the model for use."""
    winner = next(trial for trial in every if trial.ordinal == found["winner"])
    test = found["test"]
    mean = next((each["mean"] for each in found["configurations"] if each["trial_number"] == winner.trial_number), None)
    figures |= {"value": winner.value, "best_trial": winner.trial_number, "value_mean": mean, "noise": found["noise"]}
    figures |= {f"test_{name}": value for name, value in test.items()}
    figures |= {f"finalists_{number}": words for number, words in enumerate(found["words"], start=1)}
    return {"figures": figures, "best_ordinal": winner.ordinal, "test": test, "finalists": dict(found)}


def _against_baseline(every: tuple[TrialView, ...], best: TrialView, spec: StudySpec) -> dict[str, float | str | None]:
    named = best_trial(tuple(each for each in every if each.baseline), spec.objective.direction)
    if named is None or named.ordinal == best.ordinal or named.value is None or best.value is None:
        return {}
    return {"baseline": named.baseline, "baseline_value": named.value, "gain_over_baseline": best.value - named.value}


def _score(
    spec: StudySpec, dataset: Dataset, store: BlobStore, best: TrialView, code: Code | None
) -> tuple[dict[str, float] | None, str]:
    """The winner's figures on the test rows, or why there are none."""
    if NOT_SCORED in best.tags:
        return None, best.tags[NOT_SCORED]
    try:
        with keras_of(code):
            model = _for_use(spec, dataset, store, best, code)
            return {**score(model, dataset), "seeds": 1.0}, ""
    except TrialFailed as failure:
        return None, failure.reason


def _for_use(spec: StudySpec, dataset: Dataset, store: BlobStore, best: TrialView, code: Code | None) -> Any:
    """The winner's model, from its file; one that Keras cannot make again is built by its code, and gets its weights.

    Raises TrialFailed where neither can be.
    """
    data = store.get(blob_name(best.study_name, best.ordinal, "model.keras"))
    if data is not None:
        return load_bytes(data)
    weights = store.get(blob_name(best.study_name, best.ordinal, WEIGHTS_ONLY))
    if weights is None or code is None:
        raise TrialFailed("there is no file of the winner's model")
    network = fixed_network(
        spec, dataset.info, code, best.params, int(best.tags.get("seed", 0)), best.trial_number or 0
    )
    return network.with_weights(weights, dataset, lambda kind: fit(kind, dataset.train.x))
