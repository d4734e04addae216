"""Every proof of a report's PDF: of its files, of its records, of what its pages say and look like."""

from __future__ import annotations

import errno
import warnings
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from reportgen.errors import UserError
from reportgen.report import made_with
from reportgen.report.options import DEFAULT_PAPER, ReportOptions
from reportgen.report.pdf import attachments
from reportgen.report.pdf.attachments import CHECKSUMS
from reportgen.report.pdf.writer import check_pdf
from reportgen.report.templates import loading as templating
from reportgen.report.templates.loading import Templates, words_in
from reportgen.report.words.catalogue import Catalogue
from reportgen.report.words.numbers import written_in
from reportgen.verification import carried, document, printed, records
from reportgen.verification.document import Document
from reportgen.verification.records import Records
from reportgen.verification.verdict import COMPARED, PRINTED, REBUILT, Proof
from reportgen.version import __version__

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
"""Errors of this machine, which say nothing of a document."""


@dataclass(frozen=True)
class Words:
    """What a document's words come from.

    Attributes:
        languages: The codes of those that it is in.
        templates: Those that it is rendered with.
        known: Whether it was made with these templates.
    """

    languages: tuple[str, ...]
    templates: Templates
    known: bool

    def catalogue(self) -> Catalogue:
        """Return the words.

        Raises:
            UserError: The templates do not have one of the languages.
        """
        return words_in(self.languages, self.templates)


Rebuild = Callable[[Records, Document, Words], bytes]


def rebuild_report(carried_records: Records, read: Document, words: Words) -> bytes:
    """Return the PDF that a document's records give, rendered as the document says that it was.

    Args:
        carried_records: The records, laid out in a folder.
        read: The document.
        words: What its words come from.
    """
    rendered = carried_records.render(
        ReportOptions(
            languages=words.languages,
            templates=words.templates,
            paper=attachments.sealed_paper(read.keywords) or DEFAULT_PAPER,
            order=attachments.sealed_order(read.keywords),
        )
    )
    assert rendered.pdf is not None, "asked for one"
    return rendered.pdf.read_bytes()


def sealed(read: Document, path: Path) -> tuple[str, tuple[str, ...]]:
    """Return the fingerprint and the languages of a report.

    Args:
        read: The document.
        path: What messages call it.

    Raises:
        UserError: The document has no fingerprint.
    """
    seal = attachments.read_seal(read.keywords)
    if seal is None:
        raise UserError(
            f"{path}: carries no fingerprint of records; it is no report of reportgen, or one that was"
            " written before reports had fingerprints (`reportgen render` writes it anew), or was changed"
        )
    return seal


def prove(
    read: Document,
    fingerprint: str,
    languages: tuple[str, ...],
    folder: Path,
    *,
    templates: Templates | None = None,
    rebuild: Rebuild | None = rebuild_report,
) -> Iterator[Proof]:
    """Return every proof. What is attached is read on only where the digests are in order.

    Args:
        read: The document.
        fingerprint: The digest of its list of digests, as its properties have it.
        languages: Those that it is in.
        folder: An empty one, for the attached files.
        templates: Those that it is said to be made with; None for the program's own.
        rebuild: Writes the report anew, for the last proof; None where that is not wanted.
    """
    attached = {name: data for name, data in read.attachments if data is not None}
    listed, wrong = {}, []
    try:
        listed = attachments.read_checksums(attached[CHECKSUMS])
    except KeyError:
        wrong = [f"{CHECKSUMS}, the list of digests, is not attached"]
    except ValueError as error:
        wrong = [f"{CHECKSUMS}: {error}"]
    of_files = (
        Proof(
            "attachments",
            f"{len(listed)} files, those of {CHECKSUMS}",
            (*wrong, *carried.strays(read, listed)),
        ),
        Proof(
            "digests",
            f"each file has the SHA-256 of {CHECKSUMS}",
            tuple(carried.other_digests(attached, listed)),
        ),
        Proof(
            "fingerprint",
            f"the SHA-256 of {CHECKSUMS} is in the document's properties and on its pages",
            tuple(carried.other_fingerprints(read, attached.get(CHECKSUMS), fingerprint)),
        ),
    )
    yield from of_files
    made_with_templates = attachments.sealed_templates(read.keywords)
    odd = read.odd
    yield Proof("pages", f"{len(read.pages)} pages without notes, boxes or stamps on them", odd)
    templates = templates or templating.own()
    if templates.replaced or made_with_templates:
        yield _of_templates(made_with_templates, templates)
    if any(proof.wrong for proof in of_files):
        return
    words = Words(languages, templates, known=made_with_templates == templates.digest())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about numbers that someone made up
        try:
            unpacked = records.unpack({name: attached[name] for name in listed}, folder)
        except MemoryError:
            raise
        except Exception as error:  # whatever made-up files make a reader raise
            if isinstance(error, OSError) and error.errno in NO_ROOM:
                raise
            reason = _reason(error.__cause__ or error).replace(f"{folder}/", "")
            yield Proof("records", "", (f"cannot be read: {reason}",))
            return
        so_far = [*_of_records(unpacked, read, words, fingerprint)]
        yield from so_far
        if not odd and not any(proof.wrong for proof in so_far):
            yield _of_bytes(unpacked, read, words, rebuild)


def _of_templates(digest: str | None, templates: Templates) -> Proof:
    """That a document was made with a user's templates. digest: the one in its properties.

    Raises UserError where they are others than those that the user names.
    """
    if not templates.replaced:
        line = f"made with templates of someone's own, SHA-256 {digest}; name their folder with --templates"
        return Proof("templates", "", (), (line,))
    if digest is None:
        raise UserError("the document was made with the program's own templates: leave --templates out")
    if digest != templates.digest():
        raise UserError(
            f"{templates.folder}: the document was made with others: SHA-256 {digest}, not"
            f" {templates.digest()}"
        )
    return Proof("templates", f"those of {templates.folder}, SHA-256 {digest}: whose words these are")


def _of_records(unpacked: Records, read: Document, words: Words, fingerprint: str) -> Iterator[Proof]:
    """The records held against each other, and the pages against the records."""
    for what, holds, check in unpacked.checks():
        yield _attempted(what, holds, check)
    if words.known:
        yield from _on_pages(unpacked, read, words, fingerprint)
    else:
        line = "not looked for: the words are those of other templates"
        yield Proof(PRINTED, "", (), (line,))


def _on_pages(unpacked: Records, read: Document, words: Words, fingerprint: str) -> Iterator[Proof]:
    """A proof for each kind of thing that the pages must say.

    Templates of someone's own may leave things out, and another version may have other words: what is not
    there, is then unknown.
    """
    try:
        with written_in(words.languages[0], unpacked.test_images):
            report = unpacked.report(words.catalogue(), fingerprint)
            listed = list(report.claims)
    except MemoryError:
        raise
    except Exception as error:  # whatever made-up records make the analysis raise
        yield Proof(PRINTED, "", (f"cannot be computed from the attached files: {_reason(error)}",))
        return
    if not words.templates.replaced:
        yield from _of_links(read, report.links)
    readable = [claim for claim in listed if not printed.is_right_to_left(claim.text)]
    by_this_version = read.properties["Creator"] == f"reportgen {__version__}"
    lacking = list(printed.missing(readable, read.pages))
    for kind, number in Counter(claim.kind for claim in listed).items():
        unsaid = tuple(
            f"not on {'the first page' if claim.front else 'the pages'}: {claim.text}"
            for claim in lacking
            if claim.kind == kind
        )
        left_out = number - sum(claim.kind == kind for claim in readable)
        holds = f"{number - left_out} computed again and found"
        if left_out:
            holds += f"; {left_out} with names that run from right to left were not looked for"
        if words.templates.replaced or not by_this_version:
            yield Proof(f"{PRINTED}: {kind}", holds, (), unsaid)
        else:
            yield Proof(f"{PRINTED}: {kind}", holds, unsaid)


def _of_links(read: Document, known: Collection[str]) -> Iterator[Proof]:
    """That links lead out of the document only where its author's own words do."""
    if read.links_out:
        yield Proof(
            "links",
            f"{len(read.links_out)} lead out of the document, to where the author's own words say",
            tuple(
                f"page {number}: a link leads out of the document{address and f', to {address[:100]!r}'}"
                for number, address in read.links_out
                if address not in known
            ),
        )


def _of_bytes(unpacked: Records, read: Document, words: Words, rebuild: Rebuild | None) -> Proof:
    """The report written anew, where it can be, and held against the document: bytes, else pages."""
    if (reason := _cannot_be_rebuilt(read, words, rebuild)) or rebuild is None:
        return Proof("not rebuilt", "", (), (reason,))
    try:
        expected = rebuild(unpacked, read, words)
        if expected == read.data:
            return Proof(REBUILT, "the same bytes")
        differing = tuple(document.differences(read, document.parse(expected, Path("report.pdf"))))
    except (MemoryError, OSError):
        raise
    except Exception as error:  # whatever made-up records make a renderer raise
        return Proof(REBUILT, "", (f"the attached records give no report: {_reason(error)}",))
    if differing:
        return Proof(
            REBUILT,
            "",
            tuple(f"not what the attached records give: {difference}" for difference in differing),
        )
    line = (
        "another file with the same texts and pictures: another program saved it, or other versions of"
        " HarfBuzz and FreeType wrote it; what no page shows was not compared"
    )
    return Proof(COMPARED, "", (), (line,))


def _cannot_be_rebuilt(read: Document, words: Words, rebuild: Rebuild | None) -> str:
    """What keeps the report from being written anew as it was; empty where nothing does."""
    if not words.known:
        return "without the templates that it was made with, it cannot be"
    if rebuild is None:
        return "as asked for"
    if problem := check_pdf():
        return problem
    if attachments.read_made_with(read.keywords) != made_with.digest():
        return (
            "it was written with other versions, or on another kind of machine, by"
            f" {read.properties['Creator']} and {read.properties['Producer']}: the same ones can compare it"
        )
    return ""


def _attempted(what: str, holds: str, compute: Callable[[], Iterable[str]]) -> Proof:
    """A proof of records that may be anything."""
    try:
        return Proof(what, holds, tuple(compute()))
    except MemoryError:
        raise
    except Exception as error:  # whatever made-up records make a computation raise
        return Proof(what, "", (f"cannot be computed: {_reason(error)}",))


def _reason(error: BaseException) -> str:
    """An error in one line."""
    return f"{type(error).__name__}: {error}" if isinstance(error, Exception) else str(error)
