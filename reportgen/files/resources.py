"""Where the program's files are (templates, fonts, ready experiments, pages), and where its cache is.

In an installed package they lie inside it; in a checkout they lie beside it, where people edit them.
"""

import os
from pathlib import Path

from reportgen.errors import UserError

PACKAGE = Path(__file__).resolve().parents[1]
"""The program's own folder."""


def templates() -> Path:
    """The folder of page templates, style sheet, words and fonts."""
    return _folder("templates")


def experiments() -> Path:
    """The folder of ready experiments."""
    return _folder("experiments")


def audit_pages() -> Path:
    """The folder of the manual's pages about the points of the audit."""
    return _folder("audit_pages", "docs/reference/audit")


def _folder(name: str, in_checkout: str | None = None) -> Path:
    for place in (PACKAGE / name, PACKAGE.parent / (in_checkout or name)):
        if place.is_dir():
            return place
    raise UserError(
        f"reportgen is not completely installed, its folder {name!r} is missing: install it again"
    )


def cache_folder() -> Path:
    """Where the cache lies; it need not exist yet."""
    chosen = os.environ.get("REPORTGEN_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    import platformdirs

    return platformdirs.user_cache_path("reportgen")
