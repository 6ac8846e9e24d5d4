"""The page of a study: how it stands, its history, and what may be done with it, from the click to the row."""

import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from tests.analysis.written import TRIALS, write_study
from tests.web.pages.conftest import Site, check_accessible, check_fits, every_look, site_in, window
from tuner.database import audit, studies
from tuner.database.connection import Database
from tuner.database.studies import StudyView, note_of
from tuner.database.tables import StudyRow
from tuner.errors import NotFound
from tuner.service.tokens import TokenRequest, create_token


@pytest.fixture(scope="module")
def ended(site: Site) -> str:
    return write_study(site.db, "ended", TRIALS)


def open_study(page: Page, site: Site, name: str) -> None:
    page.goto(f"{site.address}/studies/{name}")
    expect(page.locator("[data-chart=history]")).to_have_attribute("data-drawn", re.compile(r"\d+"))


def place_of(page: Page, name: str, point: list[float]) -> tuple[float, float]:
    """On the screen, of a point in a chart's own units."""
    chart = page.locator(f"[data-chart={name}] .canvas")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    x, y = page.evaluate(
        """async ([name, point]) => {
          const style = document.querySelector('link[rel=stylesheet]').href;
          const { getInstanceByDom } = await import(new URL('vendor/echarts/echarts.esm.min.mjs', style).href);
          const chart = getInstanceByDom(document.querySelector(`[data-chart=${name}] .canvas`));
          return chart.convertToPixel({ xAxisIndex: 0, yAxisIndex: 0 }, point);
        }""",
        [name, point],
    )
    return box["x"] + x, box["y"] + y


def row(db: Database, name: str) -> StudyView:
    return studies.view_study(db, name)


def test_it_says_how_a_study_stands_and_came_out(site: Site, ended: str, page: Page) -> None:
    open_study(page, site, ended)
    standing = page.get_by_role("region", name="How it stands")
    expect(standing.get_by_role("heading", name="ended")).to_be_visible()
    for words in ("finished", "0.9550", "95%: 0.9100 to 0.9600", "5 of 5", "3 complete", "1 pruned", "1 diverged"):
        expect(standing).to_contain_text(words)
    expect(standing).to_contain_text("Trial 1 is the best: val_accuracy 0.9550 at epoch 5 of 6.")
    expect(standing.get_by_role("link", name="trial 1")).to_have_attribute("href", "/studies/ended/trials/1")


def test_the_history_is_told_in_words_and_a_point_leads_to_its_trial(site: Site, ended: str, page: Page) -> None:
    open_study(page, site, ended)
    chart = page.locator("[data-chart=history] .canvas")
    expect(chart).to_have_attribute(
        "aria-label", "History: 5 trials ended, 4 with a value. The best val_accuracy is 0.9550, of trial 1."
    )
    x, y = place_of(page, "history", [2, 0.955])
    page.mouse.click(x, y)
    expect(page).to_have_url(re.compile("/studies/ended/trials/1$"))


def test_a_study_is_noted_stopped_resumed_changed_and_cancelled(site: Site, page: Page) -> None:
    name = write_study(site.db, "lives", TRIALS[:2], outcome=None)
    with site.db.session() as session, session.begin():
        # As one that has not met its data yet: those that were written are none that are there.
        session.execute(sa.update(StudyRow).where(StudyRow.study_name == name).values(data_digest=None))
    open_study(page, site, name)

    def act(button: str, submit: str, fields: dict[str, str] | None = None) -> None:
        page.get_by_role("group", name="Actions").get_by_role("button", name=button, exact=True).click()
        dialog = page.get_by_role("dialog")
        for label, text in (fields or {}).items():
            dialog.get_by_label(label).fill(text)
        check_accessible(page)
        dialog.get_by_role("button", name=submit).click()
        expect(dialog).to_be_hidden()

    act("Note", "Keep", {"Your own words": "labels of May"})
    assert note_of(row(site.db, name)) == "labels of May"
    expect(page.locator("#standing .note")).to_have_text("labels of May")
    act("Stop", "Stop")
    assert row(site.db, name).desired_state == "stopping"
    expect(page.locator("#standing .badge")).to_have_text("stopped")
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("dialog").get_by_label("Workers").select_option("elsewhere")
    page.get_by_role("dialog").get_by_label("Trials in all").fill("9")
    page.get_by_role("dialog").get_by_role("button", name="Resume").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("#standing .badge")).to_have_text("interrupted")
    assert (row(site.db, name).desired_state, row(site.db, name).trials) == ("running", 9)
    act("Budget", "Change", {"Trials in all": "12", "Seconds in all": "3600", "Trials without": "7"})
    changed = row(site.db, name)
    assert (changed.trials, changed.timeout_s, changed.options.limits.plateau) == (12, 3600.0, 7)
    expect(page.locator("#standing")).to_contain_text("1:00:00 of time")
    act("Cancel", "Cancel the study")
    assert row(site.db, name).desired_state == "cancelled"
    expect(page.locator("#standing .badge")).to_have_text("cancelled")
    noted = [each.action for each in audit.view_lines(site.db, name, None, 10)]
    assert noted == ["cancel", "change", "resume", "stop", "note", "start"]


def test_what_came_of_it_is_downloaded(site: Site, ended: str, page: Page) -> None:
    open_study(page, site, ended)
    page.get_by_text("More").click()
    for link, name, begins in (
        ("Trials (CSV)", "ended-trials.csv", "study_name,trial_number,"),
        ("Best parameters (YAML)", "ended-trial-1-parameters.yaml", ""),
    ):
        with page.expect_download() as told:
            page.get_by_role("link", name=link).click()
        assert told.value.suggested_filename == name
        assert told.value.path().read_text().startswith(begins)
    expect(page.get_by_role("link", name="Report")).to_have_attribute("href", re.compile("report.html"))
    expect(page.get_by_role("link", name="Model (.keras)")).to_have_attribute("href", "/api/v1/studies/ended/model")


def test_a_configuration_is_added_from_its_page(site: Site, page: Page) -> None:
    name = write_study(site.db, "adds", TRIALS[:2], outcome=None)
    open_study(page, site, name)
    page.get_by_role("link", name="Add configuration").click()
    expect(page.get_by_role("heading", name="Add a configuration")).to_be_visible()
    expect(page).to_have_url(f"{site.address}/studies/adds/add")


def test_all_of_it_is_done_by_keyboard(site: Site, page: Page) -> None:
    name = write_study(site.db, "keys", TRIALS[:2], outcome=None)
    open_study(page, site, name)
    page.get_by_role("button", name="Note").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.get_by_label("Your own words").focus()
    page.keyboard.type("by keyboard")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("#standing .note")).to_have_text("by keyboard")
    page.get_by_role("button", name="Stop").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert row(site.db, name).desired_state == "running"
    box = page.get_by_label("Choose trial 1", exact=True)
    box.focus()
    page.keyboard.press("Space")
    expect(page.locator("#chosen-bar")).to_contain_text("1 trial chosen")
    page.locator("#trials summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#trials details :focus")).to_have_attribute("type", "checkbox")


def test_what_the_server_refuses_is_said_in_the_dialog(site: Site, page: Page) -> None:
    name = write_study(site.db, "refused", TRIALS[:2], outcome=None)
    open_study(page, site, name)
    page.get_by_role("button", name="Budget").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Trials in all").fill("1")
    dialog.get_by_role("button", name="Change").click()
    expect(dialog.get_by_role("alert")).to_contain_text("has begun 2 already")
    dialog.get_by_role("button", name="Not now").click()
    expect(dialog).to_be_hidden()
    assert row(site.db, name).trials == 2


def test_it_is_renamed_and_deleted_by_who_types_its_name(site: Site, page: Page) -> None:
    write_study(site.db, "old/name", TRIALS[:2])
    open_study(page, site, "old%2Fname")
    page.get_by_text("More").click()
    page.get_by_role("button", name="Rename").click()
    page.get_by_label("Its new name").fill("new/name & <b>")
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    expect(page).to_have_url(f"{site.address}/studies/new%2Fname%20%26%20%3Cb%3E")
    expect(page.get_by_role("heading", name="new/name & <b>")).to_be_visible()
    with pytest.raises(NotFound):
        row(site.db, "old/name")
    page.get_by_text("More").click()
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("To be sure").fill("new/name")
    dialog.get_by_role("button", name="Delete").click()
    expect(dialog).to_be_visible()
    assert row(site.db, "new/name & <b>").trials == 2
    dialog.get_by_label("To be sure").fill("new/name & <b>")
    dialog.get_by_role("button", name="Delete").click()
    expect(page).to_have_url(f"{site.address}/")
    with pytest.raises(NotFound):
        row(site.db, "new/name & <b>")


@every_look
def test_it_fits_and_can_be_read_by_everybody(
    site: Site, ended: str, browser: Browser, size: tuple[int, int], theme: str
) -> None:
    with window(browser, size, theme) as context:
        page = context.new_page()
        open_study(page, site, ended)
        check_fits(page)
        check_accessible(page)
        page.get_by_text("More").click()
        check_fits(page)
        check_accessible(page)


def test_who_may_not_change_a_study_sees_no_buttons(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> None:
    with site_in(tmp_path_factory.mktemp("people")) as site:
        write_study(site.db, "s", TRIALS)
        for person, role, may in (("vera", "viewer", False), ("bob", "member", False), ("root", "admin", True)):
            token = create_token(site.db, TokenRequest(person=person, role=role))  # type: ignore[arg-type]
            with window(browser) as context:
                page = context.new_page()
                page.goto(f"{site.address}/studies/s")
                page.get_by_label("Token").fill(token.text)
                page.get_by_role("button", name="Sign in").click()
                expect(page.locator("[data-chart=history]")).to_have_attribute("data-drawn", re.compile(r"\d+"))
                expect(page.get_by_role("group", name="Actions")).to_have_count(1 if may else 0)
