"""Each sampler finds what is best, each pruner stops what it should, in studies that live in a database."""

import importlib.util

import pytest

from tests.search.conftest import BOWL, SEED, Begin, bowl, spec_of
from tuner.search import cells
from tuner.search.optuna_study import adopt, open_optuna_study, tell

needs_torch = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="torch is not installed (the extra `gp`)"
)


@pytest.mark.parametrize(
    ("sampler", "trials", "off"),
    [
        ("tpe", 40, 0.02),
        ("cmaes", 50, 0.02),
        ("{name: nsga2, population: 10}", 70, 0.1),
        ("qmc", 50, 0.1),
        ("random", 80, 0.1),
        pytest.param("gp", 30, 0.02, marks=needs_torch),
    ],
)
def test_a_sampler_finds_the_best_of_a_known_function(search: Begin, sampler: str, trials: int, off: float) -> None:
    assert search(spec_of(BOWL, sampler)).run(trials, bowl) > -off


GRID = """
dataset: digits
parameters:
  learning_rate: [0.001, 0.01, 0.1]
  dropout: {float: [0.0, 0.5], step: 0.25}
  activation: [relu, tanh]
"""


@pytest.mark.parametrize("sampler", ["grid", "brute_force"])
def test_a_grid_has_each_configuration_once_and_finds_the_best_exactly(search: Begin, sampler: str) -> None:
    spec = spec_of(GRID, sampler)
    assert cells.budget(spec, None) == 18
    study, seen = search(spec), set()
    for ordinal in range(18):
        number, params = study.ask(ordinal)
        seen.add((params["learning_rate"], params["dropout"], params["activation"]))
        study.tell(number, ordinal, bowl(params))
    assert len(seen) == 18
    assert max(bowl(dict(zip(("learning_rate", "dropout", "activation"), each, strict=True))) for each in seen) == 0.0


def test_points_stand_for_a_range_with_its_ends(search: Begin) -> None:
    spec = spec_of(BOWL, "{name: grid, points: 4}")
    rates = sorted({float(each["learning_rate"]) for each in cells.cells(spec, "here")})
    assert rates == pytest.approx([1e-4, 1e-3, 1e-2, 1e-1])
    assert (rates[0], rates[-1]) == (1e-4, 1e-1)
    assert len(cells.cells(spec, "here")) == 4 * 4 * 2
    search(spec).ask(0)


CONDITIONAL = """
dataset: digits
parameters:
  hidden_layers: [1, 2]
  units: {choice: [16, 32], per: hidden_layer}
  optimizer: [adam, momentum]
  momentum: {choice: [0.5, 0.9], when: {optimizer: momentum}}
baselines:
  known: {hidden_layers: 1, units: 16, optimizer: adam}
"""


@pytest.mark.parametrize("sampler", ["grid", "brute_force"])
def test_a_parameter_that_is_not_asked_for_makes_no_cells_and_a_baseline_is_not_tried_again(
    search: Begin, sampler: str
) -> None:
    spec = spec_of(CONDITIONAL, sampler)
    # One layer: 2 widths, two: 4; adam: 1, momentum: 2 values. 6 * 3, the baseline among them.
    assert cells.budget(spec, None) == 18
    study, seen = search(spec), []
    for ordinal in range(18):
        seen.append(tuple(sorted((name, str(value)) for name, value in study.ask(ordinal)[1].items())))
    assert len(set(seen)) == 18
    assert ("hidden_layers", "1") in seen[0]


@pytest.mark.parametrize("sampler", ["grid", "qmc"])
def test_workers_that_ask_at_once_get_what_their_places_say(search: Begin, sampler: str) -> None:
    spec = spec_of(GRID if sampler == "grid" else BOWL, sampler)
    one, other = search(spec), search(spec)
    in_turn = []
    for ordinal in range(8):
        number, params = one.ask(ordinal)
        in_turn.append(params)
        one.tell(number, ordinal, 0.0)
    # All of them open at the same time, the later places first.
    at_once = {ordinal: other.ask(ordinal) for ordinal in reversed(range(8))}
    assert [at_once[ordinal][1] for ordinal in range(8)] == in_turn
    assert len({str(params) for params in in_turn}) == 8


@pytest.mark.parametrize("sampler", ["tpe", "random", "grid", "qmc", "cmaes", "{name: nsga2, population: 2}"])
def test_an_adopted_trial_goes_on_with_what_it_was_given(search: Begin, sampler: str) -> None:
    study = search(spec_of(GRID, sampler))
    for ordinal in range(4):
        number, params = study.ask(ordinal)
        assert study.go_on(number, ordinal) == params
        study.tell(number, ordinal, bowl(params))


@pytest.mark.parametrize("sampler", ["tpe", "random", "qmc", "grid"])
def test_two_places_get_different_proposals_and_one_place_the_same_again(search: Begin, sampler: str) -> None:
    spec = spec_of(GRID if sampler == "grid" else BOWL, sampler)
    first, second, again = search(spec).ask(0)[1], search(spec).ask(1)[1], search(spec).ask(0)[1]
    assert first == again
    assert first != second


def test_cma_es_keeps_its_state_in_the_database(search: Begin) -> None:
    study = search(spec_of(BOWL, "{name: cmaes, population: 4}"))
    study.run(14, bowl)
    rows = study.db.storage.get_all_trials(study.db.storage.get_study_id_from_name(study.name))
    generations = {row.system_attrs.get("cma:generation") for row in rows} - {None}
    assert generations == {0, 1, 2, 3}


def test_nsga2_breeds_generations(search: Begin) -> None:
    study = search(spec_of(BOWL, "{name: nsga2, population: 4}"))
    study.run(13, bowl)
    rows = study.db.storage.get_all_trials(study.db.storage.get_study_id_from_name(study.name))
    assert {row.system_attrs["NSGAIISampler:generation"] for row in rows} == {0, 1, 2, 3}


NINE_EPOCHS = "dataset: digits\nparameters:\n  learning_rate: {float: [0.1, 0.2]}\n  epochs: 9"


def prunes(search: Begin, pruner: str, curves: list[list[float]]) -> list[int | None]:
    """The epoch at which each curve is stopped, one after another; None where it is trained to its end."""
    study = search(spec_of(NINE_EPOCHS, pruner=pruner))
    ends: list[int | None] = []
    for ordinal, values in enumerate(curves):
        opened = open_optuna_study(study.db.storage, study.name, study.spec, SEED, ordinal)
        trial = adopt(opened, study.db.storage, study.begin(ordinal))
        ends.append(None)
        for epoch, value in enumerate(values, start=1):
            trial.report(value, epoch)
            if trial.should_prune():
                ends[-1] = epoch
                break
        tell(opened, study.db.storage, trial.number, "pruned" if ends[-1] else "complete", max(values))
    return ends


def rising(level: float) -> list[float]:
    return [level * (1 - 0.5**epoch) for epoch in range(1, 10)]


GOOD = [rising(level) for level in (0.80, 0.81, 0.82, 0.83, 0.84, 0.85, 0.86, 0.87, 0.88)]


@pytest.mark.parametrize(
    ("pruner", "at"),
    [
        ("none", None),
        ("median", 1),
        ("{name: median, warmup_epochs: 4}", 4),
        ("{name: percentile, percentile: 20.0, warmup_epochs: 2}", 2),
        ("asha", 1),
        ("{name: asha, min_epochs: 3}", 3),
        ("{name: threshold, lower: 0.4, warmup_epochs: 2}", 2),
        ("{name: patient, patience: 2, pruner: median}", None),
    ],
)
def test_a_pruner_stops_the_bad_one_when_it_may_and_never_the_best(search: Begin, pruner: str, at: int | None) -> None:
    ends = prunes(search, pruner, [*GOOD, rising(0.3), rising(0.95)])
    assert ends[-2] == at
    assert ends[-1] is None


def test_the_search_learns_from_the_trials_of_every_bracket(search: Begin) -> None:
    study = search(spec_of(BOWL, "{name: tpe, startup_trials: 4}", "{name: hyperband, max_epochs: 9}"))
    study.run(12, bowl)


def test_hyperband_stops_most_of_the_bad_at_the_rungs_of_their_brackets(search: Begin) -> None:
    levels = [0.9 if ordinal % 3 == 0 else 0.3 + ordinal / 100 for ordinal in range(24)]
    ends = prunes(search, "{name: hyperband, max_epochs: 9}", [rising(level) for level in levels])
    bad = [end for end, level in zip(ends, levels, strict=True) if level < 0.9]
    assert sum(end is not None for end in bad) >= len(bad) / 2
    assert {end for end in bad if end} <= {1, 3, 9}
    assert len({end for end in bad if end}) > 1, "one bracket only"


def test_patient_stops_what_stands_still(search: Begin) -> None:
    still = [0.5, 0.7, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6]
    assert prunes(search, "{name: patient, patience: 3}", [still, rising(0.2)]) == [6, None]
