"""What holds of cohorts. Run with KERAS_BACKEND=jax, by test_cohort or by hand.

Members are trained together once, every choice of the catalogue among them; each is then compared with the same
network trained alone.
"""

import pytest

from tests.training.cohort.members import Params, Trained, check_same, trained_together
from tuner.data.dataset import Dataset
from tuner.data.sources import load
from tuner.spec.families import (
    ACTIVATIONS,
    BINARY,
    CLASSIFICATION_LOSSES,
    INITIALIZERS,
    OPTIMIZERS,
    OUTPUT_ACTIVATIONS,
    REGRESSION_LOSSES,
    SCHEDULES,
)
from tuner.spec.sources import DataSpec
from tuner.spec.space import Value

pytestmark = pytest.mark.usefixtures("whole_precision")


def _turn(values: tuple[Value, ...], i: int) -> Value:
    return values[i % len(values)]


_LOSSES: tuple[Params, ...] = (
    *(Params(loss=name) for name in CLASSIFICATION_LOSSES if name != BINARY),
    {"loss": "sparse_categorical_crossentropy", "label_smoothing": 0.1},
    {"loss": "categorical_crossentropy", "label_smoothing": 0.1},
    {"loss": "focal", "focal_gamma": 1.0, "label_smoothing": 0.2},
)
# Each value of everything, in as many networks as the longest list is long; each optimizer on random first weights.
CASES: list[Params] = [
    {
        **_LOSSES[i % len(_LOSSES)],
        "initializer": name,
        "initializer_value": 0.02,
        "activation": _turn(ACTIVATIONS, i),
        "activation_2": _turn(ACTIVATIONS, i + 3),
        "hidden_layers": 1 + i % 3,
        "units": 40 - i,
        "output_activation": _turn(OUTPUT_ACTIVATIONS, i // 2),
        "normalization": _turn(("none", "minmax", "standard"), i) if i else "minmax",
        "batch_normalization": i % 2 == 1,
        "l1": _turn((0.0, 1e-4), i),
        "l2": _turn((0.0, 0.0, 1e-3), i),
        "schedule": _turn(SCHEDULES, i),
        "optimizer": _turn(OPTIMIZERS, i),
        "batch_size": _turn((100, 128, 65), i),
        "class_weight": _turn(("balanced", "none"), i // 3),
    }
    for i, name in enumerate(INITIALIZERS)
]
WHITENED: list[Params] = [{"normalization": "whiten"}, {"normalization": "whiten", "hidden_layers": 0}]
ONE_OUTPUT: list[Params] = [
    {
        "loss": BINARY,
        "output_activation": output,
        "normalization": "standard",
        "label_smoothing": smoothing,
        "class_weight": weight,
    }
    for output, smoothing, weight in (("sigmoid", 0.0, "none"), ("linear", 0.1, "balanced"))
]
REGRESSION: list[Params] = [
    {"loss": name, "huber_delta": 20.0, "normalization": "standard", "target_normalization": normal}
    for name, normal in zip(REGRESSION_LOSSES, ("standard", "none", "standard"), strict=True)
]


@pytest.fixture(scope="module")
def together(few: Dataset) -> Trained:
    return trained_together(CASES, few)


@pytest.mark.parametrize(
    "case", range(len(CASES)), ids=lambda i: f"{i}-{CASES[i]['optimizer']}-{CASES[i]['initializer']}"
)
def test_a_member_comes_to_the_weights_to_which_it_comes_alone(together: Trained, few: Dataset, case: int) -> None:
    check_same(CASES[case], few, together.checkpoints[case], together.results[case])


@pytest.mark.parametrize("case", range(2), ids=["two layers", "none"])
def test_whitened_rows_are_another_kind(few: Dataset, case: int) -> None:
    trained = trained_together([WHITENED[case]], few)
    check_same(WHITENED[case], few, trained.checkpoints[0], trained.results[0])


@pytest.mark.parametrize("source", ["breast_cancer", "diabetes"])
def test_members_with_one_output_and_in_regression_come_to_the_same_weights(source: str) -> None:
    dataset = load(DataSpec(source), seed=0)
    cases = ONE_OUTPUT if source == "breast_cancer" else REGRESSION
    trained = trained_together(cases, dataset)
    for i, params in enumerate(cases):
        check_same(params, dataset, trained.checkpoints[i], trained.results[i])
