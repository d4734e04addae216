"""Which metrics are better when higher, told from their names."""

from __future__ import annotations

import pytest

from reportgen.experiment.direction import higher_is_better, is_accuracy

HIGHER = [
    "score", "test_accuracy", "accuracy", "acc", "val_acc", "valAcc", "test/acc", "metrics.test_acc",
    "Test Accuracy (%)", "top1_acc", "top-5 accuracy", "accuracy_final", "f1", "F1-score", "macro_f1", "auc",
    "roc_auc", "AUROC", "mAP", "mAP50", "map@0.5", "mIoU", "bleu", "BLEU-4", "rougeL", "rouge1_f", "ssim",
    "psnr_db", "r2", "R2", "precision_at_10", "recall@5", "reward", "episode_return", "mean reward",
    "reward_per_second", "inception_score", "success_rate", "log_likelihood", "accuracy_at_60_seconds",
    "explained variance", "測試準確率", "得分",
]  # fmt: skip
LOWER = [
    "loss", "val_loss", "val_loss_final", "valLoss", "val/loss", "train.loss", "error", "error_rate",
    "test error rate", "ErrorRate", "top1_err", "perplexity", "ppl", "val_ppl", "nll", "test_nll", "rmse",
    "val_rmse", "mse", "RMSE (m)", "mae", "wer", "WER", "cer", "bpb", "bpc", "bits_per_byte", "time",
    "time_s", "seconds", "runtime_s", "train_time", "wall_clock", "time_to_accuracy", "seconds_to_target",
    "steps_to_target", "loss_after_60_seconds", "simple_regret", "mean_squared_error", "cross_entropy",
    "negative_log_likelihood", "brier_score", "FID", "fid_score", "latency_ms", "seconds_per_step",
    "false positive rate", "驗證損失", "錯誤率", "訓練時間",
]  # fmt: skip
UNKNOWN = [
    # names that say nothing
    "objective_value", "value", "x", "", "42", "%", "epochs", "steps", "learning_rate", "lossy", "timestamp",
    "scoring", "gscore2d",
    # names with words of both directions
    "accuracy_loss", "score_loss", "loss_of_accuracy", "error_score", "accuracy_error", "time_score",
    # names that may mean the opposite of their word
    "neg_mean_squared_error", "neg_log_loss", "minus_loss", "1-accuracy", "1 - acc", "accuracy_drop",
    "generalization_gap_loss", "accuracy_std", "loss_variance", "loss_reduction", "準確率標準差",
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "higher"),
    [
        *((name, True) for name in HIGHER),
        *((name, False) for name in LOWER),
        *((name, None) for name in UNKNOWN),
    ],
)
def test_the_direction_of_a_metric_is_told_from_its_name_or_not_at_all(
    name: str, higher: bool | None
) -> None:
    assert higher_is_better(name) is higher


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("test_accuracy", True), ("Test Accuracy", True), ("val/acc", True), ("testAcc", True),
        ("準確率", True), ("accept_rate", False), ("score", False), ("time_to_accuracy", False),
        ("accuracy_loss", False),
    ],
)  # fmt: skip
def test_an_accuracy_is_known_by_a_word_of_its_name(name: str, is_one: bool) -> None:
    assert is_accuracy(name) == is_one
