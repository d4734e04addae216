"""What gives a PDF its bytes besides its records: program, libraries, and the kind of machine."""

from __future__ import annotations

import platform
import zlib
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from reportgen.files import resources
from reportgen.files.digests import file_digest, program_digest

KEYWORD = "made-with:"
"""What stands before the digest in a document's keywords."""
LIBRARIES = (
    "babel", "contourpy", "cssselect2", "fonttools", "jinja2", "latex2mathml", "markdown-it-py", "markupsafe",
    "matplotlib", "mdit-py-plugins", "numpy", "pandas", "pillow", "pydyf", "pygments", "pyphen", "scipy",
    "tinycss2", "tinyhtml5", "weasyprint", "ziafont", "ziamath",
)  # fmt: skip


@cache
def digest() -> str:
    """Return the SHA-256 of all versions that shape a PDF.

    Where it is another, the same records may look otherwise. WeasyPrint must be there, see
    report/pdf/writer.py.
    """
    from weasyprint.text import ffi

    lines = [
        f"system {platform.system()} {platform.machine()}",
        f"python {'.'.join(platform.python_version_tuple()[:2])}",
        f"zlib {zlib.ZLIB_RUNTIME_VERSION}",
        f"pango {ffi.pango.pango_version()}",
        f"font subsets by {'harfbuzz' if getattr(ffi, 'harfbuzz_subset', None) else 'fonttools'}",
        *(f"{name} {_version(name)}" for name in LIBRARIES),
        f"program {program_digest()}",
        *_files(resources.templates()),
    ]
    return sha256("\n".join(lines).encode()).hexdigest()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def _files(folder: Path) -> list[str]:
    """The name and the digest of every file of the program in a folder."""
    return [
        f"{path.relative_to(folder).as_posix()} {file_digest(path)}"
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".") and not path.name.endswith((".pyc", "~"))
    ]
