"""The process that speaks with a cluster: ``python -m tuner.engines.ray.driver``, told over stdin what for.

Owns: that exchange: a pickled `Order` comes in, lines of JSON go out (`Said`); later a line ``leave`` may come.
Leaves to others: the cluster (cluster), who started this (followed).

A process of its own, since Ray shows the command line of whoever joins a cluster in its dashboard, and a person's has
the database in it; and since threads and signal handlers of Ray's stay out of the one that shows a study. It ends with
the one that started it, and the study goes on.
"""

import json
import os
import pickle
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from tuner.engines.ray import cluster
from tuner.engines.ray.code import stage
from tuner.engines.ray.launch import Order, Said
from tuner.engines.ray.library import brings_a_folder, connect, gone, one_line
from tuner.errors import ServiceDown, TunerError
from tuner.redaction import keep_secrets_of, redacted

_LOOK_S = 0.5
_LOST_S = 120.0


def main() -> None:
    order: Order = pickle.load(sys.stdin.buffer)
    keep_secrets_of(order.storage)
    # What Ray prints is no message of ours.
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)

    def say(said: Said) -> None:
        out.write(json.dumps(asdict(replace(said, words=redacted(said.words)))) + "\n")
        out.flush()

    try:
        _serve(order, say)
    except TunerError as error:
        say(Said("error", str(error), error.exit_code))
    except BrokenPipeError:
        pass
    except Exception as error:
        # Who started this shows a line; a fault of its own keeps its traceback beside it.
        traceback.print_exc()
        say(
            Said("error", f"the cluster could not be told of the study ({type(error).__name__}: {one_line(error)}).", 1)
        )
    os._exit(0)  # Ray's own goodbye may wait for a cluster that is gone


def _serve(order: Order, say: Callable[[Said], None]) -> None:
    with tempfile.TemporaryDirectory(prefix="tuner-code-") as folder:
        named, working_dir = _code(order, Path(folder))
        ray = connect(order.address, working_dir)
        found = cluster.look_at(ray)
        cluster.check(found, order.storage, order.tracking_uri)
        if order.launch is None:
            if note := cluster.note_room(found, order.needs):
                say(Said("note", note))
            say(Said("over"))
            return
        launch = replace(order.launch, orders=tuple(replace(each, codes=named) for each in order.launch.orders))
        actor, there = cluster.begin(ray, launch)
        say(Said("there" if there else "made"))
    _follow(ray, actor, order.address, say)


def _code(order: Order, folder: Path) -> tuple[tuple[str, ...], str | None]:
    """What workers are told of their code, and the folder that brings it."""
    if not order.codes:
        return (), None
    if brings_a_folder(os.environ):
        return cluster.in_the_folder([each.named for each in order.codes], str(Path.cwd())), None
    return stage(order.codes, folder), str(folder)


def _follow(ray: Any, actor: Any, address: str, say: Callable[[Said], None]) -> None:
    threading.Thread(target=_listen, args=(actor,), daemon=True).start()
    number, lost_at = 0, None
    while True:
        try:
            heard = ray.get(actor.heard.remote(number), timeout=_LOST_S)
        except ray.exceptions.ActorDiedError:
            say(Said("over"))
            return
        except (ray.exceptions.RayError, ConnectionError) as error:
            # It is being started again, or its node does not answer.
            lost_at = lost_at or time.monotonic()
            if time.monotonic() - lost_at > _LOST_S:
                raise ServiceDown(gone(address)) from error
            number = 0
        else:
            lost_at, number = None, heard.number
            for words in heard.words:
                say(Said("warning", words))
            if heard.over:
                say(Said("error", heard.error, heard.exit_code) if heard.error else Said("over"))
                return
        time.sleep(_LOOK_S)


def _listen(actor: Any) -> None:
    """Whoever started this says ``leave``; where it is gone, this goes too."""
    for line in sys.stdin:
        if line.strip() == "leave":
            actor.leave.remote()
    os._exit(0)


if __name__ == "__main__":
    main()
