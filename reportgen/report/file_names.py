"""What the files of a comparison's report are called, so that nothing else is overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, count
from pathlib import Path

from reportgen.analysis.comparison import Comparison
from reportgen.errors import UserError
from reportgen.report.pdf import attachments

GENERATOR = b'<meta name="generator" content="reportgen '
"""What a page of the program says of itself."""


def named(target: Path) -> Path:
    """Return the place that a user named, where only an earlier report of a comparison may be.

    Args:
        target: Without an ending.

    Raises:
        UserError: Where another file is.
    """
    if taken := _foreign(target):
        raise UserError(
            f"{taken}: is there already, and is no report of compare; name another place with --to, or"
            " remove it"
        )
    return target


def free(folder: Path, sources: Sequence[Path], comparison: Comparison) -> Path:
    """Return a place in a folder, which is made, called like the table that was compared.

    With a number where another comparison is.

    Args:
        folder: For reports of comparisons.
        sources: The files of the tables.
        comparison: What the report is to be about.

    Returns:
        The place without an ending.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{sources[0].stem}-comparison"
    names = chain([name], (f"{name}-{number}" for number in count(2)))
    return next(
        folder / candidate for candidate in names if not _other(folder / candidate, sources, comparison)
    )


def _foreign(target: Path) -> Path | None:
    """The file in a report's way that is no report of a comparison; None where there is none."""
    html, pdf = _files(target)
    if not html.exists():
        return pdf if pdf.exists() else None
    of_a_run = html.with_name(attachments.MANIFEST).exists()
    return html if of_a_run or GENERATOR not in html.read_bytes() else None


def _other(target: Path, sources: Sequence[Path], comparison: Comparison) -> Path | None:
    """The file in a report's way; None where there is none, or only the same tables compared in this way."""
    html, pdf = _files(target)
    if not html.exists():
        return pdf if pdf.exists() else None
    fingerprint = attachments.fingerprint(attachments.of_tables(comparison, sources))
    return None if fingerprint.encode() in html.read_bytes() else html


def _files(target: Path) -> tuple[Path, Path]:
    return target.with_name(f"{target.name}.html"), target.with_name(f"{target.name}.pdf")
