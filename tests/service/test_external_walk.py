"""A study that programs trained, as every command and every resource shows it: nothing is made up, nothing fails."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from tests.client.conftest import settings_in
from tests.web.conftest import running
from tuner.cli.main import cli
from tuner.client.client import Client
from tuner.errors import TunerError
from tuner.settings import Settings
from tuner.web.server import Listening

SPACE = {
    "model": "external",
    "objective": {"metric": "loss", "direction": "minimize"},
    "parameters": {
        "rate": {"float": [0.001, 1.0], "log": True},
        "kind": ["a", "b"],
        "depth": {"int": [1, 4], "when": {"kind": "b"}},
        "epochs": 3,
    },
    "baselines": {"plain": {"rate": 0.1, "kind": "a"}},
    "search": {"trials": 12, "seed": 1, "pruner": "median"},
}
TWO = {
    **{key: each for key, each in SPACE.items() if key != "objective"},
    "objectives": [{"metric": "loss", "direction": "minimize"}, {"metric": "size", "direction": "minimize"}],
    "search": {"trials": 4, "seed": 1},
}


@dataclass(frozen=True)
class Trained:
    settings: Settings
    client: Client
    http: httpx.Client

    def tune(self, *arguments: str) -> Result:
        return CliRunner().invoke(cli, [*arguments, "--storage", self.settings.storage], catch_exceptions=False)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trained]:
    settings = settings_in(tmp_path_factory.mktemp("walked"))
    with running(settings, Listening(port=0)) as server, Client(server.address) as client:
        for name, space, trials in (("one", SPACE, 12), ("two", TWO, 4)):
            study = client.start(space, study_name=name, space_name="mine", trials=trials)
            while (trial := study.ask()) is not None:
                with trial:
                    if trial.number == 3:
                        trial.fail("bad luck")
                        continue
                    for epoch in (1, 2, 3):
                        loss = abs(math.log10(float(trial.params["rate"])) + 1.5) + 1 / epoch
                        if not trial.report({"loss": loss, "size": float(trial.params.get("depth", 1))}, seconds=0.1):
                            break
        with httpx.Client(base_url=f"{server.address}/api/v1", timeout=60.0, trust_env=False) as http:
            yield Trained(settings, client, http)


UNSEEN = ("test rows", "test figure", "not scored", "validation rows")


@pytest.mark.parametrize("study", ["one", "two"])
@pytest.mark.parametrize(
    "command",
    ["status {}", "trials {}", "trials {} --csv", "best {}", "best {} --json", "status {} --spec"],
)
def test_commands_that_read_show_it(trained: Trained, study: str, command: str) -> None:
    shown = trained.tune(*command.format(study).split())
    assert shown.exit_code == 0, shown.output
    assert not [words for words in UNSEEN if words in shown.stdout]


def test_comparisons_lists_and_reports_speak_of_no_test_rows(trained: Trained, tmp_path: Path) -> None:
    compared = trained.tune("compare", "one", "two")
    assert compared.exit_code == 0, compared.output
    assert "one" in trained.tune("list").stdout
    assert "rate" in trained.tune("importance", "one").stdout
    page = tmp_path / "report.html"
    assert trained.tune("report", "one", "--output", str(page)).exit_code == 0
    for text in (compared.stdout, page.read_text()):
        assert not [words for words in UNSEEN if words in text]


def test_an_export_has_its_parameters_and_figures(trained: Trained, tmp_path: Path) -> None:
    done = trained.tune("export", "one", "--output", str(tmp_path / "out"))
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["metrics.json", "parameters.yaml"]
    again = trained.tune(
        "start",
        "--space",
        str(_file(tmp_path)),
        "--study",
        "again",
        "--baseline",
        str(tmp_path / "out/parameters.yaml"),
    )
    assert again.exit_code == 0, again.output
    asked = trained.client.open("again").ask()
    assert asked is not None
    assert asked.params == trained.client.open("one").best.params
    asked.release()
    from_best = trained.tune("start", "--space", str(_file(tmp_path)), "--from", "one", "--study", "from")
    assert from_best.exit_code == 0, from_best.output
    assert "best configurations of one are tried first" in from_best.stderr


def _file(folder: Path) -> Path:
    import yaml

    path = folder / "mine.yaml"
    path.write_text(yaml.safe_dump({key: each for key, each in SPACE.items() if key != "baselines"}))
    return path


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("champion one", "a program trained it, which keeps its network itself"),
        ("reproduce one 1", "programs train its trials, with data of their own"),
        ("resume one --trials 3", "has begun 12 already"),
    ],
)
def test_what_it_has_not_is_said_in_a_line(trained: Trained, command: str, words: str) -> None:
    with pytest.raises(TunerError, match=words) as error:
        trained.tune(*command.split())
    assert "\n" not in str(error.value)


def test_every_resource_answers(trained: Trained) -> None:
    """With what there is, or with a problem that says what there is not."""
    bad = []
    for path, methods in trained.http.get("/openapi.json").json()["paths"].items():
        if "get" not in methods or "{study}" not in path or path.endswith("/events"):
            continue
        for study in ("one", "two"):
            filled = path.removeprefix("/api/v1").replace("{study}", study).replace("{number}", "1")
            filled = filled.replace("{place}", "0").replace("{name}", "parameters.yaml")
            answer = trained.http.get(filled, params={"by": "kind"} if "groups" in path else None)
            told = answer.status_code in (404, 422) and answer.json()["type"].startswith("urn:tune:")
            if answer.status_code != 200 and not told:
                bad.append((filled, answer.status_code, answer.text[:200]))
            if told and "urn:tune:bug" in answer.text:
                bad.append((filled, answer.status_code, answer.text[:200]))
    assert not bad


def test_it_goes_on_and_is_deleted(trained: Trained) -> None:
    assert trained.tune("resume", "two", "--trials", "5").exit_code == 0
    study = trained.client.open("two")
    assert study.state == "waiting"
    trial = study.ask()
    assert trial is not None
    assert trial.number == 4
    trial.tell({"loss": 0.01, "size": 1.0})
    assert (study.state, study.best.trial_number) == ("finished", 4)
    assert trained.tune("delete", "two", "--yes").exit_code == 0
