"""Commands that change a study that is there: stop, cancel, change, delete, rename, note.

Leaves to others: what they do (service).
"""

import sys
from pathlib import Path
from typing import Any

import click

from tuner.cli.common import (
    chosen,
    common_options,
    echo,
    open_studies,
    print_json,
    settings_of,
    storage_option,
    studies_at,
    study_argument,
)
from tuner.cli.running import how_long, share_options, target_option
from tuner.errors import InputError
from tuner.formatting import duration, plural
from tuner.hints import command


@click.command()
@study_argument
@storage_option
def stop(study: str | None, storage: str | None) -> None:
    """Let a study's workers finish what they have begun and take no more.

    Example: tune stop fashion_mnist-1
    """
    from tuner.service.resuming import stop_study

    db = studies_at(storage)
    status = stop_study(db, chosen(db, study))
    name = status.study.study_name
    words = {"finished": "has ended already", "stopping": "is stopping; running trials are finished first"}
    echo(f"study {name} {words.get(status.state, 'is stopped')}", err=True)
    # One that has ended goes on to a larger budget only.
    more = ["--trials", 2 * status.study.trials] if status.state == "finished" else []
    echo(f"go on with: {command('tune resume', name, options=more)}", err=True)


@click.command()
@click.argument("study")
@click.argument("trial", type=click.IntRange(min=0), required=False)
@storage_option
def cancel(study: str, trial: int | None, storage: str | None) -> None:
    """End a trial that runs, or all of a study, at once: after the epoch that it is in.

    Its place of the budget is spent. A study that was cancelled may go on later.

    Example: tune cancel fashion_mnist-1 12
    """
    from tuner.service import cancelling
    from tuner.service.requests import CancelRequest

    db = studies_at(storage)
    status = cancelling.cancel(db, CancelRequest(study_name=study, trial=trial))
    name = status.study.study_name
    if trial is not None:
        echo(f"trial {trial} of study {name} is cancelled; its place of the {status.study.trials} is spent", err=True)
        return
    echo(f"study {name} is cancelled", err=True)
    echo(f"go on with: {command('tune resume', name)}", err=True)


@click.command()
@click.argument("study_name", metavar="STUDY")
@how_long
@target_option
@click.option(
    "--workers", type=click.IntRange(min=1), metavar="N", help="Of the command, or the cluster, that runs it."
)
@share_options
@click.option(
    "--space", type=click.Path(path_type=Path), metavar="FILE", help="The study's space with other ranges, or choices."
)
@storage_option
def change(storage: str | None, space: Path | None, **options: Any) -> None:
    """Change a study that runs: its budget, its time, when it ends, its workers, what it searches.

    Workers look at it before each trial and after each epoch. A time limit counts from the study's begin. Another space
    has other ranges, choices or fixed values; trials outside of it stay, and the sampler learns from them.

    Example: tune change fashion_mnist-1 --trials 60 --workers 4
    """
    from tuner.service import changing
    from tuner.service.requests import ChangeRequest
    from tuner.service.words import request_of
    from tuner.spec.safe_yaml import read_text

    if space is not None:
        options |= {"space_text": read_text(space), "space_name": str(space)}
    request = request_of(ChangeRequest, options)
    view = changing.change(studies_at(storage), request)
    time = "" if view.timeout_s is None else f", {duration(view.timeout_s)}"
    workers = "" if options["workers"] is None else f", {options['workers']} workers"
    shared = f", priority {view.priority}" if options["priority"] is not None else ""
    if options["most_workers"] is not None:
        shared += f", {'any number of' if view.most_workers is None else f'at most {view.most_workers}'} workers"
    echo(f"study {view.study_name}: {view.trials} trials{time}{workers}{shared}", err=True)
    if space is not None:
        for line in view.options.spaces[-1].words:
            echo(f"  {line}", err=True)


@click.command()
@click.argument("study")
@click.option("--mlflow", is_flag=True, help="Its runs in MLflow and the registered versions of its models, too.")
@click.option("--yes", is_flag=True, help="Do not ask; with --mlflow, also where the champion is one of them.")
@common_options
def delete(study: str, mlflow: bool, yes: bool, storage: str | None, as_json: bool) -> None:
    """Delete a study: its trials, checkpoints, models and logs. Refused while workers run on it.

    Example: tune delete fashion_mnist-1
    """
    from tuner.service import deleting
    from tuner.service.requests import DeleteRequest

    settings = settings_of(storage)
    db = open_studies(settings, create=False)
    view = deleting.check_idle(db, study)
    if not yes:
        _confirm(f"delete study {study} and its {view.trials} trials{', in MLflow, too' if mlflow else ''}?")
    done = deleting.delete(db, settings, DeleteRequest(study_name=study, mlflow=mlflow, champion=yes))
    if as_json:
        print_json(done)
        return
    echo(f"study {study} is deleted; {done.freed_bytes / 1e6:.1f} MB of disk are free again", err=True)
    if mlflow:
        told = f"{plural(done.mlflow_runs, 'run')} and {plural(done.mlflow_versions, 'model version')}"
        echo(f"in MLflow: {told}; `mlflow gc` empties its trash", err=True)


def _confirm(question: str) -> None:
    """Ask a person; a program has to say --yes."""
    if not sys.stdin.isatty():
        raise InputError(f"{question} Say --yes.")
    click.confirm(f"tune: {question}", abort=True, err=True)


@click.command()
@click.argument("study")
@click.argument("new_name")
@storage_option
def rename(study: str, new_name: str, storage: str | None) -> None:
    """Give a study another name. Refused while workers run on it.

    Example: tune rename fashion_mnist-1 wide-layers
    """
    from tuner.service import renaming
    from tuner.service.requests import RenameRequest

    settings = settings_of(storage)
    renaming.rename(open_studies(settings, create=False), settings, RenameRequest(study_name=study, new_name=new_name))
    echo(f"study {study} is {new_name} now; MLflow shows it after: {command('tune sync', new_name)}", err=True)


@click.command()
@click.argument("study")
@click.argument("text", required=False)
@storage_option
def note(study: str, text: str | None, storage: str | None) -> None:
    """Keep your own words with a study, or print them; an empty text takes them away.

    Status, reports and MLflow show them.

    Example: tune note fashion_mnist-1 "before the labels were fixed"
    """
    from tuner.database.studies import note_of, view_study
    from tuner.service import renaming
    from tuner.service.requests import NoteRequest

    db = studies_at(storage)
    if text is None:
        echo(note_of(view_study(db, study)))
    else:
        renaming.note(db, NoteRequest(study_name=study, note=text))
