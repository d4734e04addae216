"""What columns are called: the words of a name, and the names that are known for each purpose."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reportgen.experiment.direction import has_word, higher_is_better, name_words

OPTIMIZER_WORDS = """
    optimizer optimiser optimizers optim opt 優化器 最佳化器
    method solver algorithm algo 方法 演算法
    setup variant setting configuration config approach strategy treatment group model name
"""
OPTIMIZERS = tuple(frozenset(line.split()) for line in OPTIMIZER_WORDS.strip().splitlines())
"""Names of columns of optimizers, those that are surer first."""

SEED_WORDS = """
    seed seeds 種子 隨機種子
    randomseed rngseed randomstate initseed torchseed trainseed globalseed
    run trial rep reps repeat repetition replicate replication replica fold 重複 執行
"""
SEEDS = tuple(frozenset(line.split()) for line in SEED_WORDS.strip().splitlines())
"""The same of seeds."""
ALL_SEEDS = frozenset(SEED_WORDS.split())

PROBLEM_WORDS = """
    problem testproblem dataset data task workload objective benchmark stage environment env instance domain
    問題 資料集
    model network net architecture arch
"""
PROBLEMS = frozenset(PROBLEM_WORDS.split())
"""Names of columns of problems; the last ones where a table names optimizers in another column."""

EPOCH_WORDS = """
    epoch epochs ep 週期 globalstep step steps iteration iterations iter it round update updates batch batches
    stopval
"""
EPOCHS = tuple(EPOCH_WORDS.split())
"""Names of columns of epochs, those that are surer first."""

SETTING_WORDS = """
    lr learningrate batchsize bs weightdecay wd dropout epochs steps beta budget parameters numparams params
    gpu timestamp runtime time duration
"""
SETTINGS = frozenset(SETTING_WORDS.split())
"""Names of columns of numbers that are neither scores nor optimizers."""

TIME_WORDS = """
    time times seconds second secs sec minutes hours milliseconds ms runtime walltime wallclock duration
    elapsed latency 時間 秒 秒數 分鐘 小時 耗時 延遲
"""
TIMES = frozenset(TIME_WORDS.split())
"""Words of metrics that are compared where nothing else can be."""

ASKED_WORDS = """
    params param parameters config cfg conf args hparams hparam hp hyperparameters tags
"""
ASKED = frozenset(ASKED_WORDS.split())
"""Where what a user asked for is nested, as in params.optimizer: no metric is."""
NESTING = ASKED | frozenset(("metrics", "summary", "results", "result", "trainer"))
"""What a name may be nested in."""

SUMMARY_WORDS = """
    mean means average avg median std stdev sd sem stderr var variance min max sum total count 平均 標準差
"""
SUMMARIES = frozenset(SUMMARY_WORDS.split())
"""Rows and columns that sum the others up, and are none of them."""

NAMING = frozenset(["name", "names", "type", "label"])
COUNTING = frozenset(["id", "idx", "index", "number", "num", "no", "nr"])
INDEX = frozenset(("", "unnamed", "index", "level", "rownames", "rowname"))
"""Columns that count or name rows, as programs write them without being told to."""

SEED_COLUMN = re.compile(r"(?P<prefix>.*?)[\s_\-=:.#/]*(?P<seed>\d+)")
SEED_MARKS = ALL_SEEDS | frozenset("sr")
PERCENT = re.compile(r"^%\s+|\s*[(\[]\s*(%|percent|pct)\s*[)\]]$|[\s,]*%$|[\s_](percent|pct)$", re.IGNORECASE)
"""What the name of a column has whose numbers are percentages."""


def words(name: str) -> list[str]:
    """Return the words of a name, in small letters."""
    return list(name_words(name))


def bare(name: str, *, without: frozenset[str] = frozenset()) -> str:
    """Return the words of a name as one, without what it is nested in.

    Args:
        name: Of a column.
        without: Words that say nothing.
    """
    parts = words(name)
    while len(parts) > 1 and parts[0] in NESTING:
        parts = parts[1:]
    telling = [word for word in parts if word not in without]
    return "".join(telling or parts)


def is_index(name: str) -> bool:
    """Return whether a column is called as one that counts or names rows."""
    return "".join(word for word in name_words(name) if not word.isdigit()) in INDEX


def is_asked(name: str) -> bool:
    """Return whether a name is nested in what a user asked for, as params.lr is."""
    parts = words(name)
    return len(parts) > 1 and parts[0] in ASKED


def is_metric(name: str) -> bool:
    """Return whether a name is known as that of a metric."""
    return not is_asked(name) and higher_is_better(PERCENT.sub("", name)) is not None


def is_setting(name: str) -> bool:
    """Return whether a column is called as one of settings, also as one of several, as beta2 is."""
    return bare(name).rstrip("0123456789") in SETTINGS


def is_summary(name: object) -> bool:
    """Return whether a row or a column is called as one that sums others up."""
    return isinstance(name, str) and bare(name) in SUMMARIES


def is_time(name: str) -> bool:
    """Return whether a metric is a time."""
    return has_word(name, TIMES)


def seeds_in(names: Sequence[str]) -> tuple[dict[str, str], str]:
    """Return the columns that are named by seeds, as 0, 1, 2 or seed0, seed1 or acc_0, acc_1.

    Args:
        names: Of all columns.

    Returns:
        The seed of each, two or more or none; and the metric that stands before them, "" for none.
    """
    groups: dict[str, dict[str, str]] = {}
    for name in names:
        if match := SEED_COLUMN.fullmatch(name.strip()):
            groups.setdefault(match["prefix"].casefold(), {})[name] = match["seed"]
    for prefix, columns in groups.items():
        parts = words(prefix)
        metric = [word for word in parts if word not in SEED_MARKS]
        named = len(parts) > len(metric) or not parts
        if len(set(columns.values())) > 1 and len(set(columns.values())) == len(columns):
            if named and not metric:
                return columns, ""
            if metric and higher_is_better(" ".join(metric)) is not None:
                return columns, "_".join(metric)
    return {}, ""
