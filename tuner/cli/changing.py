"""Commands that change a study that is there: stop, cancel.

Leaves to others: what they do (service).
"""

import click

from tuner.cli.common import chosen, echo, open_studies, settings_of, storage_option, study_argument
from tuner.formatting import command


@click.command()
@study_argument
@storage_option
def stop(study: str | None, storage: str | None) -> None:
    """Let a study's workers finish what they have begun and take no more.

    Example: tune stop fashion_mnist-1
    """
    from tuner.service.resuming import stop_study

    db = open_studies(settings_of(storage), create=False)
    status = stop_study(db, chosen(db, study))
    name = status.study.study_name
    words = {"finished": "has ended already", "stopping": "is stopping; running trials are finished first"}
    echo(f"study {name} {words.get(status.state, 'is stopped')}; go on with: {command('tune resume', name)}", err=True)


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

    db = open_studies(settings_of(storage), create=False)
    status = cancelling.cancel(db, CancelRequest(study_name=study, trial=trial))
    name = status.study.study_name
    if trial is not None:
        echo(f"trial {trial} of study {name} is cancelled; its place of the {status.study.trials} is spent", err=True)
        return
    echo(f"study {name} is cancelled; go on with: {command('tune resume', name)}", err=True)
