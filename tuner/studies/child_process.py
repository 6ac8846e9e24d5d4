"""A question that is answered by a process of its own, since to answer it runs a framework or a person's code.

Owns: one JSON object on the child's stdin, one on its stdout, and the words for a child that died instead.
Leaves to others: what is asked (code_check, dry_run), who asks (cli).
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

from tuner.errors import SpecError, TunerError

Answer = Mapping[str, Any]

_CRASHES = tuple(
    int(getattr(signal, name)) for name in ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE") if hasattr(signal, name)
)
_KILLED = int(getattr(signal, "SIGKILL", 9))


def ask(
    module: str,
    request: Mapping[str, Any],
    name: str,
    environment: Mapping[str, str] | None = None,
    longest_s: float | None = None,
) -> Answer:
    """Run `python -m module` and give its answer. name: what it looks at, for messages.

    environment: on top of this process'. longest_s: after which it is ended. Raises SpecError where the answer is an
    error, or there is none.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", module], input=json.dumps(request), capture_output=True, text=True,
            errors="replace", env={**os.environ, **(environment or {})}, timeout=longest_s,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise SpecError(f"{name}: its process had no answer after {longest_s:.0f} s, and was ended.") from None
    try:
        answer = json.loads(done.stdout.strip().splitlines()[-1])
    except (IndexError, ValueError):
        raise SpecError(f"{name} cannot be tried: {how_it_ended(done.returncode, done.stderr)}") from None
    assert isinstance(answer, dict)
    if "error" in answer:
        raise SpecError(str(answer["error"]))
    return answer


def serve(answer: Callable[[Mapping[str, Any]], Answer]) -> None:
    """The child's side. What anybody prints meanwhile, in whatever language, goes to stderr: it is not the answer."""
    request = json.load(sys.stdin)
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as out:
        os.dup2(2, 1)
        with contextlib.redirect_stdout(sys.stderr):
            try:
                found: Answer = answer(request)
            except TunerError as error:
                found = {"error": str(error)}
        out.write(json.dumps(found) + "\n")


def how_it_ended(returncode: int, stderr: str) -> str:
    """Why a child gave no answer. returncode: as `subprocess` has it, negative for a signal."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    if returncode < 0:
        ended = f"its process was killed by signal {-returncode}{_name(-returncode)}"
        if -returncode == _KILLED:
            return f"{ended}, as Linux does where memory runs out{_taken()}"
        said = next((line for line in reversed(lines) if "Check failed" in line or "terminate called" in line), "")
        crash = ", a crash inside a library" if -returncode in _CRASHES else ""
        return f"{ended}{crash}{': ' if said else ''}{said[:300]}"
    if any(line.startswith("Traceback (most recent call last)") for line in lines):
        return lines[-1][:300]
    return f"its process ended itself with exit code {returncode} before it had an answer"


def _name(number: int) -> str:
    """A signal's name in brackets, where this system has one for it."""
    return next((f" ({each.name})" for each in signal.Signals if each == number), "")


def _taken() -> str:
    """How much memory the largest child had; no system but Linux and macOS keeps it for one that has ended."""
    if resource is None:
        return ""
    # macOS counts bytes, Linux KiB.
    unit = 2**30 if sys.platform == "darwin" else 2**20
    return f"; it had taken {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit:.1f} GiB"
