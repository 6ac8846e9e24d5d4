"""A study shown in a notebook and kept up to date in place, without a trail.

Owns: the display handle and the thread that refreshes it until the study has ended.
Leaves to others: the picture (view). Outside a notebook nothing here does anything.
"""

import contextlib
import contextvars
import threading
import time
import uuid
from collections.abc import Callable

_REFRESH_S = 1.0
_SHARE = 0.2
"""Of the time that may be spent on looking: what is slow to read is refreshed more seldom."""

_MOST_PLACES = 4
"""That are refreshed; those from before stay as they are."""

Picture = Callable[[], tuple[str, str, bool]]
"""The HTML, the same in a line of text, and whether it will change again."""


def in_notebook() -> bool:
    """This process is a notebook's kernel; a terminal's IPython is none."""
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    return getattr(get_ipython(), "kernel", None) is not None


class LiveDisplay:
    """One place in a notebook per call of `show`; all of them are refreshed by one thread, which ends by itself."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._places: list[str] = []
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def active(self) -> bool:
        """Something is shown and refreshed now."""
        return self._thread is not None and self._thread.is_alive()

    def show(self) -> None:
        """Show it in the cell that runs. Raises what reading the study raises."""
        html, text, changes = self._picture()
        place = f"tuner-{uuid.uuid4().hex}"
        _publish(html, text, place, update=False)
        with self._lock:
            self._places = [*self._places, place][-_MOST_PLACES:]
        if changes:
            self.wake()

    def wake(self) -> None:
        """Refresh what was shown from now on, until it changes no more."""
        with self._lock:
            if self._places and not self.active:
                # The cell's context, so that what is shown belongs to it.
                context = contextvars.copy_context()
                self._thread = threading.Thread(target=context.run, args=(self._refresh,), daemon=True)
                self._thread.start()

    def refresh(self) -> None:
        """Bring what is shown up to date now, such as when waiting has ended."""
        with self._lock:
            if self._places:
                self._once()

    def _refresh(self) -> None:
        shown = ""
        while True:
            began = time.monotonic()
            with contextlib.suppress(Exception):
                # The database may be away for a while; what is shown stands still meanwhile.
                shown, changes = self._once(shown)
                if not changes:
                    return
            time.sleep(max(_REFRESH_S, (time.monotonic() - began) / _SHARE))

    def _once(self, shown: str = "") -> tuple[str, bool]:
        html, text, changes = self._picture()
        if html != shown:
            for place in list(self._places):
                _publish(html, text, place, update=True)
        return html, changes


def _publish(html: str, text: str, place: str, update: bool) -> None:
    from IPython.display import display, update_display

    data = {"text/html": html, "text/plain": text}
    (update_display if update else display)(data, raw=True, display_id=place)
