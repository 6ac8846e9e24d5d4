"""The address of a study's page, on stderr, where a server runs.

Leaves to others: which address that is (service.announcing).
"""

from tuner.cli.common import echo
from tuner.database.connection import Database
from tuner.service.announcing import page_of


def say(db: Database, study_name: str) -> None:
    page = page_of(db, study_name)
    if page is not None:
        echo(f"tune: its page is {page}", err=True)
