"""The shipped fonts and what page, print and figures get of them, read back with fontTools."""

import base64
import importlib.util
import io
import os
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote, urlparse

import pytest
from fontTools.ttLib import TTFont

from reportgen.errors import UserError
from reportgen.files import cache as kept
from reportgen.files import resources
from reportgen.report.fonts import faces, subsets
from tests.helpers.project import ROOT

RULE = re.compile(r"@font-face\{(.*?)\}", re.S)


def descriptors(css: str) -> list[dict[str, str]]:
    """Each `@font-face` rule as a mapping."""
    pairs = re.compile(r"([a-z-]+):((?:url\([^)]*\)|[^;])*)")
    return [dict(pairs.findall(rule)) for rule in RULE.findall(css)]


def embedded(rule: dict[str, str]) -> TTFont:
    data = re.search(r"url\(data:font/woff2;base64,([^)]*)\)", rule["src"])
    assert data is not None
    return TTFont(io.BytesIO(base64.b64decode(data[1])))


def in_range(char: str, unicode_range: str) -> bool:
    spans = [span.removeprefix("U+").split("-") for span in unicode_range.split(",")]
    return any(int(span[0], 16) <= ord(char) <= int(span[-1], 16) for span in spans)


# ---------------------------------------------------------------- the files


@pytest.mark.parametrize("face", faces.FACES, ids=lambda face: face.file)
def test_a_face_is_what_it_says(face: faces.Face) -> None:
    font = TTFont(face.path)
    assert font["name"].getDebugName(1) == face.family
    assert font["OS/2"].usWeightClass == face.weight
    assert bool(font["OS/2"].fsSelection & 1) == (face.style == "italic")
    assert font["glyf"].glyphs
    unwanted = {"CFF ", "CFF2", "fvar", "gvar", "vhea", "vmtx", "VORG"}  # cubic, variable, vertical
    assert not unwanted & set(font.keys())


@pytest.mark.parametrize("face", faces.FACES, ids=lambda face: face.file)
def test_a_face_has_its_own_name_and_keeps_the_notices(face: faces.Face) -> None:
    font = TTFont(face.path, lazy=True)
    for number in (1, 4, 6):
        assert not re.search("source|noto", font["name"].getDebugName(number), re.I)
    assert "Adobe" in font["name"].getDebugName(0)
    licence = (faces.font_folder() / f"OFL-{face.family.replace(' ', '')}.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "Adobe" in licence


def test_chinese_faces_show_all_of_big5() -> None:
    big5 = set()
    for lead in range(0xA1, 0xFA):
        for trail in (*range(0x40, 0x7F), *range(0xA1, 0xFF)):
            big5.add(bytes([lead, trail]).decode("big5", errors="replace"))
    big5 = {char for char in big5 if len(char) == 1 and char != "\ufffd"}
    assert len(big5) > 13_000
    for face in faces.FACES:
        if face.is_chinese:
            shown = set(map(chr, TTFont(face.path, lazy=True).getBestCmap()))
            assert big5 - shown <= set("‾ˍ≒∼¢£¥")
            assert set("喆堃峯，。「」《》（）㊀ㄅㄦ㎡①") <= shown


def test_latin_faces_show_european_text_and_mathematics() -> None:
    everywhere = (
        "Łódź Ærøskøbing Žižek naïve ẽ ệ αβγθΣ привет €£ “‘’” – — … • ₀₁⁴ ← → ↑ ≤ ≥ ≈ ≠ − × ± √ ∞ ∂ ∑ ✓"
    )
    for face in faces.FACES:
        if not face.is_chinese:
            shown = set(map(chr, TTFont(face.path, lazy=True).getBestCmap()))
            assert set(everywhere) <= shown, face.file
            if face.family == "Report Mono":
                assert set("│┌┐└┘├─█") <= shown


def test_figures_line_up_and_letters_kern() -> None:
    for face in faces.FACES:
        if face.is_chinese:
            continue  # its digits are never asked for
        font = TTFont(face.path)
        widths = {font["hmtx"][font.getBestCmap()[ord(digit)]][0] for digit in "0123456789"}
        substitutions = {record.FeatureTag for record in font["GSUB"].table.FeatureList.FeatureRecord}
        assert len(widths) == 1 or "tnum" in substitutions, face.file
        positions = {record.FeatureTag for record in font["GPOS"].table.FeatureList.FeatureRecord}
        assert "kern" in positions or "Mono" in face.family


def test_no_letter_is_set_closer_to_a_space() -> None:
    """Words are measured without the spaces between them: a pair with one would make a line narrower."""
    pairs = 0
    for face in faces.FACES:
        font = TTFont(face.path)
        spaces = {font.getBestCmap()[code] for code in (0x20, 0xA0)}
        for lookup in font["GPOS"].table.LookupList.Lookup:
            for table in (getattr(one, "ExtSubTable", one) for one in lookup.SubTable):
                if table.LookupType != 2:
                    continue
                pairs += 1
                assert not spaces & set(table.Coverage.glyphs), face.file
                if table.Format == 1:
                    seconds = {one.SecondGlyph for each in table.PairSet for one in each.PairValueRecord}
                    assert not spaces & seconds, face.file
                else:
                    assert not spaces & set(table.ClassDef2.classDefs), face.file
    assert pairs > 10


def build_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_fonts", ROOT / "tools" / "build_fonts.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["build_fonts"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_the_script_makes_the_shipped_bytes(tmp_path: Path) -> None:
    try:
        version("fontpkg-source-code-pro")
    except PackageNotFoundError:
        pytest.skip("the package the font is made from is not installed")
    if version("fonttools") != "4.68.0":
        pytest.skip("another fontTools may write other bytes")
    script = build_script()
    recipe = next(recipe for recipe in script.RECIPES if recipe.file == "ReportMono-Regular.ttf")
    script.make(recipe).save(tmp_path / recipe.file)
    assert (tmp_path / recipe.file).read_bytes() == (faces.font_folder() / recipe.file).read_bytes()


def test_the_script_refuses_another_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = build_script()
    (tmp_path / "font.ttf").write_bytes(b"something else")

    class Package:
        version = "1.26"

        def locate_file(self, _: str) -> Path:
            return tmp_path / "font.ttf"

    monkeypatch.setattr(script, "distribution", lambda _: Package())
    with pytest.raises(SystemExit, match="sha256"):
        script.MONO.path()


# ---------------------------------------------------------------- style sheets


def test_print_css_names_files_that_are_there() -> None:
    rules = descriptors(faces.print_css())
    assert len(rules) == len(faces.FACES)
    for rule in rules:
        address = re.search(r"url\('(file:[^']*)'\)", rule["src"])
        assert address is not None
        assert Path(unquote(urlparse(address[1]).path)).is_file()


def test_chinese_faces_are_asked_only_for_chinese() -> None:
    ranges = {
        rule.get("unicode-range") for rule in descriptors(faces.print_css()) if " TC" in rule["font-family"]
    }
    (unicode_range,) = ranges
    assert unicode_range is not None
    for char in "中，。「」（）—…·‧①∇ㄅ㎡":
        assert in_range(char, unicode_range), char
    for char in "A0 .−±×→≤“”’éα":
        assert not in_range(char, unicode_range), char


def test_latin_faces_are_asked_for_everything() -> None:
    latin = [rule for rule in descriptors(faces.print_css()) if " TC" not in rule["font-family"]]
    assert latin
    assert all("unicode-range" not in rule for rule in latin)


def test_screen_css_carries_just_the_characters_asked_for() -> None:
    text = "優化器比較：AdamW 的 θ₁ → 0.5 —— 完"
    rules = descriptors(faces.screen_css(text))
    assert {
        (rule["font-family"].strip("'"), int(rule["font-weight"]), rule["font-style"]) for rule in rules
    } == {(face.family, face.weight, face.style) for face in faces.FACES}
    for rule in rules:
        shown = set(map(chr, embedded(rule).getBestCmap()))
        if " TC" in rule["font-family"]:
            assert shown == set("優化器比較：的完—")
        else:
            assert set("AdamWθ₁→0.5—") <= shown
            assert set(map(chr, range(0x20, 0x7F))) <= shown
            assert not set("ßЖ優") & shown


def test_screen_css_names_nothing_outside_and_leaves_idle_faces_out() -> None:
    css = faces.screen_css("plain English")
    assert " TC" not in css
    assert re.findall(r"url\((?!data:)", css) == []
    assert faces.screen_css("一").count(" TC'") == 3


def test_screen_css_is_the_same_in_every_process(tmp_path: Path) -> None:
    code = "from reportgen.report.fonts import faces; print(faces.screen_css('優化器 optimizer ≤ θ'))"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            cwd=ROOT,
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "TZ": zone,
                "REPORTGEN_CACHE": str(tmp_path / cache),
            },
        ).stdout
        for seed, zone, cache in (
            ("1", "UTC", "one"),
            ("2", "Asia/Taipei", "two"),
            ("3", "UTC", "one"),
        )
    }
    assert len(outputs) == 1


def test_a_cut_font_comes_from_the_cache_and_a_damaged_one_is_cut_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPORTGEN_CACHE", str(tmp_path))
    font, codes = faces.FACES[0].path, frozenset(map(ord, "abc"))
    made = subsets.cut_down(font, codes)
    (entry,) = (tmp_path / "report").iterdir()

    def again() -> bytes:
        subsets.cut_down.cache_clear()
        return subsets.cut_down(font, codes)

    content = entry.read_bytes()
    entry.write_bytes(content[:-1])
    assert again() == made
    assert entry.read_bytes() == content
    monkeypatch.setattr("fontTools.subset.Subsetter", None)
    assert again() == made
    with pytest.raises(TypeError):
        subsets.cut_down(font, codes | {ord("d")})


def test_what_a_font_can_draw_is_read_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REPORTGEN_CACHE", str(tmp_path))
    read = faces._coverage.__wrapped__
    points = [read(face) for face in faces.FACES]
    monkeypatch.setattr(faces, "_read_code_points", lambda _: pytest.fail("it was read again"))
    assert [read(face) for face in faces.FACES] == points
    assert points == [set(TTFont(face.path).getBestCmap()) for face in faces.FACES]


def test_fonts_are_cut_where_nothing_can_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("REPORTGEN_CACHE", str(tmp_path / "file"))
    assert "woff2" in faces.screen_css("no folder")


def test_the_cache_keeps_the_fonts_that_were_used_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPORTGEN_CACHE", str(tmp_path))
    monkeypatch.setattr(kept, "KEPT", 2)
    made = []
    for number, letter in enumerate("abc"):
        subsets.cut_down(faces.FACES[0].path, frozenset({ord(letter)}))
        (new,) = set((tmp_path / "report").iterdir()) - set(made)
        os.utime(new, (number, number))
        made.append(new)
    assert set((tmp_path / "report").iterdir()) == set(made[1:])


def test_missing_characters() -> None:
    assert faces.missing_characters("學習率 learning rate: 1e−4\n\t\u200b\ufe0f — “ok” ✓ 喆") == ""
    assert faces.missing_characters("a🙂中𠮷🙂") == "🙂𠮷"


# ---------------------------------------------------------------- figures


def test_figures_name_our_families() -> None:
    from matplotlib import font_manager, rc_context
    from matplotlib.figure import Figure

    faces.register_with_matplotlib()
    known = len(font_manager.fontManager.ttflist)
    faces.register_with_matplotlib()
    assert len(font_manager.fontManager.ttflist) == known

    for face in faces.FACES:
        wanted = font_manager.FontProperties(family=face.family, weight=face.weight, style=face.style)
        assert Path(font_manager.findfont(wanted, fallback_to_default=False)) == face.path

    target = io.StringIO()
    with rc_context({"font.family": ["Report Sans", "Report Hei TC"], "svg.fonttype": "none"}):
        figure = Figure()
        figure.subplots().set_title("驗證準確率 accuracy")
        figure.savefig(target, format="svg")
    assert "驗證準確率 accuracy" in target.getvalue()
    assert "Report Sans" in target.getvalue()
    assert "Report Hei TC" in target.getvalue()
    assert "DejaVu" not in target.getvalue()


# ---------------------------------------------------------------- where the files are


def test_folders_of_a_checkout() -> None:
    assert resources.templates() == ROOT / "templates"
    assert resources.experiments() == ROOT / "experiments"


def test_folders_of_an_installed_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages" / "reportgen"
    (package / "templates").mkdir(parents=True)
    (package.parent / "templates").mkdir()  # some other package's
    monkeypatch.setattr(resources, "PACKAGE", package)
    assert resources.templates() == package / "templates"
    with pytest.raises(UserError, match="experiments"):
        resources.experiments()
