"""A study is handed to another system only where it could be run there, and nothing secret is in the file."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from tests.database.conftest import opening
from tests.postgres import PostgresServer
from tests.service.conftest import create
from tuner.cli import deploying
from tuner.database.connection import Database
from tuner.errors import CodeNotGiven, InputError, NotFound, StudyConflict
from tuner.service.deploying import KubernetesRequest, SlurmRequest, for_kubernetes, for_slurm
from tuner.service.requests import Request, ResumeRequest
from tuner.service.resuming import stop_study
from tuner.service.starting import resume
from tuner.service.words import words_of
from tuner.settings import read_settings

CODE = "def space(trial):\n    return None\n"
OWN = "dataset: digits\nmodel: {python: 'net.py:space'}\nsearch: {trials: 1}\n"
DATA = "dataset: {idx: /data/mnist}\nparameters: {epochs: [1, 2]}\nsearch: {trials: 1}\n"
MADE = "dataset: {python: 'rows.py:rows'}\nparameters: {epochs: [1, 2]}\nsearch: {trials: 1}\n"
EXTERNAL = (
    "model: external\nobjective: {metric: loss, direction: minimize}\n"
    "parameters: {rate: {float: [0.1, 1.0]}, epochs: 3}\nsearch: {trials: 4}\n"
)


@pytest.fixture
def shared(postgres_server: PostgresServer) -> Iterator[Database]:
    with opening(postgres_server.new_database()) as opened:
        yield opened


def _slurm(**words: Any) -> SlurmRequest:
    return SlurmRequest(study_name="s", **words)


@pytest.mark.postgres
def test_the_job_has_what_was_asked_for_and_a_person_is_told_what_is_left_to_do(
    shared: Database, tmp_path: Path
) -> None:
    create(shared, tmp_path)
    made = for_slurm(shared, _slurm(workers=8, gpus=1, time="4:00:00", cohort=32))
    assert "#SBATCH --array=1-8" in made.text
    assert "#SBATCH --cpus-per-task=4" in made.text
    assert "-m tuner.cli.main worker --study s --workers 1 --device gpu --cohort 32 &" in made.text
    assert made.notes == (
        "sbatch hands on your environment, where TUNER_STORAGE has to be; --env-file keeps it in a file",
        "the database is one of this machine: other nodes do not reach it by this address",
    )


@pytest.mark.postgres
def test_files_that_a_study_reads_have_to_be_on_each_machine(shared: Database, tmp_path: Path) -> None:
    create(shared, tmp_path, text=DATA)
    studies_notes = for_slurm(shared, _slurm(env_file="~/tuner.env")).notes
    assert studies_notes[0] == "its data are read from /data/mnist, which has to be there on each machine"


def test_a_file_that_one_machine_has_is_refused(tmp_path: Path) -> None:
    with opening(f"sqlite:///{tmp_path / 'tuner.db'}") as db:
        create(db, tmp_path)
        with pytest.raises(InputError, match=r"is in a SQLite file, which several machines cannot share\. Start it in"):
            for_slurm(db, _slurm())


@pytest.mark.postgres
def test_what_workers_would_end_on_at_once_is_refused_here(shared: Database, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        for_slurm(shared, _slurm())
    create(shared, tmp_path)
    stop_study(shared, "s")
    with pytest.raises(StudyConflict, match=r"is stopped: workers would end at once\. tune resume s --detach"):
        for_slurm(shared, _slurm())
    begun = resume(replace(read_settings(), storage=shared.url), ResumeRequest(study_name="s", detach=True))
    begun.db.engine.dispose()
    assert for_slurm(shared, _slurm()).text
    create(shared, tmp_path, "e", text=EXTERNAL)
    with pytest.raises(InputError, match="takes no workers"):
        for_slurm(shared, SlurmRequest(study_name="e"))


@pytest.mark.postgres
def test_code_is_named_by_whoever_hands_the_study_on(shared: Database, tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(CODE)
    create(shared, tmp_path, text=OWN)
    with pytest.raises(CodeNotGiven, match=r"If you trust it, add --code .*net\.py"):
        for_slurm(shared, _slurm())
    create(shared, tmp_path, "made", text=MADE)
    with pytest.raises(InputError, match="If you trust that code, add --code"):
        for_slurm(shared, SlurmRequest(study_name="made"))
    (tmp_path / "rows.py").write_text("def rows():\n    return None\n")
    code = str(tmp_path / "rows.py")
    assert f"--code {code} &" in for_slurm(shared, SlurmRequest(study_name="made", code=(code,))).text


@pytest.mark.postgres
def test_a_tunnel_needs_a_host_to_lead_to(shared: Database, tmp_path: Path) -> None:
    create(shared, tmp_path)
    with pytest.raises(InputError, match="is a socket of this machine"):
        for_slurm(shared, _slurm(tunnel="ada@login"))


@pytest.mark.postgres
def test_a_job_for_kubernetes_names_where_its_pods_find_what_they_need(shared: Database, tmp_path: Path) -> None:
    create(shared, tmp_path)
    made = for_kubernetes(shared, KubernetesRequest(study_name="s", workers=3, gpus=1, storage_secret="mine"))
    (job,) = yaml.safe_load_all(made.text)
    assert (job["spec"]["completions"], job["spec"]["parallelism"]) == (3, 3)
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "tuner-gpu"
    assert container["args"] == ["tune", "worker", "--study", "s", "--device", "gpu"]
    assert container["resources"]["requests"]["cpu"] == "4"
    assert made.notes == ("the database's URL, as pods reach it, is read from the key 'storage' of the Secret 'mine'",)


@pytest.mark.postgres
def test_code_for_kubernetes_is_the_images(shared: Database, tmp_path: Path) -> None:
    create(shared, tmp_path, text=OWN)
    with pytest.raises(CodeNotGiven, match=r"Put it into the image, and say where: --code /app/net\.py"):
        for_kubernetes(shared, KubernetesRequest(study_name="s"))
    made = for_kubernetes(shared, KubernetesRequest(study_name="s", code=("/app/net.py",)))
    assert "- --code\n        - /app/net.py\n" in made.text


def test_a_file_of_one_machine_is_nothing_for_a_cluster(tmp_path: Path) -> None:
    with opening(f"sqlite:///{tmp_path / 'tuner.db'}") as db:
        create(db, tmp_path)
        with pytest.raises(InputError, match="is in a SQLite file"):
            for_kubernetes(db, KubernetesRequest(study_name="s"))


@pytest.mark.parametrize(
    ("command", "request_kind"), [(deploying.slurm_, SlurmRequest), (deploying.kubernetes_, KubernetesRequest)]
)
def test_whatever_may_be_asked_has_an_option(command: click.Command, request_kind: type[Request]) -> None:
    assert {each.name for each in command.params} == {*words_of(request_kind), "storage"}


@pytest.mark.parametrize(
    "words",
    [
        {"memory": "lots"},
        {"image": "a b"},
        {"namespace": "Lab"},
        {"storage_secret": ""},
        {"data_claim": "a/b"},
        {"artifacts_claim": "-a"},
        {"workers": 1001},
    ],
)
def test_what_kubernetes_would_refuse_is_refused(words: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        KubernetesRequest(study_name="s", **words)


@pytest.mark.parametrize(
    "words",
    [
        {"workers": 0},
        {"time": "soon"},
        {"time": "4:00\n#SBATCH --evil"},
        {"memory": "8 G"},
        {"partition": "a b"},
        {"sbatch": ("constraint",)},
        {"sbatch": ("--x\ny",)},
        {"setup": ("a\nb",)},
        {"tunnel": "-oProxyCommand=evil"},
        {"env_file": "a\nb"},
    ],
)
def test_what_slurm_would_misread_is_refused(words: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        _slurm(**words)
