"""What a report's tests are worth together: the one family that confirms, and what looks at it cost."""

from __future__ import annotations

from reportgen.analysis.findings import EACH_TUNED, SHARED
from reportgen.experiment.model import Experiment
from reportgen.experiment.stages import COMPARISON, EQUALLY_TUNED
from reportgen.report.sections.comparison import Compared
from reportgen.report.sections.verdicts import was_tested
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase

STAGES = {COMPARISON: SHARED, EQUALLY_TUNED: EACH_TUNED}


def family_phrases(
    shared: Compared | None, tuned_equally: Compared | None, settings: Experiment, t: Catalogue
) -> list[Phrase]:
    """Return which comparison's verdicts count as confirmed, and at what level they were tested.

    Args:
        shared: The optimizers at the given settings.
        tuned_equally: The optimizers, each at its own settings.
        settings: The experiment, which may have declared it.
        t: The words, in the report's languages.
    """
    compared = [one for one in (shared, tuned_equally) if one is not None]
    by_where = {one.where: one for one in compared if was_tested(one.found.pairs)}
    stage = settings.confirmatory or (EQUALLY_TUNED if EACH_TUNED in by_where else COMPARISON)
    where = STAGES[stage]
    phrases = []
    if where in by_where:
        key = "family.declared" if settings.confirmatory else "family.by_default"
        phrases.append(t(key, where=t(f"where.{where}"), level=numbers.percent(by_where[where].found.alpha)))
    # a further look may have too few seeds for its level, which has to be said as well
    phrases += [
        t(
            "family.look",
            where=t(f"where.{one.where}"),
            number=str(one.look),
            level=numbers.percent(one.found.alpha),
        )
        for one in compared
        if one.look > 1
    ]
    return phrases
