"""Open pages of a study without a browser: each asks the server for what a page asks for, and follows its stream.

Owns: as little work as can be, so that many cost little; the pauses that the page's own script keeps.
Leaves to others: what is measured with them (serving).
"""

import asyncio
import contextlib
import gzip
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import tuner.web

_USUAL_S = 0.5
"""Between two events, where few follow."""

_SCRIPTS = Path(tuner.web.__file__).parent / "static" / "study"


def _pause_s(script: str) -> float:
    """As the page's script has it."""
    found = re.search(r"PAUSE_MS = ([\d_]+)", (_SCRIPTS / script).read_text())
    assert found is not None
    return int(found[1].replace("_", "")) / 1000


@dataclass
class Told:
    """What pages saw. seconds: of each answer, by what was asked for. events: of the streams."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    events: int = 0
    bytes: int = 0
    errors: int = 0

    def clear(self) -> None:
        self.seconds, self.events, self.bytes, self.errors = {}, 0, 0, 0


class Connection:
    """To the server, kept open from one request to the next."""

    def __init__(self, address: str, token: str) -> None:
        parts = urlsplit(address)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._always = (
            f" HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {token}\r\nAccept-Encoding: gzip\r\n"
        )
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def get(self, path: str, part: str = "") -> tuple[int, bytes]:
        """part: of the page, which alone is asked for."""
        reader, length, status = await self._ask(path, f"HX-Request: true\r\nHX-Target: {part}\r\n" if part else "")
        if length is not None:
            return status, await reader.readexactly(length)
        body = b""
        while size := int(await reader.readline(), 16):
            body += await reader.readexactly(size)
            await reader.readexactly(2)
        await reader.readexactly(2)
        return status, body

    async def lines(self, path: str) -> AsyncIterator[bytes]:
        """Of a stream, which is chunked; what a chunk is does not matter to who looks for lines."""
        reader, _, status = await self._ask(path, "")
        assert status == 200, status
        while line := await reader.readline():
            yield line

    async def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()

    async def _ask(self, path: str, more: str) -> tuple[asyncio.StreamReader, int | None, int]:
        request = f"GET {path}{self._always}{more}\r\n".encode()
        try:
            reader, head = await self._send(request)
        except (OSError, asyncio.IncompleteReadError):
            # A server closes what is quiet for a while; a browser then comes back.
            self._reader = None
            reader, head = await self._send(request)
        length = re.search(rb"\r\ncontent-length: (\d+)", head, re.IGNORECASE)
        return reader, int(length[1]) if length else None, int(head.split(b" ", 2)[1])

    async def _send(self, request: bytes) -> tuple[asyncio.StreamReader, bytes]:
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(self._host, self._port, limit=2**24)
        self._writer.write(request)
        return self._reader, await self._reader.readuntil(b"\r\n\r\n")


class OpenPage:
    """One study's page, as a browser has it open."""

    def __init__(self, address: str, token: str, study: str, told: Told) -> None:
        self._study, self._told = study, told
        self._requests, self._stream = Connection(address, token), Connection(address, token)
        self._asked = {"standing": 0.0, "trial-rows": 0.0}
        self._pauses = {"standing": _pause_s("standing.js"), "trial-rows": _pause_s("table.js")}
        self._times = 1.0
        self._turn = asyncio.Lock()
        self._wanted: dict[str, asyncio.Task[None]] = {}

    async def open(self) -> int:
        """Gives the number from which it follows."""
        await self._get("the page", f"/studies/{self._study}")
        body = await self._get("columns", f"/api/v1/studies/{self._study}/columns")
        found = re.search(rb'"number":\s*(\d+)', gzip.decompress(body)[:1000])
        assert found is not None
        self._asked = dict.fromkeys(self._asked, time.monotonic())
        return int(found[1])

    async def follow(self, number: int) -> None:
        """Until it is cancelled."""
        try:
            async for line in self._stream.lines(f"/api/v1/studies/{self._study}/events?since={number}"):
                self._told.bytes += len(line)
                if line.startswith(b'data: {"seconds"'):
                    self._times = float(line.partition(b": {")[2].strip(b"} \r\n").partition(b":")[2]) / _USUAL_S
                elif line.startswith(b"data: "):
                    self._told.events += 1
                    self._want("standing")
                    if re.search(rb'"runs": ?\[\{', line):
                        self._want("trial-rows")
        finally:
            for each in self._wanted.values():
                each.cancel()
            await self._requests.close()
            await self._stream.close()

    def _want(self, part: str) -> None:
        if part not in self._wanted:
            self._wanted[part] = asyncio.create_task(self._refresh(part))

    async def _refresh(self, part: str) -> None:
        await asyncio.sleep(max(1.0, self._asked[part] + self._times * self._pauses[part] - time.monotonic()))
        self._asked[part] = time.monotonic()
        try:
            await self._get(part, f"/studies/{self._study}", f"section#{part}")
        finally:
            self._wanted.pop(part, None)

    async def _get(self, what: str, path: str, part: str = "") -> bytes:
        async with self._turn:
            began = time.perf_counter()
            status, body = await self._requests.get(path, part)
        self._told.seconds.setdefault(what, []).append(time.perf_counter() - began)
        self._told.bytes += len(body)
        if status != 200:
            self._told.errors += 1
        return body
