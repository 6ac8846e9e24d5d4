"""The search-space file: what it may say, and what it is told when it says something else."""

from pathlib import Path

import pytest

from tuner.errors import SpecError
from tuner.settings import shipped_spaces
from tuner.spec.families import CONFIGURE, FAMILIES, CnnConfig, MlpConfig
from tuner.spec.space import Choice, FloatRange, IntRange, Params, fixed
from tuner.spec.space_file import Objective
from tuner.spec.study_spec import StudySpec, parse_spec, read_spec, spec_of_content
from tuner.spec.validation import SMALL_TABLES, Validation

SHIPPED = sorted(shipped_spaces().glob("*.yaml"))
LAB = (shipped_spaces() / "fashion_mnist.yaml").read_text()

SMALL = """
dataset: digits
parameters:
  learning_rate: {float: [1e-4, 1e-1], log: true}
"""


def parse(text: str) -> StudySpec:
    return parse_spec(text, "small", Path(), "small.yaml")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_space_is_read(path: Path) -> None:
    spec = read_spec(path)
    assert spec.name == path.stem
    assert spec.baselines


def test_lab_8_1_is_the_baseline_of_fashion_mnist() -> None:
    lab = {each.name: each.params for each in parse(LAB).baselines}["lab-8-1"]
    config = CONFIGURE["mlp"](fixed(lab), "classification", True)
    assert isinstance(config, MlpConfig)
    assert [layer.units for layer in config.layers] == [128, 32]
    assert config.input_dropout == 0.2
    assert (config.batch_size, config.epochs, config.optimizer.name) == (64, 10, "adam")
    assert [layer.dropout for layer in config.layers] == [0.0, 0.0]


def test_widths_are_spread_over_the_layers_of_the_deepest_network() -> None:
    names = [parameter.name for parameter in parse(LAB).space]
    assert [name for name in names if name.startswith("units")] == [f"units_{i}" for i in range(1, 6)]


def test_a_number_with_an_exponent_needs_no_dot() -> None:
    assert parse(SMALL).space["learning_rate"].domain == FloatRange(1e-4, 1e-1, log=True)


def test_a_whole_number_is_a_float_where_the_parameter_is_one() -> None:
    spec = parse("dataset: digits\nparameters: {dropout: [0, 0.5]}")
    domain = spec.space["dropout"].domain
    assert domain == Choice((0.0, 0.5))
    assert isinstance(domain, Choice)
    assert all(isinstance(value, float) for value in domain.values)


def test_a_parent_is_asked_before_what_depends_on_it() -> None:
    spec = parse(
        "dataset: digits\n"
        "parameters:\n"
        "  momentum: {float: [0.5, 0.9], when: {optimizer: momentum}}\n"
        "  optimizer: [momentum, adam]\n"
    )
    assert [parameter.name for parameter in spec.space] == ["optimizer", "momentum"]


# One value of its own for every parameter that the model takes, as a choice of two and as a range.
EVERY = {
    "hidden_layers": ("{int: [1, 4]}", "2", "[1, 3]"),
    "units": ("{int: [8, 64], log: true, per: hidden_layer}", "16", "[8, 16]"),
    "activation": ("[sigmoid, tanh, relu, leaky_relu, prelu, elu, selu, gelu, silu]", "elu", "[relu, elu]"),
    "negative_slope": ("{float: [0.0, 0.5]}", "0.1", "[0.1, 0.2]"),
    "alpha": ("{float: [0.1, 2.0]}", "0.5", "[0.5, 1.0]"),
    "initializer": (
        "[zeros, constant, random_normal, random_uniform, glorot_normal, glorot_uniform, he_normal, he_uniform, "
        "he_avg_normal, he_avg_uniform, lecun_normal, lecun_uniform]", "he_normal", "[he_normal, zeros]",
    ),
    "initializer_value": ("{float: [-1.0, 1.0]}", "0.1", "[0, 1]"),
    "initializer_stddev": ("{float: [0.01, 1.0], log: true}", "0.01", "[0.01, 1]"),
    "initializer_range": ("{float: [0.01, 1.0], log: true}", "0.01", "[0.01, 1]"),
    "batch_normalization": ("[true, false]", "true", "[true, false]"),
    "dropout": ("{float: [0.0, 0.5], step: 0.1}", "0.2", "[0, 0.2]"),
    "input_dropout": ("{float: [0.0, 0.5]}", "0.2", "[0, 0.2]"),
    "l1": ("{float: [1e-6, 1e-2], log: true}", "0.001", "[0, 0.001]"),
    "l2": ("{float: [1e-6, 1e-2], log: true}", "0.001", "[0, 0.001]"),
    "normalization": ("[none, minmax, standard, whiten]", "minmax", "[minmax, whiten]"),
    "augmentation": ("[none, shift, flip, rotate, shift+rotate]", "shift", "[none, shift]"),
    "shift_fraction": ("{float: [0.0, 0.2]}", "0.1", "[0.1, 0.2]"),
    "flip_probability": ("{float: [0.0, 1.0]}", "0.5", "[0.1, 0.2]"),
    "rotation_degrees": ("{float: [0.0, 30.0]}", "10", "[5, 10]"),
    "optimizer": ("[sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw, nadam, adadelta]", "adam", "[sgd, adam]"),
    "learning_rate": ("{float: [1e-4, 1e-1], log: true}", "0.01", "[0.01, 0.1]"),
    "momentum": ("{float: [0.5, 0.99]}", "0.9", "[0.5, 0.9]"),
    "rho": ("{float: [0.5, 0.99]}", "0.9", "[0.5, 0.9]"),
    "beta_1": ("{float: [0.5, 0.99]}", "0.9", "[0.5, 0.9]"),
    "beta_2": ("{float: [0.5, 0.999]}", "0.9", "[0.5, 0.9]"),
    "weight_decay": ("{float: [1e-5, 1e-2], log: true}", "0.001", "[0.001, 0.01]"),
    "schedule": ("[constant, exponential, cosine]", "cosine", "[constant, cosine]"),
    "decay_rate": ("{float: [0.5, 1.0]}", "0.9", "[0.8, 0.9]"),
    "batch_size": ("[1, 32, 512, full]", "64", "[1, full]"),
    "epochs": ("{int: [5, 15]}", "3", "[3, 5]"),
    "loss": (
        "[sparse_categorical_crossentropy, categorical_crossentropy, binary_crossentropy, focal, mse]", "mse", "[mse, focal]"
    ),
    "label_smoothing": ("{float: [0.0, 0.2]}", "0.1", "[0, 0.1]"),
    "focal_gamma": ("{float: [0.0, 5.0]}", "2", "[1, 2]"),
    "huber_delta": ("{float: [0.5, 2.0]}", "1", "[1, 2]"),
    "output_activation": ("[softmax, sigmoid, linear]", "softmax", "[softmax, sigmoid]"),
    "target_normalization": ("[none, standard]", "standard", "[none, standard]"),
    "class_weight": ("[none, balanced]", "balanced", "[none, balanced]"),
}  # fmt: skip


EVERY_OF_CNN = {
    **{name: written for name, written in EVERY.items() if name in FAMILIES["cnn"]},
    "blocks": ("{int: [1, 3]}", "2", "[1, 3]"),
    "convolutions": ("{int: [1, 2], per: block}", "2", "[1, 2]"),
    "filters": ("{int: [8, 64], log: true, per: block}", "16", "[8, 16]"),
    "kernel_size": ("{choice: [3, 5], per: block}", "3", "[3, 5]"),
    "pooling": ("[max, average, stride, none]", "max", "[max, stride]"),
    "block_dropout": ("{float: [0.0, 0.5], per: block}", "0.2", "[0, 0.2]"),
    "head": ("[flatten, global_average, global_max]", "flatten", "[flatten, global_max]"),
    "head_units": ("{int: [0, 128], step: 32}", "64", "[0, 64]"),
}


def test_the_lists_above_have_every_parameter_of_the_models() -> None:
    assert set(EVERY) == set(FAMILIES["mlp"])
    assert set(EVERY_OF_CNN) == set(FAMILIES["cnn"])


@pytest.mark.parametrize("name", EVERY_OF_CNN)
def test_every_parameter_of_a_convolutional_network_is_searchable_fixable_and_conditional(name: str) -> None:
    head = "dataset: digits\nmodel: cnn\nparameters:\n"
    parent, of_parent, value = ("head", "[flatten, global_max]", "flatten")
    if name == "head":
        parent, of_parent, value = ("schedule", "[constant, cosine]", "cosine")
    searched, constant, choice = EVERY_OF_CNN[name]
    for written in (searched, constant, choice):
        assert any(each.name.startswith(name) for each in parse(f"{head}  {name}: {written}").space)
    spec = parse(f"{head}  {parent}: {of_parent}\n  {name}: {{choice: {choice}, when: {{{parent}: {value}}}}}")
    assert spec.space[name].when


def test_values_are_spread_over_the_blocks_of_the_largest_network() -> None:
    spec = parse(
        "dataset: digits\nmodel: cnn\nparameters:\n  blocks: {int: [1, 3]}\n  filters: {choice: [4, 8], per: block}\n"
        "baselines:\n  small: {blocks: 2, filters: [4, 8]}\n"
    )
    assert [each.name for each in spec.space] == ["blocks", "filters_1", "filters_2", "filters_3"]
    config = CONFIGURE["cnn"](fixed(spec.baselines[0].params), "classification", True)
    assert isinstance(config, CnnConfig)
    assert [block.filters for block in config.blocks] == [4, 8]


@pytest.mark.parametrize("name", EVERY)
def test_every_parameter_is_searchable_fixable_and_conditional(name: str) -> None:
    parent = "hidden_layers" if name == "schedule" else "schedule"
    parents = {"schedule": "  schedule: [constant, cosine]\n", "hidden_layers": "  hidden_layers: [1, 2]\n"}
    value = {"schedule": "cosine", "hidden_layers": "2"}[parent]
    searched, constant, choice = EVERY[name]
    for written in (searched, constant, choice):
        assert any(
            each.name.startswith(name) for each in parse(f"dataset: digits\nparameters:\n  {name}: {written}").space
        )
    spec = parse(
        f"dataset: digits\nparameters:\n{parents[parent]}  {name}: {{choice: {choice}, when: {{{parent}: {value}}}}}"
    )
    assert spec.space[name].when


TABLE = "dataset: diabetes\nparameters: {epochs: 3}\n"


def test_a_regression_minimizes_its_mean_absolute_error_unless_told_otherwise() -> None:
    assert parse(TABLE).objective == Objective(metric="val_mae", direction="minimize")


BAD = {
    "an unknown data set": (
        LAB.replace("dataset: fashion_mnist", "dataset: fashion_mnst"),
        "dataset: 'fashion_mnst' is not known. Did you mean fashion_mnist?",
    ),
    "a file without its kind": (
        LAB.replace("dataset: fashion_mnist", "dataset: houses.csv"),
        "'houses.csv' is not known. For a file: dataset: {csv: houses.csv, target: COLUMN}.",
    ),
    "a table without a target": (
        LAB.replace("dataset: fashion_mnist", "dataset: {csv: houses.csv}"), "dataset.target: is missing."
    ),
    "a mistyped key of a table": (
        LAB.replace("dataset: fashion_mnist", "dataset: {csv: h.csv, target: a, mising: impute}"),
        "dataset.mising: there is no such key. Did you mean missing?",
    ),
    "two kinds of file": (
        LAB.replace("dataset: fashion_mnist", "dataset: {csv: h.csv, npz: h.npz}"), "is a name, or a mapping with one of idx, npz"
    ),
    "a target that is dropped": (
        LAB.replace("dataset: fashion_mnist", "dataset: {csv: h.csv, target: a, drop: [a]}"), "dataset.drop: 'a' is the target."
    ),
    "an image of no size": (
        LAB.replace("dataset: fashion_mnist", "dataset: {images: h, size: [0, 8]}"), "dataset.size: [0, 8] is no size."
    ),
    "an unknown model": (LAB.replace("model: mlp", "model: mpl"), "model: 'mpl' is not known. Did you mean mlp?"),
    "an unknown key": (
        LAB.replace("search: {", "serch: {"), "serch: there is no such key. Did you mean search?"
    ),
    "an unknown key below": (
        LAB.replace("sampler: tpe", "samplr: tpe"), "search.samplr: there is no such key. Did you mean sampler?"
    ),
    "an unknown parameter": (
        LAB.replace("  epochs: ", "  epoch: "), "parameters.epoch: the model has no such parameter. Did you mean epochs?"
    ),
    "an unknown value": (
        LAB.replace("[relu, leaky_relu", "[rellu, leaky_relu"),
        "parameters.activation: 'rellu' is not known. Did you mean",
    ),
    "a reversed range": (
        LAB.replace("[1.0e-4, 1.0e-1]", "[1.0e-1, 1.0e-4]"),
        "parameters.learning_rate: low 0.1 is above high 0.0001. Swap them.",
    ),
    "an empty range": (
        LAB.replace("{int: [5, 15]}", "{int: [5, 5]}"), "parameters.epochs: low and high are both 5."
    ),
    "a log range from zero": (
        LAB.replace("[1.0e-4, 1.0e-1]", "[0, 1.0e-1]"),
        "parameters.learning_rate: a log range cannot reach 0. Start above zero.",
    ),
    "an empty choice": (
        LAB.replace("[minmax, standard]", "[]"), "parameters.normalization: has no value to choose."
    ),
    "a value twice": (
        LAB.replace("[minmax, standard]", "[minmax, minmax]"), "parameters.normalization: 'minmax' is listed twice."
    ),
    "a condition on nothing": (
        LAB.replace("when: {optimizer:", "when: {optimiser:"),
        "parameters.momentum.when: there is no parameter 'optimiser' in this space. Did you mean optimizer",
    ),
    "a condition that never holds": (
        LAB.replace("[momentum, nesterov]}}", "[adamw]}}"),
        "parameters.momentum.when.optimizer: 'adamw' is never chosen",
    ),
    "a range out of limits": (LAB.replace("[0.0, 0.3]", "[0.0, 1.0]"), "parameters.input_dropout: 1 is not below 1."),
    "a float where an int belongs": (
        LAB.replace("{int: [5, 15]}", "{float: [5, 15]}"), "parameters.epochs: epochs takes int: [low, high], not float."
    ),
    "a step that does not fit": (
        LAB.replace("{int: [5, 15]}", "{int: [5, 15], step: 4}"), "parameters.epochs: high 15 is not a whole number of steps"
    ),
    "per on a shared parameter": (
        LAB.replace("{int: [5, 15]}", "{int: [5, 15], per: hidden_layer}"), "parameters.epochs: epochs is shared by all layers"
    ),
    "a baseline outside the space": (
        LAB.replace("batch_size: 64", "batch_size: 63"), "baselines.lab-8-1: batch_size is 63; the space has 32, 64"
    ),
    "a baseline whose default is outside": (
        LAB.replace("dropout:       {float: [0.0, 0.5]}", "dropout:       {float: [0.1, 0.5]}", 1),
        "baselines.lab-8-1: dropout is 0.0, the default as none is given; the space has 0.1 to 0.5.",
    ),
    "a baseline with a parameter that is not searched": (
        LAB.replace("    input_dropout: 0.2", "    input_dropout: 0.2\n    l2: 0.1"),
        "baselines.lab-8-1: l2 is 0.1, but the space does not search it.",
    ),
    "a baseline with a parameter it does not use": (
        LAB.replace("    input_dropout: 0.2", "    input_dropout: 0.2\n    momentum: 0.9"),
        "baselines.lab-8-1: momentum is given, but this configuration has no use for it.",
    ),
    "a baseline with too many widths": (
        LAB.replace("[128, 32]", "[128, 32, 32]"), "baselines.lab-8-1: units has 3 values for 2 hidden layers."
    ),
    "zero trials": (LAB.replace("trials: 100", "trials: 0"), "search.trials: should be greater than or equal to 1; it is 0."),
    "no validation rows": (LAB.replace("validation: 10000", "validation: 0"), "validation: 0 rows are too few."),
    "a metric that no terminal shows": (
        LAB.replace("metric: val_accuracy", "metric: val\U00101c36accuracy"), "Use 'val_val\\U00101c36accuracy', which"
    ),
    "a metric of the training rows": (
        LAB.replace("metric: val_accuracy", "metric: accuracy"), "objective.metric: 'accuracy' is measured on the training rows."
    ),
    "a metric that is not measured": (
        LAB.replace("metric: val_accuracy", "metric: val_acuracy"), "'val_acuracy' is not measured. Did you mean val_accuracy"
    ),
    "maximizing a loss": (LAB.replace("metric: val_accuracy", "metric: val_loss"), "val_loss is better when it is lower."),
    "a metric of another task": (
        LAB.replace("model: mlp", "model: mlp\nmetrics: [rmse, r2]"), "metrics: 'r2' is no metric of a classification."
    ),
    "a metric that nobody watches": (
        LAB.replace("metric: val_accuracy", "metric: val_auc"), "'val_auc' is not measured. Add metrics: [auc]."
    ),
    "minimizing a score": (
        TABLE + "metrics: [R2Score]\nobjective: {metric: val_R2Score, direction: minimize}",
        "val_R2Score is better when it is higher. Set direction: maximize.",
    ),
    "a loss of another task": (
        TABLE.replace("epochs: 3", "loss: [mse, focal]"), "parameters.loss: 'focal' is no loss of a regression. There are: mse, mae, huber."
    ),
    "a regression loss for classes": (
        LAB.replace("[sparse_categorical_crossentropy, mse]", "[mse, mae]"), "'mae' is no loss of a classification."
    ),
    "a softmax of one output": (
        LAB.replace("[sparse_categorical_crossentropy, mse]", "binary_crossentropy\n  output_activation: [softmax, sigmoid]"),
        "softmax of one output is always 1. Of binary_crossentropy, use sigmoid or linear, or leave it out.",
    ),
    "shares for a regression": (
        TABLE.replace("epochs: 3", "output_activation: softmax"), "softmax gives shares, and a regression needs numbers."
    ),
    "metrics among the parameters": (
        LAB.replace("  dropout: ", "  metrics: [accuracy]\n  dropout: ", 1), "metrics are watched, not searched."
    ),
    "an image network for a table": (
        "dataset: iris\nmodel: cnn\nparameters: {epochs: 3}", "model: cnn needs images, and iris has none. Use model: mlp."
    ),
    "too many filters for the blocks": (
        "dataset: digits\nmodel: cnn\nparameters: {blocks: 2, filters: [4, 8]}\nbaselines: {a: {blocks: 2, filters: [4, 4, 4]}}",
        "baselines.a: filters has 3 values for 2 blocks.",
    ),
    "per hidden layer in blocks": (
        "dataset: digits\nmodel: cnn\nparameters: {filters: {int: [4, 8], per: hidden_layer}}", "filters can be per: block."
    ),
    "broken YAML": (LAB.replace("[5, 15]", "[5, 15"), "line 16: not YAML"),
    "a key twice": (LAB.replace("model: mlp", "model: mlp\nmodel: mlp"), "line 5: 'model' is given twice. Keep one."),
    "no keys at all": ("just words", "the file has no keys."),
    "no parameters": ("dataset: digits\nparameters: {}", "parameters: is empty."),
    "an object that YAML could make": ("dataset: !!python/object/apply:os.getcwd []", "not YAML"),
    "a circle of conditions": (
        "dataset: digits\nparameters:\n  l1: {choice: [0, 0.1], when: {l2: 0.1}}\n"
        "  l2: {choice: [0, 0.1], when: {l1: 0.1}}\n",
        "conditions go in a circle: l1 -> l2 -> l1.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_gets_one_line_that_names_the_file_the_key_and_the_mend(case: str) -> None:
    text, words = BAD[case]
    with pytest.raises(SpecError) as caught:
        parse(text)
    message = str(caught.value)
    assert message.startswith("small.yaml: ")
    assert words in message
    assert "\n" not in message


def test_the_digest_ignores_how_long_and_from_which_seed_but_nothing_else() -> None:
    assert parse(LAB).digest == parse(LAB.replace("trials: 100", "trials: 101, seed: 3")).digest
    assert parse(LAB).digest == parse(LAB.replace("# Lab 8-1", "# Another comment")).digest
    assert parse(LAB).digest != parse(LAB.replace("[5, 15]", "[5, 16]")).digest
    assert parse(LAB).digest != parse(LAB.replace("pruner: asha", "pruner: none")).digest


def test_a_family_asks_only_for_what_is_in_use() -> None:
    asked: list[str] = []
    params: Params = {"hidden_layers": 2, "optimizer": "sgd", "activation": "relu"}

    def ask(parameter):  # type: ignore[no-untyped-def]
        asked.append(parameter.name)
        return fixed(params)(parameter)

    CONFIGURE["mlp"](ask, "classification", True)
    assert {"units_1", "units_2", "learning_rate"} <= set(asked)
    assert not {"units_3", "momentum", "alpha", "negative_slope", "decay_rate", "shift_fraction"} & set(asked)


def test_ranges_know_their_values() -> None:
    assert 5 in IntRange(1, 9, step=2)
    assert 6 not in IntRange(1, 9, step=2)
    assert True not in IntRange(0, 1)
    assert 0.3 in FloatRange(0.0, 0.5, step=0.1)
    assert 1 not in Choice((True, 1.0))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("  dropout:\n    float: [0.5, 0.1]\n", "small.yaml: line 5: parameters.dropout: low 0.5 is above high 0.1"),
        ("  batch_normalization: [yes, no]\n", "small.yaml: line 5: parameters.batch_normalization: 'yes' is not true"),
        ("search:\n\n  trails: 3\n", "small.yaml: line 7: search.trails: there is no such key"),
        ("search:\n  finalists:\n    seeds: 0\n", "small.yaml: line 7: search.finalists.seeds: should be"),
        ("baselines:\n  mine:\n\n    learning_rate: -1.0\n", "small.yaml: line 8: baselines.mine: learning_rate"),
        (
            "objectives:\n- metric: val_loss\n  directoin: minimize\n",
            "small.yaml: line 7: objectives.0.directoin: there is",
        ),
        ("metrics:\n  - val_loss\n  - 3\n", "small.yaml: line 7: metrics.1: should be"),
    ],
)
def test_what_is_wrong_with_a_value_names_its_line(more: str, words: str) -> None:
    with pytest.raises(SpecError) as raised:
        parse(SMALL + more)
    assert str(raised.value).startswith(words)


def test_what_is_missing_or_was_not_written_as_text_has_no_line() -> None:
    with pytest.raises(SpecError, match=r"^small.yaml: parameters: is missing"):
        parse("dataset: digits\n")
    with pytest.raises(SpecError, match=r"^small: search.trials: should be"):
        spec_of_content({"dataset": "digits", "parameters": {}, "search": {"trials": "3"}}, "small", Path(), "small")


def test_a_family_of_tables_parts_few_rows_into_folds_unless_the_file_says_how_rows_are_validated_with() -> None:
    assert parse(TABLE).data.validation == SMALL_TABLES
    assert "validation" not in parse(TABLE).written
    assert parse(f"{TABLE}validation: 0.3\n").data.validation == 0.3
    assert parse(f"{TABLE}validation: {{folds: 3, repeats: 2}}\n").data.validation == Validation(folds=3, repeats=2)


def test_callbacks_that_keep_a_state_through_a_fit_do_not_go_with_folds() -> None:
    code = "dataset: iris\nmodel: {keras_tuner: 'net.py:build'}\ncallbacks: [terminate_on_nan]\n"
    assert parse(code).data.validation == 0.2
    with pytest.raises(SpecError, match=r"folds are trained an epoch at a time\. Write validation: 0\.2"):
        parse(f"{code}validation: {{folds: 5}}\n")
