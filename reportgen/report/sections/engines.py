"""The section on the engines: what trained, where that was not the listed code itself, and its proof."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reportgen.records.manifest import EngineProof, Manifest, TrainedBy
from reportgen.records.run_folder import RunRecords
from reportgen.report.sections.findings import listed
from reportgen.report.sections.section import Section, claim_sentences
from reportgen.report.sections.sentences import name_in_stage
from reportgen.report.words.catalogue import Catalogue, Phrase

TEXTBOOK = "textbook"


def engines_section(records: RunRecords, t: Catalogue) -> Section:
    """Return the section on the engines; left out where the listed code itself trained everything.

    Args:
        records: Of the run.
        t: The words, in the report's languages.
    """
    manifest = records.manifest
    if not is_another(manifest):
        return Section("engines", lambda: {"engines": None}, shown=False)
    sentences = describe_engines(manifest, t)
    return Section(
        "engines",
        lambda: {"engines": sentences},
        tuple(claim_sentences("engines", sentences)),
    )


def is_another(manifest: Manifest) -> bool:
    """Return whether anything was trained by another engine than the listed code itself."""
    engines = manifest.engines
    return engines is not None and any(setup.engine != TEXTBOOK for setup in engines.setups)


def describe_engines(manifest: Manifest, t: Catalogue) -> list[Phrase]:
    """Return the sentences on what trained, first the engines that were proved, then the listed code itself.

    Args:
        manifest: Of the run; none of one of a time when there was the textbook alone.
        t: The words, in the report's languages.
    """
    return [
        _describe_listed_code("engines.textbook", "engines.textbook_because", group, t)
        if group.engine == TEXTBOOK
        else _describe_proof(group, t)
        for group in group_setups(manifest, t)
    ]


def list_engines(manifest: Manifest, t: Catalogue) -> list[Phrase]:
    """Return the same in a few words each, for a table.

    Args:
        manifest: Of the run.
        t: The words, in the report's languages.
    """
    return [
        _describe_listed_code("engines.short_textbook", "engines.short_textbook_because", group, t)
        if group.engine == TEXTBOOK
        else t(
            _known(f"engines.short_{group.engine}", "engines.short_unknown", t), names=listed(group.names, t)
        )
        for group in group_setups(manifest, t)
    ]


@dataclass(frozen=True)
class Group:
    """Setups that the same engine trained for the same reason. names: as they are told of."""

    engine: str
    reason: str
    names: Sequence[Phrase]
    proofs: Sequence[EngineProof]


def group_setups(manifest: Manifest, t: Catalogue) -> list[Group]:
    """Return the setups of a run by what trained them, those of the listed code itself last.

    Args:
        manifest: Of the run.
        t: The words, in the report's languages.
    """
    groups: dict[tuple[str, str], list[TrainedBy]] = {}
    for setup in manifest.engines.setups if manifest.engines is not None else ():
        groups.setdefault((setup.engine, setup.reason), []).append(setup)
    labels = Counter(label for setups in groups.values() for label in {setup.setup for setup in setups})
    return [
        Group(
            engine,
            reason,
            # a label that two of them have trained is told with its stage
            _each_once(
                t.same(setup.setup)
                if labels[setup.setup] == 1
                else name_in_stage(setup.setup, setup.stage, t)
                for setup in setups
            ),
            [setup.proof for setup in setups if setup.proof is not None],
        )
        for (engine, reason), setups in sorted(groups.items(), key=lambda group: group[0][0] == TEXTBOOK)
    ]


def _each_once(names: Iterable[Phrase]) -> list[Phrase]:
    return list({name.plain(): name for name in names}.values())


def _describe_listed_code(key: str, key_with_reason: str, group: Group, t: Catalogue) -> Phrase:
    names = listed(group.names, t)
    if not group.reason:
        return t(key, names=names)
    reason = t(_known(f"engine_reason.{group.reason}", "engine_reason.unknown", t))
    return t(key_with_reason, names=names, reason=reason)


def _describe_proof(group: Group, t: Catalogue) -> Phrase:
    nearest = max(group.proofs, key=lambda proof: proof.error / proof.limit)
    return t(
        _known(f"engines.{group.engine}", "engines.unknown", t),
        names=listed(group.names, t),
        steps=str(min(proof.steps for proof in group.proofs)),
        error=f"{nearest.error:.1e}",
        limit=f"{nearest.limit:.1e}",
    )


def _known(key: str, otherwise: str, t: Catalogue) -> str:
    return key if t.has(key) else otherwise
