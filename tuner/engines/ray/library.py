"""Ray itself, imported when it is needed.

Owns: the line for where it is not installed, and for a cluster that does not answer.
"""

import importlib.util
import os
import socket
from collections.abc import Mapping
from typing import Any

from tuner.errors import InputError, ServiceDown, TunerError
from tuner.hints import command, extra

NAMESPACE = "tuner"
_ANSWER_S = 10.0


def check_installed() -> None:
    """Without importing it. Raises InputError."""
    if importlib.util.find_spec("ray") is None:
        raise InputError(f"--engine ray: Ray is not installed. Install it: {extra('ray')}")


def load() -> Any:
    """The module. Raises InputError."""
    check_installed()
    # Else it finds an ancestor `uv run` and builds that environment again on every node.
    os.environ["RAY_ENABLE_UV_RUN_RUNTIME_ENV"] = "0"
    import ray

    return ray


def connect(address: str, working_dir: str | None) -> Any:
    """Join a cluster; gives the module. working_dir: a folder that its workers shall start in, or None.

    Raises ServiceDown, TunerError.
    """
    must_answer(os.environ.get("RAY_ADDRESS", "") if address == "auto" else address)
    ray = load()
    environment = {} if working_dir is None else {"runtime_env": {"working_dir": working_dir}}
    try:
        ray.init(address=address, namespace=NAMESPACE, log_to_driver=False, logging_level="CRITICAL", **environment)
    except (ConnectionError, TimeoutError) as error:
        raise ServiceDown(_nobody(address)) from error
    except (RuntimeError, ValueError) as error:
        raise TunerError(f"the Ray cluster at {address} cannot be joined: {one_line(error)}") from error
    return ray


def must_answer(address: str) -> None:
    """Ray waits for minutes where nobody does. Raises ServiceDown."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdecimal():
        try:
            socket.create_connection((host.strip("[]"), int(port)), _ANSWER_S).close()
        except (OSError, OverflowError) as error:
            raise ServiceDown(_nobody(address)) from error


def _nobody(address: str) -> str:
    return f"no Ray cluster answers at {address}. Start one with `ray start --head`, or name it: --address ray://HOST:10001"


def gone(address: str) -> str:
    """In words, that a cluster has answered, and does so no more."""
    return (
        f"the Ray cluster at {address} does not answer any more. What is stored of the study is safe; when the cluster "
        f"is there again, and `{command('tune status')}` shows no workers, go on with "
        f"`{command('tune resume --engine ray')}`."
    )


def brings_a_folder(environment: Mapping[str, str]) -> bool:
    """Whether this process is of a submitted job that brought a working directory of its own."""
    return '"working_dir"' in environment.get("RAY_JOB_CONFIG_JSON_ENV_VAR", "")


def one_line(error: BaseException) -> str:
    """The last line of what Ray says, which is the cause; before it are traces of its own processes."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1][:400] if lines else type(error).__name__
