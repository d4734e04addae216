"""The files that travel inside a PDF, and the list of their digests by which a receiver can check them.

The list is itself attached, and the digest of the list stands in the document: its fingerprint. A file, the
list or the fingerprint cannot be changed alone without the others telling of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from reportgen.experiment.front_matter import NO_FRONT_MATTER, FrontMatter
from reportgen.files.atomic import write_bytes
from reportgen.own_words import texts
from reportgen.records.run_folder import RECORDS
from reportgen.records.score_files import file_names
from reportgen.records.tables import kept
from reportgen.records.tables.raw import RawTable
from reportgen.records.tables.reading import AS_IT_IS, Reading
from reportgen.report import made_with
from reportgen.report.options import DEFAULT_ORDER, Order
from reportgen.report.pdf.writer import Attachment
from reportgen.report.words.languages import CODE

if TYPE_CHECKING:
    from reportgen.analysis.comparison import Comparison

CHECKSUMS, MANIFEST, COMPARISON = "checksums.txt", "manifest.json", "comparison.json"
EXPERIMENT = f"{RECORDS}/experiment.toml"
SEAL = re.compile(r"records-sha256:([0-9a-f]{64}), languages:([A-Za-z0-9 -]+)((?:, [a-z0-9-]+:[a-z0-9-]+)*)")


@dataclass(frozen=True)
class Kept:
    """A file of a run: where it is in the run's folder, and how a PDF describes it.

    Attributes:
        path: In the run's folder.
        description: What the PDF says that it is.
        mime_type: Its type.
        always: Whether every run has it.
    """

    path: str
    description: str
    mime_type: str
    always: bool = True

    @property
    def name(self) -> str:
        """What it is called in a PDF."""
        return PurePath(self.path).name


CSV, JSON = "text/csv", "application/json"
FILES = (
    Kept("metrics.csv", "Metrics of every epoch 每個週期的指標", CSV),
    Kept("results.csv", "Results of every trial 每次試驗的結果", CSV),
    Kept("search.csv", "Trials of the search 搜尋的試驗", CSV, always=False),
    Kept(MANIFEST, "Record of the run 執行紀錄", JSON),
    Kept(f"{RECORDS}/confusion.csv", "Confusion of the classes 混淆矩陣", CSV),
    Kept(f"{RECORDS}/history.csv", "Results of earlier runs 先前各次執行的結果", CSV, always=False),
    Kept(f"{RECORDS}/causes.csv", "What has changed since 與先前執行的差異", CSV, always=False),
    Kept(f"{RECORDS}/excerpts.json", "Excerpts of the code that ran 實際執行的程式碼", JSON),
    Kept(f"{RECORDS}/{texts.FILE}", "The author's own words 作者自撰的文字", JSON, always=False),
    Kept(f"{RECORDS}/samples.npz", "Images of every class 各類別的影像", "application/zip"),
    Kept(f"{RECORDS}/insight.npz", "Weights and examples 權重與例子", "application/zip", always=False),
    Kept(
        f"{RECORDS}/answers.npz",
        "Which test images were told right 答對了哪些測試影像",
        "application/zip",
        always=False,
    ),
)
"""All that a report is made from, but for the experiment, which keeps the name that its user gave it."""
OWN_NAMES = (CHECKSUMS, COMPARISON, *(kept.name for kept in FILES))
"""The names that a file of the user's cannot have in a PDF."""


def of_run(folder: Path, experiment_file: str) -> list[Attachment]:
    """Return a run's records and its experiment, with the list of their digests.

    Args:
        folder: Of the run.
        experiment_file: The name that the experiment's file had.
    """
    experiment = Attachment(
        free_name(experiment_file, OWN_NAMES),
        (folder / EXPERIMENT).read_bytes(),
        "The experiment 實驗檔",
        "application/toml",
    )
    return with_checksums(
        [
            experiment,
            *(
                Attachment(kept.name, (folder / kept.path).read_bytes(), kept.description, kept.mime_type)
                for kept in FILES
                if kept.always or (folder / kept.path).is_file()
            ),
        ]
    )


def of_tables(
    comparison: Comparison,
    sources: Sequence[Path],
    names: Sequence[str | None] | None = None,
    front_matter: FrontMatter = NO_FRONT_MATTER,
    *,
    reading: Reading = AS_IT_IS,
    kept_tables: Mapping[Path, RawTable] | None = None,
) -> list[Attachment]:
    """Return the tables, and how they were compared, with the list of their digests.

    Args:
        comparison: Of the tables.
        sources: The files that they were read from.
        names: What the files were called when they were read; None for what score_files.file_names calls
            them.
        front_matter: What stands above the report.
        reading: How they were read.
        kept_tables: What was read of those that are no files of text.
    """
    from reportgen.version import __version__

    taken = [CHECKSUMS, COMPARISON]
    files = []
    data = [_data(source, kept_tables or {}) for source in sources]
    for source, name, of_source in zip(sources, names or file_names(sources), data, strict=True):
        taken.append(free_name(_attached_name(source.name, of_source), taken))
        files.append({"attached": taken[-1], "file": source.name, "name": name})
    compared = {
        "reportgen": __version__,
        "metric": comparison.metric,
        "higher_is_better": comparison.higher_is_better,
        "alpha": comparison.alpha,
        "margin": comparison.margin,
        "against": comparison.against,
        "problems": comparison.problems,
        "reading": reading.given(),
        "modified": modified(sources),
        "files": files,
        **front_matter.given(),
    }
    text = json.dumps(compared, ensure_ascii=False, indent=2) + "\n"
    return with_checksums(
        [
            Attachment(COMPARISON, text.encode(), "How it was compared 比較方式", JSON),
            *(
                Attachment(name, of_source, "Scores 分數", JSON if _is_kept(of_source) else CSV)
                for name, of_source in zip(taken[2:], data, strict=True)
            ),
        ]
    )


def _data(source: Path, kept_tables: Mapping[Path, RawTable]) -> bytes:
    """What a report carries of a source: the file, or what was read of it."""
    if source in kept_tables:
        return kept.write(kept_tables[source]).encode()
    return source.read_bytes()


def _is_kept(data: bytes) -> bool:
    return data.startswith(kept.BEGINNING)


def _attached_name(name: str, data: bytes) -> str:
    return f"{name}.json" if _is_kept(data) and not name.endswith(".json") else name


def modified(sources: Sequence[Path]) -> int:
    """Return when the newest of the files was written, in seconds."""
    return int(max(source.stat().st_mtime for source in sources))


def unpack(attached: Mapping[str, bytes], folder: Path) -> None:
    """Lay attached files out as a run's folder.

    Args:
        attached: The bytes of each file, by name. A name that no run has is taken for the experiment.
        folder: An empty one.
    """
    (folder / RECORDS).mkdir()
    places = {kept.name: kept.path for kept in FILES}
    for name, data in attached.items():
        write_bytes(folder / places.get(name, EXPERIMENT), data)


def with_checksums(attachments: Iterable[Attachment]) -> list[Attachment]:
    """Return the attachments and the list of their digests, as `sha256sum -c` reads it."""
    listed = sorted(attachments, key=lambda attachment: attachment.name.encode())
    lines = (f"{sha256(attachment.data).hexdigest()}  {attachment.name}\n" for attachment in listed)
    text = "".join(lines).encode("utf-8")
    return [*listed, Attachment(CHECKSUMS, text, "SHA-256 of every file 各檔案的 SHA-256", "text/plain")]


def read_checksums(data: bytes) -> dict[str, str]:
    """Return the digests by name.

    Raises:
        ValueError: The bytes are no such list.
    """
    digests: dict[str, str] = {}
    for line in data.decode("utf-8").splitlines():
        match = re.fullmatch(r"([0-9a-f]{64})  (.+)", line)
        if match is None or match[2] in digests:
            raise ValueError(f"the line {line[:80]!r} is not a digest and a name of its own")
        digests[match[2]] = match[1]
    return digests


def fingerprint(attachments: Sequence[Attachment]) -> str:
    """Return the SHA-256 of the list of digests: one number that stands for all the files."""
    return next(
        sha256(attachment.data).hexdigest() for attachment in attachments if attachment.name == CHECKSUMS
    )


def seal(
    digest: str,
    languages: Sequence[str],
    templates: str | None = None,
    paper: str | None = None,
    order: Order | None = None,
) -> str:
    """Return what the document's keywords say: the fingerprint, and the languages that the document is in.

    Args:
        digest: The fingerprint, in hexadecimal.
        languages: The codes of the languages.
        templates: The digest of a user's templates, where the document was made with such.
        paper: The size of paper, where that is not the usual one.
        order: The order of the sections, likewise.
    """
    keywords = f"records-sha256:{digest}, languages:{' '.join(languages)}"
    further = {"templates-sha256": templates, "paper": paper, "order": order}
    return keywords + "".join(f", {name}:{value}" for name, value in further.items() if value)


def read_seal(keywords: str) -> tuple[str, tuple[str, ...]] | None:
    """Return the fingerprint and the languages in a document's keywords; None where there are none."""
    match = SEAL.fullmatch(keywords)
    languages = tuple(match[2].split()) if match else ()
    if match is None or not languages or not all(map(CODE.fullmatch, languages)):
        return None
    return match[1], languages


def read_made_with(keywords: str) -> str | None:
    """Return the digest of the versions that the document was written with."""
    return _sealed(made_with.KEYWORD.removesuffix(":"), keywords)


def sealed_templates(keywords: str) -> str | None:
    """Return the digest of the user's templates that a document was made with; None for the program's own."""
    return _sealed("templates-sha256", keywords)


def sealed_paper(keywords: str) -> str | None:
    """Return the size of paper that a document was made for; None for the usual one."""
    return _sealed("paper", keywords)


def sealed_order(keywords: str) -> Order:
    """Return the order of a document's sections."""
    return "paper" if _sealed("order", keywords) == "paper" else DEFAULT_ORDER


def _sealed(name: str, keywords: str) -> str | None:
    match = SEAL.fullmatch(keywords)
    value = match and re.search(rf", {name}:([a-z0-9-]+)", match[3])
    return value[1] if value else None


def free_name(wanted: str, taken: Collection[str]) -> str:
    """Return a file's name, or the same with a number where that name is taken.

    Args:
        wanted: The name.
        taken: The names that other files have.
    """
    path, number = PurePath(wanted), 1
    while (name := wanted if number == 1 else f"{path.stem}-{number}{path.suffix}") in taken:
        number += 1
    return name
