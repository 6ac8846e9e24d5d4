"""What another system is handed to run a study's workers: a file for it, printed.

Owns: whether the study could be run there, before a machine of a cluster finds out; what a person has to see to.
Leaves to others: the files themselves (engines.slurm, engines.kubernetes).

Nothing secret is written into a file: it names where the other system finds it.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from tuner.database import studies
from tuner.database.connection import Database
from tuner.database.studies import StudyView
from tuner.engines import kubernetes, slurm
from tuner.errors import CodeNotGiven, InputError, StudyConflict
from tuner.hints import command
from tuner.service.requests import Cohort, Request
from tuner.spec.code import find_code
from tuner.spec.source_kinds import PythonData
from tuner.spec.study_spec import StudySpec
from tuner.studies.code import code_for
from tuner.studies.stored_study import spec_of

_LINE = r"^[^\x00-\x1f\x7f]*$"
Line = Annotated[str, Field(max_length=1000, pattern=_LINE)]
Word = Annotated[str, Field(max_length=200, pattern=r"^[\w.,:@%+=/-]*$")]

_OF_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Deployment:
    """text: of the file. notes: what a person has to see to, a line each."""

    text: str
    notes: tuple[str, ...]


class DeployRequest(Request):
    """Workers of a study elsewhere. workers: how many places for them; gpus: of each, with a worker each.

    cpus: cores of each place; None is one, or four a GPU. code: as workers are given it. cohort: as of `Devices`.
    """

    study_name: str
    workers: Annotated[int, Field(ge=1, le=1000)] = 1
    gpus: Annotated[int, Field(ge=0, le=64)] = 0
    cpus: Annotated[int, Field(ge=1, le=1024)] | None = None
    code: tuple[Line, ...] = ()
    cohort: Cohort = "auto"

    @property
    def cores(self) -> int:
        return self.cpus or max(1, 4 * self.gpus)

    @property
    def worker_options(self) -> tuple[str, ...]:
        """Of `tune worker`."""
        cohort = () if self.cohort == "auto" else ("--cohort", str(self.cohort))
        return (*cohort, *(word for each in self.code for word in ("--code", each)))


class SlurmRequest(DeployRequest):
    """A job array. memory, time, partition, account: as sbatch takes them. sbatch: further options of it.

    setup: lines of shell that a node needs first. env_file: of shell, with TUNER_STORAGE; else it is in the environment
    of whoever calls sbatch. tunnel: a machine that ssh reaches from a node, and that reaches the database.
    """

    memory: Annotated[str, Field(pattern=r"^(\d+[KMGT]?)?$")] = ""
    time: Annotated[str, Field(pattern=r"^(\d+(:\d+){0,2}|\d+-\d+(:\d+){0,2})?$")] = ""
    partition: Word = ""
    account: Word = ""
    sbatch: tuple[Annotated[str, Field(max_length=1000, pattern=r"^--?[A-Za-z][^\x00-\x1f\x7f]*$")], ...] = ()
    setup: tuple[Line, ...] = ()
    env_file: Line = ""
    tunnel: Annotated[str, Field(max_length=200, pattern=r"^([\w.@:\[\]-]*[\w\]])?$")] = ""


_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
Named = Annotated[str, Field(pattern=rf"^({_LABEL}(\.{_LABEL})*)?$", max_length=253)]
"""A name as Kubernetes has them; empty is none."""


class KubernetesRequest(DeployRequest):
    """A Job. image: that the project's Dockerfile makes, where the cluster finds it; None is its name in compose.

    code: as the image has it. memory: of each pod. namespace: None is that of whoever applies it. storage_secret: a
    Secret with the database's URL under the key `storage`. data_claim, artifacts_claim: of volumes that all pods share;
    None keeps data sets in each pod, and checkpoints in the database.
    """

    memory: Annotated[str, Field(pattern=r"^\d+(\.\d+)?(Ki|Mi|Gi|Ti|k|M|G|T)?$")] = "2Gi"
    image: Annotated[str, Field(max_length=500, pattern=r"^[\w.:/@-]+$")] | None = None
    namespace: Named = ""
    storage_secret: Annotated[Named, Field(min_length=1)] = "tuner"
    data_claim: Named = ""
    artifacts_claim: Named = ""


def for_kubernetes(db: Database, request: KubernetesRequest) -> Deployment:
    """A Job for `kubectl apply`. Raises NotFound, InputError where the study could not be run by it."""
    view, spec = _study(db, request.study_name)
    if spec.code is not None and not request.code:
        raise CodeNotGiven(
            f"the network of study {view.study_name!r} is made by {spec.code}. Put it into the image, and say where: "
            f"--code /app/{spec.code.place}"
        )
    _check_data_code(spec, request)
    notes = [*_notes_of(view, spec)]
    secret, key = request.storage_secret, kubernetes.STORAGE_KEY
    notes.append(f"the database's URL, as pods reach it, is read from the key {key!r} of the Secret {secret!r}")
    job = kubernetes.KubernetesJob(
        study_name=request.study_name,
        places=request.workers,
        gpus=request.gpus,
        cpus=request.cores,
        memory=request.memory,
        image=request.image or ("tuner-gpu" if request.gpus else "tuner"),
        namespace=request.namespace,
        secret=secret,
        datasets=request.data_claim,
        artifacts=request.artifacts_claim,
        options=request.worker_options,
    )
    return Deployment(kubernetes.manifest(job), tuple(notes))


def for_slurm(db: Database, request: SlurmRequest) -> Deployment:
    """A script for `sbatch`. Raises NotFound, InputError where the study could not be run by it."""
    view, spec = _study(db, request.study_name)
    code_for(view, spec, [find_code(each) for each in request.code])
    _check_data_code(spec, request)
    notes = [*_notes_of(view, spec)]
    address = db.address
    if not request.env_file:
        notes.append("sbatch hands on your environment, where TUNER_STORAGE has to be; --env-file keeps it in a file")
    tunnel = None
    if request.tunnel:
        if address is None:
            raise InputError(
                f"--tunnel {request.tunnel}: {db.url} is a socket of this machine. Name the server's host."
            )
        tunnel = slurm.Tunnel(request.tunnel, *address)
    elif address is None or address[0] in _OF_THIS_MACHINE:
        notes.append("the database is one of this machine: other nodes do not reach it by this address")
    job = slurm.SlurmJob(
        study_name=request.study_name,
        program=(sys.executable, "-m", "tuner.cli.main"),
        tasks=request.workers,
        gpus=request.gpus,
        cpus=request.cores,
        memory=request.memory,
        time=request.time,
        partition=request.partition,
        account=request.account,
        directives=request.sbatch,
        setup=request.setup,
        options=request.worker_options,
        env_file=_absolute(request.env_file),
        tunnel=tunnel,
    )
    return Deployment(slurm.script(job), tuple(notes))


def _study(db: Database, study_name: str) -> tuple[StudyView, StudySpec]:
    """A study that workers elsewhere could work on now. Raises NotFound, InputError, StudyConflict."""
    view = studies.view_study(db, study_name)
    if db.sqlite_file is not None:
        raise InputError(
            f"study {study_name!r} is in a SQLite file, which several machines cannot share. Start it in a PostgreSQL: "
            "--storage postgresql://..."
        )
    spec = spec_of(view)
    if spec.external:
        raise InputError(
            f"study {study_name!r} takes no workers: programs ask for its trials, of: {command('tune serve')}"
        )
    if view.finished_at is not None or view.desired_state != "running":
        how = "has ended" if view.finished_at is not None else "is stopped"
        typed = command("tune resume", study_name, options=["--detach"])
        raise StudyConflict(f"study {study_name!r} {how}: workers would end at once. {typed}")
    return view, spec


def _absolute(path: str) -> str:
    """What a shell finds wherever it is, and not among its commands. A ~ is left to whoever runs the job."""
    return path if not path or path.startswith("~/") else str(Path(path).absolute())


def _check_data_code(spec: StudySpec, request: DeployRequest) -> None:
    """Data that are made by code need it, too; which of it is theirs a worker sees, by its name."""
    files = spec.data.files
    if isinstance(files, PythonData) and not request.code:
        path = spec.data.path(files.place)
        raise InputError(
            f"{path}: the data is made by {files.python}. If you trust that code, add {command('--code', path)}"
        )


def _notes_of(view: StudyView, spec: StudySpec) -> list[str]:
    notes = []
    if spec.data.idx is not None or (spec.data.files is not None and not isinstance(spec.data.files, PythonData)):
        notes.append(f"its data are read from {spec.data.origin}, which has to be there on each machine")
    if view.mlflow_uri and not view.mlflow_uri.startswith(("http://", "https://")):
        notes.append("its record in MLflow is no server's: give MLFLOW_TRACKING_URI of one where the study is started")
    return notes
