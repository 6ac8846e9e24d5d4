"""optuna-dashboard on a study database, to look at only: a process of its own, `python -m tuner.cli.dashboard PORT`.

Owns: which requests it answers. What the dashboard would write or delete is refused: SQL is what studies go by.
Leaves to others: starting and ending it (record). The database is that of TUNER_STORAGE, so that no password is in the
list of processes.
"""

import sys
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from tuner.cli.common import open_studies
from tuner.settings import read_settings

HOST = "127.0.0.1"

Answer = Callable[..., Any]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """A line a request is too much."""


def look_only(application: Callable[[dict[str, Any], Answer], Iterable[bytes]]) -> Any:
    """The same application for requests that change nothing."""

    def answer(environ: dict[str, Any], start: Answer) -> Iterable[bytes]:
        if environ.get("REQUEST_METHOD") not in ("GET", "HEAD"):
            start("405 Method Not Allowed", [("Content-Type", "application/json"), ("Allow", "GET, HEAD")])
            return [b'{"reason": "This view is for looking only. Change a study with `tune`."}']
        return application(environ, start)

    return answer


def main(port: int) -> None:
    """Serve until interrupted."""
    from optuna_dashboard import wsgi

    storage = open_studies(read_settings(), create=False).storage
    with make_server(HOST, port, look_only(wsgi(storage)), server_class=_Server, handler_class=_Quiet) as server:
        server.serve_forever()


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]))
    except KeyboardInterrupt:
        sys.exit(130)
