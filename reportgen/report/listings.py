"""Source code as highlighted, numbered lines."""

from __future__ import annotations

import re

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import PythonLexer, TOMLLexer

from reportgen.report.colours import readable

STYLE = "friendly"
KEPT = 6
PANELS = ("#f4f6f9", "#f0f0f0")  # what listings may stand on
PLAIN = re.compile(r'<span class="(?:n|p|w)">([^<]*)</span>')
"""Names, punctuation and spaces, which look like text: each would cost an element of the PDF's structure."""
LEXERS: dict[str, type[Lexer]] = {"python": PythonLexer, "toml": TOMLLexer}


def listing(text: str, *, language: str = "python", first_line: int = 1) -> Markup:
    """The text with a span around each line; its number, counted from first_line, is drawn by CSS."""
    formatter: HtmlFormatter[str] = HtmlFormatter(nowrap=True, style=STYLE)
    highlighted = PLAIN.sub(r"\1", highlight(text, LEXERS[language](stripnl=False), formatter))
    lines = highlighted.rstrip("\n").split("\n")
    numbered = [
        f'<span class="line" data-line="{number}">{line or "&#8203;"}</span>'
        for number, line in enumerate(lines, start=first_line)
    ]
    # a page may break a listing, but not right after its first lines or before its last
    first, middle, last = numbered[:KEPT], numbered[KEPT:-KEPT], numbered[KEPT:][-KEPT:]
    body = "".join([_kept(first), *middle, _kept(last)])
    return Markup(f'<pre class="code"><code>{body}</code></pre>')


def _kept(lines: list[str]) -> str:
    return f'<span class="keep">{"".join(lines)}</span>' if lines else ""


def highlight_css() -> str:
    """The colours of the highlighted words, dark enough to be read on a listing's panel."""
    formatter: HtmlFormatter[str] = HtmlFormatter(style=STYLE)
    css = str(formatter.get_style_defs("pre.code"))  # type: ignore[no-untyped-call]
    css = re.sub(r" */\*.*?\*/", "", css)
    return re.sub(
        r"(?<![-\w])color: (#[0-9a-fA-F]+)", lambda found: f"color: {readable(found[1], PANELS)}", css
    )
