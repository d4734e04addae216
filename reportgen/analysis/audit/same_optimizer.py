"""Which of the compared setups are one and the same optimizer under several names."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.analysis.audit.facts import AuditedTrial
from reportgen.experiment.trial import Setup


def families(trials: Sequence[AuditedTrial]) -> dict[str, list[str]]:
    """Return the labels of each optimizer, by its family, in their order.

    Where all are one optimizer, its settings are what is compared, and each label stands for itself.

    Args:
        trials: Those that are audited.
    """
    members: dict[str, list[str]] = {}
    for trial in trials:
        labels = members.setdefault(family_of(trial.setup), [])
        if trial.label not in labels:
            labels.append(trial.label)
    if len(members) == 1:
        return {label: [label] for labels in members.values() for label in labels}
    return members


def family_of(setup: Setup) -> str:
    """Return what is the same for "Adam", "torch.optim.Adam" and "my.py:Adam".

    Args:
        setup: One of the compared ones. torch's SGD with momentum is another optimizer than without.
    """
    name = setup.optimizer.rpartition(":")[2].rpartition(".")[2].replace("_", "").casefold()
    if name == "sgd" and setup.hyperparameters.get("momentum"):
        return "sgdmomentum"
    return name
