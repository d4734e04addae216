"""Ways of training for the bench that are not what they seem."""

from __future__ import annotations

from reportgen.bench.start import Start
from reportgen.bench.ways.own import Own
from reportgen.bench.works import Work


class Wrong(Own):
    """Steps a hundredth too far."""

    def __init__(self, work: Work, start: Start) -> None:
        super().__init__(work, start, engine="textbook")
        self.learning_rates = [1.01 * rate for rate in self.learning_rates]
