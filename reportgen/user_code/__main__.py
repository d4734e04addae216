"""A guarded process that serves calls of a user's code. Called by remote.py alone."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from reportgen.user_code.confinement import confine


def main(arguments: Sequence[str]) -> None:
    """Confine this process, say that it is ready, and serve."""
    connection = confine(arguments)
    from reportgen.user_code.encoding import encode
    from reportgen.user_code.server import Server
    from reportgen.user_code.source import UserCode

    connection.send(encode("ready"))
    fields: Any = connection.receive()
    Server(UserCode(*fields)).serve(connection)


if __name__ == "__main__":
    main(sys.argv[1:])
