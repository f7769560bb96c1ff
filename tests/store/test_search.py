"""The full-text index: what it finds, and that it follows every change."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Migrations

from annotate.checking import find_faults
from annotate.database import Database, find_damage, migrate, open_database
from annotate.migrations import MIGRATIONS
from annotate.store.documents import get_document, list_documents, withdraw_document
from annotate.store.search import (
    STEP,
    catch_up,
    count_unindexed,
    forget_document,
    forget_sentences,
    index_new,
    index_sentences,
)
from tests.client import Client

AddStory = Callable[..., str]


def found(db: Database, q: str, **wanted: object) -> list[str]:
    return [each.key.removeprefix("desk/") for each in list_documents(db, None, q=q, **wanted)]  # type: ignore[arg-type]


def sentences_with(db: Database, words: str) -> list[str]:
    rows = db.rows(
        """
        SELECT s.text FROM sentence_search AS f JOIN sentences AS s ON s.id = f.rowid
        WHERE f.sentence_search MATCH :words ORDER BY f.rowid
        """,
        words=words,
    )
    return [row["text"] for row in rows]


def is_whole(db: Database) -> bool:
    """Whether the indexes hold exactly what is current: SQLite compares them word by word."""
    with db.transaction():
        for table in ("sentence_search", "document_search"):
            db.write(f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)")
    return not find_faults(db)


def add(db: Database, text: str, add_story: AddStory, name: str = "a.txt") -> int:
    return get_document(db, add_story(text, name=name), None).number


# What is found


def test_a_document_is_found_by_words_of_its_text(db: Database, add_story: AddStory, alice: Client) -> None:
    add_story("Ferry late\n\nThe Kormoran left at nine.\n\nNobody in Älvsund complained.\n", name="a.txt")
    add_story("Ferry early\n\nThe Kormoran left at eight.\n", name="b.txt")

    assert found(db, "kormoran") == ["b.txt", "a.txt"]
    assert found(db, "KORMORAN nine") == ["a.txt"]
    assert found(db, "complained, late?") == ["a.txt"]  # words of different sentences
    assert found(db, "alvsund") == found(db, "A\u0308lvsund") == ["a.txt"]
    assert found(db, "kormoran early") == ["b.txt"]
    assert found(db, "korm") == []  # whole words only
    assert "Ferry late" in alice.get("/documents?q=nobody+in+alvsund").text
    assert len(alice.send("GET", "/documents?q=kormoran").get_json()["items"]) == 2


def test_titles_and_keys_are_still_found_by_any_part(db: Database, add_story: AddStory) -> None:
    add_story("Ferry late\n\nOne.\n", name="a_1%.txt")

    assert found(db, "erry la") == found(db, "_1%") == found(db, "desk/a") == ["a_1%.txt"]
    assert found(db, "x1%") == []


def test_lists_that_search_are_in_order_filtered_and_paged(db: Database, add_story: AddStory) -> None:
    for number in range(7):
        add_story(f"Story {number}\n\nThe common word.\n", name=f"{number}.txt")
    seen: list[str] = []
    before = None
    while page := list_documents(db, None, q="common", before=before, limit=3):
        seen += [each.title for each in page]
        before = page[-1].number

    assert seen == [f"Story {number}" for number in reversed(range(7))]
    assert found(db, "common", collection="elsewhere") == []
    assert found(db, "common", state="decided") == []
    assert len(found(db, "common", state="open", collection="desk")) == 7


@pytest.mark.parametrize(
    "q",
    ['"', '""', "*", "AND", "a AND", "NOT", "NEAR(a b)", "a:b", "text:a", "-a", "^a", "a*", "(", "{a}", "+",
     "'", "\\", "%", "a\u0301", "\u0301", "a\u19b0b", "日本", "😀", "mid-term", "x" * 200, "a " * 100],
)  # fmt: skip
def test_no_query_is_an_error(db: Database, add_story: AddStory, alice: Client, q: str) -> None:
    add_story("A mid-term\n\nOne and not near text.\n")

    list_documents(db, None, q=q)
    assert alice.http.get("/api/v1/documents", query_string={"q": q}).status_code == 200


# It follows every change


def test_what_is_withdrawn_leaves_the_index(db: Database, add_story: AddStory) -> None:
    document = add_story("Ferry\n\nThe Kormoran left.\n", name="a.txt")
    add_story("Ferry\n\nThe Kormoran stayed.\n", name="b.txt")

    withdraw_document(db, document, reason="r", erase=False)
    withdraw_document(db, document, reason="r", erase=True)

    assert found(db, "kormoran") == ["b.txt"]
    assert sentences_with(db, "kormoran") == ["The Kormoran stayed."]
    assert is_whole(db)


def test_the_words_of_what_is_erased_are_gone_from_the_index_itself(
    db: Database, add_story: AddStory
) -> None:
    document = add_story("Ferry\n\nThe zanzibarwood sank.\n", name="a.txt")
    add_story("Ferry\n\nNothing sank.\n", name="b.txt")
    tables = ("sentence_search_data", "document_search_data")
    blobs = [f"SELECT count(*) FROM {table} WHERE instr(block, x'7a616e7a6962') > 0" for table in tables]
    assert all(db.value(sql) for sql in blobs)

    withdraw_document(db, document, reason="r", erase=True)

    assert not any(db.value(sql) for sql in blobs)


def test_a_document_that_is_forgotten_is_not_found(db: Database, add_story: AddStory) -> None:
    number = add(db, "Ferry\n\nThe Kormoran left.\n", add_story)
    for _ in range(2):  # each may be called when there is nothing to do
        with db.transaction():
            forget_document(db, number)
            forget_document(db, number)
        assert found(db, "kormoran") == []


def test_mended_sentences_are_exchanged(db: Database, add_story: AddStory) -> None:
    number = add(db, "Ferry\n\nThe Kormoran left and the Heron stayed.\n", add_story)
    old = db.row("SELECT id, start, stop FROM sentences WHERE text LIKE 'The Korm%'")
    with db.transaction():  # a split, as the store does it
        forget_sentences(db, [old["id"]])
        db.write("UPDATE sentences SET is_current = 0 WHERE id = :id", id=old["id"])
        new = [
            db.write(
                """
                INSERT INTO sentences (document, start, stop, block, text)
                VALUES (:number, :start, :stop, 'paragraph', :text) RETURNING id
                """,
                number=number,
                start=old["start"] + at,
                stop=old["start"] + at + len(text),
                text=text,
            )[0]["id"]
            for at, text in ((0, "The Kormoran left"), (18, "and the Heron stayed."))
        ]
        db.write("UPDATE documents SET n_sentences = n_sentences + 1 WHERE number = :number", number=number)
        index_sentences(db, new)

    assert sentences_with(db, "kormoran") == ["The Kormoran left"]
    assert sentences_with(db, "heron") == ["and the Heron stayed."]
    assert is_whole(db)


def test_a_large_load_is_indexed_afterwards_in_steps(db: Database, add_story: AddStory) -> None:
    with db.transaction():
        db.write("UPDATE search_progress SET reached = 1000000")  # as if a load were under way
    long = "Ferry\n\n" + "The Kormoran left.\n\n" * (STEP + 1)
    for number in range(3):
        add_story(long, name=f"{number}.txt")
    _, withdrawn, _ = (row[0] for row in db.rows("SELECT number FROM documents ORDER BY number"))
    with db.transaction():
        db.write("UPDATE search_progress SET reached = 0")
        assert count_unindexed(db) == 3
        forget_sentences(db, [db.value("SELECT min(id) FROM sentences")])
        index_sentences(db, [db.value("SELECT min(id) FROM sentences")])
        db.write("UPDATE documents SET state = 'withdrawn' WHERE number = :n", n=withdrawn)
    assert found(db, "kormoran") == []

    assert list(catch_up(db)) == [1, 1, 1]
    assert list(catch_up(db)) == []

    assert found(db, "kormoran") == ["2.txt", "0.txt"]
    with db.transaction():
        assert index_new(db) == 0
        db.write("UPDATE documents SET state = 'superseded' WHERE number = :n", n=withdrawn)
    assert is_whole(db)


# Layout and check


def test_check_tells_of_an_index_that_lacks_something(db: Database, add_story: AddStory) -> None:
    number = add(db, "Ferry\n\nThe Kormoran left.\n", add_story)
    with db.transaction():
        forget_document(db, number)

    assert find_faults(db) == [
        "The search index has 0 sentences, but there are 2.",
        "The search index has 0 documents, but there are 1.",
    ]


def test_check_tells_of_an_index_that_is_damaged(db: Database, add_story: AddStory) -> None:
    add_story("Ferry\n\nThe Kormoran left.\n")
    assert find_damage(db.path, quick=False) == []
    with db.transaction():
        db.write("UPDATE sentence_search_data SET block = x'00' WHERE id > 1000")

    assert find_damage(db.path, quick=False)


def test_what_was_loaded_before_there_was_an_index_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    older = Migrations("annotate")
    older._migrations = [each for each in MIGRATIONS._migrations if each.name == "m0001_foundation"]
    migrate(path, tmp_path, older)
    db = open_database(path, older)
    with db.transaction():
        for number, state in ((1, "open"), (2, "withdrawn")):
            db.write(
                """
                INSERT INTO documents (number, id, key, revision, collection, title, sha256, source_sha256,
                    segmenter, state, reviews_needed, n_sentences, loaded_at, last_event)
                VALUES (:number, :number, :number || '.txt', 1, 'c', 'Ferry', '', '', '', :state, 1, 1, '', 0)
                """,
                number=number,
                state=state,
            )
            db.write("INSERT INTO texts VALUES (:n, 'The Kormoran left.', '[]')", n=number)
            db.write(
                "INSERT INTO sentences VALUES (NULL, :n, 0, 18, 'paragraph', 'The Kormoran left.', 1)",
                n=number,
            )

    migrate(path, tmp_path)

    assert found(open_database(path), "kormoran") == ["1.txt"]
    assert count_unindexed(open_database(path)) == 0


@pytest.mark.parametrize("act", [index_sentences, forget_sentences])
def test_the_work_follows_what_is_asked_for_and_not_the_size_of_the_index(
    db: Database, monkeypatch: pytest.MonkeyPatch, act: Callable[[Database, list[int]], None]
) -> None:
    written: list[str] = []
    monkeypatch.setattr(db, "write", lambda sql, **values: written.append(sql))

    act(db, [1])

    plan = " ".join(row["detail"] for row in db.rows("EXPLAIN QUERY PLAN " + written[0], ids="[1]"))
    assert "SCAN wanted" in plan
    assert "SEARCH s USING INTEGER PRIMARY KEY" in plan
    assert "SCAN i" not in plan
