"""The first trials of a space without baselines: the defaults as far as the space has them, and chance."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.search.conftest import SEED, spec_of
from tests.search.test_proposals import SMALL, asked_one_by_one, at, history, nothing
from tuner.search.algorithms import trial_seed
from tuner.search.proposals import proposals
from tuner.search.startup import near_defaults
from tuner.search.suggest import distributions
from tuner.search.tpe import Options
from tuner.settings import shipped_spaces
from tuner.spec.baselines import read_baselines
from tuner.spec.space import Choice, Domain, FloatRange, IntRange, Params, Value, middle, nearest
from tuner.spec.study_spec import StudySpec, read_spec

WITHOUT = {path.stem: replace(read_spec(path), baselines=()) for path in shipped_spaces().glob("*.yaml")}
USUAL = spec_of(
    """
dataset: digits
parameters:
  hidden_layers: {int: [1, 3]}
  units: {int: [8, 512], log: true, per: hidden_layer}
  activation: [tanh, relu]
  optimizer: [momentum, adam]
  learning_rate: {float: [1e-4, 1e-1], log: true}
  momentum: {float: [0.5, 0.99], when: {optimizer: momentum}}
  batch_size: [8, 16, 32, 64, 128]
  epochs: {int: [20, 40]}
  dropout: {float: [0.1, 0.5]}
  normalization: [minmax, standard]
"""
)
WORDS: tuple[Value, ...] = ("relu", "tanh", "elu", 3, 0.5, True)


def first(spec: StudySpec, places: int, seed: int = SEED) -> list[Params]:
    return proposals(spec, seed, nothing(), range(places))


def test_the_first_trial_has_what_a_network_has_of_which_nothing_is_said() -> None:
    (asked,) = first(USUAL, 1)
    usual = {"hidden_layers": 1, "activation": "relu", "optimizer": "adam", "learning_rate": 0.001}
    widths = {f"units_{layer}": 128 for layer in (1, 2, 3)}
    # Batches as the range has it, epochs and dropout the nearest that may be searched, a word the first.
    here = {"batch_size": 32, "epochs": 20, "dropout": 0.1, "normalization": "minmax"}
    assert asked == {**usual, **widths, **here}


@pytest.mark.parametrize("name", WITHOUT)
def test_it_is_a_baseline_that_a_person_could_have_written(name: str) -> None:
    spec = WITHOUT[name]
    (asked,) = first(spec, 1)
    in_use = set(distributions(spec.space))
    # One value a parameter that all layers share.
    written = {spec.space[key].shared or key: value for key, value in asked.items() if key in in_use}
    (baseline,) = read_baselines({"defaults": written}, spec.space, spec.model, spec.task, "")
    assert baseline.params.items() >= {key: value for key, value in asked.items() if key in baseline.params}.items()


@pytest.mark.parametrize("name", WITHOUT)
@given(seed=st.integers(0, 2**31), ordinal=st.integers(0, 30))
def test_what_is_near_the_defaults_lies_in_the_space_and_keeps_to_its_conditions(
    name: str, seed: int, ordinal: int
) -> None:
    spec = WITHOUT[name]
    found = near_defaults(spec, Options(), ordinal, trial_seed(seed, ordinal, "sampler"))
    for key, value in found.items():
        assert value in spec.space[key].domain
    assert not found or ordinal % 2 == 0
    (asked,) = proposals(spec, seed, nothing(), [ordinal])
    for key, value in asked.items():
        assert value in spec.space[key].domain
        for parent, values in spec.space[key].when.items():
            assert asked.get(parent, spec.space[parent].default) in Choice(values)
        assert key not in found or value == found[key]


def test_every_other_place_has_about_half_of_them_and_the_others_none() -> None:
    plain = spec_of("dataset: digits\nparameters:\n  learning_rate: {float: [1e-4, 1e-1], log: true}\n"
                    "  dropout: {float: [0.0, 0.5]}\n  units: {int: [8, 512], per: hidden_layer}\n"
                    "  hidden_layers: {int: [1, 3]}")  # fmt: skip
    found = first(plain, 400)
    defaults = {"learning_rate": 0.001, "dropout": 0.0}
    had = Counter(
        (place % 2, name) for place, asked in enumerate(found) for name in defaults if asked[name] == defaults[name]
    )
    for name in defaults:
        assert 70 < had[0, name] < 130
        assert had[1, name] == 0
    # All layers are the default's, or none is.
    widths = [[asked[f"units_{layer}"] == 128 for layer in (1, 2, 3)] for asked in found[::2]]
    assert 70 < sum(all(each) for each in widths) < 130
    assert not any(sum(each) == 2 for each in widths)


def test_a_learning_rate_is_the_default_of_the_optimizer_that_the_trial_has() -> None:
    spec = spec_of("dataset: digits\nparameters:\n  optimizer: [sgd, adam]\n  learning_rate: {float: [1e-4, 1e-1]}")
    rates = {(each["optimizer"], each["learning_rate"]) for each in first(spec, 200)[::2]}
    assert {("sgd", 0.01), ("adam", 0.001)} <= rates
    assert not {("sgd", 0.001), ("adam", 0.01)} & rates


@pytest.mark.parametrize("ended", [0, 3, 4, 30])
def test_places_asked_at_once_get_what_they_get_one_by_one(ended: int) -> None:
    trials, places = history(USUAL, ended), range(ended, ended + 6)
    assert proposals(USUAL, SEED, at(trials), places) == asked_one_by_one(USUAL, trials, places)


def test_by_chance_alone_with_baselines_or_where_the_space_says_so() -> None:
    off = spec_of(SMALL.text.partition("\nsearch:")[0], "{name: tpe, startup_defaults: false}")
    assert near_defaults(off, Options(startup_defaults=False), 0, SEED) == {}
    lab = read_spec(shipped_spaces() / "fashion_mnist.yaml")
    assert near_defaults(lab, Options(), 2, SEED) == {}
    assert near_defaults(replace(lab, baselines=()), Options(), 2, SEED)
    assert first(off, 4)[0] != first(SMALL, 4)[0]
    assert first(off, 4)[1::2] == first(SMALL, 4)[1::2]


def test_once_there_is_something_to_learn_from_the_defaults_are_forgotten() -> None:
    off = spec_of(SMALL.text.partition("\nsearch:")[0], "{name: tpe, startup_trials: 4, startup_defaults: false}")
    tried = at(history(off, 20))
    assert proposals(SMALL, SEED, tried, range(20, 26)) == proposals(off, SEED, tried, range(20, 26))


def test_what_breaks_a_constraint_is_drawn_again_by_chance() -> None:
    found = proposals(USUAL, SEED, nothing(), range(8), lambda asked: asked["units_1"] != 128)
    assert all(asked["units_1"] != 128 for asked in found)


@given(
    st.one_of(
        st.tuples(st.integers(1, 50), st.integers(1, 50), st.integers(1, 7)).map(
            lambda each: IntRange(each[0], each[0] + each[1] * each[2], each[2])
        ),
        st.tuples(st.integers(1, 50), st.integers(1, 50)).map(lambda each: IntRange(each[0], sum(each), log=True)),
        st.tuples(st.floats(0.001, 5), st.floats(0.001, 5)).map(lambda each: FloatRange(each[0], sum(each), log=True)),
        st.tuples(st.integers(0, 5), st.integers(1, 9)).map(
            lambda each: FloatRange(each[0], each[0] + each[1] / 10, 0.1)
        ),
        st.lists(st.integers(1, 600), min_size=1, unique=True).map(lambda each: Choice(tuple(each))),
        st.lists(st.sampled_from(WORDS), min_size=1).map(lambda each: Choice(tuple(each))),
    ),
    st.one_of(st.integers(-5, 700), st.floats(-2, 700), st.booleans(), st.sampled_from(["relu", "gelu", ""])),
)
def test_the_nearest_of_a_domain_is_of_it_and_none_is_nearer(domain: Domain, value: Value) -> None:
    found = nearest(value, domain)
    assert found in domain
    assert found == value or value not in domain
    assert middle(domain) in domain
    if isinstance(domain, IntRange) and domain.step == 1 and isinstance(value, int) and not isinstance(value, bool):
        assert found == sorted((domain.low, value, domain.high))[1]
