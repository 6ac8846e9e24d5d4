"""What came of a search that workers trained: the winner's test rows, scored once.

Leaves to others: when a search is over and who closes it (ending), what came of it (outcome), the figures on test rows
(scoring).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tuner.data.dataset import Dataset
from tuner.data.preprocessing import fit
from tuner.database import closings, runs
from tuner.database.blobs import BlobStore, blob_name
from tuner.database.closings import Closing
from tuner.database.connection import Database
from tuner.database.facts import Outcome
from tuner.database.runs import RunView, view_finalists
from tuner.errors import TrialFailed
from tuner.runs.scoring import score
from tuner.runs.watchdog import LAST_WORDS_S, Watch
from tuner.spec.code import Code
from tuner.spec.study_spec import StudySpec
from tuner.studies import finalists, outcome
from tuner.studies.ending import end_if_over
from tuner.studies.network_building import fixed_network
from tuner.studies.status import study_status
from tuner.training.custom.loading import keras_of
from tuner.training.guessing import guess
from tuner.training.networks.models import load_bytes
from tuner.training.plan import WEIGHTS_ONLY

Further = Callable[[StudySpec, Sequence[RunView]], Mapping[str, float]]


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

    def made(closing: Closing) -> Outcome:
        def hung(words: str) -> None:
            soon = db.waiting(LAST_WORDS_S)
            closings.close(soon, closing, _outcome(soon, spec, dataset, store, closing, unscored=words))

        with (watch or Watch()).during("closing", study, hung, spec.search.epoch_timeout):
            found = _outcome(db, spec, dataset, store, closing, code)
            if further is None:
                return found
            figures = {**found.figures, **further(spec, runs.view_trials(db, study))}
            return found.model_copy(update={"figures": figures})

    return end_if_over(db, spec, study, worker, made, seen)


def _outcome(
    db: Database,
    spec: StudySpec,
    dataset: Dataset,
    store: BlobStore,
    closing: Closing,
    code: Code | None = None,
    unscored: str = "",
) -> Outcome:
    """unscored: why the winner cannot be scored any more, where that is known."""
    status = study_status(db, closing.study_name)
    figures, best = outcome.figures_of_search(status, spec, guess(spec.objective.metric, dataset)), status.best
    if best is None:
        return Outcome(figures=figures)
    every = view_finalists(db, closing.study_name, status.study.round)
    noise = finalists.least_noise(spec, dataset.validated_rows)
    found = finalists.summary(every, status.trials, spec, dataset.info.test_rows, noise)
    if found is not None:
        return outcome.with_finalists(found, status.trials, figures)
    if best.test or unscored:
        test, why = best.test, "" if best.test else unscored
    else:
        test, why = _score(spec, dataset, store, best, code)
    if test is not None and best.test is None:
        closings.keep_score(db, closing, best.ordinal, test)
    return outcome.with_score(best, test, why, figures)


def _score(
    spec: StudySpec, dataset: Dataset, store: BlobStore, best: RunView, code: Code | None
) -> tuple[dict[str, float] | None, str]:
    """The winner's figures on the test rows, or why there are none."""
    if best.facts.not_scored:
        return None, best.facts.not_scored
    try:
        with keras_of(code):
            model = _for_use(spec, dataset, store, best, code)
            return {**score(model, dataset, spec.objective.metric), "seeds": 1.0}, ""
    except TrialFailed as failure:
        return None, failure.reason


def _for_use(spec: StudySpec, dataset: Dataset, store: BlobStore, best: RunView, code: Code | None) -> Any:
    """The winner's model, from its file; one that Keras cannot make again is built by its code, and gets its weights.

    Raises TrialFailed where neither can be.
    """
    data = store.get(blob_name(best.study_name, best.ordinal, "model.keras"))
    if data is not None:
        return load_bytes(data)
    weights = store.get(blob_name(best.study_name, best.ordinal, WEIGHTS_ONLY))
    if weights is None or code is None:
        raise TrialFailed("there is no file of the winner's model")
    network = fixed_network(spec, dataset.info, code, best.params, best.facts.seed or 0, best.trial_number or 0)
    return network.with_weights(weights, dataset, lambda kind: fit(kind, dataset.train.x))
