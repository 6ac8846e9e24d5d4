"""A server that goes away for a while, and one that is started again: what is sent again, and what is not."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.client.conftest import SPACE, settings_in
from tests.web.conftest import running
from tuner.client.client import Client
from tuner.client.watching import events
from tuner.errors import InputError, ServiceDown, StudyConflict, TunerError
from tuner.web.server import Listening


class Moody:
    """A server that answers so many times that it is away, and then well. asked: what came, by method and key."""

    def __init__(self, failures: int, status: int = 503) -> None:
        self.failures, self.status = failures, status
        self.asked: list[tuple[str, str | None]] = []

    @contextmanager
    def running(self) -> Iterator[str]:
        moody = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                moody.asked.append((self.command, self.headers.get("Idempotency-Key")))
                bad = len(moody.asked) <= moody.failures
                problem = b'{"type": "urn:tune:service-down", "title": "", "status": 503, "detail": "away"}'
                body = problem if bad else b'{"status": "ok", "study_name": "s", "trials": 1, "freed_bytes": 2}'
                self.send_response(moody.status if bad else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_DELETE = answer

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def test_what_reads_is_asked_again_until_it_is_answered() -> None:
    moody = Moody(2)
    with moody.running() as url, Client(url) as client:
        assert client.health().status == "ok"
    assert [method for method, _ in moody.asked] == ["GET"] * 3


def test_it_is_not_asked_for_ever() -> None:
    moody = Moody(1000)
    with moody.running() as url, Client(url, patience_s=0.4) as client, pytest.raises(ServiceDown, match=r"^away$"):
        client.health()
    assert len(moody.asked) >= 2


def test_what_changes_is_not_sent_again_unless_twice_is_once() -> None:
    moody = Moody(1)
    with moody.running() as url, Client(url) as client, pytest.raises(ServiceDown):
        client.notifications.remove("1f0c9a2e")
    assert [method for method, _ in moody.asked] == ["DELETE"]


def test_a_start_carries_a_key_under_which_it_may_come_twice() -> None:
    moody = Moody(2)
    # The answer is no study: that it was read shows in the error.
    with moody.running() as url, Client(url) as client, pytest.raises(TunerError, match="does not read"):
        client.start("digits")
    keys = [key for _, key in moody.asked]
    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert keys[0]


def test_an_answer_that_is_not_of_tune_is_said_to_be_none() -> None:
    with Moody(9, status=502).running() as url, Client(url, patience_s=0.0) as client, pytest.raises(ServiceDown):
        client.health()
    closed = Client("http://127.0.0.1:9")
    closed.close()
    with pytest.raises(InputError, match="this client was closed"):
        closed.health()


def test_a_trial_and_its_events_outlive_the_server(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    seen: list[int] = []
    with Client(f"http://127.0.0.1:{port}") as client:
        with running(settings, Listening(port=port)):
            study = client.start(SPACE, study_name="s", space_name="mine")
            trial = study.ask()
            assert trial is not None
            trial.report({"loss": 0.5})

            def follow() -> None:
                for new in study.watch(since=0):
                    seen.extend(each.epoch for each in new.epochs)
                    if len(seen) == 3:
                        return

            follower = threading.Thread(target=follow, daemon=True)
            follower.start()
            until = time.monotonic() + 30
            while not seen and time.monotonic() < until:
                time.sleep(0.05)
        # It is away: the report waits for it.
        reporter = threading.Thread(target=trial.report, args=({"loss": 0.4},))
        reporter.start()
        time.sleep(0.5)
        with running(settings, Listening(port=port)):
            reporter.join(30)
            trial.report({"loss": 0.3})
            follower.join(30)
            assert seen == [1, 2, 3]
            assert trial.tell().state == "complete"
            with pytest.raises(StudyConflict):
                study.cancel(trial.number)


def test_events_are_read_from_lines_and_one_that_is_cut_off_is_none() -> None:
    lines = [": hello", "event: changes", "id: 7", "data: {", "data: }", "", "id: 8", "data: x", "", "data: cut"]
    read = [(each.kind, each.number, each.data) for each in events(iter(lines))]
    assert read == [("changes", "7", "{\n}"), ("message", "8", "x")]
