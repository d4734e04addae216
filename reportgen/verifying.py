"""The command `verify`: whether a PDF is consistent with the records that it carries."""

from __future__ import annotations

import json
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click
from rich.console import Console

import reportgen
from reportgen.errors import UserError, printable
from reportgen.files import naming
from reportgen.proof import document, printed, recomputed
from reportgen.proof.document import Document
from reportgen.report import attachments
from reportgen.report import templates as templating
from reportgen.report.attachments import CHECKSUMS, COMPARISON
from reportgen.report.catalogue import Catalogue
from reportgen.report.numbers import written_in
from reportgen.report.render import DEFAULT_PAPER, render, words_in
from reportgen.report.templates import Templates

if TYPE_CHECKING:
    from reportgen.analysis.comparison import Comparison

REBUILT = "rebuilt"
SHOWN = 5
"""So many mistakes of a kind are told one by one."""

CONSISTENT = (
    "consistent: what the document prints, what it carries and its fingerprint agree; they would also if"
    " someone had written all of it anew, so compare the fingerprint with one from its author"
)
UNDECIDED = (
    "undecided: what the document carries agrees, but it was made with templates of someone's own, and not"
    " all that it prints could be held against the records"
)
NOT_CONSISTENT = "not consistent: the document or what it carries was changed, or damaged"


@dataclass(frozen=True)
class Proof:
    """One thing that was looked at: what it is, what holds, and what does not, a line each.

    unknown: what could be neither shown nor refuted, a line each.
    """

    what: str
    holds: str
    wrong: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def verify(path: Path, *, rebuild: bool = False, templates: Path | None = None) -> int:
    """Check a report's PDF against what is attached to it, and print a line for every proof.

    rebuild: also write the report anew from what is attached, and compare it byte for byte. templates: the
    folder of a user's templates that it was made with.
    Returns 0 where all of them hold, else 1. Raises UserError for a file that is no report of this program.
    """
    read = document.read(path)
    sealed = attachments.read_seal(read.keywords)
    if sealed is None:
        raise UserError(
            f"{path}: carries no fingerprint of records; it is no report of reportgen, or one that was"
            " written before reports had fingerprints (`reportgen render` writes it anew), or was changed"
        )
    fingerprint, languages = sealed
    proofs = list(prove(read, fingerprint, languages, rebuild, templating.read(templates)))
    show("fingerprint", fingerprint)
    for proof in proofs:
        if not proof.wrong and not proof.unknown:
            show("ok", proof.what, proof.holds)
        for state, lines in (("FAILED", proof.wrong), ("unknown", proof.unknown)):
            for line in lines[:SHOWN]:
                show(state, proof.what, line)
            if len(lines) > SHOWN:
                show(state, proof.what, f"and {len(lines) - SHOWN} more like these")
    verdict = conclusion(proofs)
    show("verdict", verdict)
    return 0 if verdict == CONSISTENT else 1


def conclusion(proofs: Sequence[Proof]) -> str:
    """What the proofs say together. The same bytes from the same templates leave nothing unknown."""
    if any(proof.wrong for proof in proofs):
        return NOT_CONSISTENT
    rebuilt = any(proof.what == REBUILT for proof in proofs)
    return CONSISTENT if rebuilt or not any(proof.unknown for proof in proofs) else UNDECIDED


def prove(
    read: Document,
    fingerprint: str,
    languages: tuple[str, ...],
    rebuild: bool,
    templates: Templates | None = None,
) -> Iterator[Proof]:
    """Every proof: first of the files and the pages as they are, then of the numbers in them.

    templates: those that the document is said to be made with; None for the program's own.
    """
    attached = {name: data for name, data in read.attachments if data is not None}
    listed, wrong = {}, []
    try:
        listed = attachments.read_checksums(attached[CHECKSUMS])
    except KeyError:
        wrong = [f"{CHECKSUMS}, the list of digests, is not attached"]
    except ValueError as error:
        wrong = [f"{CHECKSUMS}: {error}"]
    yield Proof("attachments", f"{len(listed)} files, those of {CHECKSUMS}", (*wrong, *strays(read, listed)))
    yield Proof(
        "digests", f"each file has the SHA-256 of {CHECKSUMS}", tuple(other_digests(attached, listed))
    )
    yield Proof(
        "fingerprint",
        f"the SHA-256 of {CHECKSUMS} is in the document's properties and on its pages",
        tuple(other_fingerprints(read, attached.get(CHECKSUMS), fingerprint)),
    )
    overlaid = tuple(f"page {page}: something was stuck onto it" for page in read.overlaid)
    yield Proof("pages", f"{len(read.pages)} pages without notes, boxes or stamps on them", overlaid)
    templates = templates or templating.own()
    made_with = attachments.sealed_templates(read.keywords)
    if templates.replaced or made_with:
        yield of_templates(made_with, templates)
    words = Words(languages, templates, known=made_with == templates.digest())
    files = {name: data for name, data in attached.items() if name in listed}
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about numbers that someone made up
        if COMPARISON in listed:
            yield from prove_scores(files, Path(folder), read, words)
        else:
            yield from prove_run(files, Path(folder), read, words, rebuild)


@dataclass(frozen=True)
class Words:
    """What a document's words come from; known: whether it was made with these templates."""

    languages: tuple[str, ...]
    templates: Templates
    known: bool

    def catalogue(self) -> Catalogue:
        """The words. Raises UserError for a language that the templates do not have."""
        return words_in(self.languages, self.templates)


def of_templates(made_with: str | None, templates: Templates) -> Proof:
    """That a document was made with a user's templates. made_with: the digest in its properties.

    Raises UserError where they are others than those that the user names.
    """
    if not templates.replaced:
        line = (
            f"made with templates of someone's own, SHA-256 {made_with}; name their folder with --templates"
        )
        return Proof("templates", "", (), (line,))
    if made_with is None:
        raise UserError("the document was made with the program's own templates: leave --templates out")
    if made_with != templates.digest():
        raise UserError(
            f"{templates.folder}: the document was made with others: SHA-256 {made_with}, not"
            f" {templates.digest()}"
        )
    return Proof("templates", f"those of {templates.folder}, SHA-256 {made_with}: whose words these are")


def prove_run(
    files: Mapping[str, bytes], folder: Path, read: Document, words: Words, rebuild: bool
) -> Iterator[Proof]:
    """The proofs of a run's report: its results computed again, and its pages held against them."""
    from reportgen.runs import store

    if lacking := [kept.name for kept in attachments.FILES if kept.always and kept.name not in files]:
        yield Proof("records", "", tuple(f"cannot be read: {name} is missing" for name in lacking))
        return
    try:
        attachments.unpack(files, folder)
        records = store.read(folder)
    except (UserError, OSError) as error:
        said = reason(error.__cause__ or error).replace(f"{folder}/", "")
        yield Proof("records", "", (f"cannot be read: {said}",))
        return
    holds = f"{len(records.results)} trials"
    yield attempted("results.csv from metrics.csv", holds, lambda: recomputed.against_metrics(records))
    yield attempted("results.csv from confusion.csv", holds, lambda: recomputed.against_confusion(records))
    yield attempted("tables about manifest.json", holds, lambda: recomputed.against_manifest(records))
    version = attempt(lambda: str(records.manifest["versions"]["reportgen"]))
    yield from on_pages(lambda t: printed.of_run(records, t), read, version, words)
    if rebuild and words.known:
        yield attempted(REBUILT, "the same bytes", lambda: other_bytes(read, folder, words))
    elif rebuild:
        yield Proof("not rebuilt", "", (), ("without the templates that it was made with, it cannot be",))


def other_bytes(read: Document, folder: Path, words: Words) -> Iterator[str]:
    """Whether the report that these records give is another file."""
    rendered = render(
        folder,
        languages=words.languages,
        templates=words.templates,
        pdf=attachments.read_variant(read.keywords),
        paper=attachments.sealed_paper(read.keywords) or DEFAULT_PAPER,
    )
    if rendered.pdf is None or sha256(rendered.pdf.read_bytes()).hexdigest() != read.digest:
        yield (
            "the attached records give another file; if this program and its libraries have the versions of"
            " the appendix, the document was changed"
        )


def prove_scores(files: Mapping[str, bytes], folder: Path, read: Document, words: Words) -> Iterator[Proof]:
    """The proofs of a report of anyone's tables: compared again, and its pages held against that."""
    version = attempt(lambda: str(json.loads(files[COMPARISON])["reportgen"]))
    yield from on_pages(lambda t: printed.of_scores(compared_again(files, folder), t), read, version, words)


def compared_again(files: Mapping[str, bytes], folder: Path) -> Comparison:
    """The comparison of the attached tables, as comparison.json says."""
    import pandas as pd

    from reportgen.analysis.comparison import compare
    from reportgen.score_tables import check_size, read_scores

    how = json.loads(files[COMPARISON])
    parts = []
    for number, file in enumerate(how["files"]):
        place = folder / str(number) / PurePath(file["attached"]).name  # tables may share a name
        place.parent.mkdir()
        with naming(place):
            place.write_bytes(files[file["attached"]])
        parts.append(read_scores(place, metric=how["metric"], name=file["name"]).table)
    table = pd.concat(parts, ignore_index=True)
    table = table[table["problem"].isin(how["problems"])]
    check_size(table)
    return compare(table, metric=how["metric"], alpha=how["alpha"], higher_is_better=how["higher_is_better"])


def on_pages(
    expected: Callable[[Catalogue], Iterable[printed.Printed]],
    read: Document,
    version: str | None,
    words: Words,
) -> Iterator[Proof]:
    """A proof for each kind of thing that the pages must say.

    Templates of someone's own may leave things out: what is not there, is then unknown.
    """
    if not words.known:
        yield Proof("printed numbers", "", (), ("not looked for: the words are those of other templates",))
        return
    try:
        with written_in(words.languages[0]):
            listed = list(expected(words.catalogue()))
    except Exception as error:  # whatever made-up records make the analysis raise
        yield Proof("printed numbers", "", (f"cannot be computed from the attached files: {reason(error)}",))
        return
    readable = [one for one in listed if not printed.is_right_to_left(one.text)]
    other = "" if version == reportgen.__version__ else f" (written by reportgen {version}, this is another)"
    lacking = list(printed.missing(readable, read.pages))
    for kind, number in Counter(one.kind for one in listed).items():
        wrong = tuple(
            f"not on {'the first page' if one.front else 'the pages'}{other}: {one.text}"
            for one in lacking
            if one.kind == kind
        )
        left_out = number - sum(one.kind == kind for one in readable)
        holds = f"{number - left_out} computed again and found"
        if left_out:
            holds += f"; {left_out} with names that run from right to left were not looked for"
        if words.templates.replaced:
            yield Proof(f"printed: {kind}", holds, (), wrong)
        else:
            yield Proof(f"printed: {kind}", holds, wrong)


def strays(read: Document, listed: Mapping[str, str]) -> Iterator[str]:
    """Attachments that are not there, are there twice, cannot be read, or that nobody listed."""
    names = Counter(name for name, _ in read.attachments)
    yield from (f"{name} is not attached" for name in listed if name not in names)
    yield from (f"{name} is attached {number} times" for name, number in names.items() if number > 1)
    yield from (f"{name} cannot be read" for name, data in read.attachments if data is None)
    known = {*listed, CHECKSUMS}
    yield from (f"{name} is attached, but not in {CHECKSUMS}" for name in names if name not in known)


def other_digests(attached: Mapping[str, bytes], listed: Mapping[str, str]) -> Iterator[str]:
    """Attached files that are not the listed ones."""
    for name, digest in listed.items():
        if name in attached and sha256(attached[name]).hexdigest() != digest:
            yield f"{name} was changed: its SHA-256 is not that of {CHECKSUMS}"


def other_fingerprints(read: Document, checksums: bytes | None, fingerprint: str) -> Iterator[str]:
    """Where the list of digests, the properties and the pages are not of one mind."""
    if checksums is not None and sha256(checksums).hexdigest() != fingerprint:
        yield f"the SHA-256 of {CHECKSUMS} is not that of the document's properties"
    if not document.count(read.pages, fingerprint):
        yield "the fingerprint of the document's properties is not on its pages"


def attempted(what: str, holds: str, compute: Callable[[], Iterable[str]]) -> Proof:
    """A proof of records that may be anything."""
    try:
        return Proof(what, holds, tuple(compute()))
    except Exception as error:  # whatever made-up records make a computation raise
        return Proof(what, "", (f"cannot be computed: {reason(error)}",))


def attempt(find: Callable[[], str]) -> str | None:
    """What is found in records that may be anything; None where it is not there."""
    try:
        return find()
    except (KeyError, TypeError, ValueError):
        return None


def reason(error: BaseException) -> str:
    """An error in one line."""
    return f"{type(error).__name__}: {error}" if isinstance(error, Exception) else str(error)


def show(state: str, *cells: str) -> None:
    """A line: in columns on a terminal, with tabs elsewhere."""
    clean = [printable(cell) for cell in (state, *cells)]
    if not Console().is_terminal:
        click.echo("\t".join(clean))
        return
    colors = {"ok": "green", "FAILED": "red"}
    columns = [clean[0].ljust(12), *(cell.ljust(34) for cell in clean[1:-1]), clean[-1]]
    click.secho(columns[0], nl=False, fg=colors.get(state))
    click.echo("".join(columns[1:]))
