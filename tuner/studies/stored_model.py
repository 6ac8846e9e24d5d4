"""A trial's model, taken from where the study stored it.

Owns: which stored file is the model for use of a trial, or of the winner; loading it, with the network's code where
Keras cannot make it from a file.
Leaves to others: writing it (training), a folder that predicts without this project (export).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tuner.data.preprocessing import fit
from tuner.data.sources import load
from tuner.database.blobs import BlobStore, blob_name, run_blob_name
from tuner.database.connection import Database
from tuner.database.programs import PROGRAM
from tuner.database.runs import RunView
from tuner.errors import NotFound, TrialFailed, TunerError
from tuner.spec.code import Code
from tuner.studies.code import code_for
from tuner.studies.status import StudyStatus, find_trial, study_status
from tuner.studies.stored_study import spec_of
from tuner.training.plan import WEIGHTS_ONLY


@dataclass(frozen=True)
class StoredModel:
    """file: a ``.keras`` file, which takes raw rows. weights: what stands for it where Keras cannot make the network
    again. One of them is there."""

    trial: RunView
    file: bytes | None
    weights: bytes | None


def chosen_trial(db: Database, status: StudyStatus, trial_number: int | None) -> RunView:
    """By its number, with its epochs; None takes the best. Raises NotFound."""
    study_name = status.study.study_name
    if trial_number is None and status.best is None:
        raise NotFound(f"study {study_name!r} has no complete trial yet. Name one with --trial.")
    number = status.best.trial_number if trial_number is None and status.best else trial_number
    return find_trial(db, study_name, number or 0)


def why_no_model(state: str, device: str) -> str:
    """Of a trial in this state, trained on this device."""
    if device == PROGRAM:
        return "a program trained it, which keeps its network itself"
    return f"it is {state}"


def stored_model(db: Database, store: BlobStore, status: StudyStatus, trial_number: int | None) -> StoredModel:
    """What is stored of a trial's model.

    trial_number: None takes the best, and its model that learnt from all rows, if there is one. Raises NotFound.
    """
    study_name = status.study.study_name
    trial = chosen_trial(db, status, trial_number)
    finalists = status.study.outcome.finalists if status.study.outcome and trial_number is None else None
    name = blob_name(study_name, trial.ordinal, "model.keras")
    if finalists is not None:
        # The winner's own model has not seen the validation rows; the one for use has.
        name = run_blob_name(study_name, "final", finalists.final.round, finalists.final.ordinal, "model.keras")
    file, weights = store.get(name), store.get(blob_name(study_name, trial.ordinal, WEIGHTS_ONLY))
    if file is None and (weights is None or spec_of(status.study).code is None):
        raise NotFound(
            f"{trial.trial_in_words} of {study_name} has no model: {why_no_model(trial.state, trial.facts.device)}."
        )
    return StoredModel(trial, file, weights)


def load_stored_model(
    db: Database, store: BlobStore, study_name: str, trial_number: int | None, codes: Sequence[Code] = ()
) -> Any:
    """The model for use, loaded: raw rows in, (rows, outputs) out - for classes their probabilities.

    codes: Python code that may be run: that of the network, where it has classes of its own or Keras cannot make it
    from a file. Raises NotFound, CodeNotGiven where a network of weights alone needs its code, TunerError where the
    file needs it.
    """
    # They import the framework, which writing a model's file needs not.
    from tuner.studies.network_building import fixed_network
    from tuner.training.custom.loading import keras_of, load_object
    from tuner.training.networks.models import load_bytes

    status = study_status(db, study_name)
    found, spec = stored_model(db, store, status, trial_number), spec_of(status.study)
    if found.file is None:
        code = code_for(status.study, spec, codes)
        dataset = load(spec.data, status.study.seed, codes)
        trial = found.trial
        network = fixed_network(spec, dataset.info, code, trial.params, trial.facts.seed or 0)
        return network.with_weights(found.weights or b"", dataset, lambda kind: fit(kind, dataset.train.x))
    code = code_for(status.study, spec, codes) if codes and spec.code is not None else None
    if code is not None and spec.code is not None:
        load_object(code, spec.code.name)
    try:
        with keras_of(code):
            return load_bytes(found.file)
    except TrialFailed as error:
        raise TunerError(error.reason) from error
    except TypeError as error:
        if code is None and spec.code is not None:
            raise TunerError(
                f"the model of trial {found.trial.trial_number} of {study_name} has classes of {spec.code.place}, "
                "which was not given here. If you trust that code, give it."
            ) from error
        raise
