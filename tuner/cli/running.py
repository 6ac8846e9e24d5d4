"""Commands that run, go on with or end a study: start, resume, stop.

Leaves to others: what they do (studies, workers), how it looks (live, outcome), `tune worker` (working).
"""

import shlex
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tuner.cli import records
from tuner.cli.common import (
    chosen,
    echo,
    json_option,
    open_studies,
    print_json,
    settings_of,
    storage_option,
    study_argument,
    together,
    view_of,
)
from tuner.cli.device_options import device_options, fit_option, slots_of
from tuner.cli.python_options import code_option, given_of, python_options
from tuner.formatting import command, path_part
from tuner.settings import LARGEST_SEED, MOST_TRIALS, Settings

if TYPE_CHECKING:
    from tuner.database.connection import Database
    from tuner.database.studies import StudyView

_how_long = together(
    click.option("--trials", type=click.IntRange(max=MOST_TRIALS), metavar="N", help="How many trials, exactly."),
    click.option("--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="Time limit."),
    click.option(
        "--epoch-budget", type=click.IntRange(min=1), metavar="N", help="End after so many epochs of all trials."
    ),
    click.option("--target", type=float, metavar="VALUE", help="End when a trial reaches this value."),
    click.option(
        "--plateau", type=click.IntRange(min=1), metavar="N",
        help="End after N trials without an improvement above noise.",
    ),
)  # fmt: skip
_workers = click.option("--workers", type=int, metavar="N", help="Worker processes [one a GPU, else one a CPU core].")


@click.command()
@click.option(
    "--space", required=True, metavar="NAME|FILE", help="A shipped search space, a YAML file, or Python code."
)
@click.option("--study", "study_name", metavar="NAME", help="Name of the study [the space's, numbered].")
@_how_long
@_workers
@device_options
@click.option("--from", "from_study", metavar="STUDY", help="Try the best of an old study first.")
@click.option("--from-best", type=click.IntRange(min=1), default=3, show_default=True, metavar="N", help="So many.")
@click.option("--seed", type=click.IntRange(0, LARGEST_SEED), metavar="N", help="Of everything random in the study.")
@click.option("--baseline", type=click.Path(path_type=Path), metavar="FILE", help="Configurations to try first.")
@records.options
@click.option("--detach", is_flag=True, help="Only store the study; `tune worker` processes will run it.")
@fit_option
@python_options
@storage_option
@json_option
def start(
    space: str,
    study_name: str | None,
    trials: int | None,
    timeout: float | None,
    epoch_budget: int | None,
    target: float | None,
    plateau: int | None,
    workers: int | None,
    device: str,
    gpus: str | None,
    workers_per_gpu: int,
    mixed_precision: bool,
    seed: int | None,
    from_study: str | None,
    from_best: int,
    baseline: Path | None,
    tensorboard: Path | None,
    system_metrics: bool,
    detach: bool,
    fit: bool,
    storage: str | None,
    as_json: bool,
    **python: Any,
) -> None:
    """Start a study and run its trials.

    Example: tune start --space fashion_mnist --trials 20
    """
    from tuner.cli import data_read, outlook, python_spaces
    from tuner.cli.baseline_files import with_baselines
    from tuner.data.sources import load
    from tuner.search.compatibility import check_algorithms
    from tuner.service.creating import create_study
    from tuner.spec.code import find_code
    from tuner.studies.code import code_options
    from tuner.studies.row_order import order_in_words, order_options
    from tuner.studies.rows_check import load_as_workers_will
    from tuner.studies.stored_study import bind_data, spec_of

    settings = settings_of(storage)
    recorded = records.chosen(tensorboard, system_metrics)
    given = given_of(python)
    spec, code = python_spaces.read_space(space, given)
    if baseline is not None:
        spec = with_baselines(spec, baseline)
    if from_study is not None:
        from tuner.studies.status import study_status
        from tuner.studies.warm_start import with_best_of

        old = study_status(open_studies(settings, create=False), from_study)
        spec, words = with_best_of(spec, old, from_best)
        echo(f"tune: {words}", err=True)
    codes = [find_code(each) for each in given.code]
    check_algorithms(spec, space)
    slots = slots_of(device, workers, gpus, workers_per_gpu, mixed_precision)
    if not detach or codes or code is not None:
        # Damage and absence of the data show here, in one line, before anything is stored.
        spec, dataset = load_as_workers_will(spec, codes)
        if words := order_in_words(spec):
            echo(f"tune: {words}", err=True)
    if code is None and not detach:
        ahead = outlook.look(spec, dataset.info, slots)
    if code is not None:
        for note in python_spaces.try_code(spec, code, dataset, codes, fit)["notes"]:
            echo(f"tune: {note}", err=True)
    db = open_studies(settings)
    limits = {"epochs": epoch_budget, "target": target, "plateau": plateau}
    study = create_study(
        db,
        spec,
        study_name=study_name,
        n_trials=trials,
        timeout_s=timeout,
        seed=seed,
        mlflow_uri=settings.public_tracking_uri,
        options={**code_options(code), **order_options(spec), **recorded, "limits": limits},
    )
    if study.data_digest is not None and not detach:
        bind_data(db, study, spec.data.name, load(spec_of(study).data, study.seed, codes).digest)
    if detach:
        typed = command("tune worker --study", study.study_name)
        typed = " ".join([typed, *map(shlex.quote, python_spaces.worker_arguments(code, codes))])
        echo(f"study {study.study_name} is stored; run it with: {typed}", err=True)
        if as_json:
            print_json({"study_name": study.study_name})
        else:
            echo(study.study_name)
        return
    echo("\n".join(data_read.told(dataset.reading)), err=True)
    if code is None:
        outlook.say(ahead)
    _run(db, settings, study, slots, fit, as_json, python_spaces.worker_arguments(code, codes))


@click.command()
@click.argument("study")
@_how_long
@_workers
@device_options
@fit_option
@code_option
@storage_option
@json_option
def resume(
    study: str,
    trials: int | None,
    timeout: float | None,
    epoch_budget: int | None,
    target: float | None,
    plateau: int | None,
    workers: int | None,
    device: str,
    gpus: str | None,
    workers_per_gpu: int,
    mixed_precision: bool,
    fit: bool,
    code: tuple[str, ...],
    storage: str | None,
    as_json: bool,
) -> None:
    """Go on with a study that was stopped, killed or has ended; --trials is the new total.

    Example: tune resume fashion_mnist-1 --trials 60
    """
    from tuner.cli.python_spaces import worker_arguments
    from tuner.data.sources import load
    from tuner.service.resuming import resume_study
    from tuner.spec.code import find_code
    from tuner.studies.code import code_for
    from tuner.studies.stored_study import bind_data, spec_of

    settings = settings_of(storage)
    db = open_studies(settings, create=False)
    slots = slots_of(device, workers, gpus, workers_per_gpu, mixed_precision)
    there = view_of(db, study)
    spec = spec_of(there)
    codes = [find_code(each) for each in code]
    found = code_for(there, spec, codes)
    # Other data, or none, shows here in one line, before anything is changed.
    bind_data(db, there, spec.data.name, load(spec.data, there.seed, codes).digest)
    limits = {"epochs": epoch_budget, "target": target, "plateau": plateau}
    view = resume_study(db, study, trials, timeout, limits)
    _run(db, settings, view, slots, fit, as_json, worker_arguments(found, codes))


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


def _run(
    db: "Database", settings: Settings, study: "StudyView", slots: Any, fit: bool, as_json: bool, named: list[str]
) -> None:
    from tuner.cli import delivered, live, objects, outcome
    from tuner.database.deliveries import refusals
    from tuner.errors import TunerError
    from tuner.studies.nothing_completed import why_nothing_completed
    from tuner.studies.status import study_status
    from tuner.workers.pool import Pool

    logs = Path("tuner-logs") / path_part(study.study_name)
    arguments = [*(["--fit"] if fit else []), *named]
    pool = Pool(db, settings.storage, study.study_name, slots, logs, arguments)
    for each in (signal.SIGTERM, signal.SIGHUP):
        # Told to go, or the terminal is gone: what runs is handed back, and no worker is left behind.
        signal.signal(each, lambda number, _: sys.exit(128 + number))
    if slots[0].gpu is None:
        several = len(slots) > 1
        threads = f"{slots[0].threads} thread{'s' if slots[0].threads > 1 else ''}{' each' if several else ''}"
        echo(f"tune: no GPU; {len(slots)} worker{'s' if several else ''} on the CPU, {threads}", err=True)
    with live.progress(db, study.study_name) as look:
        pool.run(look)
    ended = study_status(db, study.study_name, epochs=True)
    refused = refusals(db, study.study_name)
    if as_json:
        print_json(objects.status_object(ended, refused))
    else:
        outcome.print_outcome(ended)
    delivered.print_refused(study.study_name, refused)
    delivered.print_left(ended.study)
    if (words := why_nothing_completed(ended)) is not None:
        raise TunerError(words)
