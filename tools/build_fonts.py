"""Build the fonts in `templates/fonts/` from openly licensed packages: a maintainer's script, not a user's.

    python3.11 -m venv /tmp/fonts && . /tmp/fonts/bin/activate
    pip install fonttools==4.68.0 fontpkg-source-serif-4==4.004 fontpkg-source-sans-3==3.52 \
        fontpkg-source-code-pro==1.26 pylopdf-fonts-zh-tw==0.1.1 justmytype-intl-cjk==0.1.0
    python tools/build_fonts.py            # writes templates/fonts/, about a minute
    python tools/build_fonts.py --check    # builds elsewhere and compares byte for byte

Each face is cut down to the characters a report can need, fixed at one weight, renamed ("Source" is a
reserved name) and written as TrueType outlines. TrueType, because WeasyPrint writes glyph numbers as
character ids, and with the CFF outlines of the Chinese originals most Chinese text would be blank in
Acrobat, MuPDF and pdf.js (https://github.com/Kozea/WeasyPrint/issues/1844).

Nothing depends on the clock or the machine: the same packages give the same bytes.
"""

import argparse
import hashlib
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable
from fontTools.varLib.instancer import instantiateVariableFont

FOLDER = Path(__file__).parent.parent / "templates" / "fonts"


# ---------------------------------------------------------------- where the outlines come from


@dataclass(frozen=True)
class Source:
    """One font file inside a package on PyPI, known by its hash."""

    title: str
    package: str
    version: str
    file: str
    sha256: str
    licence: str

    def path(self) -> Path:
        """Where pip put the file; stops if the package or the file is not the pinned one."""
        requirement = f"{self.package}=={self.version}"
        try:
            installed = distribution(self.package)
        except PackageNotFoundError:
            sys.exit(f"{self.package} is not installed: pip install {requirement}")
        if installed.version != self.version:
            sys.exit(f"{self.package} is {installed.version}: pip install {requirement}")
        path = Path(str(installed.locate_file(self.file)))
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != self.sha256:
            sys.exit(f"{path}: sha256 is {found}, not {self.sha256}: not the file these fonts are made from")
        return path

    def licence_text(self) -> str:
        """The licence exactly as the package carries it."""
        path = Path(str(distribution(self.package).locate_file(self.licence)))
        return path.read_text(encoding="utf-8").replace("\r\n", "\n").strip() + "\n"


SERIF = Source(
    title="Source Serif 4",
    package="fontpkg-source-serif-4",
    version="4.004",
    file="fontpkg_source_serif_4/files/SourceSerif4[opsz,wght].ttf",
    sha256="97b2d4da6e3cb494b5a1e66ae176914d852ccabef49e0c02c0df25f3e39aca0b",
    licence="fontpkg_source_serif_4/LICENSE",
)
SERIF_ITALIC = Source(
    title="Source Serif 4 Italic",
    package="fontpkg-source-serif-4",
    version="4.004",
    file="fontpkg_source_serif_4/files/SourceSerif4-Italic[opsz,wght].ttf",
    sha256="15fbc7e4679489a501998c3669272637a6646388ef7e4bd77eebb5bf967a1f42",
    licence="fontpkg_source_serif_4/LICENSE",
)
SANS = Source(
    title="Source Sans 3",
    package="fontpkg-source-sans-3",
    version="3.52",
    file="fontpkg_source_sans_3/files/SourceSans3[wght].ttf",
    sha256="042fe2cc0b933e328410d7acbd0aa6a1873dca5aef81875f4bc214b08825c7b9",
    licence="fontpkg_source_sans_3/LICENSE",
)
MONO = Source(
    title="Source Code Pro",
    package="fontpkg-source-code-pro",
    version="1.26",
    file="fontpkg_source_code_pro/files/SourceCodePro[wght].ttf",
    sha256="b400fc584e10aff25d0e775ce181b4fc1c5ea1b5dc37b81aeb2084375b945790",
    licence="fontpkg_source_code_pro/LICENSE",
)
SONG = Source(
    title="Noto Serif TC",
    package="pylopdf-fonts-zh-tw",
    version="0.1.1",
    file="pylopdf_fonts_zh_tw/NotoSerifTC-Regular.otf",
    sha256="63515eb0622d589a2f4062e8757c598b3da3bffd053f69abd181c210158ef10c",
    licence="pylopdf_fonts_zh_tw-0.1.1.dist-info/licenses/LICENSE",
)
HEI = Source(
    title="Noto Sans TC",
    package="justmytype-intl-cjk",
    version="0.1.0",
    file="justmytype_intl_cjk/fonts/ofl/notosanstc/NotoSansTC[wght].ttf",
    sha256="864727d210d54f2537bbe23b3a839436c3992af72de9322af5270897246bd44f",
    licence="justmytype_intl_cjk/fonts/ofl/notosanstc/OFL.txt",
)


# ---------------------------------------------------------------- which characters to keep


def blocks(*spans: tuple[int, int]) -> frozenset[int]:
    """All code points of the given spans, both ends included."""
    return frozenset(code for first, last in spans for code in range(first, last + 1))


SYMBOLS = blocks(
    (0x2000, 0x206F),  # spaces, dashes, quotation marks, ellipsis, per mille, primes
    (0x2070, 0x209F),  # superscripts and subscripts
    (0x20A0, 0x20BF),  # currency
    (0x2100, 0x214F),  # letter-like: degree Celsius, numero, trade mark
    (0x2150, 0x218F),  # fractions, Roman numerals
    (0x2190, 0x21FF),  # arrows
    (0x2200, 0x22FF),  # mathematical operators
    (0x25A0, 0x25FF),  # geometric shapes
    (0x2600, 0x26FF),  # stars, check boxes, warning sign
    (0x2700, 0x27BF),  # check marks, crosses
)
LATIN = SYMBOLS | blocks(
    (0x0020, 0x007E),  # ASCII
    (0x00A0, 0x00FF),  # Latin-1
    (0x0100, 0x017F),  # Latin Extended-A
    (0x0192, 0x0192),  # florin, the sign for a function
    (0x01CD, 0x01DC),  # Pinyin vowels with the third tone
    (0x0218, 0x021B),  # Romanian
    (0x0237, 0x0237),  # dotless j
    (0x02B9, 0x02DD),  # spacing accents
    (0x0300, 0x036F),  # combining accents: the hat on a mean
    (0x0370, 0x03FF),  # Greek
    (0x0400, 0x045F),  # Cyrillic
    (0x1E00, 0x1EFF),  # Vietnamese and other letters with two accents
    (0xFB00, 0xFB06),  # ligatures
)
FIXED_PITCH = LATIN | blocks((0x2500, 0x259F))  # also lines and blocks for drawing boxes

# Big5 is what every Taiwanese name and title could be written in for thirty years: 5401 frequent
# characters (level 1) and 7652 rare ones (level 2). Code page 950 adds seven, and then come a few
# that families in Taiwan do use but that Big5 left out.
NAMES_OUTSIDE_BIG5 = "喆堃峯邨綉温栢犇昞鍈鎭頴凃啓着眞晧"


def big5() -> frozenset[int]:
    """Every character that code page 950, Microsoft's Big5, can write."""
    found = set()
    for lead in range(0xA1, 0xFA):
        for trail in (*range(0x40, 0x7F), *range(0xA1, 0xFF)):
            try:
                found.add(ord(bytes([lead, trail]).decode("cp950")))
            except UnicodeDecodeError:
                continue
    return frozenset(code for code in found if not 0xE000 <= code <= 0xF8FF)  # no private use


CHINESE = (
    SYMBOLS
    | big5()
    | frozenset(map(ord, NAMES_OUTSIDE_BIG5))
    | blocks(
        (0x0020, 0x007E),  # ASCII: a drawing library looks for it in the first font it is given
        (0x00A0, 0x00FF),
        (0x0391, 0x03C9),  # Greek
        (0x2300, 0x23FF),  # technical signs
        (0x2460, 0x24FF),  # circled numbers
        (0x2500, 0x257F),  # box drawing
        (0x3000, 0x303F),  # Chinese punctuation
        (0x3041, 0x30FF),  # kana
        (0x3105, 0x312F),  # bopomofo
        (0x31A0, 0x31BF),  # bopomofo for the other languages of Taiwan
        (0x3220, 0x3243),  # numbers and days in brackets
        (0x3280, 0x32B0),  # circled
        (0x3380, 0x33DF),  # units in one square
        (0xFE30, 0xFE6F),  # vertical and small forms
        (0xFF01, 0xFF65),  # full-width forms
        (0xFFE0, 0xFFE6),
    )
)


# ---------------------------------------------------------------- what to make

LATIN_FEATURES = (
    *("ccmp", "locl", "mark", "mkmk", "kern", "liga", "calt", "case", "zero"),
    *("lnum", "onum", "tnum", "pnum", "sups", "subs", "sinf", "ordn", "frac", "numr", "dnom"),
)
CHINESE_FEATURES = ("ccmp", "locl", "mark", "kern", "liga", "palt", "halt", "fwid", "hwid", "pwid")

# Tables without a use here: vertical writing, hinting of screens long gone, what a variable font needs.
USELESS_TABLES = ("VORG", "vhea", "vmtx", "DSIG", "BASE", "STAT", "MVAR", "gasp", "meta")


@dataclass(frozen=True)
class Recipe:
    """One face to make: its new name and what it is cut from."""

    family: str
    style: str  # Regular, Bold or Italic
    source: Source
    axes: tuple[tuple[str, float], ...]
    characters: frozenset[int]
    features: tuple[str, ...]

    @property
    def file(self) -> str:
        """The file's name, which is also the face's PostScript name."""
        return f"{self.family.replace(' ', '')}-{self.style}.ttf"


BODY = ("opsz", 11.0)  # the optical size of running text in points
RECIPES = (
    Recipe("Report Serif", "Regular", SERIF, (BODY, ("wght", 400)), LATIN, LATIN_FEATURES),
    Recipe("Report Serif", "Bold", SERIF, (BODY, ("wght", 700)), LATIN, LATIN_FEATURES),
    Recipe("Report Serif", "Italic", SERIF_ITALIC, (BODY, ("wght", 400)), LATIN, LATIN_FEATURES),
    Recipe("Report Sans", "Regular", SANS, (("wght", 400),), LATIN, LATIN_FEATURES),
    Recipe("Report Sans", "Bold", SANS, (("wght", 700),), LATIN, LATIN_FEATURES),
    Recipe("Report Mono", "Regular", MONO, (("wght", 400),), FIXED_PITCH, LATIN_FEATURES),
    Recipe("Report Mono", "Bold", MONO, (("wght", 700),), FIXED_PITCH, LATIN_FEATURES),
    Recipe("Report Song TC", "Regular", SONG, (), CHINESE, CHINESE_FEATURES),
    Recipe("Report Hei TC", "Regular", HEI, (("wght", 400),), CHINESE, CHINESE_FEATURES),
    Recipe("Report Hei TC", "Bold", HEI, (("wght", 700),), CHINESE, CHINESE_FEATURES),
)


# ---------------------------------------------------------------- how to make it


def make(recipe: Recipe) -> TTFont:
    """The finished face, in memory."""
    font = keep_only(recipe)
    if recipe.axes:
        font = instantiateVariableFont(font, dict(recipe.axes), inplace=True)
    if "CFF " in font:
        turn_into_truetype(font)
    drop_kerning_of_spaces(font)
    rename(font, recipe)
    return font


def keep_only(recipe: Recipe) -> TTFont:
    """The source font without the characters, features and tables that no report needs."""
    options = subset.Options(
        layout_features=list(recipe.features),
        hinting=False,
        notdef_outline=True,  # a missing character shows as a box, not as nothing
        glyph_names=False,
        desubroutinize=True,
    )
    options.drop_tables += list(USELESS_TABLES)
    font = subset.load_font(str(recipe.source.path()), options, lazy=True)
    font.recalcTimestamp = False  # else `head.modified` is the time of this run
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=recipe.characters)
    cutter.subset(font)
    return font


def turn_into_truetype(font: TTFont, tolerance: float = 1.5) -> None:
    """Replace cubic CFF outlines by quadratic TrueType ones, at most `tolerance` thousandths of an em off.

    At 10 points, 1.5 thousandths are five micrometres: far below what a printer or a screen can show.
    """
    glyph_set, order = font.getGlyphSet(), font.getGlyphOrder()
    glyphs: dict[str, Any] = {}
    for name in order:
        pen = TTGlyphPen(None)
        # CFF contours run the other way round.
        glyph_set[name].draw(Cu2QuPen(pen, tolerance, reverse_direction=True))
        glyphs[name] = pen.glyph()

    font["loca"] = newTable("loca")
    table = font["glyf"] = newTable("glyf")
    table.glyphOrder, table.glyphs = order, glyphs
    for name, glyph in glyphs.items():
        glyph.recalcBounds(table)
        width, _ = font["hmtx"][name]
        font["hmtx"][name] = (width, getattr(glyph, "xMin", 0))

    limits = font["maxp"]
    limits.tableVersion = 0x00010000
    limits.maxZones = 1
    for field in (
        *("maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs", "maxStackElements"),
        *("maxSizeOfInstructions", "maxComponentElements", "maxPoints", "maxContours"),
        *("maxCompositePoints", "maxCompositeContours", "maxComponentDepth"),
    ):
        setattr(limits, field, 0)  # no instructions; the sizes are counted when the font is written

    font["post"].formatType = 3.0
    del font["CFF "]
    font.sfntVersion = "\x00\x01\x00\x00"


def drop_kerning_of_spaces(font: TTFont) -> None:
    """Take spaces out of all pairs of letters that are set closer.

    WeasyPrint measures words and spaces apart from each other and draws them together, so that a line with
    such pairs has another width than it was given (https://github.com/Kozea/WeasyPrint/issues/2928).
    """
    spaces = {font.getBestCmap()[code] for code in (0x20, 0xA0) if code in font.getBestCmap()}
    for lookup in font["GPOS"].table.LookupList.Lookup if "GPOS" in font else ():
        tables = [getattr(table, "ExtSubTable", table) for table in lookup.SubTable]
        for table in tables:
            if table.LookupType == 2:  # pairs
                drop_pairs(table, spaces)


def drop_pairs(table: Any, glyphs: set[str]) -> None:
    """Take glyphs out of a table of pairs, as the first and as the second of a pair."""
    covered = table.Coverage.glyphs
    if table.Format == 1:  # glyph by glyph
        kept = [
            (name, pairs) for name, pairs in zip(covered, table.PairSet, strict=True) if name not in glyphs
        ]
        for _, pairs in kept:
            pairs.PairValueRecord = [one for one in pairs.PairValueRecord if one.SecondGlyph not in glyphs]
            pairs.PairValueCount = len(pairs.PairValueRecord)
        table.Coverage.glyphs = [name for name, _ in kept]
        table.PairSet = [pairs for _, pairs in kept]
        table.PairSetCount = len(kept)
        return
    # by classes: what is in no class is in class 0, which is never set closer as the second
    table.Coverage.glyphs = [name for name in covered if name not in glyphs]
    for name in glyphs:
        table.ClassDef1.classDefs.pop(name, None)
        table.ClassDef2.classDefs.pop(name, None)
    for of_first in table.Class1Record:
        value = of_first.Class2Record[0].Value1
        if value is not None and any(vars(value).values()):
            sys.exit("a table of pairs moves what is in no class")


def rename(font: TTFont, recipe: Recipe) -> None:
    """Give the face its own name, and say in every field what its weight and slant are."""
    names = font["name"]
    postscript = Path(recipe.file).stem
    notice = names.getDebugName(0)
    version = (names.getDebugName(5) or "Version 1.000").split(";")[0]
    names.names = []
    for number, value in {
        0: f"{notice} Subset, renamed and converted for reportgen.",
        1: recipe.family,
        2: recipe.style,
        3: f"{version};{postscript}",
        4: f"{recipe.family} {recipe.style}",
        5: f"{version};reportgen",
        6: postscript,
        13: "This Font Software is licensed under the SIL Open Font License, Version 1.1.",
        14: "https://openfontlicense.org",
    }.items():
        names.setName(value, number, 3, 1, 0x409)

    regular, bold, italic = 1 << 6, 1 << 5, 1 << 0
    flag = {"Regular": regular, "Bold": bold, "Italic": italic}[recipe.style]
    font["OS/2"].fsSelection = font["OS/2"].fsSelection & ~(regular | bold | italic) | flag
    font["OS/2"].usWeightClass = 700 if recipe.style == "Bold" else 400
    font["head"].macStyle = {"Regular": 0, "Bold": 1, "Italic": 2}[recipe.style]


# ---------------------------------------------------------------- what goes with the fonts


def licence(family: str, recipes: Iterable[Recipe]) -> str:
    """The family's copyright notices and its licence."""
    sources = {recipe.source.file: recipe.source for recipe in recipes}
    lines = [f'"{family}" is a modified version (subset, renamed, converted) of:', ""]
    for source in sources.values():
        notice = TTFont(source.path(), lazy=True)["name"].getDebugName(0)
        lines += [f"{source.title}", f"{notice}", ""]
    text = next(iter(sources.values())).licence_text()
    return "\n".join(lines) + "\nThe licence as it came with the original:\n\n" + text


README = """\
# The report's fonts

Made by `tools/build_fonts.py`, this page included: change that, not these files.
All fonts are under the SIL Open Font License 1.1; the notices are in the `OFL-*.txt` files.

| file | made from | package on PyPI | characters | size |
| --- | --- | --- | ---: | ---: |
{rows}

TrueType outlines, one weight a file, no hinting, no vertical metrics. Kerning, mark placement, figure
styles and localized forms are kept. Weights that are not here are not imitated.

- **Chinese faces**: all of Big5 (levels 1 and 2) as code page 950 has it, except {missing}, which the
  originals lack; some characters of names beyond it; bopomofo, kana, full-width forms, symbols.
- **Latin faces**: Latin-1, Latin Extended-A, Vietnamese, Greek, Cyrillic, superscripts, arrows, operators
  and shapes as far as the originals have them. The fixed-pitch face also draws boxes.

The families have names of their own because "Source" is a reserved font name.

`fontconfig.xml` is written by hand: it keeps the fonts of the machine out of the PDF.
"""


def readme(folder: Path) -> str:
    """What each file is, where it is from, and what it can show."""
    rows = []
    big5_shown = big5()
    for recipe in RECIPES:
        path, source = folder / recipe.file, recipe.source
        shown = set(TTFont(path, lazy=True).getBestCmap())
        if recipe.characters is CHINESE:
            big5_shown &= shown
        origin = f"{source.title}, {version_of(source)} | {source.package} {source.version}"
        size = f"{path.stat().st_size / 1e6:.2f} MB"
        rows.append(f"| `{recipe.file}` | {origin} | {len(shown):,} | {size} |")
    missing = sorted(map(chr, big5() - big5_shown))
    return README.format(rows="\n".join(rows), missing=" ".join(missing))


def version_of(source: Source) -> str:
    """The version the original gives itself."""
    return str(TTFont(source.path(), lazy=True)["name"].getDebugName(5)).split(";")[0].lower()


# ---------------------------------------------------------------- doing it


def build(folder: Path) -> list[str]:
    """Write every file into the folder; their names."""
    folder.mkdir(parents=True, exist_ok=True)
    for recipe in RECIPES:
        make(recipe).save(folder / recipe.file)
        print(f"{recipe.file:26} {(folder / recipe.file).stat().st_size:>9,} bytes", flush=True)
    texts = {"README.md": readme(folder)}
    for family in dict.fromkeys(recipe.family for recipe in RECIPES):
        members = [recipe for recipe in RECIPES if recipe.family == family]
        texts[f"OFL-{family.replace(' ', '')}.txt"] = licence(family, members)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return [*(recipe.file for recipe in RECIPES), *texts]


def main() -> None:
    """Build, or with --check compare a fresh build with what is there."""
    parser = argparse.ArgumentParser(description="Build the fonts in templates/fonts.")
    parser.add_argument("--check", action="store_true", help="compare a fresh build with the folder")
    if not parser.parse_args().check:
        build(FOLDER)
        return
    with tempfile.TemporaryDirectory() as place:
        different = [name for name in build(Path(place)) if not same(FOLDER / name, Path(place) / name)]
    if different:
        sys.exit(f"different: {', '.join(different)}")


def same(one: Path, other: Path) -> bool:
    """Whether both files are there with the same bytes."""
    return one.is_file() and one.read_bytes() == other.read_bytes()


if __name__ == "__main__":
    main()
