"""Which names in a table of scores are entries of one optimizer: "Adam", "Adam b", "adam_lr0.1"."""

from __future__ import annotations

import re
from collections.abc import Iterable

NUMBER = r"\d*\.?\d+(?:e[+-]?\d+)?"
HYPERPARAMETER = re.compile(
    rf"""(?:(?<=^)|(?<=[^a-z]))
    (?:lr|learning[\s_-]?rate|wd|weight[\s_-]?decay|decay|betas?[\s_-]?[12]?|b[12]|eps|epsilon|eta|alpha
      |rho|gamma|bs|batch[\s_-]?size|warmup|l2)
    [\s_:=-]*{NUMBER}""",
    re.VERBOSE,
)
"""A setting as it stands in names; momentum is none, since SGD with momentum is another optimizer."""

PACKAGES = re.compile(r"^(?:[a-z_]\w*\.)+(?=[a-z_])")
"""What stands before the name in "torch.optim.Adam"."""

WORD = re.compile(rf"{NUMBER}(?![a-z])|[^\W\d_]+\d*|\d+\w*")

VARIANTS_WORDS = """
    v version run entry copy default defaults tuned best new old again retry final
"""
VARIANTS = frozenset(VARIANTS_WORDS.split())
"""Words that tell entries of one optimizer apart."""

GENERAL_WORDS = """
    method optimizer optimiser optim opt algorithm algo solver setup variant config configuration setting
    model treatment group ours baseline
"""
GENERAL = frozenset(GENERAL_WORDS.split())
"""Words that are no optimizer's name: "method 1" and "method 2" are two."""


def entries(labels: Iterable[str]) -> dict[str, list[str]]:
    """Return the labels of each optimizer, by what they have in common, in their order.

    Where all are one optimizer, its settings are what is compared, and each label stands for itself.

    Args:
        labels: The names of the optimizers in a table.
    """
    families = {label: family(label) for label in labels}
    members: dict[str, list[str]] = {}
    for label, name in families.items():
        # "Adam2" is an entry of Adam where that is there, too
        plain = name.rstrip("0123456789")
        members.setdefault(plain if plain in families.values() else name, []).append(label)
    if len(members) == 1:
        return {label: [label] for alike in members.values() for label in alike}
    return members


def family(label: str) -> str:
    """Return what is the same in the names of one optimizer's entries.

    Args:
        label: The name of an optimizer in a table.
    """
    words = WORD.findall(HYPERPARAMETER.sub(" ", PACKAGES.sub("", label.casefold())))
    while len(words) > 1 and _is_variant(words[-1]):
        words.pop()
    name = "".join(words)
    return label.casefold() if not words or name in GENERAL or _is_variant(words[0]) else name


def _is_variant(word: str) -> bool:
    """Whether a word is a number, a letter, or one such as "tuned". Adam W is AdamW."""
    single = len(word) == 1 and word != "w"
    return single or word.rstrip("0123456789") in VARIANTS or re.fullmatch(rf"{NUMBER}", word) is not None
