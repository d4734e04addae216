"""The reference of the built-in optimizers as Markdown, from what their own files say about them."""

from __future__ import annotations

from collections.abc import Iterator

from command_reference import table
from ziamath.zmath import Latex

from reportgen.execution.tables import written
from reportgen.optim import OptimizerKind, built_in
from reportgen.optim.about import Formula
from reportgen.report.figures.svg import embed


def markdown() -> str:
    """Return a table of all built-in optimizers, and a section for each with its rule and its settings.

    Raises:
        LookupError: An optimizer's file does not say what belongs here.
    """
    kinds = built_in().values()
    rows = [
        (f"[`{kind.name}`](#{anchor(kind)})", settings(kind), kind.about.against, f"{kind.about.limit:g}")
        for kind in kinds
    ]
    head = ("optimizer", "settings, if not given", "held against", "within")
    return "\n\n".join([table(head, rows), *("\n\n".join(_section(kind)) for kind in kinds)])


def anchor(kind: OptimizerKind) -> str:
    """Return by what a link reaches an optimizer's section."""
    return f"optimizer-{kind.name.lower().replace('_', '-')}"


def settings(kind: OptimizerKind) -> str:
    """Return an optimizer's hyperparameters with their defaults, as an experiment's file has them."""
    return ", ".join(f"`{name} = {written(value)}`" for name, value in kind.hyperparameters.items())


def _section(kind: OptimizerKind) -> Iterator[str]:
    about = kind.about
    if about.heading is None or about.text is None or not (about.formulas and about.source and about.against):
        raise LookupError(f"the file of {kind.name} does not say all of it that the reference tells")
    yield f"({anchor(kind)})="
    yield f"## {kind.name}"
    yield f"{about.text.en}"
    yield from (_formula(formula, f"{anchor(kind)}-{place}") for place, formula in enumerate(about.formulas))
    yield f"Source: {about.source}."


def _formula(formula: Formula, prefix: str) -> str:
    """Return a formula as a block of HTML, in the colour of the text."""
    svg = Latex(formula.latex, size=18, color="currentColor").svg()
    return f"<p>{embed(svg, prefix=prefix, description=formula.spoken.en, role='math')}</p>"
