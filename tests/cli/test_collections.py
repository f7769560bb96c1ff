"""``collections``, and what ``reviewers`` does with links, limits and sessions."""

import re

import pytest

from annotate.database import Database
from annotate.store.collections import get_collection
from tests.cli.conftest import PASSWORD, Shell
from tests.client import Client

LINK = re.compile(r"^/welcome/[\w-]{43}$", re.MULTILINE)


def test_somebody_is_added_with_a_link_instead_of_a_password(shell: Shell, stranger: Client) -> None:
    printed = shell.ok("reviewers", "add", "erin", "--role", "editor", "--link")
    found = LINK.search(printed)
    assert found

    assert stranger.get(found[0]).status_code == 302
    assert "Welcome, erin" in stranger.get("/welcome").text
    assert stranger.post("/welcome", new_password=PASSWORD, again=PASSWORD).status_code == 302


def test_a_link_is_printed_whole_where_the_settings_say_who_we_are(shell: Shell) -> None:
    assert LINK.fullmatch(shell.ok("reviewers", "link", "alice").strip())
    host = {"ANNOTATE_TRUSTED_HOSTS": ".example.org, desk.example.org", "ANNOTATE_HTTPS": "1"}
    assert shell.ok("reviewers", "link", "ALICE", **host).startswith("https://desk.example.org/welcome/")


def test_links_that_cannot_be_are_refused_in_one_line(shell: Shell) -> None:
    shell.ok("reviewers", "disable", "bob")

    assert "disabled" in shell.fails("reviewers", "link", "bob")
    assert "nobody" in shell.fails("reviewers", "link", "nobody")
    both = ["reviewers", "add", "erin", "--role", "editor", "--link", "--password-stdin"]
    assert "not both" in shell.fails(*both, code=2, stdin="x\n")


def test_sessions_are_listed_and_ended(shell: Shell, alice: Client, bob: Client) -> None:
    (line,) = shell.ok("reviewers", "sessions", "alice").splitlines()
    assert re.fullmatch(r"since 2\S+Z\tlast seen 2\S+Z", line)

    assert shell.ok("reviewers", "sessions", "alice", "--end") == "1 session of alice ended.\n"

    assert alice.get("/").status_code == 302
    assert bob.get("/").status_code == 200
    assert shell.ok("reviewers", "sessions", "alice") == ""


def test_a_collection_is_set_option_by_option_and_the_rest_stays(
    shell: Shell, db: Database, story: str, tmp_path: object
) -> None:
    shell.ok("collections", "set", "leaks", "--limit-to", "bob", "--limit-to", "ALICE", "--reviews", "3")
    shell.ok("collections", "set", "leaks", "--guidelines", "-", stdin="# Tag\r\n\r\nclaims\n")
    leaks = get_collection(db, "leaks")
    assert (leaks.people, leaks.reviews_needed, leaks.guidelines) == (("alice", "bob"), 3, "# Tag\n\nclaims")
    assert shell.ok("collections", "list").splitlines() == [
        "desk\t1 document\tN as set\teverybody\tno guidelines",
        "leaks\t0 documents\tN = 3\talice, bob\tguidelines",
    ]

    shell.ok("collections", "set", "leaks", "--limit-to-admins", "--reviews-default", "--no-guidelines")
    assert shell.ok("collections", "list").splitlines()[1] == (
        "leaks\t0 documents\tN as set\tadmins alone\tno guidelines"
    )
    shell.ok("collections", "set", "leaks", "--open")
    assert get_collection(db, "leaks").people is None


def test_somebody_is_let_into_limited_collections(shell: Shell, db: Database) -> None:
    shell.ok("collections", "set", "leaks", "--limit-to", "bob")
    shell.ok("collections", "set", "court", "--limit-to-admins")

    shell.ok("reviewers", "limit", "alice", "leaks", "court")
    assert get_collection(db, "leaks").people == ("alice", "bob")
    assert shell.ok("reviewers", "limit", "alice") == "Of the limited collections, alice sees none.\n"
    assert get_collection(db, "court").people == ()
    assert "not limited" in shell.fails("reviewers", "limit", "alice", "city")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["leaks", "--open", "--limit-to", "bob"], 2),
        (["leaks", "--reviews", "2", "--reviews-default"], 2),
        (["leaks", "--reviews", "0"], 2),
        (["leaks", "--limit-to", "zed"], 1),
        (["leaks", "--guidelines", "/nowhere/at/all.md"], 1),
        ([" leaks", "--open"], 1),
        (["le\naks", "--open"], 1),
        (["", "--open"], 1),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line_and_nothing_changes(
    shell: Shell, db: Database, words: list[str], code: int
) -> None:
    shell.fails("collections", "set", *words, code=code)

    assert db.value("SELECT count(*) FROM collections") == 0


def test_guidelines_that_are_no_text_are_refused(shell: Shell, db: Database) -> None:
    for stdin in (b"\xff\xfe", b"a\0b", b"x" * 20_001):
        shell.fails("collections", "set", "leaks", "--reviews", "2", "--guidelines", "-", stdin=stdin)
    assert db.value("SELECT count(*) FROM collections") == 0
