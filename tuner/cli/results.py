"""Commands on what came of studies: report, compare.

Leaves to others: what it says and how it looks (analysis).
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
    studies_at,
    study_argument,
)
from tuner.cli.stages import stages
from tuner.errors import InputError
from tuner.formatting import path_part


@click.command()
@study_argument
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="The HTML file [STUDY.html].")
@click.option("--png", type=click.Path(path_type=Path), metavar="DIR", help="Write the pictures alone, as PNG files.")
@common_options
def report(study: str | None, output: Path | None, png: Path | None, storage: str | None, as_json: bool) -> None:
    """Write a study's report: one HTML file that opens without a network [the latest study].

    Example: tune report fashion_mnist-1 --output report.html
    """
    from tuner.database.blobs import blob_store
    from tuner.studies.views import Files

    settings = settings_of(storage)
    db = open_studies(settings, create=False)
    name = chosen(db, study)
    files: list[Path] = []
    with stages("drawing the pictures") as say:
        from tuner.analysis.report import report as made
        from tuner.analysis.report import study_charts

        if png is not None:
            from tuner.analysis.pictures import write_pictures

            files += write_pictures(study_charts(db, name), png)
        if png is None or output is not None:
            say("making the report")
            store = blob_store(db, settings.artifacts)
            files.append(write_text(output or Path(f"{path_part(name)}.html"), made(db, name, store)))
    if as_json:
        print_json(Files(study_name=name, files=tuple(map(str, files))))
    else:
        echo("\n".join(map(str, files)))


@click.command()
@click.argument("studies", nargs=-1, required=True, metavar="STUDY STUDY...")
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write it as HTML, with pictures.")
@common_options
def compare(studies: tuple[str, ...], output: Path | None, storage: str | None, as_json: bool) -> None:
    """Show studies side by side: figures, costs, and which differences are more than noise.

    Example: tune compare fashion_mnist-1 fashion_mnist-2 --output compare.html
    """
    from tuner.cli.side_by_side import print_comparison
    from tuner.service.comparing import look_at
    from tuner.studies.status import study_status

    db = studies_at(storage)
    with stages("comparing the studies"):
        from tuner.analysis import comparison

        found = look_at(studies, lambda name: study_status(db, name, epochs=True))
        page = None if output is None else comparison.comparison_page(found)
        compared = comparison.comparison_view(found) if as_json else None
        shown = comparison.compare(found) if compared is None and page is None else None
    if output is not None and page is not None:
        echo(write_text(output, page), err=as_json)
    if compared is not None:
        print_json(compared)
    elif shown is not None:
        print_comparison(shown)


def write_text(path: Path, text: str) -> Path:
    """Write a result; a folder that is not there is made."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"--output {path}: cannot be written ({error.strerror}).") from error
    return path
