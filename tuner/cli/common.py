"""What several commands share: options, the database opened quietly, one JSON object on stdout.

Leaves to others: the commands themselves.
"""

import json
import os
import signal
import sys
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tuner.formatting import visible, visible_json
from tuner.hints import STORAGE_VARIABLE, command, commands_need
from tuner.redaction import keep_secrets_of, redacted, redacted_values, shown_url
from tuner.settings import Settings, read_settings

if TYPE_CHECKING:
    from pydantic import BaseModel

    from tuner.database.connection import Database
    from tuner.database.studies import StudyView

F = TypeVar("F", bound=Callable[..., Any])


def together(*options: Callable[[Any], Any]) -> Callable[[F], F]:
    """Several options as one, in this order in the help."""

    def add(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def storage_option(command: F) -> F:
    return click.option(
        "--storage",
        metavar="URL",
        help="Database of the studies, as SQLAlchemy's URL [TUNER_STORAGE; sqlite:///tuner.db].",
    )(command)


EXIT_INTERRUPTED = 130

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
common_options = together(storage_option, json_option)
study_argument = click.argument("study", metavar="[STUDY]", required=False)


def settings_of(storage: str | None) -> Settings:
    """What this command was told; the commands that it names are told the same."""
    settings = read_settings()
    if storage is None:
        return settings
    keep_secrets_of(storage)
    if storage != settings.storage:
        commands_need(storage if shown_url(storage) == storage else STORAGE_VARIABLE)
        if (context := click.get_current_context(silent=True)) is not None:
            context.call_on_close(lambda: commands_need(None))
    return replace(settings, storage=storage)


def open_studies(settings: Settings, create: bool = True) -> "Database":
    from tuner.service.opening import open_studies as opened

    return opened(settings, create)


def studies_at(storage: str | None) -> "Database":
    """The studies of `--storage`, or of the environment. Raises NotFound where there is no database."""
    return open_studies(settings_of(storage), create=False)


def view_of(db: "Database", study_name: str) -> "StudyView":
    from tuner.database.studies import view_study

    return view_study(db, study_name)


def chosen(db: "Database", study: str | None) -> str:
    """The study named, else the latest."""
    from tuner.database.studies import view_studies
    from tuner.errors import NotFound

    if study is not None:
        return study
    found = view_studies(db)
    if not found:
        raise NotFound(f"there is no study in {db.url}. Start one: {command('tune start --space fashion_mnist')}")
    return found[-1].study_name


def echo(text: object = "", err: bool = False, nl: bool = True) -> None:
    """Write to stdout, or stderr: without secrets, and without what a terminal would obey instead of showing it."""
    click.echo(visible(redacted(str(text))), err=err, nl=nl)


def echo_prose(text: str) -> None:
    """Write to stderr what nobody copies into a shell: on a terminal, a line is broken between words."""
    shown = visible(redacted(text))
    if sys.stderr.isatty():
        width = os.get_terminal_size(sys.stderr.fileno()).columns or 80
        folding = textwrap.TextWrapper(width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
        shown = "\n".join(folding.fill(line) for line in shown.splitlines())
    click.echo(shown, err=True)


def echo_whole(text: str, nl: bool = True) -> None:
    """Write what a program reads, made of texts that are without secrets, or of nobody's: its numbers stay whole."""
    click.echo(visible(text), nl=nl)


def print_json(content: "BaseModel") -> None:
    """One object on stdout; what a terminal would obey is escaped as JSON does it."""
    click.echo(_json_of(content))


def print_json_list(content: "BaseModel", items: Iterable["BaseModel"]) -> None:
    """The same of one whose last field is a list, empty in `content`, with these in it: made one after another, since
    ten thousand of them at once would fill memory."""
    around = _json_of(content)
    assert around.endswith("[]}"), around
    click.echo(around[:-2], nl=False)
    for number, each in enumerate(items):
        click.echo((", " if number else "") + _json_of(each), nl=False)
    click.echo("]}")


def _json_of(content: "BaseModel") -> str:
    return visible_json(json.dumps(redacted_values(content.model_dump(mode="json")), ensure_ascii=False))


def ending_signals() -> Sequence[int]:
    """Those by which this process is told to go, beside Ctrl+C: SIGTERM, and where there is one SIGHUP."""
    return [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
