"""What do open pages cost a study that runs?

    python -m benchmarks.serving [--pages 200] [--trials 10000] [--rounds 3] [--seconds 30]

A study that has so many trials goes on: two workers train one network on Fashion-MNIST again and again, a core each.
`tune serve` runs beside them. In turns, nobody looks, and so many pages are open, each with its stream of events and
the requests that the page's script makes; meanwhile a program reads the API once a second. Told are the study's
epochs a second, the processors' time of the server and of the pages, which are on this machine, too, and how long reads
take. Exits with 1 where the study loses 5% or more, or the 95th percentile of the API's reads is 200 ms or more. It
takes about `rounds` times twice `seconds` and the opening of the pages, and ends by itself. All on 127.0.0.1.
"""

import argparse
import asyncio
import random
import signal
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import sqlalchemy as sa

from benchmarks.machine import machine
from benchmarks.pages import Connection, OpenPage, Told
from benchmarks.services import end, tune
from tuner.database.connection import Database, open_database
from tuner.database.tables import EpochRow, RunRow
from tuner.database.trial_facts import TrialFacts
from tuner.service.creating import create_study
from tuner.service.tokens import TokenRequest, create_token
from tuner.spec.study_spec import parse_spec

SPACE = """
dataset: fashion_mnist
parameters: {hidden_layers: 1, units: 128, optimizer: [sgd, momentum, adam], batch_size: 64, epochs: 8,
  learning_rate: {float: [1e-3, 1e-2], log: true}, dropout: {float: [0.0, 0.3]}}
search: {sampler: random, pruner: none, finalists: 0, trials: 20000}
"""
STUDY = "watched"
_EPOCHS = 8
_READS = (
    f"/api/v1/studies/{STUDY}",
    f"/api/v1/studies/{STUDY}/trials?order=best&limit=50",
    f"/api/v1/studies/{STUDY}/trials?where=optimizer:adam&order=-learning_rate&limit=50",
    f"/api/v1/studies/{STUDY}/epochs?running=true",
    f"/api/v1/studies/{STUDY}/trials/0",
    f"/api/v1/studies/{STUDY}/columns",
    "/api/v1/studies",
)
_EVERY_S = 1.0
_OPENED_AT_ONCE = 4
_READY_S = 300.0


@dataclass
class Phase:
    """speed: epochs a second of both workers. cpu: seconds of a core a second, by whose."""

    pages: int
    speed: float = 0.0
    cpu: dict[str, float] = field(default_factory=dict)
    events: int = 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=30.0)
    options = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory(prefix="tuner-serving-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'tuner.db'}"
        db = open_database(url)
        _write(db, options.trials)
        token = create_token(db, TokenRequest(person="watcher", role="viewer")).text
        environment = {"TUNER_STORAGE": url, "MLFLOW_TRACKING_URI": f"sqlite:///{folder / 'mlflow.db'}"}
        port = _free_port()
        with (folder / "log").open("wb") as log:
            server = tune(["serve", "--port", str(port)], folder, environment, log)
            study = tune(["resume", STUDY, "--workers", "2", "--device", "cpu"], folder, environment, log)
            try:
                _until_it_runs(db, study, folder)
                return asyncio.run(_measure(db, f"http://127.0.0.1:{port}", token, server.pid, options))
            finally:
                study.send_signal(signal.SIGINT)
                study.send_signal(signal.SIGINT)
                end(study)
                end(server)
                db.engine.dispose()


async def _measure(db: Database, address: str, token: str, server: int, options: argparse.Namespace) -> int:
    told = Told()
    reads: dict[str, list[float]] = {}
    phases: list[Phase] = []
    print(f"{'':14}{'epochs/s':>10}{'server':>10}{'pages':>10}   cores")
    for _ in range(options.rounds):
        for pages in (0, options.pages):
            phase = await _phase(db, address, token, server, pages, options.seconds, told, reads)
            phases.append(phase)
            figures = f"{phase.speed:10.3f}{phase.cpu['server']:10.3f}{phase.cpu['pages']:10.3f}"
            print(f"{f'{pages} pages':14}{figures}   {phase.events} events", flush=True)
    for what, seconds in {**told.seconds, **{f"API {path}": each for path, each in reads.items()}}.items():
        print(f"{what[:70]:72}{len(seconds):6} reads, median {_ms(seconds, 50)}, 95% {_ms(seconds, 95)}")
    alone = statistics.mean(each.speed for each in phases if not each.pages)
    watched = statistics.mean(each.speed for each in phases if each.pages)
    lost = 1 - watched / alone
    every = [each for seconds in reads.values() for each in seconds]
    slow = statistics.quantiles(every, n=100)[94]
    print(f"speed alone {alone:.3f}, watched {watched:.3f} epochs/s: {lost:.1%} lost; errors {told.errors}")
    print(f"95% of {len(every)} API reads take under {slow * 1000:.0f} ms")
    return 0 if lost < 0.05 and slow < 0.2 and not told.errors else 1


async def _phase(
    db: Database, address: str, token: str, server: int, pages: int, seconds: float, told: Told,
    reads: dict[str, list[float]],
) -> Phase:  # fmt: skip
    open_pages = [OpenPage(address, token, STUDY, told) for _ in range(pages)]
    following: list[asyncio.Task[None]] = []
    slots = asyncio.Semaphore(_OPENED_AT_ONCE)

    async def begin(each: OpenPage) -> None:
        async with slots:
            number = await each.open()
        following.append(asyncio.create_task(each.follow(number)))

    began = time.monotonic()
    await asyncio.gather(*map(begin, open_pages))
    if pages:
        print(f"  {pages} pages opened in {time.monotonic() - began:.1f} s", flush=True)
    await asyncio.sleep(3.0)
    events = told.events
    before, at = _cpu(server), time.time()
    prober = asyncio.create_task(_read_api(address, token, reads)) if pages else None
    await asyncio.sleep(seconds)
    until = time.time()
    spent = {whose: (each - before[whose]) / (until - at) for whose, each in _cpu(server).items()}
    for task in [*following, *([prober] if prober else [])]:
        task.cancel()
    await asyncio.gather(*following, *([prober] if prober else []), return_exceptions=True)
    await asyncio.sleep(2.0)
    return Phase(pages, _speed(db, at, until), spent, told.events - events)


async def _read_api(address: str, token: str, reads: dict[str, list[float]]) -> None:
    """One read after the other, as many as there is time for."""
    connection = Connection(address, token)
    chosen = random.Random(1)
    while True:
        path = chosen.choice(_READS)
        began = time.perf_counter()
        status, _ = await connection.get(path)
        assert status == 200, (path, status)
        reads.setdefault(path, []).append(time.perf_counter() - began)
        await asyncio.sleep(_EVERY_S)


def _speed(db: Database, since: float, until: float) -> float:
    """Of each worker what lies between its first and its last epoch of that time."""
    with db.session() as session:
        rows = session.execute(
            sa.select(EpochRow.worker_id, EpochRow.measured_at).where(
                EpochRow.study_name == STUDY, EpochRow.measured_at > since, EpochRow.measured_at <= until
            )
        ).all()
    ends: dict[str, list[float]] = {}
    for worker, at in rows:
        ends.setdefault(worker, []).append(at)
    return sum((len(each) - 1) / (max(each) - min(each)) for each in ends.values() if len(each) > 1)


def _cpu(server: int) -> Mapping[str, float]:
    process, own = psutil.Process(server).cpu_times(), psutil.Process().cpu_times()
    return {"server": process.user + process.system, "pages": own.user + own.system}


def _until_it_runs(db: Database, study: "subprocess.Popen[bytes]", folder: Path) -> None:
    until, since = time.monotonic() + _READY_S, time.time()
    while _speed(db, since, time.time()) == 0.0:
        if study.poll() is not None or time.monotonic() > until:
            raise SystemExit(f"the study does not run:\n{(folder / 'log').read_text()[-2000:]}")
        time.sleep(1.0)
    time.sleep(10.0)


def _write(db: Database, trials: int) -> None:
    spec = parse_spec(SPACE, STUDY, Path(), f"{STUDY}.yaml")
    create_study(db, spec, study_name=STUDY, n_trials=None, timeout_s=None, seed=7, mlflow_uri="sqlite:///m.db")
    chosen, now = random.Random(1), time.time() - 20.0 * trials
    metrics = {"loss": 0.5, "accuracy": 0.9, "val_loss": 0.5, "val_accuracy": 0.9}
    runs = [
        dict(
            study_name=STUDY, role="search", round=0, ordinal=ordinal, trial_ordinal=ordinal,
            trial_number=ordinal, state="complete" if ordinal % 3 else "pruned",
            params={
                "hidden_layers": 1, "units_1": 128, "optimizer": chosen.choice(["sgd", "momentum", "adam"]),
                "learning_rate": 10 ** chosen.uniform(-3, -2), "batch_size": 64, "epochs": _EPOCHS,
                "dropout": chosen.uniform(0.0, 0.3),
            },
            facts=TrialFacts(), value=chosen.uniform(0.6, 0.88), best_epoch=_EPOCHS, started_at=now + 20.0 * ordinal,
            finished_at=now + 20.0 * ordinal + 19.0, finalized=True, worker_id=f"host-{ordinal % 4}", sequence=1,
        )
        for ordinal in range(trials)
    ]  # fmt: skip
    epochs = [
        dict(
            study_name=STUDY, role="search", round=0, ordinal=ordinal, epoch=epoch, metrics=metrics, seconds=2.0,
            measured_at=now + 20.0 * ordinal + 2 * epoch, worker_id=f"host-{ordinal % 4}", sequence=1,
        )
        for ordinal in range(trials)
        for epoch in range(1, _EPOCHS + 1)
    ]  # fmt: skip
    optuna = sa.table("trials", *map(sa.column, ("number", "study_id", "state")))
    study_id = db.storage.get_study_id_from_name(STUDY)
    with db.session() as session, session.begin():
        session.execute(
            sa.insert(optuna), [dict(number=each, study_id=study_id, state="COMPLETE") for each in range(trials)]
        )
        session.execute(sa.insert(RunRow), runs)
        session.execute(sa.insert(EpochRow), epochs)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _ms(seconds: list[float], share: int) -> str:
    found = statistics.quantiles(seconds, n=100)[share - 1] if len(seconds) > 1 else seconds[0]
    return f"{found * 1000:.0f} ms"


if __name__ == "__main__":
    raise SystemExit(main())
