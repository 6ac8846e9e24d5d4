"""What `tune doctor` finds, a line each, and all of them as programs see them.

Leaves to others: what is looked at (checks, device_checks), how it is shown (cli).
"""

from dataclasses import dataclass
from typing import Literal

from tuner.studies.views import View

State = Literal["ok", "warn", "bad"]


@dataclass(frozen=True)
class Finding:
    """One line. mend: what to do about it, where it is not ok."""

    name: str
    state: State
    words: str
    mend: str = ""


class Findings(View):
    """good: none of them is bad."""

    good: bool
    findings: tuple[Finding, ...]
