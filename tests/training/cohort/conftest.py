"""Few rows, and JAX at its full precision, for the tests of cohorts."""

from dataclasses import replace

import pytest

from tuner.data.dataset import Dataset, Rows
from tuner.training import backend


@pytest.fixture(scope="module")
def whole_precision() -> None:
    import jax

    backend.prepare(2)
    jax.config.update("jax_default_matmul_precision", "highest")


@pytest.fixture(scope="module")
def few(digits: Dataset) -> Dataset:
    """450 training and 150 validation rows of the digits."""
    train, validation = (Rows(part.x[:n], part.y[:n]) for part, n in ((digits.train, 450), (digits.validation, 150)))
    info = replace(digits.info, train_rows=450, validation_rows=150)
    return replace(digits, info=info, train=train, validation=validation, digest="few")
