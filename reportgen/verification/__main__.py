"""The proofs of a PDF from anywhere, in a process that cannot take more memory or time than it is given.

Called by `reportgen verify`; what it finds is a line of JSON each on its standard output.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from reportgen.errors import UserError, describe
from reportgen.files.limits import keep_to

OUT_OF_MEMORY = 9


def main(arguments: Sequence[str]) -> int:
    """Print the fingerprint, then every proof; apart.py has what the arguments are."""
    path, templates, rebuild, folder, memory, seconds = arguments
    keep_to(memory=int(memory), seconds=int(seconds))
    from reportgen.report.templates.loading import read
    from reportgen.verification import document, proofs

    try:
        read_document = document.read(Path(path))
        fingerprint, languages = proofs.sealed(read_document, Path(path))
        _print("fingerprint", fingerprint)
        for proof in proofs.prove(
            read_document,
            fingerprint,
            languages,
            Path(folder),
            templates=read(Path(templates) if templates else None),
            rebuild=proofs.rebuild_report if rebuild else None,
        ):
            _print("proof", asdict(proof))
    except (UserError, OSError) as error:
        _print("error", describe(error))
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


def _print(kind: str, value: object) -> None:
    sys.stdout.write(json.dumps({kind: value}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
