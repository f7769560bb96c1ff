"""The full-text indexes of sentences and of documents: filled after loading, kept when things change.

They hold what is current in documents in use, and of those the ones up to a number that is kept beside them:
a large load stores first and indexes afterwards, in short steps (:func:`catch_up`). What became of a sentence
or a document later is told by the functions below, inside the transaction of that change.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from annotate.database import Database, json_list
from annotate.store.partners import list_ids

STEP = 2500  # sentences that one transaction indexes: some 40 ms, so that people's tags get their turn
# What the index takes for a word. Some vowel signs are letters to Python and separators to SQLite.
WORD = re.compile("[^\\W_\u19b0-\u19c0\u19c8\u19c9\u1cf2\u1cf3]+")
MOST_WORDS = 20  # of a query


def text_query(q: str) -> str:
    """Return a full-text query for all the words of `q`, whatever stands between; without any, for none."""
    words = WORD.findall(unicodedata.normalize("NFC", q))[:MOST_WORDS]
    return " ".join(f'"{word}"' for word in words) or '""'


def index_sentences(db: Database, ids: Iterable[int]) -> None:
    """Index sentences that have just become current."""
    db.write(
        """
        INSERT INTO sentence_search (rowid, text)
        SELECT s.id, s.text FROM json_each(:ids) AS wanted
        JOIN sentences AS s ON s.id = wanted.value
        WHERE s.document <= (SELECT reached FROM search_progress)
          AND NOT EXISTS (SELECT 1 FROM sentence_search_docsize AS i WHERE i.id = s.id)
        """,
        ids=json_list(ids),
    )


def forget_sentences(db: Database, ids: Iterable[int]) -> None:
    """Take sentences that are no longer current out of the index, while their text still stands."""
    db.write(
        """
        INSERT INTO sentence_search (sentence_search, rowid, text)
        SELECT 'delete', s.id, s.text FROM json_each(:ids) AS wanted
        JOIN sentences AS s ON s.id = wanted.value
        WHERE EXISTS (SELECT 1 FROM sentence_search_docsize AS i WHERE i.id = s.id)
        """,
        ids=json_list(ids),
    )


def rename_document(db: Database, number: int, title: str) -> None:
    """Index the title that a document is about to get, while the old one still stands."""
    if not db.value("SELECT 1 FROM document_search_docsize WHERE id = :number", number=number):
        return
    _forget_whole(db, number)
    db.write(
        """
        INSERT INTO document_search (rowid, title, text)
        SELECT :number, :title, text FROM texts WHERE document = :number
        """,
        number=number,
        title=title,
    )


def forget_document(db: Database, number: int) -> None:
    """Take a document that is withdrawn or superseded out of the indexes, while its text still stands."""
    forget_sentences(db, list_ids(db, number))
    _forget_whole(db, number)


def _forget_whole(db: Database, number: int) -> None:
    db.write(
        """
        INSERT INTO document_search (document_search, rowid, title, text)
        SELECT 'delete', d.number, d.title, t.text
        FROM documents AS d JOIN texts AS t ON t.document = d.number
        WHERE d.number = :number AND EXISTS (SELECT 1 FROM document_search_docsize WHERE id = :number)
        """,
        number=number,
    )


def rebuild(db: Database) -> None:
    """Make the indexes anew, so that no word of what was erased is left in them."""
    db.write("INSERT INTO sentence_search (sentence_search) VALUES ('rebuild')")
    db.write("INSERT INTO document_search (document_search) VALUES ('rebuild')")
    db.write("UPDATE search_progress SET reached = (SELECT coalesce(max(number), 0) FROM documents)")


def index_new(db: Database) -> int:
    """Index the next documents that are not yet, some :data:`STEP` sentences; return how many documents."""
    row = db.row(
        """
        WITH next AS (
            SELECT number, n_sentences FROM documents
            WHERE number > (SELECT reached FROM search_progress) ORDER BY number LIMIT :step
        ), summed AS (
            SELECT number, sum(n_sentences) OVER (ORDER BY number) AS total FROM next
        )
        SELECT coalesce(max(number) FILTER (WHERE total <= :step), min(number)) AS last,
            (SELECT reached FROM search_progress) AS reached
        FROM summed
        """,
        step=STEP,
    )
    if row is None or row["last"] is None:
        return 0
    span = {"reached": row["reached"], "last": row["last"]}
    db.write(
        """
        INSERT INTO sentence_search (rowid, text)
        SELECT id, text FROM searched_sentences WHERE document > :reached AND document <= :last
        """,
        **span,
    )
    db.write(
        """
        INSERT INTO document_search (rowid, title, text)
        SELECT number, title, text FROM searched_documents WHERE number > :reached AND number <= :last
        """,
        **span,
    )
    db.write("UPDATE search_progress SET reached = :last", last=span["last"])
    return int(span["last"] - span["reached"])


def count_unindexed(db: Database) -> int:
    """Count the documents that were stored and not yet indexed."""
    return int(
        db.value("SELECT count(*) FROM documents WHERE number > (SELECT reached FROM search_progress)")
    )


def catch_up(db: Database) -> Iterator[int]:
    """Index all that is not yet, in transactions of its own; tell after each how many documents it was."""
    while True:
        with db.transaction():
            n_indexed = index_new(db)
        db.leave_room()
        if not n_indexed:
            return
        yield n_indexed


def find_search_faults(db: Database) -> list[str]:
    """Tell whether the indexes hold as much as there is; what is in them is SQLite's own to check."""
    row = db.row(
        """
        SELECT (SELECT count(*) FROM sentence_search_docsize) AS sentences,
            (SELECT count(*) FROM document_search_docsize) AS documents,
            coalesce(sum(n_sentences), 0) AS all_sentences, count(*) AS all_documents
        FROM documents
        WHERE state NOT IN ('withdrawn', 'superseded') AND number <= (SELECT reached FROM search_progress)
        """
    )
    return [
        f"The search index has {row[name]} {name}, but there are {row['all_' + name]}."
        for name in ("sentences", "documents")
        if row is not None and row[name] != row["all_" + name]
    ]
