"""`tune serve` as a command: where it listens, what it says, how it ends."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
from click.testing import CliRunner

from tests.database.conftest import add
from tests.web.conftest import running, settings_for
from tuner.cli.main import cli
from tuner.database.connection import open_database
from tuner.database.servers import address_from_here
from tuner.service.tokens import TokenRequest, create_token
from tuner.web.server import Listening

_START_S = 120


def _serve(folder: Path, *options: str) -> "subprocess.Popen[str]":
    environment = {**os.environ, "TUNER_STORAGE": f"sqlite:///{folder / 'tuner.db'}"}
    return subprocess.Popen(
        [sys.executable, "-m", "tuner.cli.main", "serve", *options],
        cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, start_new_session=True,
    )  # fmt: skip


def test_it_tells_its_address_once_it_answers_and_ends_at_ctrl_c(tmp_path: Path) -> None:
    process = _serve(tmp_path, "--port", "0")
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        while " at http://" not in line and line:  # where the machine is slow, it says first what it does
            line = process.stderr.readline()
        address = line.split(" at ")[1].split(";")[0]
        assert line.startswith("tune serves sqlite:///")
        assert httpx.get(f"{address}/api/v1/health").json() == {"status": "ok"}
        with httpx.Client() as kept:  # a connection that stays open holds nothing up
            assert kept.get(f"{address}/api/v1/studies").json()["studies"] == []
            told = time.monotonic()
            process.send_signal(signal.SIGINT)
            assert process.wait(_START_S) == 130
            assert time.monotonic() - told < 10
        assert (process.stdout or sys.stdin).read() == ""
        assert process.stderr.read() == ""  # no line a request, no traceback
    finally:
        process.kill()
        process.communicate()


def test_a_port_that_is_taken_and_an_address_beyond_this_machine_are_said_in_a_line(tmp_path: Path) -> None:
    storage = ("--storage", f"sqlite:///{tmp_path / 'tuner.db'}")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = CliRunner().invoke(cli, ["serve", "--port", str(port), *storage])
    assert f"--port {port}: cannot be listened on" in str(done.exception)
    done = CliRunner().invoke(cli, ["serve", "--host", "0.0.0.0", *storage])
    assert "--host 0.0.0.0: others could reach it" in str(done.exception)
    done = CliRunner().invoke(cli, ["serve", "--host", "no.such.host.invalid", *storage])
    assert "no.such.host.invalid" in str(done.exception)


def test_commands_name_the_page_of_a_server_that_answers_and_of_no_other(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'tuner.db'}"
    db = open_database(url)
    add(db, "team/one & two")
    with running(settings_for(url, tmp_path), Listening(port=0)) as server:
        said = CliRunner().invoke(cli, ["status", "--storage", url]).stderr
        assert f"its page is {server.address}/studies/team%2Fone%20%26%20two" in said
    with running(settings_for(url, tmp_path), Listening(port=0, url="https://tune.example/")):
        said = CliRunner().invoke(cli, ["status", "--storage", url]).stderr
        assert "its page is https://tune.example/studies/team%2Fone%20%26%20two" in said
    assert CliRunner().invoke(cli, ["status", "--storage", url]).stderr == ""
    db.engine.dispose()


def test_a_server_that_was_killed_is_not_named(tmp_path: Path) -> None:
    process = _serve(tmp_path, "--port", "0")
    assert process.stderr is not None
    while " at http://" not in (line := process.stderr.readline()):
        assert line
    db = open_database(f"sqlite:///{tmp_path / 'tuner.db'}")
    assert address_from_here(db) == line.split(" at ")[1].split(";")[0]
    process.kill()
    process.communicate()
    assert address_from_here(db) is None
    db.engine.dispose()


def test_what_is_no_address_is_said_before_anything_listens(tmp_path: Path) -> None:
    for url in ("tune.example", "https://ada:secret@tune.example", "https://tune.example/?a=b"):
        done = CliRunner().invoke(cli, ["serve", "--storage", f"sqlite:///{tmp_path / 'tuner.db'}", "--url", url])
        assert "--url" in str(done.exception)
    done = CliRunner().invoke(cli, ["serve", "--host", "0.0.0.0", "--open"])
    assert "--open" in str(done.exception)


def test_one_that_waits_for_a_token_lets_nobody_in_and_says_how_to_make_one(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'tuner.db'}"
    # Another way to write this machine's own address, which the server does not take for it.
    beyond = Listening(host="127.1", port=0, wait_for_token=True)
    with running(settings_for(url, tmp_path), beyond) as server, httpx.Client(base_url=server.address) as client:
        assert client.get("/api/v1/ready").status_code == 200
        for path in ("/api/v1/me", "/api/v1/studies", "/api/v1/openapi.json"):
            assert client.get(path).status_code == (200 if path.endswith("json") else 401)
        shown = client.get("/", follow_redirects=True)
        assert "Nobody has a token yet" in shown.text
        assert "tune token create NAME --role admin" in shown.text
        made = create_token(db := open_database(url), TokenRequest(person="ada", role="admin"))
        me = client.get("/api/v1/me", headers={"Authorization": f"Bearer {made.text}"})
        assert me.json() == {"name": "ada", "role": "admin"}
        assert "Nobody has a token yet" not in client.get("/sign-in").text
        db.engine.dispose()
