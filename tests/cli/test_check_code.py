"""`reportgen check --code`: a file of a user's own, proved class by class in a guarded process."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.helpers.cli import Cli, refused
from tests.helpers.homework_code import HOMEWORK
from tests.helpers.homework_mistakes import DB, DX, SGD_STEP, V_HAT
from tests.helpers.homework_styles import as_notebook

pytestmark = pytest.mark.long


def test_a_notebook_of_the_homework_passes_class_by_class(cli: Cli) -> None:
    Path("hw5.ipynb").write_text(as_notebook(HOMEWORK), encoding="utf-8")
    answer = cli("check", "--code", "hw5.ipynb")
    assert answer.code == 0, answer
    lines = answer.out.splitlines()
    assert lines[-1] == "7 of 7 checks passed"
    verdicts = dict(
        re.findall(r"^hw5\.ipynb, (.+?): .*: (All passed|Passed)\.  \[", answer.out, re.MULTILINE)
    )
    assert verdicts == {
        "FullyConnectedLayer": "All passed",
        "ReLU": "All passed",
        "Softmax_CrossEntropy": "All passed",
        "the network": "Passed",
        "SGD": "Passed",
        "SGD_Momentum": "Passed",
        "Adam": "Passed",
    }


def test_what_is_wrong_is_named_with_its_numbers_and_what_is_not_there_is_said(cli: Cli) -> None:
    text = HOMEWORK
    for right, wrong in (
        (DX, "dx = torch.matmul(backprop, w)"),
        (DB, "db = backprop"),
        (SGD_STEP, SGD_STEP.replace("-=", "+=")),
        (V_HAT, "v_hat = self.velocity[key]"),
        ("class ReLU(", "class Rectifier("),
    ):
        assert right in text
        text = text.replace(right, wrong)
    Path("hw5.py").write_text(text, encoding="utf-8")
    answer = cli("check", "--code", "hw5.py")
    assert answer.code == 1
    assert "Traceback" not in answer.out + answer.err
    out = answer.out
    assert "hw5.py, ReLU: not there; reportgen has its own" in out
    assert "backward: dx: A transpose is missing" in out
    assert "came      dx = [[0, -7], [10, 2]]" in out
    assert "backward: db: db is not summed over the batch" in out
    assert "step 1: params['w1']: The update has the wrong sign" in out
    assert "came      w1 = [[1.05, 1.9]] after step 1" in out
    assert "The bias correction is missing" in out
    assert out.splitlines()[-1] == "2 of 6 checks passed"


def test_a_file_without_such_classes_is_refused_in_a_line(cli: Cli) -> None:
    Path("other.py").write_text("class Lion:\n    pass\n", encoding="utf-8")
    refused(cli("check", "--code", "other.py"), "other.py", "none of the homework's classes", "ReLU")


def test_code_that_ends_its_process_fails_in_a_line_and_the_other_classes_are_proved(cli: Cli) -> None:
    text = HOMEWORK.replace("out = torch.clamp(x, min=0)", "import os; os._exit(0)")
    Path("hw5.py").write_text(text, encoding="utf-8")
    answer = cli("check", "--code", "hw5.py")
    assert answer.code == 1
    relu = next(line for line in answer.out.splitlines() if line.startswith("hw5.py, ReLU"))
    assert "FAILED" in relu
    assert "ended its process" in relu
    assert "hw5.py, SGD: Test of SGD: Passed." in answer.out
