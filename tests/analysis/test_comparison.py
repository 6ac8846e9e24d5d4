"""Studies side by side: the same figures as each has alone, and noise called noise."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.analysis.test_report import Page
from tests.analysis.written import OUTCOME, TRIALS, Told, write_study
from tuner.analysis.comparison import compare, comparison_page
from tuner.cli.main import cli
from tuner.database.connection import Database
from tuner.studies.status import study_status


def outcome(accuracy: float, half: float = 0.02) -> Mapping[str, Any]:
    test = {"accuracy": accuracy, "low": accuracy - half, "high": accuracy + half, "loss": 0.2, "seeds": 3.0}
    return {**OUTCOME, "test": test}


def sentences(db: Database, *names: str) -> list[str]:
    return list(compare([study_status(db, name, epochs=True) for name in names]).sentences)


def test_a_difference_within_the_noise_is_called_that(db: Database) -> None:
    write_study(db, "good", outcome=outcome(0.95))
    write_study(db, "near", outcome=outcome(0.93))
    write_study(db, "far", outcome=outcome(0.90))
    near, far = sentences(db, "near", "good", "far")
    # Two halves of 0.02 make 0.0283.
    assert near == (
        "good has the better test accuracy than near by 0.0200, which is within the noise (±0.0283): "
        "these test rows do not tell them apart."
    )
    assert far == "good has the better test accuracy than far by 0.0500, more than the noise (±0.0283)."


def test_only_what_was_tested_on_the_same_rows_is_compared(db: Database) -> None:
    write_study(db, "here", [Told(TRIALS[0].params, (0.9,), tags={"test_digest": "a"})], outcome=outcome(0.95))
    write_study(db, "there", [Told(TRIALS[0].params, (0.9,), tags={"test_digest": "b"})], outcome=outcome(0.5))
    write_study(db, "running", TRIALS[:1], outcome=None)
    said = sentences(db, "here", "there", "running")
    assert said == [
        "running has no test figure yet: it is interrupted.",
        "Not all were tested on the same rows by the same metric; only those that were are compared.",
    ]


def test_the_terminal_the_object_and_the_page_agree(db: Database, tmp_path: Path) -> None:
    write_study(db, "one", outcome=outcome(0.95))
    write_study(db, "<i>two", TRIALS[:1], outcome={**outcome(0.9), "best_ordinal": 0})
    storage = ["--storage", f"sqlite:///{db.sqlite_file}"]
    shown = CliRunner().invoke(cli, ["compare", "one", "<i>two", *storage], env={"COLUMNS": "160"}).stdout
    content = json.loads(CliRunner().invoke(cli, ["compare", "one", "<i>two", "--json", *storage]).stdout)

    assert [each["test"]["accuracy"] for each in content["studies"]] == [0.95, 0.9]
    assert [each["best_trial"] for each in content["studies"]] == [1, 0]
    assert content["different_params"]["optimizer"] == ["momentum", "adam"]
    assert content["different_params"]["units_2"] == [48, None]
    assert "batch_size" not in content["different_params"]
    rows = {line.split("  ")[0].strip(): line for line in shown.splitlines()}
    assert "0.9500 (test accuracy)" in rows["test"]
    assert "momentum" in rows["optimizer"]
    assert content["sentences"][0] in shown.replace("\n", " ")

    page = Page(comparison_page([study_status(db, name, epochs=True) for name in ("one", "<i>two")]))
    assert "i" not in [tag for tag, _ in page.elements]
    assert "<i>two" in page.words
    assert content["sentences"][0] in page.words
    assert set(page.json["figures"]) == {"tests", "race"}


def test_one_study_is_too_few(db: Database) -> None:
    write_study(db, "one")
    done = CliRunner().invoke(cli, ["compare", "one", "one", "--storage", f"sqlite:///{db.sqlite_file}"])
    assert "needs two studies or more" in str(done.exception)


@pytest.mark.parametrize("name", ["two", "on"])
def test_a_study_that_is_not_there_is_said(db: Database, name: str) -> None:
    write_study(db, "one")
    done = CliRunner().invoke(cli, ["compare", "one", name, "--storage", f"sqlite:///{db.sqlite_file}"])
    assert f"there is no study '{name}'" in str(done.exception)
