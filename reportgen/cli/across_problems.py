"""What is found of all problems together, as lines for a terminal or for a program."""

from __future__ import annotations

import math

from reportgen.analysis.across_problems import AcrossProblems, PairAcross
from reportgen.analysis.pairs import Verdict
from reportgen.analysis.standings import ranking
from reportgen.cli.verdicts import cell_text, p_text

SAYS = {
    Verdict.BETTER: "wins more often than not",
    Verdict.WORSE: "loses more often than not",
    Verdict.NOT_SEPARABLE: "not separable",
    Verdict.TOO_FEW_SEEDS: "too few seeds for a verdict",
    Verdict.TOO_FEW_PROBLEMS: "too few problems for a verdict",
}


def describe_across(across: AcrossProblems | None, console_is_terminal: bool) -> list[str]:
    """Return what was found over all problems, line by line.

    On a terminal the order and a sentence for each pair. Elsewhere lines with tabs, their kind in front:
    across (with a line of column names), and verdict, of `all problems`.

    Args:
        across: The optimizers over all problems; None where there are not several, which is no line.
        console_is_terminal: Whether the lines are for a terminal.
    """
    if across is None:
        return []
    sentences = [across_sentence(across, pair) for pair in across.pairs]
    if console_is_terminal:
        standing = across.standing
        return [
            "",
            f"all {len(across.problems)} problems together, by how often a trial beats one of another"
            " (P; a trial without a score is the worst)",
            ranking(standing.order, standing.better),
            "",
            *(f"- {sentence}" for sentence in sentences),
        ]
    table = across.table()
    lines = ["\t".join(("across", *table.columns))]
    lines += ["\t".join(("across", *map(cell_text, row))) for row in table.itertuples(index=False, name=None)]
    return lines + [f"verdict\tall problems\t{sentence}" for sentence in sentences]


def across_sentence(across: AcrossProblems, pair: PairAcross) -> str:
    """Return both verdicts on a pair, and what they rest on.

    Args:
        across: The optimizers over all problems.
        pair: One of its pairs.
    """
    interval = "" if math.isnan(pair.low) else f" [{pair.low:.2f}, {pair.high:.2f}]"
    these = f"on these {pair.problems} problems, with new seeds, {SAYS[pair.verdict]}"
    new = f"on new problems of this kind, {SAYS[pair.verdict_new]}"
    if pair.verdict_new is Verdict.TOO_FEW_PROBLEMS:
        new += f" (at least {across.fewest_problems} needed)"
    return (
        f"{pair.first} against {pair.second}: P = {pair.probability:.2f}{interval};"
        f" {these} ({p_text(pair.p_corrected)}); {new} ({p_text(pair.p_new_corrected)}, Holm)"
    )
