"""A number on a PDF's page, letter by letter."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

Operation = tuple[list[Any], pikepdf.Operator]

DIGITS = "0123456789"


def operations(pdf: Pdf, page: int) -> list[Operation]:
    return [(list(one.operands), one.operator) for one in pikepdf.parse_content_stream(pdf.pages[page])]


def write(pdf: Pdf, page: int, content: list[Operation]) -> None:
    pdf.pages[page].Contents = pdf.make_stream(pikepdf.unparse_content_stream(content))


def op(text: str, *operands: Any) -> Operation:
    return list(operands), pikepdf.Operator(text)


def letters(font: Any) -> dict[bytes, str]:
    """What each glyph of a font stands for, by its code."""
    pairs = re.findall(rb"<([0-9a-f]{4})> <([0-9a-f]{4})>\n", font.ToUnicode.read_bytes())
    return {bytes.fromhex(code.decode()): chr(int(text, 16)) for code, text in pairs}


class Number:
    """The first share in per cent on a page: how it is drawn, and the same with its last digit another."""

    def __init__(self, pdf: Pdf, page: int = 0) -> None:
        self.pdf, self.page, self.content = pdf, page, operations(pdf, page)
        for place, (operands, operator) in enumerate(self.content):
            if str(operator) == "Tf":
                self.font, self.size = operands
            if str(operator) != "TJ":
                continue
            known = letters(pdf.pages[page].Resources.Font[self.font])
            self.codes = b"".join(bytes(part) for part in operands[0] if isinstance(part, String))
            codes = [self.codes[at : at + 2] for at in range(0, len(self.codes), 2)]
            self.text = "".join(known.get(code, "?") for code in codes)
            if re.search(r"\d%", self.text):
                self.place = place
                break
        else:
            raise AssertionError("the page has a number")
        last = max(at for at, char in enumerate(self.text) if char in DIGITS)
        self.other_digit = next(
            code for code, char in known.items() if char in DIGITS and char not in self.text
        )
        self.other = b"".join([*codes[:last], self.other_digit, *codes[last + 1 :]])

    def draw(self, codes: bytes) -> Operation:
        return op("TJ", Array([String(codes)]))

    def replace(self, *drawn: Operation) -> None:
        write(self.pdf, self.page, [*self.content[: self.place], *drawn, *self.content[self.place + 1 :]])

    def mute_font(self) -> Operation:
        """The same font, whose glyphs all stand for a space; as the operation that chooses it."""
        return self.font_that_says(lambda _: " ")

    def font_that_says(self, said: Callable[[str], str]) -> Operation:
        fonts = self.pdf.pages[self.page].Resources.Font
        lying = self.pdf.make_indirect(Dictionary(fonts[self.font]))
        known = letters(lying)
        lines = "".join(f"<{code.hex()}> <{ord(said(char)):04x}>\n" for code, char in known.items())
        head, tail = re.split(rb"\d+ beginbfchar\n.*endbfchar", lying.ToUnicode.read_bytes(), flags=re.S)
        body = f"{len(known)} beginbfchar\n{lines}endbfchar".encode()
        lying.ToUnicode = self.pdf.make_stream(head + body + tail)
        fonts["/Lying"] = lying
        return op("Tf", Name("/Lying"), self.size)

    @property
    def true_font(self) -> Operation:
        return op("Tf", self.font, self.size)
