"""The space of a study is changed while it is there: exact, whoever trains at the same time; what was tried stays."""

import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import optuna
import pytest

from tests.service.conftest import create
from tuner.data.dataset import Dataset
from tuner.database import budget, leases, runs, studies, workers
from tuner.database.connection import Database
from tuner.database.trial_facts import TrialFacts
from tuner.errors import InputError, NotFound, StudyConflict, TunerError
from tuner.runs.optuna_trial import OptunaTrial
from tuner.runs.study_context import StudyContext
from tuner.runs.trial import run_trial
from tuner.service.cancelling import cancel
from tuner.service.changing import change
from tuner.service.configurations import (
    ConfigurationRequest,
    add_configuration,
    added_configurations,
    withdraw_configuration,
)
from tuner.service.requests import CancelRequest, ChangeRequest
from tuner.studies import viewing
from tuner.studies.stored_study import spec_of

HEAD = """dataset: digits
search: {trials: 40, seed: 1, finalists: 0, pruner: none, sampler: {name: tpe, startup_trials: 2}}
"""
WIDE = (
    HEAD + "parameters: {units: [8, 16, 32], learning_rate: {float: [1e-3, 1e-1]}, optimizer: [sgd, adam], epochs: 1}"
)
NARROW = HEAD + "parameters: {units: [16, 8, 64], learning_rate: {float: [1e-3, 1e-2]}, optimizer: adam, epochs: 1}"
Here_ = Callable[[str], StudyContext]


def space(text: str) -> ChangeRequest:
    return ChangeRequest(study_name="s", space_text=text, space_name="new.yaml")


def fits(db: Database, params: object) -> bool:
    spec = spec_of(studies.view_study(db, "s"))
    assert isinstance(params, dict)
    return all(params[each.name] in each.domain for each in spec.space)


def train(context_of: Here_, worker: str, count: int) -> None:
    for _ in range(count):
        job = budget.take(context_of("s").db, "s", worker)
        if job is not None:
            run_trial(context_of("s"), job)


def test_trials_after_a_change_are_of_the_new_space_and_learn_from_the_old(
    db: Database, tmp_path: Path, context_of: Here_
) -> None:
    create(db, tmp_path, text=WIDE)
    workers.enter(db, "w", "cpu")
    train(context_of, "w", 4)
    view = change(db, space(NARROW))
    assert view.options.spaces[0].words == (
        "units: 8, 16, 32 -> 16, 8, 64",
        "learning_rate: 0.001 to 0.1 -> 0.001 to 0.01",
        "optimizer: sgd, adam -> adam",
    )
    train(context_of, "w", 4)
    trials = runs.view_trials(db, "s")
    assert len(trials) == 8
    assert {each.state for each in trials} == {"complete"}
    assert all(fits(db, each.params) for each in trials[4:])
    shown = viewing.stored_spec(view)
    assert shown.written == NARROW
    (before,) = shown.changes
    assert (before.written, before.words) == (WIDE, view.options.spaces[0].words)
    assert trials[3].started_at < before.at < trials[4].started_at
    # And back again, with the trials of both.
    change(db, space(WIDE))
    train(context_of, "w", 2)
    assert len(viewing.stored_spec(studies.view_study(db, "s")).changes) == 2
    assert [each.state for each in runs.view_trials(db, "s")] == ["complete"] * 10


@pytest.mark.parametrize("sampler", ["random", "qmc", "nsga2", "{name: tpe, startup_trials: 1, multivariate: false}"])
def test_every_sampler_that_may_goes_on_over_another_space(
    db: Database, tmp_path: Path, context_of: Here_, sampler: str
) -> None:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    wide, narrow = (each.replace("{name: tpe, startup_trials: 2}", sampler) for each in (WIDE, NARROW))
    create(db, tmp_path, text=wide)
    workers.enter(db, "w", "cpu")
    train(context_of, "w", 2)
    change(db, space(narrow))
    train(context_of, "w", 2)
    trials = runs.view_trials(db, "s")
    assert [each.state for each in trials] == ["complete"] * 4
    assert all(fits(db, each.params) for each in trials[2:])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            WIDE.replace("digits", "iris"),
            "new.yaml: only the domains of parameters can change while a study is there; ",
        ),
        (WIDE.replace("pruner: none", "pruner: median"), "this differs: search.pruner.name: none -> median."),
        (WIDE + "\nobjective: {metric: val_loss, direction: minimize}", "this differs: objective: "),
        (WIDE + "\nconstraints: {parameters: '<= 9000'}", "this differs: constraints: - -> parameters <= 9000."),
        (WIDE + "\nbaselines: {plain: {units: 8, epochs: 1}}", "this differs: baselines.plain: - -> given"),
        (WIDE, "it searches what study 's' does: nothing would change."),
        (WIDE.replace("units: [8, 16, 32]", "units: {int: [8, 64]}"), "units: a list of choices cannot become a range"),
        (WIDE.replace("[8, 16, 32]", "{int: [8, 32], per: hidden_layer}"), "units: its per: cannot change"),
        (WIDE.replace("[8, 16, 32]", "[8, 16"), "new.yaml"),
        (WIDE.replace("learning_rate", "learning_rat"), "Did you mean learning_rate"),
    ],
)
def test_what_is_no_change_of_domains_is_refused_in_one_line(
    db: Database, tmp_path: Path, text: str, words: str
) -> None:
    create(db, tmp_path, text=WIDE)
    with pytest.raises(TunerError) as caught:
        change(db, space(text))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    view = studies.view_study(db, "s")
    assert (view.spec_text, view.options.spaces) == (WIDE, ())


def test_a_condition_stays_and_a_grid_has_its_cells(db: Database, tmp_path: Path) -> None:
    text = HEAD + "parameters: {optimizer: [sgd, momentum], momentum: {float: [0.5, 0.9], when: {optimizer: momentum}}}"
    create(db, tmp_path, text=text)
    with pytest.raises(InputError, match=r"parameters\.momentum: its condition \(when\) cannot change"):
        change(db, space(text.replace(", when: {optimizer: momentum}", "")))
    # What is out of use is left out.
    change(db, space(HEAD + "parameters: {optimizer: [sgd, adam]}"))
    words = studies.view_study(db, "s").options.spaces[0].words
    assert words[1].endswith(" -> its default")
    grid = HEAD.replace("{name: tpe, startup_trials: 2}", "grid").replace("trials: 40, ", "")
    create(db, tmp_path, "g", text=f"{grid}parameters: {{units: [8, 16]}}")
    with pytest.raises(InputError, match="sampler is grid, and its cells are those of the space that it began with"):
        change(db, ChangeRequest(study_name="g", space_text=f"{grid}parameters: {{units: [8]}}"))


def test_a_trial_that_goes_on_elsewhere_is_the_one_that_it_began_as(
    db: Database, tmp_path: Path, context_of: Here_
) -> None:
    """Its learning rate was fixed, and searched afterwards: whoever adopts it trains with the one that it had."""
    fixed = HEAD + "parameters: {units: [8, 16], learning_rate: 0.05, optimizer: [sgd, adam], epochs: 3}"
    create(db, tmp_path, text=fixed)
    for worker in ("w", "x"):
        workers.enter(db, worker, "cpu")
    job = budget.take(db, "s", "w")
    assert job is not None
    context = replace(context_of("s"), hand_back=lambda: True)
    run_trial(context, job)
    (before,) = runs.view_trials(db, "s", epochs=True)
    assert (before.state, len(before.epochs)) == ("running", 1)
    change(
        db, space(fixed.replace("0.05", "{float: [0.1, 0.2]}").replace("[8, 16]", "[32, 64]").replace("sgd", "rmsprop"))
    )
    again = budget.take(db, "s", "x")
    assert again is not None
    assert again.ordinal == job.ordinal
    run_trial(context_of("s"), again)
    (after,) = runs.view_trials(db, "s", epochs=True)
    assert (after.state, len(after.epochs), after.params) == ("complete", 3, before.params)


def test_a_configuration_that_waits_is_tried_though_the_space_is_narrower_now(
    db: Database, tmp_path: Path, context_of: Here_
) -> None:
    create(db, tmp_path, text=WIDE)
    workers.enter(db, "w", "cpu")
    add_configuration(
        db, ConfigurationRequest(study_name="s", params={"units": 32, "optimizer": "sgd", "learning_rate": 0.05})
    )
    change(db, space(NARROW))
    train(context_of, "w", 2)
    first, second = runs.view_trials(db, "s")
    assert (first.baseline, first.state) == ("added-1", "complete")
    assert (first.params["units"], first.params["optimizer"], first.params["learning_rate"]) == (32, "sgd", 0.05)
    assert fits(db, second.params)


def test_nothing_is_lost_or_doubled_however_many_change_the_study_while_it_is_trained(
    db: Database, tmp_path: Path, digits: Dataset
) -> None:
    """Three workers take and end trials; meanwhile the space is changed again and again, configurations are added and
    withdrawn, and trials are cancelled. Each trial is of a space that was there; each place has one; none is left."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    create(db, tmp_path, text=WIDE)
    spaces = {text: None for text in (WIDE, NARROW)}

    def work(name: str) -> list[int]:
        workers.enter(db, name, "cpu")
        done: list[int] = []
        while (job := budget.take(db, "s", name)) is not None:
            view = studies.view_study(db, "s")
            asked = OptunaTrial(db, view, spec_of(view), job)
            used: dict[str, object] = dict(asked.trial.params)
            try:
                runs.start(db, job, TrialFacts(), used)  # type: ignore[arg-type]
                runs.finish(db, job, "complete", "", float(len(done)), 0, TrialFacts(), None)
            except leases.LeaseLost:
                continue
            asked.tell()
            runs.finalize(db, job)
            done.append(job.ordinal)
        return done

    def meddle(_: str) -> list[str]:
        added = []
        for turn in range(12):
            change(db, space(NARROW if turn % 2 == 0 else WIDE))
            try:
                new = add_configuration(
                    db, ConfigurationRequest(study_name="s", params={"units": 16, "optimizer": "adam"})
                )
                if turn % 3:
                    withdraw_configuration(db, "s", new.number)
                    added.append(new.name)
            except StudyConflict:
                pass
            running = [each for each in runs.view_trials(db, "s") if each.state == "running" and each.trial_number]
            if running and turn % 4 == 0:
                with contextlib.suppress(TunerError):
                    cancel(db, CancelRequest(study_name="s", trial=running[0].trial_number))
        return added

    with ThreadPoolExecutor(4) as several:
        others = several.submit(meddle, "")
        done = [ordinal for each in several.map(work, ("a", "b", "c")) for ordinal in each]
        withdrawn = others.result()
    work("last")
    trials = runs.view_trials(db, "s")
    assert [each.ordinal for each in trials] == list(range(40))
    assert len(done) == len(set(done))
    assert all(each.finalized for each in trials)
    assert sorted(each.trial_number or 0 for each in trials) == list(range(40))
    assert not {each.baseline for each in trials} & set(withdrawn)
    view = studies.view_study(db, "s")
    assert len(view.options.spaces) == 12
    assert [each.text for each in view.options.spaces] == [WIDE, NARROW] * 6
    assert set(spaces) == {view.spec_text, view.options.spaces[-1].text}
    tried = [
        each
        for each in added_configurations(db, "s").configurations
        if not each.withdrawn and each.trial_number is not None
    ]
    assert len({each.trial_number for each in tried}) == len(tried)


def test_a_configuration_that_has_not_begun_is_withdrawn(db: Database, tmp_path: Path, context_of: Here_) -> None:
    create(db, tmp_path, text=WIDE)
    workers.enter(db, "w", "cpu")
    request = ConfigurationRequest(study_name="s", params={"units": 32}, name="mine")
    first = add_configuration(db, request)
    assert withdraw_configuration(db, "s", "mine").withdrawn
    # Asked again, nothing changes; the name is free.
    assert withdraw_configuration(db, "s", first.number).withdrawn
    second = add_configuration(db, request)
    assert (second.number, second.withdrawn) == (1, False)
    train(context_of, "w", 2)
    assert [each.baseline for each in runs.view_trials(db, "s")] == ["mine", ""]
    with pytest.raises(
        StudyConflict, match=r"mine has begun already: it is trial 0 of study 's'\. To end it: tune cancel s 0"
    ):
        withdraw_configuration(db, "s", "mine")
    with pytest.raises(NotFound, match="study 's' has no added configuration 'other'"):
        withdraw_configuration(db, "s", "other")
