"""A cluster that this process has joined: what it has, and the actor of a study.

Owns: that there is one actor a study, what cannot be on a cluster of several nodes, and the words for both.
Leaves to others: joining (library), the actor (keeper), which process this is (driver).
"""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tuner.engines.ray.keeper import Keeper
from tuner.engines.ray.launch import Heard, Launch
from tuner.engines.ray.library import NAMESPACE, one_line
from tuner.engines.ray.needs import Needs
from tuner.errors import InputError, TunerError
from tuner.redaction import shown_url

_HEAD = {"node:__internal_head__": 0.001}
"""A resource that Ray's head node alone has, in every cluster."""

_BEGIN_S = 60.0
_SOON_S = 0.5


@dataclass(frozen=True)
class Cluster:
    """nodes: what each of those that live has, as Ray counts."""

    nodes: tuple[Mapping[str, float], ...]


def look_at(ray: Any) -> Cluster:
    return Cluster(tuple(each["Resources"] for each in ray.nodes() if each["Alive"]))


def check(cluster: Cluster, storage: str, tracking_uri: str) -> None:
    """Raises InputError for what one machine alone has."""
    others = len(cluster.nodes) - 1
    if others < 1:
        return
    has = f"the cluster has {len(cluster.nodes)} nodes, and a file here is on none of the others"
    if storage.startswith("sqlite:"):
        raise InputError(
            f"--storage {shown_url(storage)}: {has}. Use PostgreSQL: --storage postgresql://USER@HOST/DATABASE."
        )
    if not tracking_uri.startswith(("http://", "https://", "postgresql", "mysql", "databricks")):
        raise InputError(
            f"MLFLOW_TRACKING_URI={shown_url(tracking_uri)}: {has}. Start `mlflow server` and name it there: "
            "MLFLOW_TRACKING_URI=http://HOST:5000."
        )


def note_room(cluster: Cluster, needs: Needs) -> str:
    """In words, that no node of now has room for a worker; nothing where one has."""
    if any(needs.fit(each) for each in cluster.nodes):
        return ""
    return f"no node of the cluster has what a worker needs ({needs.in_words}): they wait until one comes"


def begin(ray: Any, launch: Launch) -> tuple[Any, bool]:
    """The actor of a study, made where there is none that works, and whether it was there.

    Raises TunerError where it cannot be made.
    """
    until = time.monotonic() + _BEGIN_S
    while True:
        there = _find(ray, launch.actor_name)
        if there is not None:
            heard = _ask(ray, there)
            if heard is not None and not heard.over:
                return there, True
        else:
            made = _make(ray, launch)
            if made is not None:
                return made, False
        if time.monotonic() > until:
            raise TunerError(f"the actor {launch.actor_name!r} of an earlier start does not end. See Ray's dashboard.")
        time.sleep(_SOON_S)


def _find(ray: Any, name: str) -> Any:
    try:
        return ray.get_actor(name, namespace=NAMESPACE)
    except ValueError:
        return None


def _ask(ray: Any, actor: Any) -> Heard | None:
    """None where it is gone, or just ends."""
    try:
        found: Heard = ray.get(actor.heard.remote(0), timeout=_BEGIN_S)
    except ray.exceptions.RayError:
        return None
    return found


def _make(ray: Any, launch: Launch) -> Any:
    options = {"num_cpus": 0, "resources": _HEAD, "max_restarts": -1, "lifetime": "detached"}
    try:
        made = ray.remote(Keeper).options(name=launch.actor_name, namespace=NAMESPACE, **options).remote(launch)
    except ValueError:  # somebody else was quicker
        return None
    try:
        ray.get(made.heard.remote(0), timeout=_BEGIN_S)
    except ray.exceptions.GetTimeoutError as error:
        raise TunerError(
            f"the cluster has not started the study's actor in {_BEGIN_S:.0f} s. See Ray's dashboard."
        ) from error
    except ray.exceptions.RayError as error:
        raise TunerError(
            f"the cluster cannot host the study's actor: {one_line(error)}. Every node needs this package, in this "
            "version, with the extra ray."
        ) from error
    return made


def in_the_folder(named: Sequence[str], here: str) -> tuple[str, ...]:
    """Code of a job's working directory as its workers, which start there too, are told of it. Raises InputError."""
    found = []
    for each in named:
        place, colon, _ = each.partition(".py")
        if not colon or not os.path.isabs(place):
            found.append(each)  # a module
            continue
        relative = os.path.relpath(each, here)
        if relative.startswith(os.pardir):
            raise InputError(f"--code {each}: is not in the working directory that the job brings to the cluster.")
        found.append(relative)
    return tuple(found)
