"""What is found out of a PDF, and what that says together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportgen.errors import ExitCode

REBUILT, COMPARED, PRINTED = "rebuilt", "pages compared", "printed"
"""What the proofs are called that a verdict depends on; those of what is printed say more."""


@dataclass(frozen=True)
class Proof:
    """One thing that was looked at: what it is, what holds, and what does not, a line each.

    Attributes:
        what: What was looked at.
        holds: What is said where it holds.
        wrong: What does not hold, a line each.
        unknown: What could be neither shown nor refuted, a line each.
    """

    what: str
    holds: str
    wrong: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


CONSISTENT = (
    "consistent: byte for byte what this program writes from the records that the document carries; so would"
    " be a report of made-up records, so compare the fingerprint with one from its author"
)
ALIKE = (
    "undecided: the pages read and look as this program writes them from the attached records, but the file"
    " is another; links, actions and what else no page shows were not compared"
)
NOT_COMPARED = (
    "undecided: the attached records agree, and their numbers are found in the text; the look of the pages"
    " was not compared"
)
NOT_FOUND = (
    "undecided: the attached records agree, but not all that the pages say could be held against them; nor"
    " was the look of the pages compared"
)
NOT_CONSISTENT = "not consistent: the document or what it carries was changed, or damaged"
CODES = {
    CONSISTENT: ExitCode.DONE,
    ALIKE: ExitCode.UNDECIDED,
    NOT_COMPARED: ExitCode.UNDECIDED,
    NOT_FOUND: ExitCode.UNDECIDED,
    NOT_CONSISTENT: ExitCode.FAILED,
}
"""The exit code of each verdict."""


def conclusion(proofs: Sequence[Proof]) -> str:
    """Return what the proofs say together. The same bytes from the same templates leave nothing unknown."""
    if any(proof.wrong for proof in proofs):
        return NOT_CONSISTENT
    names = {proof.what for proof in proofs}
    if REBUILT in names:
        return CONSISTENT
    if COMPARED in names:
        return ALIKE
    unfound = any(proof.unknown for proof in proofs if proof.what.startswith(PRINTED))
    return NOT_FOUND if unfound else NOT_COMPARED
