"""Spaces between Chinese and other text, as Taiwanese typesetters put them: whatever a phrase has itself.

One space between a Chinese character and a letter, a digit or a piece of code; none beside full-width marks,
which bring their own; and none where a value has come between two Chinese characters. What is within a value
is left alone: it may be a name. And in every language, the spaces at which no line may end.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

_HAN, _MARK = "[\u3400-\u9fff\uf900-\ufaff]", "[，。、；：！？（）「」『』《》〈〉【】〔〕]"
NO_BREAK = "\u00a0"
_HELD = "\ue000"
"""What stands for a piece of code while the words around it are looked at."""
_LETTERS = f"A-Za-z0-9\u00c0-\u024f\u0370-\u03ff∞{_HELD}"
_FIRST, _LAST = rf"[{_LETTERS}+\u2212±√\[]", rf"[{_LETTERS}%°\]]"
_CODE = re.compile("<code>.*?</code>", re.DOTALL)
_APART = re.compile(f"(?<={_HAN}) ?(?={_FIRST})|(?<={_LAST}) ?(?={_HAN})")
_TOGETHER = re.compile(f"{_HAN}{_HAN}|.{_MARK}|{_MARK}.")
_BESIDE_MARKS = re.compile(f" +(?={_MARK})|(?<={_MARK}) +")
_UNIT = r"(?:[個次組張項種對倍維]|(?:seeds?|epochs?|percentage)\b)"
"""What a number does not leave at a line's end: measure words, and the units that reports count in."""
_HELD_TOGETHER = re.compile(rf"(?<=\bn) = (?=\d)|(?<=\d) [×/] (?=\d)|(?<=\d) (?={_UNIT})|(?<=第) (?=\d)")
_TAG = re.compile("(<code>.*?</code>|<[^>]*>)", re.DOTALL)


def join_chinese(pieces: Sequence[str]) -> str:
    """Return the pieces of a Chinese phrase as one text with the spaces that belong there.

    Args:
        pieces: As HTML, its own words and the values filled in by turns, words first.
    """
    text, wanted = "", False
    for number, piece in enumerate(pieces):
        is_own = number % 2 == 0
        words = _spaced(piece) if is_own else piece
        core = words.strip(" ") if is_own else words
        wanted = wanted or (is_own and words.startswith(" "))
        if core:
            text += (" " if _is_apart(text, core, wanted) else "") + core
            wanted = False
        wanted = wanted or (is_own and words.endswith(" "))
    return text + " " * wanted


def hold_together(text: str) -> str:
    """Return a text in which no line ends within "n = 8", "8 × 8", "8 seeds" or "8 個".

    Args:
        text: As HTML, whose tags and code are left alone.
    """
    pieces = _TAG.split(text)
    pieces[::2] = [
        _HELD_TOGETHER.sub(lambda space: space[0].replace(" ", NO_BREAK), piece) for piece in pieces[::2]
    ]
    return "".join(pieces)


def _spaced(words: str) -> str:
    """A phrase's own words, between two values, with their spaces in order."""
    code = _CODE.findall(words)
    words = _BESIDE_MARKS.sub("", _APART.sub(" ", _CODE.sub(_HELD, words)))
    return re.sub(_HELD, lambda _: code.pop(0), words)


def _is_apart(before: str, after: str, wanted: bool) -> bool:
    """Whether a space belongs between two pieces. wanted: what the phrase says."""
    seam = _shown(before)[-1:] + _shown(after)[:1]
    if re.fullmatch(f"{_HAN}{_FIRST}|{_LAST}{_HAN}", seam):
        return True
    return wanted and not _TOGETHER.fullmatch(seam)


def _shown(piece: str) -> str:
    return html.unescape(re.sub("<[^>]*>", "", piece))
