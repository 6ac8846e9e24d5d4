"""`tuner.open`: a study that is there, by its name.

Leaves to others: what may be done with it (study), the database (opened).
"""

from tuner.python.opened import open_storage
from tuner.python.study import Study


def open_study(name: str, *, storage: str | None = None) -> Study:
    """A study that is there, running or not, whoever started it.

    name: the study's, as `tune list` shows it. storage: the studies' database, as SQLAlchemy's URL; by default
    TUNER_STORAGE, else ``tuner.db`` in the working folder. Raises NotFound, InputError, ServiceDown.
    """
    study = Study(open_storage(storage), name)
    study.status()
    return study
