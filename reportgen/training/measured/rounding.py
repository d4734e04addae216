"""How many digits of a measured number a record keeps: all that mean something, as a PDF carries them."""

from __future__ import annotations

import torch

LOSS = {torch.float32: 9, torch.float64: 17}  # digits that tell apart any two numbers of the type
LENGTH = 6  # of gradients, updates and parameters: they are looked at
SECONDS = 4  # a second run differs in the second one


def rounded(value: float, digits: int) -> float:
    """Return a value to so many significant digits; what is not finite stays.

    Args:
        value: A number.
        digits: How many.
    """
    return float(f"{value:.{digits}g}")
