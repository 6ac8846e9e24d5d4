"""Whether a person's code for the data gives the same rows in every process: `python -m tuner.studies.rows_check`.

Owns: reading them here and in a process of its own, as each worker will, at the same time; what is done where the order
differs.
Leaves to others: reading (data), the process (child_process).
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from tuner.data.dataset import Dataset
from tuner.data.order import marks
from tuner.data.sources import Loaded, load, parted, read
from tuner.errors import DataError
from tuner.spec.code import Code, find_code
from tuner.spec.source_kinds import PythonData
from tuner.spec.study_spec import StudySpec
from tuner.studies import child_process
from tuner.studies.sent_spec import received, sent


def load_as_workers_will(
    spec: StudySpec, codes: Sequence[Code], seed: int = 0, known: Loaded | None = None
) -> tuple[StudySpec, Dataset]:
    """The data with its reading, and the specification under which every process has it alike: rows that come in
    another order in each are taken in one of their own.

    known: data that this process has loaded already, and that are not read again where they are the same.

    Raises DataError as `load` does, and where another process gets other rows.
    """
    if not isinstance(spec.data.files, PythonData):
        if known is not None and known.data == spec.data and seed == 0:
            return spec, known.dataset
        return spec, load(spec.data, seed, codes, told=True)
    request: dict[str, Any] = {"spec": sent(spec), "codes": [code.named for code in codes]}
    with ThreadPoolExecutor(1) as other:
        elsewhere = other.submit(child_process.ask, "tuner.studies.rows_check", request, spec.data.origin)
        found = read(spec.data, codes)
        here, there = {name: list(each) for name, each in marks(found).items()}, elsewhere.result()
    if here != there:
        differ = {name: each[1] for name, each in here.items()} != {name: each[1] for name, each in there.items()}
        # Of a stream the first rows alone were compared, which are others where it is shuffled.
        if differ and found.streams is None:
            raise DataError(
                f"{spec.data.origin}: gives other rows each time, so no two workers would train on the same. Give what "
                "it draws a seed, such as random_state=0, and leave augmentation to the network."
            )
        spec = replace(spec, source=replace(spec.data, one_order=True))
    return spec, parted(found, spec.data, seed, told=True)


def _answer(request: Mapping[str, Any]) -> child_process.Answer:
    spec = received(request["spec"])
    return {name: list(each) for name, each in marks(read(spec.data, list(map(find_code, request["codes"])))).items()}


if __name__ == "__main__":
    child_process.serve(_answer)
