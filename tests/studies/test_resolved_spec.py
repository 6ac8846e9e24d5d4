"""A study is stored with every default written out, and goes on with what was stored, whatever is usual later."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.errors import SpecError
from tuner.search import algorithms
from tuner.search.algorithms import pruner, sampler
from tuner.settings import shipped_spaces
from tuner.spec.defaults import Defaults, released_2
from tuner.spec.families import CONFIGURE, FAMILIES
from tuner.spec.families.defaults import family_defaults
from tuner.spec.source_kinds import KINDS, NpzFile
from tuner.spec.space import Value, answers
from tuner.spec.space_file import Finalists, Search
from tuner.spec.study_spec import StudySpec, parse_spec, read_spec
from tuner.studies.resolved_spec import (
    VERSION,
    ResolvedSpec,
    StoredFinalists,
    StoredSearch,
    as_json,
    read_resolved,
    resolve,
    restore,
    todays_defaults,
)

EVERYTHING = """
dataset: {csv: house.csv, target: price, task: regression, missing: impute}
validation: 50
model: mlp
objective: {metric: val_loss, direction: minimize}
metrics: [mae]
parameters:
  hidden_layers: {int: [1, 3]}
  units: {int: [8, 64], step: 8, per: hidden_layer}
  dropout: {float: [0.0, 0.5], step: 0.1}
  learning_rate: {float: [1e-4, 1e-1], log: true}
  optimizer: [adam, momentum]
  momentum: {float: [0.5, 0.9], when: {optimizer: [momentum]}}
  batch_normalization: [true, false]
  batch_size: [32, full]
  epochs: 7
baselines:
  plain: {hidden_layers: 1, units: 8, batch_size: 32, epochs: 7, batch_normalization: false}
search: {trials: 9, seed: 4, timeout: 60, pruner: {name: patient, pruner: median}, sampler: {name: tpe, gamma: 0.1},
         finalists: {configurations: 2}, target: 1}
"""
TEXTS = {
    **{path.stem: path.read_text(encoding="utf-8") for path in sorted(shipped_spaces().glob("*.yaml"))},
    "everything": EVERYTHING,
    "code": "dataset: digits\nmodel: {keras_tuner: 'net.py:build'}\nparameters: {epochs: 3}\n"
    "callbacks: [terminate_on_nan, {early_stopping: {patience: 2}}]\nbaselines: {mine: {units: 4}}",
    "folds": "dataset: {csv: visits.csv, target: ill}\nvalidation: {folds: 5, repeats: 2, group: patient}\n"
    "parameters: {units: [8, 16], epochs: 1}",
    "few rows": "dataset: iris\nparameters: {units: [8, 16], epochs: 1}",
    "several": "dataset: digits\nobjectives: [val_accuracy, parameters]\nparameters: {units: [8, 16], epochs: 1}",
    "constraints": "dataset: digits\nconstraints: {parameters: '<= 5e4', latency_ms: '<= 2.5', val_loss: '<= 1'}\n"
    "parameters: {units: [8, 16], epochs: 1}",
    "asha by seconds": "dataset: digits\nparameters: {units: [8, 16], epochs: 9}\n"
    "search: {pruner: asha, cost: seconds, sampler: {name: grid, points: 3}}",
}


def read(text: str, defaults: Defaults | None = None) -> StudySpec:
    return parse_spec(text, "space", Path("/studies"), "space.yaml", defaults)


def stored_and_back(spec: StudySpec, defaults: Defaults | None = None) -> StudySpec:
    """Through the JSON that a database keeps."""
    content = json.loads(json.dumps(as_json(resolve(spec, defaults)), allow_nan=False))
    return restore(read_resolved(content, "stored"), spec.name, spec.text, spec.folder, "stored")


def as_asked(spec: StudySpec, chosen: Mapping[str, Value]) -> Mapping[str, Value]:
    """Every value of one configuration: what was chosen, else the first of what is searched, else the default."""
    used: dict[str, Value] = {}
    CONFIGURE[spec.model](
        answers(spec.space, lambda each: chosen.get(each.name, each.default), used), spec.task, True
    )  # fmt: skip
    return used


def proposals(spec: StudySpec) -> list[float]:
    """What the sampler of a study proposes, one after another, past the trials that are drawn at random."""
    study = optuna.create_study(directions=[each.direction for each in spec.objectives])
    found = []
    for ordinal in range(14):
        study.sampler = sampler(spec, 1, ordinal)
        trial = study.ask({"x": optuna.distributions.FloatDistribution(0.0, 1.0)})
        found.append(trial.params["x"])
        study.tell(trial, [(found[-1] - 0.3) ** 2] * len(spec.objectives))
    return found


@pytest.mark.parametrize("name", TEXTS)
def test_a_specification_comes_back_as_it_was_stored(name: str) -> None:
    spec = read(TEXTS[name])
    back = stored_and_back(spec)
    for field in (
        "name",
        "data",
        "task",
        "model",
        "objectives",
        "constraints",
        "metrics",
        "baselines",
        "code",
        "callbacks",
        "written",
    ):
        assert getattr(back, field) == getattr(spec, field), field
    assert back.space.parameters == spec.space.parameters
    for field in Search.model_fields:
        if field not in ("sampler", "pruner"):
            assert getattr(back.search, field) == getattr(spec.search, field), field
    assert back.search.sampler.options.items() >= spec.search.sampler.options.items()
    assert as_json(resolve(back)) == as_json(resolve(spec))
    if spec.code is None:
        assert as_asked(back, {}) == as_asked(spec, {})
    kind = type(pruner(spec.search))
    assert type(pruner(back.search)) is kind
    # The same values, by vars: Optuna's have no equality.
    assert _state(pruner(back.search)) == _state(pruner(spec.search))
    if spec.search.sampler.name == "tpe":
        assert proposals(back) == proposals(spec)


def _state(made: object) -> object:
    return {key: _state(each) if hasattr(each, "prune") else each for key, each in vars(made).items()}


def test_every_option_of_a_stored_study_is_written_out() -> None:
    stored = resolve(read("dataset: digits\nparameters: {units: [8, 16]}"))
    assert stored.search.pruner.options == {"percentile": 40.0, "startup_trials": 2, "warmup_epochs": 1}
    assert stored.search.sampler.options == {
        "startup_trials": 10, "candidates": 24, "constant_liar": True, "multivariate": True, "gamma": 0.1,
        "min_bandwidth": 0.15, "allow_duplicates": False, "startup_defaults": True,
    }  # fmt: skip
    assert set(stored.defaults) == set(FAMILIES["mlp"])
    assert (stored.validation, stored.search.trials, stored.search.finalists.share) == (0.2, 40, 0.25)
    patient = resolve(
        read("dataset: digits\nparameters: {units: [8, 16]}\nsearch: {pruner: {name: patient, pruner: asha}}")
    )
    assert patient.search.pruner.inner is not None
    assert patient.search.pruner.inner.options == {"min_epochs": 1, "reduction_factor": 3, "early_stopping_rate": 0}


def test_the_form_has_a_place_for_every_key_of_the_file() -> None:
    """A key that is added to the file without a place here would be forgotten by every study."""
    assert set(StoredSearch.model_fields) == set(Search.model_fields)
    assert set(StoredFinalists.model_fields) == set(Finalists.model_fields)
    assert all(each.is_required() for model in (ResolvedSpec, StoredSearch) for each in model.model_fields.values())
    assert set(released_2().sources) == set(KINDS)


@pytest.mark.parametrize("model", ["mlp", "cnn", "{keras_tuner: 'net.py:build_model'}"])
def test_arrays_of_three_dimensions_are_what_the_release_of_a_study_took_them_for(model: str) -> None:
    def rows(spec: StudySpec) -> str | None:
        assert isinstance(spec.data.files, NpzFile)
        return spec.data.files.rows

    parameters = "" if "net.py" in model else "\nparameters: {epochs: 1}"
    text = f"dataset: {{npz: mine.npz}}\nmodel: {model}{parameters}"
    today = "images" if model == "cnn" else "as_given"
    assert rows(read(text)) == rows(stored_and_back(read(text))) == today
    assert rows(read(text, released_2())) == "images"
    stored = as_json(resolve(read(text)))
    del stored["dataset"]["rows"]
    assert rows(restore(read_resolved(stored, "stored"), "space", text, Path(), "stored")) == "images"


@given(st.sampled_from(["adam", "sgd", "momentum", "rmsprop", "adadelta"]), st.sampled_from(["mlp", "cnn"]),
       st.sampled_from(["sparse_categorical_crossentropy", "binary_crossentropy", "focal"]))  # fmt: skip
def test_stored_defaults_are_those_that_a_network_asks_with(optimizer: str, model: str, loss: str) -> None:
    """Also where a default depends on another parameter: a learning rate on the optimizer."""
    spec = read(
        f"dataset: digits\nmodel: {model}\nparameters: {{optimizer: [{optimizer}, nadam], loss: [{loss}, mse]}}"
    )
    chosen = {"optimizer": optimizer, "loss": loss}
    assert as_asked(stored_and_back(spec), chosen) == as_asked(spec, chosen)


def test_what_was_stored_is_kept_when_other_defaults_come(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "dataset: digits\nparameters: {units: [8, 16], optimizer: [sgd, adam]}"
    before, made = resolve(read(text)), _state(pruner(read(text).search))
    _other_defaults(monkeypatch)
    assert resolve(read(text)).search.pruner.options["percentile"] == 75.0
    kept = restore(before, "space", text, Path(), "stored")
    assert _state(pruner(kept.search)) == made
    assert kept.search.sampler.options["gamma"] == 0.1
    assert as_asked(kept, {"optimizer": "sgd"})["learning_rate"] == 0.01
    assert as_asked(kept, {"optimizer": "adam"})["batch_size"] == 32
    assert as_asked(read(text), {"optimizer": "sgd"})["learning_rate"] == 0.5
    assert as_asked(read(text), {"optimizer": "adam"})["batch_size"] == 512


def test_a_text_of_the_release_before_means_what_it_meant_then(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = released_2()
    # Other families came later.
    texts = {name: text for name, text in TEXTS.items() if read(text).model in (*usual.families, "keras_tuner")}
    before = {name: as_json(resolve(read(text, usual), usual)) for name, text in texts.items()}
    _other_defaults(monkeypatch)
    for name, text in texts.items():
        assert as_json(resolve(read(text, usual), usual)) == before[name], name
    assert as_json(resolve(read(TEXTS["several"]))) != before["several"]


def _other_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a later release might have them."""

    def percentile(*, percentile: float = 75.0, startup_trials: int = 4, warmup_epochs: int = 0) -> Any:
        return _percentile(percentile=percentile, startup_trials=startup_trials, warmup_epochs=warmup_epochs)

    def tpe(
        place: Any, *, startup_trials: int = 3, candidates: int = 9, constant_liar: bool = False,
        multivariate: bool = False, gamma: float = 0.5, min_bandwidth: float = 0.5, allow_duplicates: bool = True,
        startup_defaults: bool = False,
    ) -> Any:  # fmt: skip
        raise AssertionError("only its defaults are asked for")

    _percentile = algorithms.PRUNERS["percentile"]
    monkeypatch.setitem(algorithms.PRUNERS, "percentile", percentile)  # type: ignore[arg-type]
    monkeypatch.setitem(algorithms.SAMPLERS, "tpe", tpe)  # type: ignore[arg-type]
    other = replace(FAMILIES["mlp"]["batch_size"], default=512)
    monkeypatch.setitem(FAMILIES["mlp"], "batch_size", other)  # type: ignore[arg-type]
    monkeypatch.setattr("tuner.spec.families.shared._LEARNING_RATES", {"sgd": 0.5})
    family_defaults.cache_clear()


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    """A family is asked for its defaults once a process."""
    yield
    family_defaults.cache_clear()


def test_defaults_of_today_are_complete() -> None:
    today = todays_defaults()
    assert set(today.samplers) == set(algorithms.SAMPLERS)
    assert set(today.pruners) == set(algorithms.PRUNERS)
    assert set(today.search) == set(Search.model_fields)


@pytest.mark.parametrize("name", ["digits", "several"])
def test_a_form_of_version_1_had_no_constraints(name: str) -> None:
    now = as_json(resolve(read(TEXTS[name])))
    first = {**{key: each for key, each in now.items() if key != "constraints"}, "version": 1}
    assert as_json(read_resolved(first, "study 's'")) == now
    assert now["constraints"] == ()


@pytest.mark.parametrize("name", ["digits", "several"])
def test_a_form_of_version_2_searches_as_it_did(name: str) -> None:
    now = as_json(resolve(read(TEXTS[name])))
    options = {"startup_trials": 3, "candidates": 24, "constant_liar": True, "multivariate": True, "gamma": 0.03}
    second = {
        **now,
        "version": 2,
        "search": {**now["search"], "sampler": {"name": "tpe", "options": options, "inner": None}},
    }
    kept = read_resolved(second, "study 's'").search.sampler
    assert kept.options == {**options, "min_bandwidth": 0.0, "allow_duplicates": True, "startup_defaults": False}
    random = {**second["search"], "sampler": {"name": "random", "options": {}, "inner": None}}
    assert read_resolved({**second, "search": random}, "study 's'").search.sampler.options == {}


@pytest.mark.parametrize("name", ["digits", "several"])
def test_a_form_of_version_3_begins_by_chance_alone(name: str) -> None:
    now = as_json(resolve(read(TEXTS[name])))
    sampler = now["search"]["sampler"]
    options = {key: each for key, each in sampler["options"].items() if key != "startup_defaults"}
    third = {**now, "version": 3, "search": {**now["search"], "sampler": {**sampler, "options": options}}}
    assert read_resolved(third, "study 's'").search.sampler.options == {**options, "startup_defaults": False}


def test_a_form_of_a_newer_version_is_refused() -> None:
    content = as_json(resolve(read(TEXTS["digits"])))
    with pytest.raises(SpecError, match="was stored by a newer version of tuner"):
        read_resolved({**content, "version": VERSION + 1}, "study 's'")
    with pytest.raises(SpecError, match="study 's' cannot be read: metrics: is missing"):
        read_resolved({key: each for key, each in content.items() if key != "metrics"}, "study 's'")
    with pytest.raises(SpecError, match="there is no such key"):
        read_resolved({**content, "colour": 1}, "study 's'")


def test_a_number_that_no_database_keeps_is_refused() -> None:
    with pytest.raises(SpecError, match="not finite"):
        resolve(replace(read(TEXTS["code"]), callbacks=({"early_stopping": {"baseline": math.inf}},)))


def test_shipped_spaces_resolve() -> None:
    for path in shipped_spaces().glob("*.yaml"):
        assert resolve(read_spec(path)).version == VERSION
