"""One Optuna study in the shared storage, and its trials: opened, adopted, told.

Owns: the places where Optuna's own ask and tell are too little - a trial that carries its place in the budget from its
first moment, a trial that goes on in another process, a pruned trial that keeps its best value.
Leaves to others: what a trial trains (studies), who holds it (database).
"""

import math
from collections.abc import Sequence

import optuna
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial, Trial, TrialState, create_trial

from tuner.errors import StudyConflict
from tuner.hints import command
from tuner.optuna_internals import trial_id
from tuner.search.algorithms import pruner, sampler
from tuner.search.suggest import distributions, proposal
from tuner.spec.baselines import Baseline
from tuner.spec.space import Params, Space
from tuner.spec.study_spec import StudySpec

_PLACE = "tuner_ordinal"
_INFEASIBLE = "tuner_failed"


def check_optuna_study(storage: BaseStorage, study_name: str, spec: StudySpec, begun: int) -> None:
    """See that Optuna still has the study as this program made it. begun: how many trials it should have.

    One that has begun nothing is made again. Raises StudyConflict where it was deleted in Optuna, or made anew there.
    """
    if not begun and study_name not in optuna.get_all_study_names(storage):
        optuna.create_study(storage=storage, study_name=study_name, directions=[e.direction for e in spec.objectives])
    found = _directions(storage, study_name)
    if len(storage.get_all_trials(storage.get_study_id_from_name(study_name), deepcopy=False)) < begun:
        raise _lost(study_name, "was deleted in Optuna and made there anew, without its trials")
    _same_directions(study_name, spec, found)


def open_optuna_study(storage: BaseStorage, study_name: str, spec: StudySpec, seed: int, ordinal: int) -> optuna.Study:
    """The study with the sampler of one trial. Raises StudyConflict where Optuna has it no more, or another one."""
    _same_directions(study_name, spec, _directions(storage, study_name))
    return optuna.load_study(
        storage=storage,
        study_name=study_name,
        sampler=sampler(spec, seed, ordinal),
        pruner=pruner(spec.search),
    )


def _directions(storage: BaseStorage, study_name: str) -> list[str]:
    try:
        study_id = storage.get_study_id_from_name(study_name)
    except KeyError as error:
        raise _lost(study_name, "was deleted in Optuna") from error
    return [each.name.lower() for each in storage.get_study_directions(study_id)]


def _same_directions(study_name: str, spec: StudySpec, found: Sequence[str]) -> None:
    wanted = [each.direction for each in spec.objectives]
    if list(found) != wanted:
        words = f"was made anew in Optuna, where it is to {', '.join(found)} and not to {', '.join(wanted)}"
        raise _lost(study_name, words)


def _lost(study_name: str, what: str) -> StudyConflict:
    return StudyConflict(
        f"study {study_name!r} {what}, so it cannot go on. What it found is kept: "
        f"{command('tune report', study_name)}, {command('tune export', study_name)}; "
        f"for a new study that begins with its best: {command('tune start --from', study_name)}"
    )


def trial_template(
    ordinal: int, baseline: tuple[str, Params] | None, asked: Params | None = None, space: Space | None = None
) -> FrozenTrial:
    """What the trial of one place of the budget begins with: running, and carrying its place.

    asked: the parameters that it is to try, where they are known already, of a space.
    """
    attributes: dict[str, object] = {_PLACE: ordinal}
    fixed: dict[str, object] = {}
    if baseline is not None:
        attributes["baseline"] = baseline[0]
        fixed = {"fixed_params": dict(baseline[1])}
    every = {} if space is None else distributions(space)
    return create_trial(
        state=TrialState.RUNNING,
        params=dict(asked or {}),
        distributions={name: every[name] for name in asked or {}},
        user_attrs=attributes,
        system_attrs=fixed,
    )


def adopt(study: optuna.Study, storage: BaseStorage, trial_number: int) -> Trial:
    """Go on with a running trial in this process: same number, same parameters, same values so far."""
    study_id = storage.get_study_id_from_name(study.study_name)
    # Reading all trials first lets the storage's cache know this one.
    every = storage.get_all_trials(study_id, deepcopy=False)
    return Trial(study, next(trial_id(frozen) for frozen in every if frozen.number == trial_number))


def proposal_of(spec: StudySpec, baseline: Baseline) -> tuple[str, Params]:
    """What the trial of a person's configuration is given beforehand: its name, and the values that Optuna samples."""
    # What code asks is not known before it asks; its baseline is answered then.
    return baseline.name, proposal(baseline.params, spec.space)


def tell(
    study: optuna.Study,
    storage: BaseStorage,
    trial_number: int,
    state: str,
    value: float | Sequence[float],
    reason: str = "",
    violation: float = 1.0,
    measured: bool = False,
) -> None:
    """Say how a trial ended. Told twice, the second time changes nothing.

    value: the objective at the best epoch, or all of several; for a trial that failed, `worst_values`. violation: of
    constraints, or of a failure, which is none by the objective; measured: its value is its own.
    A diverged trial, or one out of memory, is COMPLETE with the worst finite value and infeasible, so that the sampler
    learns to keep away; told FAIL it would learn nothing, told PRUNED it would learn the last good value. That
    the value is made up, and of which failure, is in its user attributes, which Optuna's own clients show. One that
    breaks a constraint of the study is infeasible too, by its violation, with what it came to where it was trained. One
    that a person cancelled is FAIL: it says nothing of its configuration.
    Of several objectives a pruned trial is COMPLETE, too, with what it came to, which others are ahead of: Optuna's
    samplers for such studies pass over PRUNED ones, or take every complete trial for better than those.
    """
    trial_id = storage.get_trial_id_from_study_id_trial_number(
        storage.get_study_id_from_name(study.study_name), trial_number
    )
    frozen = storage.get_trial(trial_id)
    if frozen.state.is_finished():
        return
    if state == "cancelled":
        # What a person ended is neither good nor bad: a failed trial teaches a sampler nothing.
        storage.set_trial_user_attr(trial_id, "reason", reason)
        study.tell(trial_number, state=TrialState.FAIL, skip_if_finished=True)
        return
    # CMA-ES takes no constraints and warns of them; the worst value is all that it learns from a failure.
    if not isinstance(study.sampler, optuna.samplers.CmaEsSampler):
        _constrain(study, trial_id, 0.0 if state in ("complete", "pruned") else violation)
    several = len(study.directions) > 1
    if state != "complete" and (state != "pruned" or several):
        words = {"state": state, "reason": reason}
        if not measured:
            words["value"] = "not measured: the worst so far, for the sampler to keep away"
        for key, each in words.items():
            storage.set_trial_user_attr(trial_id, key, each)
    if state == "pruned" and not several:
        # `tell` gives a pruned trial its last value; what people compare is its best.
        values = [value] if isinstance(value, int | float) else list(value)
        study.sampler.after_trial(study, frozen, TrialState.PRUNED, values)
        storage.set_trial_state_values(trial_id, TrialState.PRUNED, values)
    else:
        study.tell(trial_number, value, skip_if_finished=True)


def _constrain(study: optuna.Study, trial_id: int, value: float) -> None:
    trial = Trial(study, trial_id)
    # A worker that died between this and what comes next has set it.
    if _INFEASIBLE not in trial.constraints:
        trial.set_constraint(_INFEASIBLE, value)


def worst_value(study: optuna.Study) -> float:
    """The worst finite value of the objective: 0 for what is maximized (accuracy ends there), else the worst seen."""
    return worst_values(study)[0]


def worst_values(study: optuna.Study) -> list[float]:
    """The same of each objective."""
    every = study.get_trials(deepcopy=False)
    worst = []
    for place, direction in enumerate(study.directions):
        seen = [trial.values[place] for trial in every if trial.values]
        if len(study.directions) == 1:
            seen += [value for trial in every for value in trial.intermediate_values.values()]
        finite = [value for value in seen if math.isfinite(value)]
        up = direction == optuna.study.StudyDirection.MAXIMIZE
        worst.append(min([0.0, *finite]) if up else max(finite, default=1.0))
    return worst
