"""Records of a fair run, and what makes them unfair in one way each."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

LABELS = ("SGD", "SGD_Momentum", "Adam")

RATES = {"SGD": 0.1, "SGD_Momentum": 0.01, "Adam": 0.001}

Records = dict[str, Any]


def fair() -> Records:
    """Three optimizers and seven seeds at shared settings and at their own, one tuned; nothing unfair."""
    stages = [("comparison", label) for label in LABELS] + [("equally tuned", label) for label in LABELS]
    trials = [trial(stage, label, seed) for stage, label in [*stages, ("tuned", "Adam")] for seed in range(7)]
    return {
        "trials": trials,
        "data": {
            "source": "digits",
            "train": 1000,
            "validation": 300,
            "test": 10,
            "duplicates": {"train-validation": 0, "train-test": 0, "validation-test": 0},
            "classes": ["a", "b"],
            "by_class": {"train": [500, 500], "validation": [150, 150], "test": [5, 5]},
        },
        "defaults": {label: {"weight_decay": 0.0} for label in LABELS},
        "settings": {
            "title": "made",
            "data": {"source": "digits"},
            "comparison": {
                "hidden": [8], "batch_size": 5, "epochs": 4, "seeds": 7,
                "optimizers": [{"name": label, "learning_rate": 0.1} for label in LABELS],
            },
            "search": {
                "comparison": {
                    "trials": 4, "epochs": 2, "space": {"learning_rate": {"low": 1e-4, "high": 1.0}},
                },
            },
            "defects": {},
        },
        "found": {},
        "search": [
            {
                "stage": "comparison", "setup": label, "number": number, "seed": 1000, "epochs": 2,
                "settings": json.dumps({"learning_rate": rate}), "learning_rate": rate,
                "status": "finished", "chosen": number == 2, "at_edge": "", "repeat": 0, "rung": 0,
                "validation_accuracy": (0.8, 0.9, 0.85, 0.5)[number - 1],
            }
            for label in LABELS
            for number, rate in enumerate((RATES[label] * factor for factor in (0.1, 1, 10, 100)), start=1)
        ],
    }  # fmt: skip


def trial(stage: str, label: str, seed: int) -> dict[str, Any]:
    subset = None if stage == "tuned" else 500
    train, validation = (1000, 300) if subset is None else (400, 100)
    return {
        "stage": stage,
        "label": label,
        "optimizer": label,
        "seed": seed,
        "hyperparameters": {
            "learning_rate": RATES[label] if stage == "equally tuned" else 0.1,
            "weight_decay": 0.0,
        },
        "hidden": [8],
        "batch_size": 5,
        "epochs": 4,
        "l2": 0.0,
        "initial_std": None,
        "dtype": "float32",
        "normalization": "none",
        "subset": subset,
        "early_stopping": None,
        "best_epoch_by": "validation_loss",
        "reads_test": True,
        "shapes": {"w1": [64, 8], "b1": [8], "w2": [8, 2], "b2": [2]},
        "status": "finished",
        "trained": 4,
        "validation_accuracy": 0.9,
        "test_accuracy": 0.99,
        "evidence": {
            "initial_weights": f"weights {seed}",
            "batch_order": f"batches {seed}",
            "samples": train,
            "distinct": train,
            "validation_images": validation,
            "validation_distinct": validation,
            "gradient_scale": {"w1": 1.0, "b1": 1 + 1e-8, "w2": 1.0, "b2": 1 - 1e-9},
            "test_readings": 1.0,
            "chosen_by": "validation_loss",
        },
    }


def only(records: Records, stage: str, label: str, seed: int) -> dict[str, Any]:
    """The one trial of these."""
    found = [t for t in records["trials"] if (t["stage"], t["label"], t["seed"]) == (stage, label, seed)]
    assert len(found) == 1
    return found[0]


def one(records: Records) -> dict[str, Any]:
    return only(records, "equally tuned", "Adam", 3)


def no_search(records: Records) -> None:
    records["search"] = []
    records["trials"] = [t for t in records["trials"] if t["stage"] != "equally tuned"]


def declared(records: Records, **changes: Any) -> None:
    no_search(records)
    found = {
        "experiment": "mine-search", "method": "grid", "trials": 8, "seeds": [1000], "epochs": 2,
        "at_edge": [],
        "space": "; ".join(f"{label}: learning_rate from 0.0001 to 1 (log)" for label in LABELS),
    }  # fmt: skip
    records["found"]["comparison"] = found | changes


def shared_rate(records: Records) -> None:
    no_search(records)


def given_rates(records: Records) -> None:
    no_search(records)
    for seed in range(7):
        only(records, "comparison", "Adam", seed)["hyperparameters"] = {"learning_rate": 0.5}


def rows(records: Records, label: str) -> list[dict[str, Any]]:
    return [row for row in records["search"] if row["setup"] == label]


def fewer_settings(records: Records) -> None:
    records["search"].remove(rows(records, "SGD")[-1])


def further_seed(records: Records) -> None:
    records["search"].append(rows(records, "SGD")[0] | {"seed": 1001})


def longer_search(records: Records) -> None:
    for row in rows(records, "Adam"):
        row["epochs"] = 3


def no_rate_searched(records: Records) -> None:
    for row in rows(records, "Adam"):
        row["settings"] = json.dumps({"beta1": row["number"]})


def at_edge(records: Records) -> None:
    rows(records, "Adam")[1]["at_edge"] = "beta2, learning_rate"


def other_rate(records: Records) -> None:
    for seed in range(7):
        only(records, "equally tuned", "SGD", seed)["hyperparameters"] = {"learning_rate": 0.3}


def not_in_search(records: Records) -> None:
    records["search"] = rows(records, "SGD") + rows(records, "SGD_Momentum")


def deeper(records: Records) -> None:
    one(records)["shapes"] = {"w1": [64, 8], "b1": [8], "w2": [8, 2], "b2": [2], "w3": [2, 2], "b3": [2]}


def sixth_seed_diverged(records: Records) -> None:
    diverged = one(records)
    diverged |= {"status": "diverged", "trained": 2}
    diverged["evidence"] |= {"test_readings": 0.0, "batch_order": "half of them"}


def set_to(path: str, value: Any) -> Callable[[Records], None]:
    """Changes one thing about one trial."""

    def change(records: Records) -> None:
        found = one(records)
        *outer, last = path.split(".")
        for name in outer:
            found = found[name]
        found[last] = value

    return change


def in_data(**counts: int) -> Callable[[Records], None]:
    return lambda records: records["data"]["duplicates"].update(
        {name.replace("_", "-").replace("subset-", "subset "): count for name, count in counts.items()}
    )


UNFAIR: dict[str, tuple[Callable[[Records], None], dict[str, list[str]]]] = {
    "another network": (deeper, {"same_network": ["networks_differ"]}),
    "another batch size": (set_to("batch_size", 6), {"same_network": ["settings_differ"]}),
    "other weights": (set_to("evidence.initial_weights", "mine"), {"same_weights": ["weights_differ"]}),
    "other batches": (set_to("evidence.batch_order", "mine"), {"same_batches": ["batches_differ"]}),
    "allowed more epochs": (
        lambda r: one(r).update(epochs=5, trained=5), {"same_training": ["epochs_differ"]},
    ),
    "trained fewer epochs": (set_to("trained", 3), {"same_training": ["epochs_differ"]}),
    "an image twice": (set_to("evidence.samples", 401), {"same_training": ["epochs_partial"]}),
    "an image missing": (set_to("evidence.distinct", 399), {"same_training": ["epochs_partial"]}),
    "a few to validate": (
        set_to("evidence.validation_distinct", 99), {"same_training": ["validation_partial"]},
    ),
    "fewer settings tried": (fewer_settings, {"same_budget": ["budget_differs"]}),
    "a further search seed": (further_seed, {"same_budget": ["budget_differs"]}),
    "longer searched": (longer_search, {"same_budget": ["budget_differs"]}),
    "one not searched": (
        not_in_search, {"same_budget": ["budget_differs"], "own_rate": ["rates_not_searched"]},
    ),
    "another setting searched": (no_rate_searched, {"own_rate": ["rates_not_searched"]}),
    "best at the edge": (at_edge, {"own_rate": ["rates_at_edge"]}),
    "one trained with another rate": (
        set_to("hyperparameters", {"learning_rate": 1.0}), {"own_rate": ["rates_not_trained"]},
    ),
    "trained with another rate": (other_rate, {"own_rate": ["rates_not_trained"]}),
    "one rate for all": (shared_rate, {"own_rate": ["rate_shared"]}),
    "rates by hand": (given_rates, {"own_rate": ["rates_given"]}),
    "tuned elsewhere, at the edge": (
        lambda r: declared(r, at_edge=["Adam: learning_rate"]),
        {"own_rate": ["rates_at_edge"], "search_seen": ["search_without_digest"]},
    ),
    "tuned elsewhere, something else": (
        lambda r: declared(r, space="SGD: momentum in [0.8, 0.9]"),
        {"own_rate": ["rates_not_searched"], "search_seen": ["search_without_digest"]},
    ),
    "tuned elsewhere with the same seed": (
        lambda r: declared(r, seeds=[1000, 3]),
        {"choice": ["search_seeds_shared"], "search_seen": ["search_without_digest"]},
    ),
    "half a gradient": (set_to("evidence.gradient_scale", {"w1": 0.5}), {"true_gradient": ["gradient_off"]}),
    "a gradient a little off": (
        set_to("evidence.gradient_scale", {"w1": 1.002}), {"true_gradient": ["gradient_off"]},
    ),
    "a gradient uphill": (
        set_to("evidence.gradient_scale", {"b2": -1.0}), {"true_gradient": ["gradient_off"]},
    ),
    "a gradient that is no number": (
        set_to("evidence.gradient_scale", {"b2": math.nan}), {"true_gradient": ["gradient_off"]},
    ),
    "training images in validation": (in_data(train_validation=1), {"data_apart": ["parts_overlap"]}),
    "training images in test": (in_data(train_test=2), {"data_apart": ["parts_overlap"]}),
    "validation images in test": (in_data(validation_test=3), {"data_apart": ["parts_overlap"]}),
    "twins in the small set": (in_data(subset_train_validation=1), {"data_apart": ["subset_overlaps"]}),
    "test from the training file": (
        lambda r: r["settings"]["defects"].update(test_images_from_training_file=True),
        {"data_apart": ["test_from_training"]},
    ),
    "chosen with the L2 term": (
        set_to("evidence.chosen_by", "objective"), {"choice": ["chosen_by_objective"]},
    ),
    "chosen by something else": (
        set_to("evidence.chosen_by", "validation_accuracy"), {"choice": ["chosen_otherwise"]},
    ),
    "test read twice": (set_to("evidence.test_readings", 2.0), {"choice": ["test_read_otherwise"]}),
    "test read a little more": (set_to("evidence.test_readings", 1.1), {"choice": ["test_read_otherwise"]}),
    "searched with a final seed": (
        lambda r: [row.update(seed=3) for row in r["search"]], {"choice": ["search_seeds_shared"]},
    ),
    "a seed too few": (sixth_seed_diverged, {"enough_seeds": ["seeds_too_few"]}),
}  # fmt: skip
