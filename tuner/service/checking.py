"""What is found out about a space before anything is stored: its networks counted, some trained a little.

Owns: who is asked, and the answers as values.
Leaves to others: the estimates (studies.preflight); running networks, in processes of their own (studies.code_check,
studies.dry_run).
"""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from tuner.data.dataset import DataInfo, Dataset
from tuner.data.reading import Reading
from tuner.data.sources import Loaded
from tuner.search.compatibility import check_algorithms
from tuner.service.requests import Devices, SpaceRequest
from tuner.service.slots import slots_here
from tuner.service.spaces import FoundSpace, find
from tuner.spec.code import Code
from tuner.spec.space import Value
from tuner.spec.study_spec import StudySpec
from tuner.studies import child_process
from tuner.studies.imbalance import imbalance_in_words
from tuner.studies.preflight import PROCESS_MIB, Outlook, look_ahead
from tuner.studies.row_order import order_in_words
from tuner.studies.row_sample import write_sample
from tuner.studies.rows_check import load_as_workers_will
from tuner.studies.sent_spec import sent
from tuner.workers.devices import Slot

Say = Callable[[str], None]
"""Told what is done now, in a few words, before something that may take seconds."""


@dataclass(frozen=True)
class AskedParameter:
    """One that a person's code asks for. values: in words."""

    name: str
    values: str
    default: Value


@dataclass(frozen=True)
class TriedCode:
    """What a person's code asks, with its defaults and in every conditional scope, and notes, a line each."""

    parameters: tuple[AskedParameter, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class TriedNetwork:
    """A network that was trained for some steps. step_s: of one. problem: why it cannot be trained, or nothing."""

    parameters: int
    batch_size: int
    step_s: float
    problem: str
    diverged: bool


@dataclass(frozen=True)
class Networks:
    """The ends of a space. memory_mib: what a worker may take. tried: the smallest and the largest, or none.

    seconds: of the whole study, or None.
    """

    outlook: Outlook
    memory_mib: float
    workers: int
    tried: tuple[TriedNetwork, ...] = ()
    seconds: float | None = None

    @property
    def problems(self) -> list[str]:
        """Why a network of the space cannot be trained."""
        return [each.problem for each in self.tried if each.problem]


@dataclass(frozen=True)
class CheckedSpace:
    """reading: None of external programs' data. networks: of a family. asked: by a person's code, where it was run.

    notes: a line each.
    """

    spec: StudySpec
    reading: Reading | None
    networks: Networks | None
    asked: TriedCode | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class LoadedSpace:
    """A space with its data as every worker will have them."""

    found: FoundSpace
    dataset: Dataset

    @property
    def notes(self) -> tuple[str, ...]:
        spec = self.found.spec
        return tuple(filter(None, (order_in_words(spec), imbalance_in_words(spec, self.dataset))))


def check_space(request: SpaceRequest, quick: bool, say: Say) -> CheckedSpace:
    """Check a space as `tune spaces check` does. quick: train nothing. Raises InputError, NotFound, SpecError."""
    found = find(request, run=False)
    check_algorithms(found.spec, request.called)
    if found.spec.external:
        return CheckedSpace(found.spec, None, None, None, ())
    loaded = load(found, say)
    spec = loaded.found.spec
    asked = None if found.code is None or quick else try_code(loaded, False, say)
    networks = None
    if spec.code is None:
        networks = try_networks(loaded, slots_here(Devices()).slots, quick, say)
    return CheckedSpace(spec, loaded.dataset.reading, networks, asked, loaded.notes)


def load(found: FoundSpace, say: Say, known: Loaded | None = None) -> LoadedSpace:
    """Damage and absence of the data show here, before anything is stored. known: as `load_as_workers_will` has it.
    Raises DataError."""
    say("loading the data")
    spec, dataset = load_as_workers_will(found.spec, found.codes, known=known)
    return LoadedSpace(FoundSpace(spec, found.code, found.codes), dataset)


def look(spec: StudySpec, info: DataInfo, slots: Sequence[Slot]) -> Outlook:
    """Without the framework. slots: none where nobody knows what workers have. Raises SpecError where the data does not
    suit the family."""
    return look_ahead(spec, info, *(_memory_of(slots) if slots else ()))


def try_code(loaded: LoadedSpace, fit: bool, say: Say) -> TriedCode:
    """Train a person's network a little, in a process of its own. fit: as `--fit`.

    Raises SpecError for what would fail in every trial, before any is run.
    """
    spec, code = loaded.found.spec, loaded.found.code
    assert code is not None
    say("trying the network")
    request: dict[str, Any] = {"spec": sent(spec), "code": code.named, "fit": fit}
    request |= {"codes": [each.named for each in loaded.found.codes]}
    with tempfile.TemporaryDirectory(prefix="tuner-") as folder:
        rows = Path(folder) / "rows.npz"
        write_sample(loaded.dataset, rows)
        request |= {"info": asdict(loaded.dataset.info), "rows": str(rows)}
        answer = child_process.ask("tuner.studies.code_check", request, code.place)
    asked = (AskedParameter(name, each["values"], each["default"]) for name, each in answer["parameters"].items())
    return TriedCode(tuple(asked), tuple(answer["notes"]))


def try_networks(loaded: LoadedSpace, slots: Sequence[Slot], quick: bool, say: Say) -> Networks:
    """Look ahead, and unless it is to be quick, run some steps of the smallest and the largest network."""
    spec = loaded.found.spec
    memory_mib, process_mib = _memory_of(slots)
    outlook = look_ahead(spec, loaded.dataset.info, memory_mib, process_mib)
    if quick:
        return Networks(outlook, memory_mib, len(slots))
    say("trying the smallest and the largest network")
    files = [str(each.file) for each in loaded.found.codes if _is_file(each)]
    request: dict[str, Any] = {"spec": sent(spec), "workers": len(slots), "codes": files}
    answer = child_process.ask("tuner.studies.dry_run", request, f"{spec.name}: its networks", slots[0].environment())
    tried = tuple(TriedNetwork(**each) for each in answer["tried"])
    return Networks(outlook, memory_mib, len(slots), tried, answer["study_s"])


def _is_file(code: Code) -> bool:
    return code.place.endswith(".py")


def _memory_of(slots: Sequence[Slot]) -> tuple[float, float]:
    """What a worker may take of its device, and what it takes there before anything is loaded, in MiB."""
    first = slots[0]
    if first.gpu is None or not first.gpu.memory_mib:
        return psutil.virtual_memory().available / 2**20 / len(slots), PROCESS_MIB
    return float(first.memory_mib or first.gpu.memory_mib), 0.0
