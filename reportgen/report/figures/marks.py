"""What tells setups apart in every figure: colour, dashes and markers together, also in grey print.

A look belongs to the optimizer's name, so that Adam is the same line on every page of every report.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

COLORS = (
    "#5b6069", "#2f6fd0", "#d1495b", "#159673", "#995507", "#959100",
    "#9a4cf6", "#7c006b", "#838ec9", "#642625", "#000db8", "#424e08",
)  # fmt: skip
"""As far apart as twelve can be, on paper and in the dark, for every kind of colour vision; those that share
their dashes lie more than twice as far apart as the others."""

LINES: tuple[Any, ...] = ("-", (0, (5, 1.6)), (0, (1.2, 1.2)), (0, (7, 1.6, 1.4, 1.6)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p", "h", "*")

OPTIMIZERS = (
    "SGD", "SGD_Momentum", "Adam", "RMSProp", "Nesterov", "AdamW",
    "NAdam", "Lion", "Muon", "ScheduleFreeAdamW", "AdaGrad", "Adadelta",
)  # fmt: skip
"""Those that reports compare most, each with the look of its place here; other names share what is left."""

ALSO_CALLED = {"momentum": "sgdmomentum", "nag": "nesterov", "sgdnesterov": "nesterov"}

INK, GREY = "#2b303a", "#7d8590"


@dataclass(frozen=True)
class Look:
    """How a setup is drawn.

    Attributes:
        color: As #rrggbb.
        dashes: Of its line, for matplotlib: colour is never the only difference.
        marker: Of its points, for matplotlib.
    """

    color: str
    dashes: Any
    marker: str


TRAINING = Look(INK, LINES[0], "")
VALIDATION = Look(GREY, LINES[1], "")
"""Where there is one setup alone: its two curves are no optimizer's, and have no optimizer's colour."""


def look(name: str, among: Iterable[str]) -> Look:
    """Return how a setup is drawn in all figures of a report.

    An optimizer of OPTIMIZERS has the look of its place there, also under a name with settings behind it
    while it is the only one of that optimizer. All others take what is free, in the order of the alphabet.

    Args:
        name: The setup's.
        among: The names of all setups of the report, this one among them, in any order.
    """
    return looks(among)[name]


def looks(among: Iterable[str]) -> Mapping[str, Look]:
    """Return the look of each of the setups, by its name.

    Args:
        among: The names of all setups of the report, in any order.
    """
    return _looks(tuple(sorted(set(among))))


def named_looks(setups: Sequence[str]) -> list[dict[str, str]]:
    """Return name and colour of each setup, for a page.

    Args:
        setups: Their names, in the report's order.
    """
    by_name = looks(setups)
    return [{"name": name, "color": by_name[name].color} for name in setups]


def numbered_look(number: int) -> Look:
    """Return the look of this number, for what is no optimizer, such as the classes of a table."""
    return Look(COLORS[number % len(COLORS)], LINES[number % len(LINES)], MARKERS[number % len(MARKERS)])


@functools.lru_cache
def _looks(names: Sequence[str]) -> Mapping[str, Look]:
    slots = {_key(optimizer): slot for slot, optimizer in enumerate(OPTIMIZERS)}
    taken: dict[str, int] = {}
    # a name without settings comes first: what has the same name with settings is another setup beside it
    for key_of in (_key, _key_without_settings):
        keys = [key_of(name) for name in names]
        for name, key in zip(names, keys, strict=True):
            alone = key in slots and keys.count(key) == 1
            if alone and name not in taken and slots[key] not in taken.values():
                taken[name] = slots[key]
    rest = [name for name in names if name not in taken]
    free = [slot for slot in range(len(OPTIMIZERS)) if slot not in taken.values()]
    # more than there are looks begin again with the first
    taken |= {name: slot for slot, name in zip([*free, *range(len(rest))], rest, strict=False)}
    return {name: numbered_look(slot) for name, slot in taken.items()}


def _key(name: str) -> str:
    """A name without capitals and without what joins its words: RMSprop is RMSProp."""
    key = re.sub(r"[\W_]", "", name.casefold())
    return ALSO_CALLED.get(key, key)


def _key_without_settings(name: str) -> str:
    return _key(re.sub(r"\s*[(\[（].*", "", name, flags=re.DOTALL))
