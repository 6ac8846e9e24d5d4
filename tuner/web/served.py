"""What a server was started with, as every request finds it.

Leaves to others: putting it together (app, server).
"""

import threading
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import unquote

from fastapi import Depends, Path, Request

from tuner.database.connection import Database
from tuner.service.served_spaces import SpaceShelf
from tuner.settings import Settings
from tuner.web.looks import Looks


@dataclass(frozen=True)
class Served:
    """db: its statements wait a moment for a database that is away. loopback: only this machine reaches it.
    leaving: set when the server is told to end."""

    settings: Settings
    db: Database
    spaces: SpaceShelf
    looks: Looks
    loopback: bool = True
    leaving: threading.Event = field(default_factory=threading.Event)


def served_of(request: Request) -> Served:
    found: Served = request.app.state.served
    return found


def _database(request: Request) -> Database:
    return served_of(request).db


def _shelf(request: Request) -> SpaceShelf:
    return served_of(request).spaces


def _study_name(
    study: Annotated[
        str,
        Path(
            description="The study's name; a slash in it is written %2F.", examples=["fashion_mnist-1"], max_length=1000
        ),
    ],
) -> str:
    # `paths` leaves a name's own escapes, so that a slash in it divides nothing.
    return unquote(study)


ServedHere = Annotated[Served, Depends(served_of)]
Db = Annotated[Database, Depends(_database)]
Shelf = Annotated[SpaceShelf, Depends(_shelf)]
StudyName = Annotated[str, Depends(_study_name)]
