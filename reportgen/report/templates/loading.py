"""Where a report's pages, style sheets and words come from: the program's own, and a user's above.

A file of the folder stands for ours of the same path; its catalogue.toml changes single entries and may add
languages. The folder may come from somebody else: it is read once, whole, without following links out of it,
and its templates run where they reach the report's content and nothing besides.
"""

from __future__ import annotations

import os
import re
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from pathlib import Path

import jinja2
from jinja2 import meta

from reportgen.errors import UserError, nearest
from reportgen.files import resources
from reportgen.report.templates import foreign_pages, user_catalogue
from reportgen.report.templates.former_names import current_name, find_former_names
from reportgen.report.templates.limits import MOST_CHARACTERS, OF_TEMPLATES, Limits, TimeSpentError, limited
from reportgen.report.templates.sandbox import Sandbox
from reportgen.report.words.catalogue import Catalogue, Phrase
from reportgen.report.words.languages import CHINESE, ENGLISH

WORDS = "catalogue.toml"
PAGE = "report.html.j2"
SCRIPTS = (
    "script.js", "choices.js", "tables.js", "listings.js", "references.js", "curves_numbers.js",
    "curves_drawing.js", "curves.js",
)  # fmt: skip
"""What a page runs, as one script in this order; none of it is a user's to replace."""
SCREEN_STYLES = ("controls.css", "screen.css", "curves.css")
ORIGINAL = "original/"
"""What a template's name begins with where the program's own is meant, replaced or not."""
MOST_FILES, MOST_BYTES = 500, 2**20
_NOT_OF_REPORTS = ("index.html.j2", "index.css", "index.js")
_KINDS = (".j2", ".css", ".js", ".toml")
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
_HEAD = re.compile(r"\s*<!doctype html>\s*<html[^<>]*>\s*<head>\s*", re.IGNORECASE)


class TemplateError(UserError):
    """A mistake in a user's template, style sheet or catalogue: its file, its line and what is wrong."""


@dataclass(frozen=True)
class Templates:
    """The texts of all files by their path, and those of a user's folder among them.

    Attributes:
        texts: Of all files, by their path.
        words: The catalogue's entries.
        folder: The user's; None for the program's own templates alone.
        replaced: The paths at which the folder has something other than the program.
        notes: What the user should know of the folder.
        former: The names in the folder of files that have one of an earlier version, by their paths.
    """

    texts: Mapping[str, str]
    words: Mapping[str, Mapping[str, Mapping[str, str]]]
    folder: Path | None = None
    replaced: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    former: Mapping[str, str] = field(default_factory=dict)

    def text(self, path: str) -> str:
        """Return a file's text."""
        return self.texts[path]

    def script(self) -> str:
        """Return the one script of a page."""
        return "\n".join(map(self.text, SCRIPTS))

    def screen_style(self) -> str:
        """Return the rules that hold on a screen alone."""
        return "\n".join(map(self.text, SCREEN_STYLES))

    def catalogue(self, languages: Sequence[str]) -> Catalogue:
        """Return the words in these languages.

        Raises:
            UserError: No phrase is in one of them.
        """
        for language in languages:
            if language not in self.languages():
                raise UserError(
                    f"no phrase of the catalogue is in {language!r}, only in {', '.join(self.languages())};"
                    " a catalogue.toml with that language, in a folder named by --templates, adds it"
                )
        return Catalogue(self.words, languages)

    def languages(self) -> tuple[str, ...]:
        """Return all languages that the catalogue has, the report's own two first."""
        codes = {code for phrases in self.words.values() for phrase in phrases.values() for code in phrase}
        return (CHINESE, ENGLISH, *sorted(codes - {CHINESE, ENGLISH}))

    def missing(self, language: str) -> list[str]:
        """Return the phrases that a language lacks."""
        return [
            f"{section}.{key}"
            for section, phrases in self.words.items()
            for key, phrase in phrases.items()
            if language not in phrase
        ]

    def digest(self) -> str | None:
        """Return one number for all that the folder changes; None where it changes nothing."""
        names = sorted((self.former.get(path, path), path) for path in self.replaced)
        lines = (f"{sha256(self.texts[path].encode()).hexdigest()}  {name}\n" for name, path in names)
        return sha256("".join(lines).encode()).hexdigest() if self.replaced else None

    def path(self, name: str) -> str:
        """Return a file as messages name it."""
        if self.folder and name in self.replaced:
            return str(self.folder / self.former.get(name, name))
        return name

    # ------------------------------------------------------------ for jinja

    def environment(self) -> Sandbox:
        """Return where the templates run."""
        environment = Sandbox(
            loader=jinja2.FunctionLoader(self._source),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=False,
        )
        environment.tests["phrase_like"] = lambda value: isinstance(value, Phrase)
        return environment

    def _source(self, name: str) -> tuple[str, str, None] | None:
        texts = own_texts() if name.startswith(ORIGINAL) else self.texts
        path = current_name(name.removeprefix(ORIGINAL), own_texts())
        return (texts[path], self.path(name), None) if path in texts else None

    @contextmanager
    def mistakes_named(
        self, known: Sequence[str] = (), path: str = "", most: Limits = OF_TEMPLATES
    ) -> Iterator[None]:
        """Turn what goes wrong in a user's templates into a TemplateError, and keep them to their limits.

        Args:
            known: Names that there are.
            path: What it is about, where the error does not tell.
            most: The memory and the time that the templates may take.

        Raises:
            TemplateError: Something went wrong in the user's templates, or they took more than the limits.
        """
        try:
            with limited(most) if self.replaced else nullcontext():
                yield
        except UserError:
            raise
        except Exception as error:  # a template can go wrong in as many ways as a program
            of_system = isinstance(error, OSError) and not isinstance(error, jinja2.TemplateError)
            if of_system or not self.replaced:
                raise  # no mistake of the user's
            where = self._place(error) or (f"{path}: " if path else "")
            raise TemplateError(f"{where}{_reason(error, known, most)}") from error

    def _place(self, error: Exception) -> str:
        if isinstance(error, jinja2.TemplateSyntaxError):
            return f"{error.filename}:{error.lineno}: "
        frames = [
            frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(".j2")
        ]
        own = [frame for frame in frames if frame.filename in map(self.path, self.replaced)]
        return "".join(f"{frame.filename}:{frame.lineno}: " for frame in (own or frames)[-1:])

    def refuse_foreign(self, page: str) -> None:
        """Refuse a page of a user's templates that leads elsewhere, or is too long.

        Raises:
            TemplateError: It is such a page.
        """
        if not self.replaced:
            return
        if len(page) > MOST_CHARACTERS:
            most = f"{MOST_CHARACTERS:,}"
            raise TemplateError(
                f"{self.folder}: makes a page of more than {most} characters; make less of it"
            )
        for line, mistake in foreign_pages.mistakes(page):
            raise TemplateError(f"{self.folder}: in line {line} of the page: {mistake}")

    def guarded(self, page: str, policy: str) -> str:
        """Return a page of a user's template with our security policy in front of all that it may load.

        Args:
            page: The HTML of the page.
            policy: The line that says what a page may load.

        Raises:
            TemplateError: The policy or the fonts cannot be put into the page.
        """
        if PAGE not in self.replaced:
            return page
        head = _HEAD.match(page)
        if head is None:
            raise TemplateError(f"{self.path(PAGE)}:1: must begin with <!doctype html>, <html> and <head>")
        if "<style>\n" not in page:
            raise TemplateError(
                f"{self.path(PAGE)}:1: lacks a line with <style> alone, behind which the fonts are put;"
                " see the original"
            )
        return f"{page[: head.end()]}{policy}\n{page[head.end() :]}"

    def policy(self) -> str:
        """Return the line of our own page, as a template, that says what a page may load."""
        match = _POLICY.search(own_texts()[PAGE])
        assert match is not None, "our page has a policy"
        return match[0]


# ---------------------------------------------------------------- reading


@cache
def own_texts() -> Mapping[str, str]:
    """Return the program's own files, of which a report is made, by their path."""
    folder = resources.templates()
    paths = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.suffix in _KINDS]
    return {
        path: (folder / path).read_text(encoding="utf-8")
        for path in sorted(paths)
        if path not in _NOT_OF_REPORTS
    }


@cache
def own() -> Templates:
    """Return the program's own templates alone."""
    return Templates(own_texts(), user_catalogue.ours(own_texts()[WORDS]))


def read(folder: Path | None) -> Templates:
    """Return the program's own templates with those of a folder above them.

    Args:
        folder: Of the user's templates; None for the program's own alone.

    Raises:
        TemplateError: The folder is not there, files are no text, links lead out of it, its catalogue has
            mistakes, or templates are no Jinja.
    """
    if folder is None:
        return own()
    texts, former = texts_in(folder)
    replaced = tuple(path for path, text in sorted(texts.items()) if text != own().texts.get(path))
    words, notes = own().words, []
    if WORDS in replaced:
        own_words = user_catalogue.read(texts[WORDS], words)
        if own_words.mistakes:
            line, mistake = own_words.mistakes[0]
            more = f" (and {len(own_words.mistakes) - 1} more to mend)" if len(own_words.mistakes) > 1 else ""
            raise TemplateError(f"{folder / WORDS}:{line}: {mistake}{more}")
        words = own_words.words
        notes = [f"{folder / WORDS}:{line}: {note}" for line, note in own_words.notes]
    templates = Templates({**own().texts, **texts}, words, folder, replaced, former=former)
    named = _named(templates)
    notes += [
        f"{folder / name}: is called {path} now; rename it"
        for path, name in sorted(former.items())
        if path in replaced
    ]
    notes += [
        f"{folder / path}: replaces nothing{nearest(path, own().texts)}"
        for path in replaced
        if path not in own().texts and path not in named
    ]
    return replace(templates, notes=tuple(notes))


def words_in(languages: Sequence[str], templates: Templates | None = None) -> Catalogue:
    """Return the catalogue in these languages.

    Args:
        languages: The codes of those that a report is in.
        templates: Whose catalogue it is; None for the program's own.

    Raises:
        UserError: No phrase is in one of the languages.
    """
    return (templates or own()).catalogue(languages)


def texts_in(folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Return the text of every file in the folder that a report may be made of, by its path.

    Returns:
        The texts, then the names that files of an earlier version have there, by the paths that they have
        now.

    Raises:
        TemplateError: The folder is not there, or holds what cannot be one of templates.
    """
    if not folder.is_dir():
        what = "is no folder" if folder.exists() else "there is no such folder"
        raise TemplateError(
            f"{folder}: {what}; `reportgen templates export {folder}` writes one to start from"
        )
    root, texts = folder.resolve(), {}
    for number, path in enumerate(_files_in(folder)):
        if number >= MOST_FILES:
            raise TemplateError(
                f"{folder}: has more than {MOST_FILES} files; name the folder of the templates"
            )
        if not path.resolve().is_relative_to(root):
            raise TemplateError(f"{path}: is a link that leads out of {folder}; put a copy there instead")
        if not path.is_file():
            raise TemplateError(f"{path}: is no file that can be read; take it away")
        if path.stat().st_size > MOST_BYTES:
            raise TemplateError(f"{path}: has more than {MOST_BYTES:,} bytes; no template is that long")
        data = path.read_bytes()
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            raise TemplateError(f"{path}:{line}: is not UTF-8; save the file in that encoding") from error
        texts[path.relative_to(folder).as_posix()] = text.replace("\r\n", "\n")
    for script in SCRIPTS:
        if texts.get(script, own_texts()[script]) != own_texts()[script]:
            raise TemplateError(f"{folder / script}: scripts come from the program alone; take the file away")
    try:
        former = find_former_names(texts, own_texts())
    except ValueError as error:
        raise TemplateError(f"{folder}/{error}") from None
    now = {name: path for path, name in former.items()}
    return {now.get(name, name): text for name, text in texts.items()}, former


def _files_in(folder: Path) -> Iterator[Path]:
    """What is in a folder at any depth, in order, but for hidden files and notes for people."""
    for parent, folders, names in os.walk(folder):
        linked = [name for name in folders if Path(parent, name).is_symlink()]
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in linked)
        for name in sorted([*names, *linked]):
            if not name.startswith(".") and not name.endswith((".md", "~")):
                yield Path(parent, name)


def _named(templates: Templates) -> set[str]:
    """The templates that a user's templates take in; all of these are compiled on the way."""
    environment, named = templates.environment(), set()
    for path in templates.replaced:
        if path.endswith(".j2"):
            with templates.mistakes_named(path=templates.path(path)):
                environment.compile(templates.text(path), path, templates.path(path))
                references = meta.find_referenced_templates(environment.parse(templates.text(path)))
                named |= {name for name in references if name}
    return named


def _reason(error: Exception, known: Sequence[str], most: Limits) -> str:
    """What went wrong in a template, in one line."""
    if isinstance(error, MemoryError):
        return f"takes more than {most.memory:,} bytes of memory"
    if isinstance(error, jinja2.TemplateNotFound):
        return f"there is no template {error.name!r}{nearest(str(error.name), own().texts)}"
    name = re.match(r"'(\w+)' is undefined", str(error))
    hint = nearest(name[1], known) if name else ""
    known_kinds = jinja2.TemplateError | KeyError | TimeSpentError
    kind = "" if isinstance(error, known_kinds) else f"{type(error).__name__}: "
    return f"{kind}{getattr(error, 'message', None) or error}".rstrip(".") + hint
