"""Commands that use what a study found: export, champion.

Leaves to others: what they do (studies), the registry (tracking).
"""

from pathlib import Path

import click

from tuner.cli.common import (
    chosen,
    common_options,
    echo,
    open_studies,
    print_json,
    settings_of,
    study_argument,
)
from tuner.cli.python_options import code_option
from tuner.cli.stages import stages
from tuner.formatting import path_part
from tuner.hints import command

_trial = click.option("--trial", type=click.IntRange(min=0), metavar="N", help="This trial [the best].")


@click.command()
@study_argument
@_trial
@click.option("--output", type=click.Path(path_type=Path), metavar="DIR", help="The folder [STUDY-trial-N].")
@code_option
@common_options
def export(
    study: str | None, trial: int | None, output: Path | None, code: tuple[str, ...], storage: str | None, as_json: bool
) -> None:
    """Write a trial's model, parameters, metrics and a script that predicts into a folder [the latest study's best].

    Example: tune export fashion_mnist-1 --output clothes
    """
    from tuner.database.blobs import blob_store
    from tuner.spec.code import find_code
    from tuner.studies.views import Files

    codes = [find_code(each) for each in code]
    settings = settings_of(storage)
    db = open_studies(settings, create=False)
    name = chosen(db, study)
    folder = output or Path(f"{path_part(name)}-{'best' if trial is None else f'trial-{trial}'}")
    with stages("writing the model and its script"):
        # Its import takes Keras along.
        from tuner.studies.export import export_trial

        files = export_trial(db, blob_store(db, settings.artifacts), name, trial, folder, codes)
    if as_json:
        print_json(Files(study_name=name, files=tuple(map(str, files))))
        return
    for path in files:
        echo(path)
    if not any(path.name == "predict.py" for path in files):
        return
    # What can be typed as it stands, where there is a sample of the rows.
    rows = next((path for path in files if path.stem == "sample"), Path("ROWS.npy"))
    script = ["CODE.py"] if any(path.name == "network.json" for path in files) else []
    echo(f"predict with: {command('python', folder / 'predict.py', *script, rows)}", err=True)
    if any(path.name == "table.json" for path in files):
        echo(f"of a table: {command('python', folder / 'predict.py', *script, 'TABLE.csv')}", err=True)


@click.command()
@study_argument
@_trial
@click.option("--force", is_flag=True, help="Also where it is not better, or cannot be compared.")
@common_options
def champion(study: str | None, trial: int | None, force: bool, storage: str | None, as_json: bool) -> None:
    """Make a study's best model its space's champion in MLflow's registry, where it is better than the standing one.

    A study that ends does this by itself.

    Example: tune champion fashion_mnist-1 --trial 7 --force
    """
    from tuner.errors import TunerError
    from tuner.service.promoting import promote
    from tuner.service.requests import ChampionRequest
    from tuner.studies.views import ChampionAnswer

    settings = settings_of(storage)
    db = open_studies(settings, create=False)
    name = chosen(db, study)
    with stages("comparing with the standing champion"):
        decision = promote(db, settings, ChampionRequest(study_name=name, trial=trial, force=force))
    if as_json:
        answer = ChampionAnswer(
            study_name=name, champion=decision.stands, version=decision.version, words=decision.words
        )
        print_json(answer)
    elif decision.stands:
        echo(decision.words)
    if not decision.stands:
        raise TunerError(f"{decision.words}. To put it there all the same: --force")
