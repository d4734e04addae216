"""Every mistake in an experiment file is one line that says where it is and what is allowed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reportgen.experiment.reading import find, read
from reportgen.experiment.refusals import ExperimentError
from reportgen.planning.plan import check_optimizers
from tests.helpers.project import ROOT

SOUND = """
title = { zh-Hant = "標題", en = "Title" }
[data]
source = "digits"
[comparison]
hidden = [4]
batch_size = 8
epochs = 2
optimizers = [{ name = "SGD", learning_rate = 0.1 }]
[tuned]
hidden = [4, 3]
batch_size = 8
epochs = 2
optimizer = { name = "Adam", learning_rate = 0.1 }
[defects]
hidden_list_grows = false
"""

SGD = 'name = "SGD", learning_rate = 0.1'

LAST = "hidden_list_grows = false"


@pytest.fixture
def refusal(tmp_path: Path) -> Callable[[str | bytes], str]:
    """Reads what must be refused; the one line that says why, without the folder's name."""

    def refuse(content: str | bytes) -> str:
        path = tmp_path / "mine.toml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        with pytest.raises(ExperimentError) as caught:
            read(path)
        message = str(caught.value)
        assert message.startswith(f"{path}: ")
        assert "\n" not in message
        return message.removeprefix(f"{path}: ")

    return refuse


def test_the_file_that_all_mistakes_are_made_in_is_sound(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(SOUND, encoding="utf-8")
    check_optimizers(read(tmp_path / "mine.toml"))


STAGE = (
    "hidden, batch_size, epochs, l2, seeds, initial_std, dtype, schedule, normalization, label_smoothing,"
    " dropout, input_dropout, early_stopping, average_epochs, best_epoch_by, augmentation"
)

UNKNOWN = {
    "at the top": ("[data]", "titel = 1\n[data]", "titel", "title"),
    "title": ("zh-Hant =", "zh-hant =", "title.zh-hant", "zh-Hant"),
    "data": ("[comparison]", "tain = 3\n[comparison]", "data.tain", "train"),
    "comparison": ("hidden = [4]\n", "hiden = [4]\n", "comparison.hiden", "hidden"),
    "tuned": ("hidden = [4, 3]", "hiddens = [4, 3]", "tuned.hiddens", "hidden"),
    "defects": (LAST, "hidden_list_grow = false", "defects.hidden_list_grow", "hidden_list_grows"),
    "of another program": ("epochs = 2\nopt", "n_epochs = 2\nopt", "comparison.n_epochs", "epochs"),
    "short": ("batch_size = 8\nepochs = 2\nopt", "bs = 8\nepochs = 2\nopt", "comparison.bs", "batch_size"),
    "in other letters": ("hidden = [4]\n", "Hidden = [4]\n", "comparison.Hidden", "hidden"),
    "layers": ("hidden = [4]\n", "hidden_layers = [4]\n", "comparison.hidden_layers", "hidden"),
    "of an optimizer": (
        "learning_rate = 0.1 }]",
        "lr = 0.1 }]",
        "comparison.optimizers[0].lr",
        "learning_rate",
    ),
    "decay of a stage": ("epochs = 2\nopt", "epochs = 2\nwd = 0\nopt", "comparison.wd", "l2"),
}


@pytest.mark.parametrize("place", UNKNOWN)
def test_an_unknown_key_is_named_with_the_nearest_known_one(
    refusal: Callable[[str], str], place: str
) -> None:
    right, wrong, key, nearest = UNKNOWN[place]
    assert right in SOUND
    # and nothing is said of the key that is missing because of it
    assert refusal(SOUND.replace(right, wrong, 1)) == f"unknown key {key}; did you mean {nearest}?"


ALLOWED = {
    "at the top": ("[data]", "qqq = 1\n[data]", "qqq", "title, author, course, data"),
    "data": ("[comparison]", "qqq = 3\n[comparison]", "data.qqq", "source, path, classes"),
    "comparison": ("hidden = [4]\n", "hidden = [4]\nqqq = 1\n", "comparison.qqq", f"{STAGE}, subset"),
    "tuned": ("hidden = [4, 3]", "hidden = [4, 3]\nqqq = 1", "tuned.qqq", f"{STAGE}, optimizer"),
}


@pytest.mark.parametrize("place", ALLOWED)
def test_where_no_key_is_near_those_that_may_stand_there_are_said(
    refusal: Callable[[str], str], place: str
) -> None:
    right, wrong, key, allowed = ALLOWED[place]
    message = refusal(SOUND.replace(right, wrong))
    assert message.startswith(f"unknown key {key}; allowed here: {allowed}")


def test_all_mistakes_are_said_at_once(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    changes = {
        "[data]": "titel = 1\n[data]",
        '"digits"': '"fashion_mnist"',
        "hidden = [4]\nbatch_size = 8": "hiden = [4]\nbatch_size = 0",
        f"[{{ {SGD} }}]": '[{ name = "SGD", lr = 0.1 }, { name = "Adam", label = 3 }]',
        "[4, 3]": "[4, 0]",
    }
    content = SOUND
    for right, wrong in changes.items():
        assert content.count(right) == 1
        content = content.replace(right, wrong)
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ExperimentError) as caught:
        read(path)
    lines = [line.removeprefix(f"{path}: ") for line in str(caught.value).splitlines()]
    assert [line.partition(":")[0].partition(";")[0] for line in lines] == [
        'data.source = "fashion_mnist"',
        "unknown key comparison.hiden",
        "comparison.batch_size = 0",
        "unknown key comparison.optimizers[0].lr",
        "comparison.optimizers[1].label = 3",
        "comparison.optimizers[1].learning_rate is missing",
        "tuned.hidden[1] = 0",
        "unknown key titel",
    ]
    assert lines[0].endswith('did you mean "fashion-mnist"?')


def test_a_hundred_mistakes_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("".join(f"q{n} = 1\n" for n in range(100)) + SOUND, encoding="utf-8")
    with pytest.raises(ExperimentError) as caught:
        read(path)
    lines = str(caught.value).splitlines()
    assert len(lines) == 51
    assert lines[-1] == f"{path}: and 50 more mistakes"


@pytest.mark.parametrize("language", ["zh-Hant", "en"])
def test_a_title_in_one_language_stands_for_both(tmp_path: Path, language: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        SOUND.replace('{ zh-Hant = "標題", en = "Title" }', f'{{ {language} = "T" }}'), encoding="utf-8"
    )
    title = read(path).title
    assert (title.zh_hant, title.en) == ("T", "T")


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('title = { zh-Hant = "標題", en = "Title" }\n', "title"),
        ('source = "digits"\n', "data.source"),
        ("hidden = [4]\n", "comparison.hidden"),
        ("hidden = [4, 3]\n", "tuned.hidden"),
        (f"optimizers = [{{ {SGD} }}]\n", "comparison.optimizers"),
        (", learning_rate = 0.1 }]", "comparison.optimizers[0].learning_rate"),
        ('name = "Adam", ', "tuned.optimizer.name"),
    ],
)
def test_a_missing_key_is_named(refusal: Callable[[str], str], line: str, key: str) -> None:
    end = "}]" if line.endswith("}]") else ""
    assert refusal(SOUND.replace(line, end, 1)) == f"{key} is missing"


WRONG = {
    "text for a number": ("epochs = 2", 'epochs = "2"', 'comparison.epochs = "2"', "integer"),
    "bool for a whole number": ("epochs = 2", "epochs = true", "comparison.epochs = true", "integer"),
    "bool for a number": (SGD, SGD.replace("0.1", "true"), "learning_rate = true", "number"),
    "number for a bool": (LAST, "hidden_list_grows = 1", "defects.hidden_list_grows = 1", "boolean"),
    "fraction for a whole number": ("[4, 3]", "[4, 3.0]", "tuned.hidden[1] = 3.0", "integer"),
    "number for a list": ("[4, 3]", "4", "tuned.hidden = 4", "list"),
    "list for a table": ("[comparison]", "[[comparison]]", "comparison = ", "table"),
    "number for a table": ('{ zh-Hant = "標題", en = "Title" }', "3", "title = 3", "zh-Hant, en"),
    "text for an optimizer": (f"{{ {SGD} }}", '"SGD"', 'optimizers[0] = "SGD"', "name, label, learning_rate"),
    "date for a number": ("epochs = 2", "epochs = 2020-01-01", "comparison.epochs = 2020-01-01", "integer"),
    "no epochs": ("epochs = 2", "epochs = 0", "comparison.epochs = 0", "greater than or equal to 1"),
    "endless epochs": ("epochs = 2", "epochs = 100001", "comparison.epochs = 100001", "100000"),
    "no batch": ("batch_size = 8", "batch_size = 0", "comparison.batch_size = 0", "or equal to 1"),
    "batch beyond all": ("batch_size = 8", f"batch_size = {2**32}", "comparison.batch_size", "4294967296"),
    "layer without units": ("[4, 3]", "[4, 0]", "tuned.hidden[1] = 0", "greater than or equal to 1"),
    "layer too wide": ("[4, 3]", "[70000]", "tuned.hidden[0] = 70000", "65536"),
    "too many layers": ("[4, 3]", str([1] * 21), "tuned.hidden = ", "20"),
    "negative l2": ("epochs = 2", "epochs = 2\nl2 = -1.0", "comparison.l2 = -1.0", "or equal to 0"),
    "l2 no number": ("epochs = 2", "epochs = 2\nl2 = nan", "comparison.l2 = nan", "finite"),
    "learning rate 0": (SGD, SGD.replace("0.1", "0"), "learning_rate = 0", "greater than 0"),
    "learning rate nan": (SGD, SGD.replace("0.1", "nan"), "learning_rate = nan", "finite"),
    "learning rate inf": (SGD, SGD.replace("0.1", "inf"), "learning_rate = inf", "finite"),
    "std 0": ("epochs = 2", "epochs = 2\ninitial_std = 0", "comparison.initial_std = 0", "greater than 0"),
    "unknown dtype": ("epochs = 2", 'epochs = 2\ndtype = "half"', 'comparison.dtype = "half"', "'float64'"),
    "subset too small": ("epochs = 2", "epochs = 2\nsubset = 4", "comparison.subset = 4", "equal to 5"),
    "unknown source": ('"digits"', '"cifar100"', 'data.source = "cifar100"', "'cifar10', 'fashion-mnist'"),
    "npz without path": ('"digits"', '"npz"', "data", 'source "npz" needs a path'),
    "folder without path": ('"digits"', '"folder"', "data", 'source "folder" needs a path'),
    "digits with path": ('"digits"', '"digits"\npath = "x"', "data", "only npz and folder and table do"),
    "one class": ('"digits"', '"digits"\nclasses = ["a"]', "data.classes = ['a']", "at least 2"),
    "no training images": ('"digits"', '"digits"\ntrain = 0', "data.train = 0", "or equal to 1"),
    "negative split seed": ('"digits"', '"digits"\nseed = -1', "data.seed = -1", "or equal to 0"),
    "empty title": ('"Title"', '""', 'title.en = ""', "at least 1"),
    "endless title": ('"Title"', '"' + "x" * 201 + '"', "title.en = ", "at most 200"),
    "no optimizers": (f"[{{ {SGD} }}]", "[]", "comparison.optimizers = []", "at least 1"),
    "same label": (f"[{{ {SGD} }}]", f"[{{ {SGD} }}, {{ {SGD} }}]", "comparison", 'called "SGD"; give each'),
    "label taken": (
        f"[{{ {SGD} }}]",
        f'[{{ {SGD} }}, {{ name = "Adam", label = "SGD", learning_rate = 1 }}]',
        "comparison",
        "a label of its own",
    ),
    "seeds 0": ("epochs = 2", "epochs = 2\nseeds = 0", "comparison.seeds = 0", "from 1 to 1000"),
    "seeds -1": ("epochs = 2", "epochs = 2\nseeds = -1", "comparison.seeds = -1", "from 1 to 1000"),
    "seeds true": ("epochs = 2", "epochs = 2\nseeds = true", "comparison.seeds = true", "list"),
    "no seeds": ("epochs = 2", "epochs = 2\nseeds = []", "comparison.seeds = []", "at least 1"),
    "a seed twice": ("epochs = 2", "epochs = 2\nseeds = [3, 5, 3]", "seeds = [3, 5, 3]", "seed 3 stands"),
    "negative seed": ("epochs = 2", "epochs = 2\nseeds = [-1]", "comparison.seeds[0] = -1", "or equal to 0"),
    "seed too large": ("epochs = 2", f"epochs = 2\nseeds = [{2**32}]", "seeds[0] = 4294967296", "less than"),
    "thousands of digits": ("epochs = 2", "epochs = 0x" + "f" * 9999, "comparison.epochs", "100000"),
}


@pytest.mark.parametrize(("right", "wrong", "key", "allowed"), WRONG.values(), ids=WRONG)
def test_a_wrong_value_is_shown_with_its_key_and_what_is_allowed(
    refusal: Callable[[str], str], right: str, wrong: str, key: str, allowed: str
) -> None:
    content = SOUND.replace(right, wrong, 1)
    assert content != SOUND
    found, _, reason = refusal(content).partition(": ")
    assert found.startswith(key) or key in found
    assert allowed in reason


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            SOUND.split("[comparison]", maxsplit=1)[0],
            "nothing to train: give a [comparison], a [tuned] or both",
        ),
        (SOUND + "[data]\n", "is not valid TOML: "),
        (SOUND + "epochs 3\n", "(at line 17, column 8)"),
        (SOUND.encode("utf-16"), "is not UTF-8 text (byte 0); save it as UTF-8"),
        (SOUND.encode("big5"), "is not UTF-8 text (byte "),
        (SOUND + "x = " + "[" * 5000, "is not valid TOML: "),
        (SOUND + "x = " + "9" * 5000, "is not valid TOML: "),
    ],
    ids=["no stage", "table twice", "syntax", "utf-16", "big5", "nested", "digits"],
)
def test_a_file_that_is_no_experiment_says_so(
    refusal: Callable[[str | bytes], str], content: str | bytes, said: str
) -> None:
    assert said in refusal(content)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('"digits"', '"di\\ngits"'),
        ("[data]", '"two\\nlines" = 1\n[data]'),
        ("[data]", "Bilingual = 1\n[data]"),
        ('en = "Title"', 'en = "Title", Bilingual = 1'),
    ],
)
def test_strange_names_and_values_stay_on_one_line(
    refusal: Callable[[str], str], right: str, wrong: str
) -> None:
    assert refusal(SOUND.replace(right, wrong, 1))


def test_a_missing_file_is_named_with_the_nearest_ready_experiment() -> None:
    ready = sorted(path.stem for path in (ROOT / "experiments").glob("*.toml"))
    assert {"as-submitted", "fashion", "homework", "quickstart", "zoo"} <= set(ready)
    with pytest.raises(ExperimentError) as caught:
        find("quikstart.toml")
    assert str(caught.value) == (
        "quikstart.toml: no such experiment file, and no ready experiment of that name"
        f" (did you mean quickstart?); ready ones: {', '.join(ready)}"
    )


@pytest.mark.parametrize("name", ["zzz", "x" * 5000, "two\nlines", "zzz/quickstart.toml"])
def test_any_missing_file_is_refused_in_one_line(name: str) -> None:
    with pytest.raises(ExperimentError) as caught:
        find(name)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExperimentError, match="cannot be read"):
        read(tmp_path)
    with pytest.raises(ExperimentError, match="cannot be read"):
        read(tmp_path / "none.toml")


OPTIMIZER_MISTAKES = {
    "unknown name": (
        'name = "Sgd", learning_rate = 0.1',
        'comparison.optimizers[0].name = "Sgd"',
        "did you mean SGD?",
    ),
    "another's hyperparameter": (
        'name = "SGD", learning_rate = 0.1, momentum = 0.9',
        "comparison.optimizers[0].momentum",
        "which SGD does not take; allowed here: name, label, learning_rate, weight_decay",
    ),
    "misspelt hyperparameter": (
        'name = "Adam", learning_rate = 0.1, beta_1 = 0.9',
        "comparison.optimizers[0].beta_1, which Adam does not take; did you mean beta1?",
        "did you mean beta1?",
    ),
    "momentum 1.5": (
        'name = "SGD_Momentum", learning_rate = 0.1, momentum = 1.5',
        "comparison.optimizers[0]",
        "momentum must be at least 0 and less than 1, got {'learning_rate': 0.1, 'momentum': 1.5}",
    ),
    "momentum as text": (
        'name = "SGD_Momentum", learning_rate = 0.1, momentum = "0.9"',
        'comparison.optimizers[0].momentum = "0.9"',
        "must be a finite number",
    ),
    "momentum as bool": (
        'name = "SGD_Momentum", learning_rate = 0.1, momentum = true',
        "comparison.optimizers[0].momentum = true",
        "must be a finite number",
    ),
    "momentum nan": (
        'name = "SGD_Momentum", learning_rate = 0.1, momentum = nan',
        "comparison.optimizers[0].momentum = nan",
        "must be a finite number",
    ),
    "momentum beyond floats": (
        f'name = "SGD_Momentum", learning_rate = 0.1, momentum = 1{"0" * 400}',
        "comparison.optimizers[0].momentum = 1000",
        "must be a finite number",
    ),
    "momentum as table": (
        'name = "SGD_Momentum", learning_rate = 0.1, momentum = { a = "x\\ny" }',
        "comparison.optimizers[0].momentum",
        "must be a finite number",
    ),
    "epsilon 0": (
        'name = "Adam", learning_rate = 0.1, epsilon = 0',
        "comparison.optimizers[0]",
        "epsilon must be greater than 0",
    ),
    "name of two lines": (
        'name = "S\\nGD", learning_rate = 0.1',
        "comparison.optimizers[0].name",
        "no such optimizer",
    ),
}


@pytest.mark.parametrize(("wrong", "key", "allowed"), OPTIMIZER_MISTAKES.values(), ids=OPTIMIZER_MISTAKES)
def test_optimizers_are_checked_by_their_own_classes(
    tmp_path: Path, wrong: str, key: str, allowed: str
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(SOUND.replace(SGD, wrong), encoding="utf-8")
    with pytest.raises(ExperimentError) as caught:
        check_optimizers(read(path))
    message = str(caught.value)
    assert key in message
    assert allowed in message
    assert "\n" not in message


def test_the_tuned_optimizer_is_checked_too(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(SOUND.replace('name = "Adam"', 'name = "Adan"'), encoding="utf-8")
    with pytest.raises(ExperimentError, match=r"tuned\.optimizer\.name = \"Adan\""):
        check_optimizers(read(path))
