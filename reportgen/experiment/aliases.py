"""What was probably meant by a word that an experiment does not know, such as lr for learning_rate."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

ALIASES: dict[str, tuple[str, ...]] = {
    "alpha": ("learning_rate",),
    "augment": ("augmentation",),
    "batch": ("batch_size",),
    "bs": ("batch_size",),
    "class_names": ("classes",),
    "dataset": ("data", "source"),
    "decay": ("weight_decay", "l2"),
    "dir": ("path",),
    "directory": ("path",),
    "drop": ("dropout",),
    "eps": ("epsilon",),
    "eta": ("learning_rate",),
    "file": ("path",),
    "folder": ("path",),
    "gamma": ("momentum", "factor"),
    "hidden_dim": ("hidden",),
    "hidden_layers": ("hidden",),
    "hidden_size": ("hidden",),
    "hidden_units": ("hidden",),
    "init": ("initial_std",),
    "init_std": ("initial_std",),
    "l2": ("weight_decay",),
    "l2_penalty": ("l2", "weight_decay"),
    "lambda": ("l2", "weight_decay"),
    "layers": ("hidden",),
    "lr": ("learning_rate",),
    "lr0": ("learning_rate",),
    "lr_schedule": ("schedule",),
    "lr_scheduler": ("schedule",),
    "max_epochs": ("epochs",),
    "mb_size": ("batch_size",),
    "minibatch": ("batch_size",),
    "minibatch_size": ("batch_size",),
    "mu": ("momentum",),
    "n_epochs": ("epochs",),
    "n_seeds": ("seeds",),
    "n_trials": ("trials",),
    "neurons": ("hidden",),
    "normalize": ("normalization",),
    "num_epochs": ("epochs",),
    "opt": ("optimizer", "optimizers"),
    "optim": ("optimizer", "optimizers"),
    "patience": ("early_stopping",),
    "precision": ("dtype",),
    "random_seed": ("seeds", "seed"),
    "random_state": ("seeds", "seed"),
    "reg": ("l2", "weight_decay"),
    "regularization": ("l2", "weight_decay"),
    "repeats": ("seeds",),
    "scheduler": ("schedule",),
    "smoothing": ("label_smoothing",),
    "step_size": ("learning_rate",),
    "units": ("hidden",),
    "val": ("validation",),
    "valid": ("validation",),
    "warmup": ("warmup_epochs",),
    "wd": ("weight_decay", "l2"),
    "weight_decay": ("l2",),
}
"""What other programs call a setting, and what it is called here, the likelier first."""

CUTOFF = 0.6
"""How alike two words must be for one to be taken for the other, from 0 to 1."""


def meant(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that was probably meant; None where none is near.

    Args:
        word: What was written, in any case.
        known: What could have been.
    """
    words = {_plain(name): name for name in known}
    plain = _plain(word)
    if plain in words:
        return words[plain]
    for name in ALIASES.get(plain, ()):
        if name in words:
            return words[name]
    close = difflib.get_close_matches(plain, list(words), n=1, cutoff=CUTOFF)
    return words[close[0]] if close else None


def _plain(word: str) -> str:
    return word.casefold().replace("-", "_").replace(" ", "_")
