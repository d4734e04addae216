"""What shows nothing is left out: rules by which a report drops a figure, the same for every run."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.analysis.audit.learning import levels

TURNED = 0.9
"""Weights whose mean cosine similarity to their initial values is at least this look like noise, twice."""


def weights_show_something(similarity: float) -> bool:
    """Return whether pictures of first weights before and after training differ for the eye.

    Args:
        similarity: The mean cosine similarity of both.
    """
    return similarity < TURNED


def course_shows_something(method: str, *, halving: bool) -> bool:
    """Return whether the best of k settings against k says more than accuracy against the learning rate.

    Points of a grid are no draws: their curve is the figure of the learning rates in another order. Trials of
    several lengths make no curve.

    Args:
        method: Of the search: grid, random or optuna.
        halving: Whether it trained some settings longer than others.
    """
    return method != "grid" and not halving


def target_shows_something(target: float, images: Sequence[float]) -> bool:
    """Return whether a validation accuracy takes learning to reach: one that guesses reach measures nothing.

    Args:
        target: The accuracy.
        images: Of each class, on which it is measured.
    """
    return target > levels(images)[1]
