"""The program `reportgen`: its commands, each imported when it is called, and what becomes of errors."""

from __future__ import annotations

import importlib
import importlib.util
import signal
import sys
from collections.abc import Mapping
from typing import IO, Any

import click

from reportgen.errors import ExitCode, UserError, describe_all
from reportgen.version import __version__

COMMANDS = {
    "baseline": "runs:baseline",
    "check": "check:check",
    "compare": "compare:compare",
    "diff": "runs:diff",
    "doctor": "doctor:doctor",
    "history": "runs:history",
    "list": "list:list_",
    "new": "new:new",
    "prune": "runs:prune",
    "render": "render:render",
    "run": "run:run",
    "schedule": "schedule:schedule",
    "share": "share:share",
    "show": "runs:show",
    "templates": "templates:templates",
    "tune": "tune:tune",
    "verify": "verify:verify",
}
"""Where each command is: the module of this room, and its name there."""

STOPPED = "what is finished is kept, and the same command goes on from there"


def is_supported() -> bool:
    """Whether this system has the locks on files and the signals that runs rely on."""
    return (
        sys.platform != "win32"
        and importlib.util.find_spec("fcntl") is not None
        and hasattr(signal, "pthread_sigmask")
    )


class OneLine(click.ClickException):
    """A user's mistake, shown as one line."""

    exit_code = ExitCode.FAILED

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the line on standard error."""
        click.echo(f"reportgen: error: {self.format_message()}", err=True, file=file)


def show_mistakes(error: UserError | OSError) -> None:
    """Print an error on standard error, a line for each mistake."""
    for line in describe_all(error):
        OneLine(line).show()


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, or asked for their help."""

    def __init__(self, *args: Any, lazy_commands: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lazy_commands = lazy_commands

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, as `--help` lists them."""
        return sorted({*super().list_commands(ctx), *self.lazy_commands})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, imported first if need be; None where there is none of this name."""
        if cmd_name not in self.lazy_commands:
            return super().get_command(ctx, cmd_name)
        module, name = self.lazy_commands[cmd_name].split(":")
        command: click.Command = getattr(importlib.import_module(f"reportgen.cli.{module}"), name)
        return command


class Program(LazyGroup):
    """The group of commands; mistakes in its arguments are one line as well."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command and turn what it raises into an exit code."""
        if not is_supported():
            OneLine("reportgen needs Linux or macOS; on Windows use WSL").show()
            sys.exit(ExitCode.FAILED)
        kwargs["standalone_mode"] = False
        try:
            sys.exit(super().main(*args, **kwargs) or ExitCode.DONE)
        except (UserError, OSError) as error:
            show_mistakes(error)
            sys.exit(ExitCode.FAILED)
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.ctx.get_help() if error.ctx else "")
            sys.exit(ExitCode.USAGE)
        except click.UsageError as error:
            command = error.ctx.command_path if error.ctx else "reportgen"
            OneLine(f"{error.format_message()} (see {command} --help)").show()
            sys.exit(ExitCode.USAGE)
        except click.ClickException as error:
            OneLine(error.format_message()).show()
            sys.exit(error.exit_code)
        except (KeyboardInterrupt, click.Abort):
            click.echo(f"reportgen: stopped; {STOPPED}", err=True)
            sys.exit(ExitCode.STOPPED)


@click.group(cls=Program, lazy_commands=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="reportgen")
def main() -> None:
    """Train a hand-written network with several optimizers, compare them, and report it in two languages."""
