"""The report says what SQL has, opens without a network, and shows foreign text letter by letter."""

import json
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.analysis.written import OUTCOME, SPACE, TRIALS, Told, write_study
from tuner.analysis.report import report, study_charts
from tuner.cli.main import cli
from tuner.database.connection import Database

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Page(HTMLParser):
    """Elements with their attributes, the text of the page, the JSON it carries."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.json: dict[str, Any] = {}
        self._within: tuple[str, dict[str, str | None]] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._within = (tag, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        self._within = None

    def handle_data(self, data: str) -> None:
        tag, attributes = self._within or ("", {})
        if tag == "script" and attributes.get("type") == "application/json":
            self.json[attributes["id"] or ""] = json.loads(data)
        elif tag not in ("script", "style"):
            self.words += data


@pytest.fixture(scope="module")
def html(ended: Database) -> str:
    return report(ended, "s")


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def test_the_outcome_comes_in_words_first(page: Page) -> None:
    words = " ".join(page.words.split())
    assert "Trial 1 is the best: val_accuracy 0.9550 at epoch 5 of 6." in words
    assert "Its test accuracy is 0.9400 (95%: 0.9100 to 0.9600) on 359 test rows that no trial had seen." in words
    assert "The best baseline, plain, reached 0.9300; the winner is 0.0250 better, which is within the noise" in words
    assert words.index("Trial 1 is the best") < words.index("The search")
    assert "1 of 5 trials were pruned" in words
    assert "loss is not finite at epoch 1" in words
    assert "diverged at epoch 1: learning rate 0.09 with sgd" in words
    assert "1,150 train, 288 validation, 359 test" in words


def test_every_picture_of_the_page_has_its_data(page: Page) -> None:
    plots = {str(attributes["data-figure"]) for _, attributes in page.elements if "data-figure" in attributes}
    assert {"baselines", "history", "parallel", "curves", "pruning", "timeline", "slice-learning_rate"} <= plots
    figures = page.json["figures"]
    assert set(figures) == plots
    shown = {trace["name"]: trace["y"] for trace in figures["history"]["data"]}
    assert shown["the winner"] == [0.955]
    assert shown["complete"] == [0.95]
    assert shown["pruned"] == [0.14]
    assert "failed" not in shown, "a trial that failed has no value of its own"
    lanes = [y for trace in figures["timeline"]["data"] for y in trace["y"]]
    assert sorted(lanes) == [0, 0, 1, 1, 1]


def test_the_page_asks_nothing_of_a_network(page: Page, html: str) -> None:
    for _, attributes in page.elements:
        assert not {"src", "srcset"} & set(attributes)
        assert str(attributes.get("href", "#")).startswith("#")
    policy = next(each["content"] for tag, each in page.elements if each.get("http-equiv") == "Content-Security-Policy")
    assert str(policy).startswith("default-src 'none'; script-src 'unsafe-inline';")
    assert html.count("* plotly.js (basic - minified) v") == 1


EVIL = "</script><img src=x onerror=document.title='got_you'>"


def hostile(db: Database) -> str:
    space = SPACE.replace("plain:", f"'{EVIL[9:].replace(chr(39), chr(34))} $x$':")
    reason = Told(
        TRIALS[3].params, (0.1,), "failed", f"{EVIL} %{{x}} {{{{ study }}}}", {"verdict": EVIL, "remedy": EVIL}
    )
    return write_study(db, f"{EVIL} <b>&amp;", (*TRIALS[:3], reason), space=space)


def test_foreign_text_stays_text(db: Database) -> None:
    name = hostile(db)
    page = Page(report(db, name))
    assert [tag for tag, _ in page.elements].count("script") == 4
    assert "img" not in [tag for tag, _ in page.elements]
    assert name in page.words
    assert "%{x} {{ study }}" in page.words
    assert page.json["trials"]["3"]["reason"].startswith(EVIL)
    for figure in page.json["figures"].values():
        for trace in figure["data"]:
            assert not any("<" in text for text in (trace["name"], *trace["hovertext"]))


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
def test_a_browser_draws_the_pictures_and_runs_nothing_foreign(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(report(db, hostile(db)))
    done = subprocess.run(
        [
            str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", f"--user-data-dir={tmp_path / 'browser'}", "--virtual-time-budget=20000",
            "--dump-dom", path.as_uri(),
        ],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    plots = [attributes for _, attributes in Page(done.stdout).elements if "data-figure" in attributes]
    assert plots
    assert all("js-plotly-plot" in str(attributes["class"]) for attributes in plots)
    assert "<title>got_you" not in done.stdout


def test_a_study_that_has_just_begun_has_a_report(db: Database) -> None:
    write_study(db, "empty", (), outcome=None)
    assert "No trial was completed, so there is no winner." in report(db, "empty")
    write_study(db, "one", TRIALS[:1], outcome=None)
    words = " ".join(Page(report(db, "one")).words.split())
    assert "The test rows are not scored yet" in words
    assert "It is the baseline plain: nothing that the search tried was better." in words


def test_finalists_are_shown_where_there_were_any(db: Database) -> None:
    found = {
        "winner": 1,
        "final": {"round": 0, "ordinal": 4},
        "noise": 0.004,
        "configurations": [
            {"trial_number": 4, "values": [0.93, 0.94], "mean": 0.935, "out": ""},
            {"trial_number": 1, "values": [0.95, 0.96], "mean": 0.955, "out": ""},
        ],
        "words": ["mean val_accuracy 0.9550 over 2 new seeds", "0.0200 better than trial 4"],
    }
    write_study(db, "s", outcome={**OUTCOME, "best_ordinal": 1, "finalists": found})
    page = Page(report(db, "s"))
    words = " ".join(page.words.split())
    assert "Mean val_accuracy 0.9550 over 2 new seeds. 0.0200 better than trial 4." in words.replace(
        "seeds.0", "seeds. 0"
    )
    assert "the same configuration varies by 0.0040" in words
    traces = page.json["figures"]["finalists"]["data"]
    assert [trace["x"] for trace in traces] == [[0.93, 0.94], [0.935], [0.95, 0.96], [0.955]]


def test_a_study_that_minimizes_counts_less_as_better(db: Database) -> None:
    space = SPACE.replace("validation: 288", "validation: 288\nobjective: {metric: val_loss, direction: minimize}")
    told = [Told(each.params, [1 - value for value in each.accuracies], each.state, each.reason) for each in TRIALS]
    write_study(db, "s", told, space=space, outcome=None)
    page = Page(report(db, "s"))
    shown = {trace["name"]: trace["y"] for trace in page.json["figures"]["history"]["data"]}
    # By trial: its loss at the best epoch, which is the least.
    assert shown["best so far"] == [
        pytest.approx(0.07),
        pytest.approx(0.045),
        pytest.approx(0.045),
        pytest.approx(0.045),
    ]
    assert "the winner is 0.0250 better" in page.words


def test_parameters_that_code_asked_for_are_shown_as_wide_as_they_were_tried(db: Database) -> None:
    space = "dataset: digits\nmodel: {keras_tuner: my.py:build}\nparameters: {batch_size: [32, 64]}\n"
    told = [
        Told({"batch_size": 32, "width": 2**n, "lr": 10.0**-n, "kind": "ab"[n % 2], "deep": n > 2}, (0.5 + 0.05 * n,))
        for n in range(1, 7)
    ]
    write_study(db, "s", told, space=space, outcome=None)
    charts = {chart.name: chart for chart in study_charts(db, "s")}
    assert {"slice-width", "slice-lr", "slice-kind", "slice-deep"} <= set(charts)
    assert charts["slice-lr"].x.log
    assert not charts["slice-width"].x.log
    assert [text for _, text in charts["slice-deep"].y.ticks] == ["False", "True"]


def test_pictures_are_drawn_without_a_browser(ended: Database, tmp_path: Path) -> None:
    done = CliRunner().invoke(
        cli, ["report", "s", "--png", str(tmp_path / "png"), "--storage", f"sqlite:///{ended.sqlite_file}"]
    )
    assert done.exit_code == 0, done.output
    written = {Path(line).name for line in done.stdout.split()}
    assert written == {f"{chart.name}.png" for chart in study_charts(ended, "s")}
    for name in written:
        assert (tmp_path / "png" / name).read_bytes().startswith(b"\x89PNG")


def test_pictures_show_dollars_and_braces_as_they_are(db: Database, tmp_path: Path) -> None:
    from tuner.analysis.pictures import write_pictures

    assert write_pictures(study_charts(db, hostile(db)), tmp_path / "png")


def test_a_place_that_cannot_be_written_is_said(ended: Database, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = CliRunner().invoke(
        cli,
        ["report", "s", "--output", str(tmp_path / "file" / "r.html"), "--storage", f"sqlite:///{ended.sqlite_file}"],
    )
    assert "cannot be written" in str(done.exception)
