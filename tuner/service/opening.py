"""The studies' database, opened, with what older versions stored written out.

Leaves to others: the database itself (database), where it is (settings).
"""

from tuner.database.connecting import WORKERS_CONNECTIONS
from tuner.database.connection import Database, open_database
from tuner.settings import Settings
from tuner.studies.stored_study import resolve_old_studies


def open_studies(settings: Settings, create: bool = True, connections: int = WORKERS_CONNECTIONS) -> Database:
    """create: False refuses a SQLite file that is not there. Raises InputError, NotFound, ServiceDown."""
    opened = open_database(settings.storage, create, connections=connections)
    resolve_old_studies(opened)
    return opened
