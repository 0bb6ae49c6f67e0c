"""The command line: its commands by name, loaded when they are used, and its exit codes.

0 is fine, 1 a problem of the script or its data, 2 a wrong call, 130 an interruption.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from headrace.errors import Cancelled, HeadraceError
from headrace.version import __version__

PROBLEM, USAGE, INTERRUPTED = 1, 2, 130

COMMANDS = {
    "run": "Run a script.",
    "check": "Find everything that is wrong with a script, without running it.",
    "explain": "Show the plan of a script: what runs where, how big it is, and why.",
    "fmt": "Lay out scripts in the one canonical way.",
    "models": "List, show and remove trained models.",
    "operators": "What train, run, load and ! commands know, with parameters and examples.",
    "sample": "Write data to try Headrace on.",
    "completion": "Print the shell's completion script.",
}
"""Each is a module of this folder with a click command of the same name."""


class LazyGroup(click.Group):
    """Loads a command's module when the command is used, so that ``--help`` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"headrace.cli.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from headrace.errors import suggest

            raise click.UsageError(
                f"{error.message} {suggest(args[0], list(COMMANDS))}", ctx
            ) from None


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", prog_name="headrace")
def cli() -> None:
    """From raw tables to served models, in one script."""


def main() -> None:
    """Run the command that the arguments name, and exit with its code."""
    code = exit_code(sys.argv[1:])
    if code == INTERRUPTED:
        # What had to be closed is closed. Python's own end would wait for threads of libraries,
        # the engine's above all, while somebody waits for the prompt.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def exit_code(arguments: list[str]) -> int:
    """Run one command; what went wrong is on standard error."""
    try:
        result = cli.main(arguments, prog_name="headrace", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.UsageError as error:
        error.show()
        return USAGE
    except (KeyboardInterrupt, click.Abort, Cancelled):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except HeadraceError as error:
        from headrace.cli.output import print_problems

        print_problems(error.problems)
        return PROBLEM
    except click.ClickException as error:
        error.show()
        return PROBLEM
    except BrokenPipeError:  # the reader of our output has gone, as ``head`` does
        sys.stderr.close()
        return 0
