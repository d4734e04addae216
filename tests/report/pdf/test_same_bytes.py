"""The same input gives the same bytes, on any machine and at any time."""

import hashlib
import os
import subprocess
import sys
import time
from datetime import timedelta, timezone
from pathlib import Path

import pikepdf
import pytest
from fontTools.ttLib import TTFont

from reportgen.report.fonts import faces
from tests.helpers.made_pdf import (
    CREATED,
    page,
    write,
)
from tests.helpers.pdf_parts import font_dictionaries
from tests.helpers.project import ROOT

PROGRAM = """
import sys
from datetime import datetime, timezone
from pathlib import Path
from tests.helpers.made_pdf import ATTACHMENTS, SAMPLE, write
write(SAMPLE, Path({target!r}), attachments=ATTACHMENTS)
"""


def in_another_process(target: Path, **environment: str) -> bytes:
    code = PROGRAM.format(target=str(target))
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env={**os.environ, **environment})
    return target.read_bytes()


def test_another_process_writes_the_same_bytes(sample: Path, tmp_path: Path) -> None:
    elsewhere = in_another_process(
        tmp_path / "b.pdf", PYTHONHASHSEED="7", TZ="Asia/Taipei", LC_ALL="C", SOURCE_DATE_EPOCH="1"
    )
    assert hashlib.sha256(elsewhere).digest() == hashlib.sha256(sample.read_bytes()).digest()


def test_no_font_of_the_machine_is_needed_or_used(sample: Path, tmp_path: Path) -> None:
    nothing = tmp_path / "fonts.conf"
    nothing.write_text("<fontconfig></fontconfig>")
    without = in_another_process(tmp_path / "b.pdf", FONTCONFIG_FILE=str(nothing), HOME=str(tmp_path))
    assert without == sample.read_bytes()


def test_a_font_of_the_machine_stays_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alien = TTFont(faces.FACES[0].path)
    alien["name"].setName("Alien", 1, 3, 1, 0x409)
    for table in alien["cmap"].tables:
        table.cmap[0x2252] = table.cmap[ord("x")]  # a character that our fonts do not have
    alien.save(tmp_path / "alien.ttf")
    configuration = tmp_path / "fonts.conf"
    configuration.write_text(f"<fontconfig><dir>{tmp_path}</dir></fontconfig>")
    monkeypatch.setenv("FONTCONFIG_FILE", str(configuration))
    result = write(page("<p style='font-family: Alien'>x ≒</p>"), tmp_path / "a.pdf")
    assert "U+2252" in result.warnings[0]
    with pikepdf.open(tmp_path / "a.pdf") as document:
        names = {str(font.BaseFont).partition("+")[2] for font in font_dictionaries(document)}
    assert names
    assert all(name.startswith("Report-") for name in names)


def test_no_clock_shows(opened: pikepdf.Pdf) -> None:
    dates = {
        str(value)
        for item in opened.objects
        if isinstance(item, pikepdf.Dictionary | pikepdf.Stream)
        for value in dict(item.items()).values()
        if isinstance(value, pikepdf.String) and str(value).startswith("D:")
    }
    assert dates == {"D:20260304050607Z"}


def test_without_harfbuzz_subset_it_is_as_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then fontTools cuts the fonts down, which would warn for each and write the time into them."""
    import weasyprint.pdf.fonts

    monkeypatch.setattr(weasyprint.pdf.fonts, "harfbuzz_subset", None)
    now = time.time()
    for day in (0, 1):
        monkeypatch.setattr(time, "time", lambda day=day: now + day * 86400)
        assert write(page("<p>一 one</p>"), tmp_path / f"{day}.pdf").warnings == ()
    assert (tmp_path / "0.pdf").read_bytes() == (tmp_path / "1.pdf").read_bytes()


def test_identifier_and_date_make_the_difference(tmp_path: Path) -> None:
    taipei = CREATED.astimezone(timezone(timedelta(hours=8)))
    for name, options in {
        "a": {},
        "same": {"created": taipei},
        "naive": {"created": CREATED.replace(tzinfo=None)},
        "other run": {"identifier": "run-2"},
        "later": {"created": CREATED + timedelta(seconds=1)},
    }.items():
        write(page("<p>一</p>"), tmp_path / name, **options)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written["a"] == written["same"] == written["naive"]
    assert len(set(written.values())) == 3


def test_the_environment_is_put_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FONTCONFIG_FILE", "/some/where")
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    write(page("<p>一</p>"), tmp_path / "a.pdf")
    assert os.environ["FONTCONFIG_FILE"] == "/some/where"
    assert "SOURCE_DATE_EPOCH" not in os.environ
