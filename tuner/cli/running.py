"""Commands that run, go on with or end a study: start, resume.

Leaves to others: what they do (service, workers), how it looks (live, outcome), `tune worker` (working).
"""

import contextlib
import shlex
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tuner.cli import records
from tuner.cli.common import (
    EXIT_INTERRUPTED,
    common_options,
    echo,
    echo_prose,
    ending_signals,
    print_json,
    settings_of,
    together,
)
from tuner.cli.device_options import device_options, fit_option, place_options
from tuner.cli.python_options import code_option, python_options
from tuner.cli.request_options import start_request
from tuner.cli.stages import stages
from tuner.formatting import plural
from tuner.hints import command
from tuner.settings import LARGEST_SEED, MOST_TRIALS, Settings
from tuner.spec.families import TASKS

if TYPE_CHECKING:
    from tuner.service.starting import Begun

how_long = together(
    click.option("--trials", type=click.IntRange(max=MOST_TRIALS), metavar="N", help="How many trials, exactly."),
    click.option(
        "--timeout", "timeout_s", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="Time limit."
    ),
    click.option(
        "--epoch-budget", type=click.IntRange(min=1), metavar="N", help="End after so many epochs of all trials."
    ),
    click.option(
        "--plateau", type=click.IntRange(min=1), metavar="N",
        help="End after N trials without an improvement above noise.",
    ),
)  # fmt: skip
_END_AT = "End when a trial reaches this value"
target_option = click.option("--target", type=float, metavar="VALUE", help=f"{_END_AT}.")
share_options = together(
    click.option("--priority", type=click.IntRange(-1000, 1000), metavar="N", help="Among studies; high is first."),
    click.option(
        "--most-workers", type=click.IntRange(min=0), metavar="N",
        help="It never has more, wherever they are; 0 is any number.",
    ),
)  # fmt: skip
workers_option = click.option(
    "--workers", type=int, metavar="N", help="Worker processes [one a GPU, else one a CPU core]."
)


@click.command()
@click.argument("data", required=False)
@click.option("--space", metavar="NAME|FILE", help="A shipped search space, a YAML file, or Python code.")
@click.option(
    "--target",
    metavar="COLUMN|VALUE",
    help=f"The column to predict, of a table. Without DATA: {_END_AT[0].lower()}{_END_AT[1:]}.",
)
@click.option("--task", type=click.Choice(TASKS), help="Of DATA [seen in the targets].")
@click.option("--study", "study_name", metavar="NAME", help="Name of the study [the space's, numbered].")
@how_long
@share_options
@workers_option
@device_options
@place_options
@click.option(
    "--from", "from_study", metavar="STUDY", help="Try the best of an old study first, and learn from its trials."
)
@click.option("--from-best", type=click.IntRange(min=1), default=3, show_default=True, metavar="N", help="So many.")
@click.option("--seed", type=click.IntRange(0, LARGEST_SEED), metavar="N", help="Of everything random in the study.")
@click.option(
    "--baseline", "baselines", type=click.Path(path_type=Path), metavar="FILE", help="Configurations to try first."
)
@records.options
@click.option("--detach", is_flag=True, help="Only store the study; `tune worker` processes will run it.")
@fit_option
@python_options
@common_options
def start(storage: str | None, as_json: bool, **options: Any) -> None:
    """Start a study and run its trials: of a search space, or of DATA - a table, an .npz file, a folder of images - for
    which one is proposed, and written to a file.

    \b
    Example: tune start --space fashion_mnist --trials 20
             tune start customers.csv --target churn
    """
    from tuner.cli import checked_space, data_read, own_data
    from tuner.service import starting

    options, known = own_data.with_space(options)
    settings = settings_of(storage)
    with stages() as say:
        begun = starting.start(settings, start_request(options), say, known=known)
    # The study has it in its workers.
    del known
    for note in begun.notes:
        echo(f"tune: {note}", err=True)
    if options["detach"] or begun.external:
        _tell_stored(begun, as_json)
        return
    if begun.reading is not None:
        echo_prose("\n".join(data_read.told(begun.reading)))
    if begun.outlook is not None:
        checked_space.say_outlook(begun.outlook)
    _run(settings, begun, as_json)


def _tell_stored(begun: "Begun", as_json: bool) -> None:
    from tuner.cli import pages
    from tuner.studies.views import NamedStudy

    name = begun.study.study_name
    typed = " ".join([command("tune worker --study", name), *map(shlex.quote, _code_options(begun))])
    if begun.external:
        serve = command("tune serve")
        echo(f"study {name} is stored; no worker takes its trials: programs ask for them, of: {serve}", err=True)
    else:
        echo(f"study {name} is stored; run it with: {typed}", err=True)
    pages.say(begun.db, name)
    if as_json:
        print_json(NamedStudy(study_name=name))
    else:
        echo(name)


def _code_options(begun: "Begun") -> list[str]:
    return [word for each in begun.named_codes for word in ("--code", each)]


@click.command()
@click.argument("study_name", metavar="STUDY")
@how_long
@target_option
@workers_option
@device_options
@place_options
@click.option("--detach", is_flag=True, help="Only let it go on; workers elsewhere, as of `tune deploy`, will run it.")
@fit_option
@code_option
@common_options
def resume(storage: str | None, as_json: bool, **options: Any) -> None:
    """Go on with a study that was stopped, killed or has ended; --trials is the new total.

    Example: tune resume fashion_mnist-1 --trials 60
    """
    from tuner.service import starting
    from tuner.service.requests import ResumeRequest
    from tuner.service.words import request_of

    settings = settings_of(storage)
    with stages() as say:
        begun = starting.resume(settings, request_of(ResumeRequest, options), say)
    for note in begun.notes:
        echo(f"tune: {note}", err=True)
    if options["detach"] or begun.external:
        _tell_stored(begun, as_json)
        return
    _run(settings, begun, as_json)


def _run(settings: Settings, begun: "Begun", as_json: bool) -> None:
    from tuner.cli import delivered, live, notify, outcome, pages
    from tuner.database.deliveries import refusals
    from tuner.errors import TunerError
    from tuner.notifying.deliverer import delivering
    from tuner.service.launching import workers_of
    from tuner.studies import viewing
    from tuner.studies.nothing_completed import why_nothing_completed
    from tuner.studies.status import study_status

    db, name, slots = begun.db, begun.study.study_name, begun.slots
    workers = workers_of(settings, begun)
    on_cluster = begun.place.engine != "local"
    for each in ending_signals():
        # Told to go, or the terminal is gone: what runs here is handed back, and no worker is left behind.
        signal.signal(each, lambda number, _: sys.exit(128 + number))
    if on_cluster:
        echo_prose(f"tune: {plural(len(slots), 'worker')} on the Ray cluster ({begun.place.address})")
    elif slots[0].gpu is None:
        threads = f"{plural(slots[0].threads, 'thread')}{' each' if len(slots) > 1 else ''}"
        echo_prose(f"tune: no GPU; {plural(len(slots), 'worker')} on the CPU, {threads}")
    pages.say(db, name)
    left: KeyboardInterrupt | SystemExit | None = None
    try:
        with delivering(db, name), live.progress(db, name) as look:
            workers.run(look)
    except (KeyboardInterrupt, SystemExit) as told:
        left = told
    ended = study_status(db, name, epochs=True)
    if left is not None and ended.state != "finished":
        # Where the terminal is gone, or the database, there is nobody to tell.
        with contextlib.suppress(OSError):
            outcome.print_left_off(ended, on_cluster)
        sys.exit(left.code if isinstance(left, SystemExit) else EXIT_INTERRUPTED)
    refused = refusals(db, name)
    if as_json:
        print_json(viewing.study_detail(ended, refused))
    else:
        outcome.print_outcome(ended)
    delivered.print_refused(name, refused)
    delivered.print_left(db, name)
    notify.print_troubles(db, name)
    if left is not None:
        raise left
    if (words := why_nothing_completed(ended)) is not None:
        raise TunerError(words)
