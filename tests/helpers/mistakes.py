"""A formula written wrongly, and the checks of `reportgen check` by their keys."""

from __future__ import annotations

from dataclasses import dataclass
from types import FunctionType

FC, RELU, DROPOUT = "fully_connected", "relu", "dropout"

LOSS, NETWORK = "softmax_cross_entropy", "network"

SGD, MOMENTUM, ADAM = "SGD", "SGD_Momentum", "Adam"


WRITTEN_OUT = {FC, NETWORK, SGD, MOMENTUM, ADAM}


@dataclass(frozen=True)
class Mistake:
    """A formula written wrongly, and exactly the checks that must say so."""

    function: FunctionType
    right: str
    wrong: str
    noticed_by: set[str]
