"""What a server was started with, as every request finds it.

Leaves to others: putting it together (app, server).
"""

import threading
from dataclasses import dataclass, field
from typing import Annotated, Literal
from urllib.parse import quote, unquote

from fastapi import Depends, Path, Request

from tuner.database.connection import Database
from tuner.service.hosted import HostedStudies
from tuner.service.programs_here import ProgramsHere
from tuner.service.record_keeper import RecordKeeper
from tuner.service.served_spaces import SpaceShelf
from tuner.settings import Settings
from tuner.web.feeds import Feeds
from tuner.web.kept import Kept
from tuner.web.looks import Looks
from tuner.web.weights import Weights

Where = Literal["here", "elsewhere"]
"""Whether the workers of a study are the server's own."""


@dataclass(frozen=True)
class Served:
    """db: its statements wait a moment for a database that is away. hosted: studies whose workers are the server's own.

    records: delivers what programs train. programs: what is at hand of these. loopback: only this machine reaches it.
    run: where a study is run that says nothing of it. notify_private: webhooks may lie in private networks.
    leaving: set when the server is told to end. parts: of pages, as they were made last.
    """

    settings: Settings
    db: Database
    spaces: SpaceShelf
    looks: Looks
    hosted: HostedStudies
    feeds: Feeds
    records: RecordKeeper
    programs: ProgramsHere
    loopback: bool = True
    run: Where = "here"
    notify_private: bool = False
    leaving: threading.Event = field(default_factory=threading.Event)
    weights: Weights = field(default_factory=Weights)
    parts: Kept[bytes] = field(default_factory=Kept)

    def place_of(self, prefix: str, study_name: str) -> str:
        """The path of a study."""
        return f"{prefix}/studies/{quote(study_name, safe='')}"


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
