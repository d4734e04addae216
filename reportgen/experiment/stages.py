"""The stages of an experiment by name: what its trials are trained for.

Of the tables of an experiment's file, those that train are called like their stages.
"""

from __future__ import annotations

COMPARISON = "comparison"
"""The optimizers at the settings that the file gives."""
EQUALLY_TUNED = "equally tuned"
"""The same comparison, every optimizer at the settings that a search found for it."""
TUNED = "tuned"
"""One optimizer with its best settings."""
SEARCH = "search"
"""Settings tried out before another stage is trained; never part of a run's results."""

ABLATION = "ablation: "
"""How the stages of an ablation begin: the comparison with some of the defects mended."""
NONE, ALL = "none", "all"
"""What is mended in the first stage of an ablation, which has the seeds that the comparison lacks, and in the
last one."""


def joined(stage: str, joint: str) -> str:
    """Return a stage's name as a key.

    Args:
        stage: The name.
        joint: What stands between its words instead of a space.
    """
    return stage.replace(" ", joint)


def ablation_stage(mended: str) -> str:
    """Return the name of the stage in which a defect is mended.

    Args:
        mended: The defect's name, or NONE or ALL.
    """
    return ABLATION + mended


def mended_in(stage: str) -> str | None:
    """Return what is mended in a stage: a defect's name, NONE or ALL; None where no ablation compares it.

    The comparison itself is the ablation's stage with nothing mended.
    """
    if stage == COMPARISON:
        return NONE
    return stage.removeprefix(ABLATION) if stage.startswith(ABLATION) else None
