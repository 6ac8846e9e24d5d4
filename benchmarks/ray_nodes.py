"""A Ray cluster of several nodes on this machine, as a person starts one: `ray start --block`, a process tree a node.

A node is killed with all its processes at once, as a machine that loses power. Nothing else of Ray on this machine is
touched: not by `ray stop`, which ends whatever there is.
"""

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

_STORE_BYTES = 80 * 2**20
_START_S = 60.0


class RayNodes:
    """A head without a CPU, and nodes."""

    def __init__(self, folder: Path, dashboard: bool = False) -> None:
        self._folder = folder
        self._port = free_port()
        self._dashboard = free_port() if dashboard else None
        self.address = f"127.0.0.1:{self._port}"
        self._client = free_port()
        self.client = f"ray://127.0.0.1:{self._client}"
        self.dashboard = f"http://127.0.0.1:{self._dashboard}"
        self.environment = {"RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0", "RAY_ADDRESS": self.address}
        self.nodes: list[subprocess.Popen[bytes]] = []
        self.head: subprocess.Popen[bytes] | None = None

    def start_head(self, *options: str, environment: Mapping[str, str] | None = None) -> None:
        shown = [f"--dashboard-port={self._dashboard}"] if self._dashboard else []
        given = ["--head", f"--port={self._port}", "--num-cpus=0", "--node-ip-address=127.0.0.1"]
        given += [
            f"--include-dashboard={'true' if shown else 'false'}",
            *shown,
            f"--ray-client-server-port={self._client}",
        ]
        given += options
        self.head = self._start(given, environment or {})

    def start_autoscaling_head(self, cpus: int, most: int, idle_s: float) -> None:
        """One that adds nodes of so many CPUs, up to `most`, and takes away those that are idle for so long."""
        nodes = {"resources": {"CPU": cpus, "object_store_memory": _STORE_BYTES}, "node_config": {}}
        told = {
            "cluster_name": "small",
            "max_workers": most,
            "provider": {
                "type": "fake_multinode",  # Ray's own, for tests: nodes are raylets of this machine
                "use_node_id_as_ip": True,
                "disable_node_updaters": True,
                "disable_launch_config_check": True,
                "gcs_address": self.address,
            },
            "available_node_types": {
                "ray.head.default": {"resources": {"CPU": 0}, "node_config": {}, "max_workers": 0},
                "node": {**nodes, "min_workers": 0, "max_workers": most},
            },
            "head_node_type": "ray.head.default",
            "upscaling_speed": 1.0,
            "idle_timeout_minutes": idle_s / 60,
            "auth": {},
            "docker": {},
            "file_mounts": {},
            **{f"{each}_commands": [] for each in ("initialization", "setup", "head_setup", "worker_setup")},
            **{f"{each}_start_ray_commands": [] for each in ("head", "worker")},
            "cluster_synced_files": [],
            "file_mounts_sync_continuously": False,
            "rsync_exclude": [],
            "rsync_filter": [],
        }
        config = self._folder / "autoscaling.json"
        config.write_text(json.dumps(told))
        environment = {"AUTOSCALER_UPDATE_INTERVAL_S": "1", "RAY_FAKE_CLUSTER": "1"}
        self.start_head(f"--autoscaling-config={config}", environment=environment)

    def add(self, cpus: int = 1, gpus: int = 0) -> "subprocess.Popen[bytes]":
        given = [f"--address={self.address}", f"--num-cpus={cpus}", f"--num-gpus={gpus}", "--node-ip-address=127.0.0.1"]
        self.nodes.append(self._start(given, {}))
        return self.nodes[-1]

    def kill(self, node: "subprocess.Popen[bytes]") -> None:
        if node.poll() is None:
            every = [psutil.Process(node.pid), *psutil.Process(node.pid).children(recursive=True)]
            for process in every:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            psutil.wait_procs(every, 10)
        node.wait()

    def logs(self) -> Path:
        """The folder of its nodes' logs."""
        found = re.search(r"(/\S+/logs)/ray_process_exit.log", (self._folder / "ray.log").read_text())
        assert found is not None
        return Path(found[1])

    def close(self) -> None:
        for node in [*self.nodes, *([self.head] if self.head else [])]:
            self.kill(node)

    def _start(self, options: Sequence[str], environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--block", "--disable-usage-stats"]
        with (self._folder / "ray.log").open("ab") as log:
            given = [f"--object-store-memory={_STORE_BYTES}", f"--dashboard-agent-listen-port={free_port()}", *options]
            node = subprocess.Popen(
                [*command, *given],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, **self.environment, **environment},
            )  # fmt: skip
        wait_for(lambda: _has_raylet(node), _START_S, "a Ray node")
        return node


def _has_raylet(node: "subprocess.Popen[bytes]") -> bool:
    if node.poll() is not None:
        raise SystemExit(f"`ray start` has ended with {node.returncode}")
    return any(each.name() == "raylet" for each in psutil.Process(node.pid).children(recursive=True))


def wait_for(what: Any, within_s: float, words: str, pause_s: float = 0.5) -> None:
    until = time.monotonic() + within_s
    while not what():
        if time.monotonic() > until:
            raise SystemExit(f"waited for {words}: in vain")
        time.sleep(pause_s)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextlib.contextmanager
def with_redis(folder: Path) -> Iterator[Any]:
    """A `ray.cluster_utils.Cluster` whose head keeps its state in a redis-server, so that its GCS may be restarted."""
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    quiet = subprocess.DEVNULL
    redis = subprocess.Popen(command, stdout=quiet, stderr=quiet, cwd=folder, start_new_session=True)
    os.environ["RAY_REDIS_ADDRESS"] = f"127.0.0.1:{port}"
    from ray.cluster_utils import Cluster

    cluster = None
    try:
        small = {"object_store_memory": _STORE_BYTES, "include_dashboard": False}
        cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, **small})
        cluster.add_node(num_cpus=1, object_store_memory=_STORE_BYTES)
        yield cluster
    finally:
        del os.environ["RAY_REDIS_ADDRESS"]
        if cluster is not None:
            cluster.shutdown()
        redis.terminate()
        redis.wait(10)
