"""Checks of a report as a text to be read: functions from a file to findings, one line each.

The prose is taken from the HTML, where every paragraph says its language;
what paper alone shows, from the PDF.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import lxml.html
import pymupdf

from tests.helpers.ink_checks import characters
from tests.helpers.pdf_checks import page_count

MOST_PAGES = 17
MOST_SENTENCES = 5
"""So many sentences conclude a report in each language."""
MOST_TIMES = 2
"""So often a number stands in prose."""
SMALLEST = 6.5
"""Points: the smallest type that is read without effort on paper."""
TIGHT = 0.8
"""Of a Chinese mark's own width: what it takes up at most where another mark follows."""

HAN = r"\u3400-\u4dbf\u4e00-\u9fff"
CODE = "\ufffc"
"""What stands for a passage of code or a drawing."""
CLOSING, STOPS = "）」』】》〉", "，。、；：？！）」』】》〉"
NAMES = re.compile(r"<[^>]*>|[A-Za-z0-9_.:/=+-]*[0-9_.:/=][A-Za-z0-9_.:/=+-]*")
"""What stands in a text of either language as it is: file names, settings, code."""


# ---------------------------------------------------------------- the prose


def page_of(path: Path) -> Any:
    """The report's page as a tree."""
    return lxml.html.fromstring(path.read_text(encoding="utf-8"))


def sentences_of(page: Any, language: str) -> Iterator[tuple[str, str]]:
    """The passages of running text in a language, and of which part of the page each is.

    Args:
        page: Of page_of.
        language: "zh" or "en", as the classes of passages have it.
    """
    passages = page.xpath(
        f".//p[contains(concat(' ', @class, ' '), ' {language} ')]"
        f" | .//li/span[contains(concat(' ', @class, ' '), ' {language} ')]"
    )
    for passage in passages:
        part = next((one.get("id") or one.get("class") or one.tag for one in passage.iterancestors()), "")
        yield part, re.sub(r"\s+", " ", without_code(passage)).strip()


def without_code(passage: Any) -> str:
    """The text of an element without what is set as code."""
    parts = [passage.text or ""]
    for child in passage:
        parts += [CODE if child.tag in ("code", "svg", "math") else without_code(child), child.tail or ""]
    return "".join(parts)


# ---------------------------------------------------------------- checks of the HTML


def repetition(path: Path) -> list[str]:
    """No number with a unit is said in prose more than twice, in one language."""
    page, found = page_of(path), []
    for language in ("zh", "en"):
        unit = r"%|\s?個百分點" if language == "zh" else r"%| points"
        counts = Counter(
            number
            for _, text in sentences_of(page, language)
            for number in re.findall(rf"[+\u2212]?\d[\d,]*\.\d+(?={unit})", text)
        )
        found += [
            f"{language}: {number} is said {count} times"
            for number, count in counts.items()
            if count > MOST_TIMES
        ]
    return found


def twice(path: Path) -> list[str]:
    """No sentence is said a second time; the first page may say what the sections say."""
    page, found = page_of(path), []
    for language, end in (("zh", "。"), ("en", r"\.\s")):
        sentences = [
            sentence.strip()
            for _, text in sentences_of(page.find(".//main"), language)
            for sentence in re.split(end, text)
            if len(sentence.strip()) > (12 if language == "zh" else 40)
        ]
        found += [
            f"{language}: said {count} times: {sentence[:60]}"
            for sentence, count in Counter(sentences).items()
            if count > 1
        ]
    return found


def conclusions(path: Path) -> list[str]:
    """The report concludes with a handful of sentences."""
    found = []
    for language in ("zh", "en"):
        said = page_of(path).xpath(f"//*[contains(@class, 'conclusions')]//span[@class='{language}']")
        if len(said) > MOST_SENTENCES:
            found.append(f"{language}: {len(said)} sentences conclude it, more than {MOST_SENTENCES}")
    return found


def languages(path: Path) -> list[str]:
    """A passage of one language has no sentence of the other, and no label of it."""
    page, found = page_of(path), []
    for text in visible(page, "en"):
        if mixed := re.search(rf"[{HAN}，。；：、（）]+", text):
            found.append(f"en: {mixed[0]!r} in {text[:60]!r}")
    for text in visible(page, "zh"):
        plain = NAMES.sub(" ", text)
        # a name may have several words, a sentence has more of them, and small ones
        for words in re.findall(r"(?:\b[A-Za-z][A-Za-z'’-]*\b[ ,]*){4,}", plain):
            if re.search(r"\b(?:the|of|and|is|are|with|in|to|for|from)\b", words):
                found.append(f"zh: {words.strip()!r} in {text[:40]!r}")
    return found


def visible(page: Any, language: str) -> Iterator[str]:
    """The texts of all elements of a language, those in drawings too."""
    for element in page.xpath(f"//*[contains(concat(' ', @class, ' '), ' {language} ')]"):
        if text := re.sub(r"\s+", " ", without_code(element)).strip():
            yield text


def marks(path: Path) -> list[str]:
    """Chinese has full-width marks, with no space; English has curly apostrophes; minus is no hyphen."""
    page, found = page_of(path), []
    wrong = {
        "zh": {
            "a half-width mark": rf"[{HAN}][,;:?!](?=[{HAN}\s])|[{HAN}]\((?=[{HAN}])",
            "a space beside a full-width mark": r"\s[，。；：、（）「」]|[，。；：、（）「」]\s",
            "a hyphen for minus": r"(?<![\w.-])-\d",
        },
        "en": {
            "a straight apostrophe": r"\w'\w",
            "a straight quotation mark": r'"',
            "a hyphen for minus": r"(?<![\w.-])-\d",
            "a full-width mark": r"[，。；：、（）「」]",
            "a plural in brackets": r"\w\(s\)",
        },
    }
    for language, patterns in wrong.items():
        for text in visible(page, language):
            found += [
                f"{language}: {name} in {text[max(0, match.start() - 20) : match.end() + 20]!r}"
                for name, pattern in patterns.items()
                for match in re.finditer(pattern, text)
            ]
    return found


# ---------------------------------------------------------------- checks of the PDF


def length(path: Path) -> list[str]:
    """The report has no more pages than it may."""
    pages = page_count(path)
    return [f"{pages} pages, more than {MOST_PAGES}"] if pages > MOST_PAGES else []


def type_size(path: Path) -> list[str]:
    """Nothing is set smaller than can be read on paper."""
    smallest: dict[tuple[int, float], str] = {}
    with pymupdf.open(path) as document:
        for page in document:
            for size, text in sizes(page):
                if size < SMALLEST - 0.05 and text.strip():
                    smallest.setdefault((page.number, round(size, 1)), text.strip())
    return [f"page {page + 1}: {text[:40]!r} at {size} pt" for (page, size), text in smallest.items()]


def sizes(page: Any) -> Iterator[tuple[float, str]]:
    """The size of every passage on a page, in points, as it is drawn."""
    for block in page.get_text("dict")["blocks"]:
        for line in block.get("lines", []):
            for span in line["spans"]:
                yield span["size"], span["text"]


def compressed(path: Path) -> list[str]:
    """A closing Chinese mark takes half its width where another mark follows it."""
    found = []
    with pymupdf.open(path) as document:
        for page in document:
            for (char, box), (after, following) in pairwise(characters(page)):
                width, same_line = box[2] - box[0], abs(box[1] - following[1]) < 1
                if char in CLOSING and after in STOPS and same_line:
                    advance = following[0] - box[0]
                    if advance > TIGHT * width:
                        found.append(f"page {page.number + 1}: {char}{after} stand wide apart")
    return found
