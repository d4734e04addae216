"""`[text]` of an experiment: the author's own words in the report, kept with the run and verified."""

from __future__ import annotations

import json
import re
import shutil
from contextlib import chdir
from pathlib import Path

import pikepdf
import pytest
from markupsafe import Markup

from reportgen.cli.main import main
from reportgen.verification import document
from reportgen.verification.document import Document
from tests.helpers.cli import Cli, refused_clean
from tests.helpers.experiments import SEARCHED
from tests.helpers.own_words import EXPERIMENT, TABLE, png, write_experiment
from tests.helpers.verified import failed, prove, resealed


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run, all of whose texts and pictures are gone from beside the experiment."""
    folder = tmp_path_factory.mktemp("own")
    file = write_experiment(folder / "mine")
    with chdir(folder), pytest.raises(SystemExit) as ended:
        main.main(["run", str(file), "--workers", "1"])
    assert not ended.value.code
    shutil.rmtree(folder / "mine")
    return (folder / "output" / "own" / "latest").resolve()


@pytest.fixture(scope="module")
def page(run: Path) -> str:
    return (run / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def read(run: Path) -> Document:
    return document.read(run / "report.pdf")


def body(page: str) -> str:
    return page[page.index('<main id="main"') :]


def plain(markup: str) -> str:
    return str(Markup(re.sub(r"<svg.*?</svg>", "", markup, flags=re.S)).striptags())


def test_headings_stand_in_the_contents_with_the_reports_numbers(page: str) -> None:
    contents = re.search(r'<nav class="contents".*?</nav>', page, re.S)
    assert contents
    entries = [plain(entry) for entry in re.findall(r"<li.*?</li>", contents[0], re.S)]
    assert entries[:3] == [
        "1前言 Introduction",
        "1.1研究問題 Questions asked",
        "2資料準備與視覺化 Data preparation and visualization",
    ]
    order = [re.sub(r"^[\d.]+", "", entry) for entry in entries if re.match(r"\d+[^.\d]", entry)]
    assert order[0] == "前言 Introduction"
    assert order.index("方法 Method") + 1 == order.index("優化器比較 Comparison of the optimizers")
    assert order.index("結論 Conclusions") + 1 == order.index("討論 Discussion")
    assert "<h4" in page


def test_paragraphs_of_two_languages_stand_in_pairs(page: str) -> None:
    paragraphs = re.findall(r'<p lang="([^"]+)" class="(zh|en)">(.*?)</p>', body(page), re.S)
    first, second = paragraphs[:2]
    assert (first[0], second[0]) == ("zh-Hant-TW", "en")
    assert plain(first[2]).startswith("本報告比較兩種優化器，學習率為 ，每一步更新權重。")
    assert plain(second[2]).startswith("This report compares two optimizers.")


def test_texts_of_other_forms_stand_one_behind_the_other(page: str) -> None:
    discussion = body(page)[body(page).index('id="sec-discussion"') :]
    paragraphs = re.findall(r'<p lang="[^"]+" class="(zh|en)">', discussion)
    assert paragraphs[:3] == ["zh", "zh", "en"]


def test_a_text_without_a_language_is_shown_for_all(page: str) -> None:
    assert '<p lang="en">We trained every setup with two seeds.</p>' in page


def test_what_is_the_same_in_both_languages_stands_there_once(page: str) -> None:
    introduction = body(page)[: body(page).index('id="sec-data"')]
    assert introduction.count("<figure") == 2  # a picture and a listing
    assert introduction.count("<table") == 1
    assert introduction.count('class="formula"') == 1
    assert introduction.count("0.8125") == 1
    assert '<th scope="col" class="right"><span lang="zh-Hant-TW"' in introduction


def test_html_of_the_text_is_no_markup(page: str) -> None:
    assert "&lt;b&gt;no markup&lt;/b&gt;" in page
    assert "<b>no markup" not in page


def test_figures_tables_and_listings_are_counted_with_the_reports_own(page: str) -> None:
    for kind, chinese, english in (
        ("figure", "圖", "Figure"),
        ("table", "表", "Table"),
        ("listing", "程式", "Listing"),
    ):
        printed = re.findall(
            rf'id="{kind}-([\w-]+)".*?(?:{chinese}|{english})[^<]*?(?:</span>.*?)?(\d+)</b>', body(page), re.S
        )
        numbers = [int(number) for _, number in printed]
        assert sorted(numbers) == list(range(1, len(numbers) + 1)), printed
    keys = re.findall(r'id="figure-([\w-]+)"', page)
    assert {"introduction-curve", "method-box", "comparison-accuracy"} <= set(keys)


def test_an_empty_link_says_the_number_of_what_it_leads_to(page: str) -> None:
    links = re.findall(r'<a href="#figure-(introduction-curve|comparison-accuracy)">(.*?)</a>', body(page))
    first = [(key, Markup(text).unescape().replace("\xa0", " ")) for key, text in links[:4]]
    assert first == [
        ("introduction-curve", "圖 1"),
        ("comparison-accuracy", "圖 2"),
        ("introduction-curve", "Figure 1"),
        ("comparison-accuracy", "Figure 2"),
    ]
    assert "data-number" not in page


def test_pictures_are_inside_the_page_and_described(page: str) -> None:
    pictures = re.findall(
        r'<img class="share-\d+" alt="([^"]+)" src="data:image/(png|svg\+xml);base64,', page
    )
    assert pictures == [
        ("先前實驗的曲線 The curve of an earlier experiment", "png"),
        ("A blue box", "svg+xml"),
    ]
    captions = re.findall(r'class="figure picture">.*?<figcaption>(.*?)</figcaption>', page, re.S)
    said = [plain(caption).replace("\xa0", " ").replace("\u2002", " ") for caption in captions]
    assert re.fullmatch(r"圖 1 先前實驗的準確率Figure 1 Accuracy of an earlier experiment", said[0])
    assert re.fullmatch(r"圖 Figure \d A blue box", said[1])


def test_a_formula_is_read_aloud_as_its_source(page: str) -> None:
    assert 'role="math" aria-label="\\eta_t = \\eta_0/\\sqrt{t}"' in page
    assert re.search(r'<span class="math drop-(\d+)"><svg[^>]*\bheight="[\d.]+em"', page)
    drops = set(re.findall(r'class="math drop-(\d+)"', page))
    assert drops == set(re.findall(r"\.drop-(\d+)\{vertical-align:-", page))


def test_the_same_report_is_rendered_without_the_files(cli: Cli, run: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(run, tmp_path / "copy" / run.name))
    for name in ("report.html", "report.pdf"):
        (copy / name).unlink()
    answer = cli("render", copy)
    assert answer.code == 0, answer
    assert "note:" not in answer.out
    for name in ("report.html", "report.pdf"):
        assert (copy / name).read_bytes() == (run / name).read_bytes()


def test_it_is_verified_and_carries_its_words(cli: Cli, run: Path) -> None:
    answer = cli("verify", run / "report.pdf")
    assert answer.code == 0, answer
    assert "ok\tprinted: own words\t" in answer.out
    assert "ok\tlinks\t2 lead out of the document, to where the author's own words say" in answer.out
    with pikepdf.open(run / "report.pdf") as pdf:
        carried = pdf.attachments["own_words.json"].get_file().read_bytes()
    assert carried == (run / "records" / "own_words.json").read_bytes()
    assert json.loads(carried)["texts"].keys() == {"introduction", "method", "discussion"}
    assert (
        "text"
        not in json.loads((run / "manifest.json").read_text(encoding="utf-8"))["experiment"]["settings"]
    )


@pytest.mark.parametrize(
    ("printed", "other"),
    [
        ("This report compares two *optimizers*", "This report compares three *optimizers*"),
        ("每一步更新\\n權重", "每一步都不更新權重"),
        ("Is Adam better than SGD?", "Adam is better than SGD."),
        ("| 我們的 | 0.9375 |", "| 我們的 | 0.9975 |"),
        ("Accuracy of an earlier experiment", "Accuracy of this experiment"),
        ("# Questions asked", "# Answers given"),
        ("return 0.1 / t**0.5", "return 0.1"),
        ("Simple is beautiful.", "Simple is ugly."),
        ("The difference is small, and", "The difference is large, and"),
        ("We trained every setup with two seeds.", "We trained every setup with nine seeds."),
    ],
)
def test_words_that_are_not_those_of_the_pages_are_found(read: Document, printed: str, other: str) -> None:
    words = dict(read.attachments)["own_words.json"]
    assert words is not None
    text = words.decode()
    assert printed in text
    wrong = failed(prove(resealed(read, {"own_words.json": text.replace(printed, other).encode()})))
    assert set(wrong) == {"printed: own words"}


def test_a_link_that_the_words_do_not_have_is_found(read: Document) -> None:
    words = dict(read.attachments)["own_words.json"]
    assert words is not None
    other = words.replace(b"https://arxiv.org/abs/1412.6980", b"https://arxiv.org/abs/1412.6981", 1)
    wrong = failed(prove(resealed(read, {"own_words.json": other})))
    assert wrong == {}  # the other language still has it
    other = words.replace(b"https://arxiv.org/abs/1412.6980", b"https://arxiv.org/abs/1412.6981")
    wrong = failed(prove(resealed(read, {"own_words.json": other})))
    assert set(wrong) == {"links"}
    assert "a link leads out of the document, to 'https://arxiv.org/abs/1412.6980'" in wrong["links"]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (b"{", "own_words.json"),
        (b'{"texts": {"method": {"all": "$\\\\foo$"}}, "pictures": {}}', "method, all, line 1: the formula"),
        (b'{"texts": {"method": {"all": "![a](x.png)"}}, "pictures": {}}', "the picture 'x.png' is missing"),
        (
            b'{"texts": {"method": {"all": "![a](x.png)"}}, "pictures": {"x.png": "AAAA"}}',
            "the picture 'x.png' cannot be read as PNG",
        ),
    ],
)
def test_damaged_words_are_said_in_one_line(
    cli: Cli, run: Path, tmp_path: Path, damage: bytes, said: str
) -> None:
    copy = Path(shutil.copytree(run, tmp_path / "copy" / run.name))
    (copy / "records" / "own_words.json").write_bytes(damage)
    answer = cli("render", copy)
    assert answer.code == 1
    assert said in answer.error_line


MISTAKES = {
    "a missing file": (
        'method = { file = "none.md" }',
        "text.method.file = 'none.md': cannot be read (No such file",
    ),
    "a folder": ('method = { file = "pictures" }', "text.method.file = 'pictures': is a folder"),
    "a file from elsewhere": ('method = { file = "../own.md" }', "is outside the experiment's folder"),
    "a file by its whole path": (
        'method = { en = { file = "/etc/hostname" } }',
        "text.method.en.file = '/etc/hostname'",
    ),
    "a link to elsewhere": ('method = { file = "link.md" }', "is outside the experiment's folder"),
    "another encoding": (
        'method = { file = "latin.md" }',
        "text.method.file = 'latin.md', line 2: is not UTF-8",
    ),
    "a file too large": ('method = { file = "large.md" }', "has more than 400,000 bytes; make it smaller"),
    "a long text": ('method = { file = "long.md" }', "'long.md', line 1: has more than 100,000 characters"),
    "an empty text": ('method = ""', "text.method, line 1: is empty"),
    "another language": ('method = { fr = "a" }', "unknown key text.method.fr"),
    "another section": ('conclusion = "a"', "unknown key text.conclusion"),
    "a text and a file": ('method = { text = "a", file = "b" }', "text.method: give a text, or { file"),
    "neither": ("method = {}", "text.method: give a text, or { file"),
    "a number": ("method = 3", "text.method = 3: must be a table"),
    "a missing picture": (
        'method = "![a](x.png)"',
        "text.method: the picture 'x.png': cannot be read (No such file",
    ),
    "a picture from elsewhere": (
        'method = "![a](../x.png)"',
        "the picture '../x.png': is outside the experiment's",
    ),
    "no picture": (
        'method = "![a](latin.png)"',
        "text.method: the picture 'latin.png' cannot be read as PNG",
    ),
    "an acting picture": ('method = "![a](acting.svg)"', "the picture 'acting.svg' holds <script>"),
    "a large picture": (
        'method = "![a](large.png)"',
        "the picture 'large.png': has more than 4,000,000 bytes",
    ),
    "a broken formula": (
        'method = { en = "a\\n\\n$\\\\foo$" }',
        "text.method.en, line 3: the formula $\\foo$: unknown",
    ),
    "a link elsewhere": ('method = "[a](ftp://x.y)"', "text.method, line 1: the link to 'ftp://x.y'"),
    "pictures together": (
        'method = """' + "".join(f"![a]({n}.png)\n\n" for n in range(6)) + '"""',
        "all pictures so far",
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_one_line_and_nothing_is_trained(cli: Cli, tmp_path: Path, case: str) -> None:
    line, said = MISTAKES[case]
    folder = tmp_path / "mine"
    write_experiment(folder, EXPERIMENT.replace(TABLE, f"[text]\n{line}\n"))
    (tmp_path / "own.md").write_text("outside")
    (folder / "link.md").symlink_to(tmp_path / "own.md")
    (folder / "latin.md").write_bytes("über\n".encode() + "über".encode("latin-1"))
    (folder / "latin.png").write_bytes("über".encode("latin-1"))
    (folder / "large.md").write_text("x" * 400_001)
    (folder / "long.md").write_text("word\n\n" * 20_000)
    (folder / "large.png").write_bytes(b"\0" * 4_000_001)
    (folder / "acting.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>')
    if case == "pictures together":
        for number in range(6):
            (folder / f"{number}.png").write_bytes(png() + b"\0" * 3_900_000)
    refused_clean(cli("run", folder / "own.toml", "--workers", 1), "own.toml: ", said)


def test_a_search_writes_no_experiment_away_from_its_texts(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    write_experiment(folder, SEARCHED + '[text]\nmethod = { file = "introduction.en.md" }\n')
    refused_clean(cli("tune", folder / "own.toml"), "own-tuned.toml: [text] of", "needs the files beside it")
    assert not Path("own-tuned.toml").exists()
