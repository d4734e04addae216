"""Source code as highlighted, numbered lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from reportgen.report.page.colours import readable

STYLE = "friendly"
SHORTEST_BLOCK, LONGEST_BLOCK = 4, 12
"""A block of fewer lines joins another; one of more, a sixth of a page, may be broken anywhere."""
BEHIND_DOCSTRING = 2
"""So many lines of code at least stand on the same page as the docstring before them."""
DOCSTRING = re.compile(r"""\s*[rRuUbB]?(\"{3}|'{3})""")
DEFINITION = re.compile(r"\s*(async def|class|def|@)\b|\s*@\w|\[")
PANELS = ("#f4f6f9", "#f0f0f0")  # what listings may stand on
ELLIPSIS = "…"
DIGITS = 4
"""How wide a line's number is set, spaces before it: style.css leaves as much room."""
PLAIN = re.compile(r'<span class="(?:n|p|w|o|bp)">([^<]*)</span>')
"""Names, signs and spaces, left in the colour of text: each would cost an element of the PDF's structure."""
DEEPEST = 24
"""So many characters a line's continuation is set in at most: more would leave it no room on a phone."""
CHARACTER, NUMBER = 0.6, 3.6
"""In em: how wide a character of code is, and a line's number with the spaces around it."""
PLAIN_TEXT = "text"
LANGUAGES = (
    "bash", "c", "cpp", "java", "javascript", "json", "julia", "matlab", "python", "r", "sql", PLAIN_TEXT,
    "toml", "yaml",
)  # fmt: skip
"""Those whose words are told apart by their colours."""


def listing(
    text: str, *, language: str = "python", first_line: int = 1, left_out: Sequence[range] = ()
) -> Markup:
    """Return the text with a span around each line; its number, counted from first_line, is drawn by CSS.

    On paper, a line with an ellipsis, which has no number, stands for each passage that is left out.

    Args:
        text: The source code.
        language: One of LANGUAGES.
        first_line: The number of its first line.
        left_out: The places of lines that are not printed, from 0.
    """
    formatter: HtmlFormatter[str] = HtmlFormatter(nowrap=True, style=STYLE)
    highlighted = PLAIN.sub(r"\1", highlight(text, get_lexer_by_name(language, stripnl=False), formatter))
    lines = highlighted.rstrip("\n").split("\n")
    plain = text.rstrip("\n").split("\n")
    marks = {
        passage.start: f"{indentation(plain[passage.start : passage.stop])}{ELLIPSIS}" for passage in left_out
    }
    spared = {place for passage in left_out for place in passage}
    printed: list[str] = []
    numbered: list[tuple[str, bool]] = []  # each line, and whether it is printed
    for number, line in enumerate(lines, start=first_line):
        place = number - first_line
        if place in marks:
            numbered.append((f'<span class="left-out">{marks[place]}</span>', True))
            printed.append(marks[place])
        kind = f"line{_indent(plain[place])}{' spared' if place in spared else ''}"
        span = f'<span class="{kind}" data-line="{number:>{DIGITS}}">{line or "&#8203;"}</span>'
        numbered.append((span, place not in spared))
        printed += [plain[place]] if place not in spared else []
    blocks = [_kept(block) for block in _blocks(numbered, block_lengths(printed))]
    return Markup(f'<pre class="code" tabindex="0"><code>{"".join(blocks)}</code></pre>')


def _blocks(lines: Sequence[tuple[str, bool]], lengths: Sequence[int]) -> Iterator[list[tuple[str, bool]]]:
    """The lines in blocks of so many that are printed."""
    rest = iter(lines)
    for length in lengths:
        block: list[tuple[str, bool]] = []
        while sum(printed for _, printed in block) < length:
            block.append(next(rest))
        yield block


def indentation(lines: Sequence[str]) -> str:
    """Return the spaces that the first line with a text begins with."""
    first = next((line for line in lines if line.strip()), "")
    return first[: len(first) - len(first.lstrip())]


def block_lengths(lines: Sequence[str]) -> list[int]:
    """Return how many lines each block of a text has; a page may break between blocks, not in a short one.

    A block begins after blank lines, and at a class, a function or what decorates it, but never in a
    docstring or right behind it; one of a few lines belongs to the block after it, or to the one before at
    the end.
    """
    begins = [0]
    after_docstring = _lines_of_docstrings(lines)
    for number, line in enumerate(lines[1:], start=1):
        if number in after_docstring:
            continue
        after_blank = not lines[number - 1].strip() and line.strip()
        definition = DEFINITION.match(line) and not DEFINITION.match(lines[number - 1])
        in_long_block = number - begins[-1] >= LONGEST_BLOCK and not line.startswith((" ", ")", "]", "}"))
        if (after_blank or definition or in_long_block) and number - begins[-1] >= SHORTEST_BLOCK:
            begins.append(number)
    if len(begins) > 1 and len(lines) - begins[-1] < SHORTEST_BLOCK:
        begins.pop()
    heads = [_end_of_head(begin, end, after_docstring) for begin, end in pairwise([*begins, len(lines)])]
    ends = sorted({*begins[1:], *(head for head in heads if head is not None), len(lines)})
    return [end - begin for begin, end in pairwise([0, *ends])]


def _lines_of_docstrings(lines: Sequence[str]) -> set[int]:
    """The lines of all docstrings, and the first few behind each."""
    found: set[int] = set()
    number = 0
    while number < len(lines):
        opened = DOCSTRING.match(lines[number])
        if opened and number and lines[number - 1].rstrip().endswith(":"):
            last = number
            if opened[1] not in lines[number][opened.end() :]:
                last = next(
                    (at for at in range(number + 1, len(lines)) if opened[1] in lines[at]), len(lines) - 1
                )
            behind = [at for at in range(last + 1, len(lines)) if lines[at].strip()][:BEHIND_DOCSTRING]
            found.update(range(number, max([last, *behind]) + 1))
            number = last
        number += 1
    return found


def _end_of_head(begin: int, end: int, after_docstring: set[int]) -> int | None:
    """Where a block that is too long to be kept may break first: some lines behind its docstring."""
    if end - begin <= LONGEST_BLOCK or begin + 1 not in after_docstring:
        return None
    last = next(number for number in range(begin + 1, end + 1) if number not in after_docstring)
    return last if last - begin <= LONGEST_BLOCK and end - last >= SHORTEST_BLOCK else None


def hanging(body: str) -> str:
    """Return the rules by which a line that is broken goes on below its own beginning, not at the margin.

    Args:
        body: The HTML that they are for.
    """
    depths = sorted({int(depth) for depth in re.findall(r'class="line in-(\d+)[ "]', body)})
    margins = {depth: NUMBER + CHARACTER * (depth + 2) for depth in depths}
    return "".join(
        f".code .in-{depth}{{padding-left:{margin:g}em;text-indent:{-margin:g}em}}"
        for depth, margin in margins.items()
    )


def _indent(line: str) -> str:
    """The class of a line that is set in."""
    depth = len(line) - len(line.lstrip(" "))
    return f" in-{min(depth, DEEPEST)}" if depth and line.strip() else ""


def _kept(lines: Sequence[tuple[str, bool]]) -> str:
    kept = "keep" if sum(printed for _, printed in lines) <= LONGEST_BLOCK else "block"
    return f'<span class="{kept}">{"".join(line for line, _ in lines)}</span>'


def highlight_css() -> str:
    """Return the colours of the highlighted words, dark enough to be read on a listing's panel."""
    formatter: HtmlFormatter[str] = HtmlFormatter(style=STYLE)
    css = str(formatter.get_style_defs("pre.code"))  # type: ignore[no-untyped-call]
    css = re.sub(r" */\*.*?\*/", "", css)
    return re.sub(
        r"(?<![-\w])color: (#[0-9a-fA-F]+)", lambda match: f"color: {readable(match[1], PANELS)}", css
    )
