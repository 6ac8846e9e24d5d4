"""A table of which most rows are of one class: what a network gains by saying so is told, and crowned it is not."""

import mlflow
import numpy as np
import pandas
import pytest

from tests.end_to_end.conftest import Desk
from tuner.database import runs
from tuner.database.connection import open_database

pytestmark = pytest.mark.slow

SPACE = """
dataset: {csv: customers.csv, target: churn}
parameters:
  units: 4
  learning_rate: [0.01, 0.02]
  epochs: 6
  normalization: standard
search: {trials: 2, pruner: none, seed: 3, finalists: 0}
"""


def test_a_network_that_says_no_to_every_row_is_no_champion(desk: Desk) -> None:
    draws = np.random.default_rng(0)
    frame = pandas.DataFrame(draws.normal(size=(600, 3)), columns=["age", "months", "calls"])
    frame["churn"] = np.where(np.arange(600) % 15 == 0, "yes", "no")
    frame.to_csv(desk.folder / "customers.csv", index=False)
    desk.write_space(text=SPACE)
    done = desk.tune("start", "--space", "small.yaml", "--study", "s", "--workers", "1")
    said = " ".join((done.stdout + done.stderr).split())
    assert "93% of the training rows are of class 'no'" in said
    assert "objective: val_auc, val_f1 or val_balanced_accuracy tells more" in said
    assert "is not registered: its val_accuracy of 0.9" in said
    assert "no better than guessing" in said
    best = runs.view_trial(open_database(f"sqlite:///{desk.folder / 'tuner.db'}"), "s", 0)
    assert [each.words for each in best.facts.verdicts] == ["says 'no' of every validation row"]
    client = mlflow.MlflowClient(f"sqlite:///{desk.folder / 'mlflow.db'}")
    assert client.search_registered_models() == []
    assert "is the champion" in desk.tune("champion", "s", "--force").stdout
    assert len(client.search_registered_models()) == 1
