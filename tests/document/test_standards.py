"""What every PDF declares to be, what schedules of before ask, and names that the fonts cannot write."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pikepdf
import pytest

from tests.helpers import pdf_checks
from tests.helpers.cli import Cli, refused_clean

pytestmark = [pytest.mark.document, pytest.mark.reports]


@pytest.fixture
def copy(tiny_run: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_run, tmp_path / "copy" / tiny_run.name))


@pytest.mark.parametrize("variant", ["a-3u", "ua-1"])
def test_a_variant_that_older_schedules_ask_for_is_the_one_pdf(
    cli: Cli, copy: Path, tiny_run: Path, variant: str
) -> None:
    assert cli("render", copy, "--pdf-variant", variant).code == 0
    assert (copy / "report.pdf").read_bytes() == (tiny_run / "report.pdf").read_bytes()
    assert "--pdf-variant" not in cli("render", "--help").out


def test_another_variant_is_refused_in_one_line(cli: Cli, copy: Path) -> None:
    refused_clean(cli("render", copy, "--pdf-variant", "a-1b"), "--pdf-variant", "'a-3u', 'ua-1'", code=2)


def test_what_goes_on_over_pages_has_one_tag(tiny_run: Path) -> None:
    with pikepdf.open(tiny_run / "report.pdf") as document:
        tree = list(pdf_checks.elements(document.Root.StructTreeRoot))
        over_pages = {
            str(element.S)
            for element in tree
            if any(
                isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == "/MCR"
                for kid in pdf_checks.kids(element)
            )
        }
        heads = [
            [str(kid.S) for kid in pdf_checks.kids(table)].count("/THead")
            for table in tree
            if table.S == "/Table"
        ]
        texts = [bytes(stream.read_bytes()) for page in document.pages for stream in [page.Contents]]
    assert over_pages
    assert len(heads) >= 5
    assert set(heads) <= {0, 1}
    assert all(b"/Pagination" in content for content in texts[1:])  # running heads are decoration


def test_names_that_no_font_can_write_are_told_with_their_code_points(cli: Cli, copy: Path) -> None:
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    settings = manifest["experiment"]["settings"]
    settings["title"] = dict.fromkeys(("zh-Hant", "en"), "堃喆峯 🙂")
    settings["author"] = dict.fromkeys(("zh-Hant", "en"), "王𤧛")
    manifest["data"]["classes"][0] = "㛢"
    confusion = pd.read_csv(copy / "records" / "confusion.csv", dtype=str)
    confusion[["true", "predicted"]] = confusion[["true", "predicted"]].replace("0", "㛢")
    confusion.to_csv(copy / "records" / "confusion.csv", index=False)
    (copy / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    answer = cli("render", copy)
    assert answer.code == 0, answer.err
    notes = [line for line in answer.out.splitlines() if line.startswith("note: the fonts")]
    assert len(notes) == 1, answer.out
    for name in ("🙂 (U+1F642)", "𤧛 (U+249DB)", "㛢 (U+36E2)"):
        assert name in notes[0]
    assert "堃" not in notes[0]
    assert ".notdef" not in answer.out
