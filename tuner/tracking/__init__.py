"""Where studies and trials are recorded, for people to look at.

Owns: the shape of a record, and its delivery to MLflow or to memory.
Leaves to others: what happened (the study's database is the truth), when to deliver, whether a model is good enough.
"""

import logging
import os

# MLflow reads most of these when it is first imported, and Python runs this file before mlflow_recorder. They are
# defaults: what the user has set stays. Child processes (`mlflow ui`) inherit them.
_MLFLOW_DEFAULTS = {
    # Nothing is told to anybody about the use of this project.
    "MLFLOW_DISABLE_TELEMETRY": "true",
    # stderr belongs to our own progress view: no handlers, no links, no bars.
    "MLFLOW_CONFIGURE_LOGGING": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    # A server that is away is asked again at the next delivery, not for minutes (by default 7 times, waiting up to
    # 120 s for each). The one retry is for a connection that a restarted server has forgotten.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_REQUEST_BACKOFF_JITTER": "0.5",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
}
for _name, _value in _MLFLOW_DEFAULTS.items():
    os.environ.setdefault(_name, _value)

# What these warn of (a lost connection, a locked database) is said by the error that follows; alembic counts its sixty
# steps. Levels that somebody has set stay.
_LEVELS = {
    "mlflow": logging.WARNING,
    "mlflow.store.db.utils": logging.CRITICAL,
    "alembic": logging.WARNING,
    "urllib3.connectionpool": logging.ERROR,
}
for _name, _level in _LEVELS.items():
    if logging.getLogger(_name).level == logging.NOTSET:
        logging.getLogger(_name).setLevel(_level)
