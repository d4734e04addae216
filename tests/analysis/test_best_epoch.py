"""Which epoch is best: by the manifest's word, and by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from reportgen.analysis.best_epoch import chosen_by, costs
from reportgen.experiment.trial import Trial
from reportgen.experiment.values import RECORDED
from tests.helpers.manifests import a_trial

EPOCHS = pd.DataFrame(
    {
        "validation_loss": [0.9, 0.5, 0.4, 0.4],
        "validation_accuracy": [0.3, 0.8, 0.7, 0.8],
        "l2_term": [0.0, 0.0, 0.3, 0.2],
    }
)


@pytest.mark.parametrize(
    ("by", "epoch"), [("validation_loss", 3), ("validation_accuracy", 2), ("objective", 2)]
)
def test_the_first_epoch_of_least_cost_is_best(by: str, epoch: int) -> None:
    assert int(costs(EPOCHS, by).argmin()) + 1 == epoch


def test_nothing_else_chooses() -> None:
    with pytest.raises(KeyError, match="test_accuracy"):
        costs(EPOCHS, "test_accuracy")


@pytest.mark.parametrize(("objective", "by"), [(False, "validation_accuracy"), (True, "objective")])
def test_the_defect_overrules_what_the_setup_says(objective: bool, by: str) -> None:
    recorded = a_trial("tuned", "A", 0, best_epoch_by="validation_accuracy")
    recorded["defects"]["best_epoch_by_objective"] = objective
    trial = Trial.model_validate(recorded, context=RECORDED)
    assert chosen_by(trial) == by
