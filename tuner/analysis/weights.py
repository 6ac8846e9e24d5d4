"""Which parameters mattered, in shares, for the pictures that are ordered by it."""

import warnings
from collections.abc import Mapping

import optuna
from optuna.importance import PedAnovaImportanceEvaluator

from tuner.analysis import story
from tuner.database.connection import Database
from tuner.studies.service import StudyStatus

_LEAST_TRIALS = 8


def importance_of(db: Database, status: StudyStatus) -> tuple[Mapping[str, float], str]:
    """Shares that add up to 1, and by which method; nothing where too few trials ended.

    Each parameter is judged on the trials that used it.
    Source: Watanabe, Bansal & Hutter, "PED-ANOVA: Efficiently Quantifying Hyperparameter Importance in Arbitrary
    Subspaces", 2023.
    """
    ended = [trial for trial in status.trials if trial.state in ("complete", "pruned")]
    if len(ended) < _LEAST_TRIALS:
        return {}, ""
    study = optuna.load_study(study_name=status.study.study_name, storage=db.storage)
    names = {name for trial in ended for name in story.searched(status, trial.params)}
    found: dict[str, float] = {}
    with warnings.catch_warnings():
        # Of parameters that few trials used; their share comes out small.
        warnings.simplefilter("ignore")
        for name in sorted(names):
            try:
                evaluator = PedAnovaImportanceEvaluator()
                found |= optuna.importance.get_param_importances(
                    study, evaluator=evaluator, params=[name], normalize=False
                )
            except (ValueError, RuntimeError):
                # All trials that used it had one value of it, or too few used it.
                continue
    total = sum(found.values())
    if total <= 0:
        return {}, ""
    words = "By PED-ANOVA: how far the values of the best tenth of the trials differ from those of all."
    return {name: value / total for name, value in found.items()}, words
