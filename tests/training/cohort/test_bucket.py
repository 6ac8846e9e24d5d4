"""Which networks can be members of one program."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tuner.data.dataset import DataInfo
from tuner.spec.families import CONFIGURE, MlpConfig, mlp
from tuner.spec.space import Choice, IntRange, Parameter, Space, Value, answers, fixed
from tuner.spec.study_spec import read_spec
from tuner.training.cohort.bucket import bucket_of, own_reach, reach_of, reach_of_space, why_not

SPACES = Path(__file__).parents[3] / "search_spaces"
IMAGES = DataInfo("images", "classification", (28, 28, 1), 10, tuple("0123456789"), 50_000, 10_000, 10_000, images=True)
TABLE = DataInfo("table", "classification", (30,), 2, ("no", "yes"), 500, 100, 100)


def _at_random(random: np.random.Generator) -> Callable[[Parameter], Value]:
    def choose(parameter: Parameter) -> Value:
        domain = parameter.domain
        if isinstance(domain, Choice):
            return domain.values[random.integers(len(domain.values))]
        if isinstance(domain, IntRange):
            return int(random.integers(domain.low, domain.high + 1))
        return float(random.uniform(domain.low, domain.high))

    return choose


def _drawn(space: Space, count: int) -> list[MlpConfig]:
    choose = _at_random(np.random.default_rng(1))
    configs = [CONFIGURE["mlp"](answers(space, choose, {}), "classification", True) for _ in range(count)]
    return [config for config in configs if isinstance(config, MlpConfig)]


def test_two_hundred_trials_of_the_default_space_need_a_program_a_batch_size() -> None:
    spec = read_spec(SPACES / "fashion_mnist.yaml")
    reach = reach_of_space(spec.space, spec.task, images=True)
    buckets = {bucket_of(config, IMAGES, reach) for config in _drawn(spec.space, 200)}
    assert {bucket.rows for bucket in buckets} == {32, 64, 128, 256, 512}
    assert len(buckets) == 5
    assert all(bucket.reach.width == 512 and bucket.reach.depth == 5 for bucket in buckets)


def test_what_no_configuration_of_a_space_needs_is_no_part_of_its_programs() -> None:
    spec = read_spec(SPACES / "fashion_mnist.yaml")
    reach = reach_of_space(spec.space, spec.task, images=True)
    assert reach.activations == ("elu", "leaky_relu", "prelu", "relu", "sigmoid", "tanh")
    assert reach.optimizers == ("adagrad", "adam", "momentum", "nesterov", "rmsprop", "sgd")
    assert (reach.batch_normalization, reach.penalties, reach.dropout, reach.input_dropout) == (
        False,
        False,
        True,
        True,
    )


def test_a_configuration_beyond_the_space_has_a_program_of_its_own() -> None:
    reach = reach_of([mlp(fixed({"units": 64})), mlp(fixed({"units": 100, "optimizer": "sgd"}))])
    within = bucket_of(mlp(fixed({"units": 70, "learning_rate": 0.5})), IMAGES, reach)
    beyond = bucket_of(mlp(fixed({"units": 70, "optimizer": "nadam"})), IMAGES, reach)
    assert within.reach.width == 128
    assert within == bucket_of(mlp(fixed({"units": 1})), IMAGES, reach)
    assert beyond != within
    assert set(beyond.reach.optimizers) == {"adam", "nadam", "sgd"}


def test_a_momentum_of_nothing_is_plain_descent() -> None:
    config = mlp(fixed({"optimizer": "nesterov", "momentum": 0.0}))
    assert own_reach(config).optimizers == ("sgd",)


def test_networks_without_hidden_layers_are_among_themselves() -> None:
    reach = reach_of([mlp(fixed({"hidden_layers": 3}))])
    assert bucket_of(mlp(fixed({"hidden_layers": 0})), IMAGES, reach).reach.depth == 0


@pytest.mark.parametrize("size", [33, 48, 64])
def test_a_batch_is_rounded_up_to_a_power_of_two(size: int) -> None:
    assert bucket_of(mlp(fixed({"batch_size": size})), IMAGES).rows == 64


def test_a_batch_has_no_more_rows_than_there_are() -> None:
    small = replace(IMAGES, train_rows=500)
    assert bucket_of(mlp(fixed({"batch_size": "full"})), small).rows == 512
    assert bucket_of(mlp(fixed({"batch_size": 9999})), small).rows == 512


def test_one_output_for_two_classes_is_another_program() -> None:
    binary, usual = mlp(fixed({"loss": "binary_crossentropy"})), mlp(fixed({}))
    reach = reach_of([binary, usual])
    assert bucket_of(binary, TABLE, reach).outputs == 1
    assert bucket_of(binary, TABLE, reach).reach.losses == (("binary_crossentropy", "sigmoid"),)
    assert bucket_of(usual, TABLE, reach).reach.losses == (("categorical_crossentropy", "softmax"),)


def test_who_cannot_be_a_member_is_told_why() -> None:
    def told(info: DataInfo = IMAGES, metrics: tuple[str, ...] = (), model: str = "mlp", **params: Value) -> str | None:
        return why_not(CONFIGURE[model](fixed(params), info.task, info.images), info, metrics)

    assert told() is None
    assert told(TABLE, loss="binary_crossentropy") is None
    assert "family mlp" in str(told(model="cnn"))
    assert "augmented" in str(told(augmentation="flip"))
    assert told(TABLE, augmentation="flip") is None
    assert "auc" in str(told(metrics=("auc",)))
    assert "more than 4096 rows" in str(told(batch_size="full"))
    assert "two classes" in str(told(loss="binary_crossentropy"))
