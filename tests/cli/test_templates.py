"""Templates of a user's own through the command line: written, checked, used; what mistakes are told."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from reportgen import __version__
from reportgen.files import resources
from reportgen.records.run import Run
from reportgen.report.options import ReportOptions
from reportgen.report.templates.loading import SCRIPTS
from tests.helpers.cli import Answer, Cli

TABLE = "optimizer,seed,score\n" + "".join(
    f"{name},{seed},{0.5 + 0.1 * place + 0.01 * seed}\n"
    for place, name in enumerate("AB")
    for seed in range(3)
)
SECTION = "sections/scores.html.j2"
WORDS = "catalogue.toml"
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Makes a folder of templates: path, text."""

    def make(**files: str | bytes) -> Path:
        for name, text in files.items():
            path = tmp_path / "mine" / {"section": SECTION, "words": WORDS}.get(name, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return tmp_path / "mine"

    return make


@pytest.fixture
def compare(cli: Cli, tmp_path: Path) -> Callable[..., Answer]:
    """Writes the smallest report that there is."""

    def call(*arguments: object) -> Answer:
        (tmp_path / "t.csv").write_text(TABLE)
        # when a table was written is the date of its report
        os.utime(tmp_path / "t.csv", (1_000_000_000, 1_000_000_000))
        return cli("compare", "t.csv", "--to", "report", "--no-pdf", *arguments)

    return call


# ---------------------------------------------------------------- export


def test_an_export_that_nobody_changed_gives_the_bytes_of_none(
    cli: Cli, compare: Callable[..., Answer], tmp_path: Path
) -> None:
    assert cli("templates", "export", "mine").code == 0
    written = {path.relative_to("mine").as_posix() for path in Path("mine").rglob("*") if path.is_file()}
    ours = resources.templates()
    paths = {path.relative_to(ours).as_posix() for path in ours.rglob("*") if path.is_file()}
    theirs = {path for path in paths if not path.startswith("fonts/")} - {
        "index.html.j2",
        "index.css",
        "index.js",
        *SCRIPTS,
    }
    assert written == theirs
    assert all((tmp_path / "mine" / name).read_bytes() == (ours / name).read_bytes() for name in written)
    assert compare().code == 0
    plain = Path("report.html").read_bytes()
    assert compare("--templates", "mine").code == 0
    assert Path("report.html").read_bytes() == plain


def test_an_export_replaces_nothing_unless_forced(cli: Cli) -> None:
    Path("mine/sections").mkdir(parents=True)
    Path("mine/notes.txt").write_text("mine")
    Path("mine/style.css").write_text("mine")
    assert "style.css is there already; --force" in cli("templates", "export", "mine").error_line
    assert sorted(path.name for path in Path("mine").rglob("*")) == ["notes.txt", "sections", "style.css"]
    assert cli("templates", "export", "mine", "--force").code == 0
    assert Path("mine/notes.txt").read_text() == "mine"
    assert Path("mine/style.css").read_text() != "mine"
    Path("file").write_text("mine")
    assert "is there already" in cli("templates", "export", "file").error_line


@pytest.mark.parametrize("there", [False, True])
def test_an_export_that_fails_leaves_all_as_it_was(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    if there:
        Path("mine").mkdir()
        Path("mine/catalogue.toml").write_text("mine")
    written = []

    def full(path: Path, *_: object, **__: object) -> None:
        if len(written) == 5:
            raise OSError(28, "No space left on device", str(path))
        written.append(path.write_bytes(b"x"))

    monkeypatch.setattr(Path, "write_text", full)
    monkeypatch.setattr("reportgen.report.templates.exporting.write_text", full)
    assert "No space left" in cli("templates", "export", "mine", "--force").error_line
    assert len(written) == 5
    assert [path.read_text() for path in Path().rglob("*") if path.is_file()] == (["mine"] if there else [])


# ---------------------------------------------------------------- mistakes


MISTAKES = {
    "syntax": ("section", "a\n{% if problems %}\nb\n", ":2: Unexpected end of template"),
    "filter": ("section", "a\n{{ title | nonesuch }}", ":2: No filter named 'nonesuch'"),
    "undefined name": (
        "section",
        "a\n\n{{ problem }}",
        ":3: 'problem' is undefined (did you mean problems?)",
    ),
    "unknown phrase": ("section", "\n{{ t('scores.titel') }}", ":2: there is no phrase 'scores.titel'"),
    "value lacking": (
        "section",
        "\n{{ t('scores.title') }}",
        ":2: the phrase 'scores.title' needs a value for name",
    ),
    "template": (
        "section",
        "\n{% include 'macro.html.j2' %}",
        ":2: there is no template 'macro.html.j2' (did",
    ),
    "path": ("section", "{% include '../secret' %}", ":1: there is no template '../secret'"),
    "absolute path": ("section", "{% include '/etc/passwd' %}", ":1: there is no template '/etc/passwd'"),
    "TOML": ("words", "[ui]\n\ncontents = { en = 'a' \n", ":3: is not valid TOML"),
    "placeholder": (
        "words",
        "[ui]\n[scores]\n\ntitle = { de = '{nam}' }",
        ":4: scores.title in de: there is no value {nam} (did you mean name?)",
    ),
    "placeholder lacking": (
        "words",
        "[scores]\ntitle = { en = 'x' }",
        ":2: scores.title in en: lacks {name}",
    ),
    "brace": ("words", "[scores]\ntitle = { en = '{name' }", ":2: scores.title in en: expected '}'"),
    "part of a value": (
        "words",
        "[my]\na = { en = '{n.__class__}' }",
        ":2: my.a in en: {n.__class__} is no value",
    ),
    "format": ("words", "[my]\na = { en = '{n:>99999999}' }", ":2: my.a in en: {n:>99999999} is no value"),
    "language": (
        "words",
        "[scores]\ntitle = { German = '{name}' }",
        ":2: scores.title: 'German' is no language",
    ),
    "no English": (
        "words",
        "[my]\nphrase = { de = 'x' }",
        ":2: my.phrase is no phrase of the program; take it out, or give it a text in en",
    ),
    "a phrase of before": (
        "words",
        "[glance]\nshared = { zh-Hant = 'x' }",
        ":2: glance.shared exists no longer, answer.shared stands in its place; take it out",
    ),
    "no text": ("words", "[scores]\ntitle = 3", ":2: scores.title: must be a table of texts by language"),
    "no table": ("words", "\nscores = 3", ":2: scores: must be a table of phrases"),
    "not UTF-8": ("style.css", b"a\nb { content: '\xe9' }", "style.css:2: is not UTF-8"),
}


@pytest.mark.parametrize("case", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_one_line_with_its_file_and_line(
    cli: Cli, compare: Callable[..., Answer], write: Write, case: tuple[str, str | bytes, str]
) -> None:
    file, text, said = case
    folder = write(**{file: text})
    answer = compare("--templates", folder)
    assert answer.code == 1
    name = {"section": SECTION, "words": WORDS}.get(file, file)
    assert answer.error_line.startswith(f"reportgen: error: {folder / name}:")
    assert said in answer.error_line
    assert not Path("report.html").exists()
    checked = cli("templates", "check", folder)
    assert checked.code == 1
    assert said in checked.out + checked.err


def test_check_tells_all_mistakes_at_once(cli: Cli, write: Write) -> None:
    folder = write(section="{{ a1 }}\n{{ a2 }}", words="[ui]\ncontents = { en = '{x}' }\nfigure = 1")
    assert cli("templates", "check", folder).out.count("mistake\t") == 4


def test_a_script_and_what_leads_away_are_refused(
    cli: Cli, compare: Callable[..., Answer], write: Write
) -> None:
    folder = write(section="<p>a</p>\n<meta name='a' http-equiv='refresh' content='0; url=//example.org'>\n")
    refused = compare("--templates", folder)
    assert refused.code == 1
    assert re.match(r"reportgen: error: .*mine: in line \d+ of the page: <meta> can lead", refused.error_line)
    checked = cli("templates", "check", folder)
    assert checked.code == 1
    assert checked.out.startswith(f"mistake\t{folder / SECTION}:2: <meta> can lead on to another page")
    write(**{"script.js": "alert(1)"})
    for answer in (compare("--templates", folder), cli("templates", "check", folder)):
        assert answer.code == 1
        assert f"{folder}/script.js: scripts come from the program alone" in answer.error_line
    assert not Path("report.html").exists()


def test_folders_that_cannot_be_templates(cli: Cli, compare: Callable[..., Answer], tmp_path: Path) -> None:
    assert "there is no such folder" in compare("--templates", "nowhere").error_line
    assert "is no folder" in compare("--templates", "t.csv").error_line
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "key").write_text("SECRET")
    links = (
        ("style.css", tmp_path / "secret" / "key"),
        ("sections", tmp_path / "secret"),
        ("x.j2", Path("/dev")),
    )
    for number, (name, target) in enumerate(links):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / name).symlink_to(target)
        assert f"{folder / name}: is a link that leads out of" in compare("--templates", folder).error_line
    many = tmp_path / "many"
    many.mkdir()
    for number in range(501):
        (many / f"{number}.css").touch()
    assert "more than 500 files" in compare("--templates", many).error_line
    assert cli("run", "--templates", "nowhere").code == 1  # before anything is trained
    assert not Path("output").exists()


def test_what_has_no_effect_is_said_with_the_nearest_name(
    compare: Callable[..., Answer], write: Write
) -> None:
    folder = write(
        **{"sections/score.html.j2": "x", ".hidden": b"\xff", "README.md": "x", "extra.html.j2": "x"}
    )
    write(
        words="[ui]\nfindigs = { zh-Hant = 'a', en = 'b' }\ndata = { zh-Hant = 'a', en = 'b' }",
        section="{% include 'extra.html.j2' %}",
    )
    notes = [line for line in compare("--templates", folder).out.splitlines() if line.startswith("note: ")]
    assert notes == [
        f"note: {folder}/catalogue.toml:2: ui.findigs is no phrase of the program; only a template of yours"
        " can use it (did you mean ui.findings?)",
        f"note: {folder}/catalogue.toml:3: ui.data exists no longer; only a template of yours can use it",
        f"note: {folder}/sections/score.html.j2: replaces nothing (did you mean {SECTION}?)",
    ]


# ---------------------------------------------------------------- languages and commands


def test_languages_are_those_of_the_catalogue(cli: Cli, compare: Callable[..., Answer], write: Write) -> None:
    folder = write(words="[ui]\nfindings = { de = 'Das Wichtigste' }")
    assert "'de' is not one of zh-Hant, en" in compare("--languages", "de").error_line
    refused = compare("--languages", "fr", "--templates", folder)
    assert refused.code == 2
    assert "'fr' is not one of zh-Hant, en, de" in refused.error_line
    answer = compare("--languages", "de", "--templates", folder)
    assert re.search(
        r"note: de: \d+ of \d+ phrases are missing and said in English: ui\.answer, ", answer.out
    )
    assert '<html lang="de">' in Path("report.html").read_text()
    listed = cli("templates", "check", folder).out.splitlines()
    assert any(line.startswith("language\tde\t1 of ") for line in listed)
    assert "missing\tde\tui.contents" in listed
    assert "missing\tde\tui.findings" not in listed


def test_a_run_and_a_schedule_take_templates(
    cli: Cli, write: Write, tiny_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[ReportOptions]] = []
    monkeypatch.setattr("reportgen.cli.run.report", lambda *arguments: given.append(arguments[1:]))
    monkeypatch.setattr("reportgen.execution.run.prove", lambda prepared: [[] for _ in prepared])
    monkeypatch.setattr("reportgen.execution.run.run", lambda *_, **__: Run.read(tiny_run))
    monkeypatch.setattr("reportgen.records.run_folder.point_latest", lambda *_: None)
    for name in ("refresh_index", "dropped"):
        monkeypatch.setattr(f"reportgen.cli.run.{name}", lambda *_: None)
    folder = write(words="[ui]\nfindings = { de = 'Das Wichtigste' }")
    assert cli("run", "--languages", "en,de", "--templates", "mine", "--no-pdf").code == 0
    ((options,),) = given
    assert (options.languages, options.templates.folder) == (("en", "de"), Path("mine"))
    assert (options.pdf, options.paper) == (False, "a4")
    add = ("schedule", "add", "quickstart", "--at", "02:00", "--with", "print", "--output", "out")
    assert "no such folder" in cli(*add, "--templates", "nowhere").error_line
    assert cli(*add, "--templates", "mine", "--languages", "de").code == 0
    kept = Path("out/.schedules/quickstart.toml").read_text()
    assert f'"--languages", "de", "--templates", "{folder}"' in kept


# ---------------------------------------------------------------- verify


def verdict(answer: Answer) -> str:
    return answer.out.splitlines()[-1].split("\t")[1].partition(":")[0]


def test_verify_tells_foreign_templates_and_rebuilds_with_them(
    cli: Cli, write: Write, tiny_run: Path, tmp_path: Path
) -> None:
    run = shutil.copytree(tiny_run, tmp_path / "run")
    folder = write(words="[ui]\nfindings = { en = 'What matters' }\n[test]\nmany_seeds = { de = '"
    "{what} {images} {n} {accuracy} {interval} {spread} {lowest} {highest}' }")  # fmt: skip
    assert cli("render", run, "--templates", folder, "--languages", "zh-Hant,de").code == 0
    pdf = run / "report.pdf"
    with pikepdf.open(pdf) as document:
        assert re.search(r", templates-sha256:[0-9a-f]{64},", str(document.docinfo["/Keywords"]))
    alone = cli("verify", pdf)
    assert (alone.code, verdict(alone)) == (4, "undecided")
    assert "unknown\ttemplates\tmade with templates of someone's own" in alone.out
    assert "FAILED" not in alone.out
    assert "rebuilt\tthe same bytes" not in alone.out
    known = cli("verify", pdf, "--templates", folder)
    assert (known.code, verdict(known)) == (0, "consistent")
    assert "ok\trebuilt\tthe same bytes" in known.out
    write(words="[ui]\nfindings = { en = 'What matters not', de = 'x' }")
    assert "was made with others: SHA-256" in cli("verify", pdf, "--templates", folder).error_line
    own = cli("verify", tiny_run / "report.pdf", "--templates", folder)
    assert "made with the program's own templates" in own.error_line


def test_what_templates_leave_out_is_unknown_and_what_was_changed_is_not(
    cli: Cli, compare: Callable[..., Answer], write: Write, tmp_path: Path
) -> None:
    folder = write(section="<p>nothing</p>")
    compare()
    assert cli("compare", "t.csv", "--to", "report", "--templates", folder).code == 0
    assert cli("verify", "report.pdf", "--templates", folder).code == 0  # word for word what they give
    answer = cli("verify", "--no-rebuild", "report.pdf", "--templates", folder)
    assert (answer.code, verdict(answer)) == (4, "undecided")
    assert "unknown\tprinted: means and intervals" in answer.out
    with pikepdf.open("report.pdf") as pdf:
        pdf.attachments["t.csv"] = pikepdf.AttachedFileSpec(pdf, b"optimizer,seed,score\n", filename="t.csv")
        pdf.save(tmp_path / "changed.pdf")
    changed = cli("verify", "changed.pdf", "--templates", folder)
    assert (changed.code, verdict(changed)) == (1, "not consistent")


def test_a_template_cannot_hide_that_it_is_someones_own(
    cli: Cli, compare: Callable[..., Answer], write: Write
) -> None:
    """The seal is the program's: neither a comment with it, nor other keywords, make a report its own."""
    page = (resources.templates() / "report.html.j2").read_text(encoding="utf-8")
    seal = '<meta name="keywords" content="{{ seal }}">'
    trimmed = '<meta name="keywords" content="{{ seal.split(\', templates-\')[0] }}">'
    assert seal in page
    main = '<main id="main" tabindex="-1">'
    assert main in page
    lying = page.replace(seal, f"{trimmed}<!-- {{{{ seal }}}} -->").replace(
        main, f"{main}<p>A is the best of all</p>"
    )
    folder = write(**{"report.html.j2": lying})
    compare()
    assert cli("compare", "t.csv", "--to", "report", "--templates", folder).code == 0
    answer = cli("verify", "report.pdf")
    assert (answer.code, verdict(answer)) == (4, "undecided")
    assert "unknown\ttemplates\tmade with templates of someone's own" in answer.out
    with pikepdf.open("report.pdf") as pdf:
        assert "templates-sha256:" in str(pdf.docinfo["/Keywords"])
        assert str(pdf.docinfo["/Creator"]) == f"reportgen {__version__}"
