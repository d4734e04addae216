"""Secrets: where they come from, how they get into an address, and how they stay out of all that is shown."""

from __future__ import annotations

import base64
import json
import os
import re
import stat
import tomllib
from pathlib import Path
from urllib.parse import quote, quote_plus

import platformdirs

from reportgen.delivery.share.destinations import NAMED
from reportgen.errors import UserError

PLACEHOLDER = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
HIDDEN = "***"


def default_file() -> Path:
    """Return where secrets are kept if nothing else is said: ~/.config/reportgen/secrets.toml on Linux."""
    return platformdirs.user_config_path("reportgen") / "secrets.toml"


class Secrets:
    """Looks secrets up by name, and knows those that were given out, to hide them.

    Args:
        file: Lines NAME = "value"; None for the default file, which need not be there and is read only when a
            name is not in the environment.

    Raises:
        UserError: The file cannot be used.
    """

    def __init__(self, file: Path | None = None) -> None:
        self.file = file or default_file()
        self.kept = None if file is None else read_file(file)
        self.given: list[str] = []

    def get(self, name: str) -> str:
        """Return the value of this name, of the environment before the file.

        Raises:
            UserError: There is none.
        """
        value = os.environ.get(name) or self._of_file(name)
        if not value:
            raise UserError(f"no secret {name}: it is neither in the environment nor in {self.file}")
        self.remember(value)
        return value

    def fill(self, address: str) -> str:
        """Return an address with its secrets in it: @NAME is all of one, ${NAME} a part, quoted for a URL.

        Raises:
            UserError: A secret is missing.
        """
        if NAMED.fullmatch(address):
            address = self.get(address.removeprefix("@"))
        if "${" in PLACEHOLDER.sub("", address):
            raise UserError("a ${ begins no ${NAME}; names are of letters, digits and _")
        return PLACEHOLDER.sub(lambda match: quote(self.get(match[1]), safe=""), address)

    def remember(self, value: str) -> None:
        """Hide this from now on."""
        self.given.append(value)

    def hide(self, text: str) -> str:
        """Return a text without secrets, in whichever way they are written there."""
        forms = {form for value in self.given for form in _written(value)}
        for form in sorted(forms, key=len, reverse=True):  # whole addresses before what is in them
            # printed in quotation marks, a character may have backslashes before it
            pattern = "".join(rf"\\*{re.escape(letter)}" for letter in form)
            text = re.sub(pattern, HIDDEN, text, flags=re.IGNORECASE)
        return text

    def _of_file(self, name: str) -> str | None:
        if self.kept is None:
            self.kept = read_file(self.file) if self.file.exists() else {}
        return self.kept.get(name)


def _written(secret: str) -> tuple[str, ...]:
    """How a server or a library may write a secret: plain, quoted for a URL, as JSON, bytes or base64."""
    encoded = secret.encode()
    return (
        secret,
        quote(secret, safe=""),
        quote(secret),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        repr(encoded)[2:-1],
        base64.b64encode(encoded).decode(),
    )


def read_file(path: Path) -> dict[str, str]:
    """Return the secrets of a file that only its owner can read.

    Raises:
        UserError: It is not such a file; never with a value in the message.
    """
    with path.open("rb") as file:
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise UserError(
                f"{path}: others than its owner may read or change it; `chmod 600 {path}` mends that"
            )
        content = file.read()
    try:
        kept = tomllib.loads(content.decode("utf-8"))
    except ValueError as error:
        # the parser's own words may quote the file
        where = re.search(r"at line \d+", str(error))
        raise UserError(
            f'{path}: is not lines of NAME = "value" ({where[0] if where else "not UTF-8"})'
        ) from None
    for name, value in kept.items():
        if not isinstance(value, str):
            raise UserError(f'{path}: {name} is no text; secrets are written NAME = "value"')
    return kept
