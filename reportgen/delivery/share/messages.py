"""A run's message sent to a mail server or a chat service, by the library apprise."""

from __future__ import annotations

import contextlib
import logging
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from reportgen.delivery.share.destinations import NAMED, masked
from reportgen.delivery.share.secrets import PLACEHOLDER, Secrets
from reportgen.delivery.share.summary import Summary
from reportgen.errors import UserError
from reportgen.report.file_names import without_beside

if TYPE_CHECKING:
    from apprise import AppriseAsset, AppriseResult, NotifyBase

PAUSE = 5.0
"""Seconds between two attempts."""
TIME_LIMIT = 600.0
"""Seconds for all attempts at one target together."""
LONGEST_REASON = 300
SIGNS = re.compile("[/:@?&=#]")
"""The signs between the parts of a URL."""
EXCEPTION = re.compile("(Socket|Notification) Exception: ")
"""How apprise begins its lines about what a server or a library said."""
TYPES = {".pdf": "application/pdf", ".html": "text/html"}


def send(address: str, summary: Summary, report: Path, secrets: Secrets, *, retries: int) -> tuple[str, bool]:
    """Send a run's summary, with its report where the service takes files.

    apprise does the attempts: it knows which receivers have the message already, so that none gets it twice.

    Args:
        address: Of the service, as it was written: secrets are still ${NAME} in it.
        summary: The title and the text of the message.
        report: The file of the report; a page goes without its links to the files beside it.
        secrets: Those that the address may name.
        retries: How often the service is tried again.

    Returns:
        The service's name and whether it took the report.

    Raises:
        UserError: The message was not delivered; it says why, without a secret.
    """
    from apprise import Apprise, AppriseAttachment, NotifyFormat
    from apprise.attachment.memory import AttachMemory

    asset = _settings(retries)
    service = _service(address, secrets, asset)
    files = None
    content = report.read_bytes()
    if report.suffix == ".html":
        content = without_beside(content)
    if service.attachment_support:
        files = AppriseAttachment(asset=asset)
        # given as bytes: a path would be read as a URL, with its own meaning for % and ?
        files.add(
            AttachMemory(  # type: ignore[no-untyped-call]
                content, name=report.name, mimetype=TYPES[report.suffix]
            )
        )
    box = Apprise(asset=asset)
    box.add(service)
    try:
        with _telling_all():
            result = box.notify(
                title=summary.title,
                body=summary.body,
                body_format=NotifyFormat.TEXT,
                attach=files,
                log_level=logging.DEBUG,
            )
    except Exception as error:  # a plugin's own mistake; its words may hold the address
        raise UserError(f"{address}: not delivered: {secrets.hide(str(error))}") from None
    if not result:
        raise UserError(f"{address}: not delivered, {_reason(result, secrets)}; the run itself is unharmed")
    return str(service.service_name), files is not None


@contextlib.contextmanager
def _telling_all() -> Iterator[None]:
    """Let apprise log what went wrong, which it does as DEBUG; nothing of it is printed."""
    from apprise import LOGGER_NAME

    logger = logging.getLogger(LOGGER_NAME)
    level, propagate = logger.level, logger.propagate
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    try:
        yield
    finally:
        logger.setLevel(level)
        logger.propagate = propagate


def _settings(retries: int) -> AppriseAsset:
    from apprise import AppriseAsset, PersistentStoreMode

    return AppriseAsset(
        app_id="reportgen",
        app_desc="reportgen",
        storage_mode=PersistentStoreMode.MEMORY,  # nothing of a service is kept on disk
        service_timeout=TIME_LIMIT,
        default_service_retry=retries,
        default_service_wait=PAUSE,
    )


def _service(address: str, secrets: Secrets, asset: AppriseAsset) -> NotifyBase:
    """The service that an address names. Raises UserError where apprise cannot use it.

    Until apprise has said which parts of an address are secret, only its beginning is shown.
    """
    from apprise import Apprise, NotificationManager

    shown = address if NAMED.fullmatch(address) else masked(address)
    try:
        filled = secrets.fill(address)
    except UserError as error:
        raise UserError(f"{shown}: {error}") from None
    service = Apprise.instantiate(filled, asset=asset)
    if service is None:
        scheme = filled.partition("://")[0].lower()
        if scheme not in NotificationManager():  # type: ignore[no-untyped-call]
            raise UserError(
                f"{shown}: apprise knows no service of this kind; appriseit.com/services lists them"
            )
        raise UserError(
            f"{shown}: is no complete address of this service; appriseit.com/services shows how they look"
        )
    private = _secrets_in(service)
    for secret in private:
        secrets.remember(secret)
    if not NAMED.fullmatch(address):
        filled_in = Counter(
            part for name in PLACEHOLDER.findall(address) for part in _parts(secrets.get(name))
        )
        literal = Counter(part for secret in private for part in _parts(secret)) - filled_in
        if literal.keys() & set(_parts(address)):
            raise UserError(
                f"{shown}: a password or token stands in the address itself; write ${{NAME}} in its place "
                f"and put it into the environment or into {secrets.file}"
            )
    return service


def _secrets_in(service: NotifyBase) -> list[str]:
    """The parts of an address that apprise itself does not show, unquoted."""
    shown, whole = (
        Counter(SIGNS.split(service.url(privacy=privacy)))  # type: ignore[no-untyped-call]
        for privacy in (True, False)
    )
    return [unquote(part) for part in (whole - shown).elements() if part]


def _parts(text: str) -> Iterator[str]:
    """What stands between the signs of a URL, unquoted, and between those that were quoted."""
    for quoted in SIGNS.split(text):
        yield from filter(None, SIGNS.split(unquote(quoted)))


def _reason(result: AppriseResult, secrets: Secrets) -> str:
    """What apprise logged of the last attempt, in one line and without secrets."""
    attempts = [attempt for service in result for attempt in service]
    entries = list(attempts[-1]) if attempts else list(result.call_logs())
    messages = [
        EXCEPTION.sub("", entry.message)
        for entry in entries
        if entry.level in {"WARNING", "ERROR"} or EXCEPTION.match(entry.message)
    ]
    reason = " ".join(secrets.hide("; ".join(dict.fromkeys(messages))).split())
    times = f"{len(attempts)} attempt{'' if len(attempts) == 1 else 's'}"
    return f"{times}: {reason[:LONGEST_REASON] or 'apprise gives no reason'}"
