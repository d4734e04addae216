"""The proofs of layers, network and optimizers, for Python."""

from __future__ import annotations

import pandas as pd


def check() -> pd.DataFrame:
    """Prove the layers, the network and the optimizers against independent computations.

    Returns:
        A row for each check, with the columns `check` (its name), `passed` (a truth value), `line` (its
        sentence with the verdict) and `evidence` (how far it was from what it was held against, and how far
        it may be).
    """
    from reportgen import checks

    return pd.DataFrame(
        [(proof.key, proof.passed, proof.line, proof.evidence) for proof in checks.run()],
        columns=["check", "passed", "line", "evidence"],
    )
