"""reportgen: train a hand-written network with several optimizers, compare them fairly, and report it."""

__version__ = "0.1.0"
