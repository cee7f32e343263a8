"""The command line: the only place that prints, shows progress or exits.

Modules of this folder import rooms inside their commands, so that ``--help`` loads none of them.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from io import TextIOWrapper

import click

from pipeline import __version__
from pipeline.cli.console import Console
from pipeline.core.atomic import is_of_the_disk, storage_error
from pipeline.core.errors import GlossatorError

EXPECTED = 3

# The order is that of the work, as the help shows it.
COMMANDS: Mapping[str, str] = {
    "demo": "demo",
    "init": "init",
    "codebook": "codebook",
    "import": "import_",
    "ingest": "stages",
    "show": "show",
    "segment": "stages",
    "suggest": "stages",
    "run": "stages",
    "status": "status",
    "coders": "review",
    "review": "review",
    "sheet": "sheet",
    "decide": "decide",
    "log": "review",
    "train": "train",
    "models": "train",
    "agree": "agree",
    "export": "export",
    "report": "report",
    "privacy": "privacy",
    "doctor": "doctor",
}


class LazyGroup(click.Group):
    """Imports a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Return the commands in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command, or None so that click names the nearest."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module = import_module(f"pipeline.cli.{COMMANDS[cmd_name]}")
        found: click.Command = getattr(module, f"{cmd_name}_command")
        return found


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, package_name="glossator")
@click.option("--quiet", is_flag=True, help="Say only what went wrong.")
@click.option("--verbose", is_flag=True, help="Say more of what is done.")
@click.option(
    "--jobs", default=1, show_default=True, type=click.IntRange(1), help="Processes at once."
)
@click.option(
    "--scheduler", metavar="ADDRESS", help="A Dask cluster that does the work, tcp://host:8786."
)
@click.pass_context
def glossator(
    ctx: click.Context, *, quiet: bool, verbose: bool, jobs: int, scheduler: str | None
) -> None:
    """Code interview transcripts with a codebook.

    Transcripts become turns, turns segments; codes are suggested, people decide, the model learns
    from them, and reviewed codes come out as tables. Nothing leaves this machine.

    Begin with 'glossator init NAME', put transcripts into corpora/NAME/raw, and type
    'glossator run NAME'.
    """
    ctx.obj = Console(quiet=quiet, verbose=verbose, jobs=jobs, scheduler=scheduler)


def main() -> None:
    """Run the command line; an expected error is one sentence and exit code 3."""
    if isinstance(sys.stdout, TextIOWrapper):  # a terminal of another encoding must not end a run
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = glossator.main(standalone_mode=False)
    except GlossatorError as error:
        fail(f"{error} [{error.code}]")
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        fail("stopped on your word; nothing was left half-written. Run it again to go on.")
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone: nothing to tell anybody
        sys.exit(EXPECTED)
    except OSError as error:
        if not is_of_the_disk(error):
            raise
        refused = storage_error(error.filename or "the disk", error)
        fail(f"{refused} [{refused.code}]")
    sys.exit(code if isinstance(code, int) else 0)


def fail(sentence: str) -> None:
    """Say one sentence where errors go, and end with the code for expected errors."""
    click.echo(f"glossator: {sentence}", err=True)
    sys.exit(EXPECTED)
