"""What is wrong in a folder of templates, found without rendering: a line for every mistake."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import jinja2
from jinja2 import meta, nodes

from reportgen.errors import nearest
from reportgen.report.templates import foreign_pages, user_catalogue
from reportgen.report.templates.former_names import current_name
from reportgen.report.templates.loading import ORIGINAL, WORDS, Templates, own, own_texts, read, texts_in
from reportgen.report.words.catalogue import Catalogue, placeholders
from reportgen.report.words.languages import ENGLISH


def find_mistakes(folder: Path) -> list[str]:
    """Find every mistake in a folder of templates, with its file and line.

    Raises:
        TemplateError: The folder cannot be read at all.
    """
    texts, former = texts_in(folder)
    words, mistakes = own().words, []
    if WORDS in texts:
        read_words = user_catalogue.read(texts[WORDS], words)
        words = read_words.words
        mistakes += [f"{folder / WORDS}:{line}: {mistake}" for line, mistake in read_words.mistakes]
    replaced = tuple(path for path, text in sorted(texts.items()) if text != own().texts.get(path))
    templates = Templates({**own().texts, **texts}, words, folder, replaced, former=former)
    for path in replaced:
        if path.endswith(".j2"):
            with templates.mistakes_named(path=templates.path(path)):
                mistakes += _in_template(path, templates)
    if not mistakes:
        read(folder)  # whatever else a report would stumble over
    return mistakes


def _in_template(path: str, templates: Templates) -> Iterator[str]:
    environment = templates.environment()
    try:
        environment.compile(templates.text(path), path, templates.path(path))
    except jinja2.TemplateSyntaxError as error:
        yield f"{error.filename}:{error.lineno}: {str(error.message).rstrip('.')}"
        return
    tree = environment.parse(templates.text(path))
    mistakes = [
        *_phrases(tree, Catalogue(templates.words, (ENGLISH,))),
        *_names(tree, templates),
        *_templates(tree, templates),
        *foreign_pages.mistakes_in_template(templates.text(path)),
    ]
    yield from (f"{templates.path(path)}:{line}: {mistake}" for line, mistake in sorted(mistakes))


def _phrases(tree: nodes.Template, t: Catalogue) -> Iterator[tuple[int, str]]:
    """Phrases that are not in the catalogue, and those that are not given all their values."""
    for call in tree.find_all(nodes.Call):
        first = call.args[0] if call.args else None
        is_phrase = isinstance(call.node, nodes.Name) and call.node.name == "t"
        if not (is_phrase and isinstance(first, nodes.Const) and isinstance(first.value, str)):
            continue
        if not t.has(first.value):
            yield call.lineno, f"there is no phrase {first.value!r}{nearest(first.value, t.names())}"
            continue
        section, _, key = first.value.partition(".")
        given = {word.key for word in call.kwargs}
        lacking = placeholders(t.entries[section][key][ENGLISH]) - given
        if lacking and call.dyn_kwargs is None:
            yield call.lineno, f"the phrase {first.value!r} needs a value for {', '.join(sorted(lacking))}"


def _names(tree: nodes.Template, templates: Templates) -> Iterator[tuple[int, str]]:
    """Names that no template of the program uses: a report may not have them."""
    known = set(templates.environment().globals)
    for path, text in own_texts().items():
        if path.endswith(".j2"):
            known |= meta.find_undeclared_variables(templates.environment().parse(text))
    for name in sorted(meta.find_undeclared_variables(tree) - known):
        line = min(node.lineno for node in tree.find_all(nodes.Name) if node.name == name)
        yield line, f"{name!r} is undefined{nearest(name, known)}"


def _templates(tree: nodes.Template, templates: Templates) -> Iterator[tuple[int, str]]:
    """Templates taken in that are not there."""
    for kind in (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends):
        for node in tree.find_all(kind):
            taken: nodes.Expr = node.template  # type: ignore[attr-defined]  # each of the kinds has it
            name = taken.value if isinstance(taken, nodes.Const) else None
            known = own_texts() if str(name).startswith(ORIGINAL) else templates.texts
            if isinstance(name, str) and current_name(name.removeprefix(ORIGINAL), own_texts()) not in known:
                yield node.lineno, f"there is no template {name!r}{nearest(name, known)}"
