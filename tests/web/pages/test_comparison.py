"""Studies side by side, in a browser; and the workers."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.analysis.written import TRIALS, write_study
from tests.web.pages.conftest import REFRESH_MS, Site, check_accessible, check_fits, every_look, site_in, window
from tuner.analysis.comparison import compare
from tuner.database import workers
from tuner.studies.status import study_status


@pytest.fixture(scope="module")
def two(site: Site) -> Site:
    write_study(site.db, "one", TRIALS)
    write_study(site.db, "other", TRIALS[:1])
    return site


def test_they_stand_side_by_side_in_the_words_of_the_command(two: Site, page: Page) -> None:
    page.goto(f"{two.address}/compare?study=one&study=other")
    found = compare([study_status(two.db, name, epochs=True) for name in ("one", "other")])
    for name, cells in found.rows.items():
        row = page.get_by_role("row", name=name, exact=False).first
        expect(row).to_be_visible()
        for cell in cells:
            expect(page.get_by_role("cell", name=cell, exact=True).first).to_be_visible()
    for words in found.sentences:
        expect(page.get_by_text(words)).to_be_visible()
    row = page.get_by_role("row", name="optimizer")
    expect(row.get_by_role("cell")).to_have_text(["momentum", "adam"])


def test_the_race_is_drawn_by_time_and_by_trials(two: Site, page: Page) -> None:
    page.goto(f"{two.address}/compare?study=one&study=other")
    ends = "At the end: one 0.9550, other 0.9300."
    expect(page.get_by_role("img", name=f"The best so far by time. {ends}")).to_be_visible()
    page.get_by_label("By", exact=True).select_option("trials")
    expect(page.get_by_role("img", name=f"The best so far by trials. {ends}")).to_be_visible()


def test_one_alone_is_no_comparison(two: Site, page: Page) -> None:
    page.goto(f"{two.address}/compare?study=one&study=one")
    expect(page.get_by_role("alert")).to_contain_text("a comparison needs two studies or more")
    page.goto(f"{two.address}/compare?study=one&study=none")
    expect(page.get_by_role("alert")).to_contain_text("there is no study 'none'")


@every_look
@pytest.mark.parametrize("path", ["/compare?study=one&study=other", "/workers"])
def test_they_fit_and_can_be_read_by_everybody(
    two: Site, browser: Browser, size: tuple[int, int], theme: str, path: str
) -> None:
    with window(browser, size, theme) as context:
        page = context.new_page()
        page.goto(f"{two.address}{path}")
        check_fits(page)
        check_accessible(page)


def test_workers_appear_as_they_come_and_lead_to_their_study(tmp_path: Path, page: Page) -> None:
    with site_in(tmp_path) as alone:
        page.clock.install()
        page.goto(f"{alone.address}/workers")
        expect(page.get_by_text("No worker lives.")).to_be_visible()
        workers.enter(alone.db, "vm-1", "cpu")
        workers.beat(alone.db, "vm-1", "one", "")
        page.clock.fast_forward(REFRESH_MS)
        row = page.get_by_role("row", name="vm-1")
        expect(row).to_contain_text("cpu")
        expect(row.get_by_role("link", name="one")).to_have_attribute("href", "/studies/one")
