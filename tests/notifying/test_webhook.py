"""A message to an URL: signed, to no address of a private network, never redirected, given up in time."""

import hashlib
import hmac
import socket
import threading
import time

import pytest

from tests.notifying.conftest import SECRET, Webhook
from tuner.errors import InputError, NotDelivered
from tuner.notifying.webhook import Answer, parsed, send, shown


def _send(address: str, anywhere: bool = True, timeout_s: float = 5.0) -> Answer:
    return send(address, SECRET, "ended", "e" * 32, '{"event": "ended"}', anywhere, timeout_s)


def test_what_is_sent_is_signed_as_its_receiver_can_check(webhook: Webhook) -> None:
    assert _send(webhook.address).words.startswith("it answered 200 OK after ")
    (got,) = webhook.got
    assert got.headers["Tune-Event"] == "ended"
    assert got.headers["Tune-Event-Id"] == "e" * 32
    assert got.headers["Content-Type"] == "application/json"
    parts = dict(each.split("=", 1) for each in got.headers["Tune-Signature"].split(","))
    expected = hmac.new(SECRET.encode(), parts["t"].encode() + b"." + got.body, hashlib.sha256).hexdigest()
    assert parts["v1"] == expected
    assert abs(int(parts["t"]) - time.time()) < 60


def test_no_redirection_is_followed(webhook: Webhook) -> None:
    webhook.answers, webhook.location = [302, 200], webhook.address.replace("/hook", "/other")
    with pytest.raises(NotDelivered, match="302 Found: it sends on to another address, which is not followed"):
        _send(webhook.address)
    assert [each.path for each in webhook.got] == ["/hook"]


@pytest.mark.parametrize("status", [400, 404, 410, 500, 503])
def test_what_is_refused_is_said(webhook: Webhook, status: int) -> None:
    webhook.answers = [status]
    with pytest.raises(NotDelivered, match=f"it answered {status} "):
        _send(webhook.address)


def test_one_that_hangs_is_let_go_of(webhook: Webhook) -> None:
    webhook.hang_s = 3.0
    began = time.monotonic()
    with pytest.raises(NotDelivered, match="did not answer within"):
        _send(webhook.address, timeout_s=0.3)
    assert time.monotonic() - began < 2.0


def test_one_that_answers_a_letter_at_a_time_is_let_go_of() -> None:
    over = threading.Event()
    with socket.socket() as listens:
        listens.bind(("127.0.0.1", 0))
        listens.listen()

        def drip() -> None:
            taken, _ = listens.accept()
            with taken:
                while not over.wait(0.05):
                    try:
                        taken.sendall(b"H")
                    except OSError:
                        return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        began = time.monotonic()
        with pytest.raises(NotDelivered):
            _send(f"http://127.0.0.1:{listens.getsockname()[1]}/", timeout_s=0.5)
        assert time.monotonic() - began < 3.0
        over.set()
        thread.join()


def test_what_does_not_listen_or_is_no_host_is_said_without_the_url() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for address, words in (
        (f"http://127.0.0.1:{port}/se/cret", "nothing listens there"),
        ("https://no.such.host.invalid/se/cret", "there is no host of that name"),
    ):
        with pytest.raises(NotDelivered, match=words) as caught:
            _send(address)
        assert "cret" not in str(caught.value)


def test_over_the_network_only_https_to_the_open_internet_may_be_asked_for(webhook: Webhook) -> None:
    for address in (webhook.address, "https://[::1]/", "https://10.0.0.7/hook", "https://169.254.169.254/latest"):
        with pytest.raises(InputError, match="lies on the open internet"):
            _send(address, anywhere=False)
    with pytest.raises(InputError, match="begins with https"):
        _send("http://hooks.example/", anywhere=False)
    with pytest.raises(NotDelivered, match="in a private network"):
        _send(webhook.address.replace("http://127.0.0.1", "https://localhost"), anywhere=False)
    assert webhook.got == []


@pytest.mark.parametrize(
    "url",
    ["", "example.com", "ftp://a/b", "https://", "https://ada@example.com/", "https://ada:pw@example.com", "https://[::1",
     "https://a:99999/", "https://a/#b", "https://a/\nX: y", "https://a/b c", "https://ä.example/", "file:///etc/passwd",
     "https://a:0/", "https://a/" + "b" * 2000],
)  # fmt: skip
def test_what_is_no_url_of_a_webhook_is_said(url: str) -> None:
    with pytest.raises(InputError, match="URL"):
        parsed(url, anywhere=True)


def test_what_may_be_secret_of_an_url_is_not_shown() -> None:
    assert shown("https://hooks.example/services/T0/B1/secret") == "https://hooks.example/services..."
    assert shown("https://hooks.example/hook") == "https://hooks.example/hook"
    assert shown("https://hooks.example/hook?token=secret") == "https://hooks.example/hook..."
    assert shown("https://hooks.example/1234567890123456789012345") == "https://hooks.example/12345678901234567890..."
