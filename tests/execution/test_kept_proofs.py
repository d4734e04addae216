"""Proofs that have passed are kept for as long as nothing that they depend on has changed."""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reportgen import checks
from reportgen.checks import Check, Measure
from reportgen.execution import environment, kept_proofs
from reportgen.execution.kept_proofs import prove_formulas
from reportgen.optim import OptimizerKind, built_in
from tests.helpers.cli import Cli

PASSED = Check("ReLU", "ReLU test", "Passed", (Measure("by hand", 1e-17, 1e-12),), printed=("[1. 2.]",))
FAILED = replace(PASSED, measures=(Measure("by hand", 0.1, 1e-12),))
SGD = built_in()["SGD"]


@pytest.fixture
def proved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[OptimizerKind]]:
    """What was proved, each time; every proof passes."""
    monkeypatch.setenv("REPORTGEN_CACHE", str(tmp_path / "cache"))
    times: list[list[OptimizerKind]] = []
    monkeypatch.setattr(checks, "run", counted(times, [PASSED]))
    return times


def counted(times: list[list[OptimizerKind]], found: list[Check]) -> Callable[[Any], list[Check]]:
    """Proofs that come out so, and tell of themselves."""

    def run(kinds: list[OptimizerKind]) -> list[Check]:
        times.append(kinds)
        return found

    return run


def test_what_has_passed_is_not_proved_again(proved: list[Any]) -> None:
    assert prove_formulas([SGD]) == [PASSED]
    assert prove_formulas([SGD]) == [replace(PASSED, kept=True)]
    assert proved == [[SGD]]


def test_other_optimizers_are_proved(proved: list[Any]) -> None:
    prove_formulas([SGD])
    assert not prove_formulas([SGD, built_in()["Adam"]])[0].kept
    assert len(proved) == 2


@pytest.mark.parametrize(
    ("module", "name", "other"),
    [
        (kept_proofs, "program_digest", lambda: "other code"),
        (environment, "versions", lambda: {"torch": "0.1"}),
        (environment, "machinery", lambda: {"processor": "with fewer instructions"}),
        (environment, "processor", lambda: "of another maker"),
        (importlib.metadata, "version", lambda _: "of another year"),
    ],
)
def test_all_is_proved_again_where_anything_has_changed(
    module: Any, name: str, other: Callable[..., Any], proved: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    prove_formulas([SGD])
    monkeypatch.setattr(module, name, other)
    assert not prove_formulas([SGD])[0].kept
    assert len(proved) == 2


def test_what_has_failed_is_proved_every_time(proved: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "run", counted(proved, [PASSED, FAILED]))
    for _ in range(2):
        assert prove_formulas([SGD]) == [PASSED, FAILED]
    assert len(proved) == 2


def test_what_a_user_brings_along_is_proved_every_time(proved: list[Any]) -> None:
    users = replace(SGD, name="mine.py:SGD", code="the digest of a file")
    for _ in range(2):
        assert not prove_formulas([SGD, users])[0].kept
    assert len(proved) == 2


def test_a_damaged_file_of_the_cache_is_no_proof(proved: list[Any], tmp_path: Path) -> None:
    prove_formulas([SGD])
    (entry,) = (tmp_path / "cache" / "report").iterdir()
    entry.write_bytes(entry.read_bytes().replace(b"1e-17", b"1e-18"))
    assert not prove_formulas([SGD])[0].kept
    assert len(proved) == 2


def test_the_manifest_says_that_proofs_were_kept(
    cli: Cli, proved: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reportgen.cli.run.report", lambda *_: None)
    Path("x.toml").write_text(
        'title = "Kept"\n[data]\nsource = "digits"\ntrain = 60\nvalidation = 30\ntest = 40\n[tuned]\n'
        'hidden = [4]\nbatch_size = 8\nepochs = 1\noptimizer = { name = "SGD", learning_rate = 0.1 }\n',
        encoding="utf-8",
    )
    for _ in range(2):
        assert cli("run", "x.toml", "--workers", 1, "--no-pdf").err == ""
    manifests = [json.loads(path.read_text()) for path in sorted(Path("output/x").glob("2*/manifest.json"))]
    assert [[check["kept"] for check in one["checks"]] for one in manifests] == [[False], [True]]
    assert len(proved) == 1
