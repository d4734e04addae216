"""The catalogue's two languages match, and the sentences follow the findings, whatever they are."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from typing import Any

import pandas as pd
import pytest

from reportgen.files import resources
from reportgen.report.sections import sentences
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import ROWS, Catalogue, CatalogueError, check, load, placeholders

CATALOGUE = resources.templates() / "catalogue.toml"
BOTH = ("zh-Hant", "en")


@pytest.fixture(scope="module")
def t() -> Catalogue:
    return load(CATALOGUE, BOTH)


def results(stage: str, **scores: list[float | None]) -> pd.DataFrame:
    rows = [
        {
            "stage": stage, "setup": setup, "seed": seed,
            "status": "diverged" if score is None else "finished",
            "validation_accuracy": score, "test_accuracy": score, "test_images": 200.0,
            "test_correct": None if score is None else 200 * score, "hidden": "24-12",
            "parameters": 100 + 10 * (setup == "deeper"),
        }
        for setup, values in scores.items()
        for seed, score in enumerate(values)
    ]  # fmt: skip
    columns = ["stage", "setup", "seed", "status", "validation_accuracy", "test_accuracy", "test_images"]
    table = pd.DataFrame(rows, columns=[*columns, "test_correct", "parameters", "hidden"])
    measured = ["validation_accuracy", "test_accuracy", "test_images", "test_correct"]
    return table.astype(dict.fromkeys(measured, float))


@cache
def phrases_by_section() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))


def english(phrases: list[Any]) -> str:
    return " ".join(phrase.texts["en"].striptags() for phrase in phrases)


def test_every_phrase_has_both_languages_and_the_same_placeholders() -> None:
    check(phrases_by_section())


@pytest.mark.parametrize(
    "phrase",
    [{"en": "a"}, {"zh-Hant": "a", "en": "b", "fr": "c"}, {"zh-Hant": "{n} 個", "en": "{m} of them"}],
)
def test_phrases_that_do_not_match_are_refused(phrase: dict[str, str]) -> None:
    with pytest.raises(CatalogueError, match=r"words\.key"):
        check({"words": {"key": phrase}})


def test_chinese_is_traditional_and_english_is_not_chinese() -> None:
    for section, phrases in phrases_by_section().items():
        for key, phrase in phrases.items():
            han = "".join(re.findall(r"[\u4e00-\u9fff]", phrase["zh-Hant"]))
            # Big5 is the character set of Taiwan: simplified characters are not in it
            assert han.encode("cp950", errors="replace").decode("cp950") == han, (section, key)
            assert not re.search(r"[\u4e00-\u9fff]", phrase["en"]), (section, key)


def names_in(python: str) -> Iterator[str]:
    """What a program can put a phrase's name together from: its texts, and the names of its fields."""
    for node in ast.walk(ast.parse(python)):
        match node:
            case (
                ast.Constant(value=str() as name)
                | ast.AnnAssign(target=ast.Name(id=name))
                | ast.keyword(arg=str() as name)
                | ast.ClassDef(name=name)
            ):
                yield name.replace(" ", "_")


def test_every_phrase_is_used_somewhere() -> None:
    package = resources.PACKAGE
    programs = [source.read_text(encoding="utf-8") for source in package.rglob("*.py")]
    pages = [source.read_text(encoding="utf-8") for source in resources.templates().rglob("*.j2")]
    names = {name for program in programs for name in names_in(program)}
    names |= {name for page in pages for name in re.findall(r"'(\w+)'", page)}
    asked_for, begun = set[str](), dict[str, set[str]]()
    for text in (*programs, *pages):
        asked_for.update(re.findall(r"(?<!\w)(?=(\w+\.\w+))", text))
        for section, start in re.findall(r"""["'](\w+)\.(\w*)(?:\{|' ~)""", text):
            begun.setdefault(section, set()).add(start)

    def is_put_together(section: str, key: str) -> bool:
        """Whether a phrase is asked for by the section, what stands there, and one name or two."""
        for start in begun.get(section, ()):
            rest = key.removeprefix(start)
            parts = [(rest[:place], rest[place + 1 :]) for place in range(len(rest)) if rest[place] == "_"]
            if key.startswith(start) and (rest in names or any(names.issuperset(pair) for pair in parts)):
                return True
        return False

    unused = [
        f"{section}.{key}"
        for section, phrases in phrases_by_section().items()
        for key in {name.removesuffix(ROWS) for name in phrases}
        if key not in phrases or not (f"{section}.{key}" in asked_for or is_put_together(section, key))
    ]
    assert unused == []


ABOUT_IMAGES = {
    "ui.per_channel", "data.samples", "data.pixels_per-channel", "data.pixels_differ", "data_note.left_out",
    "data_note.resized", "data_note.features", "audit.duplicates_unknown", "audit.near_copies",
    "audit.near_copies_few", "audit.near_copies_none", "audit.test_official",
    "audit.test_set_apart", "audit.test_of_folder", "parts.augmentation", "insight.weights_text",
    "insight.weights_caption", "insight.examples_text", "insight.examples_caption", "source.folder",
}  # fmt: skip
"""Phrases that no report about a table has: it refuses what they are about, or has another source."""


def test_nothing_that_a_report_about_a_table_says_calls_its_rows_images() -> None:
    about_rows = load(CATALOGUE, ("zh-Hant", "en")).of_rows()
    pretending = [
        name
        for name in about_rows.names()
        if not name.endswith(ROWS) and name not in ABOUT_IMAGES
        for said in [about_rows(name, **dict.fromkeys(values_of(name), "0"))]
        if re.search("image|pixel|影像|像素|[0 ]張", " ".join(said.texts.values()), re.IGNORECASE)
    ]
    assert pretending == []


def values_of(name: str) -> set[str]:
    section, _, key = name.partition(".")
    return placeholders(phrases_by_section()[section][key]["en"])


def test_words_about_rows_take_the_same_values_as_those_about_images() -> None:
    for phrases in phrases_by_section().values():
        for key in phrases:
            if key.endswith(ROWS):
                of_images = phrases[key.removesuffix(ROWS)]
                assert placeholders(phrases[key]["en"]) == placeholders(of_images["en"]), key


def test_values_are_escaped_and_markup_in_texts_is_not_taken_from_users(t: Catalogue) -> None:
    said = t("stage.setup", setup="<i>x</i> {n}", stage="y").texts["en"]
    assert "&lt;i&gt;x&lt;/i&gt; {n}" in said


def test_nothing_is_said_of_a_test_that_was_not_made(t: Catalogue) -> None:
    assert sentences.test_sentences(results("tuned", T=[None]), t) == []


def test_a_mean_over_seeds_has_its_interval_and_one_seed_its_count(t: Catalogue) -> None:
    one = english(sentences.test_sentences(results("tuned", T=[0.75]), t))
    assert one.startswith("The test accuracy of the full training (T, hidden layers 24-12) is 75.00%")
    assert one.endswith("75.00% (150 of 200 test images are classified correctly).")
    several = english(sentences.test_sentences(results("tuned", T=[0.7, 0.71, 0.72, 0.73, 0.79]), t))
    assert "the mean accuracy of the full training (T, hidden layers 24-12) over 5 seeds is 73.00%" in several
    compared = sentences.test_sentences(results("comparison", T=[0.7, 0.72]).assign(hidden=""), t)
    assert "the mean accuracy of T in the comparison (no hidden layer) over 2 seeds" in english(compared)
    low, high = map(float, re.search(r"interval of the mean \[(.+?)%, (.+?)%\]", several).groups())  # type: ignore[union-attr]
    assert 65 < low < 73 < high < 79


@pytest.mark.parametrize(
    ("values", "write", "written"),
    [
        ([0.46521], "percent", "46.52%"),
        ([0.4, 0.5], "percent", "45.00% ± 7.07%"),
        ([float("nan"), 0.5], "percent", "50.00%"),
        ([float("nan")], "loss", "–"),
        ([1.0, 2.0, 3.0], "loss", "2.0000 ± 1.0000"),
    ],
)
def test_means_with_their_spread(values: list[float], write: str, written: str) -> None:
    assert numbers.with_spread(pd.Series(values), write) == written


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ([20.0] * 6 + [19.0] * 2, "19–20"),
        ([7.0, 7.0], "7"),
        ([float("nan"), 3.0], "3"),
        ([float("nan")], "–"),
    ],
)
def test_best_epochs_are_a_range_and_never_a_spread_of_nothing(values: list[float], written: str) -> None:
    assert numbers.whole_range(pd.Series(values)) == written


@pytest.mark.parametrize(
    ("phrase", "value", "filled"),
    [
        ("權重採{value}，", "He 初始化", "權重採 He 初始化，"),
        ("（1 減 {value}）", "測試準確率", "（1 減測試準確率）"),
        ("在{value} 上", "圖中", "在圖中上"),
        ("共 {value} 次", "8", "共 8 次"),
        ("共{value}次", "<8>", "共&lt;8&gt;次"),
        ("{value}的準確率", "Adam", "Adam 的準確率"),
        ("「{value}」", "Adam", "「Adam」"),
        ("差距{value}個百分點", "−0.3", "差距 −0.3 個百分點"),
        ("占{value}的一半", "12%", "占 12% 的一半"),
        ("使用Adam訓練 10次，{value} ，", "x", "使用 Adam 訓練 10 次，x，"),
        ("見`a b`檔 與{value}。", "中", "見 <code>a b</code> 檔 與中。"),
        ("類別「{value}」 最少", " 貓A ", "類別「 貓A 」最少"),
    ],
)
def test_spaces_beside_a_value_in_chinese_follow_from_what_it_is(
    phrase: str, value: str, filled: str
) -> None:
    words = Catalogue({"w": {"a": {"zh-Hant": phrase, "en": "a{value}b"}}}, BOTH)
    assert words("w.a", value=value).texts["zh-Hant"] == filled
    assert words("w.a", value="x").texts["en"] == "axb"


def test_no_line_ends_between_a_number_and_what_it_counts(t: Catalogue) -> None:
    words = {"zh-Hant": "領先 8 個（n = {n}），見 `n = 8 個`", "en": "{n} of 8 × 8, by 2 points"}
    shown = Catalogue({"w": {"a": words}}, BOTH)("w.a", n=t("count.seeds", n="8")).paragraphs()
    assert "領先 8\xa0個（n\xa0=\xa08\xa0個種子）" in shown
    assert "<code>n = 8 個</code>" in shown
    assert "8\xa0seeds of 8\xa0×\xa08, by 2 points" in shown


def test_a_difference_has_a_real_minus_in_a_report_and_none_for_programs() -> None:
    assert numbers.points(-0.0123) == "-1.23"
    with numbers.written_in("zh-Hant"):
        assert numbers.points(-0.0123) == "\u22121.23"
        assert numbers.Unit(share=False).difference_interval(-0.25, 1e-9) == "[\u22120.25, +1 × 10⁻⁹]"
    assert numbers.points(-0.0123) == "-1.23"


def test_marks_are_those_of_each_language() -> None:
    for section, phrases in phrases_by_section().items():
        for key, phrase in phrases.items():
            chinese, english = (re.sub(r"`[^`]*`", "code", phrase[language]) for language in BOTH)
            assert not re.search(r"[\u4e00-\u9fff}][,:;!?]|[,:;!?][\u4e00-\u9fff]", chinese), (section, key)
            assert not re.search(r"\w'|\w\"|\"\w|  ", english), (section, key)
