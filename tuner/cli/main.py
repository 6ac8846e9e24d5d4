"""The `tune` command: parse, call one service, show what came back. Errors become exit codes.

Owns: which commands there are, exit codes; nothing heavy is imported before a command needs it.
Leaves to others: the commands (running, working, reading, results, using, space_commands, record).
"""

import io
import os
import re
import sys

import click

from tuner import hints
from tuner.cli import (
    adding,
    changing,
    deploying,
    doctor,
    importance,
    notify,
    owner,
    reading,
    record,
    reproducing,
    results,
    running,
    serve,
    serve_model,
    space_commands,
    token,
    ui,
    using,
    working,
)
from tuner.cli.common import EXIT_INTERRUPTED, echo
from tuner.errors import DataError, TunerError
from tuner.formatting import one_line
from tuner.framework_output import keep_quiet
from tuner.redaction import guard_tracebacks

_LONGEST = 1000


def main() -> None:
    """Run a command; what went wrong is one line on stderr and an exit code."""
    guard_tracebacks()
    keep_quiet()
    typed = hints.tune()
    _write_examples(cli, typed)
    try:
        cli.main(prog_name=typed, standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as error:
        echo(_usage(error), err=True)
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        echo("tune: interrupted", err=True)
        sys.exit(EXIT_INTERRUPTED)
    except TunerError as error:
        first, *more = error.lines if isinstance(error, DataError) else (str(error),)
        for each in (f"tune: {_in_a_line(first)}", *map(_in_a_line, more)):
            echo(each, err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # `tune trials STUDY | head` closes early; that is no error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        if error.errno != 28:  # ENOSPC
            raise
        echo(
            f"tune: the disk is full ({error.filename or 'no space left'}). Free some space; go on with "
            f"`{hints.command('tune resume')}`.",
            err=True,
        )
        sys.exit(1)


def _write_examples(group: click.Group, typed: str) -> None:
    """Those of the help, as they can be typed here."""
    for each in (group, *group.commands.values()):
        each.help = re.sub(
            r"(?m)^(\s*(?:Example: )?)tune (?=[a-z])", lambda found: f"{found[1]}{typed} ", each.help or ""
        )
        if isinstance(each, click.Group) and each is not group:
            _write_examples(each, typed)


def _usage(error: click.ClickException) -> str:
    shown = io.StringIO()
    error.show(shown)
    return shown.getvalue().rstrip("\n")


def _in_a_line(words: str) -> str:
    """A message holds what a person wrote, which may be long."""
    words = one_line(words)
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST // 2]} [...] {words[-_LONGEST // 2 :]}"


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="tuner", prog_name="tune")
def cli() -> None:
    """Tune Keras networks: Optuna searches, SQL remembers, MLflow shows.

    \b
    tune start --space fashion_mnist      search, here, now
    tune status --watch                   look at it from another terminal
    tune ui                               compare the runs in MLflow
    """


for command in (
    running.start, running.resume, working.worker, changing.stop, changing.cancel, changing.change,
    adding.add, adding.withdraw, changing.delete, changing.rename, changing.note,
    reading.status, reading.list_, reading.trials, reading.best, importance.importance,
    reproducing.reproduce, results.report, results.compare, using.export, using.champion,
    serve_model.serve_model,
    space_commands.spaces, record.sync, ui.ui, serve.serve, token.token, owner.owner, notify.notify,
    deploying.deploy, doctor.doctor,
):  # fmt: skip
    cli.add_command(command)


if __name__ == "__main__":
    main()
