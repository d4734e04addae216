"""Every table of a folder of anyone's, where one is named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reportgen.records.score_files import check_size, read_all

FOLDER = os.environ.get("REPORTGEN_TABLES", "")


@pytest.mark.skipif(not FOLDER, reason="REPORTGEN_TABLES names no folder of tables")
def test_every_table_of_the_folder_is_read() -> None:
    paths = sorted(path for path in Path(FOLDER).iterdir() if path.is_file())
    assert paths
    for path in paths:
        scores = read_all([path])
        check_size(scores.table)
        assert scores.table["optimizer"].nunique() > 1, path
        assert scores.table["score"].notna().any(), path
