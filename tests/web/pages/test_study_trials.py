"""The table of a study's trials: filtered, ordered, grouped, chosen, kept fresh, in a browser."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.analysis.written import START, TRIALS, Told, write_study
from tests.web.pages.conftest import Site, check_accessible, check_fits, every_look, window
from tests.web.pages.test_study import open_study
from tuner.database import budget, changing, runs
from tuner.database.epochs import EpochView
from tuner.database.facts import Limits
from tuner.database.trial_facts import of_tags
from tuner.search.optuna_study import trial_template


@pytest.fixture(scope="module")
def ended(site: Site) -> str:
    return write_study(site.db, "ended", TRIALS)


def numbers(page: Page) -> list[str]:
    return page.locator(".trials tbody td.name a").all_inner_texts()


def shows(page: Page, *trials: int) -> None:
    expect(page.locator(".trials tbody td.name a")).to_have_text([str(each) for each in trials])


def table(page: Page) -> Locator:
    return page.get_by_role("region", name="Table of trials")


def asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_it_is_ordered_by_any_column(site: Site, ended: str, page: Page) -> None:
    open_study(page, site, ended)
    shows(page, 1, 4, 0, 2, 3)  # the best first, once it has ended
    expect(table(page).get_by_role("columnheader", name="val_accuracy")).to_have_attribute("aria-sort", "descending")
    table(page).get_by_role("link", name="learning_rate").click()
    shows(page, 2, 0, 4, 1, 3)
    table(page).get_by_role("link", name="learning_rate").click()
    shows(page, 3, 1, 4, 0, 2)
    expect(table(page).get_by_role("columnheader", name="learning_rate")).to_have_attribute("aria-sort", "descending")
    assert asked(page) == {"order": ["-params.learning_rate"]}
    page.reload()
    shows(page, 3, 1, 4, 0, 2)
    page.go_back()
    shows(page, 2, 0, 4, 1, 3)


def test_it_is_filtered_by_state_verdict_words_and_conditions(site: Site, ended: str, page: Page) -> None:
    open_study(page, site, ended)
    filters = page.get_by_role("search", name="Trials")
    filters.get_by_label("State").select_option("pruned")
    shows(page, 2)
    assert asked(page) == {"state": ["pruned"]}
    filters.get_by_label("State").select_option("")
    filters.get_by_label("Verdict").select_option("diverged")
    shows(page, 3)
    filters.get_by_label("Verdict").select_option("")
    filters.get_by_label("Words").fill("optimizer=adam")
    shows(page, 4, 0)
    filters.get_by_label("Words").fill("")
    filters.get_by_label("Condition").fill("learning_rate:<0.002")
    shows(page, 0, 2)
    expect(page.locator(".found")).to_contain_text("2 of 5 trials")
    filters.get_by_label("Condition").fill("learning_rat:<0.002")
    expect(page.get_by_text("Did you mean learning_rate")).to_be_visible()
    expect(filters.get_by_label("Condition")).to_be_focused()


def test_groups_are_shown_and_one_of_them_opened(site: Site, ended: str, page: Page) -> None:
    open_study(page, site, ended)
    page.get_by_label("Group by").select_option("by optimizer")
    groups = page.get_by_role("region", name="Groups")
    expect(groups.get_by_role("row", name="adam")).to_contain_text("0.9500 trial 4")
    check_accessible(page)
    groups.get_by_role("link", name="momentum").click()
    shows(page, 1)
    expect(page.locator(".chip")).to_have_text(re.compile("params.optimizer:momentum"))
    page.get_by_role("link", name="show all").click()
    shows(page, 1, 4, 0, 2, 3)


def test_columns_are_chosen(site: Site, ended: str, page: Page) -> None:
    open_study(page, site, ended)
    page.locator("#trials summary").click()
    page.get_by_label("metrics.val_loss").check()
    expect(table(page).get_by_role("columnheader", name="val_loss")).to_be_visible()
    page.get_by_role("checkbox", name="optimizer").uncheck()
    expect(table(page).get_by_role("columnheader", name="optimizer")).to_have_count(0)


def test_chosen_trials_are_side_by_side_with_what_differs_first(site: Site, ended: str, page: Page) -> None:
    open_study(page, site, ended)
    page.get_by_label("Choose trial 4", exact=True).check()
    page.get_by_label("Choose trial 0", exact=True).check()
    beside = page.get_by_role("region", name="Chosen trials side by side")
    expect(beside.get_by_role("columnheader")).to_have_text(["What", "trial 4", "trial 0"])
    differing = beside.locator("tr.differs th").all_inner_texts()
    assert {each.split()[0] for each in differing} == {"hidden_layers", "units_1", "units_2", "learning_rate"}
    expect(beside.locator("tr", has_text="optimizer")).not_to_have_class("differs")
    expect(page.locator("#chosen-bar")).to_contain_text("2 trials chosen")
    check_accessible(page)
    assert asked(page)["chosen"] == ["4", "0"]
    page.reload()
    expect(page.get_by_label("Choose trial 4", exact=True)).to_be_checked()
    expect(beside.get_by_role("columnheader")).to_have_text(["What", "trial 4", "trial 0"])
    page.get_by_role("button", name="None").click()
    expect(beside).to_have_count(0)
    expect(page.get_by_label("Choose trial 4", exact=True)).not_to_be_checked()


def test_many_trials_come_a_page_at_a_time(site: Site, page: Page) -> None:
    many = [Told({**TRIALS[0].params, "learning_rate": 1e-4 * (each + 1)}, (0.5,)) for each in range(30)]
    open_study(page, site, write_study(site.db, "many", many, outcome=None))
    first = numbers(page)
    assert first == [str(each) for each in range(29, 4, -1)]  # the latest first, while it is not over
    page.get_by_role("link", name="Next page").click()
    shows(page, 4, 3, 2, 1, 0)
    page.get_by_role("link", name="First page").click()
    expect(page.locator(".trials tbody tr")).to_have_count(25)


def test_what_is_new_appears_by_itself_and_what_one_is_typing_stays(site: Site, page: Page) -> None:
    name = write_study(site.db, "grows", TRIALS[:2], outcome=None)
    open_study(page, site, name)
    page.get_by_label("Choose trial 1", exact=True).check()
    page.get_by_role("combobox", name="Condition").fill("value:>0.1")
    changing.change_study(site.db, name, 5, None, Limits(), None, False)
    job = budget.take(site.db, name, f"h-0-{name}")
    assert job is not None
    budget.fill(site.db, job, trial_template(2, None), "")
    runs.start(site.db, job, of_tags({}), TRIALS[4].params)
    runs.finish_epoch(site.db, job, EpochView(1, {"val_accuracy": 0.97}, 0.5, START), 0.97, 1)
    expect(page.locator(".trials tbody tr")).to_have_count(3)
    expect(page.locator("#standing [data-count=running]")).to_have_text(re.compile("1 running"))
    expect(page.get_by_label("Choose trial 1", exact=True)).to_be_checked()
    expect(page.get_by_role("combobox", name="Condition")).to_have_value("value:>0.1")
    expect(page.get_by_role("combobox", name="Condition")).to_be_focused()


@every_look
def test_it_fits_and_can_be_read_by_everybody(
    site: Site, ended: str, browser: Browser, size: tuple[int, int], theme: str
) -> None:
    with window(browser, size, theme) as context:
        page = context.new_page()
        open_study(page, site, f"{ended}?by=learning_rate&chosen=0&chosen=1&where=value:%3E0.1&order=-value")
        check_fits(page)
        check_accessible(page)
