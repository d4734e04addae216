"""Source code as highlighted, numbered lines."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from reportgen.report.page.colours import readable

STYLE = "friendly"
SHORTEST_BLOCK, LONGEST_BLOCK = 4, 18
"""A block of fewer lines joins another; one of more, a quarter of a page, may be broken anywhere."""
DEFINITION = re.compile(r"\s*(async def|class|def|@)\b|\s*@\w|\[")
PANELS = ("#f4f6f9", "#f0f0f0")  # what listings may stand on
DIGITS = 4
"""How wide a line's number is set, spaces before it: style.css leaves as much room."""
PLAIN = re.compile(r'<span class="(?:n|p|w|o|bp)">([^<]*)</span>')
"""Names, signs and spaces, left in the colour of text: each would cost an element of the PDF's structure."""
PLAIN_TEXT = "text"
LANGUAGES = (
    "bash", "c", "cpp", "java", "javascript", "json", "julia", "matlab", "python", "r", "sql", PLAIN_TEXT,
    "toml", "yaml",
)  # fmt: skip
"""Those whose words are told apart by their colours."""


def listing(text: str, *, language: str = "python", first_line: int = 1) -> Markup:
    """Return the text with a span around each line; its number, counted from first_line, is drawn by CSS.

    Args:
        text: The source code.
        language: One of LANGUAGES.
        first_line: The number of its first line.
    """
    formatter: HtmlFormatter[str] = HtmlFormatter(nowrap=True, style=STYLE)
    highlighted = PLAIN.sub(r"\1", highlight(text, get_lexer_by_name(language, stripnl=False), formatter))
    lines = highlighted.rstrip("\n").split("\n")
    numbered = [
        f'<span class="line" data-line="{number:>{DIGITS}}">{line or "&#8203;"}</span>'
        for number, line in enumerate(lines, start=first_line)
    ]
    blocks, at = [], 0
    for length in block_lengths(text.rstrip("\n").split("\n")):
        blocks.append(_kept(numbered[at : at + length]))
        at += length
    return Markup(f'<pre class="code" tabindex="0"><code>{"".join(blocks)}</code></pre>')


def block_lengths(lines: Sequence[str]) -> list[int]:
    """Return how many lines each block of a text has; a page may break between blocks, not in a short one.

    A block begins after blank lines, and at a class, a function or what decorates it; one of a few lines
    belongs to the block after it, or to the one before at the end.
    """
    begins = [0]
    for number, line in enumerate(lines[1:], start=1):
        after_blank = not lines[number - 1].strip() and line.strip()
        definition = DEFINITION.match(line) and not DEFINITION.match(lines[number - 1])
        in_long_block = number - begins[-1] >= LONGEST_BLOCK and not line.startswith((" ", ")", "]", "}"))
        if (after_blank or definition or in_long_block) and number - begins[-1] >= SHORTEST_BLOCK:
            begins.append(number)
    if len(begins) > 1 and len(lines) - begins[-1] < SHORTEST_BLOCK:
        begins.pop()
    return [end - begin for begin, end in zip(begins, [*begins[1:], len(lines)], strict=True)]


def _kept(lines: list[str]) -> str:
    kept = "keep" if len(lines) <= LONGEST_BLOCK else "block"
    return f'<span class="{kept}">{"".join(lines)}</span>'


def highlight_css() -> str:
    """Return the colours of the highlighted words, dark enough to be read on a listing's panel."""
    formatter: HtmlFormatter[str] = HtmlFormatter(style=STYLE)
    css = str(formatter.get_style_defs("pre.code"))  # type: ignore[no-untyped-call]
    css = re.sub(r" */\*.*?\*/", "", css)
    return re.sub(
        r"(?<![-\w])color: (#[0-9a-fA-F]+)", lambda match: f"color: {readable(match[1], PANELS)}", css
    )
