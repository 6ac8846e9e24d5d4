"""Who asks, what that person may do, and the line that is kept of each change.

Owns: the rule - a viewer looks, a member starts studies and changes those of the same owner, an admin does everything -
and that every change is checked by it, and kept with who made it.
Leaves to others: how a person shows who it is (tokens).
"""

from dataclasses import dataclass
from typing import Literal

from tuner.database.audit import AuditEntry
from tuner.database.service_tables import PersonRole
from tuner.database.studies import StudyView
from tuner.errors import NotAllowed
from tuner.settings import user_name

Action = Literal[
    "start",
    "resume",
    "stop",
    "cancel",
    "change",
    "withdraw",
    "delete",
    "rename",
    "note",
    "champion",
    "token",
    "limit",
    "notify",
    "add",
]


@dataclass(frozen=True)
class Person:
    """name: of the person, as studies have it as their owner. token_id: by which it came in; empty at a terminal."""

    name: str
    role: PersonRole
    token_id: str = ""


HERE = Person(user_name(), "admin")
"""Whoever is at this machine with the database's own password: a terminal, a notebook."""


def may_change(person: Person, owner: str) -> bool:
    return person.role == "admin" or (person.role == "member" and person.name == owner)


def check_may_start(person: Person) -> None:
    """Raises NotAllowed."""
    if person.role == "viewer":
        raise NotAllowed(
            f"{person.name} is a viewer, and may look at studies. To start one, a member's token is needed."
        )


def check_may_change(person: Person, study: StudyView) -> None:
    """Raises NotAllowed."""
    if not may_change(person, study.owner):
        whose = f"{study.owner}'s" if study.owner else "nobody's"
        raise NotAllowed(f"study {study.study_name!r} is {whose}; {person.name} may look at it. Ask an admin.")


def check_priority(person: Person, priority: int | None) -> None:
    """To come before others' studies is an admin's to give. Raises NotAllowed."""
    if person.role != "admin" and (priority or 0) > 0:
        raise NotAllowed(f"a priority above 0 is for admins; {person.name} is a {person.role}, and may give 0 or less.")


def check_admin(person: Person, what: str) -> None:
    """Raises NotAllowed. what: is an admin's to do, as the message has it."""
    if person.role != "admin":
        raise NotAllowed(f"{what} is for admins; {person.name} is a {person.role}.")


def entry(person: Person, action: Action, study_name: str, words: str = "") -> AuditEntry:
    """What is kept of a change, for whoever writes it down. words: what of it, in a line."""
    return AuditEntry(person.name, person.token_id, action, study_name, words)
