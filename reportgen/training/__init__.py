"""The training loop: one trial in, one record out."""

from reportgen.training.trainer import train
from reportgen.training.trial import Defects, EpochRow, Record, Setup, TestResult, Trial

__all__ = ["Defects", "EpochRow", "Record", "Setup", "TestResult", "Trial", "train"]
