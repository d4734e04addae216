"""Writing a PDF: nothing comes from outside, the file is whole or not there, and what is missing is told."""

import base64
import io
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pdfplumber
import pikepdf
import pytest
from PIL import Image

from reportgen.errors import UserError
from reportgen.report.fonts import faces
from reportgen.report.pdf import writer as pdf
from tests.helpers.made_pdf import (
    page,
    write,
)
from tests.helpers.pdf_parts import pdfium_picture
from tests.helpers.project import ROOT

# ---------------------------------------------------------------- nothing from outside


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A web server that writes down what it is asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def test_nothing_outside_is_read(tmp_path: Path, listener: tuple[str, list[str]]) -> None:
    address, asked = listener
    secret = tmp_path / "secret.svg"
    secret.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>SECRET</text></svg>'
    )
    (tmp_path / "secret.css").write_text("body::before { content: 'SECRET' }")
    beside_our_fonts = (faces.font_folder() / "README.md").as_uri()
    body = f"""
        <style>@import url({tmp_path.as_uri()}/secret.css); @import url({address}/style.css);
        @font-face {{ font-family: X; src: url({address}/font.ttf) }}
        div {{ background: url({address}/background.png) }}</style>
        <link rel="stylesheet" href="{tmp_path.as_uri()}/secret.css">
        <link rel="attachment" href="{secret.as_uri()}"><a rel="attachment" href="{secret.as_uri()}">x</a>
        <a rel="attachment" href="{beside_our_fonts}">y</a>
        <div>照常</div><img src="{address}/a.png" alt="a"><img src="{secret.as_uri()}" alt="b">
        <img src="file:///etc/passwd" alt="c"><img src="secret.svg" alt="d">
        <link rel="stylesheet" href="data:text/css,div::before{{content:'SECRET'}}">
        <object data="{secret.as_uri()}">e</object><embed src="{secret.as_uri()}">
        <svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="{address}/b.png"/>
        <image href="{secret.as_uri()}"/><use href="{secret.as_uri()}#x"/></svg>
        <img alt="f" src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>
        <image href='{secret.as_uri()}'/><image href='{address}/c.png'/></svg>">"""
    result = write(page(body), tmp_path / "a.pdf")
    assert asked == []
    assert result.warnings
    with pikepdf.open(tmp_path / "a.pdf") as document:
        assert len(document.attachments) == 0
        streams = [item.read_bytes() for item in document.objects if isinstance(item, pikepdf.Stream)]
        assert not any(b"SECRET" in stream or b"root:" in stream for stream in streams)
    with pdfplumber.open(tmp_path / "a.pdf") as pages:
        text = "".join(one.extract_text() for one in pages.pages)
    assert "照常" in text
    assert "SECRET" not in text


def test_what_the_page_carries_is_used(tmp_path: Path) -> None:
    black = io.BytesIO()
    Image.new("L", (90, 90)).save(black, "png")
    body = f'<img alt="黑" src="data:image/png;base64,{base64.b64encode(black.getvalue()).decode()}">'
    assert write(page(body), tmp_path / "a.pdf").warnings == ()
    assert (pdfium_picture(tmp_path / "a.pdf", 0) < 50).mean() > 0.01


# ---------------------------------------------------------------- whole or not at all


def test_a_failure_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "report.pdf"
    target.write_bytes(b"the old one")

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write(page("<p>一</p>"), target)
    assert [path.name for path in tmp_path.iterdir()] == ["report.pdf"]
    assert target.read_bytes() == b"the old one"


# ---------------------------------------------------------------- when it cannot be done


def test_this_machine_can() -> None:
    assert pdf.check_pdf() is None


@pytest.mark.parametrize("library", ["pango-1.0", "pangoft2", "fontconfig", "gobject"])
def test_a_missing_library_is_one_line_with_its_remedy(library: str) -> None:
    code = f"""
import cffi
real = cffi.FFI.dlopen
def dlopen(self, name, flags=0):
    if {library!r} in str(name):
        raise OSError(f"cannot load library '{{name}}': {{name}}: cannot open shared object file")
    return real(self, name, flags)
cffi.FFI.dlopen = dlopen
from reportgen.report.pdf import writer
print(writer.check_pdf())
try:
    writer.write_pdf("", None, identifier="", created=None)
except writer.PdfUnavailable as problem:
    print(problem)
"""
    run = subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, capture_output=True, text=True)
    said, raised = run.stdout.splitlines()
    assert said == raised
    assert library in said
    assert "apt-get install libpango-1.0-0 libpangoft2-1.0-0" in said
    assert run.stderr == ""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere libraries are looked for without compilers")
def test_no_process_is_started_to_look_for_a_library() -> None:
    code = """
import ctypes.util, sys
started = []
sys.addaudithook(lambda event, given: event == "subprocess.Popen" and started.append(given[1]))
from reportgen.report.pdf.machine import load_weasyprint
load_weasyprint()
print(len(started), ctypes.util.find_library("c"))
"""
    run = subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, capture_output=True, text=True)
    started, found = run.stdout.split()
    assert int(started) == 0
    assert found.startswith("libc.so")  # others may look for libraries as before


def test_missing_fonts_are_told_before_weasyprint_crashes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faces, "font_folder", lambda: tmp_path)
    problem = pdf.check_pdf()
    assert problem is not None
    assert "ReportSongTC-Regular.ttf" in problem
    assert "\n" not in problem
    with pytest.raises(UserError):
        write(page("<p>一</p>"), tmp_path / "a.pdf")
    assert list(tmp_path.iterdir()) == []


def test_importing_is_cheap() -> None:
    code = "import sys, reportgen.report.pdf.writer; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, capture_output=True, text=True)
    heavy = {"weasyprint", "torch", "fontTools", "matplotlib", "pydyf", "numpy"}
    assert not heavy & set(run.stdout.split())
