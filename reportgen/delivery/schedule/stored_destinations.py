"""Targets as a schedule keeps them: understood from any folder, and without a secret in them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from reportgen.delivery.share.destinations import NAMED, FolderTarget, ServiceTarget, ZipTarget, masked, parse
from reportgen.delivery.share.secrets import PLACEHOLDER
from reportgen.errors import UserError


def stored(text: str) -> str:
    """Return the target to store for one that was given.

    Raises:
        UserError: It may hold a secret.
    """
    match parse(text):
        case FolderTarget(path):
            return f"folder:{path.absolute()}"
        case ZipTarget(path):
            return f"zip:{path.absolute()}"
        case ServiceTarget(address) if NAMED.fullmatch(address) or _bare_of_secrets(address):
            return address
    raise UserError(
        f"--share {masked(text)}: what may be a secret in it would be stored; write ${{NAME}} in its place, "
        "or keep the whole address in the file of secrets and share to @NAME"
    )


def _bare_of_secrets(address: str) -> bool:
    """Whether something of the address comes from elsewhere, its password if it has one for certain."""
    try:
        password = urlsplit(re.sub(r"[\[\]]", "", address)).password
    except ValueError:
        return False
    return PLACEHOLDER.search(address) is not None and (
        not password or PLACEHOLDER.fullmatch(password) is not None
    )
