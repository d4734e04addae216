"""Searches that `tune` carried out, kept in the output folder's database, each under its digest."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pandas as pd
from pydantic import Field, ValidationError

from reportgen.experiment.trial import Recorded
from reportgen.experiment.values import RECORDED
from reportgen.records.database import Database
from reportgen.records.manifest import Listed, RunExperiment

LEFT_OUT = ("stage", "seconds")
"""The columns of search.csv that a record of one stage lacks, so that a search made twice has one digest."""


class SearchRecord(Recorded):
    """A search of one stage: what was searched, on what, and all that was tried.

    experiment: the one that asked for it. data: the digest of the data and of their split. table: search.csv,
    each column under its name.
    """

    stage: str
    experiment: RunExperiment
    data: str
    table: dict[str, Listed[Any]] = Field(min_length=1)

    @property
    def rows(self) -> pd.DataFrame:
        """A row for each trial, as search.csv has them."""
        return pd.DataFrame({name: list(column) for name, column in self.table.items()}).assign(
            stage=self.stage
        )


def digest_of(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a search's record as it is kept."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def keep(database: Database, content: Mapping[str, Any]) -> str:
    """Keep the record of a search.

    Args:
        database: Of the output folder.
        content: What `SearchRecord` reads.

    Returns:
        Its digest, under which it is found.
    """
    digest = digest_of(content)
    database.execute(
        "INSERT OR REPLACE INTO searches VALUES (?, ?, ?)",
        digest,
        json.dumps(content, sort_keys=True),
        dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    )
    return digest


def find(database: Database, digest: str) -> dict[str, Any] | None:
    """Return the record of a search.

    Args:
        database: Of the output folder.
        digest: Of the record.

    Returns:
        What was kept; None where there is none, or it is not what was kept.
    """
    for (text,) in database.execute("SELECT record FROM searches WHERE digest = ?", digest):
        try:
            content = json.loads(text)
        except ValueError:
            return None
        return content if isinstance(content, dict) and read(content, digest) is not None else None
    return None


def read(content: Mapping[str, Any], digest: str) -> SearchRecord | None:
    """Return a search's record as types.

    Args:
        content: As it was kept.
        digest: That it has to have.

    Returns:
        The record; None where it has another digest, or is of a kind that this version does not know.
    """
    try:
        if digest_of(content) != digest:
            return None
        return SearchRecord.model_validate(content, context=RECORDED)
    except (ValueError, ValidationError):
        return None


def columns_of(search: pd.DataFrame) -> dict[str, list[Any]]:
    """Return the rows of a search as columns of plain values, empty cells as None.

    Args:
        search: The rows of search.csv of one stage.
    """
    kept = search.drop(columns=[name for name in LEFT_OUT if name in search]).astype(object)
    return {str(name): [None if pd.isna(cell) else cell for cell in kept[name]] for name in kept}
