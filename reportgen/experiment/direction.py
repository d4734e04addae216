"""Whether a metric is better when it is higher or when it is lower, as far as its name says so."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

HIGHER_WORDS = """
    accuracy accuracies acc f1 fscore auc auroc auprc roc ap map iou miou dice jaccard bleu rouge meteor cider
    bertscore chrf ssim psnr snr score scores r2 precision recall sensitivity specificity mcc kappa ndcg mrr
    correlation pearson spearman reward rewards return returns fitness throughput speedup fps
    winrate successrate hitrate truepositiverate truenegativerate exactmatch explainedvariance
    likelihood loglikelihood elbo
    準確率 正確率 精確率 精確度 召回率 分數 得分 獎勵 勝率 成功率
"""
LOWER_WORDS = """
    loss losses error errors errorrate err errs mistakes cost costs regret perplexity ppl
    nll negativeloglikelihood negloglikelihood crossentropy xent mse rmse nrmse msle rmsle mae mape smape
    wer cer ter der eer fid fidscore lpips ece brier brierscore bpb bpc bpd bitsperbyte bitsperchar
    bitsperdim time times seconds second secs sec minutes hours milliseconds ms runtime walltime wallclock
    duration elapsed latency stepsto epochsto iterationsto failurerate missrate falsepositiverate
    falsenegativerate
    損失 誤差 錯誤 錯誤率 失敗率 遺憾 困惑度 時間 秒 秒數 分鐘 小時 耗時 延遲 成本
"""
HIGHER, LOWER = frozenset(HIGHER_WORDS.split()), frozenset(LOWER_WORDS.split())
KNOWN = HIGHER | LOWER
TIME_WORDS = """
    time times seconds second secs sec minutes hours milliseconds ms runtime walltime wallclock duration
    elapsed 時間 秒 秒數 分鐘 小時 耗時
"""
TIMES = frozenset(TIME_WORDS.split())
COUNTS = frozenset(("steps", "epochs", "iterations"))
ACCURACIES = frozenset(("accuracy", "acc", "準確率", "正確率"))
LONGEST = max(map(len, KNOWN))

# What follows says how or until when it was measured: time_to_accuracy is a time, loss_at_60_seconds a loss.
CONDITIONS = frozenset(("to", "per", "at", "after", "by", "until", "within"))

# A word of these may turn the direction round, or make a spread of a score.
TURNING_WORDS = """
    neg negative minus inverse inverted inv reciprocal delta diff difference gap drop change reduction
    decrease increase improvement gain std stdev sd sem stderr var variance deviation spread rank ranking
    下降 減少 差距 標準差 變異數 排名
"""
TURNING = frozenset(TURNING_WORDS.split())

PART = re.compile(r"[^\W\d_]+|\d+")
CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[A-Z]+|.")


def higher_is_better(name: str) -> bool | None:
    """Return what the name of a metric says; None if it says nothing, or contradicts itself.

    The name's words are those between underscores, hyphens, points, blanks, digits and changes of case. Known
    ones may stand anywhere; of those that begin at a word the longest counts, so that `error_rate`, `mAP` and
    `f1` are one each, and `brier_score` is no score.
    """
    directions = set(_directions(list(name_words(name))))
    return directions.pop() if len(directions) == 1 else None


def is_accuracy(name: str) -> bool:
    """Return whether a metric's name says that it is an accuracy."""
    return has_word(name, ACCURACIES) and higher_is_better(name) is True


def is_time(name: str) -> bool:
    """Return whether a metric's name says that it is a time until something: one without it missed it."""
    words = list(name_words(name))
    condition = next((place for place, word in enumerate(words) if word in CONDITIONS), len(words))
    measured = set(words[:condition])
    counted = words[condition : condition + 1] == ["to"] and bool(measured & COUNTS)
    times = any(word in measured or (not word.isascii() and word in name) for word in TIMES)
    return (times or counted) and higher_is_better(name) is False


def has_word(name: str, known: Collection[str]) -> bool:
    """Return whether one of the known words is in a name; Chinese ones stand there without marks around them.

    Args:
        name: Of a metric, or of any other column.
        known: The words, in small letters.
    """
    words = set(name_words(name))
    return any(word in words or (not word.isascii() and word in name) for word in known)


def name_words(name: str) -> Iterator[str]:
    """Yield the words of a name in small letters: those between marks, digits and changes of case.

    Args:
        name: Of a metric, or of any other column.
    """
    for part in PART.findall(name):
        yield from (word.lower() for word in CAMEL.findall(part))


def _directions(words: list[str]) -> Iterator[bool | None]:
    """The direction of every known word; None for a word that may turn it round."""
    if words[:1] == ["1"]:
        yield None  # 1 - accuracy
    start = 0
    while start < len(words) and words[start] not in CONDITIONS:
        run = _longest_known(words, start)
        if run:
            known = "".join(words[start : start + run])
            yield None if known in TURNING else known in HIGHER
        start += run or 1
        if words[start - 1] in CONDITIONS:  # steps_to
            return


def _longest_known(words: list[str], start: int) -> int:
    """How many words from this one on make the longest known name together; 0 if none do."""
    for end in range(min(len(words), start + LONGEST), start, -1):
        if "".join(words[start:end]) in KNOWN | TURNING:
            return end - start
    return 0
