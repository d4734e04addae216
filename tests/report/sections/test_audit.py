"""The audit as the report shows it: marks and evidence, the sentence on the first page, the ablation."""

from __future__ import annotations

import dataclasses
import re
from contextlib import chdir
from pathlib import Path

import pytest
from markupsafe import Markup

from reportgen.analysis.ablation import Ablation, Variant
from reportgen.analysis.audit.facts import Fact
from reportgen.analysis.audit.points import Point
from reportgen.cli.main import main
from reportgen.experiment.stages import ALL, NONE
from reportgen.files import resources
from reportgen.records import run_folder
from reportgen.records.run_folder import RunRecords
from reportgen.report.sections.audit import ablation_sentences, describe_audit
from reportgen.report.sections.audit_points import summarize
from reportgen.report.sections.headlines import headlines
from reportgen.report.words.catalogue import Catalogue, load
from tests.helpers.experiments import TINY

DEFECTS = """
[defects]
gradients_averaged_twice = true
test_images_from_training_file = true
[ablation]
seeds = 2
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small run with two defects and an ablation, and its report as HTML."""
    folder = tmp_path_factory.mktemp("ablated")
    (folder / "ablated.toml").write_text(TINY + DEFECTS, encoding="utf-8")
    with chdir(folder), pytest.raises(SystemExit) as ended:
        main.main(["run", "ablated.toml", "--output", "out", "--workers", "1", "--no-pdf"])
    assert not ended.value.code
    return (folder / "out" / "ablated" / "latest").resolve()


@pytest.fixture(scope="module")
def records(run: Path) -> RunRecords:
    return run_folder.read(run)


@pytest.fixture(scope="module")
def html(run: Path) -> str:
    return (run / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def t() -> Catalogue:
    return load(resources.templates() / "catalogue.toml", ("zh-Hant", "en"))


def table(html: str, name: str) -> list[list[str]]:
    """The cells of a table's body as text."""
    body = re.search(rf'<table id="table-{name}".*?<tbody>(.*?)</tbody>', html, re.S)
    assert body
    rows = re.findall(r"<tr.*?</tr>", body[1], re.S)
    return [
        [Markup(cell).striptags() for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.S)] for row in rows
    ]


def test_every_point_has_its_mark_and_its_evidence(html: str) -> None:
    rows = table(html, "audit")
    assert "".join(mark for _, mark, _ in rows) == "✓✓✓✓–✗✗✗✓✗✗–✗✓✗"
    names = [name for name, mark, _ in rows if mark == "✗"]
    english = (
        "tuned for each", "Gradients of the true length", "test apart", "Seeds enough",
        "Other hyperparameters", "Validation large", "Every optimizer learned",
    )  # fmt: skip
    assert all(part in name for part, name in zip(english, names, strict=True))
    evidence = " ".join(cells[2] for cells in rows)
    for said in ("1/16 times the true", "目標函數真實梯度的 1/16 倍", "64-16-10", "測試影像取自訓練資料"):
        assert said in evidence


def test_where_nothing_is_compared_no_fair_comparison_is_claimed(t: Catalogue) -> None:
    alone = Point("same_network", (Fact("nothing_compared", None),))
    held, failed = (Point("true_gradient", (Fact("gradient_true", passed),)) for passed in (True, False))
    assert (
        summarize([alone, held], t).texts["en"]
        == "Fairness audit: no optimizers are compared; all other applicable conditions (1) hold."
    )
    found = summarize([alone, failed], t)
    assert (
        found.texts["en"]
        == "Fairness audit: 1 of 1 applicable condition does not hold (RG007 Gradients of the true length)."
    )
    compared = summarize([held], t)
    assert compared.texts["en"] == "Fairness audit: 1 of 1 applicable condition holds."


def test_the_first_page_says_how_many_fail_and_which(html: str) -> None:
    abstract = re.search(r'<section class="abstract".*?</section>', html, re.S)
    assert abstract
    text = Markup(abstract[0]).striptags()
    assert "適用的 13 項條件中有 7 項不成立" in text
    assert "7 of 13 applicable conditions do not hold (RG006, RG007, " in text


def test_the_ablation_has_a_row_for_each_defect_and_says_what_it_did(html: str) -> None:
    rows = table(html, "ablation")
    assert ["nothing fixed" in row[0] for row in rows] == [True, False, False, False]
    assert ["all fixed" in row[0] for row in rows] == [False, False, False, True]
    accuracies = [[float(cell.split("%")[0]) for cell in row[1:4]] for row in rows]
    gains = [[float(cell.split("%")[1]) for cell in row[1:4]] for row in rows[1:]]
    for of_row, gained in zip(accuracies[1:], gains, strict=True):
        assert gained == pytest.approx([b - a for a, b in zip(accuracies[0], of_row, strict=True)], abs=0.11)
    assert gains[1] == [0, 0, 0]  # other test images change nothing in training
    assert gains[0][0] > 5  # SGD's steps are 16 times as long
    text = Markup(html).striptags()
    largest = text.partition("change the validation accuracy of each optimizer most")[2].partition(". ")[0]
    assert f"SGD +{gains[0][0]:.1f} (gradients averaged twice)" in largest
    # two seeds are too few for a test: no order is said to change, and none to be shown
    assert not re.search(r"(keeps|changes) the order|The test then shows", text)
    assert all(">" not in row[4] for row in rows)
    assert "Fixing these does not change validation accuracy at all: test images from the" in text


@pytest.mark.parametrize("tested", [True, False])
def test_orders_of_an_ablation_stand_side_by_side_where_they_were_tested(t: Catalogue, tested: bool) -> None:
    gains = {"A": 0.1, "B": 0.0}
    better = frozenset([("A", "B")]) if tested else frozenset()
    before = Variant(NONE, {}, dict.fromkeys("AB", 0.0), ("B", "A"), frozenset(), {})
    after = [Variant(name, {}, gains, ("A", "B"), better, {}) for name in ("batches_slide_by_one", ALL)]
    said = ablation_sentences(Ablation(tuple(range(6 if tested else 2)), tested, (before, *after)), "AB", t)
    english = [sentence.texts["en"].striptags() for sentence in said]
    alone, all_of_them = english
    assert alone.endswith(
        "most (percentage points): A +10.00 (batches that slide by one)."
    )  # and B not at all
    assert "A +10.00, B 0.00" in all_of_them
    orders = "The test then shows A > B; with nothing fixed, it shows B, A."
    assert all_of_them.endswith(orders) == tested


def test_where_nothing_fails_the_report_says_so(records: RunRecords, t: Catalogue) -> None:
    settings = records.manifest_json["experiment"]["settings"]
    names = ("SGD", "SGD_Momentum", "Adam")
    found = {
        "experiment": "elsewhere",
        "method": "grid",
        "trials": 5,
        "seeds": [1000],
        "epochs": 3,
        "space": "; ".join(f"{name}: learning_rate from 1 to 2 (log)" for name in names),
        "at_edge": [],
    }
    fair = settings | {
        "found": {"comparison": found, "tuned": None},
        "defects": dict.fromkeys(settings["defects"], False),
        "ablation": None,
    }
    evidence = [
        one | {"gradient_scale": {"w1": 1.0}, "initial_weights": "same", "batch_order": "same"}
        for one in records.manifest_json["evidence"]
    ]
    experiment = records.manifest_json["experiment"] | {"settings": fair}
    manifest = records.manifest_json | {"evidence": evidence, "experiment": experiment}
    without_defects = dataclasses.replace(records, manifest_json=manifest)
    shown = describe_audit(without_defects, t)
    assert shown
    assert shown.ablation is None
    # two seeds, a momentum of its own, a search that is only declared, 40 validation images
    codes = [row["code"] for row in shown.rows if row["kind"] == "failed"]
    assert codes == ["RG010", "RG011", "RG012", "RG013"]
    assert "4 of 12 applicable conditions do not hold (RG010" in shown.summary.texts["en"]
    assert headlines(without_defects, t).unfair == (shown.summary,), "among the findings"
    assert headlines(records, t).unfair == (), "a notice of defects stands there already"


def test_a_run_without_evidence_has_no_audit(records: RunRecords, t: Catalogue) -> None:
    manifest = {name: value for name, value in records.manifest_json.items() if name != "evidence"}
    assert describe_audit(dataclasses.replace(records, manifest_json=manifest), t) is None
