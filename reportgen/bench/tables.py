"""All tables of a bench, and what stands above them in the manual."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.bench.bench_table import Table
from reportgen.bench.call_tables import tables_of_calls
from reportgen.bench.device_steps import rows_of, title_of
from reportgen.bench.outcome import Outcome
from reportgen.bench.reached import table_of_goals
from reportgen.bench.step_tables import tables_of_steps


def tables_of(outcome: Outcome) -> list[Table]:
    """Return the tables of all that was measured.

    Args:
        outcome: Of a bench.
    """
    goals = table_of_goals(outcome)
    return [
        *tables_of_steps(outcome),
        *([table_on_device(outcome)] if outcome.on_device else []),
        *tables_of_calls(outcome),
        *([goals] if goals else []),
    ]


def table_on_device(outcome: Outcome) -> Table:
    """Return what steps on a device took.

    Args:
        outcome: Of a bench that timed them.
    """
    columns = ("work", *(way.way for way in outcome.on_device[0].ways))
    return Table(title_of(outcome), columns, rows_of(outcome))


def markdown_of(outcome: Outcome, tables: Sequence[Table]) -> str:
    """Return the tables in Markdown, with where and when they were measured above them, and notes below.

    Args:
        outcome: Of a bench.
        tables: Of it.
    """
    notes = "\n".join(f"- {note}" for note in outcome.notes)
    return "\n\n".join(
        [measured_where(outcome), *(table.markdown() for table in tables), *([notes] if notes else [])]
    )


def measured_where(outcome: Outcome) -> str:
    """Return one sentence: when, on what, with which versions, in how many rounds, under which load.

    Args:
        outcome: Of a bench.
    """
    machine = outcome.machine
    versions = ", ".join(f"{name} {version}" for name, version in machine.versions.items() if version)
    loads = " to ".join("unknown" if load is None else f"{load:g}" for load in outcome.load)
    return (
        f"Measured {outcome.begun[:10]} on {machine.processor} ({machine.cores} cores), commit"
        f" {machine.commit or 'unknown'}, {outcome.rounds} rounds, load {loads}; {versions}."
    )
