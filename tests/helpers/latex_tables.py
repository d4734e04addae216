"""What LaTeX files hold, as another program reads them: pylatexenc."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db
from pylatexenc.latexwalker import LatexEnvironmentNode, LatexMacroNode, LatexSpecialsNode, LatexWalker

WORDS = {
    "texttt": "%s", "allowbreak": "", "enspace": " ", "quad": " ", "textquotedbl": '"', "textasciigrave": "`",
    "checkmark": "✓", "textless": "<", "textgreater": ">", "textbar": "|", "textasciicircum": "^",
    "textasciitilde": "~",
    "toprule": "", "midrule": "", "bottomrule": "", "addlinespace": "", "endfoot": "",
}  # fmt: skip
"""Commands that pylatexenc does not know."""
_WORDS = get_default_latex_context_db()
_WORDS.add_context_category("tables", macros=[MacroTextSpec(*word) for word in WORDS.items()], prepend=True)
_LINES = re.compile(r"\\begin\{tabular\}\[b\]\{@\{\}[lcr]@\{\}\}(.*?)\\end\{tabular\}")
"""The words of a head in several lines."""


def nodes_of(latex: str) -> list[Any]:
    """The nodes of a file; what is not well formed is an error."""
    return list(LatexWalker(latex, tolerant_parsing=False).get_latex_nodes()[0])


def text_of(latex: Sequence[Any] | str) -> str:
    """What a reader sees, without spaces."""
    nodes = nodes_of(latex) if isinstance(latex, str) else list(latex)
    text = LatexNodes2Text(latex_context=_WORDS, math_mode="text", strict_latex_spaces=True)
    return "".join(text.nodelist_to_text(nodes).split())


def environments(nodes: Sequence[Any], *names: str) -> Iterator[Any]:
    """The environments of these names, wherever they are."""
    for node in nodes:
        if isinstance(node, LatexEnvironmentNode) and node.environmentname in names:
            yield node
        else:
            yield from environments(getattr(node, "nodelist", None) or [], *names)


def cells_of(latex: str) -> list[list[str]]:
    """The rows of the one table of a file: the texts of the cells; one over columns stands there once."""
    latex = re.sub(
        r"(?m)^\\caption\{.*\}\\\\$|\\cmidrule\(lr\)\{[-\d]+\}|\\multicolumn\{\d+\}\{[lc]\}", "", latex
    )
    latex = re.sub(r"(?s)\\endfirsthead.*\\endhead", "", latex)
    latex = _LINES.sub(lambda lines: lines[1].replace(r"\\", " "), latex)
    (table,) = environments(nodes_of(latex), "tabular", "longtable")
    rows: list[list[list[Any]]] = [[[]]]
    for node in table.nodelist:
        if isinstance(node, LatexMacroNode) and node.macroname == "\\":
            rows.append([[]])
        elif isinstance(node, LatexSpecialsNode) and node.specials_chars == "&":
            rows[-1].append([])
        else:
            rows[-1][-1].append(node)
    made = [[text_of(cell) for cell in row] for row in rows]
    return [row for row in made if any(row)]
