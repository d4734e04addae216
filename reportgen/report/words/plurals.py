"""Words that depend on a number: 1 seed, 2 seeds.

A phrase writes them as {n:seed|seeds}: the forms that the language has, in the order of Unicode's plural
categories. English has two, Polish four (one, few, many, other), Chinese one, and so no need of any.
"""

from __future__ import annotations

import re

from markupsafe import Markup

from reportgen.report.words import languages

CATEGORIES = ("zero", "one", "two", "few", "many", "other")


def choose_form(forms: str, number: str, language: str) -> str:
    """Return the form for a number; where the language has more forms than there are, the last.

    Args:
        forms: Of a word, a bar between each and the next.
        number: As it is written in the report; what has no digit takes the last form.
        language: The code of the language of the forms.
    """
    words = forms.split("|")
    digits = re.sub("[^0-9]", "", Markup(number).striptags())  # signs of thousands are none
    if not digits:
        return words[-1]
    category = languages.locale(language).plural_form(int(digits))
    return words[min(categories(language).index(category), len(words) - 1)]


def categories(language: str) -> list[str]:
    """Return the plural categories of a language, in their order.

    Args:
        language: The code of the language.
    """
    own = languages.locale(language).plural_form.tags
    return [category for category in CATEGORIES if category in own or category == "other"]


def mistake(forms: str, language: str) -> str | None:
    """Return what is wrong with the forms of a word; None where nothing is.

    Args:
        forms: Of a word, a bar between each and the next.
        language: The code of the language that they are of.
    """
    if "|" not in forms or "{" in forms:
        return "is no value; write its name alone: {n}, or a word's forms behind it: {n:seed|seeds}"
    if len(forms.split("|")) > len(own := categories(language)):
        return f"has more forms than {language}, which has {len(own)} ({', '.join(own)})"
    return None
