"""A formula is set as shapes and nothing else, or refused with what is wrong with it."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from reportgen.own_words.latex import set_formula

WRONG = {
    "": "is empty",
    "x" * 2001: "has more than 2000 characters",
    r"\frac{a": "has braces without their counterparts",
    "}a{": "has braces without their counterparts",
    r"\frac{a}": "a command lacks an argument",
    r"x^": r"something is missing after ^ or _",
    r"\left( x": r"\left and \right do not match",
    r"\begin{matrix} a": r"a \begin without its \end",
    r"\begin{tikzpicture}\end{tikzpicture}": "there is no 'tikzpicture' to begin",
    r"\foo{x}": r"unknown command \foo",
    r"\text{a \foo}": r"unknown command \foo",
    "a & b < c": "a sign that must be written as a command",
    r"\text{中文}": "the font of formulas lacks '中'",
    r"\quad": "draws nothing",
    r"\rule{900em}{1em}": "is larger than a page",
    r"\newcommand{\x}{y}": r"\newcommand cannot be used",
    r"\def\x{y}": r"\def cannot be used",
    r"\href{javascript:alert(1)}{x}": r"\href cannot be used",
    "{" * 900 + "x" + "}" * 900: "is nested too deep",
    "a\\": "unknown command \\",
}


@pytest.mark.parametrize("latex", WRONG, ids=lambda latex: latex[:20])
def test_what_cannot_be_set_is_refused(latex: str) -> None:
    with pytest.raises(ValueError, match=re.escape(WRONG[latex])):
        set_formula(latex)


@pytest.mark.parametrize(
    "latex",
    [
        r"\frac{a}{b}+\int_0^1 x^2\,\mathrm{d}x",
        r"\begin{align} a &= b \\ c &= d \end{align}",
        r"\operatorname{argmax}_w \mathbb{E}\left[\lVert x\rVert_2\right], \quad a < b",
        r"\begin{cases} x & x > 0 \\ 0 & \text{else}\end{cases}",
    ],
)
def test_what_can_be_set_is_shapes_alone(latex: str) -> None:
    formula = set_formula(latex)
    names = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(formula.svg).iter()}
    assert {"svg", "path"} <= names <= {"svg", "symbol", "use", "path", "rect"}


def test_a_formula_that_hangs_below_its_line_says_how_deep() -> None:
    plain, deep = set_formula("x", inline=True), set_formula("x_{y_{z}}", inline=True)
    assert 0 <= plain.depth < 0.2 < deep.depth < deep.height
    assert plain.width < deep.width


def test_equations_are_not_numbered_by_themselves() -> None:
    numbered, bare = (set_formula(rf"\begin{{{name}}}a &= b\end{{{name}}}") for name in ("align", "align*"))
    assert numbered == bare
