"""What a server does not answer: names that are not its own, changes that another site's page sends."""

from pathlib import Path

import httpx
import pytest

from tests.web.conftest import client_of, settings_for

CHECK = {"space": "nosuch"}


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "", "[", "a@localhost"])
def test_a_server_of_this_machine_answers_to_no_other_name(host: str, plain: httpx.Client) -> None:
    answer = plain.get("/health", headers={"host": host})
    assert answer.status_code in (400, 403)
    assert "ok" not in answer.text


@pytest.mark.parametrize("host", ["localhost", "localhost:99", "127.0.0.1", "[::1]:80", "LOCALHOST"])
def test_it_answers_to_the_names_of_this_machine(host: str, plain: httpx.Client) -> None:
    assert plain.get("/health", headers={"host": host}).status_code == 200


def test_it_answers_to_a_name_that_it_was_given(tmp_path: Path) -> None:
    settings = settings_for(f"sqlite:///{tmp_path / 'tuner.db'}", tmp_path)
    with client_of(settings, allowed_hosts=("tune.example",)) as client:
        assert client.get("/health", headers={"host": "tune.example"}).status_code == 200
        assert client.get("/health", headers={"host": "other.example"}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_another_sites_page_changes_nothing(headers: dict[str, str], plain: httpx.Client) -> None:
    answer = plain.post("/spaces/check", json=CHECK, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:tune:forbidden")
    assert "another site" in answer.json()["detail"]


def test_its_own_page_and_programs_may(plain: httpx.Client) -> None:
    own = str(plain.base_url).removesuffix("/api/v1/")
    for headers in ({"origin": own, "sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}, {}):
        assert plain.post("/spaces/check", json=CHECK, headers=headers).status_code == 404


def test_a_form_of_another_site_is_no_json(plain: httpx.Client) -> None:
    answer = plain.post("/spaces/check", content=b'{"space": "digits"}', headers={"content-type": "text/plain"})
    assert answer.status_code == 422
