"""`tune serve`: the studies over HTTP.

Leaves to others: the server (web).
"""

import signal
import sys
import threading
import webbrowser
from pathlib import Path
from typing import Any

import click

from tuner.cli.common import EXIT_INTERRUPTED, echo, ending_signals, settings_of, storage_option
from tuner.cli.python_options import code_option
from tuner.cli.stages import stages
from tuner.cli.working import log_to_stderr


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Listen on; 0.0.0.0 is all.")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0 takes a free one.")
@click.option("--open", "opens", is_flag=True, help="Open its page in the browser, once it answers.")
@click.option("--allowed-host", multiple=True, metavar="NAME", help="A name by which it is called, as by a proxy.")
@click.option(
    "--data", type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="DIR",
    help="Spaces that are sent may name files of data in it [data sets by name alone].",
)  # fmt: skip
@click.option(
    "--run", type=click.Choice(["here", "elsewhere"]), default="here", show_default=True,
    help="Studies that are started by way of it: by workers of its own, or by `tune worker`.",
)  # fmt: skip
@click.option("--url", metavar="URL", help="Where people reach it, as by a proxy: for links to its pages.")
@click.option("--wait-for-token", is_flag=True, help="Until somebody has a token, let nobody in, instead of ending.")
@click.option("--notify-private", is_flag=True, help="Webhooks may lie in private networks, and be plain http.")
@code_option
@storage_option
def serve(
    host: str, port: int, opens: bool, allowed_host: tuple[str, ...], data: Path | None, run: Any, url: str | None,
    wait_for_token: bool, notify_private: bool, code: tuple[str, ...], storage: str | None,
) -> None:  # fmt: skip
    """Serve the studies over HTTP: a page for people, and an API for programs, described at /api/v1/openapi.json.

    Example: tune serve --port 8765
    """
    log_to_stderr()
    settings = settings_of(storage)

    def told(address: str) -> None:
        echo(f"tune serves {settings_shown} at {address}; Ctrl+C ends it", err=True)
        if opens:
            # Not in the server's own thread: a browser in the terminal ends when a person ends it.
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    for each in ending_signals():
        # What ends the server is followed by this: whatever it holds is let go.
        signal.signal(each, lambda number, _: sys.exit(128 + number))
    with stages("starting the server"):
        from tuner.errors import InputError
        from tuner.redaction import shown_url
        from tuner.web.guard import is_loopback
        from tuner.web.server import Listening, make_server

        if opens and not is_loopback(host):
            raise InputError("--open: is for a server on this machine alone; leave out --host.")
        settings_shown = shown_url(settings.storage)
        listening = Listening(host, port, allowed_host, data, code, run, url, notify_private, wait_for_token)
        server = make_server(settings, listening, told)
    try:
        server.listen()
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
