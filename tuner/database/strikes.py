"""What the death of a worker says against the trial that it held.

A trial that kills whoever trains it has to be given up, and one whose workers were killed by somebody else must not be.
From outside the two look alike, so a death weighs as much as it says: the trial is given up when its strikes come to
GIVEN_UP with no epoch finished between. An epoch clears them.
"""

GIVEN_UP = 10

CRASH = 5
"""A fault in the process itself - SIGSEGV, SIGABRT, an error that nobody caught, an exit code: two of these."""

NO_MEMORY = 4
"""SIGKILL while the system killed a process for want of memory, which may have been another's: three."""

UNKNOWN = 2
"""SIGKILL, or nothing but silence: an administrator, an engine, the machine, or indeed the trial: five."""

NONE = 0
"""Told to go, or the database or the disk failed: the trial has no part in it."""

SUSPECT = GIVEN_UP - CRASH
"""So many, and one more death could be the last. Of several that a worker trains at once nobody knows which one it died
of; a suspect is therefore trained alone, until an epoch of it has ended. None is given up for another."""
