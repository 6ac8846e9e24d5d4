"""A Ray cluster of several nodes on this machine, in a process of its own, for tests.

``python -m tests.engines.ray.small_cluster '[{"num_cpus": 1}]'``: a node each, of which the first is the head. It
prints the cluster's address and ends when its stdin is closed.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

_SMALL = {"object_store_memory": 80 * 2**20, "include_dashboard": False}


def main() -> None:
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    from ray.cluster_utils import Cluster

    head, *others = json.loads(sys.argv[1])
    cluster = Cluster(initialize_head=True, head_node_args={**head, **_SMALL})
    try:
        for node in others:
            cluster.add_node(**node, object_store_memory=_SMALL["object_store_memory"])
        out.write(f"{cluster.address}\n")
        sys.stdin.read()
    finally:
        cluster.shutdown()


@contextmanager
def small_cluster(nodes: Sequence[Mapping[str, Any]], environment: Mapping[str, str]) -> Iterator[str]:
    """The address of one that lives meanwhile. environment: of its nodes, beside this process'."""
    command = [sys.executable, "-m", "tests.engines.ray.small_cluster", json.dumps(list(nodes))]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**os.environ, **environment}, start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        if not address:
            raise RuntimeError(f"no Ray cluster could be started ({process.wait()})")
        yield address


if __name__ == "__main__":
    main()
