"""Ways to be unfair that settings alone do not show, on made records: each fails its own point."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.helpers.audited_records import audited, failed
from tests.helpers.unfair_records import LABELS, Records, fair, rows

TUNED = "equally tuned"


def change(label: str, **values: Any) -> Callable[[Records], None]:
    """Give every trial of a setup other hyperparameters."""

    def spoil(records: Records) -> None:
        for trial in records["trials"]:
            if trial["label"] == label:
                trial["hyperparameters"] |= values

    return spoil


def both(*spoils: Callable[[Records], None]) -> Callable[[Records], None]:
    return lambda records: [spoil(records) for spoil in spoils] and None


def search_decay(space: Any, *labels: str) -> Callable[[Records], None]:
    """Search the weight decay of these setups, or of all."""

    def spoil(records: Records) -> None:
        search = records["settings"]["search"]["comparison"]
        if labels:
            search["own"] = {label: {"weight_decay": space} for label in labels}
        else:
            search["space"]["weight_decay"] = space

    return spoil


def second_entry(label: str, optimizer: str) -> Callable[[Records], None]:
    """Give an optimizer another entry, as well searched as the others, in place of a third optimizer."""

    def spoil(records: Records) -> None:
        records["trials"] = [trial for trial in records["trials"] if trial["label"] != "SGD_Momentum"]
        records["search"] = [row for row in records["search"] if row["setup"] != "SGD_Momentum"]
        copied = [trial for trial in records["trials"] if trial["label"] == label]
        records["trials"] += [trial | {"label": "second", "optimizer": optimizer} for trial in copied]
        records["search"] += [row | {"setup": "second"} for row in rows(records, label)]
        records["defaults"][optimizer] = records["defaults"][label]

    return spoil


def in_search(label: str, numbers: tuple[int, ...], **values: Any) -> Callable[[Records], None]:
    def spoil(records: Records) -> None:
        for row in rows(records, label):
            if row["number"] in numbers:
                row.update(values)

    return spoil


def rates(*factors: float) -> Callable[[Records], None]:
    """Try these multiples of Adam's best rate, 0.001."""

    def spoil(records: Records) -> None:
        for row, factor in zip(rows(records, "Adam"), factors, strict=True):
            rate = row["learning_rate"] if factor == 1 else 0.001 * factor
            row |= {"learning_rate": rate, "settings": json.dumps({"learning_rate": rate})}

    return spoil


def stop_early(epochs: int) -> Callable[[Records], None]:
    """Let trials stop early, and Adam's search after so many of 12 epochs."""

    def spoil(records: Records) -> None:
        for trial in records["trials"]:
            trial["early_stopping"] = 1
        records["settings"]["search"]["comparison"]["epochs"] = 12
        for row in records["search"]:
            row["epochs"] = epochs if row["setup"] == "Adam" else 12

    return spoil


def classes(**counts: list[int]) -> Callable[[Records], None]:
    return lambda records: records["data"]["by_class"].update(
        {part.replace("_", " "): of_part for part, of_part in counts.items()}
    )


def near(**counts: int) -> Callable[[Records], None]:
    found = {"train-validation": 0, "train-test": 0, "validation-test": 0}
    found |= {name.replace("_", "-"): count for name, count in counts.items()}
    return lambda records: records["data"].update(near_copies=found)


def accuracy(label: str, value: float | None, spread: float = 0.0) -> Callable[[Records], None]:
    """What a tuned setup reaches on the test images, each seed a little else."""

    def spoil(records: Records) -> None:
        for trial in records["trials"]:
            if trial["label"] == label and trial["stage"] == TUNED:
                noise = spread * (-1) ** trial["seed"]
                trial["test_accuracy"] = None if value is None else value + noise

    return spoil


def few_validated(images: int) -> Callable[[Records], None]:
    def spoil(records: Records) -> None:
        records["data"]["validation"] = images
        for trial in records["trials"]:
            trial["subset"] = None
            trial["evidence"] |= {"samples": 1000, "distinct": 1000, "validation_distinct": images}

    return spoil


FAIR: dict[str, Callable[[Records], None]] = {
    "a setting that all share": both(*(change(label, weight_decay=0.01) for label in LABELS)),
    "momentum where the class has none": both(
        lambda r: r["defaults"].update(SGD_Momentum={"momentum": 0.0, "weight_decay": 0.0}),
        change("SGD_Momentum", momentum=0.9),
    ),
    "decay searched for all": both(search_decay([0.0, 0.1]), change("SGD", weight_decay=0.1)),
    "decay searched for one, its default among the choices": both(
        search_decay([0.0, 0.1], "SGD"), change("SGD", weight_decay=0.1)
    ),
    "a rate that diverges next to the best": in_search("Adam", (3,), status="diverged", learning_rate=0.003),
    "epochs that differ little": stop_early(10),
    "what diverged was not stopped": both(
        stop_early(12), in_search("Adam", (4,), status="diverged", epochs=1)
    ),
    "few of a class by chance": classes(validation=[139, 161]),
    "a small class that is absent by chance": both(
        lambda r: r["data"].update(classes=["a", "b", "c"]),
        classes(train=[497, 500, 3], validation=[150, 150, 0], test=[5, 5, 0]),
    ),
    "a few near copies": near(train_validation=3),
    "ninety to validate with": few_validated(90),
    "seeds that show the margin": both(accuracy("SGD", 0.99, 0.003), accuracy("Adam", 0.99, -0.003)),
    "apart, with a wide spread": both(
        accuracy("SGD", 0.98, 0.02), accuracy("SGD_Momentum", 0.7, 0.02), accuracy("Adam", 0.84, 0.02),
        lambda r: r["data"].update(by_class={}),
    ),
}  # fmt: skip

UNFAIR: dict[str, tuple[Callable[[Records], None], dict[str, list[str]]]] = {
    "decay for one": (change("SGD", weight_decay=0.5), {"other_hyperparameters": ["hyperparameters_differ"]}),
    "a little decay for two": (
        both(change("SGD", weight_decay=0.01), change("Adam", weight_decay=0.01)),
        {"other_hyperparameters": ["hyperparameters_differ"]},
    ),
    "another momentum": (
        both(
            lambda r: r["defaults"].update(SGD_Momentum={"momentum": 0.9, "weight_decay": 0.0}),
            change("SGD_Momentum", momentum=0.1),
        ),
        {"other_hyperparameters": ["hyperparameters_differ"]},
    ),
    "a search of one value": (
        both(search_decay([0.5], "SGD"), change("SGD", weight_decay=0.5)),
        {"other_hyperparameters": ["hyperparameters_differ"]},
    ),
    "a search of bad values": (
        both(search_decay([0.5, 0.6], "SGD"), change("SGD", weight_decay=0.5)),
        {"other_hyperparameters": ["spaces_differ"]},
    ),
    "a search of bad values in a range": (
        both(search_decay({"low": 0.4, "high": 0.6}, "SGD"), change("SGD", weight_decay=0.5)),
        {"other_hyperparameters": ["spaces_differ"]},
    ),
    "a second entry": (second_entry("Adam", "Adam"), {"same_budget": ["budget_shared"]}),
    "a second entry, from a package": (
        second_entry("Adam", "torch.optim.Adam"), {"same_budget": ["budget_shared"]},
    ),
    "a second entry, from a file": (second_entry("Adam", "my.py:Adam"), {"same_budget": ["budget_shared"]}),
    "stopped early": (stop_early(5), {"same_budget": ["budget_stopped"]}),
    "padded above": (rates(0.1, 1, 5e4, 1e5), {"own_rate": ["rates_not_bracketed"]}),
    "padded by one that diverges": (
        both(rates(0.1, 1, 9, 1e5), in_search("Adam", (3,), status="diverged")),
        {"own_rate": ["rates_not_bracketed"]},
    ),
    "padded by a twin": (rates(0.1, 1, 1.01, 1e5), {"own_rate": ["rates_not_bracketed"]}),
    "ten to validate with": (few_validated(10), {"validation_large": ["validation_small"]}),
    "forty to validate with": (few_validated(40), {"validation_large": ["validation_small"]}),
    "a class that is not in validation": (
        classes(validation=[300, 0]), {"classes": ["shares_differ"]},
    ),
    "a class that is rare in test": (
        classes(train=[500, 500], test=[950, 50]), {"classes": ["shares_differ"]},
    ),
    "a class that is not trained": (
        classes(train=[1000, 0], validation=[300, 0], test=[5, 5]),
        {"classes": ["class_untrained", "shares_differ"]},
    ),
    "a class missing from the small set's validation": (
        classes(subset_train=[200, 200], subset_validation=[100, 0]), {"classes": ["shares_differ"]},
    ),
    "near copies in validation": (near(train_validation=30), {"data_apart": ["near_copies"]}),
    "near copies in test": (near(train_test=10), {"data_apart": ["near_copies"]}),
    "one that did not learn": (accuracy("SGD", 0.5), {"learned": ["not_learned"]}),
    "one that hardly learned": (accuracy("SGD", 0.9), {"learned": ["not_learned"]}),
    "one without a test": (accuracy("SGD", None), {"learned": ["not_learned"]}),
    "too wide a spread": (
        both(accuracy("SGD", 0.985, 0.015), accuracy("Adam", 0.985, -0.015)),
        {"enough_seeds": ["seeds_miss_margin"]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", FAIR)
def test_what_is_fair_passes(way: str) -> None:
    records = fair()
    FAIR[way](records)
    assert failed(audited(records)) == {}


@pytest.mark.parametrize("way", UNFAIR)
def test_what_is_unfair_fails_its_own_point(way: str) -> None:
    spoil, expected = UNFAIR[way]
    records = fair()
    spoil(records)
    assert failed(audited(records)) == expected


def test_settings_of_one_optimizer_may_differ() -> None:
    records = fair()
    for trial in records["trials"]:
        trial["optimizer"] = "Adam"
    change("SGD", weight_decay=0.5)(records)
    point = audited(records)["other_hyperparameters"]
    assert point.passed is None
    assert point.facts[0].values == {"names": "SGD weight_decay = 0.5"}
