"""The command that delivers to MLflow what it has not: sync.

Leaves to others: what is delivered, and how (analysis, studies), the words (delivered).
"""

import logging
import os
import sys

import click

from tuner.cli.common import common_options, echo, open_studies, print_json, settings_of, study_argument, view_of
from tuner.cli.stages import stages


@click.command()
@study_argument
@click.option("--rebuild", is_flag=True, help="Deliver all of it anew; what was deleted in MLflow comes back.")
@common_options
def sync(study: str | None, rebuild: bool, storage: str | None, as_json: bool) -> None:
    """Deliver to MLflow what it has missed, refused or lost; make a report that is not there yet [of every study].

    Example: tune sync fashion_mnist-1
    """
    from tuner.analysis.synchronizing import AllSynchronized, Synchronized, none_synchronized, synchronize
    from tuner.cli import delivered
    from tuner.database.blobs import blob_store
    from tuner.database.studies import view_studies
    from tuner.errors import ServiceDown, TunerError
    from tuner.tracking.mlflow_recorder import MlflowRecorder

    # What it would warn of is said here.
    logging.getLogger("tuner.studies.delivery").setLevel(logging.ERROR)
    settings = settings_of(storage)
    db = open_studies(settings, create=False)
    store = blob_store(db, settings.artifacts)
    found: list[Synchronized] = []
    down: dict[str, ServiceDown] = {}
    failed = 0
    for view in view_studies(db) if study is None else [view_of(db, study)]:
        if view.mlflow_uri in down:
            continue
        try:
            with stages(f"bringing {view.study_name} to MLflow"):
                seen = synchronize(
                    db,
                    MlflowRecorder(settings.tracking_uri_of(view.mlflow_uri), rebuild),
                    store,
                    view.study_name,
                    f"sync-{os.getpid()}",
                    rebuild,
                )
        except ServiceDown as error:
            down[view.mlflow_uri] = error
            continue
        except TunerError as error:
            if study is not None:
                raise
            failed += 1
            echo(f"tune: {view.study_name}: {error}", err=True)
            continue
        delivered.print_synchronized(seen)
        found.append(seen)
    if as_json:
        if study is None:
            print_json(AllSynchronized(studies=tuple(found)))
        else:
            print_json(found[0] if found else none_synchronized(db, study))
    if down:
        raise next(iter(down.values()))
    if failed or any(each.refused or each.postponed for each in found):
        sys.exit(1)
