"""The author's own sections: which text is shown for which language, and what each is set beside."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reportgen.errors import UserError
from reportgen.own_words.markdown import parse
from reportgen.own_words.texts import EVERY, FILE, OwnWords, from_json
from reportgen.records.run import Run
from reportgen.report.options import ReportOptions
from reportgen.report.render import render
from reportgen.report.sections.own_words import own_words_section, shown_for, written_in
from reportgen.report.templates.loading import words_in
from reportgen.report.words.catalogue import Catalogue
from tests.helpers.own_words import png

ZH, EN = "zh-Hant", "en"


def section(
    texts: dict[str, str], languages: tuple[str, ...] = (ZH, EN), **pictures: bytes
) -> list[dict[str, Any]]:
    """The blocks of a method, in a report in these languages."""
    named = {f"{name}.png": data for name, data in pictures.items()}
    records: Any = SimpleNamespace(words=OwnWords({"method": texts}, named))
    return list(own_words_section("method", records, words_in(languages)).fill()["method"])


def html(blocks: list[dict[str, Any]]) -> str:
    return "\n".join(str(block["html"]) for block in blocks if block["kind"] == "html")


@pytest.mark.parametrize(
    ("given", "languages", "shown"),
    [
        ({ZH: "一", EN: "one"}, (ZH, EN), [ZH, EN]),
        ({ZH: "一", EN: "one"}, (EN,), [EN]),
        ({ZH: "一", EN: "one"}, (ZH,), [ZH]),
        ({EN: "one"}, (ZH, EN), [EN]),
        ({EN: "one"}, (ZH,), [EN]),
        ({ZH: "一"}, (EN,), [ZH]),
        ({EVERY: "one"}, (ZH, EN), [EN]),
        ({EVERY: "一"}, (EN,), [ZH]),
    ],
)
def test_a_language_without_a_text_has_that_of_the_other(
    given: dict[str, str], languages: tuple[str, ...], shown: list[str]
) -> None:
    texts = {language: parse(text) for language, text in given.items()}
    assert list(shown_for(texts, words_in(languages))) == shown


def test_a_further_language_has_the_english_text() -> None:
    entries = {"ui": {"figure": {ZH: "圖", EN: "Figure", "de": "Abbildung"}}}
    t = Catalogue(entries, (ZH, EN, "de"))
    assert list(shown_for({ZH: parse("一"), EN: parse("one")}, t)) == [ZH, EN]
    assert list(shown_for({ZH: parse("一")}, t)) == [ZH]


@pytest.mark.parametrize(
    ("text", "language"),
    [("全連接層的梯度", ZH), ("A word of 王小明", EN), ("以 SGD 與 Adam 訓練三次", ZH), ("$x$", EN)],
)
def test_the_language_of_a_text_is_that_of_most_of_its_words(text: str, language: str) -> None:
    assert written_in(parse(text)) == language


def test_a_text_of_one_language_is_not_left_out_where_another_is_chosen() -> None:
    blocks = section({EN: "One word.\n\n- an item"})
    assert 'class="zh"' not in html(blocks)
    assert 'class="en"' not in html(blocks)
    assert '<p lang="en">One word.</p>' in html(blocks)
    alone = section({EN: "One word."}, (EN,))
    assert '<p lang="en" class="en">One word.</p>' in html(alone)


def test_counterparts_stand_together_and_others_one_behind_the_other() -> None:
    together = section({ZH: "一\n\n二", EN: "one\n\ntwo"})
    assert [block["html"].count("<p") for block in together] == [2, 2]
    apart = section({ZH: "一\n\n二", EN: "one"})
    assert [block["html"].striptags() for block in apart] == ["一", "二", "one"]
    assert html(apart).count('class="zh"') == 2


def test_a_table_has_both_languages_in_a_cell_and_numbers_once() -> None:
    (table,) = section({ZH: "|甲|乙|\n|-|-:|\n|丙|1|", EN: "|a|b|\n|-|-:|\n|c|1|"})
    assert [cell["html"].striptags() for cell in table["head"]] == ["甲 a", "乙 b"]
    assert [cell["html"].striptags() for cell in table["rows"][0]] == ["丙 c", "1"]
    assert [cell["alignment"] for cell in table["head"]] == ["left", "right"]
    two = section({ZH: "|甲|\n|-|\n|丙|", EN: "|a|\n|-|\n|c|\n|d|"})
    assert [block["key"] for block in two] == ["method-1", "method-2"]


def test_code_that_is_the_same_is_one_listing_and_other_code_is_two() -> None:
    same = "```python\nx = 1\n```"
    assert [block["key"] for block in section({ZH: same, EN: same})] == ["method-1"]
    other = section({ZH: same, EN: same.replace("1", "2")})
    assert [block["key"] for block in other] == ["method-1", "method-2"]
    assert 'class="mi"' in other[0]["code"]
    assert 'class="mi"' not in section({EN: "```brainfuck\nx = 1\n```"})[0]["code"]


def test_a_picture_shown_twice_has_two_names() -> None:
    blocks = section({EN: "![a](x.png)\n\n![b](x.png 'c')"}, x=png())
    assert [block["key"] for block in blocks] == ["method-x", "method-x-2"]
    assert [block["caption"].plain() for block in blocks] == ["a", "c"]


def test_headings_go_down_a_level_at_a_time() -> None:
    text = "### a\n\n# b\n\n### c\n\n## d\n\n###### e\n\n# f"
    assert [block["level"] for block in section({EN: text})] == [3, 3, 4, 4, 4, 3]


def test_lines_of_chinese_are_joined_without_a_space() -> None:
    (block,) = section({ZH: "每一步更新\n權重，以\nSGD 訓練"}, (ZH,))
    assert ">每一步更新權重，以\nSGD 訓練<" in block["html"]


def test_markup_in_words_captions_and_code_is_escaped() -> None:
    evil = "<img src=x onerror=alert(1)>"
    table = f": {evil}\n\n|{evil}|\n|-|\n|{evil}|"
    text = f"{evil}\n\n{table}\n\n![{evil}](x.png '{evil}')\n\n    {evil}\n\n# {evil}"
    for block in section({EN: text}, x=png()):
        said = repr(block)
        assert "<img src=x" not in said
        assert "alert(1)" in said


def test_a_link_that_leads_nowhere_is_a_note(tiny_run: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(tiny_run, tmp_path / "copy" / tiny_run.name))
    words = OwnWords(
        {"method": {EVERY: "[here](#sec-conclusions), [there](#figure-no), [](#table-none)"}}, {}
    )
    (copy / "records" / FILE).write_text(words.to_json(), encoding="utf-8")
    rendered = render(Run.read(copy), ReportOptions(pdf=False))
    assert rendered.notes == (
        "the link to #figure-no leads to nothing in this report",
        "the link to #table-none leads to nothing in this report",
    )


def test_records_of_another_shape_are_refused_in_one_line() -> None:
    words = OwnWords({"method": {EVERY: "a\n\n王"}}, {"x.png": b"\0\xff"})
    assert from_json(words.to_json()) == words
    for damaged in (
        "[]",
        '{"texts": {}}',
        '{"texts": {}, "pictures": {"a": "?"}}',
        '{"texts": {"a": 1}, "pictures": {}}',
    ):
        with pytest.raises(ValueError, match=r"^own_words\.json: [^\n]+$"):
            from_json(damaged)
    with pytest.raises(UserError, match=r"^own_words\.json: method, all, line 1: is empty$"):
        section({EVERY: ""})
