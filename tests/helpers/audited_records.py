"""Made records of a run, audited."""

from __future__ import annotations

import pandas as pd

from reportgen.analysis.audit.facts import AuditedData, AuditedTrial
from reportgen.analysis.audit.points import Point, audit
from reportgen.experiment.model import Experiment
from reportgen.experiment.search import Found
from reportgen.experiment.trial import Evidence, Setup
from tests.helpers.unfair_records import Records


def audited(records: Records) -> dict[str, Point]:
    """The points of their audit, by key."""
    apart = (
        "seed", "shapes", "status", "trained", "evidence", "validation_accuracy", "test_accuracy",
    )  # fmt: skip
    trials = [
        AuditedTrial(
            Setup.model_validate({name: value for name, value in one.items() if name not in apart}),
            one["seed"],
            Evidence.model_validate(one["evidence"]),
            one["shapes"],
            one["status"] == "finished",
            one["trained"],
            one["validation_accuracy"],
            one["test_accuracy"],
        )
        for one in records["trials"]
    ]
    data = AuditedData(**records["data"])
    # where it was found is not checked: no file may say that it was with the seed of a final trial
    found_by = Found.model_validate(records["found"])
    settings = Experiment.model_validate(records["settings"]).model_copy(update={"found": found_by})
    columns = [
        "stage", "setup", "number", "seed", "epochs", "settings", "learning_rate", "status", "chosen",
        "at_edge", "repeat", "rung", "validation_accuracy",
    ]  # fmt: skip
    search = pd.DataFrame(records["search"], columns=columns)
    found = audit(trials, data, settings, search, defaults=records["defaults"])
    assert [point.code for point in found] == [f"RG{number:03}" for number in range(1, 16)]
    return {point.key: point for point in found}


def failed(points: dict[str, Point]) -> dict[str, list[str]]:
    """The points that fail, with the facts that speak against them."""
    return {
        key: [fact.key for fact in point.facts if fact.passed is False]
        for key, point in points.items()
        if point.passed is False
    }
