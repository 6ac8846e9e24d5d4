"""A configuration is added to a study: what is wrong is told by parameter, and what is right is trained next."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.service.conftest import SPACE, create
from tuner.database import audit, budget, rules, runs, studies
from tuner.database.connection import Database
from tuner.database.trial_facts import TrialFacts
from tuner.errors import InputError, NotAllowed, NotFound, StudyConflict
from tuner.runs.study_context import StudyContext
from tuner.runs.trial import run_trial
from tuner.search.optuna_study import trial_template
from tuner.service.configurations import (
    ConfigurationRequest,
    add_configuration,
    added_configurations,
    check_configuration,
    configuration_form,
)
from tuner.service.people import Person
from tuner.service.resuming import stop_study

LAYERS = """
dataset: digits
parameters:
  hidden_layers: {int: [1, 4]}
  units: {int: [8, 64], per: hidden_layer}
  optimizer: [sgd, momentum]
  momentum: {float: [0.5, 0.9], when: {optimizer: momentum}}
  learning_rate: {float: [1e-3, 1e-1], log: true}
  epochs: 2
search: {trials: 6, seed: 1, finalists: 0, pruner: none}
"""


def asked(params: Mapping[str, Any] | None = None, **further: Any) -> ConfigurationRequest:
    return ConfigurationRequest(study_name="s", params=dict(params or {}), **further)


def faults(db: Database, params: Mapping[str, Any]) -> dict[str, str]:
    return {each.parameter: each.words for each in check_configuration(db, asked(params)).faults}


def test_it_is_trained_next_and_no_baseline_is_left_out(
    db: Database, tmp_path: Path, context_of: Callable[[str], StudyContext]
) -> None:
    plain = "baselines: {plain: {units: 8, learning_rate: 0.002, epochs: 4, normalization: minmax}}\n"
    create(db, tmp_path, trials=3, text=plain + SPACE)
    given = {"units": 16, "learning_rate": "0.005", "epochs": 4, "normalization": "minmax"}
    done = add_configuration(db, asked(given, name="mine"))
    assert (done.name, done.trial_number, done.trials, done.notes) == ("mine", None, 3, ())
    context = context_of("s")
    while (job := budget.take(db, "s", "w")) is not None:
        run_trial(context, job)
    first, second, third = runs.view_trials(db, "s")
    assert [first.baseline, second.baseline, third.baseline] == ["plain", "mine", ""]
    assert dict(second.params) == dict(done.params)
    assert (second.params["units"], second.params["learning_rate"]) == (16, 0.005)
    told = db.storage.get_all_trials(db.storage.get_study_id_from_name("s"))[1]
    assert told.params == {"units": 16, "learning_rate": 0.005}
    (seen,) = added_configurations(db, "s").configurations
    assert (seen.trial_number, seen.name) == (second.trial_number, "mine")
    assert check_configuration(db, asked(given)).same_as == second.trial_number


def test_all_that_is_wrong_is_told_beside_its_parameter(db: Database, tmp_path: Path) -> None:
    create(db, tmp_path, text=LAYERS)
    found = faults(db, {"hidden_layers": 9, "units": ["wide", 8], "learning_rate": 3, "neurons": 1, "epochs": 2})
    assert found.pop("neurons").startswith("neurons: the model has no such parameter.")
    assert found == {
        "hidden_layers": "hidden_layers is 9; the space has 1 to 4.",
        "units": "units: 'wide' is not a whole number.",
        "learning_rate": "learning_rate is 3.0; the space has 0.001 to 0.1 (log).",
    }
    right = {"hidden_layers": 2, "units": "8, 16", "learning_rate": "0.01", "epochs": 2}
    assert faults(db, right) == {
        "optimizer": "optimizer is 'adam', the default as none is given; the space has sgd, momentum."
    }
    right["optimizer"] = "sgd"
    assert faults(db, right) == {}
    checked = check_configuration(db, asked(right))
    assert checked.params is not None
    assert (checked.params["units_1"], checked.params["units_2"], checked.places_left) == (8, 16, 6)
    assert faults(db, {**right, "units": [8, 8, 8]}) == {"units": "units has 3 values for 2 hidden layers."}
    assert faults(db, {**right, "momentum": 0.6}) == {
        "momentum": "momentum is given, but this configuration has no use for it. Leave it out."
    }
    assert list(faults(db, {**right, "dropout": 0.5})) == ["dropout"]
    with pytest.raises(InputError, match=r"^the configuration: learning_rate is 3\.0; the space has"):
        add_configuration(db, asked({**right, "learning_rate": 3}))
    assert added_configurations(db, "s").configurations == ()


def test_it_starts_from_a_trial_with_what_is_changed(db: Database, tmp_path: Path) -> None:
    create(db, tmp_path, text=LAYERS)
    tried = {"hidden_layers": 2, "units": [8, 16], "optimizer": "momentum", "momentum": 0.6, "learning_rate": 0.01}
    first = add_configuration(db, asked({**tried, "epochs": 2}))
    job = budget.take(db, "s", "w")
    assert job is not None
    budget.fill(db, job, trial_template(0, None), "")
    runs.start(db, job, TrialFacts(), dict(first.params))
    form = configuration_form(db, "s", 0)
    assert form.values["units"] == (8, 16)
    assert [each.name for each in form.parameters][:2] == ["hidden_layers", "units"]
    deeper = check_configuration(db, asked({"hidden_layers": 3, "optimizer": "sgd"}, from_trial=0)).params
    assert deeper is not None
    assert [deeper[f"units_{layer}"] for layer in (1, 2, 3)] == [8, 16, 16]
    assert (deeper["learning_rate"], "momentum" in deeper) == (0.01, False)
    assert check_configuration(db, asked(from_trial=0)).same_as == 0
    with pytest.raises(NotFound, match="no trial 7"):
        check_configuration(db, asked(from_trial=7))


PLAIN = {"units": 8, "learning_rate": 0.005, "epochs": 4, "normalization": "minmax"}


def test_a_budget_that_is_used_up_is_raised_only_when_that_is_said(db: Database, tmp_path: Path) -> None:
    create(db, tmp_path, trials=1)
    assert add_configuration(db, asked(PLAIN)).trials == 1
    with pytest.raises(StudyConflict, match=r"^all 1 trial of study 's' have begun, or are promised"):
        add_configuration(db, asked(PLAIN))
    assert add_configuration(db, asked(PLAIN, more=True)).trials == 2
    with pytest.raises(InputError, match="has a configuration 'added-1' already"):
        add_configuration(db, asked(PLAIN, more=True, name="added-1"))


def test_what_will_not_run_is_not_taken_or_said(db: Database, tmp_path: Path) -> None:
    create(db, tmp_path)
    stop_study(db, "s")
    assert add_configuration(db, asked(PLAIN)).notes == ("study s was stopped; it is tried after: tune resume s",)
    studies.set_desired_state(db, "s", "running")
    rules.end(db, "s", "plateau")
    with pytest.raises(StudyConflict, match=r"has ended: .* Give another --plateau first"):
        add_configuration(db, asked(PLAIN))
    grid = SPACE.replace("{float: [1e-3, 1e-2]}", "[0.001, 0.01]").replace("trials: 6", "trials: 2, sampler: grid")
    create(db, tmp_path, "g", text=grid)
    with pytest.raises(InputError, match="tries every configuration of its grid"):
        add_configuration(db, ConfigurationRequest(study_name="g", params=PLAIN))


def test_only_who_may_change_a_study_adds_to_it_and_it_is_noted(db: Database, tmp_path: Path) -> None:
    create(db, tmp_path)
    with pytest.raises(NotAllowed):
        add_configuration(db, asked(PLAIN), Person("bob", "member"))
    add_configuration(db, asked(PLAIN), Person("root", "admin"))
    line = audit.view_lines(db, None, None, 1)[0]
    assert (line.action, line.person, line.study) == ("add", "root", "s")
    assert line.words.startswith("added-1: units 8, learning_rate 0.005")
