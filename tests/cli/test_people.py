"""``reviewers`` and ``tokens``."""

import re
from datetime import UTC, datetime

import pytest

from annotate.database import Database
from annotate.store.reviewers import find_password_hash
from annotate.store.tokens import find_bearer
from tests.cli.conftest import PASSWORD, Shell, dump
from tests.client import Client

TAKEN = "correct horse battery"  # the cast's


def add(shell: Shell, name: str, password: str = PASSWORD, role: str = "reviewer") -> str:
    return shell.ok("reviewers", "add", name, "--role", role, "--password-stdin", stdin=f"{password}\n")


def refuse(shell: Shell, name: str, password: str = PASSWORD) -> str:
    return shell.fails(
        "reviewers", "add", "--role", "reviewer", "--password-stdin", "--", name, stdin=f"{password}\n"
    )


def names(shell: Shell) -> list[str]:
    return [line.split("\t")[0] for line in shell.ok("reviewers", "list").splitlines()]


@pytest.mark.parametrize("role", ["reviewer", "editor", "admin"])
def test_somebody_who_was_added_can_sign_in_at_once(shell: Shell, stranger: Client, role: str) -> None:
    assert add(shell, "Zoë Łęcka", role=role) == f"Added Zoë Łęcka, {role}.\n"

    assert stranger.sign_in("zoë łęcka", PASSWORD).status_code == 302
    assert f"Zoë Łęcka\t{role}\tactive\tsince 2" in shell.ok("reviewers", "list")


def test_a_password_is_asked_for_twice_and_not_shown(shell: Shell, stranger: Client) -> None:
    printed = shell.ok("reviewers", "add", "erin", "--role", "reviewer", stdin=f"{PASSWORD}\n{PASSWORD}\n")

    assert PASSWORD not in printed
    assert stranger.sign_in("erin", PASSWORD).status_code == 302


def test_two_different_passwords_are_asked_for_again(shell: Shell, stranger: Client) -> None:
    typed = f"{PASSWORD}\nsomething else\n{PASSWORD}\n{PASSWORD}\n"

    shell.run("reviewers", "add", "erin", "--role", "reviewer", stdin=typed)

    assert stranger.sign_in("erin", PASSWORD).status_code == 302


def test_no_password_at_the_prompt_adds_nobody(shell: Shell) -> None:
    result = shell.run("reviewers", "add", "erin", "--role", "reviewer", stdin="")

    assert result.exit_code == 1
    assert "--password-stdin" in result.stderr.splitlines()[-1]
    assert "erin" not in names(shell)


@pytest.mark.parametrize("end", ["\n", "\r\n", "", "\nwhatever follows\n"])
def test_a_password_from_standard_input_is_its_first_line(shell: Shell, stranger: Client, end: str) -> None:
    password = "  a secret with spaces  "
    shell.ok("reviewers", "add", "erin", "--role", "reviewer", "--password-stdin", stdin=password + end)

    assert stranger.sign_in("erin", password).status_code == 302


def test_a_long_password_is_kept_whole(shell: Shell, stranger: Client) -> None:
    password = "ünï©ode 🔑 " * 20
    add(shell, "erin", password.strip())

    assert stranger.sign_in("erin", password.strip()[:-1]).status_code == 403
    assert stranger.sign_in("erin", password.strip()).status_code == 302


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short",
        "1234567",
        "password",
        "Password1",
        "12345678",
        "qwertyuiop",
        "zzzzzzzzzz",
        "erin-longname",
    ],
)
def test_a_weak_password_is_refused(shell: Shell, password: str) -> None:
    message = refuse(shell, "Erin-LongName", password)

    assert not password or f"'{password}'" not in message
    assert "Erin-LongName" not in names(shell)


def test_an_endless_password_is_refused(shell: Shell) -> None:
    assert "at most" in refuse(shell, "erin", "x y" * 1000)


@pytest.mark.parametrize("name", ["alice", "ALICE", "Alice", "ａｌｉｃｅ"])
def test_a_name_is_taken_however_it_is_written(shell: Shell, name: str) -> None:
    assert "already" in refuse(shell, name)
    assert names(shell) == ["alice", "bob", "carol", "dana"]


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        " erin",
        "erin ",
        "e" * 65,
        "erin\n",
        "er\x1b[31min",
        "er\tin",
        "er\x00in",
        "er\u202ein",
        "\x7f",
    ],
)
def test_a_name_that_cannot_be_printed_is_refused(shell: Shell, name: str) -> None:
    refuse(shell, name)

    assert len(names(shell)) == 4


def test_a_name_may_look_like_an_option_or_like_code(shell: Shell) -> None:
    for name in ("-x", "<script>alert(1)</script>", "Robert'); DROP TABLE reviewers;--", "🦊"):
        shell.ok(
            "reviewers", "add", "--role", "reviewer", "--password-stdin", "--", name, stdin=f"{PASSWORD}\n"
        )
        assert name in names(shell)


def test_a_changed_password_ends_sessions_and_the_old_password(
    shell: Shell, alice: Client, stranger: Client
) -> None:
    shell.ok("reviewers", "password", "ALICE", "--password-stdin", stdin=f"{PASSWORD}\n")

    assert alice.send("GET", "/documents").status_code == 401
    assert stranger.sign_in("alice", TAKEN).status_code == 403
    assert stranger.sign_in("alice", PASSWORD).status_code == 302


def test_a_changed_password_can_come_from_the_prompt(shell: Shell, stranger: Client) -> None:
    printed = shell.ok("reviewers", "password", "alice", stdin=f"{PASSWORD}\n{PASSWORD}\n")

    assert PASSWORD not in printed
    assert stranger.sign_in("alice", PASSWORD).status_code == 302


def test_a_weak_new_password_changes_nothing(shell: Shell, db: Database) -> None:
    before = find_password_hash(db, "alice")

    for password in ("", "short", "alicealice"[:5], "password1"):
        shell.fails("reviewers", "password", "alice", "--password-stdin", stdin=f"{password}\n")

    assert find_password_hash(db, "alice") == before


def test_a_role_can_be_changed_and_ends_sessions(shell: Shell, alice: Client) -> None:
    assert shell.ok("reviewers", "set-role", "alice", "editor") == "alice is now editor.\n"

    assert "alice\teditor\tactive" in shell.ok("reviewers", "list")
    assert alice.send("GET", "/documents").status_code == 401


def test_somebody_disabled_is_kept_out_until_enabled(shell: Shell, alice: Client, stranger: Client) -> None:
    shell.ok("reviewers", "disable", "alice")
    shell.ok("reviewers", "disable", "alice")

    assert "alice\treviewer\tdisabled" in shell.ok("reviewers", "list")
    assert alice.send("GET", "/documents").status_code == 401
    assert stranger.sign_in("alice", TAKEN).status_code == 403

    shell.ok("reviewers", "enable", "alice")

    assert "alice\treviewer\tactive" in shell.ok("reviewers", "list")
    assert stranger.sign_in("alice", TAKEN).status_code == 302


def test_the_last_active_admin_stays(shell: Shell) -> None:
    for words in (["disable", "dana"], ["set-role", "dana", "editor"], ["set-role", "DANA", "reviewer"]):
        assert "last active admin" in shell.fails("reviewers", *words)

    assert "dana\tadmin\tactive" in shell.ok("reviewers", "list")


def test_a_disabled_admin_does_not_count_as_one(shell: Shell) -> None:
    add(shell, "erin", role="admin")
    shell.ok("reviewers", "disable", "dana")

    assert "last active admin" in shell.fails("reviewers", "disable", "erin")


@pytest.mark.parametrize("words", [["disable"], ["enable"], ["password"], ["set-role"]], ids=" ".join)
@pytest.mark.parametrize("name", ["nobody", "no\x1b[31mbody", "no\nbody"])
def test_an_unknown_name_is_told_and_harmless(shell: Shell, words: list[str], name: str) -> None:
    role = ["editor"] if words == ["set-role"] else []

    assert "nobody" in shell.fails("reviewers", *words, name, *role) or name != "nobody"


def test_acts_of_administration_are_in_the_history_without_secrets(shell: Shell, db: Database) -> None:
    add(shell, "erin")
    shell.ok("reviewers", "set-role", "erin", "editor")
    shell.ok("reviewers", "password", "erin", "--password-stdin", stdin="another long secret\n")
    shell.ok("tokens", "add", "desk", "--for", "erin", "--scope", "read")
    shell.ok("tokens", "revoke", "desk", "--for", "erin")
    shell.ok("reviewers", "disable", "erin")
    shell.ok("reviewers", "enable", "erin")

    acts = [
        row["act"] for row in db.rows("SELECT act, now FROM events WHERE now LIKE '%erin%' ORDER BY number")
    ]

    assert acts == [
        "reviewer_added",
        "role_changed",
        "password_changed",
        "token_added",
        "token_revoked",
        "reviewer_disabled",
        "reviewer_enabled",
    ]
    assert PASSWORD not in dump(db)
    assert "another long secret" not in dump(db)


def add_token(shell: Shell, *options: str, name: str = "desk", scope: str = "read") -> str:
    printed = shell.ok("tokens", "add", name, "--for", "alice", "--scope", scope, *options)
    assert re.fullmatch(r"annotate_[\w-]{43}\n", printed)
    return printed.strip()


def test_a_token_is_shown_once_and_not_kept(shell: Shell, db: Database) -> None:
    secret = add_token(shell)

    assert find_bearer(db, secret)
    assert secret not in shell.ok("tokens", "list")
    assert secret not in dump(db)
    for path in shell.instance.iterdir():
        assert secret.encode() not in path.read_bytes()
        assert secret.removeprefix("annotate_").encode() not in path.read_bytes()


def test_a_read_token_reads_and_a_write_token_writes(shell: Shell, stranger: Client, story: str) -> None:
    bearers = {scope: f"Bearer {add_token(shell, name=scope, scope=scope)}" for scope in ("read", "write")}
    sentence = stranger.send("GET", f"/documents/{story}", Authorization=bearers["read"]).json["sentences"][0]

    statuses = {
        scope: stranger.tag(story, sentence, "claim", Authorization=bearer).status_code
        for scope, bearer in bearers.items()
    }

    assert statuses == {"read": 403, "write": 200}


def test_a_token_lives_as_long_as_was_said(shell: Shell, db: Database) -> None:
    secret = add_token(shell, "--days", "30")
    (line,) = shell.ok("tokens", "list").splitlines()
    end = datetime.strptime(line.rsplit("until ", 1)[1], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert 29 <= (end - datetime.now(UTC)).days <= 30

    with db.transaction():
        db.write("UPDATE tokens SET expires_at = '2001-01-01T00:00:00Z'")

    assert find_bearer(db, secret) is None


def test_tokens_are_listed_with_their_ends(shell: Shell) -> None:
    add_token(shell, name="one")
    add_token(shell, name="two", scope="write")
    shell.ok("tokens", "revoke", "two", "--for", "Alice")

    one, two = (line.split("\t") for line in shell.ok("tokens", "list").splitlines())

    assert one[:3] == ["alice", "one", "read"]
    assert one[4] == "until revoked"
    assert two[:3] == ["alice", "two", "write"]
    assert two[4].startswith("revoked 2")


def test_a_revoked_token_ends_at_once_and_its_name_is_free(shell: Shell, stranger: Client) -> None:
    bearer = f"Bearer {add_token(shell)}"
    assert stranger.send("GET", "/documents", Authorization=bearer).status_code == 200

    shell.ok("tokens", "revoke", "desk", "--for", "alice")

    assert stranger.send("GET", "/documents", Authorization=bearer).status_code == 401
    assert "no token called desk" in shell.fails("tokens", "revoke", "desk", "--for", "alice")
    add_token(shell)


def test_a_token_dies_with_its_owner_and_does_not_rise(shell: Shell, db: Database) -> None:
    secret = add_token(shell)

    shell.ok("reviewers", "disable", "alice")
    assert find_bearer(db, secret) is None
    shell.ok("reviewers", "enable", "alice")

    assert find_bearer(db, secret) is None


def test_a_token_that_makes_no_sense_is_refused(shell: Shell) -> None:
    add_token(shell)
    shell.ok("reviewers", "disable", "bob")

    assert "already has" in shell.fails("tokens", "add", "desk", "--for", "alice", "--scope", "write")
    assert "disabled" in shell.fails("tokens", "add", "desk", "--for", "bob", "--scope", "read")
    assert "nobody" in shell.fails("tokens", "add", "desk", "--for", "nobody", "--scope", "read")
    assert "nobody" in shell.fails("tokens", "revoke", "desk", "--for", "nobody")
    shell.fails("tokens", "add", "de\nsk", "--for", "alice", "--scope", "read")
    assert len(shell.ok("tokens", "list").splitlines()) == 1
