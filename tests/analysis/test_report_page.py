"""The report in a real browser: its table, its brush, the winner's mistakes, on a screen and on a phone."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from tests.analysis.written import TRIALS, write_study
from tests.web.pages.conftest import (
    PHONE,
    browser,
    check_accessible,
    check_fits,
    every_look,
    window,
)
from tuner.analysis.answers_shown import confused
from tuner.analysis.chart import MOST_DRAWN, drawn
from tuner.analysis.importance_shares import importance_of
from tuner.analysis.plotly_page import render
from tuner.analysis.report import content, report
from tuner.data.answers import Answers
from tuner.database.blobs import FolderStore
from tuner.database.connection import Database
from tuner.studies.status import StudyStatus, study_status
from tuner.studies.trial_files import keep

__all__ = ["browser"]

PATIENCE_MS = 90_000
"""A page draws some thirty pictures before it is loaded, on a machine that may be busy."""
NAMES = ("cat", "<b>dog")


def answers() -> Answers:
    images = np.zeros((2, 8, 8, 1), np.uint8)
    return Answers(
        NAMES, np.array([[7, 2], [0, 9]]), np.array([[0, 1], [0, 1]]), np.array([0.9, 0.6], np.float32), images,
        np.zeros((0, 2), np.float32),
    )  # fmt: skip


@pytest.fixture(scope="module")
def file(ended: Database, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a study whose winner's answers were kept."""
    folder = tmp_path_factory.mktemp("report")
    store = FolderStore(folder / "store")
    best = study_status(ended, "s", epochs=True).best
    assert best is not None
    keep(store, best.blob_name, answers(), "")
    (folder / "report.html").write_text(report(ended, "s", store), encoding="utf-8")
    return folder / "report.html"


@pytest.fixture
def page(browser: Browser, file: Path) -> Iterator[Page]:
    with window(browser) as opened:
        page = opened.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(file.as_uri())
        yield page


def numbers(page: Page) -> list[int]:
    return [int(each) for each in page.locator("#all tbody button.trial").all_text_contents()]


@every_look
def test_the_page_is_accessible_and_fits(
    browser: Browser, file: Path, size: tuple[int, int], theme: str, tmp_path: Path
) -> None:
    with window(browser, size, theme) as opened:
        page = opened.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(file.as_uri())
        page.locator("#all button.trial").first.wait_for()
        check_fits(page)
        check_accessible(page)


def test_it_shows_what_the_winner_took_for_what_and_its_mistakes(page: Page) -> None:
    table = page.locator("table.confusion")
    assert table.locator("tbody tr").first.locator("td").all_text_contents() == ["7", "2"]
    assert page.get_by_text("Most often cat for <b>dog (2).").count() == 1
    pictures = page.locator(".mistakes img")
    assert pictures.count() == 2
    assert all(pictures.nth(each).evaluate("each => each.naturalWidth") == 8 for each in range(2))
    assert page.locator("[data-figure='winner-curve-loss'].js-plotly-plot").count() == 1


def test_the_table_has_all_trials_and_sorts_and_filters(page: Page) -> None:
    assert sorted(numbers(page)) == [0, 1, 2, 3, 4]
    rates = [trial.params["learning_rate"] for trial in TRIALS]
    by_rate = sorted(range(5), key=lambda number: float(rates[number]))
    page.locator("#all th", has_text="learning_rate").get_by_role("button").click()
    assert numbers(page) == by_rate
    page.locator("#all th", has_text="learning_rate").get_by_role("button").click()
    assert numbers(page) == by_rate[::-1]
    for words, wanted in (
        ("sgd", [2, 3]), ("state:pruned", [2]), ("learning_rate>0.004", [1, 3, 4]), ("plain", [0]),
        ("optimizer=adam val_accuracy<0.94", [0]), ("value>=0.95", [1, 4]), ("no_such", []),
    ):  # fmt: skip
        page.locator("#filter").fill(words)
        assert sorted(numbers(page)) == wanted, words
    assert page.get_by_text("No trial matches.").is_visible()
    page.locator("#filter").fill("sgd")
    assert page.locator("#count").inner_text() == "2 of 5 trials"


def test_a_range_marked_on_an_axis_keeps_the_trials_that_go_through_it(page: Page) -> None:
    plot = page.locator("[data-figure='parallel']")
    plot.scroll_into_view_if_needed()
    # The objective's axis is the last: its upper half has the three that ended well.
    at = plot.evaluate(
        """each => { const { xaxis, yaxis } = each._fullLayout, box = each.getBoundingClientRect();
        const x = box.left + xaxis._offset + xaxis.l2p(each.layout.xaxis.tickvals.at(-1));
        return [x, box.top + yaxis._offset + yaxis.l2p(1.05), box.top + yaxis._offset + yaxis.l2p(0.5)]; }"""
    )
    page.mouse.move(at[0], at[1])
    page.mouse.down()
    page.mouse.move(at[0], at[2], steps=4)
    page.mouse.up()
    kept = numbers(page)
    assert 0 < len(kept) < 5
    assert all(TRIALS[number].state == "complete" for number in kept)
    assert page.get_by_text("trials go through what is marked").is_visible()
    page.get_by_role("button", name="Show all").click()
    assert sorted(numbers(page)) == [0, 1, 2, 3, 4]


def test_on_a_phone_the_axis_of_the_objective_is_in_sight(browser: Browser, file: Path) -> None:
    with window(browser, PHONE) as opened:
        page = opened.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(file.as_uri())
        name = page.locator("[data-figure='parallel'] .xtick text", has_text="val_accuracy")
        box = name.bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= PHONE[0] - box["width"]


def many(status: StudyStatus, count: int) -> StudyStatus:
    """So many trials, as those of a study."""
    trials = [
        replace(
            status.trials[number % 5], ordinal=number, trial_number=number, trial_ordinal=number,
            baseline="" if number else "plain",
        )
        for number in range(count)
    ]  # fmt: skip
    return replace(status, trials=tuple(trials))


def test_of_ten_thousand_trials_the_table_has_all_and_the_pictures_some(
    browser: Browser, ended: Database, tmp_path: Path
) -> None:
    status = many(study_status(ended, "s", epochs=True), 10_000)
    assert len(drawn(status, status.trials)) <= 1.2 * MOST_DRAWN
    html = render("report.html", content(status, *importance_of(status)))
    assert len(html) < 6_000_000
    (tmp_path / "r.html").write_text(html, encoding="utf-8")
    with window(browser) as opened:
        page = opened.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto((tmp_path / "r.html").as_uri())
        assert page.locator("#count").inner_text() == "10,000 trials"
        assert len(numbers(page)) == 50
        took = page.evaluate(
            """() => { const began = performance.now(), filter = document.getElementById("filter");
            document.querySelector("#all th:nth-child(3) button").click();
            filter.value = "learning_rate>0.004 adam"; filter.dispatchEvent(new Event("input"));
            return performance.now() - began; }"""
        )
        assert page.locator("#count").inner_text() == "2,000 of 10,000 trials"
        assert took < 2000, "milliseconds of sorting and filtering"
        page.locator("#more").click()
        assert len(numbers(page)) == 250


def test_of_many_classes_the_pairs_are_told_and_no_matrix() -> None:
    names = [str(each) for each in range(30)]
    found = confused(names, [[int(a == b) + 2 * (b == a + 1) for b in range(30)] for a in range(30)])
    assert found.matrix == ()
    assert found.pairs[0].count == 2


def test_a_study_of_another_artifact_folder_has_its_report(db: Database, tmp_path: Path) -> None:
    write_study(db, "s")
    html = report(db, "s", FolderStore(tmp_path / "nothing"))
    assert 'class="confusion"' not in html
    assert '<ol class="mistakes"' not in html
