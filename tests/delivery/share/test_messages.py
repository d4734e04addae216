"""`reportgen share` to real servers: what arrives, what is tried again, and that no secret is ever shown."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from tests.helpers.cli import Answer, Cli
from tests.helpers.made_run import NAME, PDF, TITLE, contents, made_run
from tests.helpers.servers import Hook, Mailbox, free_port, mail_server, web_server

PASSWORD = "p@ss/w:o%rd #?&+=<>'\""


pytestmark = [
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning"),
]


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts follow each other at once; apprise keeps pauses of its own between two mails."""
    monkeypatch.setattr("reportgen.delivery.share.messages.PAUSE", 0.0)
    monkeypatch.setattr("apprise.plugins.base.NotifyBase.request_rate_per_sec", 0)


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    monkeypatch.setenv("SMTP_PASSWORD", PASSWORD)
    with mail_server(Mailbox(password=PASSWORD)) as running:
        yield running


@pytest.fixture
def hook() -> Iterator[Hook]:
    with web_server(Hook()) as running:
        yield running


def address(port: int, *receivers: str) -> str:
    to = "/".join(receivers or ("you@example.org",))
    return f"mailto://me:${{SMTP_PASSWORD}}@127.0.0.1:{port}/{to}?from=me@example.org"


def shows_nothing(answer: Answer, secret: str) -> None:
    """The secret is not shown in any form."""
    shown = answer.out + answer.err
    quoted = (quote(secret, safe=""), quote(secret), quote_plus(secret))
    for form in (secret, *quoted, base64.b64encode(secret.encode()).decode()):
        assert form not in shown, shown
    assert secret not in shown.replace("\\", ""), shown


def attached(mail: EmailMessage) -> dict[str | None, bytes]:
    return {part.get_filename(): part.get_content() for part in mail.iter_attachments()}


def text(mail: EmailMessage) -> str:
    part = mail.get_body(preferencelist=("plain",))
    assert part is not None
    return str(part.get_content())


# ---------------------------------------------------------------- mail


def test_the_pdf_arrives_whole_with_the_findings_in_both_languages(cli: Cli, mailbox: Mailbox) -> None:
    run = made_run(Path("output"))
    to = address(mailbox.port)
    answer = cli("share", run, "--to", to)
    assert answer == Answer(0, f"shared\t{to}\tE-Mail, report.pdf\n", "")
    (mail,) = mailbox.mails
    assert mail["subject"] == "優化器比較 / Comparing optimizers"
    assert (mail["from"].addresses[0].addr_spec, mail["to"]) == ("me@example.org", "you@example.org")
    assert attached(mail) == {"report.pdf": PDF}
    (part,) = mail.iter_attachments()
    assert part.get_content_type() == "application/pdf"
    body = text(mail)
    for said in (
        *TITLE.values(),
        "結果最佳者為 Adam（",
        "the best result: Adam (",
        "測試準確率為 97.5%",
        "reaches 97.5% on the test set",
        f"quickstart/{NAME}",
    ):
        assert said in body, body


def test_without_a_pdf_the_html_is_sent_without_its_links_and_the_sender_told(
    cli: Cli, mailbox: Mailbox, tiny_run: Path
) -> None:
    to = address(mailbox.port)
    run = made_run(Path("output"), pdf=False)
    links = rb'<a\b[^>]* href="(?!#)[^"]*"'
    page = (tiny_run / "report.html").read_bytes()
    assert len(re.findall(links, page)) > 1, "to the PDF and the tables"
    (run / "report.html").write_bytes(page)
    answer = cli("share", run, "--to", to)
    assert answer.code == 0
    assert answer.out.splitlines()[1] == f"note\t{to}\twith report.html, the run has no PDF"
    (mail,) = mailbox.mails
    (part,) = mail.iter_attachments()
    sent = part.get_payload(decode=True)
    assert part.get_filename() == "report.html"
    assert re.findall(links, sent) == []
    assert len(page) - 2000 < len(sent) < len(page)


def test_a_folder_of_any_name_can_be_sent_from(cli: Cli, mailbox: Mailbox) -> None:
    run = made_run(Path("100% ?name=x&y #1, 貓's $HOME"))
    assert cli("share", run, "--to", address(mailbox.port)).code == 0
    assert attached(mailbox.mails[0]) == {"report.pdf": PDF}


@pytest.mark.parametrize("sign", ["\r\n", "\u2028", "\x1b[31m"])
def test_a_title_that_could_add_a_header_is_not_sent(cli: Cli, mailbox: Mailbox, sign: str) -> None:
    title = f"a{sign}Bcc: spy@example.org"
    made = made_run(Path("output"), title={"zh-Hant": title, "en": title})
    answer = cli("share", made, "--to", address(mailbox.port))
    assert answer.code == 1
    assert "must be one line of printable characters" in answer.error_line
    assert mailbox.attempts == 0


def test_a_title_can_neither_add_a_header_nor_markup(cli: Cli, mailbox: Mailbox) -> None:
    title = "a Bcc: spy@example.org <b>bold</b> & *x*"
    made = made_run(Path("output"), title={"zh-Hant": title, "en": title})
    assert cli("share", made, "--to", address(mailbox.port) + "&format=html").code == 0
    (mail,) = mailbox.mails
    assert mail["bcc"] is None
    assert mail["subject"] == title
    page = mail.get_body(preferencelist=("html",))
    assert page is not None
    assert "<b>" not in page.get_content()
    assert "bold" in page.get_content()


def test_a_server_that_is_busy_twice_gets_it_at_the_third_attempt(cli: Cli, mailbox: Mailbox) -> None:
    mailbox.refusals = 2
    assert cli("share", made_run(Path("output")), "--to", address(mailbox.port)).code == 0
    assert (mailbox.attempts, len(mailbox.mails)) == (3, 1)


def test_a_server_that_stays_busy_is_reported_and_the_run_is_as_it_was(cli: Cli, mailbox: Mailbox) -> None:
    run = made_run(Path("output"))
    before = contents(run)
    mailbox.refusals = 9
    to = address(mailbox.port)
    answer = cli("share", run, "--to", to, "--retries", 1)
    assert (answer.code, answer.out, mailbox.attempts) == (1, "", 2)
    assert answer.error_line.startswith(f"reportgen: error: {to}: not delivered, 2 attempts: ")
    assert "try again later" in answer.error_line
    assert contents(run) == before


def test_a_server_that_is_down_is_reported(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_PASSWORD", PASSWORD)
    answer = cli("share", made_run(Path("output")), "--to", address(free_port()))
    assert answer.code == 1
    assert "3 attempts" in answer.error_line
    assert "Connection refused" in answer.error_line


def test_nobody_gets_a_mail_twice_because_another_could_not(cli: Cli, mailbox: Mailbox) -> None:
    mailbox.unknown = "nobody@example.org"
    to = address(mailbox.port, "you@example.org", "nobody@example.org")
    answer = cli("share", made_run(Path("output")), "--to", to)
    assert answer.code == 1
    assert "nobody@example.org" in answer.error_line
    assert [mail["to"] for mail in mailbox.mails] == ["you@example.org"]


def test_a_wrong_password_is_reported_but_not_shown(
    cli: Cli, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = PASSWORD + "wrong"
    monkeypatch.setenv("SMTP_PASSWORD", wrong)
    answer = cli("share", made_run(Path("output")), "--to", address(mailbox.port))
    assert answer.code == 1
    assert "535" in answer.error_line
    assert "${SMTP_PASSWORD}" in answer.error_line
    shows_nothing(answer, wrong)
    shows_nothing(answer, PASSWORD)
    assert mailbox.mails == []


def test_every_target_is_tried(cli: Cli, mailbox: Mailbox) -> None:
    down, good = address(free_port()), address(mailbox.port)
    targets = [part for to in (down, "foo://bar", good, "folder:shared") for part in ("--to", to)]
    answer = cli("share", made_run(Path("output")), *targets, "--retries", 0)
    assert answer.code == 1
    assert [line.split("\t")[:2] for line in answer.out.splitlines()] == [
        ["shared", good],
        ["shared", "folder:shared"],
    ]
    assert [line.split(": ")[2] for line in answer.err.splitlines()] == [down, "foo:..."]
    assert len(mailbox.mails) == 1
    assert Path("shared/quickstart", NAME, "report.pdf").read_bytes() == PDF


# ---------------------------------------------------------------- chat services


def test_a_hook_gets_the_message_and_the_file(cli: Cli, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_USER", "bot")
    monkeypatch.setenv("HOOK_PASSWORD", PASSWORD)
    to = f"json://${{HOOK_USER}}:${{HOOK_PASSWORD}}@127.0.0.1:{hook.port}/room"
    answer = cli("share", made_run(Path("output")), "--to", to)
    assert answer == Answer(0, f"shared\t{to}\tJSON, report.pdf\n", "")
    ((path, sent),) = hook.requests
    assert path == "/room"
    assert sent["title"] == "優化器比較 / Comparing optimizers"
    assert "97.5%" in sent["message"]
    (file,) = sent["attachments"]
    assert (file["filename"], base64.b64decode(file["base64"])) == ("report.pdf", PDF)
    login = base64.b64decode(hook.headers[0]["Authorization"].removeprefix("Basic ")).decode()
    assert login == f"bot:{PASSWORD}"


def test_a_service_that_takes_no_files_gets_the_words(
    cli: Cli, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", "Abcdef123456")
    to = f"gotify://127.0.0.1:{hook.port}/${{TOKEN}}"
    answer = cli("share", made_run(Path("output")), "--to", to)
    assert answer.code == 0
    assert answer.out.splitlines() == [
        f"shared\t{to}\tGotify",
        f"note\t{to}\twithout the report, the service takes no files",
    ]
    ((_, sent),) = hook.requests
    assert "97.5%" in sent["message"]
    assert hook.headers[0]["X-Gotify-Key"] == "Abcdef123456"


def test_a_whole_address_can_be_a_secret_and_is_not_shown_when_it_fails(
    cli: Cli, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook.status = 500
    monkeypatch.setenv("TEAM", f"json://bot:Abcdef123456@127.0.0.1:{hook.port}/room")
    answer = cli("share", made_run(Path("output")), "--to", "@TEAM")
    assert answer.code == 1
    assert answer.error_line.startswith("reportgen: error: @TEAM: not delivered, 3 attempts: ")
    assert "error=500" in answer.error_line
    assert len(hook.requests) == 3
    shows_nothing(answer, "Abcdef123456")
    shows_nothing(answer, os.environ["TEAM"])
    hook.status = 200
    answer = cli("share", made_run(Path("other")), "--to", "@TEAM")
    assert answer == Answer(0, "shared\t@TEAM\tJSON, report.pdf\n", "")


def test_secrets_of_a_file_are_used_and_those_of_the_environment_come_first(
    cli: Cli, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = Path("my secrets.toml")
    secrets.write_text(
        f'PLACE = "json://${{BOT}}:${{KEY}}@127.0.0.1:{hook.port}/room"\nBOT = "bot"\nKEY = "of the file"\n'
    )
    secrets.chmod(0o600)
    run = made_run(Path("output"))
    assert cli("share", run, "--to", "@PLACE", "--secrets", secrets).code == 0
    monkeypatch.setenv("KEY", "of the environment")
    assert cli("share", run, "--to", "@PLACE", "--secrets", secrets).code == 0
    logins = [base64.b64decode(sent["Authorization"].removeprefix("Basic ")) for sent in hook.headers]
    assert logins == [b"bot:of the file", b"bot:of the environment"]
    assert not any(b"of the file" in kept for kept in contents(run).values())


def test_the_file_of_secrets_has_a_place_of_its_own(
    cli: Cli, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(Path("config").absolute()))
    secrets = Path("config/reportgen/secrets.toml")
    to = f"json://bot:${{KEY}}@127.0.0.1:{hook.port}/room"
    run = made_run(Path("output"))
    answer = cli("share", run, "--to", to)
    assert answer.code == 1
    assert f"no secret KEY: it is neither in the environment nor in {secrets.absolute()}" in answer.error_line
    secrets.parent.mkdir(parents=True)
    secrets.write_text('KEY = "Abcdef123456"\n')
    secrets.chmod(0o600)
    assert cli("share", run, "--to", to).code == 0
    secrets.chmod(0o640)
    answer = cli("share", run, "--to", to)
    assert answer.code == 1
    assert "chmod 600" in answer.error_line
    shows_nothing(answer, "Abcdef123456")
    assert len(hook.requests) == 1
