"""A command's keywords, as click gives them, as a request.

Leaves to others: the options themselves (running, device_options, python_options), what may be asked (service).
"""

from collections.abc import Mapping
from typing import Any

from tuner.cli.device_options import devices_of
from tuner.cli.python_options import python_settings
from tuner.service.requests import ChangeRequest, LimitsRequest, ResumeRequest, SpaceRequest, StartRequest


def start_request(options: Mapping[str, Any]) -> StartRequest:
    """Of `tune start`. Raises InputError."""
    plain = ("space", "study_name", "trials", "seed", "from_study", "from_best", "tensorboard", "system_metrics")
    return StartRequest(
        **{name: options[name] for name in (*plain, "detach", "fit", "code")},
        timeout_s=options["timeout"],
        limits=_limits(options),
        devices=devices_of(options, options["workers"]),
        baselines=options["baseline"],
        python=python_settings(options),
    )


def resume_request(options: Mapping[str, Any]) -> ResumeRequest:
    """Of `tune resume`. Raises InputError."""
    return ResumeRequest(
        **{name: options[name] for name in ("trials", "fit", "code")},
        study_name=options["study"],
        timeout_s=options["timeout"],
        limits=_limits(options),
        devices=devices_of(options, options["workers"]),
    )


def change_request(options: Mapping[str, Any]) -> ChangeRequest:
    """Of `tune change`. Raises InputError."""
    return ChangeRequest(
        study_name=options["study"],
        trials=options["trials"],
        timeout_s=options["timeout"],
        limits=_limits(options),
        workers=options["workers"],
    )


def space_request(options: Mapping[str, Any]) -> SpaceRequest:
    """Of `tune spaces check`. Raises InputError."""
    return SpaceRequest(space=options["space"], code=options["code"], python=python_settings(options))


def _limits(options: Mapping[str, Any]) -> LimitsRequest:
    return LimitsRequest(epochs=options["epoch_budget"], target=options["target"], plateau=options["plateau"])
