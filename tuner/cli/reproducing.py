"""The command that trains a trial again: reproduce.

Leaves to others: the training and what is compared (runs).
"""

import socket
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from tuner.cli.common import common_options, echo, open_studies, print_json, settings_of
from tuner.cli.python_options import code_option
from tuner.cli.stages import stages
from tuner.formatting import plural
from tuner.settings import Settings, read_share

if TYPE_CHECKING:
    from tuner.database.connection import Database
    from tuner.runs.reproduction import Reproduction
    from tuner.spec.code import Code


@click.command()
@click.argument("study")
@click.argument("trial", type=click.IntRange(min=0))
@code_option
@common_options
def reproduce(study: str, trial: int, code: tuple[str, ...], storage: str | None, as_json: bool) -> None:
    """Train one trial again, here, and say whether it comes out the same; exit code 1 if it does not.

    Example: tune reproduce fashion_mnist-1 25
    """
    from tuner.database.studies import view_study
    from tuner.spec.code import find_code
    from tuner.studies.stored_study import spec_of

    settings = settings_of(storage)
    db = open_studies(settings, create=False)
    # Before the framework is imported: where programs train the trials, there is none to be trained here.
    _ = spec_of(view_study(db, study)).data
    codes = [find_code(each) for each in code]
    made = _again(settings, db, study, trial, codes)
    if as_json:
        print_json(made)
    else:
        echo(made.words)
    if made.not_stored:
        echo(f"tune: the study has no record of this: {made.not_stored}", err=True)
    sys.exit(0 if made.reproduced else 1)


def _again(settings: Settings, db: "Database", study: str, trial: int, codes: "Sequence[Code]") -> "Reproduction":
    with stages("starting TensorFlow or JAX") as say:
        from tuner.data.sources import load
        from tuner.database.blobs import blob_store
        from tuner.database.trial_facts import TrialFacts, of_tags
        from tuner.runs.reproduction import reproduce as again
        from tuner.runs.study_context import StudyContext
        from tuner.studies.code import code_for
        from tuner.studies.status import find_trial, study_status
        from tuner.studies.stored_study import spec_of
        from tuner.training import backend

        status = study_status(db, study, epochs=True)
        found = find_trial(db, study, trial)
        spec = spec_of(status.study)
        own = code_for(status.study, spec, codes)
        # As many threads as it had, for sums are added in another order with others.
        threads = found.facts.threads or 0
        backend.prepare(threads)
        here = of_tags(backend.versions()).with_more(
            TrialFacts(device=read_share().device, host=socket.gethostname(), threads=threads)
        )
        say("loading the data")
        dataset = load(spec.data, status.study.seed, codes)
    echo(f"tune: training trial {trial} again, {plural(len(found.epochs), 'epoch')}", err=True)
    by_fit = found.facts.path.startswith("fit")
    context = StudyContext(
        db, status.study, spec, dataset, blob_store(db, settings.artifacts), here, lambda: False,
        path="fit" if by_fit else "auto", code=own,
    )  # fmt: skip
    return again(context, status, found)
