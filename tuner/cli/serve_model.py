"""`tune serve-model`: a model over HTTP.

Leaves to others: what it answers (service.served_model), the server (web.model_server).
"""

import sys

import click

from tuner.cli.common import EXIT_INTERRUPTED, chosen, echo, open_studies, settings_of, storage_option, study_argument
from tuner.cli.python_options import code_option
from tuner.cli.stages import stages


@click.command("serve-model")
@study_argument
@click.option("--trial", type=click.IntRange(min=0), metavar="N", help="This trial [the best].")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Listen on; 0.0.0.0 is all.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="[a free one]")
@code_option
@storage_option
def serve_model(
    study: str | None, trial: int | None, host: str, port: int, code: tuple[str, ...], storage: str | None
) -> None:
    """Answer requests with a study's best model: rows in, classes or numbers out [the latest study's].

    It says its address, and a request that can be pasted. Anybody who reaches the address may ask it.

    Example: tune serve-model fashion_mnist-1
    """
    settings = settings_of(storage)
    db = open_studies(settings, create=False)
    name = chosen(db, study)
    with stages("loading the model"):
        from tuner.database.blobs import blob_store
        from tuner.service.served_model import open_model
        from tuner.spec.code import find_code
        from tuner.web.model_server import listen_on, request_of, serve_model

        # Before the model, which takes seconds: a port that is taken is said at once.
        listening = listen_on(host, port)
        model = open_model(db, blob_store(db, settings.artifacts), name, trial, [find_code(each) for each in code])

    def told(address: str) -> None:
        echo(f"trial {model.trial_number} of {name} answers at {address}; Ctrl+C ends it", err=True)
        echo(request_of(model, address))

    try:
        serve_model(model, listening, told)
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
