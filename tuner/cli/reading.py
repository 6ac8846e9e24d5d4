"""Commands that show how studies stand: status, list, trials, best.

Leaves to others: what is shown (studies), how it looks (show, outcome, live), --json (views).
"""

import json
from typing import TYPE_CHECKING

import click

from tuner.cli.common import (
    chosen,
    common_options,
    echo,
    echo_whole,
    print_json,
    print_json_list,
    studies_at,
    study_argument,
    view_of,
)
from tuner.formatting import moment, one_line
from tuner.redaction import redacted_values

if TYPE_CHECKING:
    from tuner.database.studies import StudyView


@click.command()
@study_argument
@click.option("--watch", is_flag=True, help="Follow it until it has ended.")
@click.option("--spec", is_flag=True, help="Its space as it was written, then with every default as it was stored.")
@click.option("--since", type=click.IntRange(min=0), metavar="N", help="With --json: what is new since that number.")
@common_options
def status(study: str | None, watch: bool, spec: bool, since: int | None, storage: str | None, as_json: bool) -> None:
    """Show how a study stands: trials, workers, best so far [the latest study].

    Example: tune status fashion_mnist-1 --watch
    """
    from tuner.cli import delivered, notify, pages, show
    from tuner.database.deliveries import refusals
    from tuner.errors import InputError
    from tuner.studies import viewing
    from tuner.studies.status import study_status

    if since is not None and (spec or watch or not as_json):
        raise InputError("--since goes with --json, and without --watch and --spec: it is for programs.")
    db = studies_at(storage)
    name = chosen(db, study)
    if since is not None:
        from tuner.service.changes import changes
        from tuner.service.requests import ChangesRequest

        print_json(changes(db, ChangesRequest(study_name=name, since=since)))
    elif spec:
        _print_spec(view_of(db, name), as_json)
    elif as_json:
        print_json(viewing.study_detail(study_status(db, name, epochs=True), refusals(db, name)))
    elif watch:
        from tuner.cli import live

        pages.say(db, name)
        live.follow(db, name)
    else:
        found = study_status(db, name, epochs=True)
        show.print_status(found)
        delivered.print_refused(name, refusals(db, name))
        # While a worker is there, it delivers.
        if found.state == "finished" and not found.workers:
            delivered.print_left(db, name)
        notify.print_troubles(db, name)
        pages.say(db, name)


def _print_spec(view: "StudyView", as_json: bool) -> None:
    from tuner.spec.safe_yaml import dump
    from tuner.studies.resolved_spec import as_json as stored
    from tuner.studies.stored_study import resolved_of
    from tuner.studies.viewing import stored_spec

    resolved, spec = stored(resolved_of(view)), stored_spec(view)
    if as_json:
        print_json(spec)
        return
    for each in spec.changes:
        by = f" by {each.person}" if each.person else ""
        echo(one_line(f"# Changed {moment(each.at)}{by}: {'; '.join(each.words)}"))
    echo(view.spec_text.rstrip("\n"))
    echo("\n# As it was stored, every default written out:")
    # Through JSON, as the database has it: YAML would give tuples a word of their own.
    shown = redacted_values(json.loads(json.dumps(resolved)))
    echo_whole(dump(shown).rstrip("\n"))


@click.command("list")
@common_options
def list_(storage: str | None, as_json: bool) -> None:
    """List the studies in the database.

    Example: tune list
    """
    from tuner.cli import show
    from tuner.studies import viewing
    from tuner.studies.status import all_statuses
    from tuner.studies.views import Studies

    found, unreadable = all_statuses(studies_at(storage))
    if as_json:
        print_json(Studies(studies=tuple(map(viewing.study, found)), unreadable=unreadable))
    else:
        show.print_studies(found, unreadable)


@click.command()
@study_argument
@click.option("--top", type=click.IntRange(min=1), metavar="N", help="Only the first N.")
@click.option(
    "--where", multiple=True, metavar="NAME:VALUE",
    help="Those of which all of this is true: optimizer:adam, learning_rate:<0.01, units_1:64..256, verdict:over-fits.",
)  # fmt: skip
@click.option("--words", metavar="TEXT", help="Those with this in what is known of them.")
@click.option("--order", metavar="NAME", help="By a column instead, as in --where; with a minus before it downwards.")
@click.option("--csv", "as_csv", is_flag=True, help="As CSV: a column a parameter and a metric.")
@common_options
def trials(
    study: str | None, top: int | None, where: tuple[str, ...], words: str | None, order: str | None, as_csv: bool,
    storage: str | None, as_json: bool,
) -> None:  # fmt: skip
    """List a study's trials, the best first.

    Example: tune trials fashion_mnist-1 --top 10 --where optimizer:adam
    """
    from tuner.cli import show
    from tuner.errors import InputError
    from tuner.service.trial_lists import TrialsChosen, listed_trials
    from tuner.studies import viewing
    from tuner.studies.status import study_status
    from tuner.studies.stored_study import spec_of
    from tuner.studies.views import Trials

    if as_csv and as_json:
        raise InputError("--csv and --json: one of them; both write to stdout.")
    db = studies_at(storage)
    found = study_status(db, chosen(db, study), epochs=True)
    listed = listed_trials(found, TrialsChosen(where=where, words=words), order)[:top]
    if as_csv:
        from tuner.analysis.as_csv import csv_of
        from tuner.analysis.results import trial_frame

        echo_whole(csv_of(trial_frame(listed)), nl=False)
    elif as_json:
        spec = spec_of(found.study)
        items = (viewing.trial(spec, each) for each in listed)
        print_json_list(Trials(study_name=found.study.study_name, trials=()), items)
    else:
        show.print_trials(found, listed)


@click.command()
@study_argument
@common_options
def best(study: str | None, storage: str | None, as_json: bool) -> None:
    """Show a study's best trial: its configuration, its validation and test metrics, and its model.

    Example: tune best fashion_mnist-1
    """
    from tuner.cli import outcome
    from tuner.errors import TunerError
    from tuner.studies import viewing
    from tuner.studies.nothing_completed import why_nothing_completed
    from tuner.studies.status import study_status

    db = studies_at(storage)
    found = study_status(db, chosen(db, study), epochs=True)
    if as_json:
        print_json(viewing.best(found))
    if (words := why_nothing_completed(found)) is not None:
        raise TunerError(words)
    if not as_json:
        outcome.print_best(found)
