"""One line of `tune doctor`.

Leaves to others: what is looked at (checks, device_checks), how it is shown (cli).
"""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warn", "bad"]


@dataclass(frozen=True)
class Finding:
    """One line. mend: what to do about it, where it is not ok."""

    name: str
    state: State
    words: str
    mend: str = ""
