"""Signing in with a token, in a browser and without one."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.analysis.written import TRIALS, write_study
from tests.web.pages.conftest import Site, check_accessible, window
from tuner.service.tokens import MadeToken, TokenRequest, create_token, revoke_token
from tuner.web.pages.signing_in import own_path
from tuner.web.signing_in import COOKIE


@pytest.fixture(scope="module")
def token(site: Site) -> MadeToken:
    write_study(site.db, "s", TRIALS)
    return create_token(site.db, TokenRequest(person="ada", role="admin"))


@pytest.fixture
def plain(site: Site, token: MadeToken) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site.address, trust_env=False) as client:
        yield client


def test_a_person_signs_in_comes_where_it_wanted_and_out_again(site: Site, token: MadeToken, browser: Browser) -> None:
    with window(browser) as context:
        page = context.new_page()
        page.goto(f"{site.address}/?words=s&state=finished")
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        check_accessible(page)
        page.get_by_label("Token").fill("tune_00000000_wrong")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_contain_text("this token is none that was made here")
        check_accessible(page)
        page.get_by_label("Token").fill(token.text)
        page.get_by_role("button", name="Sign in").click()
        expect(page).to_have_url(f"{site.address}/?words=s&state=finished")
        expect(page.get_by_text("ada")).to_be_visible()
        (cookie,) = context.cookies()
        assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"]) == (COOKIE, True, "Strict")
        assert token.text.rpartition("_")[2] not in cookie["value"]
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        # What the browser had is worth nothing any more.
        context.add_cookies([{"name": COOKIE, "value": cookie["value"], "url": site.address}])
        page.goto(site.address)
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def signed_in(client: httpx.Client, token: MadeToken) -> None:
    assert client.post("/sign-in", data={"token": token.text}, headers=_own(client)).status_code == 303
    assert client.get("/api/v1/me").json()["name"] == "ada"


def _own(client: httpx.Client) -> dict[str, str]:
    return {"Origin": str(client.base_url).rstrip("/")}


def test_a_cookie_changes_nothing_from_elsewhere(plain: httpx.Client, token: MadeToken) -> None:
    signed_in(plain, token)
    elsewhere: tuple[dict[str, str], ...]
    elsewhere = {"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}, {}
    for headers in elsewhere:
        refused = plain.put("/api/v1/studies/s/note", json={"note": "theirs"}, headers=headers)
        assert refused.status_code == 403, headers
    taken = plain.put("/api/v1/studies/s/note", json={"note": "mine"}, headers=_own(plain))
    assert taken.json()["note"] == "mine"


def test_a_session_ends_with_its_token(plain: httpx.Client, site: Site) -> None:
    short = create_token(site.db, TokenRequest(person="ada", role="viewer"))
    signed_in(plain, short)
    revoke_token(site.db, short.view.token_id)
    assert plain.get("/api/v1/me").status_code == 401
    assert plain.get("/").headers["location"] == "/sign-in?next=%2F"
    part = plain.get("/", headers={"HX-Request": "true", "HX-Current-URL": f"{site.address}/studies/s?x=1"})
    assert part.headers["hx-redirect"] == "/sign-in?next=%2Fstudies%2Fs%3Fx%3D1"


@pytest.mark.parametrize("text", ["//evil.example", "https://evil.example", "/\\evil.example", "\t//x", "/\n/x", ""])
def test_after_signing_in_nobody_is_sent_elsewhere(text: str) -> None:
    assert own_path(text) == "/"


def test_pages_load_nothing_from_elsewhere_and_run_no_script_of_a_page(plain: httpx.Client) -> None:
    answer = plain.get("/sign-in")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["cache-control"] == "no-store"


def test_files_are_kept_by_browsers_for_as_long_as_they_are_the_same(plain: httpx.Client) -> None:
    page = plain.get("/sign-in").text
    address = page.partition('stylesheet" href="')[2].partition('"')[0]
    style = plain.get(address)
    assert style.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in style.headers["cache-control"]
    assert style.headers["content-encoding"] == "gzip"
    assert plain.get(address.replace(address.split("/")[2], "0" * 16)).headers["cache-control"] == "no-store"
    for none in ("vendor/htmx/LICENSE", "../app.py", "%2e%2e/app.py", "nothing.css"):
        assert plain.get(f"/static/{address.split('/')[2]}/{none}").status_code == 404
