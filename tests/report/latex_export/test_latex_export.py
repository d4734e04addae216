"""`render --latex`: the report's tables and figures as files for a paper, read by other programs."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from contextlib import chdir
from pathlib import Path

import pdfplumber
import pikepdf
import pypdfium2
import pytest

from reportgen.cli import main
from reportgen.records.run import Run
from reportgen.report.latex_export import export_folder
from reportgen.report.options import ReportOptions
from reportgen.report.render import render
from tests.helpers.cli import Cli, refused_clean
from tests.helpers.html_tables import tables_of
from tests.helpers.latex_tables import cells_of, nodes_of, text_of

HAN = re.compile("[\u3400-\u9fff]")


@pytest.fixture(scope="module")
def export(tiny_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the export `paper` of a run in English, beside its page x.html."""
    folder = tmp_path_factory.mktemp("export")
    options = ReportOptions(pdf=False, languages=("en",))
    render(Run.read(tiny_run), options, folder / "x", folder / "paper")
    return folder


@pytest.fixture(scope="module")
def chinese(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The export of a comparison in Chinese."""
    folder = tmp_path_factory.mktemp("chinese")
    (folder / "t.csv").write_text("optimizer,seed,score\nA,0,1\nA,1,2\nB,0,2\nB,1,4\n", encoding="utf-8")
    options = ["--languages", "zh-Hant", "--no-pdf", "--latex", "tex", "--higher-is-better"]
    with chdir(folder), pytest.raises(SystemExit):
        main.main(["compare", "t.csv", "--to", "x", *options])
    return folder / "tex" / "zh-Hant"


def texts(folder: Path, kind: str) -> dict[str, str]:
    """The LaTeX files of a kind, by their names, without the comment above."""
    return {
        path.stem: path.read_text(encoding="utf-8").partition("\n")[2]
        for path in sorted((folder / kind).glob("*.tex"))
    }


def seen(cell: str) -> str:
    """A cell's text without spaces, as LaTeX prints it."""
    return "".join(cell.split()).replace("✗", "×").replace("\u2212", "-")


def test_each_table_of_the_report_has_its_cells_in_a_file(export: Path) -> None:
    printed = tables_of((export / "x.html").read_text(encoding="utf-8"))
    written = texts(export / "paper" / "en", "tables")
    assert {f"table-{name}" for name in written} == set(printed)
    for name, latex in written.items():
        rows = [[text for cell in row if (text := seen(cell))] for row in printed[f"table-{name}"]]
        assert [[cell for cell in row if cell] for row in cells_of(latex)] == rows, name


def test_each_figure_of_the_report_is_a_page_of_its_size_with_letters_that_can_be_read(export: Path) -> None:
    page = (export / "x.html").read_text(encoding="utf-8")
    names = re.findall(r'<figure id="figure-([^"]+)"', page)
    files = sorted((export / "paper" / "en" / "figures").glob("*.pdf"))
    assert len(names) > 3
    assert sorted(path.stem for path in files) == sorted(names)
    for path in files:
        with pdfplumber.open(path) as document, pikepdf.open(path) as opened:
            (sheet,) = document.pages
            words = sheet.extract_words()
            assert all(0 <= word["x0"] < word["x1"] <= sheet.width < 180 / 25.4 * 72 for word in words)
            assert all(0 <= word["top"] < word["bottom"] <= sheet.height for word in words), path.name
            fonts = [item for item in opened.objects if isinstance(item, pikepdf.Dictionary)]
            descriptors = [item for item in fonts if item.get("/Type") == "/FontDescriptor"]
            assert all("/FontFile2" in item for item in descriptors)
        picture = pypdfium2.PdfDocument(path)[0].render(scale=1).to_pil().convert("L")
        assert not HAN.search(pypdfium2.PdfDocument(path)[0].get_textpage().get_text_range())
        # what is drawn reaches to all four sides, but for a hair
        left, top, right, bottom = picture.point(lambda shade: 255 * (shade < 250)).getbbox()
        assert max(left, top, picture.width - right, picture.height - bottom) < 0.12 * picture.width
    accuracy = next(path for path in files if path.stem == "comparison-accuracy")
    words = "".join(pypdfium2.PdfDocument(accuracy)[0].get_textpage().get_text_range().split())
    assert "Epoch" in words
    assert "Adam" in words


@pytest.mark.parametrize("language", ["en", "zh-Hant"])
def test_the_document_has_everything_once_and_refers_to_nothing_else(
    export: Path, chinese: Path, language: str
) -> None:
    folder = {"en": export / "paper" / "en", "zh-Hant": chinese}[language]
    document = (folder / "all.tex").read_text(encoding="utf-8")
    files = {**texts(folder, "tables"), **texts(folder, "figures")}
    read = re.findall(r"\\input\{([^}]+)\}", document)
    assert sorted(read) == sorted(
        str(path.relative_to(folder).with_suffix("")) for path in folder.glob("*/*.tex")
    )
    whole = "".join(files.values())
    assert nodes_of(whole)
    labels = re.findall(r"\\label\{([^}]+)\}", whole)
    assert len(labels) == len(set(labels)) == len(read) == whole.count(r"\caption{")
    assert set(re.findall(r"\\ref\{([^}]+)\}", whole)) <= set(labels)
    for path in re.findall(r"\\includegraphics\[[^]]*\]\{([^}]+)\}", whole):
        assert (folder / path).is_file()
    assert bool(HAN.search(whole)) == (language == "zh-Hant") == ("{ctex}" in document)
    assert bool(list(folder.glob("fonts/*.ttf"))) == (language == "zh-Hant")


def test_a_caption_is_that_of_the_report_without_its_number(export: Path) -> None:
    written = texts(export / "paper" / "en", "tables")["split"]
    caption = re.search(r"\\caption\{(.*)\}\\label\{tab:split\}", written)
    assert caption
    page = (export / "x.html").read_text(encoding="utf-8")
    printed = re.search(r'<table id="table-split".*?<caption>(.*?)</caption>', page, re.S)
    assert printed
    plain = re.sub(r"<[^>]*>|&[a-z]+;|\s", "", printed[1])
    assert re.fullmatch(rf"Table\d+{re.escape(text_of(caption[1]))}", plain)


@pytest.mark.parametrize("engine", ["pdflatex", "xelatex"])
def test_the_document_can_be_set(export: Path, chinese: Path, tmp_path: Path, engine: str) -> None:
    if shutil.which(engine) is None:
        pytest.skip(f"{engine} is not installed")
    source = {"pdflatex": export / "paper" / "en", "xelatex": chinese}[engine]
    folder = Path(shutil.copytree(source, tmp_path / "paper"))
    command = [engine, "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Missing character" not in (folder / "all.log").read_text(encoding="utf-8", errors="replace")
    pages = pypdfium2.PdfDocument(folder / "all.pdf")
    words = "".join("".join(page.get_textpage().get_text_range() for page in pages).split())
    assert {"pdflatex": "SGD_Momentum", "xelatex": "各優化器的平均"}[engine] in words


# ---------------------------------------------------------------- the folder


@pytest.fixture
def small(cli: Cli) -> Path:
    """The export of a comparison, in English."""
    Path("t.csv").write_text("optimizer,seed,score\nA_1,0,1\nA_1,1,2\nB,0,2\nB,1,4\n", encoding="utf-8")
    answer = cli(*COMPARE)
    assert answer.code == 0, answer.err
    assert f"LaTeX: {Path('tex').absolute()}" in answer.out
    return Path("tex")


COMPARE = (
    "compare",
    "t.csv",
    "--to",
    "x",
    "--higher-is-better",
    "--no-pdf",
    "--languages",
    "en",
    "--latex",
    "tex",
)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_comparison_has_its_tables_too_and_the_digests_of_all_files(small: Path) -> None:
    files = contents(small)
    digests = dict(line.split("  ")[::-1] for line in files.pop("checksums.txt").decode().splitlines())
    assert digests == {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    cells = [
        cell for name in files if "tables/" in name for row in cells_of(files[name].decode()) for cell in row
    ]
    assert "A_1" in cells


def test_the_same_again_takes_the_place_of_what_was_there(cli: Cli, small: Path) -> None:
    before = contents(small)
    (small / "en" / "all.aux").write_text("what an engine leaves")
    (small / "en" / "all.pdf").write_bytes(b"and what it makes")
    assert cli(*COMPARE).code == 0
    assert contents(small) == before
    assert sorted(path.name for path in Path().iterdir()) == ["t.csv", "tex", "x.html"]


@pytest.mark.parametrize("name", ["notes.txt", "en/all.tex", "en/tables/mine.tex", "checksums.txt"])
def test_what_somebody_wrote_there_stays(cli: Cli, small: Path, name: str) -> None:
    (small / name).write_text("mine")
    before = contents(Path())
    refused_clean(cli(*COMPARE), "--latex tex", name, "move it away")
    assert contents(Path()) == before


@pytest.mark.parametrize(
    ("place", "said"), [("t.csv", "is no folder"), ("nowhere/tex", "there is no folder nowhere")]
)
def test_a_place_that_cannot_be_is_refused_before_anything_is_written(
    cli: Cli, place: str, said: str
) -> None:
    Path("t.csv").write_text("optimizer,seed,score\nA,0,1\nB,0,2\n", encoding="utf-8")
    refused_clean(cli(*COMPARE[:-1], place), f"--latex {place}", said)
    assert [path.name for path in Path().iterdir()] == ["t.csv"]
    refused_clean(cli("compare", "t.csv", "--no-report", "--latex", "tex"), "--no-report", code=2)


def test_a_full_disk_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"en/all.tex": b"1", "en/tables/a.tex": b"2"}
    export_folder.write_folder(tmp_path / "tex", files)
    before = contents(tmp_path)
    write = export_folder.write_bytes

    def fill_up(path: Path, data: bytes) -> None:
        if path.name == "a.tex":
            raise OSError(28, "No space left on device")
        write(path, data)

    monkeypatch.setattr(export_folder, "write_bytes", fill_up)
    with pytest.raises(export_folder.UserError, match=r"--latex .*tex: cannot be written: No space left"):
        export_folder.write_folder(tmp_path / "tex", {"en/all.tex": b"3", "en/tables/a.tex": b"4"})
    assert contents(tmp_path) == before
