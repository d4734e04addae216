"""A report says a number in its sentences twice at most: on the first page, and where it was found."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

NUMBER = re.compile(r"[+\u2212]?\d[\d,]*(?:\.\d+)?(?:%|(?= (?:percentage )?points?\b))")
NO_PROSE = re.compile(r"<(table|figure|nav|style|script|svg)\b.*?</\1>", re.S)
ENGLISH = re.compile(r'<(p|span|div)\b[^>]* class="en"[^>]*>(.*?)</\1>', re.S)
MOST = 2
LEVELS = {"95%", "80%", "5.00%", "1%"}
"""Those of tests, intervals and rules, which are no results."""


def sentences_of(page: str) -> list[str]:
    """The English passages of a page that stand in no caption, heading, table or figure."""
    prose = NO_PROSE.sub(" ", page.partition("<body")[2])
    return [re.sub(r"<[^>]+>", "", text) for _, text in ENGLISH.findall(prose)]


def test_no_number_is_printed_in_prose_more_than_twice(tiny_run: Path) -> None:
    passages = sentences_of((tiny_run / "report.html").read_text(encoding="utf-8"))
    counts = Counter(number for passage in passages for number in NUMBER.findall(passage))
    assert len(counts.keys() - LEVELS) > 8, "the sentences are found"
    often = {number: count for number, count in counts.items() if count > MOST and number not in LEVELS}
    assert often == {}


def test_the_conclusions_are_five_at_most_and_repeat_no_numbers_but_the_answer(tiny_run: Path) -> None:
    page = (tiny_run / "report.html").read_text(encoding="utf-8")
    conclusions = page.partition('id="sec-conclusions"')[2].partition("<h2")[0]
    told = re.findall(r"<li>(.*?)</li>", conclusions, re.S)
    assert 1 <= len(told) <= 5
    # the answer, which comes first, has the number that it has on the first page
    said = [text for item in told[1:] for _, text in ENGLISH.findall(item)]
    assert not [number for text in said for number in NUMBER.findall(text) if number not in LEVELS]
