"""A study's page while the study goes on, its server dies and comes back, and its person looks elsewhere."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.analysis.written import OUTCOME, START, TRIALS, Told, write_study
from tests.database.conftest import close
from tests.web.pages.conftest import Site, window
from tests.web.pages.test_study import open_study
from tuner.database import budget, changing, runs, studies, whole_study
from tuner.database.connection import Database, open_database
from tuner.database.epochs import EpochView
from tuner.database.facts import Limits
from tuner.database.trial_facts import of_tags
from tuner.search.optuna_study import trial_template

_START_S = 60


def add_trial(db: Database, name: str, ordinal: int, value: float, like: Told = TRIALS[4]) -> None:
    """One more, complete."""
    job = budget.take(db, name, f"h-0-{name}")
    assert job is not None
    budget.fill(db, job, trial_template(ordinal, None), "")
    runs.start(db, job, of_tags({}), like.params)
    runs.finish_epoch(db, job, EpochView(1, {"val_accuracy": value}, 0.5, START), value, 1)
    runs.finish(db, job, "complete", "", value, 1, of_tags({}))
    runs.finalize(db, job)


def begun(db: Database, name: str) -> str:
    write_study(db, name, TRIALS[:2], outcome=None)
    changing.change_study(db, name, 9, None, Limits(), None, False)
    return name


def test_a_person_is_told_of_a_new_best_and_of_the_end(site: Site, page: Page) -> None:
    name = begun(site.db, "told")
    open_study(page, site, name)
    messages = page.locator("#messages")
    add_trial(site.db, name, 2, 0.5)
    expect(page.locator("#standing [data-ended]")).to_have_text("3")
    expect(page.locator("#standing rect[data-share=complete]")).to_have_attribute("width", "33.333%")
    expect(messages).to_be_empty()
    add_trial(site.db, name, 3, 0.97)
    expect(messages).to_contain_text("New best: val_accuracy 0.9700, trial 3")
    close(site.db, name, OUTCOME)
    expect(messages).to_contain_text("It has ended: val_accuracy")
    expect(page.locator("#standing .badge")).to_have_text("finished")


def test_the_browser_notifies_where_a_person_switched_it_on(site: Site, browser: Browser) -> None:
    name = begun(site.db, "notified")
    with window(browser) as context:
        context.grant_permissions(["notifications"], origin=site.address)
        context.add_init_script(
            "window.told = []; window.Notification = class { constructor(title, { body }) { told.push([title, body]); }"
            " static permission = 'granted'; static async requestPermission() { return 'granted'; } };"
        )
        page = context.new_page()
        open_study(page, site, name)
        add_trial(site.db, name, 2, 0.96)
        expect(page.locator("#messages")).to_contain_text("New best")
        assert page.evaluate("told") == []
        page.locator("#standing summary").click()
        page.get_by_label("Notify me").check()
        add_trial(site.db, name, 3, 0.97)
        expect(page.locator("#messages")).to_contain_text("0.9700, trial 3")
        assert page.evaluate("told") == [[name, "New best: val_accuracy 0.9700, trial 3"]]


def test_a_page_that_was_opened_before_the_first_trial_shows_them_all(site: Site, page: Page) -> None:
    name = write_study(site.db, "new", (), outcome=None)
    changing.change_study(site.db, name, 9, None, Limits(), None, False)
    open_study(page, site, name)
    parallel = page.locator("[data-chart=parallel] .canvas")
    expect(page.get_by_text("No trial has begun yet.")).to_be_visible()
    parallel.scroll_into_view_if_needed()
    expect(parallel).to_have_attribute("aria-label", re.compile("nothing yet"))
    for ordinal, like in enumerate((TRIALS[0], TRIALS[1], TRIALS[4])):
        add_trial(site.db, name, ordinal, 0.5 + 0.1 * ordinal, like)
    expect(parallel).to_have_attribute("aria-label", re.compile("of 3 trials with a value, by .*learning_rate"))
    expect(page.locator(".trials tbody tr")).to_have_count(3)


def test_a_study_that_is_deleted_says_so(site: Site, page: Page) -> None:
    name = begun(site.db, "gone")
    open_study(page, site, name)
    assert whole_study.delete_study(site.db, name)
    expect(page.get_by_text("This study was deleted.")).to_be_visible()


@contextlib.contextmanager
def served(folder: Path, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """A server of its own, on a port that was had before."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tuner.cli.main", "serve", "--port", str(port)],
        cwd=folder, env={**os.environ, "TUNER_STORAGE": f"sqlite:///{folder / 'tuner.db'}"},
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        until = time.monotonic() + _START_S
        while time.monotonic() < until:
            with contextlib.suppress(httpx.TransportError):
                httpx.get(f"http://127.0.0.1:{port}/api/v1/health", trust_env=False)
                break
            time.sleep(0.2)
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.slow
def test_a_page_goes_on_by_itself_when_its_server_was_killed_and_is_back(tmp_path: Path, browser: Browser) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    db = open_database(f"sqlite:///{tmp_path / 'tuner.db'}")
    name = begun(db, "lives-on")
    site = Site(f"http://127.0.0.1:{port}", db, tmp_path)
    lost = "Connection lost, trying again."
    with window(browser) as context:
        page = context.new_page()
        with served(tmp_path, port) as process:
            open_study(page, site, name)
            page.get_by_label("Choose trial 1", exact=True).check()
            expect(page.get_by_role("region", name="Chosen trials side by side")).to_be_visible()
            process.send_signal(signal.SIGKILL)
            expect(page.get_by_text(lost)).to_be_visible(timeout=10_000)
        # While nobody serves, the study goes on.
        add_trial(db, name, 2, 0.97)
        studies.set_note(db, name, "meanwhile")
        with served(tmp_path, port):
            expect(page.get_by_text(lost)).to_be_hidden(timeout=15_000)
            expect(page.locator("#standing [data-best]")).to_have_text("0.9700")
            expect(page.locator("#standing .note")).to_have_text("meanwhile")
            expect(page.locator(".trials tbody tr")).to_have_count(3)
            expect(page.get_by_label("Choose trial 1", exact=True)).to_be_checked()
            add_trial(db, name, 3, 0.98)
            expect(page.locator("#standing [data-best]")).to_have_text("0.9800")
    db.engine.dispose()
