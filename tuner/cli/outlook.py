"""What a study is in for, on the command line: a line at `tune start`, a few at `tune spaces check`.

Leaves to others: the estimates (studies); the framework runs in a process of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psutil

from tuner.cli.common import echo
from tuner.data.dataset import DataInfo
from tuner.formatting import duration
from tuner.search.cells import budget
from tuner.spec.code import Code
from tuner.spec.study_spec import StudySpec
from tuner.studies import child_process
from tuner.studies.preflight import PROCESS_MIB, Outlook, look_ahead
from tuner.workers.devices import Slot


@dataclass(frozen=True)
class Report:
    """What `tune spaces check` found.

    tried: what running the smallest and the largest network told, each an object as `studies.trying` writes it; empty
    where none was run. seconds: of the whole study, or None.
    """

    spec: StudySpec
    outlook: Outlook
    memory_mib: float
    workers: int
    tried: Sequence[Mapping[str, Any]] = ()
    seconds: float | None = None

    @property
    def problems(self) -> list[str]:
        """Why a network of the space cannot be trained."""
        return [str(each["problem"]) for each in self.tried if each["problem"]]


def look(spec: StudySpec, info: DataInfo, slots: Sequence[Slot]) -> Outlook:
    """Without the framework. Raises SpecError where the data does not suit the family."""
    return look_ahead(spec, info, *_memory_of(slots))


def _memory_of(slots: Sequence[Slot]) -> tuple[float, float]:
    """What a worker may take of its device, and what it takes there before anything is loaded, in MiB."""
    first = slots[0]
    if first.gpu is None or not first.gpu.memory_mib:
        return psutil.virtual_memory().available / 2**20 / len(slots), PROCESS_MIB
    return float(first.memory_mib or first.gpu.memory_mib), 0.0


def say(outlook: Outlook) -> None:
    """A line on stderr, and one for each warning."""
    low, high = outlook.smallest.size.parameters, outlook.largest.size.parameters
    words = f"{low:,} to {high:,}" if low < high else f"{low:,}"
    echo(f"tune: networks of {words} parameters; about {outlook.worker_mib / 1024:.1f} GiB a worker", err=True)
    for each in outlook.warnings:
        echo(f"tune: {each}", err=True)


def check(spec: StudySpec, info: DataInfo, slots: Sequence[Slot], quick: bool, codes: Sequence[Code] = ()) -> Report:
    """Look ahead, and unless it is to be quick, run some steps of the smallest and the largest network."""
    memory_mib, process_mib = _memory_of(slots)
    outlook = look_ahead(spec, info, memory_mib, process_mib)
    if quick:
        return Report(spec, outlook, memory_mib, len(slots))
    request: dict[str, Any] = {"text": spec.text, "name": spec.name, "folder": str(spec.folder), "workers": len(slots)}
    request |= {"codes": [str(each.file) for each in codes if each.place.endswith(".py")]}
    answer = child_process.ask("tuner.studies.dry_run", request, f"{spec.name}: its networks", slots[0].environment())
    return Report(spec, outlook, memory_mib, len(slots), answer["tried"], answer["study_s"])


def print_report(report: Report) -> None:
    """Sizes, memory, time and warnings, a line each."""
    outlook = report.outlook
    ends = (("smallest network", outlook.smallest), ("largest network", outlook.largest))
    for i, (name, network) in enumerate(ends):
        words = f"{network.size.parameters:,} parameters"
        if report.tried:
            tried = report.tried[i]
            trains = "diverges with the learning rate tried" if tried["diverged"] else "trains"
            speed = f"{trains}, {1000 * tried['step_s']:.2f} ms a step of {tried['batch_size']} rows"
            words += f"; {tried['problem'] or speed}"
        echo(f"  {name:<17} {words}")
    echo(
        f"  {'memory':<17} about {outlook.worker_mib / 1024:.1f} GiB a worker, of {report.memory_mib / 1024:.1f} GiB "
        "that it may take"
    )
    if report.seconds is not None:
        trials = f"{budget(report.spec, None)} trials"
        workers = f"{report.workers} worker{'s' if report.workers > 1 else ''}"
        echo(f"  {trials:<17} about {duration(report.seconds)} on {workers}; less where they are pruned or end early")
    for each in outlook.warnings:
        echo(f"  warning: {each}")


def report_object(report: Report) -> dict[str, Any]:
    """For --json."""
    networks: dict[str, Any] = {}
    for i, (name, network) in enumerate((("smallest", report.outlook.smallest), ("largest", report.outlook.largest))):
        networks[name] = {"parameters": network.size.parameters, "params": dict(network.params)}
        if report.tried:
            tried = report.tried[i]
            networks[name] |= {"step_seconds": tried["step_s"], "problem": tried["problem"]}
    return {
        **networks,
        "worker_mib": round(report.outlook.worker_mib, 1),
        "memory_mib": round(report.memory_mib, 1),
        "study_seconds": report.seconds,
        "warnings": list(report.outlook.warnings),
    }
