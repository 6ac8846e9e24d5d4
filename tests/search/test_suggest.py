"""Every suggestion obeys its space, and what is in use is recorded."""

import optuna
from hypothesis import given, settings
from hypothesis import strategies as st

from tuner.search.suggest import answer_as_asked, answer_from, distributions, proposal
from tuner.settings import shipped_spaces
from tuner.spec.families import CONFIGURE
from tuner.spec.space import Choice, FloatRange, IntRange, Parameter, Space, Value
from tuner.spec.study_spec import read_spec

LAB = read_spec(shipped_spaces() / "fashion_mnist.yaml")


@st.composite
def spaces(draw: st.DrawFn) -> Space:
    """A parent and parameters that depend on it, of every kind of domain."""
    words = draw(st.lists(st.text("abc", min_size=1, max_size=3), min_size=2, max_size=4, unique=True))
    low = draw(st.integers(1, 20))
    high = low + draw(st.integers(1, 50))
    first = draw(st.floats(1e-5, 1.0))
    last = first * draw(st.floats(1.5, 1e4))
    condition = {"parent": tuple(words[:1])}
    return Space(
        (
            Parameter("parent", Choice(tuple(words)), words[0]),
            Parameter("whole", IntRange(low, high, log=draw(st.booleans())), low, condition),
            Parameter("real", FloatRange(first, last, log=draw(st.booleans())), first),
            Parameter("only", Choice((True,)), True),
        )
    )


@settings(max_examples=60)
@given(spaces(), st.integers(0, 2**31))
def test_every_suggestion_obeys_its_space(space: Space, seed: int) -> None:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=seed))
    used: dict[str, Value] = {}
    ask = answer_from(study.ask(), space, used)
    for parameter in space:
        value = ask(Parameter(parameter.name, Choice(("default",)), "default"))
        held = all(used[parent] in values for parent, values in parameter.when.items())
        assert value in parameter.domain if held else value == "default"
    assert list(used) == [parameter.name for parameter in space]


def test_widths_of_all_layers_are_sampled_and_only_those_in_use_recorded() -> None:
    study = optuna.create_study()
    study.enqueue_trial({"hidden_layers": 2})
    trial = study.ask()
    used: dict[str, Value] = {}
    CONFIGURE["mlp"](answer_from(trial, LAB.space, used), "classification", True)
    assert {f"units_{i}" for i in range(1, 6)} <= set(trial.params)
    assert {name for name in used if name.startswith("units")} == {"units_1", "units_2"}


def test_a_conditional_parameter_is_sampled_only_when_its_condition_holds() -> None:
    study = optuna.create_study()
    for optimizer, there in (("adam", False), ("momentum", True)):
        study.enqueue_trial({"optimizer": optimizer})
        trial = study.ask()
        used: dict[str, Value] = {}
        CONFIGURE["mlp"](answer_from(trial, LAB.space, used), "classification", True)
        assert ("momentum" in trial.params) is there
        assert ("momentum" in used) is there


def test_a_baseline_is_proposed_as_it_was_written() -> None:
    study = optuna.create_study()
    baseline = LAB.baselines[0]
    study.enqueue_trial(dict(proposal(baseline.params, LAB.space)))
    used: dict[str, Value] = {}
    CONFIGURE["mlp"](answer_from(study.ask(), LAB.space, used), "classification", True)
    assert used == dict(baseline.params)


def test_a_fixed_value_is_not_sampled() -> None:
    space = Space((Parameter("x", Choice((3,)), 3), Parameter("y", IntRange(1, 2), 1)))
    assert set(distributions(space)) == {"y"}


def test_code_that_asks_a_name_again_in_another_domain_gets_a_value_of_that() -> None:
    used: dict[str, Value] = {}
    answer = answer_as_asked(optuna.create_study().ask(), Space(()), used, None, defaults=True)
    assert answer(Parameter("x", Choice((1, 2)), 1)) in (1, 2)
    assert answer(Parameter("x", Choice((3,)), 3)) == 3
    assert used == {"x": 3}
