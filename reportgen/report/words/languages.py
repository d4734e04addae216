"""A language of the report: what HTML, the style sheet, Babel and the language switch call it.

Chinese and English are the report's own. Any other language that a catalogue has a column for is set as one
of the two is: in Chinese characters, or in letters.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel import Locale

CHINESE, ENGLISH = "zh-Hant", "en"
HTML_LANG = {CHINESE: "zh-Hant-TW", ENGLISH: "en"}
CSS_CLASS = {CHINESE: "zh", ENGLISH: "en"}
CODE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
"""A language, its script, its region: de, zh-Hans, pt-BR, es-419."""

_LOCALES = {CHINESE: "zh_Hant_TW", ENGLISH: "en_US"}
_NAMES = {CHINESE: "中文", ENGLISH: "English"}
_IN_CHARACTERS = {"zh", "ja"}


def html_lang(code: str) -> str:
    """Return what the lang attribute says."""
    return HTML_LANG.get(code, code)


def css_class(code: str) -> str:
    """Return whether it is set as Chinese is (zh) or as English is (en)."""
    return CSS_CLASS.get(code, "zh" if code.split("-", maxsplit=1)[0] in _IN_CHARACTERS else "en")


def switch(code: str) -> str:
    """Return its place in the language switch: the end of an id."""
    return CSS_CLASS.get(code, code.lower())


def name(code: str) -> str:
    """Return what it calls itself, for the language switch."""
    if code in _NAMES:
        return _NAMES[code]
    own = locale(code).get_language_name() if _is_known(code) else None
    return own[:1].upper() + own[1:] if own else code


def locale(code: str) -> Locale:
    """Return how its dates and numbers are written; as in English where Babel does not know it."""
    from babel import Locale

    if code in _LOCALES:
        return Locale.parse(_LOCALES[code])
    return Locale.parse(code, sep="-") if _is_known(code) else Locale.parse(_LOCALES[ENGLISH])


def _is_known(code: str) -> bool:
    from babel import Locale, UnknownLocaleError

    try:
        Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError):
        return False
    return True
