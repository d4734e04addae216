"""Source code as highlighted, numbered lines."""

from __future__ import annotations

import re

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import PythonLexer, TOMLLexer

STYLE = "friendly"
KEPT = 6
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
    return Markup(f'<pre class="code" tabindex="0"><code>{body}</code></pre>')


def _kept(lines: list[str]) -> str:
    return f'<span class="keep">{"".join(lines)}</span>' if lines else ""


def highlight_css() -> str:
    """The colours of the highlighted words."""
    formatter: HtmlFormatter[str] = HtmlFormatter(style=STYLE)
    return str(formatter.get_style_defs("pre.code"))  # type: ignore[no-untyped-call]
