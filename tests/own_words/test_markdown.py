"""A text is read as Markdown has it, and what a report cannot show of it is refused with its line."""

from __future__ import annotations

import pytest

from reportgen.own_words import blocks
from reportgen.own_words.blocks import (
    Code,
    Formula,
    Heading,
    Items,
    Paragraph,
    Picture,
    Quotation,
    Rule,
    Table,
)
from reportgen.own_words.markdown import LONGEST, LONGEST_PIECE, MarkdownError, parse

EVERY_KIND = r"""
Words with *emphasis*, <b>tags</b> &amp; `code`,
over two lines; it costs $5 or $6.

## Heading

$$
x^2
$$

: A caption

| a | b | c |
|---|:-:|--:|
| 1 | 2 | $x$ |

![what it *shows*](a/b%20c.png "below it")
![again](d.svg)

3. one
4. two

       indented

> said

~~~python
x = 1
~~~

***
"""


def test_every_kind_of_block_is_read() -> None:
    text = parse(EVERY_KIND)
    kinds = [Paragraph, Heading, Formula, Table, Picture, Picture, Items, Quotation, Code, Rule]
    assert [type(block) for block in text] == kinds
    words, heading, formula, table, picture, again, items, quotation, code, _ = text
    assert isinstance(words, Paragraph)
    assert (
        blocks.plain(words.words)
        == "Words with emphasis, <b>tags</b> & code, over two lines; it costs $5 or $6."
    )
    assert isinstance(heading, Heading)
    assert (heading.level, blocks.plain(heading.words)) == (2, "Heading")
    assert formula == Formula("x^2")
    assert isinstance(table, Table)
    assert table.alignments == ("left", "center", "right")
    assert blocks.plain(table.caption) == "A caption"
    assert [[blocks.plain(cell) for cell in row] for row in (table.head, *table.rows)] == [
        ["a", "b", "c"],
        ["1", "2", "x"],
    ]
    assert picture == Picture("a/b c.png", "what it shows", "below it")
    assert again == Picture("d.svg", "again", "again")
    assert isinstance(items, Items)
    assert items.start == 3
    assert [[type(block) for block in item] for item in items.items] == [[Paragraph], [Paragraph, Code]]
    assert isinstance(quotation, Quotation)
    assert code == Code("x = 1\n", "python")


REFUSED = {
    "nothing": ("\n \n", 1, "is empty"),
    "too long": ("x\n\n" * (LONGEST // 3 + 1), 1, "has more than 100,000 characters"),
    "a long piece": (
        "a\n\n" + "x" * (LONGEST_PIECE + 1),
        3,
        "more than 20,000 characters without an empty line",
    ),
    "a character that turns the line around": ("a\n\nb\u202ec", 3, "cannot be shown (U+202E)"),
    "a line that only Python sees": ("a\u2028b", 1, "cannot be shown (U+2028)"),
    "a picture without words": ("a\n\n![](x.png)", 3, "the picture 'x.png' needs words"),
    "a picture among words": ("see ![a](x.png)", 1, "a picture must stand in a paragraph of its own"),
    "a picture from the web": ("![a](https://x.y/z.png)", 1, "must be a file beside the experiment"),
    "a picture inside the text": (
        "![a](data:image/png;base64,AAAA)",
        1,
        "must be a file beside the experiment",
    ),
    "a picture by its whole path": ("![a](/x.png)", 1, "must be a file beside the experiment"),
    "another kind of picture": ("![a](x.gif)", 1, "'x.gif' is no picture that a report can show"),
    "a picture in a list": ("- a\n\n- ![a](x.png)", 3, "a picture cannot stand in a list"),
    "a picture in a table": ("|a|\n|-|\n|![a](x.png)|", 3, "a picture cannot stand in a table"),
    "a picture in a heading": ("# ![a](x.png)", 1, "a heading has words alone"),
    "a script as a link": (
        "a\nb [c](javascript:alert(1))",
        1,
        "the link to 'javascript:alert(1)' must begin",
    ),
    "a file as a link": ("<file:///etc/passwd>", 1, "the link to 'file:///etc/passwd' must begin"),
    "a link to a neighbour": ("[a](other.md)", 1, "the link to 'other.md' must begin with one of https://"),
    "a link in a heading": ("# [a](https://x.y)", 1, "a heading has words alone"),
    "a formula in a heading": ("# about $x$", 1, "a heading has words alone"),
    "a heading without words": ("a\n\n#\n", 3, "a heading has words alone"),
    "a heading in a list": ("- # a", 1, "a heading cannot stand in a list"),
    "a table in a quotation": ("> |a|\n> |-|", 1, "a table cannot stand in a quotation"),
    "a wide table": ("|a" * 13 + "|\n" + "|-" * 13 + "|", 1, "a table of 13 columns is too wide"),
    "deep lists": ("> " * 6 + "a", 1, "more than 5 deep"),
    "very deep lists": ("> " * 150 + "a", 1, "more than 5 deep"),
    "a broken formula": ("a\n\nb $\\frac{1}$", 3, "the formula $\\frac{1}$: a command lacks an argument"),
    "an unknown command": ("$$\n\\fraq{1}{2}\n$$", 1, "unknown command \\fraq"),
    "many formulas": ("$x$ " * 301, 1, "has more than 300 formulas"),
    "many pictures": ("![a](x.png)\n\n" * 31, 61, "has more than 30 pictures"),
    "many paragraphs": ("a\n\n" * 2001, 4001, "has more than 2,000 paragraphs"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_a_report_cannot_show_is_refused(case: str) -> None:
    text, line, said = REFUSED[case]
    with pytest.raises(MarkdownError) as refused:
        parse(text)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert refused.value.line == line


def test_html_and_comments_are_words_like_others() -> None:
    (words,) = parse("<script>alert(1)</script> <!-- seen --> <img src=x onerror=alert(1)>")
    assert isinstance(words, Paragraph)
    assert {token.type for token in words.words} == {"text"}


def test_a_caption_is_only_what_stands_right_before_a_table() -> None:
    (first, table) = parse(": no caption\n\n> a")
    assert isinstance(first, Paragraph)
    (table,) = parse("表：準確率\n\n|a|\n|-|\n|b|")
    assert isinstance(table, Table)
    assert blocks.plain(table.caption) == "準確率"
    text = parse("Words.\n\n|a|\n|-|\n|b|")
    assert [type(block) for block in text] == [Paragraph, Table]
