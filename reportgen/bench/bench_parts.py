"""The parts of the bench, in the order in which they are run; light enough for `--help`."""

from __future__ import annotations

STEPS, EPOCH, START, RENDER, WORKERS, GROWTH = "steps", "epoch", "start", "render", "workers", "growth"
PARTS = (STEPS, EPOCH, START, RENDER, WORKERS, GROWTH)
AGAINST = "35ac040"
"""The commit that the project began to be made faster from."""
ROUNDS = 9
QUICK_ROUNDS = 2
NONE = "none"
"""Said instead of a commit: none is measured."""
EXPERIMENT = "quickstart"
"""What is rendered and run again, unless another is named."""
