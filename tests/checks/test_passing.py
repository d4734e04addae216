"""What `reportgen check` prints when every formula is right."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import torch

from reportgen import checks
from reportgen.checks.check import Measure, worst
from reportgen.optim import built_in, find


def test_every_check_passes_with_a_line_each(check: Callable[[], Any]) -> None:
    checked = check()
    assert checked.exit_code == 0
    assert checked.verdicts == {
        "fully_connected": "All passed",
        "relu": "All passed",
        "dropout": "All passed",
        "softmax_cross_entropy": "All passed",
        "network": "Passed",
        "SGD": "Passed",
        "SGD_Momentum": "Passed",
        "Adam": "Passed",
    }
    assert checked.lines[-1] == "8 of 8 checks passed"


def test_the_sentences_are_the_homeworks(check: Callable[[], Any]) -> None:
    lines = check().lines
    for sentence in (
        "Results of fully connected layer forward and backward tests: All passed.",
        "Results of ReLU forward and backward tests: All passed.",
        "Results of dropout forward and backward tests: All passed.",
        "Test of network: Passed.",
        "Test of SGD: Passed.",
        "Test of SGD_Momentum: Passed.",
        "Test of Adam: Passed.",
    ):
        assert any(line.startswith(sentence) for line in lines), sentence


def test_the_four_layers_and_their_shapes_are_printed(check: Callable[[], Any]) -> None:
    lines = [line.strip() for line in check().lines]
    start = lines.index("Network architecture and shapes of parameters:")
    assert lines[start + 1 : start + 8] == [
        "FullyConnectedLayer: w1([5, 8]), b1([8])",
        "ReLU",
        "FullyConnectedLayer: w2([8, 4]), b2([4])",
        "ReLU",
        "FullyConnectedLayer: w3([4, 2]), b3([2])",
        "ReLU",
        "FullyConnectedLayer: w4([2, 3]), b4([3])",
    ]


def test_the_evidence_names_what_was_held_against_it_and_the_limit(check: Callable[[], Any]) -> None:
    by_sentence = {line.partition(":")[0]: line for line in check().lines}
    number = r"\d\.\de[-+]\d+"
    for layer in ("fully connected layer", "ReLU", "dropout", "softmax cross-entropy"):
        line = by_sentence[f"Results of {layer} forward and backward tests"]
        assert re.search(rf"finite differences {number} \(limit 1e-07\)", line)
        assert re.search(rf"autograd twin {number} \(limit 1e-12\)", line)
    twins = {"SGD": "SGD", "SGD_Momentum": "SGD", "Adam": "AdamW"}
    for name, twin in twins.items():
        assert re.search(rf"torch\.optim\.{twin} {number} \(limit 1e-10\)", by_sentence[f"Test of {name}"])


def test_every_optimizer_of_this_program_is_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "optimizer", lambda kind: kind.name)
    assert checks.run()[5:] == list(built_in())


def test_the_run_can_be_repeated_to_the_digit() -> None:
    kinds = [find(name) for name in ("SGD", "Prodigy", "SOAP")]
    assert checks.run(kinds) == checks.run(kinds)


@pytest.mark.parametrize(
    ("found", "passes"),
    [
        (torch.tensor([1.0, 2.0]), True),
        (torch.tensor([1.0, 2.1]), False),
        (torch.tensor([1.0, float("nan")]), False),
        (torch.tensor([1.0, float("inf")]), False),
        (torch.tensor([1.0]), False),
        (torch.tensor([[1.0], [2.0]]), False),
    ],
)
def test_a_measure_passes_only_what_agrees(found: torch.Tensor, passes: bool) -> None:
    assert worst(("something", 1e-3), {"pair": (found, torch.tensor([1.0, 2.0]))}).passed is passes


def test_a_measure_at_its_limit_has_not_passed() -> None:
    assert not Measure("something", 1e-7, 1e-7).passed
