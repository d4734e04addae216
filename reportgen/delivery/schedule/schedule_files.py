"""A schedule: which experiment is run again, when, and how; kept in one file in the output folder.

DIR/.schedules/<name>.toml         what was asked for
               <name>/logs/        a log and a result for each of the last reruns
                      timer.log    what the timer's own calls had to say
                      lock         held while a rerun goes on
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tomlkit
from pydantic import AwareDatetime, BeforeValidator, Field, ValidationError

from reportgen.delivery.schedule import times
from reportgen.errors import UserError, cannot_write
from reportgen.experiment.values import OneLine, Positive, Table, as_tuple
from reportgen.files.atomic import write_text

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")
# What a timer's bare shell lacks. Only these are stored: any other variable may hold a secret.
KEPT_VARIABLES = (
    "PATH", "HOME", "REPORTGEN_CACHE", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "LD_LIBRARY_PATH",
)  # fmt: skip

Words = Annotated[tuple[OneLine, ...], BeforeValidator(as_tuple)]


@dataclass(frozen=True)
class Place:
    """Where a schedule is: an output folder (absolute) and a name in it."""

    output: Path
    name: str

    @property
    def file(self) -> Path:
        """What was asked for."""
        return self.output / ".schedules" / f"{self.name}.toml"

    @property
    def folder(self) -> Path:
        """What its reruns leave."""
        return self.output / ".schedules" / self.name

    @property
    def timer_log(self) -> Path:
        """What the timer's own calls had to say."""
        return self.folder / "timer.log"

    @property
    def mark(self) -> str:
        """A name that no schedule in another output folder has."""
        digest = hashlib.sha256(os.fsencode(self.output)).hexdigest()[:8]
        return f"reportgen-{self.name}-{digest}"

    @property
    def command(self) -> list[str]:
        """What a timer calls."""
        return [*program(), "schedule", "run", self.name, "--if-due", "--output", str(self.output)]


class Schedule(Table):
    """What was asked for.

    Attributes:
        experiment: A file's absolute path, or a ready experiment's name.
        when: The times in the user's words.
        cron: The same as five fields.
        options: Further arguments of `reportgen run`.
        share: Targets, without secrets.
        secrets: The file of the secrets; None for the default file.
        keep: How many logs.
        timer: What calls it, or "print" where nothing was installed.
        added: When it was.
        environment: The variables that a rerun gets.
    """

    experiment: OneLine
    when: OneLine
    cron: OneLine
    options: Words = ()
    share: Words = ()
    secrets: OneLine | None = None
    keep: Positive = 10
    timer: Annotated[str, Field(pattern="^(systemd|cron|print)$")]
    added: AwareDatetime
    environment: dict[str, str] = Field(default_factory=dict)


def program() -> list[str]:
    """Return how to call reportgen from any folder, whatever Python files lie there (-P)."""
    return [sys.executable, "-P", "-m", "reportgen"]


def place(output: Path, name: str) -> Place:
    """Return the place of a schedule.

    Args:
        output: The output folder.
        name: Of the schedule.

    Raises:
        UserError: The name could not be a file's or a timer's.
    """
    if not NAME.fullmatch(name):
        raise UserError(
            f'{name!r}: is no name for a schedule; use letters a to z, digits, ".", "_" and "-", '
            "neither dot nor hyphen in front, at most 64 (--name chooses one)"
        )
    return Place(Path(one_line(str(output.expanduser().resolve()))), name)


def one_line(word: str) -> str:
    """Return the word itself.

    Raises:
        UserError: No timer can be given such a word, whatever the quotes around it.
    """
    if not word.isprintable():
        raise UserError(f"{word!r}: cannot be in a schedule, for a line break or another control character")
    return word


def places(output: Path) -> list[Place]:
    """Return all schedules of an output folder, by name."""
    files = sorted((output / ".schedules").glob("*.toml"))
    return [place(output, file.stem) for file in files if NAME.fullmatch(file.stem)]


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that a rerun is to have, from those that are set now."""
    kept = {
        name: value for name in KEPT_VARIABLES if (value := variables.get(name, "")) and value.isprintable()
    }
    if "REPORTGEN_CACHE" in kept:
        kept["REPORTGEN_CACHE"] = str(Path(kept["REPORTGEN_CACHE"]).expanduser().absolute())
    return kept | {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}


def write(where: Place, schedule: Schedule) -> None:
    """Keep a schedule, and make the folder that its reruns write into.

    Args:
        where: The place of the schedule.
        schedule: What was asked for.

    Raises:
        UserError: The file cannot be written.
    """
    content = schedule.model_dump(exclude_none=True)
    try:
        (where.folder / "logs").mkdir(parents=True, exist_ok=True)
        write_text(where.file, tomlkit.dumps(content))
    except OSError as error:
        raise cannot_write(where.file, error, "choose another folder with --output") from error


def erase(where: Place) -> None:
    """Forget a schedule; what its reruns left stays."""
    where.file.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # not empty, or not there
        (where.folder / "logs").rmdir()
        where.folder.rmdir()


def read(where: Place) -> Schedule:
    """Read a schedule.

    Raises:
        UserError: There is none or its file is damaged.
    """
    try:
        content = tomllib.loads(where.file.read_text(encoding="utf-8"))
        schedule = Schedule.model_validate(content)
        times.from_cron(schedule.cron)
    except FileNotFoundError as error:
        raise UserError(
            f"{where.name}: no such schedule in {where.output}; `reportgen schedule list` shows them, "
            "--output names another folder"
        ) from error
    except ValidationError as error:
        mistake = error.errors()[0]
        key = ".".join(map(str, mistake["loc"]))
        raise _damaged(where, f"{key}: {mistake['msg'].lower()}") from error
    except (OSError, ValueError, UserError) as error:
        raise _damaged(where, str(error)) from error
    return schedule


def _damaged(where: Place, problem: str) -> UserError:
    problem = " ".join(problem.split())
    return UserError(
        f"{where.file}: cannot be read ({problem}); mend it, or `reportgen schedule remove {where.name}` "
        "and add it again"
    )
