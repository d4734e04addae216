"""Manifests with what every reader of a run relies on, and with all that a report needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reportgen.experiment.model import DefectSettings, Experiment, Stage


def a_manifest(run: str = "run", **others: Any) -> dict[str, Any]:
    """That of a run on the embedded digits. others: what it holds besides, or in place of these."""
    title = {"zh-Hant": "優化器比較", "en": "Comparing optimizers"}
    return {
        "run": run,
        "experiment": {
            "name": "small",
            "file": "small.toml",
            "options": [],
            "settings": {"title": title},
        },
        "languages": ["zh-Hant", "en"],
        "data": {"source": "digits", "digest": "0f" * 32},
        "versions": {"reportgen": "0.1.0"},
        "device": {"processor": "one", "workers": 1},
        "times": {
            "started": "2026-01-02T03:04:05+00:00",
            "finished": "2026-01-02T03:05:05+00:00",
            "seconds": 60.0,
        },
        **others,
    }


def a_whole_manifest(
    trials: list[dict[str, Any]], experiment: Mapping[str, Any] | None = None, **others: Any
) -> dict[str, Any]:
    """That of a run of these trials, on two classes of 2 x 2 pixels. experiment: what it asks for besides."""
    few = a_manifest()
    stage = {"hidden": [8], "batch_size": 5, "epochs": 4}
    optimizer = {"name": "SGD", "learning_rate": 0.1}
    asked = {
        **few["experiment"]["settings"],
        "data": {"source": "digits"},
        "comparison": {**stage, "optimizers": [optimizer]},
        "tuned": {**stage, "optimizer": optimizer},
        **(experiment or {}),
    }
    settings = Experiment.model_validate(asked).model_dump(mode="json", by_alias=True)
    return few | {
        "experiment": few["experiment"] | {"settings": settings},
        "data": few["data"]
        | {
            "origin": "made",
            "classes": ["0", "1"],
            "image_shape": [2, 2, 1],
            "images_by_class": {"train": [60, 40], "validation": [15, 15], "test": [5, 5]},
        },
        "trials": trials,
        "parameter_shapes": [{"w1": [4, 8]} for _ in trials],
        "kept_trials": [None for _ in trials],
        "checks": [],
        "device": few["device"] | {"cores": 1, "system": "any"},
        **others,
    }


def a_trial(stage: str, label: str, seed: int, **others: Any) -> dict[str, Any]:
    """A trial of a manifest. others: what its setup holds besides, or in place of these."""
    settings = Stage.model_validate({"hidden": [8], "batch_size": 5, "epochs": 4}).model_dump(mode="json")
    del settings["seeds"]
    setup = {
        "stage": stage,
        "label": label,
        "optimizer": "SGD",
        "hyperparameters": {"learning_rate": 0.1},
        **settings,
        "subset": None,
        "reads_test": True,
    }
    return {"setup": setup | others, "seed": seed, "defects": DefectSettings().model_dump()}
