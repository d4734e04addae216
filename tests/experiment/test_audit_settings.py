"""Points of the audit are muted by code and with a reason, and that changes nothing that is trained."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reportgen.experiment.model import Experiment
from reportgen.experiment.reading import read
from reportgen.experiment.refusals import ExperimentError
from reportgen.experiment.values import RECORDED
from reportgen.planning.plan import plan

TEXT = """
title = "Muted"
[data]
source = "digits"
[comparison]
hidden = [4]
batch_size = 8
epochs = 2
optimizers = [{ name = "SGD", learning_rate = 0.1 }, { name = "Adam", learning_rate = 0.1 }]
"""


def written(folder: Path, muted: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(f"{TEXT}[audit]\nmuted = {muted}\n" if muted else TEXT, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "reason", ["the course asks for this", "作業規定不可調整學習率", "так велит задание"]
)
def test_a_point_is_muted_with_a_reason_in_any_language(tmp_path: Path, reason: str) -> None:
    experiment = read(written(tmp_path, f'{{ RG005 = "{reason}", RG010 = "three seeds are what we have" }}'))
    assert experiment.audit.muted == {"RG005": reason, "RG010": "three seeds are what we have"}


@pytest.mark.parametrize(
    ("muted", "line"),
    [
        (
            '{ RG99 = "the course asks for this" }',
            "audit.muted: the audit has no point 'RG99'; its codes are RG001",
        ),
        (
            '{ rg005 = "the course asks for this" }',
            "no point 'rg005'; its codes are RG001",
        ),
        (
            '{ own_rate = "the course asks for this" }',
            "the audit has no point 'own_rate'; its codes are RG001",
        ),
        ('{ RG005 = "" }', 'audit.muted.RG005 = "": '),
        ('{ RG005 = "because" }', 'audit.muted.RG005 = "because": say why in 4 words or more'),
        ('{ RG005 = "不用管它" }', 'audit.muted.RG005 = "不用管它": say why in 4 words or more'),
        ('{ RG005 = "two\\nlines of a reason" }', "must be one line of printable characters"),
        (f'{{ RG005 = "{"so " * 99}" }}', "audit.muted.RG005"),
        ("{ RG005 = true }", "audit.muted.RG005 = true"),
        ('["RG005"]', "audit.muted = ['RG005']: must be a table of codes, each with its reason"),
        ('"RG005"', 'audit.muted = "RG005": must be a table of codes, each with its reason'),
    ],
)
def test_what_is_no_code_or_no_reason_is_refused_in_one_line(tmp_path: Path, muted: str, line: str) -> None:
    path = written(tmp_path, muted)
    with pytest.raises(ExperimentError) as refused:
        read(path)
    (said,) = str(refused.value).splitlines()
    assert said.startswith(f"{path}: ")
    assert line in said


def test_muting_changes_no_trial(tmp_path: Path) -> None:
    loud = plan(read(written(tmp_path, "")), classes=10)
    assert plan(read(written(tmp_path, '{ RG005 = "the course asks for this" }')), classes=10) == loud


def test_a_record_from_before_there_was_muting_is_read(tmp_path: Path) -> None:
    recorded = read(written(tmp_path, "")).model_dump(mode="json", by_alias=True)
    del recorded["audit"]
    assert Experiment.model_validate_json(json.dumps(recorded), context=RECORDED).audit.muted == {}
