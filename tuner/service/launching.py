"""The workers of a study on this machine.

Leaves to others: what may be asked (requests), the processes (workers).
"""

from tuner.formatting import path_part
from tuner.service.starting import Begun
from tuner.service.study_files import LOGS
from tuner.settings import Settings
from tuner.workers.pool import Pool


def local_pool(settings: Settings, begun: Begun) -> Pool:
    """Not running yet. Its workers' logs are under `tuner-logs` in the working folder."""
    logs = LOGS / path_part(begun.study.study_name)
    arguments = [*(["--fit"] if begun.fit else []), *begun.code_arguments]
    return Pool(begun.db, settings.storage, begun.study.study_name, begun.slots, logs, arguments)
