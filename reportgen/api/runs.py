"""Runs, for Python: an experiment trained, and its report."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pandas as pd

from reportgen.analysis.looks import count_looks, level_of_look
from reportgen.api.html import box_html, line_html, table_html
from reportgen.api.scores import Comparison, compare
from reportgen.experiment.direction import is_accuracy
from reportgen.records import run_folder
from reportgen.records.find import find_run
from reportgen.records.run import Run as KeptRun

if TYPE_CHECKING:
    from reportgen.report.options import Order
    from reportgen.report.render import Rendered

LANGUAGES = ("zh-Hant", "en")


@dataclass(frozen=True, repr=False)
class Run(KeptRun):
    """A finished run: its records in hand.

    Attributes:
        folder: Where they are kept.
        records: All of them, as plain data.
    """

    @property
    def table(self) -> pd.DataFrame:
        """A row for each trial, with stage, setup, seed, hyperparameters, losses and accuracies (0 to 1)."""
        return self.records.results.copy()

    @property
    def epochs(self) -> pd.DataFrame:
        """A row for each epoch of each trial, as in metrics.csv."""
        return self.records.epochs.copy()

    @property
    def search(self) -> pd.DataFrame:
        """A row for each trial of the searches; without rows where nothing was searched."""
        return self.records.search.copy()

    @property
    def audit(self) -> pd.DataFrame:
        """A row for each point of the audit; without rows where a run kept no evidence.

        code and point are its code and its name; passed is missing where it does not apply; muted is the
        author's reason for not counting it, else empty; facts are what was found, in English.
        """
        from reportgen.report.sections.audit import points_of
        from reportgen.report.sections.audit_points import points_table
        from reportgen.report.templates.loading import words_in

        words = words_in(("en",))
        rows_are_data = bool(self.records.manifest.data.columns)
        return points_table(points_of(self.records) or (), words.of_rows() if rows_are_data else words)

    def compare(self, *, metric: str = "test_accuracy", alpha: float | None = None) -> Comparison:
        """Compare the run's setups, each stage by itself, with the margin that the experiment declares.

        Seeds that share a search (`repeats`) count for themselves here; the report counts searches.

        Args:
            metric: A column of results.csv; the margin is one of accuracies.
            alpha: The chance of a false verdict in a stage; without, that of the report, where earlier looks
                at the same comparison are paid for.
        """
        margin = self.records.manifest.experiment.settings.margin if is_accuracy(metric) else None
        level = self._level() if alpha is None else alpha
        return compare(self.folder / "results.csv", metric=metric, alpha=level, margin=margin)

    def _level(self) -> float:
        """The level of the stage that was looked at most often."""
        looks = [
            count_looks([look.seeds for look in earlier], self._setups(stage))
            for stage, earlier in self.records.manifest.looks.items()
        ]
        return level_of_look(max(looks, default=1))

    def _setups(self, stage: str) -> int:
        return int(self.table.loc[self.table["stage"] == stage, "setup"].nunique())

    def report(
        self,
        path: str | Path | None = None,
        *,
        languages: Sequence[str] | None = None,
        templates: str | Path | None = None,
        pdf: bool = True,
        paper: str = "a4",
        order: Order = "homework",
    ) -> Rendered:
        """Write the run's report, as `reportgen.render` does.

        Args:
            path: Where it goes, without an ending: PATH.html and PATH.pdf. Without, into the run's folder.
            languages: Of the report, in their order; without, those that the run was made with.
            templates: A folder of templates over the program's own.
            pdf: Whether to write a PDF too, which is PDF/A-3u and PDF/UA-1 in one.
            paper: "a4" or "letter".
            order: "homework", code with its results; or "paper", results first and code in the appendix.
        """
        from reportgen.api.report_options import report_options
        from reportgen.report import render as rendering

        options = report_options(languages=languages, templates=templates, pdf=pdf, paper=paper, order=order)
        target = None if path is None else Path(path)
        if target is not None:
            target.parent.mkdir(parents=True, exist_ok=True)
        return rendering.render(self, options, target)

    def __repr__(self) -> str:
        """Return the run by its folder; its records would fill pages."""
        return f"Run({str(self.folder)!r})"

    def _repr_html_(self) -> str:
        from reportgen.report.figures.learning_curves import curves
        from reportgen.report.figures.svg import drawn
        from reportgen.report.templates.loading import words_in
        from reportgen.report.words.labels import figure_labels

        comparison = self.compare()
        shares = ("mean", "standard_deviation", "low", "high")
        parts = [
            line_html(f"{len(self.records.results)} trials, kept in {self.folder}"),
            table_html(comparison.table, percent=shares),
            *(line_html(line) for line in str(comparison).splitlines()),
        ]
        labels = figure_labels(words_in(("en",), None))
        for stage, epochs in self.records.epochs.groupby("stage", sort=False):
            name = f"Accuracy over the epochs, {stage}"
            parts.append(
                drawn(curves, epochs, "accuracy", labels, prefix=f"notebook-{stage}", description=name)
            )
        return box_html(f"{self.folder.parent.name}: test accuracy", *parts)


def run(
    experiment: str | Path = "quickstart",
    *,
    output: str | Path = "output",
    data_source: str | None = None,
    data_path: str | Path | None = None,
    seeds: int | None = None,
    epochs: int | None = None,
    title: str | None = None,
    author: str | None = None,
    course: str | None = None,
    executor: str = "local",
    address: str | None = None,
    workers: int | None = None,
    fresh: bool = False,
    languages: Sequence[str] = LANGUAGES,
    progress: bool = True,
    engine: Literal["auto", "textbook", "compiled", "batched"] = "auto",
    device: Literal["cpu", "cuda", "auto"] = "cpu",
) -> Run:
    """Train an experiment; what was trained before is not trained again.

    Its report is not written until it is asked for: `run(...).report()`.

    Args:
        experiment: A TOML file, or the name of a ready experiment.
        output: The folder for the runs.
        data_source: Use this source of images instead of the experiment's.
        data_path: File or folder of the source npz, table or folder.
        seeds: Train with this many seeds (0, 1, ...).
        epochs: Train this many epochs.
        title: Of the report, for all languages, instead of the experiment's.
        author: Shown under the title, likewise.
        course: Shown above the title, likewise.
        executor: Who trains: "local", this machine; or "dask", "ray" or "slurm", a cluster.
        address: The cluster's, as `reportgen run --address` takes it.
        workers: How many trials side by side; without, one a core.
        fresh: Whether to train again what was finished before.
        languages: Of the run's report, in their order.
        progress: Whether to say how far it is.
        engine: What trains: the code that reports print, step by step ("textbook"); the same compiled, and
            proved equal before each training ("compiled"); trials of one shape as one program, likewise
            ("batched"); or what does best of all that is worth it ("auto").
        device: On what: the processor, a graphics card by CUDA, or that where there is one ("auto").

    Returns:
        The run, its records in hand.

    Raises:
        UserError: Whatever a user can mend, in one line.
    """
    from rich.console import Console

    from reportgen.cli.progress import watch
    from reportgen.execution.devices import choose_device
    from reportgen.execution.executors.choosing import ExecutorOptions
    from reportgen.execution.prepare import find_experiment, prepare
    from reportgen.execution.run import run as train
    from reportgen.execution.trials import TrainingOptions
    from reportgen.experiment.front_matter import FrontMatter
    from reportgen.experiment.overrides import Overrides

    overrides = Overrides(
        data_source,
        None if data_path is None else str(data_path),
        seeds,
        epochs,
        FrontMatter(title, author, course),
    )
    prepared = prepare(find_experiment(str(experiment), overrides))
    with watch(Console(stderr=True)) if progress else nullcontext() as watcher:
        finished = train(
            prepared,
            Path(output),
            training=TrainingOptions(
                ExecutorOptions(executor, address, workers),
                fresh,
                engine=engine,
                device=choose_device(device),
            ),
            languages=languages,
            watcher=watcher,
        )
    run_folder.point_latest(finished.folder)
    return Run(finished.folder, finished.records)


def render(
    run: Run | str | Path,
    *,
    output: str | Path = "output",
    languages: Sequence[str] | None = None,
    templates: str | Path | None = None,
    pdf: bool = True,
    paper: str = "a4",
    order: Order = "homework",
) -> Rendered:
    """Write report.html and report.pdf into a run's folder, from its stored records.

    Args:
        run: A run, its folder, or its name as `reportgen show` takes it.
        output: The folder of the runs, where a name is looked for.
        languages: Of the report, in their order; without, those that the run was made with.
        templates: A folder of templates over the program's own.
        pdf: Whether to write a PDF too, which is PDF/A-3u and PDF/UA-1 in one.
        paper: "a4" or "letter".
        order: "homework", code with its results; or "paper", results first and code in the appendix.

    Returns:
        Where the files are, how many pages the PDF has, and what its reader should know.

    Raises:
        UserError: The records or the templates are damaged, or no PDF can be made on this machine.
    """
    from reportgen.api.report_options import report_options
    from reportgen.report import render as rendering

    options = report_options(languages=languages, templates=templates, pdf=pdf, paper=paper, order=order)
    kept = run if isinstance(run, Run) else KeptRun.read(find_run(str(run), Path(output)))
    return rendering.render(kept, options)
