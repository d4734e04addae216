"""`reportgen new optimizer` and `new homework`: starts that pass, or say what is to be filled in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reportgen.files.resources import PACKAGE
from tests.helpers.cli import Cli, refused_clean
from tests.helpers.experiments import FIVE_TRIALS
from tests.helpers.homework_code import HOMEWORK

CLASSES = ("FullyConnectedLayer", "ReLU", "Softmax_CrossEntropy", "SGD", "SGD_Momentum", "Adam")


def test_a_new_optimizer_passes_beside_its_twin(cli: Cli) -> None:
    answer = cli("new", "optimizer", "lion.py")
    assert answer.code == 0
    assert f"optimizer: {Path('lion.py').absolute()}" in answer.out
    assert '{ name = "lion.py:Lion", learning_rate' in answer.out
    assert "NewOptimizer" not in Path("lion.py").read_text(encoding="utf-8")
    proved = cli("check", "--code", "lion.py")
    assert proved.code == 0, proved
    assert "Passed.  [an independent implementation in the file " in proved.out


def test_the_twin_of_a_new_optimizer_is_no_copy_of_it(cli: Cli) -> None:
    assert cli("new", "optimizer", "lion.py").code == 0
    text = Path("lion.py").read_text(encoding="utf-8")
    right = "alpha=1 - self.momentum"
    assert text.count(right) == 1
    Path("lion.py").write_text(text.replace(right, "alpha=self.momentum - 1"), encoding="utf-8")
    assert cli("check", "--code", "lion.py").code == 1


@pytest.mark.usefixtures("no_reports", "no_proofs")
def test_a_new_optimizer_trains_beside_the_others(cli: Cli) -> None:
    assert cli("new", "optimizer", "lion.py").code == 0
    other = '{ name = "lion.py:Lion", learning_rate = 0.01, momentum = 0.8, weight_decay = 0.1 }'
    text = FIVE_TRIALS.replace('{ name = "SGD", learning_rate = 0.05 }', other)
    assert text != FIVE_TRIALS
    Path("x.toml").write_text(text, encoding="utf-8")
    assert cli("run", "x.toml", "--no-pdf").code == 0
    results = Path("output/x/latest/results.csv").read_text(encoding="utf-8")
    assert len(re.findall("^comparison,Lion,", results, re.M)) == 2


@pytest.mark.parametrize("file", ["my_rule.py", "my-rule.py", "my rule.py", "MyRule.py", "優化器.py"])
def test_its_class_is_called_like_its_file(cli: Cli, file: str) -> None:
    name = "MyRule" if file.lower().startswith("my") else "優化器"
    assert cli("new", "optimizer", file).code == 0
    text = Path(file).read_text(encoding="utf-8")
    assert re.findall(r"^class (\w+):", text, re.M) == [name]


def test_a_built_in_optimizer_is_copied(cli: Cli) -> None:
    assert cli("new", "optimizer", "mine.py", "--from", "Adam").code == 0
    ours = (PACKAGE / "optim" / "rules" / "adam.py").read_text(encoding="utf-8")
    assert Path("mine.py").read_text(encoding="utf-8") == ours
    assert cli("check", "--code", "mine.py").code == 0


def test_a_new_homework_names_every_place_to_fill_in(cli: Cli) -> None:
    assert cli("new", "homework", "hw5.py").code == 0
    answer = cli("check", "--code", "hw5.py")
    assert answer.code == 1
    assert answer.out.count("This part is still to be written.") == len(CLASSES)
    lines = Path("hw5.py").read_text(encoding="utf-8").splitlines()
    for name in CLASSES:
        place = rf"hw5.py, {name}: .*FAILED.*line (\d+): .*: {name}\.\w+ is to be filled in"
        told = re.search(place, answer.out)
        assert told is not None, answer.out
        assert "raise NotImplementedError" in lines[int(told[1]) - 1]
    assert answer.out.splitlines()[-1].startswith("0 of ")


def test_a_homework_that_is_filled_in_passes(cli: Cli) -> None:
    """Its classes take what the homework's take: bodies of one that is right fit into it."""
    assert cli("new", "homework", "hw5.py").code == 0
    text = Path("hw5.py").read_text(encoding="utf-8")
    for name, method in re.findall(r'NotImplementedError\("(\w+)\.(\w+) is', text):
        inside = HOMEWORK.split(f"class {name}(", 1)[1].split("\nclass ", 1)[0]
        head = re.search(rf"    def {method}\((.*)\):\n", inside)
        own = re.search(rf"class {name}:.*?    def {method}\((.*?)\):\n", text, re.S)
        assert head is not None
        assert own is not None
        assert own[1] == head[1]
        body = inside[head.end() :].split("\n    def ", 1)[0]
        line = f'        raise NotImplementedError("{name}.{method} is to be filled in")\n'
        assert text.count(line) == 1
        text = text.replace(line, body.rstrip() + "\n")
    for ours, theirs in (("self.m = {}", "self.momentum = {}"), ("self.v = {}", "self.velocity = {}")):
        text = text.replace(ours, theirs)  # names of its own in Adam's constructor
    Path("hw5.py").write_text(text.replace("import torch\n", "import numpy as np\nimport torch\n", 1))
    answer = cli("check", "--code", "hw5.py")
    assert answer.code == 0, answer.out


MISTAKES: dict[str, tuple[tuple[str, ...], list[str], int]] = {
    "no file": (("optimizer",), ["FILE.toml, optimizer FILE.py or homework FILE.py"], 2),
    "another kind": (("layer", "x.py"), ["optimizer FILE.py"], 2),
    "ending": (("optimizer", "lion"), ["lion: is to end with .py; call it lion.py"], 1),
    "notebook": (("homework", "hw5.ipynb"), ["hw5.ipynb: is to end with .py"], 1),
    "no class's name": (("optimizer", "2nd.py"), ["2nd.py", "'2nd'", "my_rule.py"], 1),
    "name of another thing": (("optimizer", "about.py"), ["about.py", "'About'"], 1),
    "keyword": (("optimizer", "none.py"), ["none.py", "'None'"], 1),
    "no folder": (("homework", "there/hw5.py"), ["there is no folder there"], 1),
    "is there": (("homework", "taken.py"), ["taken.py: is there already"], 1),
    "no such optimizer": (("optimizer", "x.py", "--from", "Adm"), ["--from Adm", "did you mean Adam?"], 1),
    "title": (("optimizer", "x.py", "--title", "X"), ["that option is for an experiment"], 2),
    "copy": (("homework", "x.py", "--from", "Adam"), ["that option is for an experiment"], 2),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_line_and_nothing_is_written(cli: Cli, mistake: str) -> None:
    arguments, said, code = MISTAKES[mistake]
    Path("taken.py").write_text("mine", encoding="utf-8")
    refused_clean(cli("new", *arguments), *said, code=code)
    assert [path.name for path in Path().iterdir()] == ["taken.py"]
    assert Path("taken.py").read_text(encoding="utf-8") == "mine"
