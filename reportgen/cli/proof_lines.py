"""Proofs as a terminal shows them: a line each, and of one that failed what is probably wrong."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.checks import Check
from reportgen.files import resources
from reportgen.report.words.catalogue import ENGLISH, load


def lines_of(check: Check) -> Iterator[str]:
    """Yield the lines of a proof.

    Args:
        check: The proof.
    """
    yield f"{check.line}  [{check.evidence}]"
    for line in check.printed:
        yield f"    {line}"
    yield from mistake_lines(check)


def mistake_lines(check: Check) -> Iterator[str]:
    """Yield what is probably wrong with what was proved, each with its example; nothing where all is right.

    Args:
        check: The proof.
    """
    if not check.mistakes:
        return
    t = load(resources.templates() / "catalogue.toml", [ENGLISH])
    for mistake in check.mistakes:
        yield f"    {mistake.where}: {t(f'mistake.{mistake.key}').plain()}"
        for line in mistake.example:
            yield f"        {line}"
