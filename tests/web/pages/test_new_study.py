"""A new study from the form, in a browser: to its row in SQL."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.pages.conftest import Site, check_accessible, check_fits, every_look, window
from tuner.database.studies import view_study
from tuner.errors import NotFound
from tuner.spec.space import IntRange
from tuner.studies.stored_study import spec_of


def elsewhere(page: Page, name: str) -> None:
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("those that tune worker started").check()


def test_a_space_is_changed_in_fields_checked_and_started(site: Site, page: Page) -> None:
    page.goto(f"{site.address}/new?space=digits")
    units = page.locator("[data-parameter=units]")
    units.get_by_label("units: lowest").fill("90")
    units.get_by_label("units: highest").fill("16")
    units.get_by_label("units: highest").blur()
    expect(units.get_by_role("alert")).to_contain_text("low 90 is above high 16. Swap them.")
    units.get_by_label("units: lowest").fill("8")
    units.get_by_label("units: lowest").blur()
    # A configuration that the space names is beyond that.
    first = page.get_by_role("group", name="Tried first")
    expect(first.get_by_role("alert")).to_contain_text("the space has 8 to 16")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("first mend what is marked")).to_be_visible()
    for each in first.get_by_role("checkbox").all():
        each.uncheck()
    expect(first).to_have_count(0)
    expect(units.get_by_role("alert")).to_be_hidden()
    page.locator("[data-parameter=optimizer]").get_by_label("adagrad").check()
    page.get_by_label("Leave dropout out").click()
    expect(page.locator("[data-parameter=dropout]")).to_have_count(0)
    page.get_by_label("Search a further parameter").select_option("l2")
    expect(page.locator("[data-parameter=l2]")).to_be_visible()
    page.get_by_role("button", name="Check").click()
    expect(page.locator("#checked")).to_contain_text("The largest network has")
    elsewhere(page, "changed")
    page.get_by_label("Trials", exact=True).fill("7")
    page.get_by_role("button", name="Start").click()
    expect(page).to_have_url(f"{site.address}/studies/changed")
    stored = view_study(site.db, "changed")
    spec = spec_of(stored)
    assert stored.trials == 7
    units_1 = next(each for each in spec.space if each.name == "units_1")
    assert isinstance(units_1.domain, IntRange)
    assert (units_1.domain.low, units_1.domain.high) == (8, 16)
    names = {each.shared or each.name for each in spec.space}
    assert "l2" in names
    assert "dropout" not in names


def test_a_space_that_was_not_changed_is_started_as_its_file_has_it(site: Site, page: Page) -> None:
    page.goto(f"{site.address}/new?space=digits")
    page.get_by_label("Search space").select_option("breast_cancer")
    expect(page).to_have_url(f"{site.address}/new?space=breast_cancer")
    elsewhere(page, "as-it-is")
    page.get_by_role("button", name="Start").click()
    expect(page).to_have_url(f"{site.address}/studies/as-it-is")
    stored = view_study(site.db, "as-it-is")
    assert stored.space_name == "breast_cancer"
    assert stored.spec_text.lstrip().startswith("#")


def test_the_text_and_the_fields_are_one_space(site: Site, page: Page) -> None:
    page.goto(f"{site.address}/new?space=digits")
    page.get_by_text("The space as a file").click()
    text = page.get_by_label("YAML")
    text.fill("dataset: digits\nparameters: {learning_rate: {float: [0.001, 0.01], log: true}}\n")
    text.blur()
    expect(page.locator("[data-parameter]")).to_have_count(1)
    expect(page.get_by_label("learning_rate: highest")).to_have_value("0.01")
    page.get_by_label("learning_rate: highest").fill("0.02")
    page.get_by_label("learning_rate: highest").blur()
    expect(text).to_have_value(
        "dataset: digits\nparameters:\n  learning_rate:\n    float:\n    - 0.001\n    - 0.02\n    log: true\n"
    )
    text.fill("dataset: digits\nparameters: {lr: 1}\n")
    text.blur()
    expect(page.locator("#text-problem")).to_contain_text("line 2: parameters.lr: the model has no such parameter")


def test_what_cannot_be_started_is_said_where_it_was_asked_and_nothing_is_stored(site: Site, page: Page) -> None:
    page.goto(f"{site.address}/new?space=digits")
    elsewhere(page, "not-started")
    page.get_by_text("When it ends early").click()
    page.get_by_label("The best of an old study").fill("nosuch")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("alert").filter(has_text="there is no study 'nosuch'")).to_be_visible()
    with pytest.raises(NotFound):
        view_study(site.db, "not-started")


@every_look
def test_it_fits_and_can_be_read_by_everybody(site: Site, browser: Browser, size: tuple[int, int], theme: str) -> None:
    with window(browser, size, theme) as context:
        page = context.new_page()
        page.goto(f"{site.address}/new?space=fashion_mnist_cnn")
        check_fits(page)
        check_accessible(page)
