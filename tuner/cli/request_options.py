"""A command's keywords, as click gives them, as a request.

Leaves to others: the options themselves (running, device_options, python_options), what may be asked (service).
"""

from collections.abc import Mapping
from typing import Any

from tuner.cli.python_options import dataset_of
from tuner.service.requests import SpaceRequest, StartRequest
from tuner.service.words import request_of


def start_request(options: Mapping[str, Any]) -> StartRequest:
    """Of `tune start`. Raises InputError."""
    given = options["dataset"]
    dataset = given if isinstance(given, Mapping) else dataset_of(given)
    return request_of(StartRequest, {**options, "dataset": dataset})


def space_request(options: Mapping[str, Any]) -> SpaceRequest:
    """Of `tune spaces check`. Raises InputError."""
    return request_of(SpaceRequest, {**options, "dataset": dataset_of(options["dataset"])})
