"""Text as LaTeX has it: no character of it is a command, and none is lost.

What pdfLaTeX cannot set by itself becomes a command of LaTeX or of amssymb where there is one. What is left
over, such as Chinese, says which engine a document needs.
"""

from __future__ import annotations

import re
import unicodedata


def _greek(letter: str) -> str:
    """What LaTeX calls a Greek letter."""
    name = unicodedata.name(letter).rpartition(" ")[2].lower().replace("lamda", "lambda")
    return name.capitalize() if letter.isupper() else name


SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "`": r"\textasciigrave{}",
    '"': r"\textquotedbl{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
}
SIGNS = {
    "\u00a0": "~",
    "\u2002": r"\enspace{}",
    "\u2003": r"\quad{}",
    "\u2009": r"\,",
    "\u202f": r"\,",
    "\u200b": r"\allowbreak{}",
    "\u2060": "",
    "\u00ad": r"\-",
    "\u2010": "-",
    "\u2011": r"\mbox{-}",
    "\u2013": r"\textendash{}",
    "\u2014": r"\textemdash{}",
    "\u2018": r"\textquoteleft{}",
    "\u2019": r"\textquoteright{}",
    "\u201c": r"\textquotedblleft{}",
    "\u201d": r"\textquotedblright{}",
    "\u2022": r"\textbullet{}",
    "\u2026": r"\dots{}",
    "\u2032": r"\ensuremath{'}",
    "\u00b7": r"\ensuremath{\cdot}",
    "\u00d7": r"\ensuremath{\times}",
    "\u00b1": r"\ensuremath{\pm}",
    "\u00b0": r"\ensuremath{^\circ}",
    "\u00b5": r"\ensuremath{\mu}",
    "\u2212": r"\ensuremath{-}",
    **{
        sign: rf"\ensuremath{{^{{{plain}}}}}"
        for sign, plain in zip("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789", strict=True)
    },
    "\u2190": r"\ensuremath{\leftarrow}",
    "\u2192": r"\ensuremath{\rightarrow}",
    "\u2207": r"\ensuremath{\nabla}",
    "\u221a": r"\ensuremath{\surd}",
    "\u221e": r"\ensuremath{\infty}",
    "\u2248": r"\ensuremath{\approx}",
    "\u2260": r"\ensuremath{\neq}",
    "\u2264": r"\ensuremath{\leq}",
    "\u2265": r"\ensuremath{\geq}",
    "\u2713": r"\checkmark{}",
    "\u2714": r"\checkmark{}",
    "\u2717": r"\ensuremath{\times}",
    "\u2718": r"\ensuremath{\times}",
    "\u25b2": r"\ensuremath{\blacktriangle}",
    "\u25bc": r"\ensuremath{\blacktriangledown}",
    "\u25cb": r"\ensuremath{\circ}",
    "\u25cf": r"\ensuremath{\bullet}",
    **{letter: rf"\ensuremath{{\{_greek(letter)}}}" for letter in "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ"},
}
HAN = re.compile("[\u2e80-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
_OTHER = re.compile("[^\x00-\x7f\u00a1\u00a3\u00a7\u00bf-\u00d6\u00d8-\u017e]")
"""What is not in the usual encoding of European fonts (T1)."""
_LIGATURE = re.compile(r"(?<=([-,'!?]))(?=[-,'`])")
"""Where two signs would become one: -- a dash, ,, a quotation mark."""
_LONG = re.compile(r"\S{31,}")
_SPACE = re.compile(r"[ \t\n\r\f]+")
"""What HTML takes for one space."""


def escape(text: str) -> str:
    """Return a text as LaTeX prints it, on one line.

    Args:
        text: Any text.
    """
    text = _LONG.sub(lambda word: "\u200b".join(re.findall(".{1,8}", word[0])), text)
    text = _SPACE.sub(" ", text)
    made = "".join(SPECIAL.get(character) or SIGNS.get(character, character) for character in text)
    return _LIGATURE.sub("{}", made)


def needs_chinese(latex: str) -> bool:
    """Return whether a document has Chinese characters or the like.

    Args:
        latex: All of it.
    """
    return HAN.search(latex) is not None


def needs_unicode(latex: str) -> bool:
    """Return whether pdfLaTeX lacks characters of a document, but XeLaTeX and LuaLaTeX do not.

    Args:
        latex: All of it.
    """
    return _OTHER.search(latex) is not None
