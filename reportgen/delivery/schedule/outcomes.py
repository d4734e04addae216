"""What a schedule's reruns left: a log and a result for each, the last few of them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, ValidationError

from reportgen.delivery.schedule import times
from reportgen.delivery.schedule.schedule_files import Place
from reportgen.experiment.values import Table, as_tuple
from reportgen.files.atomic import write_text


class Result(Table):
    """What became of a rerun.

    Attributes:
        started: When it began.
        ended: When it ended; missing while it goes on, and for good where it was cut off.
        code: The exit code of `reportgen run`, missing likewise.
        run: The run's folder.
        undelivered: The targets that it did not reach.
    """

    started: AwareDatetime
    ended: AwareDatetime | None = None
    code: int | None = None
    run: str | None = None
    undelivered: Annotated[tuple[str, ...], BeforeValidator(as_tuple)] = ()


@dataclass(frozen=True)
class Kept:
    """A rerun's log file and its result."""

    log: Path
    result: Result


def begin(place: Place) -> Kept:
    """Make a new log, empty, with a result that says that it has begun."""
    started = times.now().astimezone(datetime.UTC)
    log = place.folder / "logs" / f"{started:%Y%m%d-%H%M%S-%f}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.touch()
    return keep(Kept(log, Result(started=started)))


def keep(kept: Kept) -> Kept:
    """Write a result beside its log."""
    write_text(kept.log.with_suffix(".json"), kept.result.model_dump_json(indent=2) + "\n")
    return kept


def all_of(place: Place) -> list[Kept]:
    """Return the reruns that are still known, oldest first; a result that somebody damaged is left out."""
    reruns = []
    for file in sorted((place.folder / "logs").glob("*.json")):
        try:
            reruns.append(Kept(file.with_suffix(".log"), Result.model_validate_json(file.read_bytes())))
        except (OSError, ValidationError):
            continue
    return reruns


def forget(place: Place, count: int) -> None:
    """Remove all but the last so many logs and their results.

    Args:
        place: Where the schedule is.
        count: How many logs stay.
    """
    stems = sorted({file.stem for file in (place.folder / "logs").glob("[0-9]*.*")})
    for stem in stems[:-count]:
        for ending in (".log", ".json"):
            (place.folder / "logs" / (stem + ending)).unlink(missing_ok=True)


def describe(result: Result, running: bool) -> str:
    """Return what became of a rerun, in a few words.

    Args:
        result: Of the rerun.
        running: Whether it goes on now.
    """
    if result.ended is None:
        return "running" if running else "interrupted"
    how = {0: "ok", 3: "significant drop"}.get(result.code or 0, f"failed (exit code {result.code})")
    return f"{how}, not delivered" if result.undelivered else how
