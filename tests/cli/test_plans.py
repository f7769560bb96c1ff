"""``seeds plan``, and how many reviews what is loaded needs."""

from pathlib import Path

from annotate.checking import find_faults
from annotate.database import Database
from annotate.store.collections import limit_collection
from annotate.store.queue import take_next
from annotate.store.reviewers import get_reviewer
from tests.cli.conftest import Shell
from tests.cli.test_seeds import list_ids


def test_a_document_is_planned_closed_and_reopened(shell: Shell, story: str, db: Database) -> None:
    assert shell.ok("seeds", "plan", story).splitlines() == [
        "reviews needed: 1",
        "priority: normal",
        "assigned: -",
        "closed: -",
    ]
    words = ("--assign", "bob", "--assign", "ALICE", "--priority", "high", "--reviews", "2")
    told = shell.ok("seeds", "plan", story, *words, "--close", "No longer news.")
    assert told.splitlines() == [
        "reviews needed: 2",
        "priority: high",
        "assigned: alice, bob",
        "closed: No longer news.",
    ]
    assert shell.ok("seeds", "list").split("\t")[1] == "closed"
    told = shell.ok("seeds", "plan", story, "--unassign", "Bob", "--reopen")
    assert told.splitlines()[2:] == ["assigned: alice", "closed: -"]
    assert shell.ok("seeds", "list").split("\t")[1] == "open"
    assert find_faults(db) == []


def test_what_cannot_be_planned_is_said_in_one_line(shell: Shell, story: str) -> None:
    assert "nobody called eve" in shell.fails("seeds", "plan", story, "--assign", "eve")
    assert "no such document" in shell.fails("seeds", "plan", "nope", "--priority", "low")
    assert "reason" in shell.fails("seeds", "plan", story, "--close", " ")
    assert "reason" in shell.fails("seeds", "plan", story, "--close", "x", "--reopen")
    shell.fails("seeds", "plan", story, "--priority", "soon", code=2)
    shell.fails("seeds", "plan", story, "--reviews", "0", code=2)


def test_n_is_the_collections_unless_the_command_says_another(shell: Shell, desk: Path, db: Database) -> None:
    limit_collection(db, "city", None)
    with db.transaction():
        db.write("UPDATE collections SET reviews_needed = 3 WHERE name = 'city'")
    for name in "abc":
        (desk / f"{name}.txt").write_text(f"Number {name}.\n", "utf-8")

    shell.ok("seeds", "load", desk / "a.txt", "--collection", "city")
    shell.ok("seeds", "load", desk / "b.txt", "--collection", "city", "--reviews", "2")
    shell.ok("seeds", "load", desk / "c.txt", "--collection", "town", ANNOTATE_REVIEWS_PER_DOCUMENT="4")

    needed = {each: shell.ok("seeds", "plan", each).splitlines()[0][-1] for each in list_ids(shell)}
    assert list(needed.values()) == ["4", "2", "3"]


def test_a_revision_keeps_the_plan_and_what_is_closed_stays_closed(
    shell: Shell, desk: Path, db: Database
) -> None:
    article = desk / "a.txt"
    article.write_text("The bridge was closed.\n\nA ferry takes over.\n", "utf-8")
    shell.ok("seeds", "load", article)
    (old,) = list_ids(shell)
    shell.ok("seeds", "plan", old, "--assign", "bob", "--priority", "low", "--close", "Off the list.")

    article.write_text("The bridge was closed.\n\nA new ferry takes over.\n", "utf-8")
    shell.ok("seeds", "load", article)

    (new,) = list_ids(shell)
    assert new != old
    assert shell.ok("seeds", "plan", new).splitlines()[1:] == [
        "priority: low",
        "assigned: bob",
        "closed: Off the list.",
    ]
    assert "newer revision" in shell.fails("seeds", "plan", old, "--reopen")
    shell.ok("seeds", "plan", new, "--reopen")
    lease = take_next(db, get_reviewer(db, "bob")).lease
    assert lease
    assert lease.document.id == new
    assert find_faults(db) == []
    shell.ok("seeds", "plan", new, "--close", "The mayor asked.")
    shell.ok("seeds", "withdraw", new, "--reason", "legal", "--erase")
    assert db.value("SELECT count(*) FROM documents WHERE closed_reason IS NOT NULL") == 0
