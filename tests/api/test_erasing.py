"""A takedown: whatever was typed about an article, in whatever record, is gone from the file."""

from collections.abc import Callable

from annotate.config import Settings
from annotate.database import Database
from annotate.store.documents import withdraw_document
from tests.client import Client

WORD = "Zyxwvut"
TEXT = f"{WORD} headline\n\nThe first of {WORD}. The second of {WORD}. The third of {WORD}.\n"
OTHER = "Another headline\n\nThe first of somebody else, and a long way off.\n"


def test_nothing_that_was_typed_about_an_article_outlives_its_erasing(
    add_story: Callable[..., str],
    alice: Client,
    bob: Client,
    carol: Client,
    db: Database,
    settings: Settings,
) -> None:
    one, other = add_story(TEXT, name="one.txt"), add_story(OTHER, name="other.txt")
    alice.tag_all(one, "claim", "claim", "claim", "quote")
    alice.tag_all(other, "claim", "claim")
    first, second, third, fourth = alice.sentences(one)
    decided = {"label": "claim", "reason": WORD}
    evidence = [{"reference": WORD, "title": WORD, "excerpt": WORD, "stance": "context"}]
    checked = {"status": "in_progress", "verdict": "mixed", "rationale": WORD, "evidence": evidence}
    plan = {"reviews_needed": 1, "priority": "high", "assigned": ["bob"], "closed": True, "reason": WORD}
    there = f"matches/{other}/{alice.sentences(other)[1]['start']}"
    for answer in (
        alice.tag(one, fourth, "quote", speaker=WORD, note=WORD, Idempotency_Key="k1"),
        carol.write(one, second, "decision", decided, version=1, Idempotency_Key="k2"),
        alice.verify(one, first, 0, **checked, attribution=None),
        alice.write(one, first, "comments", {"text": WORD}, Idempotency_Key="k3"),
        bob.write(one, first, "assignee", {"reviewer": "alice", "question": WORD}, Idempotency_Key="k4"),
        alice.write(one, third, there, {"relation": "same"}, Idempotency_Key="k5"),
        carol.write(one, third, there, {"relation": "same"}, Idempotency_Key="k6"),
        alice.split(one, alice.sentences(one)[2], 9, Idempotency_Key="k7"),
        alice.sign_off(one),
        carol.send("PUT", f"/documents/{one}/plan", plan, version=0, Idempotency_Key="k8"),
    ):
        assert answer.status_code in (200, 201), answer.text
    before = _count(db, settings)
    assert before > 20

    withdraw_document(db, one, reason="a court order", erase=True)
    db.forget_log()

    assert _count(db, settings) == 0
    assert alice.sentences(other)[1]["matches"] == []


def _count(db: Database, settings: Settings) -> int:
    """Count the word in all that is stored: every column of every table, and in the files as they are."""
    tables = [row[0] for row in db.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    n = 0
    for table in tables:
        for row in db.rows(f"SELECT * FROM {table}"):
            n += sum(str(value).lower().count(WORD.lower()) for value in tuple(row))
    files = settings.database.parent.glob(f"{settings.database.name}*")
    return n + sum(path.read_bytes().count(WORD.encode()) for path in files)
