"""How the manual is built: `make docs` writes it to build/docs. It loads nothing from outside."""

from __future__ import annotations

import sys
from pathlib import Path

DOCS = Path(__file__).parent
sys.path[:0] = [str(DOCS.parent), str(DOCS / "extensions")]

import reportgen  # noqa: E402 - of this checkout, whatever else is installed

project = "reportgen"
author = "reportgen contributors"
copyright = "2026, reportgen contributors"
release = version = reportgen.__version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "generated_pages",
    "nothing_from_outside",
]
exclude_patterns = ["extensions"]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb"}

html_theme = "furo"
html_title = f"reportgen {release}"
html_static_path = ["static"]
html_css_files = ["manual.css"]
html_show_sourcelink = False
html_copy_source = False

myst_heading_anchors = 3
myst_links_external_new_tab = False
nb_execution_mode = "off"  # the notebooks are stored with their results; tests execute them

default_role = "code"  # `name` in a docstring is code
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"
autodoc_member_order = "bysource"
napoleon_numpy_docstring = False
# types of other libraries have their pages elsewhere, and nothing is looked up over the network; what is
# documented as reportgen.Run may be called reportgen.api.Run where it is a type
nitpick_ignore_regex = [("py:.*", r"(?!reportgen\.\w+$).*")]
