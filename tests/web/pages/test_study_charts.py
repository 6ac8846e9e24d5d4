"""The charts of a study's page, in a browser: what they show, and what can be done with them."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, FloatRect, Locator, Page, expect

from tests.analysis.written import START, TRIALS, Told, write_study
from tests.web.pages.conftest import Site, check_accessible, check_fits, every_look, window
from tests.web.pages.test_study import open_study
from tests.web.pages.test_study_trials import shows
from tuner.database import budget, changing, runs
from tuner.database.epochs import EpochView
from tuner.database.facts import Limits
from tuner.database.trial_facts import of_tags
from tuner.search.optuna_study import trial_template

ALL = ("history", "curves", "parallel", "importance", "timeline", "slices")


@pytest.fixture(scope="module")
def ended(site: Site) -> str:
    return write_study(site.db, "ended", TRIALS)


@pytest.fixture(scope="module")
def several(site: Site) -> str:
    """Enough trials that importance is told."""
    told = [
        Told({**TRIALS[0].params, "learning_rate": 1e-4 * 1.3**each, "units_1": 16 + each}, (0.3, 0.3 + 0.02 * each))
        for each in range(24)
    ]
    return write_study(site.db, "several", told)


def chart(page: Page, name: str) -> Locator:
    """Drawn, since it is in sight."""
    figure = page.locator(f"[data-chart={name}]")
    figure.scroll_into_view_if_needed()
    expect(figure).to_have_attribute("data-drawn", re.compile(r"\d+"))
    return figure.locator(".canvas")


def place(page: Page, name: str) -> FloatRect:
    """Where it is, once what is drawn above it moves it no more."""
    canvas, before = chart(page, name), None
    while (box := canvas.bounding_box()) != before or box is None:
        before = box
        page.wait_for_timeout(300)
    return box


def says(page: Page, name: str, *words: str) -> None:
    for each in words:
        expect(chart(page, name)).to_have_attribute("aria-label", re.compile(re.escape(each)))


def test_each_says_in_words_what_it_shows(site: Site, several: str, page: Page) -> None:
    open_study(page, site, several)
    says(page, "parallel", "24 trials", "learning_rate", "units_1")
    says(page, "importance", "Importance: ", "learning_rate", "%")
    says(page, "timeline", "2 workers trained 24 runs")
    says(page, "slices", "val_accuracy by each of 2 parameters")
    says(page, "curves", "of 1 trial, val_accuracy: trial 1 0.3200 at epoch 2")


def test_curves_are_of_the_chosen_trials_of_any_metric(site: Site, ended: str, page: Page) -> None:
    open_study(page, site, ended)
    page.get_by_label("Choose trial 1", exact=True).check()
    page.get_by_label("Choose trial 2", exact=True).check()
    says(page, "curves", "2 trials, val_accuracy", "trial 1 0.9500 at epoch 6", "trial 2 0.1400 at epoch 2")
    figure = page.locator("[data-chart=curves]")
    figure.get_by_label("Metric").select_option("val_loss")
    says(page, "curves", "val_loss", "trial 2 0.5500 at epoch 2")
    before = figure.get_attribute("data-drawn")
    figure.get_by_label("smooth").fill("0.5")
    figure.get_by_label("log").check()
    expect(figure).not_to_have_attribute("data-drawn", str(before))
    page.get_by_role("button", name="None").click()
    says(page, "curves", "of 1 trial", "trial 1 ")


def test_a_running_trial_is_drawn_as_its_epochs_come(site: Site, page: Page) -> None:
    name = write_study(site.db, "runs", TRIALS[:2], outcome=None)
    changing.change_study(site.db, name, 5, None, Limits(), None, False)
    open_study(page, site, name)
    says(page, "curves", "of 1 trial, val_accuracy: trial 1 ")
    job = budget.take(site.db, name, f"h-0-{name}")
    assert job is not None
    budget.fill(site.db, job, trial_template(2, None), "")
    runs.start(site.db, job, of_tags({}), TRIALS[4].params)
    for epoch, value in ((1, 0.7), (2, 0.97)):
        runs.finish_epoch(
            site.db, job, EpochView(epoch, {"val_accuracy": value, "loss": 0.1}, 0.5, START + epoch), value, epoch
        )
        says(page, "curves", f"trial 2 {value:.4f} at epoch {epoch}")
    runs.finish(site.db, job, "complete", "", 0.97, 2, of_tags({}))
    says(page, "curves", "of 1 trial, val_accuracy: trial 2 0.9700")
    says(page, "history", "The best val_accuracy is 0.9700, of trial 2.")
    expect(page.locator("#standing [data-best]")).to_have_text("0.9700")
    expect(page.locator("#standing [data-best-trial]")).to_have_text("trial 2")


def test_what_is_brushed_filters_the_table_until_it_is_let_go(site: Site, ended: str, page: Page) -> None:
    open_study(page, site, ended)
    box = place(page, "parallel")
    # The last axis is that of the value, its best on top.
    x, top = box["x"] + box["width"] - 56, box["y"] + 34
    page.mouse.move(x, top + 1)
    page.mouse.down()
    page.mouse.move(x, top + 100, steps=4)
    page.mouse.move(x, top + 200, steps=4)
    page.mouse.up()
    shows(page, 1, 4, 0)
    (condition,) = parse_qs(urlsplit(page.url).query)["where"]
    assert condition.startswith("value:0.")
    page.get_by_role("link", name="show all").click()
    shows(page, 1, 4, 0, 2, 3)


def test_charts_follow_the_theme(site: Site, ended: str, page: Page) -> None:
    open_study(page, site, ended)
    figure = page.locator("[data-chart=history]")
    before = figure.get_attribute("data-drawn")
    page.get_by_role("button", name="Light or dark").click()
    expect(figure).not_to_have_attribute("data-drawn", str(before))


@every_look
def test_all_of_them_fit_and_can_be_read_by_everybody(
    site: Site, several: str, browser: Browser, size: tuple[int, int], theme: str
) -> None:
    with window(browser, size, theme) as context:
        page = context.new_page()
        open_study(page, site, f"{several}?chosen=0&chosen=1")
        for name in ALL:
            chart(page, name)
        check_fits(page)
        check_accessible(page)
