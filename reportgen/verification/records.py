"""The records that a PDF carries, of a run or of tables: proved, put into words, and rendered again."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Protocol

from reportgen.analysis.scores import checked
from reportgen.errors import UserError
from reportgen.experiment.front_matter import FrontMatter
from reportgen.files.atomic import write_bytes
from reportgen.records import run, run_folder
from reportgen.records.run_folder import RunRecords
from reportgen.report.context import compose_run, compose_scores
from reportgen.report.options import ReportOptions
from reportgen.report.pdf import attachments
from reportgen.report.pdf.attachments import COMPARISON
from reportgen.report.render import Rendered, render
from reportgen.report.sections.section import Report
from reportgen.report.sections.table_audit import points_of_table
from reportgen.report.words.catalogue import Catalogue
from reportgen.report.words.recorded import with_recorded
from reportgen.verification import carried, recomputed

if TYPE_CHECKING:
    from reportgen.analysis.comparison import Comparison
    from reportgen.records.score_files import Scores
    from reportgen.records.tables.reading import Reading

Check = Callable[[], Iterable[str]]


class Records(Protocol):
    """What a report is made from, laid out in a folder of its own."""

    @property
    def test_images(self) -> int | None:
        """How many images accuracies are measured on; None where nobody knows."""

    def checks(self) -> Iterator[tuple[str, str, Check]]:
        """Yield what the records must hold among themselves: a name, what to say where it holds, a check."""

    def report(self, t: Catalogue, fingerprint: str) -> Report:
        """Return what the report says, and claims to print.

        Args:
            t: The words, in the report's languages.
            fingerprint: Of the files that are attached.
        """

    def render(self, options: ReportOptions) -> Rendered:
        """Write the report anew."""


def unpack(files: Mapping[str, bytes], folder: Path) -> Records:
    """Lay attached files out in a folder and read them.

    Args:
        files: The bytes of each file, by name.
        folder: An empty one.

    Raises:
        Exception: Whatever made-up files make a reader raise.
    """
    for name, data in files.items():
        if name.endswith(".npz"):
            carried.check_arrays(name, data)
    return Tables.unpack(files, folder) if COMPARISON in files else Run.unpack(files, folder)


@dataclass(frozen=True)
class Run:
    """The records of a run."""

    folder: Path
    records: RunRecords

    @staticmethod
    def unpack(files: Mapping[str, bytes], folder: Path) -> Run:
        """Lay attached files out as a run's folder and read it.

        Args:
            files: The bytes of each file, by name.
            folder: An empty one.

        Raises:
            UserError: A file is missing or damaged.
        """
        lacking = [kept.name for kept in attachments.FILES if kept.always and kept.name not in files]
        if lacking:
            raise UserError(f"{lacking[0]} is missing")
        attachments.unpack(files, folder)
        return Run(folder, run_folder.read(folder))

    def checks(self) -> Iterator[tuple[str, str, Check]]:
        """Yield results computed again from epochs and confusion."""
        holds = f"{len(self.records.results)} trials"
        yield "results.csv from metrics.csv", holds, lambda: recomputed.against_metrics(self.records)
        yield "results.csv from confusion.csv", holds, lambda: recomputed.against_confusion(self.records)
        if self.records.answers is not None:
            yield "results.csv from answers.npz", holds, lambda: recomputed.against_answers(self.records)
        yield "tables about manifest.json", holds, lambda: recomputed.against_manifest(self.records)

    @property
    def test_images(self) -> int:
        """How many images accuracies are measured on."""
        return sum(self.records.manifest.data.images_by_class.test)

    def report(self, t: Catalogue, fingerprint: str) -> Report:
        """Return what the report of the run says.

        Args:
            t: The words, in the report's languages.
            fingerprint: Of the files that are attached.
        """
        return compose_run(self.records, with_recorded(t, self.records.manifest.optimizers), fingerprint)

    def render(self, options: ReportOptions) -> Rendered:
        """Write the run's report anew."""
        return render(run.Run(self.folder, self.records), options)


@dataclass(frozen=True)
class Tables:
    """Anyone's tables of scores, and how they were compared: comparison.json as a dictionary."""

    how: dict[str, Any]
    paths: tuple[Path, ...]
    scores: Scores
    reading: Reading

    @staticmethod
    def unpack(files: Mapping[str, bytes], folder: Path) -> Tables:
        """Lay the tables out under the names that they had, as new as they were, and read them.

        Args:
            files: The bytes of each file, by name; comparison.json says how the tables were compared.
            folder: An empty one.

        Raises:
            UserError: A table cannot be read as one of scores.
        """
        from reportgen.records.score_files import check_size, read_all
        from reportgen.records.tables.reading import Reading

        how = json.loads(files[COMPARISON])
        paths = []
        for number, file in enumerate(how["files"]):
            path = folder / str(number) / PurePath(file["file"]).name  # tables may share a name
            path.parent.mkdir()
            write_bytes(path, files[file["attached"]])
            os.utime(path, (how["modified"], how["modified"]))
            paths.append(path)
        reading = Reading.kept(how.get("reading", {"metric": how["metric"]}))
        scores = read_all(paths, reading, names=[file["name"] for file in how["files"]])
        check_size(scores.table)
        return Tables(how, tuple(paths), scores, reading)

    @cached_property
    def comparison(self) -> Comparison:
        """The tables compared again."""
        from reportgen.analysis.comparison import compare

        how = self.how
        return compare(
            self.scores.table,
            metric=how["metric"],
            alpha=how["alpha"],
            higher_is_better=how["higher_is_better"],
            margin=how.get("margin"),
            against=how.get("against"),
            paired=self.scores.paired,
        )

    @property
    def front_matter(self) -> FrontMatter:
        """What stands above the report."""
        return FrontMatter(**{field.name: self.how.get(field.name) for field in fields(FrontMatter)})

    def checks(self) -> Iterator[tuple[str, str, Check]]:
        """Yield nothing: a table of scores says nothing twice."""
        yield from ()

    @property
    def test_images(self) -> None:
        """Nobody says how many images anyone's scores are measured on."""

    def report(self, t: Catalogue, fingerprint: str) -> Report:
        """Return what the report of the tables says.

        Args:
            t: The words, in the report's languages.
            fingerprint: Of the files that are attached.
        """
        return compose_scores(
            self.comparison,
            checked(self.scores.table),
            self.paths,
            t,
            fingerprint,
            front_matter=self.front_matter,
            curves=self.scores.curves,
            assumed=self.scores.assumed,
            stages=self.scores.stages,
            audited=points_of_table(self.comparison, self.scores),
        )

    def render(self, options: ReportOptions) -> Rendered:
        """Write the report of the tables anew."""
        from reportgen.report.render_scores import render_scores

        names = [file["name"] for file in self.how["files"]]
        target = self.paths[0].parents[1] / "report"
        return render_scores(
            self.comparison,
            self.scores,
            self.paths,
            target,
            options,
            names=names,
            front_matter=self.front_matter,
            reading=self.reading,
        )
