"""`tune add` and `tune owner`: words in, a request; what came of it, in a line."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.database.conftest import opening
from tests.service.conftest import create
from tuner.cli.main import cli
from tuner.database.connection import Database
from tuner.errors import InputError, SpecError


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with opening(f"sqlite:///{tmp_path / 'tuner.db'}") as opened:
        create(opened, tmp_path, trials=3)
        yield opened


def tune(db: Database, *arguments: str) -> Result:
    return CliRunner().invoke(cli, [*arguments, "--storage", db.url], catch_exceptions=False)


PLAIN = ("--set", "units=8", "--set", "learning_rate=0.005", "--set", "epochs=4", "--set", "normalization=minmax")


def test_values_come_from_words_from_a_file_and_from_both(db: Database, tmp_path: Path) -> None:
    done = tune(db, "add", "s", *PLAIN)
    assert done.stderr == "added-1 is added to study s, and is tried next of its 3 trials\n"
    file = tmp_path / "parameters.yaml"
    file.write_text("# Trial 7.\ntrial-7: {units: 16, learning_rate: 0.002, epochs: 4, normalization: minmax}\n")
    told = json.loads(tune(db, "add", "s", "--config", str(file), "--set", "units=8", "--json").stdout)
    assert (told["name"], told["params"]["units"], told["params"]["learning_rate"]) == ("trial-7", 8, 0.002)
    file.write_text("{units: 16, learning_rate: 0.002, epochs: 4, normalization: minmax}\n")
    told = json.loads(tune(db, "add", "s", "--config", str(file), "--name", "flat", "--more", "--json").stdout)
    assert (told["name"], told["trials"]) == ("flat", 4)


def test_all_that_is_wrong_is_said_in_a_line_and_nothing_is_added(db: Database, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"^units is 9; the space has 8, 16; learning_rate is 3\.0; the space has "):
        tune(db, "add", "s", "--set", "units=9", "--set", "learning_rate=3", "--check")
    assert "units=8" in tune(db, "add", "s", *PLAIN, "--check").stdout
    file = tmp_path / "two.yaml"
    file.write_text("a: {units: 8}\nb: {units: 16}\n")
    with pytest.raises(InputError, match=r"has 2 configurations\. Give a file of one"):
        tune(db, "add", "s", "--config", str(file))
    assert tune(db, "add", "s", "--set", "units").exit_code == 2
    assert json.loads(tune(db, "add", "s", *PLAIN, "--json").stdout)["number"] == 0


def test_a_limit_is_said_listed_and_taken_away(db: Database) -> None:
    assert tune(db, "owner", "limit", "ada", "2").stderr == "ada may have at most 2 running studies\n"
    assert tune(db, "owner", "list").stdout == "ada: at most 2 running studies\n"
    assert tune(db, "owner", "limit", "ada", "many").exit_code == 2
    assert tune(db, "owner", "limit", "ada", "none").stderr == "ada may have any number of running studies\n"
    assert json.loads(tune(db, "owner", "list", "--json").stdout) == {"owners": []}


def test_a_study_is_changed_in_its_part_of_workers(db: Database) -> None:
    assert tune(db, "change", "s", "--priority", "3", "--most-workers", "2").stderr == (
        "study s: 3 trials, priority 3, at most 2 workers\n"
    )
    assert tune(db, "change", "s", "--most-workers", "0").stderr == "study s: 3 trials, any number of workers\n"
