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

SECTIONS: Mapping[str, Mapping[str, str]] = {
    "Begin": {
        "new": "new:new",
        "list": "list:list_",
        "doctor": "doctor:doctor",
    },
    "Train and compare": {
        "run": "run:run",
        "tune": "tune:tune",
        "compare": "compare:compare",
        "check": "check:check",
        "explain": "explain:explain",
        "bench": "bench:bench",
    },
    "Reports": {
        "render": "render:render",
        "templates": "templates:templates",
        "verify": "verify:verify",
        "share": "share:share",
    },
    "Runs so far": {
        "show": "runs:show",
        "diff": "runs:diff",
        "history": "runs:history",
        "baseline": "runs:baseline",
        "schedule": "schedule:schedule",
        "prune": "runs:prune",
    },
}
"""The commands in the order in which they are needed, by heading; each with its module in this room and its
name there.
"""

WHOLE = 1000
"""The letters of a summary that nothing is cut off from."""
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

    def __init__(self, *args: Any, sections: Mapping[str, Mapping[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sections = sections
        self.lazy_commands = {name: place for section in sections.values() for name, place in section.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, as `--help` lists them."""
        return [*self.lazy_commands, *super().list_commands(ctx)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands under their headings, each with the whole of its summary."""
        for heading, names in self.sections.items():
            commands = {name: self.get_command(ctx, name) for name in names}
            with formatter.section(heading):
                formatter.write_dl(
                    [
                        (name, command.get_short_help_str(limit=WHOLE))
                        for name, command in commands.items()
                        if command
                    ]
                )

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


@click.group(cls=Program, sections=SECTIONS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="reportgen")
def main() -> None:
    """Train a hand-written network with several optimizers, compare them, and report it in two languages."""
