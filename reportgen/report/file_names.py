"""What the files of a report are called, so that nothing else is overwritten."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain, count
from pathlib import Path
from urllib.parse import quote

from reportgen.analysis.comparison import Comparison
from reportgen.errors import UserError
from reportgen.records.score_files import Scores
from reportgen.records.tables.raw import name_of
from reportgen.records.tables.reading import Reading
from reportgen.report.pdf import attachments

TABLES = ("metrics.csv", "results.csv", "search.csv")
"""Of a run's folder, what its readers may want to compute with."""
GENERATOR = b'<meta name="generator" content="reportgen '
"""What a page of the program says of itself."""


def named(target: Path) -> Path:
    """Return the place that a user named, where only a report may be that was written there the same way.

    Args:
        target: Without an ending.

    Raises:
        UserError: Where another file is.
    """
    if taken := _foreign(target):
        raise UserError(
            f"{taken}: is there already, and is no report that --to has written; name another place with"
            " --to, or remove it"
        )
    return target


def within(place: Path) -> Path:
    """Return where a run's report goes, without an ending, if a user names a folder or a file.

    Args:
        place: A folder, in which it is called as in a run's; else a file, with its ending or without.

    Raises:
        UserError: Where another file is, or a file where a folder is meant.
    """
    if place.is_dir():
        return named(place / "report")
    target = place.with_suffix("") if place.suffix in (".html", ".pdf") else place
    if not target.parent.is_dir():
        raise UserError(f"--to {place}: there is no folder {target.parent}; make it, or choose another")
    return named(target)


def free(
    folder: Path, sources: Sequence[Path], comparison: Comparison, reading: Reading, scores: Scores
) -> Path:
    """Return a place in a folder, which is made, called like the table that was compared.

    With a number where another comparison is.

    Args:
        folder: For reports of comparisons.
        sources: The files of the tables.
        comparison: What the report is to be about.
        reading: How the tables were read.
        scores: What was read of them.

    Returns:
        The place without an ending.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{name_of(sources[0])}-comparison"
    names = chain([name], (f"{name}-{number}" for number in count(2)))
    return next(
        folder / candidate
        for candidate in names
        if not _other(folder / candidate, sources, comparison, reading, scores)
    )


def _foreign(target: Path) -> Path | None:
    """The file in a report's way that is no report of a comparison; None where there is none."""
    html, pdf = files(target)
    if not html.exists():
        return pdf if pdf.exists() else None
    of_a_run = html.with_name(attachments.MANIFEST).exists()
    return html if of_a_run or GENERATOR not in html.read_bytes() else None


def _other(
    target: Path, sources: Sequence[Path], comparison: Comparison, reading: Reading, scores: Scores
) -> Path | None:
    """The file in a report's way; None where there is none, or only the same tables compared in this way."""
    html, pdf = files(target)
    if not html.exists():
        return pdf if pdf.exists() else None
    travelling = attachments.of_tables(comparison, sources, reading=reading, kept_tables=scores.kept)
    fingerprint = attachments.fingerprint(travelling)
    return None if fingerprint.encode() in html.read_bytes() else html


def files(target: Path) -> tuple[Path, Path]:
    """Return the HTML and the PDF of a report.

    Args:
        target: Its place, without an ending.
    """
    return target.with_name(f"{target.name}.html"), target.with_name(f"{target.name}.pdf")


def without_beside(page: bytes) -> bytes:
    """Return a page without its links to the files beside it, for where it goes alone.

    Args:
        page: The HTML of a report.
    """
    return re.sub(rb'<p class="beside">.*?</p>\s*', b"", page, flags=re.S)


def beside(html: Path, pdf: Path, *, with_pdf: bool, run: Path | None = None) -> list[tuple[str, str]]:
    """Return the files that a page can lead its readers to: the address and the name of each.

    Args:
        html: Where the page is.
        pdf: Where its PDF is, or would be.
        with_pdf: The PDF is about to be written. Without, one that is there already counts.
        run: The folder of the run that it is about; its tables count where the page is in it.
    """
    tables = TABLES if run is not None and html.parent.resolve() == run.resolve() else ()
    names = [
        *([pdf.name] if with_pdf or pdf.is_file() else []),
        *(name for name in tables if (html.parent / name).is_file()),
    ]
    return [(quote(name, safe=""), name) for name in names]
