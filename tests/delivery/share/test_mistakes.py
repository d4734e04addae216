"""`reportgen share` used wrongly: one line that shows no secret, and nothing is sent or written."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.delivery.share.secrets import Secrets
from tests.helpers.cli import Cli
from tests.helpers.made_run import contents, made_run

LITERAL = "Tr0ub4dor"


@pytest.fixture(autouse=True)
def no_secrets_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


TARGETS = {
    "no target": ("somewhere", ["--to somewhere", "folder:"]),
    "a scheme without its slashes": (f"mailto:me:{LITERAL}@example.org", ["--to mailto:...", "mailtos://"]),
    "an unknown scheme": (f"mailtoo://me:{LITERAL}@example.org", ["mailtoo:...", "knows no service"]),
    "an incomplete address": (f"slack://{LITERAL}", ["slack:...", "no complete address"]),
    "a password in the address": (
        f"mailtos://me:{LITERAL}@example.org",
        ["mailtos:...", "a password or token stands in the address", "${NAME}"],
    ),
    "the user's name as the password": ("mailtos://me:me@example.org", ["a password or token stands"]),
    "a token in the address": (f"gotify://example.org/{LITERAL}12", ["gotify:...", "a password or token"]),
    "a token with signs of a URL in it": (
        f"tgram://123456789:{LITERAL}_abcdefghijklmnopqrstuvwxyz/1234",
        ["tgram:...", "a password or token"],
    ),
    "a password beside a secret": (
        f"json://${{USER_NAME}}:{LITERAL}@127.0.0.1:1/",
        ["json:...", "a password or token"],
    ),
    "a password that another secret happens to be": (
        f"json://${{OTHER}}:{LITERAL}@127.0.0.1:1/{LITERAL}",
        ["json:...", "a password or token"],
    ),
    "a hook's own address": (
        "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
        ["https:...", "a password or token"],
    ),
    "a secret that is not there": ("mailtos://me:${NO_SUCH}@example.org", ["mailtos:...", "NO_SUCH"]),
    "an address that is not there": ("@NO_SUCH", ["@NO_SUCH", "no secret NO_SUCH"]),
    "a malformed name": ("mailtos://me:${no-such}@example.org", ["mailtos:...", "${NAME}"]),
    "an address that is none": ("@USER_NAME", ["@USER_NAME", "knows no service"]),
    "a line break": ("folder:a\nb", ["line break"]),
    "nothing": ("", ["empty"]),
}


@pytest.mark.parametrize("case", TARGETS)
def test_a_target_that_cannot_be(cli: Cli, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    target, said = TARGETS[case]
    monkeypatch.setenv("USER_NAME", "bot")
    monkeypatch.setenv("OTHER", "other")
    run = made_run(Path("output"))
    before = contents(Path())
    answer = cli("share", run, "--to", target)
    assert (answer.code, answer.out) == (1, "")
    for part in ("reportgen: error: ", *said):
        assert part in answer.error_line, answer.error_line
    assert LITERAL not in answer.err
    assert "TIiajkdnlazkcOXrIdevi7FQ" not in answer.err
    assert contents(Path()) == before


def test_a_secret_that_equals_another_part_of_the_address_is_no_literal(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY", "me")
    answer = cli("share", made_run(Path("output")), "--to", "json://me:${KEY}@127.0.0.1:1/", "--retries", 0)
    assert "not delivered, 1 attempt" in answer.error_line


FILES = {
    "readable by the group": (f'KEY = "{LITERAL}"\n', 0o640, "chmod 600"),
    "readable by all": (f'KEY = "{LITERAL}"\n', 0o604, "chmod 600"),
    "no TOML": (f'KEY = {LITERAL}"\n', 0o600, "at line 1"),
    "not UTF-8": (b"KEY = '\xff'", 0o600, "not UTF-8"),
    "a table": (f'[mail]\nKEY = "{LITERAL}"\n', 0o600, "mail is no text"),
    "a number": ("KEY = 12345\n", 0o600, "KEY is no text"),
    "not there": (None, 0, "No such file"),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_of_secrets_that_cannot_be_used(cli: Cli, case: str) -> None:
    content, mode, said = FILES[case]
    path = Path("secrets.toml")
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        path.chmod(mode)
    run = made_run(Path("output"))
    answer = cli("share", run, "--to", "folder:shared", "--secrets", path)
    assert (answer.code, answer.out) == (1, "")
    assert "secrets.toml" in answer.error_line
    assert said in answer.error_line
    assert LITERAL not in answer.err
    assert not Path("shared").exists()


def test_what_is_no_run_is_not_shared(cli: Cli) -> None:
    run = made_run(Path("output"))
    assert "there is no such run" in cli("share", "output", "--to", "folder:shared").error_line
    assert "there is no such run" in cli("share", "nowhere", "--to", "folder:shared").error_line
    manifest = (run / "manifest.json").read_text()
    for damaged in ("{", "[]", '{"run": 3}', manifest.replace('"quickstart"', '"../up"')):
        (run / "manifest.json").write_text(damaged)
        answer = cli("share", run, "--to", "folder:shared")
        assert answer.code == 1
        assert "does not say which run this is" in answer.error_line
    (run / "manifest.json").write_text(manifest)
    for report in ("report.html", "report.pdf"):
        (run / report).unlink()
    assert "`reportgen render" in cli("share", run, "--to", "folder:shared").error_line
    assert not Path("shared").exists()


def test_records_that_are_damaged_are_not_summarized(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "key")
    run = made_run(Path("output"))
    (run / "results.csv").write_text("no,such\ntable")
    answer = cli("share", run, "--to", "json://me:${KEY}@127.0.0.1:1/")
    assert answer.code == 1
    assert "damaged" in answer.error_line


def test_a_target_is_needed(cli: Cli) -> None:
    answer = cli("share", made_run(Path("output")))
    assert answer.code == 2
    assert "--to" in answer.error_line


@given(
    secret=st.text(st.characters(exclude_categories=["C"], exclude_characters="*"), min_size=4, max_size=20),
    around=st.sampled_from(["", "\"'", "'"]),
)
def test_no_way_of_writing_a_secret_shows_it(secret: str, around: str) -> None:
    secrets = Secrets()
    secrets.remember(secret)
    said = around + secret + around
    plain, in_json, in_bytes = secret, json.dumps(secret)[1:-1], repr(secret.encode())[2:-1]
    for text in (said, repr(said), repr(said.encode()), json.dumps(said), quote(said), quote_plus(said)):
        hidden = secrets.hide(f"wrong password {text}.").replace("\\", "")
        for form in (plain, in_json, in_bytes, quote(secret), quote_plus(secret)):
            bare = form.replace("\\", "")
            assert len(bare) < 4 or bare not in hidden


# ---------------------------------------------------------------- links


@pytest.mark.parametrize("target", ["folder:shared", "zip:all.zip", "json://127.0.0.1:1/"])
@pytest.mark.parametrize("link", ["report.pdf", "records/experiment.toml", "records/more", "search.csv"])
def test_a_link_that_leads_out_of_the_run_is_not_followed(
    cli: Cli, tmp_path: Path, target: str, link: str
) -> None:
    run = made_run(Path("output"))
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "key").write_text(LITERAL)
    (run / link).unlink(missing_ok=True)
    outside = tmp_path / "private"
    (run / link).symlink_to(outside if link == "records/more" else outside / "key")
    answer = cli("share", run, "--to", target)
    assert answer.code == 1
    assert f"{link}: is a link that leads out of the run" in answer.error_line
    assert sorted(path.name for path in tmp_path.iterdir()) == ["output", "private"]


def test_a_link_within_the_run_is_what_it_points_to(cli: Cli) -> None:
    run = made_run(Path("output"))
    (run / "again.csv").symlink_to("results.csv")
    assert cli("share", run, "--to", "folder:shared").code == 0
    copy = Path("shared", run.parent.name, run.name, "again.csv")
    assert not copy.is_symlink()
    assert copy.read_bytes() == (run / "results.csv").read_bytes()


def test_a_link_that_somebody_put_into_a_shared_folder_is_not_followed(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key").write_text(LITERAL)
    run = made_run(Path("output"))
    later = made_run(Path("shared"), name="20270102-030405-abcdef")
    (later / "report.pdf").unlink()
    (later / "report.pdf").symlink_to(tmp_path / "key")

    def no_links(*_: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr("reportgen.delivery.share.shared_folder.point_link", no_links)
    answer = cli("share", run, "--to", "folder:shared")
    assert "report.pdf: is a link that leads out of the run" in answer.error_line
    assert not (later.parent / "latest").exists()
