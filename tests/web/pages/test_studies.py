"""The list of studies, in a browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.analysis.written import TRIALS, write_study
from tests.web.pages.conftest import REFRESH_MS, Site, check_accessible, check_fits, every_look, site_in, window


@pytest.fixture(scope="module")
def written(site: Site) -> Site:
    for number in range(1, 4):
        write_study(site.db, f"digits-{number}", TRIALS)
    write_study(site.db, "team/odd & <b>", TRIALS[:1])
    return site


def test_each_is_shown_and_leads_to_its_page(written: Site, page: Page) -> None:
    page.goto(written.address)
    row = page.get_by_role("row", name="digits-2")
    expect(row).to_contain_text("3 complete of 5")
    expect(row).to_contain_text("0.9550")
    expect(row.get_by_role("img", name="best val_accuracy so far")).to_be_visible()
    expect(page.get_by_role("link", name="team/odd & <b>")).to_have_attribute(
        "href", "/studies/team%2Fodd%20%26%20%3Cb%3E"
    )


def test_it_is_filtered_as_one_types_and_the_address_says_so(written: Site, page: Page) -> None:
    page.goto(written.address)
    page.get_by_role("searchbox", name="Name").fill("digits-3")
    expect(page.get_by_role("link", name="digits-3")).to_be_visible()
    expect(page.get_by_role("link", name="digits-1")).to_have_count(0)
    expect(page).to_have_url(f"{written.address}/?words=digits-3&space=&owner=&state=")
    page.reload()
    expect(page.get_by_role("searchbox", name="Name")).to_have_value("digits-3")
    page.get_by_role("searchbox", name="Name").fill("nothing")
    expect(page.get_by_text("No study is like that")).to_be_visible()


def test_two_that_are_ticked_are_compared(written: Site, page: Page) -> None:
    page.goto(written.address)
    compare = page.get_by_role("button", name="Compare the chosen")
    expect(compare).to_be_disabled()
    page.get_by_role("checkbox", name="Compare digits-1").check()
    expect(compare).to_be_disabled()
    page.get_by_role("checkbox", name="Compare digits-2").check()
    compare.click()
    expect(page).to_have_url(f"{written.address}/compare?study=digits-2&study=digits-1")


def test_what_comes_later_appears_by_itself_and_what_is_ticked_stays(written: Site, page: Page) -> None:
    page.clock.install()
    page.goto(written.address)
    page.get_by_role("checkbox", name="Compare digits-1").check()
    write_study(written.db, "digits-4", TRIALS)
    page.clock.fast_forward(REFRESH_MS)
    expect(page.get_by_role("link", name="digits-4")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Compare digits-1")).to_be_checked()


@every_look
def test_it_fits_and_can_be_read_by_everybody(
    written: Site, browser: Browser, size: tuple[int, int], theme: str
) -> None:
    with window(browser, size, theme) as context:
        page = context.new_page()
        page.goto(written.address)
        check_fits(page)
        check_accessible(page)


def test_without_a_study_it_says_how_to_start_one(tmp_path: Path, browser: Browser) -> None:
    with site_in(tmp_path) as empty, window(browser) as context:
        page = context.new_page()
        page.goto(empty.address)
        expect(page.get_by_role("link", name="Start one")).to_have_attribute("href", "/new")
        check_accessible(page)
