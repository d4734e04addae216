"""Optimizer comparisons: a hand-written MLP trained with several optimizers, and a bilingual report.

In Python::

    import reportgen

    run = reportgen.run("quickstart")           # train, or take what was trained before
    run.report()                                # its report, as HTML and PDF
    reportgen.compare("scores.csv").pairs       # anyone's results, with verdicts

What these names stand for is imported when it is asked for: `import reportgen` alone is quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from reportgen.version import __version__

if TYPE_CHECKING:
    from reportgen.api.checks import check as check
    from reportgen.api.documents import Verification as Verification
    from reportgen.api.documents import verify as verify
    from reportgen.api.runs import Run as Run
    from reportgen.api.runs import render as render
    from reportgen.api.runs import run as run
    from reportgen.api.scores import Comparison as Comparison
    from reportgen.api.scores import compare as compare
    from reportgen.errors import UserError as UserError
    from reportgen.optim import Optimizer as Optimizer

_DOOR = {
    "Comparison": "reportgen.api.scores",
    "Optimizer": "reportgen.optim",
    "Run": "reportgen.api.runs",
    "UserError": "reportgen.errors",
    "Verification": "reportgen.api.documents",
    "check": "reportgen.api.checks",
    "compare": "reportgen.api.scores",
    "render": "reportgen.api.runs",
    "run": "reportgen.api.runs",
    "verify": "reportgen.api.documents",
}
"""Where each public name is."""

__all__ = [
    "Comparison",
    "Optimizer",
    "Run",
    "UserError",
    "Verification",
    "__version__",
    "check",
    "compare",
    "render",
    "run",
    "verify",
]


if not TYPE_CHECKING:  # a checker of types would take every name for one that is there

    def __getattr__(name: str) -> Any:
        """Import a public name when it is asked for."""
        if name not in _DOOR:
            raise AttributeError(f"module 'reportgen' has no attribute {name!r}")
        return getattr(importlib.import_module(_DOOR[name]), name)


def __dir__() -> list[str]:
    """Return the public names, for who looks around."""
    return sorted(__all__)
