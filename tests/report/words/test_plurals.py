"""Words follow a number in every language that has forms for it, in the program's catalogue and a user's."""

from __future__ import annotations

import pytest

from reportgen.report.templates.user_catalogue import read
from reportgen.report.words.catalogue import Catalogue, CatalogueError, Phrase, check

PHRASE = {
    "zh-Hant": "{n} 個種子",
    "en": "{n} {n:seed|seeds}",
    "pl": "{n} {n:ziarno|ziarna|ziaren|ziarna}",  # one, few, many, other
    "de": "{n} {n:Startwert|Startwerte}",
}


@pytest.mark.parametrize(
    ("number", "chinese", "english", "polish", "german"),
    [
        ("1", "1 個種子", "1 seed", "1 ziarno", "1 Startwert"),
        ("2", "2 個種子", "2 seeds", "2 ziarna", "2 Startwerte"),
        ("5", "5 個種子", "5 seeds", "5 ziaren", "5 Startwerte"),
        ("22", "22 個種子", "22 seeds", "22 ziarna", "22 Startwerte"),
        ("0", "0 個種子", "0 seeds", "0 ziaren", "0 Startwerte"),
        ("1,001", "1,001 個種子", "1,001 seeds", "1,001 ziaren", "1,001 Startwerte"),
        ("6–8", "6–8 個種子", "6–8 seeds", "6–8 ziaren", "6–8 Startwerte"),
        ("–", "– 個種子", "– seeds", "– ziarna", "– Startwerte"),
    ],
)
def test_a_word_has_the_form_of_its_number(
    number: str, chinese: str, english: str, polish: str, german: str
) -> None:
    t = Catalogue({"count": {"seeds": PHRASE}}, ("zh-Hant", "en", "pl", "de"))
    texts = t("count.seeds", n=number).texts
    assert [texts[code] for code in ("zh-Hant", "en", "pl", "de")] == [chinese, english, polish, german]


def test_a_number_that_is_a_phrase_or_marked_up_counts_too() -> None:
    t = Catalogue({"count": {"seeds": PHRASE}, "n": {"n": {"zh-Hant": "1", "en": "1"}}}, ("zh-Hant", "en"))
    assert isinstance(one := t("n.n"), Phrase)
    assert t("count.seeds", n=one).texts["en"] == "1 seed"
    assert t("count.seeds", n=1).texts["en"] == "1 seed"


def test_what_a_language_borrows_has_the_forms_of_english() -> None:
    own = {name: text for name, text in PHRASE.items() if name in ("zh-Hant", "en")}
    texts = Catalogue({"count": {"seeds": own}}, ("pl",))("count.seeds", n="5").texts
    assert texts["pl"] == "5 seeds"


def test_forms_of_a_users_catalogue_are_taken_and_too_many_are_refused() -> None:
    ours = {"count": {"seeds": {name: PHRASE[name] for name in ("zh-Hant", "en")}}}
    taken = read('[count]\nseeds = { pl = "{n} {n:ziarno|ziarna|ziaren}", de = "{n} Startwerte" }', ours)
    assert (taken.mistakes, taken.notes) == ((), ())
    texts = Catalogue(taken.words, ("pl", "de"))("count.seeds", n="22").texts
    assert texts == {"pl": "22 ziarna", "de": "22 Startwerte"}
    for forms, language, said in (
        ("a|b|c", "de", "{n:a|b|c} has more forms than de, which has 2 (one, other)"),
        ("a|b", "ja", "{n:a|b} has more forms than ja, which has 1 (other)"),
        (">9", "de", "{n:>9} is no value"),
        ("a|{x}", "de", "{n:a|{x}} is no value"),
    ):
        (mistake,) = read(f'[count]\nseeds = {{ {language} = "{{n}} {{n:{forms}}}" }}', ours).mistakes
        assert mistake[0] == 2
        assert mistake[1].startswith(f"count.seeds in {language}: {said}")


def test_forms_that_a_language_lacks_are_refused_in_the_programs_catalogue() -> None:
    with pytest.raises(CatalogueError, match=r"count\.seeds: \{n:個\|些\} has more forms than zh-Hant"):
        check({"count": {"seeds": {"zh-Hant": "{n} {n:個|些}", "en": "{n}"}}})
