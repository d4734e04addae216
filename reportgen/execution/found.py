"""Searches that settings came from: kept by `tune`, and looked up by the run that trains with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from reportgen.execution.manifest import describe_experiment
from reportgen.execution.prepare import Prepared
from reportgen.planning.search import Searched, search_table
from reportgen.records import searches
from reportgen.records.database import Database

if TYPE_CHECKING:
    from reportgen.experiment.search import FoundBy


def keep_searches(prepared: Prepared, searched: Sequence[Searched], database: Database) -> dict[str, str]:
    """Keep what each stage's searches have tried.

    Args:
        prepared: The experiment that asked for them.
        searched: Every search with all that it has tried.
        database: Of the output folder.

    Returns:
        The digest of each stage's record, by stage.
    """
    digests = {}
    for stage in dict.fromkeys(of_setup.study.stage for of_setup in searched):
        table = search_table([of_setup for of_setup in searched if of_setup.study.stage == stage])
        content = {
            "stage": stage,
            "experiment": describe_experiment(prepared.source),
            "data": prepared.digest,
            "table": searches.columns_of(table),
        }
        digests[stage] = searches.keep(database, content)
    return digests


def find_searches(prepared: Prepared, database: Database) -> dict[str, dict[str, Any]]:
    """Return the records of the searches that an experiment's settings came from, as far as they are kept.

    Args:
        prepared: The experiment.
        database: Of the output folder.

    Returns:
        By stage, what records/searches.py reads.
    """
    notes: dict[str, FoundBy | None] = dict(prepared.source.experiment.found)
    return {
        stage: content
        for stage, note in notes.items()
        if note is not None and note.digest and (content := searches.find(database, note.digest)) is not None
    }
