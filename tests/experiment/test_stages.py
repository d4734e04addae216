"""The names of stages, and what is told from them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from reportgen.experiment import stages
from reportgen.experiment.stages import ABLATION, EQUALLY_TUNED, ablation_stage, joined, mended_in

PACKAGE = Path(stages.__file__).parents[1]


@pytest.mark.parametrize(
    ("stage", "mended"),
    [
        ("comparison", "none"),
        ("ablation: none", "none"),
        ("ablation: hidden_list_grows", "hidden_list_grows"),
        ("ablation: all", "all"),
        ("equally tuned", None),
        ("tuned", None),
    ],
)
def test_what_is_mended_is_told_from_the_name(stage: str, mended: str | None) -> None:
    assert mended_in(stage) == mended
    if mended and stage != "comparison":
        assert ablation_stage(mended) == stage


def test_a_name_of_two_words_becomes_a_key() -> None:
    assert joined("equally tuned", "_") == "equally_tuned"
    assert joined("equally tuned", "-") == "equally-tuned"


def test_names_that_are_nothing_else_are_spelled_once() -> None:
    texts = [
        node.value
        for file in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert texts.count(EQUALLY_TUNED) == 1
    assert sum(text.startswith(ABLATION) for text in texts) == 1
