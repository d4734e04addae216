"""What a report shows of one problem's curves: the profiles, the table of optimizers, and its sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from reportgen.analysis.any_time.exchange_rate import Lead
from reportgen.analysis.any_time.of_problem import AnyTime
from reportgen.analysis.any_time.runtime_profiles import epochs_apart
from reportgen.analysis.findings import FEW
from reportgen.analysis.results import rows as rows_of
from reportgen.report.figures.any_time import profile_curves
from reportgen.report.figures.marks import look
from reportgen.report.figures.svg import drawn
from reportgen.report.sections.section import Claim, claim_row, claim_sentences
from reportgen.report.sections.verdicts import was_tested
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase, together
from reportgen.report.words.numbers import Unit

COLUMNS = ("setup", "reached", "expected", "area", "interval", "behind")


@dataclass(frozen=True)
class Shown:
    """What is known of one problem's curves, and how it is written.

    Attributes:
        found: What the curves support.
        setups: Who has which colour, in the order of the rows.
        unit: How scores are written.
        metric: What the score is called.
        again: Whether figure and table are read as others before them.
    """

    found: AnyTime
    setups: tuple[str, ...]
    unit: Unit
    metric: Phrase
    again: bool = False


def any_time_block(shown: Shown, t: Catalogue, *, key: str) -> dict[str, Any]:
    """Return what the templates show of one problem's curves.

    Args:
        shown: The problem's curves.
        t: The words, in the report's languages.
        key: Of the table; what the figure's ids begin with.
    """
    found = shown.found
    return {
        "key": key,
        "profile_text": partial(_profile_text, shown, t),
        "table_text": partial(table_text, shown, t),
        "profiles": None if found.profiles.empty else _profiles(shown, t, key),
        "rows": any_time_rows(shown),
        "caption": t("any_time.caption", metric=shown.metric),
        "area": t("any_time.area", metric=shown.metric),
        "behind": t("any_time.behind", name=found.reference or numbers.MISSING),
        "sentences": together(any_time_sentences(shown, t), "list.sentences", t),
    }


def claim_any_time(shown: Shown, t: Catalogue) -> Iterator[Claim]:
    """Yield the claims of the table of optimizers and of its sentences.

    Args:
        shown: The problem's curves.
        t: The words, in the report's languages.
    """
    for row in any_time_rows(shown):
        yield claim_row("any-time comparison", *(row[name] for name in COLUMNS))
    yield from claim_sentences("any-time comparison", any_time_sentences(shown, t))


def any_time_rows(shown: Shown) -> list[dict[str, str]]:
    """Return a row for each optimizer, as it is written."""
    found, unit = shown.found, shown.unit
    reference = found.reference
    areas = {
        row["optimizer"]: row
        for row in rows_of(found.areas.summaries)
        if row["problem"] == found.curves.problem
    }
    runtimes = {row["optimizer"]: row for row in rows_of(found.runtimes)}
    rows = []
    for name in shown.setups:
        if name not in found.curves.trials:
            continue
        area = areas[name]
        row = {
            "setup": name,
            "color": look(name, shown.setups).color,
            "reached": numbers.MISSING,
            "expected": numbers.MISSING,
            "area": unit.value(area["mean"]),
            "interval": unit.interval(area["low"], area["high"]) or numbers.MISSING,
            "behind": numbers.MISSING,
        }
        if reference is not None and reference != name:
            row["behind"] = written_lead(found.lead(reference, name))
        if name in runtimes:
            runtime = runtimes[name]
            low, high = (numbers.percent(runtime[f"rate_{end}"], 0) for end in ("low", "high"))
            row["reached"] = f"{runtime['reached']} / {runtime['trials']} [{low}, {high}]"
            row["expected"] = _epochs(runtime["expected"])
        rows.append(row)
    return rows


def written_lead(lead: Lead) -> str:
    """Return a lead in epochs with its interval, as a table has it; a dash where there is none."""
    if math.isnan(lead.epochs):
        return numbers.MISSING
    epochs = ("> " if lead.censored and lead.epochs > 0 else "< " if lead.censored else "") + _epochs(
        lead.epochs
    )
    return epochs if math.isnan(lead.low) else f"{epochs} [{_epochs(lead.low)}, {_epochs(lead.high)}]"


def _epochs(value: float) -> str:
    """Epochs with one decimal; beyond what can be seen, an infinity."""
    if math.isinf(value):
        return "∞" if value > 0 else "\N{MINUS SIGN}∞"
    # never a minus before a zero
    return numbers.decimals(round(value, 1) + 0.0, 1)


def written_epoch(epoch: float) -> str:
    """Return an epoch of a curve, which is a whole number nearly always."""
    return numbers.plain(epoch)


def _profile_text(shown: Shown, t: Catalogue, figure: Phrase) -> Phrase:
    """How the figure of the profiles is read. figure: the reference to it."""
    found = shown.found
    ends = {name: shown.unit.value(float(found.targets[index])) for name, index in (("low", 0), ("high", -1))}
    facts = {"figure": figure, "count": len(found.targets), **ends}
    banded = bool(found.profiles["low"].notna().any())
    parts = [t("any_time.again_profile" if shown.again else "any_time.profile", **facts)]
    if not (shown.again and banded):
        parts.append(t("any_time.bands" if banded else "any_time.no_bands"))
    return together(parts, "list.sentences", t)


def table_text(shown: Shown, t: Catalogue, table: Phrase) -> Phrase:
    """Return how the table is read.

    Args:
        shown: The problem's curves.
        t: The words, in the report's languages.
        table: The reference to it.
    """
    found, curves = shown.found, shown.found.curves
    first, last = (written_epoch(float(curves.epochs[index])) for index in (0, -1))
    facts: dict[str, object] = {"table": table, "first": first, "last": last}
    has_target = not found.runtimes.empty
    if has_target:
        facts["target"] = shown.unit.value(float(found.runtimes["target"].iloc[0]))
    if shown.again and has_target:
        parts = [t("any_time.again_table", **facts)]
    else:
        key = "any_time.table" if has_target else "any_time.table_no_target"
        parts = [t(key, metric=shown.metric, **facts)]
        if found.reference is not None:
            parts.append(t("any_time.read_behind", name=found.reference, last=last))
        if any(not math.isnan(lead.low) for lead in found.leads):
            parts.append(t(f"any_time.read_interval{'' if curves.paired else '_unpaired'}"))
        parts.append(t("any_time.exploratory"))
    if curves.epochs[-1] < curves.longest:
        parts.append(t("any_time.up_to", last=last))
    return together(parts, "list.sentences", t)


def _profiles(shown: Shown, t: Catalogue, key: str) -> dict[str, Any]:
    """The figure of the profiles."""
    found = shown.found
    table = found.profiles
    epochs = found.curves.epochs
    at = [float(epochs[index]) for index in sorted({0, len(epochs) // 2, len(epochs) - 1})]
    values = []
    for name, rows in table.groupby("optimizer", sort=False):
        shares = rows.set_index("epoch")["share"]
        values.append(f"{name} {' → '.join(numbers.percent(float(shares[epoch]), 0) for epoch in at)}")
    alt = t("alt.any_time_profiles", epochs=" → ".join(map(written_epoch, at)), values="; ".join(values))
    words = {"epoch": t("figure.epoch").label(), "reached_share": t("figure.reached_share").label()}
    many = len(found.curves.trials) > FEW
    caption = [t("any_time.profile_caption"), *([t("search.panels")] if many else [])]
    return {
        "key": f"{key}-profiles",
        "figure": drawn(profile_curves, table, shown.setups, words, prefix=f"{key}-profiles"),
        "alt": alt,
        "caption": together(caption, "list.sentences", t),
    }


def any_time_sentences(shown: Shown, t: Catalogue) -> list[Phrase]:
    """Return what the curves support in words: who is best by the area, who is ahead, whose order changes.

    Args:
        shown: The problem's curves.
        t: The words, in the report's languages.
    """
    return [best_by_area(shown, t), *_leads(shown, t), *crossings(shown, t)]


def areas_tested(shown: Shown) -> bool:
    """Return whether a test was made of areas under the curve."""
    areas, problem = shown.found.areas, shown.found.curves.problem
    ranked = set(areas.standing(problem).order)
    pairs = [pair for pair in areas.pairs if pair.problem == problem and {pair.first, pair.second} <= ranked]
    return was_tested(pairs)


def best_by_area(shown: Shown, t: Catalogue) -> Phrase:
    """Return who has the best area under the curve, where the test shows it.

    Args:
        shown: The problem's curves.
        t: The words, in the report's languages.
    """
    standing = shown.found.areas.standing(shown.found.curves.problem)
    if not areas_tested(shown):
        return t("any_time.area_untested")
    if standing.winner is None:
        return t("any_time.area_none")
    beaten = all((standing.winner, name) in standing.better for name in standing.unscored)
    others = "finding.every_other" if beaten else "any_time.every_whole"
    return t("any_time.area_first", name=standing.winner, others=t(others))


def _leads(shown: Shown, t: Catalogue) -> Iterator[Phrase]:
    """By how many epochs the reference is ahead, where the interval shows it."""
    found, reference = shown.found, shown.found.reference
    if reference is None:
        return
    leads = [found.lead(reference, name) for name in found.curves.trials if name != reference]
    leads = [lead for lead in leads if not math.isnan(lead.low)]
    ahead = sorted((lead for lead in leads if lead.low > 0), key=lambda lead: -lead.epochs)
    if not leads:
        return
    if not ahead:
        yield t("any_time.no_leads", name=reference)
        return
    listed = ahead if len(ahead) <= FEW else [ahead[0], ahead[-1]]
    each = [t("any_time.lead", name=lead.second, lead=written_lead(lead)) for lead in listed]
    last = written_epoch(float(found.curves.epochs[-1]))
    key = "any_time.leads" if len(ahead) <= FEW else "any_time.leads_many"
    counts = {} if len(ahead) <= FEW else {"count": len(ahead), "of": len(found.curves.trials) - 1}
    yield t(key, name=reference, leads=together(each, "list.phrases", t), last=last, **counts)


def crossings(shown: Shown, t: Catalogue) -> Iterator[Phrase]:
    """Yield whose profiles lie apart one way early and the other way late, beyond the bands.

    Args:
        shown: The problem's curves.
        t: The words, in the report's languages.
    """
    differences = shown.found.differences
    crossed = []
    for first, second in shown.found.curves.pairs:
        ahead, behind = epochs_apart(differences, first, second), epochs_apart(differences, second, first)
        if ahead and behind:
            early, late = (first, second) if ahead[0] < behind[0] else (second, first)
            crossed.append((early, late))
    for early, late in crossed[:FEW]:
        stretches = {
            name: written_stretches(epochs_apart(differences, *pair))
            for name, pair in (("before", (early, late)), ("after", (late, early)))
        }
        yield t("any_time.crossing", first=early, second=late, **stretches)
    if len(crossed) > FEW:
        yield t("any_time.crossings", count=len(crossed) - FEW)


def written_stretches(stretches: Sequence[tuple[float, float]]) -> str:
    """Return stretches of epochs, 1–4, 9; a dash where there is none."""
    written = ["–".join(dict.fromkeys(map(written_epoch, stretch))) for stretch in stretches]
    return ", ".join(written) or numbers.MISSING
