"""Optuna's tables, as far as this project writes to them itself: many trials in one statement, where Optuna's own
storage makes a transaction of every parameter and every value.

Owns: their columns, and how a value, a parameter and a time stand in them.
Leaves to others: making the tables and their versions (Optuna), what is written (optuna_writing) and read
(optuna_picture).

A schema outlives the Python names of a package, so they are written down here and not taken from Optuna's private
models; a test holds each column to these, and the rows to what Optuna's own storage writes.
"""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal

import sqlalchemy as sa
from optuna.distributions import BaseDistribution, distribution_to_json, json_to_distribution

_TABLES = sa.MetaData()

Attributes = Literal["user", "system"]

STUDIES = sa.Table(
    "studies", _TABLES, sa.Column("study_id", sa.Integer, primary_key=True), sa.Column("study_name", sa.String(512))
)
TRIALS = sa.Table(
    "trials",
    _TABLES,
    sa.Column("trial_id", sa.Integer, primary_key=True),
    sa.Column("number", sa.Integer),
    sa.Column("study_id", sa.Integer),
    sa.Column("state", sa.Enum("RUNNING", "COMPLETE", "PRUNED", "FAIL", "WAITING", name="trialstate")),
    sa.Column("datetime_start", sa.DateTime),
    sa.Column("datetime_complete", sa.DateTime),
)
PARAMS = sa.Table(
    "trial_params",
    _TABLES,
    sa.Column("param_id", sa.Integer, primary_key=True),
    sa.Column("trial_id", sa.Integer),
    sa.Column("param_name", sa.String(512)),
    sa.Column("param_value", sa.Float(53)),
    sa.Column("distribution_json", sa.Text),
)
VALUES = sa.Table(
    "trial_values",
    _TABLES,
    sa.Column("trial_value_id", sa.Integer, primary_key=True),
    sa.Column("trial_id", sa.Integer),
    sa.Column("objective", sa.Integer),
    sa.Column("value", sa.Float(53)),
    sa.Column("value_type", sa.Enum("FINITE", "INF_POS", "INF_NEG", name="trialvaluetype")),
)
STEPS = sa.Table(
    "trial_intermediate_values",
    _TABLES,
    sa.Column("trial_intermediate_value_id", sa.Integer, primary_key=True),
    sa.Column("trial_id", sa.Integer),
    sa.Column("step", sa.Integer),
    sa.Column("intermediate_value", sa.Float(53)),
    sa.Column(
        "intermediate_value_type",
        sa.Enum("FINITE", "INF_POS", "INF_NEG", "NAN", name="trialintermediatevaluetype"),
    ),
)
ATTRIBUTES: Mapping[Attributes, sa.Table] = {
    kind: sa.Table(
        f"trial_{kind}_attributes",
        _TABLES,
        sa.Column(f"trial_{kind}_attribute_id", sa.Integer, primary_key=True),
        sa.Column("trial_id", sa.Integer),
        sa.Column("key", sa.String(512)),
        sa.Column("value_json", sa.Text),
    )
    for kind in ("user", "system")
}


def stored(value: float) -> tuple[float | None, str]:
    """A value as it stands in two columns: what is not finite is a word."""
    if math.isnan(value):
        return None, "NAN"
    if math.isinf(value):
        return None, "INF_POS" if value > 0 else "INF_NEG"
    return float(value), "FINITE"


def read(value: float | None, kind: str) -> float:
    """The value of two columns."""
    if value is not None:
        return value
    return {"INF_POS": math.inf, "INF_NEG": -math.inf}.get(kind, math.nan)


def attribute(value: Any) -> str:
    return json.dumps(value)


def distribution_in_words(distribution: BaseDistribution) -> str:
    """As Optuna stores it with every parameter."""
    # Not remembered: to Optuna the choices 1 and 2 equal 1.0 and True.
    return distribution_to_json(distribution)


@lru_cache(4096)
def distribution_of(words: str) -> BaseDistribution:
    """The same one for the same words: a space has few of them and a study many parameters."""
    return json_to_distribution(words)


def now() -> datetime:
    """As Optuna stores times: UTC, and does not say so."""
    return datetime.now(UTC).replace(tzinfo=None)


def stored_time(local: datetime | None) -> datetime | None:
    """A time of a trial of Optuna's, which is this machine's."""
    return None if local is None else local.astimezone(UTC).replace(tzinfo=None)


def read_time(at: datetime | None) -> datetime | None:
    return None if at is None else at.replace(tzinfo=UTC).astimezone().replace(tzinfo=None)
