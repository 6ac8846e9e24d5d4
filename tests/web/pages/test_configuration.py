"""A configuration added from the form, checked as it is typed."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.analysis.written import TRIALS, write_study
from tests.web.pages.conftest import Site, check_accessible, check_fits, every_look, window
from tuner.database.configurations import view_added
from tuner.database.studies import view_study


@pytest.fixture(scope="module")
def running(site: Site) -> str:
    return write_study(site.db, "goes/on", TRIALS[:2], outcome=None)


def test_it_starts_from_a_trial_is_checked_as_typed_and_added(site: Site, running: str, page: Page) -> None:
    page.goto(f"{site.address}/studies/goes%2Fon/trials/0")
    page.get_by_role("link", name="Start from here").click()
    expect(page.get_by_label("units")).to_have_value("32")
    expect(page.locator("#places")).to_contain_text("All places of the budget are taken")
    rate = page.locator("[data-parameter=learning_rate]")
    rate.get_by_label("learning_rate").fill("7")
    expect(rate.get_by_role("alert")).to_contain_text("learning_rate is 7")
    # Its momentum belongs to one optimizer alone.
    expect(page.locator("[data-parameter=momentum]")).to_be_hidden()
    page.get_by_label("optimizer").select_option("momentum")
    page.get_by_label("momentum", exact=True).fill("0.9")
    page.get_by_label("hidden_layers").fill("2")
    page.get_by_label("units").fill("48, 16")
    rate.get_by_label("learning_rate").fill("0.02")
    expect(rate.get_by_role("alert")).to_be_hidden()
    page.get_by_label("Name").fill("mine")
    page.get_by_label("raise the budget").check()
    before = view_study(site.db, running).trials
    page.get_by_role("button", name="Add").click()
    expect(page).to_have_url(f"{site.address}/studies/goes%2Fon")
    (added,) = view_added(site.db, running)
    assert added.name == "mine"
    expected = {"hidden_layers": 2, "units_1": 48, "units_2": 16, "optimizer": "momentum", "momentum": 0.9}
    assert expected.items() <= added.params.items()
    assert added.params["learning_rate"] == 0.02
    assert view_study(site.db, running).trials == before + 1


def test_what_is_refused_is_said_and_nothing_is_added(site: Site, running: str, page: Page) -> None:
    there = len(view_added(site.db, running))
    page.goto(f"{site.address}/studies/goes%2Fon/add")
    page.get_by_role("button", name="Add").click()
    told = page.get_by_role("region", name="Its place").get_by_role("alert")
    expect(told).to_contain_text("units is 128, the default as none is given; the space has 16 to 64.")
    assert len(view_added(site.db, running)) == there


@every_look
def test_it_fits_and_can_be_read_by_everybody(
    site: Site, running: str, browser: Browser, size: tuple[int, int], theme: str
) -> None:
    with window(browser, size, theme) as context:
        page = context.new_page()
        page.goto(f"{site.address}/studies/goes%2Fon/add?trial=1")
        expect(page.locator("#places")).not_to_be_empty()
        check_fits(page)
        check_accessible(page)
