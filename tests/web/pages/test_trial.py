"""The page of a trial, in a browser."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from tests.analysis.written import TRIALS, write_study
from tests.web.pages.conftest import Site, check_accessible, check_fits, every_look, site_in, window
from tuner.data.answers import answers
from tuner.data.dataset import Dataset
from tuner.database import runs
from tuner.database.blobs import blob_store
from tuner.database.tables import RunRow
from tuner.service.tokens import TokenRequest, create_token
from tuner.studies import trial_files


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, digits: Dataset) -> Iterator[Site]:
    """A study whose first trial has all that is kept of one, and whose second is of a regression."""
    with site_in(tmp_path_factory.mktemp("kept")) as site:
        looked = {f"health/layer_{layer}/gradient_norm": 0.5 for layer in (1, 2)}
        write_study(site.db, "s", [replace(TRIALS[0], further=looked), *TRIALS[1:]])
        rows = digits.validation
        chance = np.random.default_rng(0).dirichlet(np.ones(10), len(rows)).astype(np.float32)
        found = answers(chance, rows, digits.info)
        store = blob_store(site.db, site.folder / "artifacts")
        trial_files.keep(store, runs.view_trial(site.db, "s", 0).blob_name, found, "Dense 32, relu\nDense 10, softmax")
        points = np.array([[1, 2], [3, 5]], np.float32)
        regression = replace(found, counts=found.counts[:0], images=found.images[:0], points=points)
        trial_files.keep(store, runs.view_trial(site.db, "s", 1).blob_name, regression, "Dense 1")
        yield site


def at(site: Site, number: int) -> str:
    return f"{site.address}/studies/s/trials/{number}"


def test_the_verdict_and_its_remedy_come_first(kept: Site, page: Page) -> None:
    page.goto(at(kept, 3))
    expect(page.locator("main .card").first).to_contain_text("diverged at epoch 1: learning rate 0.09 with sgd")
    expect(page.locator("main .card").first).to_contain_text("Smaller.")


def test_what_a_network_takes_for_what_and_its_layers_are_shown(kept: Site, page: Page) -> None:
    page.goto(at(kept, 0))
    store = blob_store(kept.db, kept.folder / "artifacts")
    counts = trial_files.answers_of(store, runs.view_trial(kept.db, "s", 0))
    assert counts is not None
    confusion = page.get_by_role("region", name="Confusion matrix")
    row = confusion.get_by_role("row").nth(4)
    assert [each or "0" for each in row.get_by_role("cell").all_inner_texts()] == [str(n) for n in counts.counts[3]]
    layers = page.get_by_role("region", name="Its layers")
    expect(layers.get_by_role("img", name="gradient norm of layer_2 by epoch")).to_be_visible()
    page.get_by_text("The network in words").click()
    expect(layers.locator("pre")).to_contain_text("Dense 10, softmax")


def test_its_mistakes_are_pictures(kept: Site, page: Page) -> None:
    page.goto(at(kept, 0))
    picture = page.get_by_role("region", name="Its worst mistakes").locator("img").first
    picture.scroll_into_view_if_needed()
    page.wait_for_function("(image) => image.complete && image.naturalWidth > 0", arg=picture.element_handle())


def test_its_curves_are_drawn_and_told(kept: Site, page: Page) -> None:
    page.goto(at(kept, 0))
    expect(page.get_by_role("img", name="accuracy by epoch. At the last one: ")).to_be_visible()
    expect(page.get_by_role("img", name="loss by epoch")).to_be_visible()


def test_of_a_regression_what_is_predicted_is_shown(kept: Site, page: Page) -> None:
    page.goto(at(kept, 1))
    page.get_by_role("region", name="What it predicted").scroll_into_view_if_needed()
    expect(page.get_by_role("img", name="What was predicted of 2 validation rows")).to_be_visible()


def test_parameters_stand_beside_those_of_the_best(kept: Site, page: Page) -> None:
    page.goto(at(kept, 0))
    row = page.get_by_role("row", name="optimizer")
    expect(row.get_by_role("cell")).to_have_text(["adam", "momentum", "sgd, momentum, adam"])
    expect(page.get_by_role("link", name="parameters.yaml")).to_have_attribute(
        "href", "/api/v1/studies/s/trials/0/files/parameters.yaml"
    )


def test_one_that_runs_is_cancelled_and_the_page_follows_it(site: Site, page: Page) -> None:
    write_study(site.db, "lives", TRIALS[:2], outcome=None)
    with site.db.session() as session, session.begin():
        alive = {"state": "running", "finalized": False, "finished_at": None}
        session.execute(sa.update(RunRow).where(RunRow.study_name == "lives", RunRow.ordinal == 1).values(**alive))
    page.goto(f"{site.address}/studies/lives/trials/1")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Cancel the trial").click()
    expect(page.get_by_text("It ends after its epoch", exact=True)).to_be_visible()
    asked = runs.view_trial(site.db, "lives", 1)
    assert (asked.state, asked.reason) == ("cancelled", "cancelled by a person")
    expect(page.locator(".badge").first).to_have_text("cancelled", timeout=15_000)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)


def test_one_trial_leads_to_the_next(kept: Site, page: Page) -> None:
    page.goto(at(kept, 1))
    page.get_by_role("link", name="Trial 2").click()
    expect(page.get_by_role("heading", name="Trial 2")).to_be_visible()
    page.goto(at(kept, 99))
    expect(page.get_by_role("alert")).to_have_text("study 's' has no trial 99.")


@every_look
@pytest.mark.parametrize("number", [0, 3])
def test_it_fits_and_can_be_read_by_everybody(
    kept: Site, browser: Browser, size: tuple[int, int], theme: str, number: int
) -> None:
    with window(browser, size, theme) as context:
        page = context.new_page()
        page.goto(at(kept, number))
        check_fits(page)
        check_accessible(page)


def test_who_may_only_look_has_no_buttons(tmp_path: Path, browser: Browser) -> None:
    with site_in(tmp_path) as site, window(browser) as context:
        write_study(site.db, "s", TRIALS)
        viewer = create_token(site.db, TokenRequest(person="eve", role="viewer"))
        page = context.new_page()
        page.goto(f"{site.address}/studies/s/trials/0")
        page.get_by_label("Token").fill(viewer.text)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Trial 0")).to_be_visible()
        expect(page.get_by_role("button", name="Make champion")).to_have_count(0)
        expect(page.get_by_role("link", name="Start from here")).to_have_count(0)
