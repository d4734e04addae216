"""A user's own words as HTML: words with their emphasis, links and formulas, lists, quotations, plain code.

Everything is escaped, and no tag is written but those that stand here.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from markdown_it.token import Token
from markupsafe import Markup, escape

from reportgen.own_words import picture_files
from reportgen.own_words.blocks import Block, Code, Formula, Inline, Items, Paragraph, Quotation, Rule
from reportgen.own_words.latex import set_formula
from reportgen.report.figures.svg import embed
from reportgen.report.page.numbering import NUMBER_HERE

LINE_WIDTH, HIGHEST = 642, 720
"""How wide the text of a page is, and how high a picture may be, in CSS pixels."""
_TAGS = {
    "em_open": Markup("<em>"),
    "em_close": Markup("</em>"),
    "strong_open": Markup("<b>"),
    "strong_close": Markup("</b>"),
    "s_open": Markup("<s>"),
    "s_close": Markup("</s>"),
    "link_close": Markup("</a>"),
    "hardbreak": Markup("<br>"),
}
_HAN = re.compile("[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")


@dataclass
class WordsWriter:
    """Writes words as HTML.

    Attributes:
        prefix: What the ids in its formulas begin with, unique in the page.
        formulas: How many it has written.
    """

    prefix: str
    formulas: int = field(default=0)

    def words(self, words: Inline, language: str) -> Markup:
        """Return words as HTML.

        Args:
            words: Of a paragraph, a heading or a cell.
            language: That they are for, in which a number that they ask for is named.
        """
        return Markup("").join(self._word(words, index, language) for index in range(len(words)))

    def block(self, block: Block, language: str) -> Markup:
        """Return a block that has no number as HTML.

        Args:
            block: No heading, picture or table.
            language: That it is for.
        """
        match block:
            case Paragraph():
                return Markup("<p>{}</p>").format(self.words(block.words, language))
            case Formula():
                return Markup('<div class="formula">{}</div>').format(self._formula(block.latex))
            case Code():
                return Markup("<pre><code>{}</code></pre>").format(block.text)
            case Items():
                start = "" if block.start in (None, 1) else Markup(' start="{}"').format(block.start)
                tag = Markup("ul" if block.start is None else "ol")
                items = Markup("").join(
                    Markup("<li>{}</li>").format(self._item(item, language)) for item in block.items
                )
                return Markup("<{}{}>{}</{}>").format(tag, start, items, tag)
            case Quotation():
                inner = (self.block(part, language) for part in block.blocks)
                return Markup("<blockquote>{}</blockquote>").format(Markup("").join(inner))
            case Rule():
                return Markup("<hr>")
        raise TypeError(f"a {type(block).__name__} has a number")

    def _item(self, blocks: Sequence[Block], language: str) -> Markup:
        """The inside of an item of a list: one of a few words is no paragraph."""
        parts = [
            self.words(part.words, language)
            if number == 0 and isinstance(part, Paragraph)
            else self.block(part, language)
            for number, part in enumerate(blocks)
        ]
        return Markup("").join(parts)

    def _word(self, words: Inline, index: int, language: str) -> Markup:
        token = words[index]
        match token.type:
            case "text":
                return escape(token.content)
            case "code_inline":
                return Markup("<code>{}</code>").format(token.content)
            case "softbreak":
                return Markup("" if _joins(words, index) else "\n")
            case "math_inline":
                return self._formula(token.content, inline=True)
            case "link_open":
                return _link(words, index, language)
        return _TAGS[token.type]

    def _formula(self, latex: str, *, inline: bool = False) -> Markup:
        self.formulas += 1
        made = set_formula(latex.strip(), inline=inline)
        prefix = f"{self.prefix}-f{self.formulas}"
        svg = embed(made.svg, prefix=prefix, description=" ".join(latex.split()), role="math")
        if not inline:
            return svg
        width, height = f'width="{made.width:.3f}em"', f'height="{made.height:.3f}em"'
        svg = Markup(re.sub(r'\bwidth="[^"]*"(\s+)height="[^"]*"', rf"{width}\1{height}", str(svg), count=1))
        return Markup('<span class="math drop-{}">{}</span>').format(round(100 * made.depth), svg)


def picture(path: str, data: bytes, alt: str) -> Markup:
    """Return a picture, as wide as it is, or as the page.

    Args:
        path: What its file is called.
        data: The bytes of the file.
        alt: What is said to who cannot see it.

    Raises:
        ValueError: A report cannot show it.
    """
    width, height = picture_files.check_picture(path, data)
    share = min(1, width / LINE_WIDTH, HIGHEST / height * width / LINE_WIDTH)
    return Markup('<img class="share-{}" alt="{}" src="data:{};base64,{}">').format(
        max(2, round(100 * share)), alt, picture_files.kind(path), base64.b64encode(data).decode("ascii")
    )


def measures(body: str) -> str:
    """Return the rules for how wide a page's pictures are, and how deep its formulas stand in their line.

    Args:
        body: The HTML that they are for.
    """
    rules: list[str] = []
    rule: Callable[[int], str]
    for name, rule in (
        ("share", lambda number: f"{{width:{number}%}}"),
        ("drop", lambda number: f"{{vertical-align:{-number / 100:g}em}}"),
    ):
        numbers = sorted({int(found) for found in re.findall(rf'class="(?:math )?{name}-(\d+)"', body)})
        rules += [f".{name}-{number}{rule(number)}" for number in numbers]
    return "".join(rules)


def _link(words: Inline, index: int, language: str) -> Markup:
    """The beginning of a link; one of no words to a figure, a table or a listing asks for its number."""
    address = str(words[index].attrs["href"])
    if address.startswith("#"):
        address = unquote(address)
        if words[index + 1].type == "link_close":
            return Markup('<a href="{}" {}="{}">').format(address, Markup(NUMBER_HERE), language)
    return Markup('<a href="{}">').format(address)


def _joins(words: Sequence[Token], index: int) -> bool:
    """Whether a line ends between two Chinese characters, where no space belongs."""
    before = words[index - 1].content[-1:] if index else ""
    after = words[index + 1].content[:1] if index + 1 < len(words) else ""
    return bool(_HAN.match(before) and _HAN.match(after))
