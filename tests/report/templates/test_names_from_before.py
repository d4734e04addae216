"""Folders of templates from the version in which sections had numbers in their names still work."""

from __future__ import annotations

import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from reportgen.files import resources
from reportgen.report.templates.loading import TemplateError, own, read
from tests.helpers.cli import Cli

OF_BEFORE = {
    "1-data": "data", "2-layers": "layers", "3-network-test": "network_test", "4-optimizers": "optimizers",
    "5-network": "network", "6-comparison": "comparison", "7-search": "search", "8-tuned": "tuned",
    "9-test": "test_accuracy", "10-audit": "audit", "11-conclusions": "conclusions", "12-drift": "drift",
    "13-appendix": "appendix",
}  # fmt: skip
REMARK = "{% include 'original/sections/11-conclusions.html.j2' %}\n<p>A remark of our own.</p>\n"


def exported(folder: Path) -> Path:
    """All sections as `templates export` wrote them before."""
    (folder / "sections").mkdir(parents=True)
    for before, now in OF_BEFORE.items():
        shutil.copy(
            resources.templates() / "sections" / f"{now}.html.j2", folder / "sections" / f"{before}.html.j2"
        )
    return folder


def test_an_exported_folder_of_before_changes_nothing(tmp_path: Path) -> None:
    templates = read(exported(tmp_path / "mine"))
    assert templates.texts == own().texts
    assert (templates.replaced, templates.notes, templates.digest()) == ((), (), None)


def test_a_section_under_its_former_name_is_used_and_noted(cli: Cli, tiny_run: Path, tmp_path: Path) -> None:
    folder = exported(tmp_path / "mine")
    changed = folder / "sections" / "11-conclusions.html.j2"
    changed.write_text(REMARK)
    run = shutil.copytree(tiny_run, tmp_path / "run")
    answer = cli("render", run, "--templates", folder, "--no-pdf", "--languages", "en")
    assert answer.code == 0
    page = (run / "report.html").read_text(encoding="utf-8")
    assert page.count("A remark of our own.") == 1
    assert page.index('id="sec-conclusions"') < page.index("A remark of our own.")
    note = f"{changed}: is called sections/conclusions.html.j2 now; rename it"
    assert [line for line in answer.out.splitlines() if line.startswith("note: ")] == [f"note: {note}"]
    checked = cli("templates", "check", folder)
    # as the version before counted it, so that its PDFs are still known to be made with this folder
    line = f"{sha256(REMARK.encode()).hexdigest()}  sections/11-conclusions.html.j2\n"
    assert checked.code == 0
    assert checked.out.splitlines() == [
        "replaced\tsections/conclusions.html.j2",
        f"note\t{note}",
        f"digest\t{sha256(line.encode()).hexdigest()}",
    ]


def test_a_mistake_is_told_with_the_name_that_the_file_has(cli: Cli, tmp_path: Path) -> None:
    folder = exported(tmp_path / "mine")
    changed = folder / "sections" / "9-test.html.j2"
    changed.write_text("{{ t('test.per_clas') }}")
    answer = cli("templates", "check", folder)
    assert answer.code == 1
    assert answer.out.startswith(f"mistake\t{changed}:1: there is no phrase 'test.per_clas'")


def test_a_section_under_both_names_is_refused(tmp_path: Path) -> None:
    folder = exported(tmp_path / "mine")
    (folder / "sections" / "data.html.j2").write_text("x")
    with pytest.raises(TemplateError) as refused:
        read(folder)
    assert str(refused.value) == (
        f"{folder}/sections/1-data.html.j2: is the same template as sections/data.html.j2; take one of the"
        " two away"
    )


def test_a_file_of_ones_own_may_begin_with_a_number(tmp_path: Path) -> None:
    (tmp_path / "sections").mkdir()
    (tmp_path / "sections" / "2-remark.html.j2").write_text("mine")
    (tmp_path / "sections" / "conclusions.html.j2").write_text("{% include 'sections/2-remark.html.j2' %}")
    templates = read(tmp_path)
    assert templates.text("sections/2-remark.html.j2") == "mine"
    assert templates.notes == ()
