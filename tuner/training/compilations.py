"""What was compiled in this process, and how long it took: JAX tells of each program.

Owns: the list.
Leaves to others: which trial it is told of (runs), what is compiled (programs).

Under TensorFlow nothing is told, and JAX is not imported.
"""

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# Told by JAX 0.6 to 0.12. The second, while a program is looked for, comes before the first, at its end.
_READY = "/jax/core/compile/backend_compile_duration"
_FOUND_ON_DISK = "/jax/compilation_cache/cache_hits"


@dataclass(frozen=True)
class Compiled:
    """One program. name: of its function. seconds: until it was ready. from_disk: it had been compiled before."""

    name: str
    seconds: float
    from_disk: bool


_every: list[Compiled] = []
_listening = False


class _Here(threading.local):
    found_on_disk = False


_here = _Here()


def listen() -> None:
    """From now on. For JAX alone."""
    global _listening
    if _listening:
        return
    from jax import monitoring

    monitoring.register_event_listener(_event)
    monitoring.register_event_duration_secs_listener(_duration)
    _listening = True


def now() -> int | None:
    """A moment, for `since`; None where nobody tells what is compiled."""
    return len(_every) if _listening else None


def since(moment: int) -> Sequence[Compiled]:
    """All since then, in every thread of this process."""
    return _every[moment:]


def in_words(compiled: Sequence[Compiled]) -> str:
    """``2 add, 2 multiply, _validation``: what was compiled, and how often."""
    times = Counter(each.name for each in compiled if not each.from_disk)
    return ", ".join(f"{count} {name}" if count > 1 else name for name, count in sorted(times.items()))


def _event(event: str, **about: Any) -> None:
    if event == _FOUND_ON_DISK:
        _here.found_on_disk = True


def _duration(event: str, seconds: float, **about: Any) -> None:
    if event == _READY:
        name = str(about.get("fun_name", "")).removeprefix("jit(").removesuffix(")")
        _every.append(Compiled(name, seconds, _here.found_on_disk))
        _here.found_on_disk = False
