"""A notebook's kernel, to run cells in as a person does."""

import contextlib
import queue
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Notebook:
    """client: of a kernel that runs."""

    client: BlockingKernelClient
    manager: Any

    def run(self, cell: str, seconds: float = 120.0) -> str:
        """What a cell prints and shows as text; of one that fails, the last line of its error."""
        told: list[str] = []

        def hear(message: dict[str, Any]) -> None:
            content = message["content"]
            if message["msg_type"] == "stream":
                told.append(content["text"])
            elif message["msg_type"] in ("execute_result", "display_data"):
                told.append(content["data"]["text/plain"])
            elif message["msg_type"] == "error":
                told.append(f"{content['ename']}: {_COLOURS.sub('', content['evalue'])}")

        self.client.execute_interactive(cell, timeout=seconds, output_hook=hear, allow_stdin=False)
        return "".join(told)

    def messages(self, kinds: tuple[str, ...], seconds: float) -> Iterator[dict[str, Any]]:
        """What the kernel tells of these kinds from now on, for so long, whichever cell it belongs to."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                message = self.client.get_iopub_msg(timeout=min(left, 1.0))
                if message["msg_type"] in kinds:
                    yield message


@contextlib.contextmanager
def notebook(folder: Path) -> Iterator[Notebook]:
    """A fresh kernel in that working folder."""
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(folder))
    try:
        yield Notebook(client, manager)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
