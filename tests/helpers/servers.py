"""Real servers on this machine that receive what is sent: one for mail, one for web requests."""

from __future__ import annotations

import contextlib
import email
import email.policy
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Mailbox:
    """What a mail server does with mails, and those that it took.

    user, password: what one has to log in with. refusals: so many mails it refuses before it takes one.
    unknown: a receiver that it knows nothing of.
    """

    user: str = "me"
    password: str = "secret"
    refusals: int = 0
    unknown: str = ""
    port: int = 0
    attempts: int = 0
    mails: list[EmailMessage] = field(default_factory=list)

    def authenticate(self, _: Any, __: Any, ___: Any, ____: str, given: Any) -> AuthResult:
        self.attempts += 1
        assert isinstance(given, LoginPassword)
        right = (given.login, given.password) == (self.user.encode(), self.password.encode())
        if not right:  # the rudest of servers: it says what it was given
            text = f"535 5.7.8 wrong password {given.password.decode()}"
            return AuthResult(success=False, handled=False, message=text)
        return AuthResult(success=True)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _: Any, __: Any, envelope: Any, address: str, ___: Any
    ) -> str:
        if address == self.unknown:
            return "550 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: Any, __: Any, envelope: Any) -> str:  # noqa: N802
        if self.refusals:
            self.refusals -= 1
            return "451 try again later"
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


@contextlib.contextmanager
def mail_server(mailbox: Mailbox) -> Iterator[Mailbox]:
    """A mail server that wants a password."""
    mailbox.port = free_port()
    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=mailbox.port,
        authenticator=mailbox.authenticate,
        auth_required=True,
        auth_require_tls=False,
    )
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


@dataclass
class Hook:
    """What a web server was sent: a path and the JSON of each request. status: what it answers."""

    status: int = 200
    port: int = 0
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@contextlib.contextmanager
def web_server(hook: Hook) -> Iterator[Hook]:
    """A web server such as chat services have for their hooks."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.requests.append((self.path, json.loads(body)))
            hook.headers.append(dict(self.headers))
            self.send_response(hook.status)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hook.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield hook
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
