"""Whether a report's PDF is what this program writes, for Python."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from reportgen.api.html import box_html, line_html, table_html
from reportgen.verification.apart import prove_apart
from reportgen.verification.verdict import CONSISTENT, Proof, conclusion


@dataclass(frozen=True)
class Verification:
    """What was found out of a PDF.

    Attributes:
        verdict: One sentence that begins with "consistent", "not consistent" or "undecided".
        fingerprint: The digest of the records that the document carries.
        proofs: What was looked at, with what holds and what does not.
    """

    verdict: str
    fingerprint: str
    proofs: tuple[Proof, ...]

    @property
    def consistent(self) -> bool:
        """Whether the file is, byte for byte, what this program writes from the records in it."""
        return self.verdict == CONSISTENT

    @property
    def table(self) -> pd.DataFrame:
        """A row for each thing that was looked at, with proof, state (ok, failed, unknown) and detail."""
        rows: list[tuple[str, str, str]] = []
        for proof in self.proofs:
            if not proof.wrong and not proof.unknown:
                rows.append((proof.what, "ok", proof.holds))
            rows += [(proof.what, "failed", line) for line in proof.wrong]
            rows += [(proof.what, "unknown", line) for line in proof.unknown]
        return pd.DataFrame(rows, columns=["proof", "state", "detail"])

    def __str__(self) -> str:
        """Return the verdict."""
        return self.verdict

    def _repr_html_(self) -> str:
        return box_html(self.verdict, line_html(f"fingerprint {self.fingerprint}"), table_html(self.table))


def verify(path: str | Path, *, rebuild: bool = True, templates: str | Path | None = None) -> Verification:
    """Check a report's PDF against the records that are attached to it.

    Args:
        path: The PDF. It may be anyone's: it is read by a process with limits on memory and time.
        rebuild: Whether to write the report anew as well and compare it byte for byte; without, no document
            is ever found consistent.
        templates: The folder of a user's templates that it was made with.

    Returns:
        The verdict, and what it rests on.

    Raises:
        UserError: The file is no report of this program, or takes more than the limits.
    """
    folder = None if templates is None else Path(templates)
    fingerprint, proofs = prove_apart(Path(path), rebuild=rebuild, templates=folder)
    return Verification(conclusion(proofs), fingerprint, tuple(proofs))
