"""`tune add` and `tune withdraw`: a configuration for a study that is there.

Leaves to others: what it does (service.configurations).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tuner.cli.common import common_options, echo, open_studies, print_json, settings_of
from tuner.errors import InputError, SpecError
from tuner.formatting import params_in_words, plural

if TYPE_CHECKING:
    from tuner.service.configurations import CheckedConfiguration


@click.command()
@click.argument("study_name", metavar="STUDY")
@click.option("--set", "values", multiple=True, metavar="NAME=VALUE", help="A value; of layers [64, 32].")
@click.option("--config", "file", type=click.Path(path_type=Path), metavar="FILE", help="As a trial's parameters.yaml.")
@click.option("--from-trial", type=click.IntRange(min=0), metavar="N", help="This trial's values, where no other is.")
@click.option("--name", metavar="NAME", help="To find it by [numbered].")
@click.option("--more", is_flag=True, help="Raise the budget by one for it [it takes the next place].")
@click.option("--check", is_flag=True, help="Say what is wrong with it, and add nothing.")
@common_options
def add(
    storage: str | None, as_json: bool, values: Sequence[str], file: Path | None, check: bool, **options: Any
) -> None:
    """Let a study try a configuration next. It is trained to its end, as a baseline is.

    Example: tune add fashion_mnist-1 --set learning_rate=0.01 --set units=[256,64]
    """
    from tuner.service import configurations
    from tuner.service.configurations import ConfigurationRequest

    named, params = _read(file)
    request = ConfigurationRequest(
        **{**options, "name": options["name"] or named}, params={**params, **dict(map(_value, values))}
    )
    db = open_studies(settings_of(storage), create=False)
    if check:
        checked = configurations.check_configuration(db, request)
        if as_json:
            print_json(checked)
        else:
            _say(checked)
        return
    done = configurations.add_configuration(db, request)
    if as_json:
        print_json(done)
    else:
        next_one = f", and is tried next of its {plural(done.trials, 'trial')}" if not done.notes else ""
        echo(f"{done.name} is added to study {done.study_name}{next_one}", err=True)
    for note in done.notes:
        echo(f"tune: {note}", err=True)


@click.command()
@click.argument("study_name", metavar="STUDY")
@click.argument("name")
@common_options
def withdraw(study_name: str, name: str, storage: str | None, as_json: bool) -> None:
    """Take back a configuration that was added and has not begun. The budget stays as it is.

    Example: tune withdraw fashion_mnist-1 added-2
    """
    from tuner.service.configurations import withdraw_configuration

    db = open_studies(settings_of(storage), create=False)
    done = withdraw_configuration(db, study_name, name)
    if as_json:
        print_json(done)
    else:
        echo(f"{done.name} of study {done.study_name} is withdrawn; its place is the search's again", err=True)


def _say(checked: "CheckedConfiguration") -> None:
    if checked.faults:
        raise SpecError("; ".join(each.words.rstrip(".") for each in checked.faults) + ".")
    echo(params_in_words(checked.params or {}))
    if checked.same_as is not None:
        echo(f"trial {checked.same_as} had the same values", err=True)


def _value(written: str) -> tuple[str, Any]:
    from tuner.spec.safe_yaml import load

    name, equals, value = written.partition("=")
    if not equals or not name:
        raise click.BadParameter(f"{written!r} is not of the form NAME=VALUE.", param_hint="--set")
    return name, load(value, f"--set {name}")


def _read(file: Path | None) -> tuple[str | None, dict[str, Any]]:
    """A mapping of parameters, or of one name to such a mapping."""
    from tuner.spec.safe_yaml import load, read_text

    if file is None:
        return None, {}
    found = load(read_text(file), str(file))
    if not isinstance(found, dict) or not found:
        raise InputError(f"{file}: is a mapping of parameters to values.")
    if all(isinstance(each, dict) for each in found.values()):
        if len(found) > 1:
            raise InputError(f"{file}: has {len(found)} configurations. Give a file of one.")
        ((name, params),) = found.items()
        return str(name), params
    return None, found
