"""What an epoch took of its machine, as metrics under MLflow's own names for them, which its UI shows on a page apart.

Owns: the measuring, without a thread: means since the epoch before.
"""

import psutil

from tuner.database.studies import StudyView

_MIB = 2**20


def measure_of(study: StudyView) -> "SystemMetrics | None":
    """Where a study asks for them."""
    return SystemMetrics() if study.options.system_metrics else None


class SystemMetrics:
    """Of this machine and this process."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        # The first reading of a percentage is the start of what the next one is the mean of.
        psutil.cpu_percent()
        self._process.cpu_percent()

    def __call__(self) -> dict[str, float]:
        """Since the last call: `system/cpu_utilization_percentage` and so on; memory is that of now, in MB."""
        memory = psutil.virtual_memory()
        return {
            "system/cpu_utilization_percentage": psutil.cpu_percent(),
            "system/system_memory_usage_megabytes": round(memory.used / _MIB, 1),
            "system/system_memory_usage_percentage": memory.percent,
            "system/worker_cpu_utilization_percentage": self._process.cpu_percent(),
            "system/worker_memory_usage_megabytes": round(self._process.memory_info().rss / _MIB, 1),
        }
