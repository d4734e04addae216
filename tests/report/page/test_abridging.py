"""On paper, listings of the program's own code leave out what a reader can spare, and change nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from reportgen.execution.excerpts import excerpt
from reportgen.nn import FullyConnectedLayer
from reportgen.nn.loss import SoftmaxCrossEntropy
from reportgen.optim import SGD, Adam
from reportgen.records.run_folder import Excerpt
from reportgen.report.sections.code import list_excerpt
from reportgen.training.engines.textbook import train_one_epoch

Lines = list[tuple[str, int]]
OWN = (FullyConnectedLayer, SoftmaxCrossEntropy, SGD, Adam, train_one_epoch)


def listed(code: Excerpt) -> tuple[Lines, Lines, list[str]]:
    """The lines that are printed and those that are not, each with its number; and the marks."""
    printed: Lines = []
    spared: Lines = []
    marks = []
    for part in re.split(r'(?=<span class="(?:line|left-out)\b)', str(list_excerpt(code)))[1:]:
        kinds = re.findall(r'class="([^"]+)"', part)[0].split()
        text = unescape(re.sub(r"<[^>]+>", "", part)).replace("\u200b", "")
        if "left-out" in kinds:
            marks.append(text)
        else:
            (number,) = re.findall(r'data-line=" *(\d+)"', part)
            (spared if "spared" in kinds else printed).append((text, int(number)))
    return printed, spared, marks


@pytest.mark.parametrize("ran", OWN)
def test_every_line_is_the_code_that_ran_under_its_own_number(ran: Callable[..., Any]) -> None:
    code = excerpt(ran)
    printed, spared, marks = listed(code)
    whole = sorted(printed + spared, key=lambda line: line[1])
    assert [text for text, _ in whole] == code.text.rstrip("\n").split("\n")
    assert [number for _, number in whole] == list(range(code.line, code.line + len(whole)))
    assert len(spared) >= 2 * len(marks) > 0, "a mark that spares one line is no gain"
    assert {mark.strip() for mark in marks} == {"…"}


def test_what_computes_is_printed_and_what_only_stores_or_refuses_is_not() -> None:
    printed, spared, _ = listed(excerpt(Adam))
    shown, hidden = ("\n".join(text for text, _ in lines) for lines in (printed, spared))
    source = excerpt(Adam).text
    step = source[source.index("    def step(") :].rstrip("\n")
    assert step in shown
    assert "Kingma and Ba" in shown, "where it comes from"
    assert "def __init__" in hidden
    assert "refuse_negative" in hidden
    assert "self.m: dict" in hidden


def test_a_users_code_is_printed_whole() -> None:
    theirs = replace(excerpt(Adam), file="adam.py")
    printed, spared, marks = listed(theirs)
    assert "\n".join(text for text, _ in printed) + "\n" == theirs.text
    assert (spared, marks) == ([], [])


def test_what_is_no_python_is_printed_whole() -> None:
    printed, spared, _ = listed(Excerpt("def f(:\n    '''a\n\n    b\n    c'''\n", "reportgen/x.py", 1))
    assert len(printed) == 5
    assert spared == []
