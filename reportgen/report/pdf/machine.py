"""What the PDF needs from the machine, and what it must not take from it."""

import ctypes.util
import io
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from datetime import datetime
from typing import Any

from reportgen.errors import UserError
from reportgen.report.fonts import faces

# What WeasyPrint loads, as Debian and Ubuntu call it; fontconfig and GLib come along. The last one is not
# indispensable, but with it a PDF is written several times faster.
APT_COMMAND = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b libharfbuzz-subset0"

# Tells fontconfig that there are no fonts on this machine.
_FONTCONFIG = "fontconfig.xml"
# Said once for each font where HarfBuzz's subsetter is not installed: slower, but the same glyphs.
_ABOUT_THE_MACHINE = "Using fontTools instead of HarfBuzz-Subset"


class PdfUnavailable(UserError):  # noqa: N818  # a state of the machine, not a mistake of the user
    """No PDF can be made on this machine; the message says what to install."""


def load_weasyprint() -> Any:
    """Return WeasyPrint, ready to work."""
    needed = [*(face.file for face in faces.FACES), _FONTCONFIG]
    missing = [file for file in needed if not (faces.font_folder() / file).is_file()]
    if missing:  # WeasyPrint without any font ends in a segmentation fault
        raise PdfUnavailable(f"no PDF: fonts are missing in {faces.font_folder()}: {', '.join(missing)}")
    # The import prints a page of advice when a library is missing, and warns that we hide system fonts.
    silence = io.StringIO()
    with warnings.catch_warnings(), redirect_stdout(silence), redirect_stderr(silence):
        warnings.simplefilter("ignore")
        try:
            with _without_searching():
                import weasyprint
        except ImportError as problem:
            raise PdfUnavailable(f"no PDF: {problem}: pip install weasyprint") from problem
        except OSError as problem:
            library = str(problem).partition(":")[0].removeprefix("cannot load library ").strip("'\"")
            raise PdfUnavailable(f"no PDF: the library {library} is missing: {APT_COMMAND}") from problem
    return weasyprint


@contextmanager
def _without_searching() -> Iterator[None]:
    """While inside, Linux opens libraries by the names that they have there.

    WeasyPrint asks for each by its names on other systems first, and for every one of those Python would
    start a compiler to look for it: some fifty processes.
    """
    find = ctypes.util.find_library

    def find_nothing(name: str) -> str | None:  # noqa: ARG001 - the name of the parameter is ctypes'
        return None

    if sys.platform == "linux":
        ctypes.util.find_library = find_nothing
    try:
        yield
    finally:
        ctypes.util.find_library = find


@contextmanager
def same_everywhere(created: datetime) -> Iterator[None]:
    """Keep this machine's fonts and clock out of the PDF.

    fontconfig reads which fonts there are from one variable; fontTools, which cuts the fonts down where
    HarfBuzz's subsetter is not installed, writes the time from the other into them.
    """
    ours = {
        "FONTCONFIG_FILE": str(faces.font_folder() / _FONTCONFIG),
        "SOURCE_DATE_EPOCH": str(int(created.timestamp())),
    }
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def collected_warnings() -> Iterator[list[str]]:
    """Collect what WeasyPrint and fontTools log from WARNING up about the document, off the terminal."""
    messages: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            message = record.getMessage()
            if not message.startswith(_ABOUT_THE_MACHINE):
                messages.append(message)

    collector = Collector(logging.WARNING)
    loggers = [logging.getLogger(name) for name in ("weasyprint", "fontTools")]
    before = [(logger, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.addHandler(collector)
        logger.propagate = False
    try:
        yield messages
    finally:
        for logger, propagate in before:
            logger.removeHandler(collector)
            logger.propagate = propagate
