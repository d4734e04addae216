"""A text in Markdown, read as blocks; what a report cannot show is refused with its line.

CommonMark with tables, ~~struck out~~ words and formulas ($...$, $$...$$). HTML in it is text like any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import PurePosixPath
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.dollarmath import dollarmath_plugin

from reportgen.errors import is_printable
from reportgen.own_words import picture_files
from reportgen.own_words.blocks import (
    Block,
    Code,
    Formula,
    Heading,
    Inline,
    Items,
    Paragraph,
    Picture,
    Quotation,
    Rule,
    Table,
    plain,
)
from reportgen.own_words.latex import set_formula

LONGEST = 100_000
"""The most characters of a text; a thesis has a few times as many."""
LONGEST_PIECE = 20_000
"""The most of them without an empty line between: what markdown-it takes grows with the square of that."""
MOST_BLOCKS, MOST_FORMULAS, MOST_PICTURES = 2000, 300, 30
MOST_COLUMNS, DEEPEST = 12, 5
"""The most columns of a table, and how deep lists and quotations may stand in each other."""
_DEEPEST_READ = 100
"""Where markdown-it stops to read; it leaves out what is deeper, so this is never reached."""
SCHEMES = ("https://", "http://", "mailto:", "#")
"""How the address of a link begins."""
_CAPTION = re.compile(r"\s*(?:Table|表)?\s*[:：]\s*", re.IGNORECASE)
_RELATIVE = re.compile(r"[^/\\:][^\\:]*")


class MarkdownError(ValueError):
    """What a report cannot show of a text. line: where it stands, from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def parse(text: str) -> tuple[Block, ...]:
    """Read a text.

    Args:
        text: In Markdown.

    Returns:
        Its blocks; every formula in them was set once.

    Raises:
        MarkdownError: A report cannot show it.
    """
    if len(text) > LONGEST:
        raise MarkdownError(1, f"has more than {LONGEST:,} characters; say it in fewer")
    for number, line in enumerate(text.split("\n"), start=1):
        if not is_printable(line.replace("\t", " ")):
            char = next(char for char in line if char != "\t" and not is_printable(char))
            raise MarkdownError(number, f"has a character that cannot be shown (U+{ord(char):04X})")
    first = 1
    for piece in re.split(r"(\n[ \t]*\n)", text):
        if len(piece) > LONGEST_PIECE:
            raise MarkdownError(first, f"has more than {LONGEST_PIECE:,} characters without an empty line")
        first += piece.count("\n")
    tree = SyntaxTreeNode(_parser().parse(text))
    nodes = list(tree.walk())
    _refuse_many(nodes)
    for node in nodes:
        _refuse_depth(node)
        if node.type == "inline":
            _check_words(node)
        elif node.type.startswith("math_block"):
            _check_formula(node.content, _line(node))
    blocks = tuple(_with_captions(list(_blocks(tree.children))))
    if not blocks:
        raise MarkdownError(1, "is empty")
    return blocks


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": _DEEPEST_READ})
    parser.enable(["table", "strikethrough"])
    parser.use(dollarmath_plugin, allow_labels=False, allow_space=False, allow_digits=False)
    parser.validateLink = _is_link  # type: ignore[method-assign, assignment]
    return parser


def _is_link(_: str) -> bool:
    """Every link is one: those that lead elsewhere are refused, and do not become text."""
    return True


# ---------------------------------------------------------------- blocks


def _blocks(nodes: Sequence[SyntaxTreeNode], inside: str = "") -> Iterator[Block]:
    """The blocks of a text, or of what stands inside a list or a quotation."""
    for node in nodes:
        match node.type:
            case "paragraph":
                yield from _paragraph(node, inside)
            case "heading":
                _refuse_inside(node, inside, "a heading")
                yield Heading(int(node.tag[1:]), _heading_words(node))
            case "bullet_list":
                yield Items(None, _items(node))
            case "ordered_list":
                yield Items(int(node.attrs.get("start", 1)), _items(node))
            case "blockquote":
                yield Quotation(tuple(_blocks(node.children, "a quotation")))
            case "fence" | "code_block":
                yield Code(node.content, node.info.strip().partition(" ")[0].lower())
            case "math_block":
                yield Formula(node.content.strip())
            case "table":
                _refuse_inside(node, inside, "a table")
                yield _table(node)
            case "hr":
                yield Rule()
            case other:
                raise AssertionError(f"nothing makes a {other}")


def _items(node: SyntaxTreeNode) -> tuple[tuple[Block, ...], ...]:
    return tuple(tuple(_blocks(item.children, "a list")) for item in node.children)


def _paragraph(node: SyntaxTreeNode, inside: str) -> Iterator[Block]:
    """A paragraph of words, or the pictures that it consists of."""
    words = _words(node)
    images = [token for token in words if token.type == "image"]
    if not images:
        yield Paragraph(words)
        return
    if any(token.type not in ("image", "softbreak") and token.content.strip() for token in words):
        raise MarkdownError(
            _line(node), "a picture must stand in a paragraph of its own, between two empty lines"
        )
    _refuse_inside(node, inside, "a picture")
    for image in images:
        yield _picture(image, _line(node))


def _picture(image: Token, line: int) -> Picture:
    path = unquote(str(image.attrs["src"]))
    if not _RELATIVE.fullmatch(path):
        raise MarkdownError(
            line,
            f"the picture {path[:100]!r} must be a file beside the experiment, without a way to elsewhere",
        )
    path = PurePosixPath(path).as_posix()
    try:
        picture_files.kind(path)
    except ValueError as error:
        raise MarkdownError(line, f"{path[:100]!r} {error}") from None
    alt = plain(tuple(image.children or ())).strip()
    if not alt:
        raise MarkdownError(
            line, f"the picture {path!r} needs words for who cannot see it: ![what it shows]({path})"
        )
    return Picture(path, alt, str(image.attrs.get("title", "")).strip() or alt)


def _table(node: SyntaxTreeNode) -> Table:
    head, *bodies = node.children
    cells = head.children[0].children
    if len(cells) > MOST_COLUMNS:
        raise MarkdownError(
            _line(node), f"a table of {len(cells)} columns is too wide; at most {MOST_COLUMNS}"
        )
    alignments = tuple(
        str(cell.attrs.get("style", "")).removeprefix("text-align:") or "left" for cell in cells
    )
    rows = tuple(tuple(_words(cell) for cell in row.children) for body in bodies for row in body.children)
    for row in (*head.children, *(row for body in bodies for row in body.children)):
        for cell in row.children:
            if any(token.type == "image" for token in _words(cell)):
                raise MarkdownError(_line(row), "a picture cannot stand in a table")
    return Table((), tuple(_words(cell) for cell in cells), rows, alignments)


def _with_captions(blocks: list[Block]) -> Iterator[Block]:
    """The blocks, where a paragraph `Table: ...` or `: ...` right before a table is its caption."""
    for number, block in enumerate(blocks):
        after = blocks[number + 1] if number + 1 < len(blocks) else None
        before = blocks[number - 1] if number else None
        if isinstance(after, Table) and _caption(block) is not None:
            continue
        caption = _caption(before) if isinstance(block, Table) else None
        if isinstance(block, Table) and caption is not None:
            yield Table(caption, block.head, block.rows, block.alignments)
        else:
            yield block


def _caption(block: Block | None) -> Inline | None:
    """The words of a caption without the sign that makes them one."""
    if not isinstance(block, Paragraph) or not block.words or block.words[0].type != "text":
        return None
    first, *others = block.words
    match = _CAPTION.match(first.content)
    if match is None or not (first.content[match.end() :] or others):
        return None
    return (first.copy(content=first.content[match.end() :]), *others)


# ---------------------------------------------------------------- words


def _words(node: SyntaxTreeNode) -> Inline:
    """The tokens of the words in a paragraph, a heading or a cell."""
    inline = next((child for child in node.children if child.type == "inline"), None)
    tokens = inline.token.children if inline is not None and inline.token is not None else None
    return tuple(tokens or ())


def _heading_words(node: SyntaxTreeNode) -> Inline:
    words = _words(node)
    if (
        any(token.type in ("link_open", "math_inline", "image") for token in words)
        or not plain(words).strip()
    ):
        raise MarkdownError(_line(node), "a heading has words alone: no formula, no link and no picture")
    return words


def _check_words(node: SyntaxTreeNode) -> None:
    assert node.token is not None
    for token in node.token.children or ():
        if token.type == "link_open":
            address = str(token.attrs["href"])
            if not address.lower().startswith(SCHEMES) or address == "#":
                raise MarkdownError(
                    _line(node), f"the link to {address[:60]!r} must begin with one of {', '.join(SCHEMES)}"
                )
        elif token.type == "math_inline":
            _check_formula(token.content, _line(node), inline=True)


def _check_formula(latex: str, line: int, *, inline: bool = False) -> None:
    try:
        set_formula(latex.strip(), inline=inline)
    except ValueError as error:
        raise MarkdownError(line, f"the formula ${' '.join(latex.split())[:60]}$: {error}") from None


# ---------------------------------------------------------------- limits


def _refuse_many(nodes: Sequence[SyntaxTreeNode]) -> None:
    for kinds, most, what in (
        (("paragraph", "heading", "fence", "code_block", "tr", "list_item"), MOST_BLOCKS, "paragraphs"),
        (("math_inline", "math_block"), MOST_FORMULAS, "formulas"),
        (("image",), MOST_PICTURES, "pictures"),
    ):
        there = [node for node in nodes if node.type in kinds]
        if len(there) > most:
            raise MarkdownError(_line(there[most]), f"has more than {most:,} {what}; make less of it")


def _refuse_depth(node: SyntaxTreeNode) -> None:
    depth, above = 0, node
    while above.parent is not None and depth <= DEEPEST:
        depth += above.type in ("bullet_list", "ordered_list", "blockquote")
        above = above.parent
    if depth > DEEPEST:
        raise MarkdownError(_line(node), f"lists and quotations stand in each other more than {DEEPEST} deep")


def _refuse_inside(node: SyntaxTreeNode, inside: str, what: str) -> None:
    if inside:
        raise MarkdownError(_line(node), f"{what} cannot stand in {inside}")


def _line(node: SyntaxTreeNode) -> int:
    """The line on which a node, or what it stands in, begins; from 1."""
    above: SyntaxTreeNode | None = node
    while above is not None and not above.is_root:
        if above.map is not None:
            return above.map[0] + 1
        above = above.parent
    return 1
