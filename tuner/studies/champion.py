"""Which trial stands in the registry as its space's champion.

Owns: the rule - a trial that is better than guessing takes the place of the standing champion, only where it is better
by the same metric on the same data - and its words. The registry sets an alias without looking at the one before, so
two studies that end together may each see no champion; each looks again once its own stands, and whoever comes last
leaves the better one there.
Leaves to others: the registry (tracking), when the rule is asked (projection, cli).
"""

import logging
import math
from dataclasses import dataclass, replace

from tuner.database.facts import Outcome
from tuner.hints import command
from tuner.spec.metrics import Direction, beats
from tuner.studies.outcome import GUESS
from tuner.tracking.recorder import Champion, Recorder, StudyRecord, TrialRecord, claim_of

logger = logging.getLogger(__name__)

_LOOKS = 5
"""At what others put there meanwhile; more than two never happened."""

_EQUAL = 1e-5
"""Relative: figures are computed in 32 bits."""


@dataclass(frozen=True)
class Decision:
    """stands: the trial is the champion now. version: of the champion, whichever it is. words: why, in a sentence."""

    stands: bool
    version: str
    words: str


def promote(recorder: Recorder, study: StudyRecord, record: TrialRecord, force: bool = False) -> Decision:
    """Register a trial's model as its space's champion where the rule, or force, allows it.

    Asked again, nothing changes. Raises NotFound for a trial without a model, ServiceDown.
    """
    standing = recorder.champion(study.experiment)
    claim = claim_of(study, record)
    direction = _direction(study)
    refusal = None if force else guessed(claim, study) or rejection_reason(claim, standing, direction)
    name = f"trial {record.trial_number} of {study.study_name}"
    if standing is not None and (refusal is not None or _same(claim, standing)):
        stands = refusal is None
        words = f"{name} is the champion of {study.experiment}" if stands else f"{name} is not registered: {refusal}"
        logger.info("%s", words)
        return Decision(stands, standing.version, words)
    if refusal is not None:
        words = f"{name} is not registered: {refusal}"
        logger.info("%s", words)
        return Decision(False, "", words)
    version = recorder.register_champion(study, record)
    if not force and (beside := _better_beside(recorder, study, replace(claim, version=version))) is not None:
        why = rejection_reason(claim, beside, _direction(study))
        words = f"{name} is not the champion: {why}"
        logger.info("%s", words)
        return Decision(False, beside.version, words)
    instead = "" if standing is None else f", instead of trial {standing.trial_number} of {standing.study_name}"
    words = f"{name} is the champion of {study.experiment} now, version {version}{instead}"
    logger.info("%s", words)
    return Decision(True, version, words)


def _direction(study: StudyRecord) -> Direction:
    return "minimize" if study.tags.get("direction") == "minimize" else "maximize"


def _better_beside(recorder: Recorder, study: StudyRecord, mine: Champion) -> Champion | None:
    """A better one that was registered at the same time, which is the champion then; None where there is none."""
    direction = _direction(study)
    for _ in range(_LOOKS):
        # In the order in which they were registered, as if each had waited for the one before.
        best, *later = sorted(
            [mine, *recorder.rivals(study.experiment, mine.version)], key=lambda one: int(one.version)
        )
        for each in later:
            best = each if rejection_reason(each, best, direction) is None else best
        standing = recorder.champion(study.experiment)
        if standing is not None and standing.version == best.version:
            break
        recorder.promote(study.experiment, best.version)
    return None if best.version == mine.version else best


def guessed(claim: Champion, study: StudyRecord) -> str | None:
    """What is wrong with a model that guesses; None of one that is better than that, or where that is not known."""
    guess = study.outcome.get(GUESS)
    if not isinstance(guess, float) or claim.value is None:
        return None
    if beats(claim.value, guess, _direction(study)) and not math.isclose(claim.value, guess, rel_tol=_EQUAL):
        return None
    return f"its {claim.metric} of {claim.value:.4f} is no better than guessing, which looks at no row: {guess:.4f}"


def rejection_reason(claim: Champion, standing: Champion | None, direction: Direction) -> str | None:
    """What speaks against putting a trial in the standing champion's place; None where nothing does."""
    if standing is None or _same(claim, standing):
        return None
    named = f"the champion, trial {standing.trial_number} of {standing.study_name},"
    if claim.value is None:
        return "it has no value"
    if standing.value is None or not standing.metric or not standing.data:
        return f"{named} was registered without a value, a metric and data to compare with"
    if claim.metric != standing.metric:
        return f"{named} was measured by {standing.metric}, this by {claim.metric}"
    if claim.data != standing.data:
        return f"{named} learnt from other data ({standing.data}; this from {claim.data or 'data that is not known'})"
    if beats(claim.value, standing.value, direction):
        return None
    return f"{named} has {standing.metric} {standing.value:.4f}, this {claim.value:.4f}"


def standing(study_name: str, outcome: Outcome) -> str:
    """What became of a study's winner in the registry, by its outcome; empty where nothing has been decided."""
    found = outcome.champion
    if found is None:
        return ""
    return (
        found.words
        if found.stands
        else f"{found.words}. To put it there all the same: {command('tune champion', study_name, options=['--force'])}"
    )


def _same(claim: Champion, standing: Champion) -> bool:
    mine = (claim.study_name, claim.trial_number, claim.value)
    return mine == (standing.study_name, standing.trial_number, standing.value)
