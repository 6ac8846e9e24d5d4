"""What is said before the first trial: ends of a space, sizes as Keras counts them, memory, idle parameters, time."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuner.data.dataset import DataInfo, Dataset
from tuner.data.preprocessing import fit
from tuner.errors import SpecError
from tuner.settings import shipped_spaces
from tuner.spec.families import CONFIGURE
from tuner.spec.families.sizes import size
from tuner.spec.space import Params, fixed
from tuner.spec.space_file import Finalists
from tuner.spec.study_spec import StudySpec, parse_spec, read_spec
from tuner.studies.dry_run import mean_trial, study_seconds, try_network
from tuner.studies.preflight import draw, ends, look_ahead
from tuner.training.networks.models import build, parameters

GREY = DataInfo("digits", "classification", (8, 8, 1), 10, tuple("0123456789"), 1150, 288, 359, images=True)
TABLE = DataInfo("iris", "classification", (4,), 3, ("a", "b", "c"), 96, 24, 30)


def parse(text: str) -> StudySpec:
    return parse_spec(text, "small", Path(), "small.yaml")


SIZES: list[tuple[str, Params]] = [
    ("mlp", {"hidden_layers": 0}),
    ("mlp", {"hidden_layers": 2, "units_1": 24, "units_2": 7, "batch_normalization": True, "activation": "prelu"}),
    ("cnn", {"blocks": 2, "convolutions": 2, "filters": 4, "kernel_size": 5, "head_units": 8}),
    ("cnn", {"blocks": 3, "filters": 3, "pooling": "stride", "head": "global_max", "activation": "prelu"}),
    ("rnn", {"units": 5, "recurrent_layers": 2, "bidirectional": True, "head_units": 4, "layer_dropout": 0.1}),
    ("rnn", {"cell": "gru", "units": 7, "head": "global_max"}),
    ("rnn", {"cell": "simple", "units": 7, "head": "global_average", "dropout": 0.1}),
    ("timeseries", {"blocks": 2, "filters": 4, "kernel_size": 5, "batch_normalization": True, "head_units": 8}),
    ("timeseries", {"blocks": 3, "filters": 3, "pooling": "stride", "head": "global_average", "activation": "prelu"}),
    ("cnn", {"blocks": 1, "filters": 3, "pooling": "none", "batch_normalization": True, "input_dropout": 0.1}),
]


@pytest.mark.parametrize(("family", "params"), SIZES)
def test_parameters_and_values_are_counted_as_keras_counts_them(digits: Dataset, family: str, params: Params) -> None:
    config = CONFIGURE[family](fixed(params), "classification", True)
    model = build(config, digits.info, fit("none", digits.train.x), seed=1)
    counted = size(config, digits.info.input_shape, 10)
    assert counted.parameters == parameters(model)
    if family == "rnn":
        # What a cell keeps of each step is Keras' own affair; only their number is known.
        assert counted.values > 64 + 8 * int(params["units"])
        return
    given_out = sum(
        int(np.prod(layer.output.shape[1:]))
        for layer in model.layers
        if layer.name not in ("flatten", "head", "as_sequence")
    )
    if str(params.get("head")).startswith("global"):
        given_out += 3
    # The image itself, and what each layer makes of it.
    assert counted.values == 64 + given_out


@given(st.integers(0, 10_000))
@settings(max_examples=25)
def test_no_configuration_of_a_space_is_smaller_or_larger_than_its_ends(seed: int) -> None:
    for name, info in (("digits", GREY), ("fashion_mnist_cnn", replace(GREY, input_shape=(28, 28, 1)))):
        spec = read_spec(shipped_spaces() / f"{name}.yaml")
        smallest, largest = ends(spec, info)
        for each in draw(spec, info, 4, seed):
            assert smallest.size.parameters <= each.size.parameters <= largest.size.parameters
            assert all(value in spec.space[key].domain for key, value in each.params.items() if key in spec.space)


def test_a_size_that_hangs_on_a_condition_is_found() -> None:
    spec = parse(
        "dataset: digits\nmodel: cnn\nparameters:\n  head: [global_average, flatten]\n"
        "  head_units: {choice: [0, 500], when: {head: global_average}}\n  blocks: 1\n  filters: 4\n"
    )
    _, largest = ends(spec, GREY)
    assert largest.params["head_units"] == 500
    assert largest.params["head"] == "global_average"


IDLE = {
    "momentum": ("momentum: [0.5, 0.9]", "the optimizer momentum or nesterov"),
    "huber_delta": ("huber_delta: {float: [1, 10]}", "the loss huber"),
    "shift_fraction": ("shift_fraction: {float: [0.1, 0.2]}", "a shift"),
    "decay_rate": ("decay_rate: [0.8, 0.9]", "the schedule exponential"),
}


@pytest.mark.parametrize("name", IDLE)
def test_what_is_given_and_never_used_is_named_with_the_reason(name: str) -> None:
    written, why = IDLE[name]
    spec = parse(f"dataset: digits\nparameters:\n  {written}\n  units: [8, 16]\n")
    assert look_ahead(spec, GREY).warnings == (f"{name} is given and never used: no choice of the space is {why}",)


def test_augmentation_of_a_table_is_named() -> None:
    spec = parse("dataset: iris\nparameters:\n  augmentation: [none, shift]\n  units: [8, 16]\n")
    assert look_ahead(spec, TABLE).warnings == ("augmentation is given and never used: only images are augmented",)


def test_units_of_layers_that_never_are_there_are_named() -> None:
    spec = parse("dataset: iris\nparameters:\n  hidden_layers: 0\n  units: [8, 16]\n")
    assert look_ahead(spec, TABLE).warnings[0].startswith("units is given and never used")


@pytest.mark.parametrize("path", sorted(shipped_spaces().glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_spaces_have_no_idle_parameter(path: Path) -> None:
    spec = read_spec(path)
    info = TABLE if spec.data.name in ("breast_cancer", "diabetes") else GREY
    if spec.data.name == "breast_cancer":
        info = replace(info, outputs=2, class_names=("a", "b"))
    if spec.model == "text":
        info = replace(info, text=True, input_shape=(), images=False)
    if spec.task == "regression":
        info = replace(info, task="regression", outputs=1, class_names=())
    # Few rows and a wide batch are what this test's small data says, not the space's own.
    assert not [each for each in look_ahead(spec, info).warnings if "never used" in each]


def test_batches_and_patience_that_make_no_difference_are_named() -> None:
    spec = parse("dataset: iris\nparameters:\n  batch_size: [32, 512]\n  epochs: [2, 4]\nsearch: {patience: 4}\n")
    assert look_ahead(spec, TABLE).warnings == (
        "batch_size 512 is more than the 96 training rows, and the same as full",
        "search.patience 4 never ends a trial: it has 4 epochs at most",
    )


def test_a_network_that_does_not_fit_is_said_with_both_sizes() -> None:
    spec = parse("dataset: digits\nparameters:\n  units: [8, 30000]\n  hidden_layers: 3\n")
    outlook = look_ahead(spec, GREY, memory_mib=4096)
    assert "needs about" in outlook.warnings[-1]
    assert "of 4.0 GiB" in outlook.warnings[-1]
    # Two square matrices of 30,000, four numbers each: weight, gradient and Adam's two.
    assert outlook.worker_mib > 4 * 4 * 2 * 30_000**2 / 2**20
    assert not look_ahead(spec, GREY, memory_mib=100_000).warnings


def test_a_family_that_needs_images_refuses_a_table() -> None:
    spec = parse("dataset: {npz: mine.npz}\nmodel: cnn\nparameters: {epochs: [1, 2]}\n")
    with pytest.raises(SpecError, match=r"model: cnn needs images, and the rows of iris have the shape \(4,\)"):
        look_ahead(spec, TABLE)


def test_one_output_for_many_classes_is_refused() -> None:
    spec = parse("dataset: digits\nparameters: {loss: [mse, binary_crossentropy]}\n")
    with pytest.raises(SpecError, match="binary_crossentropy is for two classes, and digits has 10"):
        look_ahead(spec, GREY)


def test_both_ends_are_trained_and_a_study_takes_its_trials_and_finalists(digits: Dataset) -> None:
    spec = parse("dataset: digits\nparameters:\n  units: [8, 512]\n  epochs: 3\n  batch_size: [64, 128]\n")
    small, large = (try_network(spec, digits, each) for each in ends(spec, digits.info))
    assert not small.problem
    assert not large.problem
    assert small.parameters == small.network.size.parameters == 64 * 8 + 8 + 8 * 10 + 10
    assert 0 < small.step_s < 1
    trial = mean_trial(spec, digits, (small, large))
    assert trial is not None
    # Eight steps an epoch at least, in every trial.
    assert trial.training_s > 3 * 8 * min(small.step_s, large.step_s)
    # Saving a network and looking at it takes longer than these epochs.
    assert 0.05 < trial.fixed_s < 30

    def seconds(trials: int, **finalists: Any) -> float:
        search = spec.search.model_copy(update={"trials": trials, "finalists": Finalists(**finalists)})
        return study_seconds(replace(spec, search=search), trial, workers=2, startup_s=4.0) - 4.0

    each = (trial.training_s + trial.fixed_s) / 2
    assert seconds(40, configurations=0) == pytest.approx(40 * each)
    assert seconds(40, configurations=3, seeds=2) == pytest.approx(48 * each)
    assert seconds(40, configurations=1, seeds=2) == pytest.approx(42 * each)
    assert seconds(40, share=0.1) == pytest.approx(44 * each)


def test_a_network_that_diverges_is_told_apart_from_one_that_cannot_be_trained(digits: Dataset) -> None:
    spec = parse(
        "dataset: digits\nparameters:\n  learning_rate: [1e9]\n  optimizer: sgd\n  loss: mse\n"
        "  output_activation: linear\n  units: [64]\n"
    )
    tried = try_network(spec, digits, ends(spec, digits.info)[0])
    assert tried.diverged
    assert not tried.problem
    assert mean_trial(spec, digits, (tried, tried)) is None
