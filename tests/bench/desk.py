"""How fast the verification desk answers in a large database: ``python -m tests.bench.desk [DOCUMENTS]``.

By default 10,000 documents of 30 sentences; half of them are claims, a tenth quotes, one in twenty of
those has been worked on. Each view is read some times in turn; what is told is the median of the processor's
time, in ms, against the reach: machines that others use as well tell nothing by the clock.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from annotate.database import Database, migrate, open_database
from annotate.desk import wanted
from annotate.store.desk import count_checks, list_checks
from annotate.store.reviewers import add_reviewer, get_reviewer
from annotate.store.search import rebuild

ROUNDS = 7
REACH = 100  # ms, for the list and its counts together
SENTENCES = 30  # of a document
VIEWS = {
    "all": {},
    "unchecked": {"status": "unchecked"},
    "unchecked, oldest first": {"status": "unchecked", "sort": "oldest"},
    "in progress": {"status": "in_progress"},
    "settled": {"status": "settled"},
    "suspended": {"status": "suspended"},
    "one collection of ten, second look": {"collection": "c3", "status": "second_look"},
    "quotes": {"label": "quote"},
    "verdict false": {"verdict": "false"},
    "a speaker": {"speaker": "Speaker 17"},
    "a person": {"person": "alice"},
    "unchanged for a week": {"age": "7"},
    "a common word": {"q": "council"},
    "a rare word": {"q": "rare77"},
}
FIELDS = ("status", "verdict", "label", "collection", "speaker", "person", "age", "q", "sort")


def stock(db: Database, n_documents: int) -> None:
    """Fill a database in the ways of the tables alone: loading would take minutes."""
    numbers = {"n": n_documents, "last": SENTENCES - 1}
    with db.transaction():
        db.write(
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :n)
            INSERT INTO documents (number, id, key, revision, collection, title, sha256, source_sha256,
                segmenter, state, reviews_needed, n_sentences, loaded_at, last_event)
            SELECT i, printf('%016x', i), 'k' || i, 1, 'c' || (i % 10), 'Article ' || i, '', '', '',
                'decided', 1, 30,
                strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-' || (60 - 60 * i / :n) || ' days'), 1
            FROM n
            """,
            **numbers,
        )
        db.write("INSERT INTO texts (document, text, blocks) SELECT number, 'council', '[]' FROM documents")
        db.write(
            """
            WITH RECURSIVE s (j) AS (SELECT 0 UNION ALL SELECT j + 1 FROM s WHERE j < :last)
            INSERT INTO sentences (document, start, stop, block, text)
            SELECT number, j * 100, j * 100 + 90, 'paragraph',
                'The council said on day ' || number || ' that bridge ' || j || ' would be closed'
                || ' until further notice' || CASE WHEN number = 77 THEN ' rare77' ELSE '' END
            FROM documents, s
            """,
            last=SENTENCES - 1,
        )
        db.write(
            """
            INSERT INTO decisions (sentence_id, label, speaker, decided_by, in_dispute, version, at)
            SELECT s.id, CASE WHEN s.start / 100 % 2 THEN 'claim'
                    WHEN s.start % 1000 = 0 THEN 'quote' ELSE 'none' END,
                CASE WHEN s.start % 1000 = 0 THEN 'Speaker ' || (s.document % 1000) END,
                'review', 0, 1, d.loaded_at
            FROM sentences AS s JOIN documents AS d ON d.number = s.document
            """
        )
        db.write(
            """
            INSERT INTO verifications (sentence_id, label, text, status, verdict, evidence, proposed_by,
                checked_by, is_suspended, version, at)
            SELECT c.sentence_id, c.label, '', CASE c.sentence_id / 40 % 8 WHEN 1 THEN 'in_progress'
                    WHEN 3 THEN 'second_look' ELSE 'settled' END,
                CASE WHEN c.sentence_id / 40 % 50 = 0 THEN 'false' ELSE 'verified' END, '[]', 1, 1,
                c.sentence_id / 40 % 200 = 1, 1, c.at
            FROM decisions AS c WHERE c.label IN ('claim', 'quote') AND c.sentence_id % 40 IN (0, 1, 11)
            """
        )
        db.write(
            """
            UPDATE documents SET
                n_decided = 30,
                n_checkable = t.n, n_unchecked = t.n - t.touched, n_settled = t.settled
            FROM (
                SELECT s.document, count(*) AS n, coalesce(sum(v.is_suspended = 0), 0) AS touched,
                    coalesce(sum(v.is_suspended = 0 AND v.status = 'settled'), 0) AS settled
                FROM sentences AS s
                JOIN decisions AS c ON c.sentence_id = s.id AND c.label IN ('claim', 'quote')
                LEFT JOIN verifications AS v ON v.sentence_id = s.id GROUP BY s.document
            ) AS t WHERE t.document = documents.number
            """
        )
        rebuild(db)


def median_ms(act: Callable[[], object]) -> float:
    """Return what an act takes in the middle of some times, in ms."""
    times = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        act()
        times.append(1000 * (time.process_time() - begun))
    return statistics.median(times)


def measure(db: Database) -> None:
    """Print a line for each view."""
    reader = get_reviewer(db, "alice")
    print(f"{'view':36} {'list':>8} {'counts':>8}   reach {REACH} ms")
    for name, fields in VIEWS.items():
        asked = wanted(**dict.fromkeys(FIELDS) | fields)
        n = len(list_checks(db, reader, asked, cursor=None, limit=50).checks)
        listing = median_ms(lambda: list_checks(db, reader, asked, cursor=None, limit=50))  # noqa: B023
        counting = median_ms(lambda: count_checks(db, reader, asked))  # noqa: B023
        is_good = "yes" if listing + counting <= REACH else "NO"
        print(f"{name:36} {listing:8.1f} {counting:8.1f}   {is_good:3}  ({n} listed)")


def main() -> None:
    """Make a database of its own, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("documents", nargs="?", type=int, default=10_000)
    n_documents = parser.parse_args().documents
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "annotate.db"
        migrate(path, Path(folder))
        db = open_database(path)
        add_reviewer(db, name="alice", role="reviewer", password="correct horse battery")
        stock(db, n_documents)
        print(f"{n_documents:,} documents, {n_documents * SENTENCES:,} sentences")
        measure(db)


if __name__ == "__main__":
    main()
