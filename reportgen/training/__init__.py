"""The training loop: one trial in, one record out."""

from reportgen.training.augmentation import Augmentation
from reportgen.training.measured.evidence import Evidence
from reportgen.training.trainer import INSIGHT, train
from reportgen.training.trial import Defects, EngineProof, EpochRow, Record, Setup, TestResult, Trial

__all__ = [
    "INSIGHT",
    "Augmentation",
    "Defects",
    "EngineProof",
    "EpochRow",
    "Evidence",
    "Record",
    "Setup",
    "TestResult",
    "Trial",
    "train",
]
