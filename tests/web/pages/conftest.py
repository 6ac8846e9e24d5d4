"""A real browser before a server that really runs."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.analysis.test_report import CHROMIUM
from tests.web.conftest import running, settings_for
from tuner.database.connection import Database, open_database
from tuner.web.server import Listening

DESKTOP, PHONE = (1440, 900), (390, 844)
PATIENCE_MS = 30_000
"""For what a page shows at once, on a machine that does three other things."""
REFRESH_MS = 5000
"""After so long a page asks again by itself: tests move its clock on."""
every_look = pytest.mark.parametrize(("size", "theme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
"""Each theme and each size once."""


@dataclass(frozen=True)
class Site:
    """A server, and its database on a connection of its own. address: as `http://127.0.0.1:1234`."""

    address: str
    db: Database
    folder: Path


@contextlib.contextmanager
def site_in(folder: Path, url: str | None = None) -> Iterator[Site]:
    """url: of the database; one in the folder without."""
    settings = settings_for(url or f"sqlite:///{folder / 'tuner.db'}", folder)
    with running(settings, Listening(port=0)) as server:
        db = open_database(settings.storage)
        yield Site(server.address, db, folder)
        db.engine.dispose()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_in(tmp_path_factory.mktemp("site")) as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Of a file's tests: while it is open its event loop counts as the thread's own."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        # Without its sandbox, which root cannot have.
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@contextlib.contextmanager
def window(browser: Browser, size: tuple[int, int] = DESKTOP, theme: str = "light") -> Iterator[BrowserContext]:
    """A browser of its own, as another person's. What a page's console calls an error fails the test, but answers that
    a test asks for, such as a 404."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if theme == "dark" else "light",
        timezone_id="Europe/Paris",
        locale="en-GB",
    )
    context.set_default_timeout(PATIENCE_MS)
    told: list[str] = []
    context.on("weberror", lambda error: told.append(str(error.error)))
    context.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    try:
        yield context
    finally:
        context.close()
    assert [each for each in told if not each.startswith("Failed to load resource")] == []


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with window(browser) as opened:
        yield opened


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def check_accessible(page: Page) -> None:
    """axe finds nothing."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def check_fits(page: Page) -> None:
    """Nothing of it is beyond the screen's side."""
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.evaluate("innerWidth"), width
