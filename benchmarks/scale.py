"""How many workers does one PostgreSQL take, and what bounds them?

    python -m benchmarks.scale [--workers 1 4 16 64] [--epoch-s 0 1] [--seconds 15] [--pooler none session transaction]

So many worker processes on one study: real leases, real signs of life, real rows, Optuna's own tables and the default
search of the default space, one trial after the other. Only the training is simulated: five epochs that last as long as
is said. Processes are forked from one that has imported what they need, and do without TensorFlow. Clients, pooler and
server share this machine's cores, and the server's files are in memory where there is room.

Prints by number of workers: trials a second, milliseconds from asking for a trial until its configuration is known
(median and 95 of 100), the most connections that the server had, processor seconds a trial of the clients and of the
server, the server's transactions a trial, and in what its sessions were, looked at 20 times a second: at work, waiting
for a lock, for a file, or for the client in the middle of a transaction. Afterwards every place of the budget that was
taken is there once, in our rows and in Optuna's. Exits with 1 where that does not hold.

`--pooler` puts PgBouncer between (Debian's `pgbouncer`), with a pool of `--pool` connections to the server. One count
of workers takes `--seconds`, and some ten to start and to end.
"""

import argparse
import contextlib
import multiprocessing
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path
from typing import Any

import psutil
import psycopg
import sqlalchemy as sa

from benchmarks.machine import machine
from tests.postgres import PostgresServer, postgres
from tuner.database import budget, leases, runs, studies, workers
from tuner.database.connection import Database, open_database
from tuner.database.epochs import EpochView
from tuner.database.runs import Job
from tuner.database.trial_facts import TrialFacts
from tuner.runs.observers.port import Beginning, EpochEnd
from tuner.runs.optuna_trial import OptunaTrial
from tuner.runs.records import Ending, StoredRecord
from tuner.runs.search_rules import search_rules
from tuner.runs.watchdog import Watch
from tuner.search.suggest import answer_from
from tuner.service.creating import create_study
from tuner.spec.space import Value
from tuner.spec.study_spec import StudySpec, read_spec
from tuner.studies import limits, stopping_rules
from tuner.training.plan import EpochResult
from tuner.workers.heartbeat import Pulse

STUDY = "scale"
EPOCHS = 5
_SPACE = Path(__file__).parents[1] / "search_spaces" / "fashion_mnist.yaml"
_WARM_S, _WARM_A_WORKER_S = 4.0, 0.5
_LOOK_S = 0.05
_CONNECTIONS = 600
_LIMITS = "SET lock_timeout = 60000; SET idle_in_transaction_session_timeout = 60000"
"""What a worker says of each connection that it makes: a pooler says it of those that it makes itself."""
_BEATS = 500


class OneWorker:
    """What `tuner.workers` and `tuner.runs` do for a trial, but for the network."""

    def __init__(self, db: Database, name: str, epoch_s: float, over: Event) -> None:
        self._db, self._name, self._epoch_s, self._over = db, name, epoch_s, over
        self._spec = read_spec(_SPACE)
        self._draw = random.Random(name)
        self.taking: list[tuple[float, float]] = []
        self.ended: list[float] = []
        workers.enter(db, name, "cpu")
        self._pulse = Pulse(db, name, Watch(), lambda hang: os._exit(1))

    def work(self) -> None:
        while not self._over.is_set():
            self._trial()
        self._pulse.close()
        workers.mark_dead(self._db, self._name)

    def _trial(self) -> None:
        db, spec = self._db, self._spec
        began = time.monotonic()
        view = studies.view_study(db, STUDY)
        stopping_rules.look(db, view, spec)
        job = budget.take(db, STUDY, self._name, limits.too_late(db, view, spec))
        if job is None:
            raise RuntimeError("there is no place left; the budget is too small for this machine")
        self._pulse.say(STUDY, "training")
        asked = OptunaTrial(db, view, spec, job)
        params: dict[str, Value] = {}
        spec.configure(answer_from(asked.trial, spec.space, params))
        self.taking.append((began, time.monotonic() - began))
        self._train(spec, job, asked, params)

    def _train(self, spec: StudySpec, job: Job, asked: OptunaTrial, params: dict[str, Value]) -> None:
        db = self._db
        record, rules = StoredRecord(db, job), search_rules(db, spec, job, asked)
        record.view()
        facts = TrialFacts(seed=1, host="here", device="cpu")
        record.start(params, facts, 0)
        beginning = Beginning(epoch=0, planned=EPOCHS, look=lambda: studies.view_study(db, STUDY), rows=(), attempt=1)
        for each in rules:
            each.begins(beginning)
        top, value, state = self._draw.uniform(0.7, 0.9), 0.0, "complete"
        for epoch in range(1, EPOCHS + 1):
            time.sleep(self._epoch_s)
            if self._over.is_set():
                return leases.hand_back(db, job.lease)
            value = top * (1 - 0.5**epoch)
            metrics = {"loss": 1 - value, "accuracy": value, "val_loss": 1 - value, spec.objective.metric: value}
            record.finish_epoch(EpochView(epoch, metrics, self._epoch_s, time.time()), value, epoch, "")
            result = EpochResult(0, epoch, metrics, self._epoch_s, epoch, value, None, "", _no_checkpoint)
            end = EpochEnd(epoch=epoch, planned=EPOCHS, look=beginning.look, result=result)
            for each in rules:
                end.decision = end.decision or each.epoch_ended(end)
            if end.decision is not None:
                state = end.decision.state
                break
        record.finish(Ending(state, "", facts, value, epoch))
        asked.tell(runs.view_trial(db, STUDY, job.ordinal))
        record.settle()
        self.ended.append(time.monotonic())


def _no_checkpoint() -> Any:  # nobody goes on with a simulated training
    raise NotImplementedError


@dataclass(frozen=True)
class Told:
    """What a worker's process says at its end. cpu_s: of its processor, within the window."""

    taking_s: list[float] = field(default_factory=list)
    trials: int = 0
    statements: int = 0


def process(
    url: str, name: str, epoch_s: float, begin: Barrier, over: Event, window: tuple[float, float], told: Connection
) -> None:
    db = open_database(url, wait_s=60.0)
    statements = []

    @sa.event.listens_for(db.engine, "before_cursor_execute")
    def count(*_: object) -> None:
        statements.append(time.monotonic())

    worker = OneWorker(db, name, epoch_s, over)
    try:
        begin.wait(60)
    except threading.BrokenBarrierError:
        return  # others were not let in
    began = time.monotonic()
    worker.work()
    first, last = began + window[0], began + window[1]
    told.send(
        Told(
            [took for at, took in worker.taking if first <= at < last],
            sum(first <= at < last for at in worker.ended),
            sum(first <= at < last for at in statements),
        )
    )
    told.close()


@dataclass
class Looks:
    """What the server's sessions were at, and how many there were. locks: the statements that waited for one."""

    connections: int = 0
    states: Counter[str] = field(default_factory=Counter)
    locks: Counter[str] = field(default_factory=Counter)


def look(server: PostgresServer, over: threading.Event, seen: Looks) -> None:
    asked = (
        "SELECT state, wait_event_type, left(query, 30) FROM pg_stat_activity "
        "WHERE backend_type = 'client backend' AND pid != pg_backend_pid()"
    )
    with psycopg.connect(server.own_url(), autocommit=True) as connection:
        while not over.wait(_LOOK_S):
            rows = connection.execute(asked).fetchall()
            seen.connections = max(seen.connections, len(rows))
            for state, kind, query in rows:
                if state == "active":
                    seen.states[{"Lock": "lock", "LWLock": "lock", "IO": "file"}.get(kind, "work")] += 1
                    if kind in ("Lock", "LWLock"):
                        seen.locks[query] += 1
                elif state == "idle in transaction":
                    seen.states["client"] += 1


def processor_s(pids: list[int]) -> float:
    whole = 0.0
    for pid in pids:
        with contextlib.suppress(psutil.Error):
            used = psutil.Process(pid).cpu_times()
            whole += used.user + used.system
    return whole


def of_server(server: PostgresServer) -> float:
    """Of its sessions that ended, too."""
    process = psutil.Process(server.pid())
    own = process.cpu_times()
    ended = own.user + own.system + own.children_user + own.children_system
    return ended + processor_s([each.pid for each in process.children(recursive=True)])


@contextlib.contextmanager
def pooler(server: PostgresServer, url: str, mode: str, pool: int) -> Iterator[tuple[str, int | None]]:
    """The URL through PgBouncer, and the pid of it."""
    if mode == "none":
        yield url, None
        return
    made = sa.make_url(url)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="bouncer-"))
    folder.chmod(0o755)
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n* = host={made.query['host']} user=postgres connect_query='{_LIMITS}'\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n"
        f"pool_mode = {mode}\ndefault_pool_size = {pool}\nmax_client_conn = 2000\n"
    )
    user = psutil.Process(server.pid()).username()  # who may open its socket; PgBouncer does not run as root
    command = [shutil.which("pgbouncer") or "/usr/sbin/pgbouncer", "-q", str(folder / "pgbouncer.ini")]
    bouncer = subprocess.Popen(command, user=user if os.getuid() == 0 else None, stderr=subprocess.DEVNULL)
    try:
        time.sleep(1)
        yield f"postgresql://postgres@127.0.0.1:{port}/{made.database}?prepare_threshold=none", bouncer.pid
    finally:
        bouncer.terminate()
        bouncer.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--workers", type=int, nargs="+", default=[1, 4, 16, 64])
    arguments.add_argument("--epoch-s", type=float, nargs="+", default=[0.0, 1.0])
    arguments.add_argument("--seconds", type=float, default=15.0)
    arguments.add_argument("--pooler", choices=["none", "session", "transaction"], nargs="+", default=["none"])
    arguments.add_argument("--pool", type=int, default=20)
    options = arguments.parse_args()
    print(machine(("optuna", "sqlalchemy", "psycopg")))
    held = True
    with postgres() as server:
        server.allow(_CONNECTIONS)
        statements, server_ms = of_a_beat(server)
        print(
            f"a sign of life, every five seconds: {statements} statements, {server_ms:.2f} ms of the server's processor"
        )
        for mode in options.pooler:
            for epoch_s in options.epoch_s:
                print(f"\nepochs of {epoch_s:g} s, pooler: {mode}")
                print("workers trials/s  taking ms (95%)  connections  cpu ms a trial: clients server  busy cores"
                      "  statements  transactions   work   lock   file client")  # fmt: skip
                for count in options.workers:
                    held = measure(server, count, epoch_s, options.seconds, mode, options.pool) and held
    return 0 if held else 1


def of_a_beat(server: PostgresServer) -> tuple[int, float]:
    """Of a worker that holds a trial: the statements of a sign of life, and the server's milliseconds for it."""
    db = open_database(server.new_database())
    _new_study(db)
    workers.enter(db, "w", "cpu")
    budget.take(db, STUDY, "w")
    counted: list[str] = []

    @sa.event.listens_for(db.engine, "before_cursor_execute")
    def count(connection: object, cursor: object, statement: str, *_: object) -> None:
        counted.append(statement)

    before = of_server(server)
    for _ in range(_BEATS):
        workers.beat(db, "w", STUDY, "training")
    took = of_server(server) - before
    db.engine.dispose()
    return len(counted) // _BEATS, took / _BEATS * 1e3


def _new_study(db: Database) -> None:
    create_study(db, read_spec(_SPACE), study_name=STUDY, n_trials=10**6, timeout_s=None, seed=1, mlflow_uri="none")


def measure(server: PostgresServer, count: int, epoch_s: float, seconds: float, mode: str, pool: int) -> bool:
    """Print a line; tells whether nothing was doubled or lost."""
    direct = server.new_database()
    db = open_database(direct)
    _new_study(db)
    db.engine.dispose()
    context = multiprocessing.get_context("fork")
    begin, over = context.Barrier(count + 1), context.Event()
    warm_s = max(_WARM_S, _WARM_A_WORKER_S * count)
    window = (warm_s, warm_s + seconds)
    with pooler(server, direct, mode, pool) as (url, bouncer):
        pairs = [context.Pipe(duplex=False) for _ in range(count)]
        started = [
            context.Process(target=process, args=(url, f"w{at}", epoch_s, begin, over, window, told), daemon=True)
            for at, (_, told) in enumerate(pairs)
        ]
        for each in started:
            each.start()
        seen, looked = Looks(), threading.Event()
        watcher = threading.Thread(target=look, args=(server, looked, seen), daemon=True)
        try:
            begin.wait(60)
            time.sleep(warm_s)
            watcher.start()
            clients = [each.pid for each in started if each.pid] + ([bouncer] if bouncer else [])
            before = processor_s(clients), of_server(server), server.transactions(direct)
            time.sleep(seconds)
            after = processor_s(clients), of_server(server), server.transactions(direct)
            looked.set()
            over.set()
            said = [ours.recv() if ours.poll(60) else Told() for ours, _ in pairs]
        except threading.BrokenBarrierError:
            print(f"{count:7} not all of them are let in within a minute")
            return True
        finally:
            over.set()
            for each in started:
                each.join(10)
                if each.is_alive():
                    each.kill()
    trials = max(1, sum(each.trials for each in said))
    taking = sorted(took * 1e3 for each in said for took in each.taking_s) or [0.0]
    used = [last - first for first, last in zip(before, after, strict=True)]
    whole = max(1, sum(seen.states.values()))
    shares = " ".join(f"{seen.states[each] / whole:6.0%}" for each in ("work", "lock", "file", "client"))
    print(
        f"{count:7} {trials / seconds:8.1f} {statistics.median(taking):9.0f} {taking[int(0.95 * len(taking))]:7.0f}"
        f"{seen.connections:12} {used[0] / trials * 1e3:25.0f} {used[1] / trials * 1e3:6.0f}"
        f"{(used[0] + used[1]) / seconds:11.2f} {sum(each.statements for each in said) / trials:12.0f}"
        f"{used[2] / trials:13.0f} {shares}  {dict(seen.locks.most_common(2))}",
        flush=True,
    )  # fmt: skip
    return exact(direct)


def exact(url: str) -> bool:
    """Whether each place that was taken is there once, and its trial too."""
    db = open_database(url)
    places = runs.view_trials(db, STUDY)
    numbers = sorted(each.trial_number for each in places if each.trial_number is not None)
    theirs = db.storage.get_all_trials(db.storage.get_study_id_from_name(STUDY), deepcopy=False)
    db.engine.dispose()
    one_each = [each.ordinal for each in places] == list(range(len(places)))
    if not (one_each and numbers == [each.number for each in theirs]):
        print(f"DOUBLED OR LOST: {len(places)} places, {len(numbers)} numbers, {len(theirs)} trials of Optuna's")
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
