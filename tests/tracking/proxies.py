"""A proxy before a real MLflow server, with rules of its own, as a gateway has them: on 127.0.0.1, on a free port."""

import contextlib
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Rule = Callable[[str, bytes], int | None]
"""Of a request's path and body: the status that it is refused with, or None where it goes on to MLflow."""


class Proxy:
    """address: where it listens. behind: where the real server is. rule: what it lets through; may be changed."""

    def __init__(self) -> None:
        self.behind = ""
        self.rule: Rule = lambda path, body: None
        self.address = ""
        self.asked: list[str] = []


@contextlib.contextmanager
def proxy() -> Iterator[Proxy]:
    made = Proxy()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            made.asked.append(f"{self.command} {self.path}")
            status = made.rule(self.path, body)
            if status is not None:
                self.reply(status, b"<html>a gateway's page</html>", "text/html")
                return
            headers = {name: self.headers[name] for name in ("Content-Type", "Accept") if name in self.headers}
            request = urllib.request.Request(made.behind + self.path, body or None, headers, method=self.command)
            try:
                with urllib.request.urlopen(request, timeout=60) as found:
                    self.reply(found.status, found.read(), found.headers.get("Content-Type", ""))
            except urllib.error.HTTPError as error:
                self.reply(error.code, error.read(), error.headers.get("Content-Type", ""))
            except OSError:
                self.reply(502, b"", "text/html")

        def reply(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        made.address = f"http://127.0.0.1:{server.server_port}"
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()
