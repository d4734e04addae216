"""A report made with templates of someone's own: what it shows, in which language, what it cannot reach."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pdfplumber
import pikepdf
import pytest

from reportgen.files import resources
from reportgen.report.templates import limits
from reportgen.report.templates.loading import TemplateError, own, read
from reportgen.report.words.catalogue import Catalogue
from reportgen.report.words.numbers import Unit, loss, percent, points, whole, written_in
from tests.helpers.cli import Cli
from tests.helpers.pages import GREEDY, page, plain_page
from tests.helpers.project import ROOT

GERMAN = """
[ui]
contents = { de = "Inhalt" }
[section]
conclusions = { de = "Schlussfolgerungen", ja = "結論" }
[appendix]
reproduce = { de = "Jeder Satz hier ist aus den Aufzeichnungen dieses Laufs „berechnet“, größtenteils." }
[test]
confusion_caption_many = { ja = "この結論は {n} 回の学習の記録から計算した。" }
[test.many_seeds]
de = "Auf {images} Bildern: {accuracy} ({n} Läufe, {interval}; {spread} {lowest} {highest}), {what}."
"""


@pytest.fixture(scope="module")
def german(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("german")
    (folder / "catalogue.toml").write_text(GERMAN, encoding="utf-8")
    return folder


@pytest.fixture
def run(tiny_run: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_run, tmp_path / "run"))


# ---------------------------------------------------------------- another language


def test_a_report_in_another_language_alone(cli: Cli, run: Path, german: Path) -> None:
    assert cli("render", run, "--templates", german, "--languages", "de").code == 0
    html = (run / "report.html").read_text(encoding="utf-8")
    assert '<html lang="de">' in html
    assert '<p lang="de" class="en">Jeder Satz hier' in html
    assert "<span>Schlussfolgerungen</span>" in html
    # what is missing is in English, and says so
    assert '<p lang="en" class="en" data-also="de">Every layer implements' in html
    (curves,) = re.findall(r"<p ([^>]*)>(?:(?!</p>).)*has the lowest mean training loss", html)
    assert curves == 'lang="en" class="en" data-also="de"'
    assert not re.search(r'lang="zh', html)
    assert re.search(
        r"Auf \d+ Bildern: <b>\d\d,\d\u00a0%</b> \(2 Läufe, \[-?\d+,\d\u00a0%; \d+,\d\u00a0%\]", html
    )
    with pikepdf.open(run / "report.pdf") as pdf:
        assert pdf.Root.Lang == "de"
    with pdfplumber.open(run / "report.pdf") as pdf:
        text = "\n".join(page.extract_text() for page in pdf.pages)
        assert "Jeder Satz hier ist aus den Aufzeichnungen dieses Laufs „berechnet“, größtenteils." in text
        assert re.search(r"^\d+ Schlussfolgerungen", text, re.MULTILINE)
        assert re.search(r"\d\d,\d\s%", text)
        assert "custom templates (catalogue.toml)" in text.replace("’", "'").replace("\n", " ")


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("zh-Hant", ["46.52%", "0.1235", "12,345", "+1.20", "[1.5, 2.5]", "–"]),
        ("en", ["46.52%", "0.1235", "12,345", "+1.20", "[1.5, 2.5]", "–"]),
        ("de", ["46,52\u00a0%", "0,1235", "12.345", "+1,20", "[1,5; 2,5]", "–"]),
        ("fr", ["46,52\u00a0%", "0,1235", "12\u202f345", "+1,20", "[1,5; 2,5]", "–"]),
        ("ja", ["46.52%", "0.1235", "12,345", "+1.20", "[1.5, 2.5]", "–"]),
        ("tlh", ["46.52%", "0.1235", "12,345", "+1.20", "[1.5, 2.5]", "–"]),
    ],
)
def test_numbers_are_written_as_the_language_has_them(language: str, written: list[str]) -> None:
    with written_in(language):
        found = [percent(0.46521), loss(0.12346), whole(12345), points(0.012)]
        found += [Unit(share=False).interval(1.5, 2.5), percent(float("nan"))]
    assert found == written
    assert percent(0.5) == "50.00%"  # outside, as ever


# ---------------------------------------------------------------- the language switch


def test_the_switch_shows_each_language_and_english_where_it_lacks_words(
    cli: Cli, run: Path, german: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    webdriver = pytest.importorskip("selenium.webdriver")
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    driver = shutil.which("chromedriver")
    if not (chromium and driver):
        pytest.skip("Chromium and its driver are not installed")
    languages = ("--languages", "zh-Hant,en,de,ja")
    answer = cli("render", run, "--templates", german, *languages, "--no-pdf")
    assert answer.code == 0
    assert "a box stands for each: 学 (U+5B66), 録 (U+9332)\n" in answer.out  # named, each once
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    profile = f"user-data-dir={tmp_path_factory.mktemp('profile')}"
    for argument in ("headless", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", profile):
        options.add_argument(f"--{argument}")
    page = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    try:
        page.get((run / "report.html").as_uri())

        def shown(selector: str) -> bool:
            found = page.find_elements("css selector", selector)
            assert found, selector
            seen = {element.is_displayed() for element in found}
            assert len(seen) == 1, selector
            return seen.pop()

        labels = [label.text for label in page.find_elements("css selector", ".bar label[for^=show-]")]
        assert labels[1:] == ["中文", "English", "Deutsch", "日本語"]
        own = "main p[lang=de]"
        borrowed = "main p[lang=en][data-also='de ja']"
        replaced = "main p[lang=en][data-also=ja]"
        assert all(map(shown, ("main p.zh", own, borrowed, replaced)))
        expected = {
            "zh": (True, False, False, False),
            "en": (False, False, True, True),
            "de": (False, True, True, False),
        }
        for switch, answers in expected.items():
            page.find_element("css selector", f".bar label[for=show-{switch}]").click()
            assert tuple(map(shown, ("main p.zh", own, borrowed, replaced))) == answers, switch
    finally:
        page.quit()


# ---------------------------------------------------------------- what cannot be reached


ATTACKS = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ ''|attr('__class__') }}",
    "{{ [title]|map(attribute='__class__')|join }}",
    "{{ title['__class__'] }}",
    "{{ t.__init__.__globals__['re'] }}",
    "{{ t.__call__.__func__.__globals__ }}",
    "{{ doc.catalogue.__init__.__globals__ }}",
    "{{ lipsum.__globals__['os'].environ }}",
    "{{ cycler.__init__.__globals__.os.environ }}",
    "{{ self._TemplateReference__context }}",
    "{{ self.__init__.__globals__ }}",
    "{{ '{0.__class__}'.format(title) }}",
    "{{ ('{0.__class__.__mro__}'|safe).format(title) }}",
    "{{ '{x.__class__}'.format_map({'x': title}) }}",
    "{{ place.read_text() }}",
    "{{ (place.parent).iterdir()|list }}",
    "{{ place.joinpath('x').write_text('x') }}",
    "{{ number.tofile(secret) }}",
    "{{ table.to_csv(secret) }}",
    "{{ table.to_pickle }}",
    "{{ opened.__self__ }}",
    "{% include 'original/../catalogue.toml' %}",
    "{% include 'original//etc/passwd' %}",
    "{% import 'os' as os %}{{ os.environ }}",
    "{% set x = setups.append(1) %}",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_template_reaches_nothing_but_the_report(tmp_path: Path, attack: str) -> None:
    with pytest.raises(TemplateError, match=r"sections/scores\.html\.j2:1: "):
        page(tmp_path, attack)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_template_can_take_in_the_original_and_a_partial_of_its_own(tmp_path: Path) -> None:
    made = page(
        tmp_path,
        "{% include 'part.html.j2' %}{% from 'original/macros.html.j2' import h with context -%}"
        "{{ h(2, 'data') }}",
        **{"part.html.j2": "<p>mine</p>"},
    )
    assert made.body.startswith("<p>mine</p><h2")


BAD_PAGES = {
    "<!doctype html><!-- <html><head> --><script>": "must begin with",
    "<!doctype html><html><head><style></style>": "lacks a line with <style> alone",
}


@pytest.mark.parametrize("text", BAD_PAGES)
def test_a_page_must_take_policy_and_fonts(tmp_path: Path, text: str) -> None:
    with pytest.raises(TemplateError, match=re.escape(BAD_PAGES[text])):
        page(tmp_path, "", **{"report.html.j2": text}).for_screen()


def test_the_policy_comes_before_all_that_a_page_may_load(tmp_path: Path) -> None:
    head = "<!doctype html><html><head>"
    text = f"{head}<script src='https://example.org/x.js'></script><style>\n</style>"
    html = page(tmp_path, "", **{"report.html.j2": text}).for_screen()
    first = re.match(rf'{head}<meta http-equiv="Content-Security-Policy" content="([^"]*)">\n<script', html)
    assert first is not None
    ours = base64.b64encode(sha256(own().script().encode()).digest()).decode()
    assert f"default-src 'none'; script-src 'sha256-{ours}'; style-src 'sha256-" in first[1]


def policy_and_script(html: str) -> tuple[str, str]:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert policy is not None
    return policy[1], html.rpartition("<script>")[2].partition("</script>")[0]


def test_scripts_come_from_the_program_alone(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    with pytest.raises(TemplateError, match=r"mine/script\.js: scripts come from the program alone"):
        page(tmp_path, "", **{"script.js": "location = 'https://example.org/' + document.body.innerText"})
    original = (resources.templates() / "script.js").read_text(encoding="utf-8")
    (folder / "script.js").write_text(original, encoding="utf-8")  # of an older export, say
    assert "script.js" not in read(folder).replaced
    policy, script = policy_and_script(plain_page(tmp_path, "<script>alert(1)</script>").for_screen())
    assert script == own().script()
    digest = base64.b64encode(sha256(script.encode()).digest()).decode()
    assert re.findall(r"script-src ([^;]*)", policy) == [f"'sha256-{digest}'"]


LEADING_AWAY = [
    "<meta http-equiv=refresh content='0; url=https://example.org/'>",
    '<META HTTP-EQUIV="refresh" CONTENT="0;url=https://example.org/">',
    "<meta\nname='a' http-equiv='refresh' content='0;url=//example.org'>",
    "<meta/http-equiv=refresh/content=0;url=//example.org>",
    '<meta name="a" content=b" c=">" http-equiv=refresh content="0;url=//example.org">',
    "<!--><meta http-equiv=refresh content='0;url=//example.org'>-->",
    "{{ '<meta http-equiv=refresh content=0;url=//example.org>'|safe }}",
    "{% set m = 'meta' %}<{{ m }} http-equiv=refresh content='0;url=//example.org'>",
    "<base href='https://example.org/'>",
    "<form action='https://example.org/'><button>more</button></form>",
    "<link rel=dns-prefetch href='//{{ 'secret' }}.example.org'>",
    "<iframe src='https://example.org/'></iframe>",
    "<object data='https://example.org/'></object>",
    "<noscript><p title='</noscript><meta name=a>'></p></noscript>",
    "<a href='javascript:alert(1)'>more</a>",
    "<a href=' JAVA&#115;cript&colon;alert(1)'>more</a>",
    '<a href="java\tscript:alert(1)">more</a>',
    "<svg><a xlink:href=javascript:alert(1)><text>more</text></a></svg>",
]


@pytest.mark.parametrize("text", LEADING_AWAY)
def test_a_page_cannot_lead_away_with_its_text(tmp_path: Path, text: str) -> None:
    made = plain_page(tmp_path, text)
    for render in (made.for_screen, made.for_print):
        with pytest.raises(TemplateError, match=r"mine: in line \d+ of the page: <?\w+"):
            render()


def test_a_page_may_say_these_words_and_link_where_it_likes(tmp_path: Path) -> None:
    html = plain_page(
        tmp_path,
        "<p>{{ '<form> and <meta http-equiv=refresh> are tags' }}</p><metadata></metadata>"
        "<p><a href='https://example.org/javascript:'>javascript: is a word</a></p>",
    ).for_screen()
    assert "&lt;meta http-equiv=refresh&gt;" in html
    assert "<a href='https://example.org/javascript:'>" in html


ONE_BY_ONE = """
import gc, json, resource, sys
from pathlib import Path
from reportgen.errors import UserError
from reportgen.report.templates import limits
from tests.helpers.pages import GREEDY, plain_page

resource.setrlimit(resource.RLIMIT_AS, (8 * 2**30, 8 * 2**30))
object.__setattr__(limits.OF_TEMPLATES, 'seconds', 3.0)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
said = {}
for name, (text, _) in GREEDY.items():
    (place := Path(sys.argv[1], name)).mkdir()
    try:
        plain_page(place, text).for_screen()
    except UserError as error:
        said[name] = str(error)
    gc.collect()  # an error keeps what was there when it came
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([said, (after - before) * 1024, resource.getrlimit(resource.RLIMIT_DATA)[0]]))
"""


def test_a_template_cannot_fill_the_memory_or_go_on_for_ever(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ONE_BY_ONE, tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    said, taken, limit_afterwards = json.loads(done.stdout)
    assert said.keys() == GREEDY.keys()
    for name, (_, reason) in GREEDY.items():
        assert reason in said[name], name
        assert "\n" not in said[name]
        assert said[name].startswith(f"{tmp_path / name / 'mine'}")
    assert taken < 1.25 * 2**30
    assert limit_afterwards == -1


def test_a_page_cannot_be_laid_out_for_ever(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "t.csv").write_text("optimizer,seed,score\nA,0,1\nA,1,2\nB,0,2\nB,1,3\n")
    (tmp_path / "mine" / "sections").mkdir(parents=True)
    (tmp_path / "mine" / "sections" / "scores.html.j2").write_text("<p>x</p>" * 3000)
    monkeypatch.setattr(limits, "OF_LAYOUT", limits.Limits(memory=2**32, seconds=0.1))
    answer = cli("compare", "t.csv", "--to", "report", "--templates", "mine", "--higher-is-better")
    assert answer.code == 1
    assert answer.error_line.endswith(" mine: the page: takes more than 0.1 seconds of a processor")
    assert not list(tmp_path.rglob("report.pdf"))


def test_a_pdf_loads_nothing_that_a_template_names(cli: Cli, tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_text("SECRET")
    (tmp_path / "t.csv").write_text("optimizer,seed,score\nA,0,1\nA,1,2\nB,0,2\nB,1,3\n")
    mine = tmp_path / "mine"
    (mine / "sections").mkdir(parents=True)
    uri = secret.as_uri()
    (mine / "sections" / "scores.html.j2").write_text(
        f'<img alt="x" src="{uri}"><a rel="attachment" href="{uri}">x</a>'
        f'<p style="background:url({uri})">x</p>'
    )
    answer = cli("compare", "t.csv", "--to", "report", "--templates", mine, "--languages", "en")
    assert answer.code == 0
    assert "the report takes nothing from outside" in answer.out
    with pikepdf.open("report.pdf") as pdf:
        assert sorted(pdf.attachments) == ["checksums.txt", "comparison.json", "t.csv"]
        assert all(b"SECRET" not in one.get_file().read_bytes() for one in pdf.attachments.values())


# ---------------------------------------------------------------- words


def passages(t: Catalogue, name: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    return ((one.language, str(one.text), one.also) for one in t(name).passages())


def test_a_language_that_lacks_a_phrase_borrows_the_english_one(german: Path) -> None:
    templates = read(german)
    both = templates.catalogue(("zh-Hant", "en", "de"))
    assert list(passages(both, "ui.contents")) == [
        ("zh-Hant", "目錄", ()), ("en", "Contents", ()), ("de", "Inhalt", ()),
    ]  # fmt: skip
    assert list(passages(both, "ui.table")) == [("zh-Hant", "表", ()), ("en", "Table", ("de",))]
    without = templates.catalogue(("zh-Hant", "de"))
    assert list(passages(without, "ui.table")) == [("zh-Hant", "表", ()), ("en", "Table", ("de",))]
    assert without("ui.table").spans() == (
        '<span lang="zh-Hant-TW" class="zh">表</span> <span lang="en" class="en" data-also="de">Table</span>'
    )
    assert "ui.table" in templates.missing("de")
    assert "ui.contents" not in templates.missing("de")


def test_words_are_merged_entry_by_entry_and_language_by_language(tmp_path: Path) -> None:
    (tmp_path / "catalogue.toml").write_text('[ui]\ntotal = { en = "Sum" }\n')
    t = read(tmp_path).catalogue(("zh-Hant", "en"))
    assert t("ui.total").texts == {"zh-Hant": "合計", "en": "Sum"}
    assert t("ui.none").texts == own().catalogue(("zh-Hant", "en"))("ui.none").texts
