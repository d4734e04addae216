"""The appendix: how to run it again, what it ran on, and what the proofs measured."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from reportgen.records.manifest import Description, Manifest, written
from reportgen.records.run_folder import RunRecords
from reportgen.report.page.listings import listing
from reportgen.report.sections.code import claim_measures, measures_of
from reportgen.report.sections.engines import list_engines
from reportgen.report.sections.section import Section
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase

LOCAL = "local"
EXECUTORS = {"dask": "Dask", "ray": "Ray", "slurm": "Slurm"}
"""By what the manifest calls them, the names that they have."""


def appendix_section(records: RunRecords, t: Catalogue, fingerprint: str) -> Section:
    """Return the appendix.

    Args:
        records: Of the run.
        t: The words, in the report's languages.
        fingerprint: Of the records, as attachments.py computes it.
    """
    return Section(
        "appendix",
        lambda: {"appendix": describe_appendix(records, t, fingerprint)},
        tuple(claim_measures(records, t)),
        appendix=True,
    )


def describe_appendix(records: RunRecords, t: Catalogue, fingerprint: str) -> dict[str, Any]:
    """Return how to run it again, what it ran on, and what the proofs measured.

    Args:
        records: Of the run.
        t: The words, in the report's languages.
        fingerprint: Of the records, as attachments.py computes it.
    """
    manifest = records.manifest
    experiment, device, times = manifest.experiment, manifest.device, manifest.times
    digest = Markup("<code>{}</code>").format(manifest.data.digest)
    return {
        "command": shlex.join(command_of(manifest)),
        "file": experiment.file,
        "beside": beside(experiment.options, t),
        "experiment": listing(records.experiment_text, language="toml"),
        "environment": [
            (t("appendix.fingerprint"), Markup("<code>{}</code>").format(fingerprint)),
            (t("appendix.origin"), escape(manifest.data.origin)),
            (t("appendix.digest"), digest),
            (t("appendix.processor"), device.processor),
            (t("appendix.system"), device.system),
            *where_trained(manifest, t),
            *((t("appendix.engine"), sentence) for sentence in list_engines(manifest, t)),
            (t("appendix.started"), times.started.replace("T", " ").removesuffix("+00:00")),
            (t("appendix.duration"), f"{numbers.seconds(times.seconds)} s"),
            *kept_trials(manifest, t),
            (
                t("appendix.versions"),
                ", ".join(f"{name} {version}" for name, version in manifest.versions.items()),
            ),
        ],
        "measures": [row for check in manifest.checks for row in measures_of(check, t)],
    }


def command_of(manifest: Manifest) -> list[str]:
    """Return the words of the command that trains the same, by the same engines and on the same device.

    Args:
        manifest: Of the run.
    """
    words = ["reportgen", "run", manifest.experiment.file, *manifest.experiment.options]
    if manifest.engines is not None and manifest.engines.asked != "auto":
        words += ["--engine", manifest.engines.asked]
    return [*words, "--device", "cuda"] if manifest.device.accelerator else words


def beside(options: Sequence[str], t: Catalogue) -> Phrase | None:
    """Return that the command takes its data from this folder; None where it names no data.

    Args:
        options: Of the command, each name followed by its value.
        t: The words, in the report's languages.
    """
    given = dict(zip(options[::2], options[1::2], strict=False))
    if "--data-path" not in given:
        return None
    return t("appendix.beside", file=Markup("<code>{}</code>").format(given["--data-path"]))


def where_trained(run: Manifest, t: Catalogue) -> list[tuple[Phrase, str]]:
    """Return who trained, and on a cluster where, with what was other there than where the run was started.

    Args:
        run: The description of this run.
        t: The words, in the report's languages.

    Returns:
        Rows of a name and a value.
    """
    device = run.device
    rows: list[tuple[Phrase, str]] = []
    if device.accelerator is not None:
        rows.append((t("appendix.accelerator"), device.accelerator))
    if device.executor != LOCAL:
        rows.append((t("appendix.executor"), EXECUTORS.get(device.executor, device.executor)))
    if device.workers is not None:
        rows.append((t("appendix.workers"), str(device.workers)))
    here = {**run.versions, **written(device)}
    for number, where in enumerate(run.trained_on):
        if "machine" in where:
            trials = sum(at == number for at in run.trained_at)
            rows.append((t("appendix.machine", trials=trials), join_differences(where, here, "machine")))
    return rows


def join_differences(where: Mapping[str, str | int], here: Mapping[str, Any], *besides: str) -> str:
    """Return what of an environment is other than here, as names and values, after what is said of any.

    Args:
        where: The environment.
        here: That of the run itself.
        besides: What is named by its value alone, whatever it is.
    """
    differences = [
        f"{name} {value}"
        for name, value in where.items()
        if name not in besides and here.get(name, value) != value
    ]
    return ", ".join([*(str(where[name]) for name in besides), *differences])


def kept_trials(run: Description, t: Catalogue) -> list[tuple[Phrase, str]]:
    """Return how many trials an earlier run had trained, and on what, where that was something else.

    Args:
        run: The description of this run.
        t: The words, in the report's languages.

    Returns:
        Rows of a name and a value; none where every trial was trained in this run.
    """
    if not any(run.reused):
        return []
    here = {**run.versions, **written(run.device)}
    others = [join_differences(where, here) for where in run.trained_on if "machine" not in where]
    return [
        (t("appendix.kept"), f"{sum(run.reused)} / {len(run.reused)}"),
        *((t("appendix.trained_on"), other) for other in others if other),
    ]
