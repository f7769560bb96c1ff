"""What the queue costs when much waits: ``python -m tests.bench.queue [DOCUMENTS]``.

The yardstick is to sort all that waits for somebody, which is what the queue would do without its turns.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from annotate.database import Database, migrate, open_database
from annotate.store.clock import seconds
from annotate.store.places import renew_places
from annotate.store.queue import find_next, get_progress, list_queue, take_next
from annotate.store.reviewers import Person, get_reviewer

ROUNDS = 15  # of which the best counts: noise only adds
PEOPLE = 12


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("documents", nargs="?", type=int, default=100_000)
    n = options.parse_args().documents
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "annotate.db"
        migrate(path, Path(name))
        db = open_database(path)
        furnish(db, n)
        head = "".join(f"{each:>7}" for each in ("list", "next", "take", "count", "sort"))
        print(f"{f'ms, {n:,} open documents':44}{head}")
        for what, change in SITUATIONS.items():
            change(db, n)
            for who in ("p1", "p2"):
                tell(db, f"{what}: {who}", get_reviewer(db, who))


def furnish(db: Database, n: int) -> None:
    """Store documents without their text, which the queue never reads, with N = 2."""
    with db.transaction():
        for number in range(1, PEOPLE + 1):
            db.write(
                """
                INSERT INTO reviewers (id, name, name_key, role, created_at)
                VALUES (:id, :name, :name, 'reviewer', 'now')
                """,
                id=number,
                name=f"p{number}",
            )
        db.write(
            """
            WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < :n)
            INSERT INTO documents (number, id, key, revision, collection, title, sha256, source_sha256,
                segmenter, state, reviews_needed, n_sentences, loaded_at, last_event)
            SELECT n, 'd' || n, 'k' || n, 1, 'c' || n % 20, 'Title', '', '', '', 'open', 2, 30, '', 1 FROM n
            """,
            n=n,
        )


def sign_most_off(db: Database, n: int) -> None:
    """Let p1 have signed off nine of ten, the oldest."""
    sign_off(db, "SELECT number FROM documents WHERE number <= :n * 9 / 10", n)


def sign_off(db: Database, sql: str, n: int) -> None:
    with db.transaction():
        for row in db.rows(sql, n=n):
            db.write(
                """
                INSERT INTO reviews (document, reviewer_id, n_tagged, acted_at, signed_off_at)
                VALUES (:number, 1, 30, 1, '2026-01-05T10:00:00Z')
                """,
                number=row["number"],
            )
            db.write("UPDATE documents SET n_sign_offs = 1 WHERE number = :number", number=row["number"])
            renew_places(db, row["number"])


def need_differently(db: Database, _: int) -> None:
    """Let them need 2, 3 or 4, and some be urgent."""
    with db.transaction():
        db.write(
            "UPDATE documents SET reviews_needed = 2 + number % 3 WHERE n_sign_offs = 0 OR number % 3 > 0"
        )
        db.write("UPDATE documents SET priority = 'urgent' WHERE number % 50 = 0")


def let_others_work(db: Database, _: int) -> None:
    """Let ten others, three at a time, have the first two hundred open that p2 would be given."""
    first = list_queue(db, get_reviewer(db, "p2"), limit=200)
    with db.transaction():
        for place, entry in enumerate(first):
            for other in range(3):
                db.write(
                    "INSERT INTO leases (document, reviewer_id, acted_at) VALUES (:number, :by, :now)",
                    number=entry.document.number,
                    by=3 + (place + other) % (PEOPLE - 2),
                    now=seconds(),
                )


SITUATIONS: dict[str, Callable[[Database, int], None]] = {
    "nobody has begun": lambda _, __: None,
    "p1 has signed off 9 of 10": sign_most_off,
    "N and priority differ": need_differently,
    "ten others are at work": let_others_work,
}


def tell(db: Database, what: str, reader: Person) -> None:
    with db.transaction():
        db.write("DELETE FROM leases WHERE reviewer_id = :by", by=reader.id)
    figures = [
        best(lambda: list_queue(db, reader, limit=50)),
        best(lambda: find_next(db, reader)),
        best(lambda: take_next(db, reader)),
        best(lambda: get_progress(db, reader)),
        best(lambda: sort_all(db, reader), 3),
    ]
    print(f"{what:44}" + "".join(f"{each:7.2f}" for each in figures[:-1]) + f"{figures[-1]:7.1f}", flush=True)


def sort_all(db: Database, reader: Person) -> None:
    db.rows(
        """
        SELECT d.* FROM documents AS d
        LEFT JOIN reviews AS mine ON mine.document = d.number AND mine.reviewer_id = :me
        WHERE d.state = 'open' AND mine.signed_off_at IS NULL
        ORDER BY mine.reviewer_id IS NULL, d.priority, d.reviews_needed - d.n_sign_offs, d.number LIMIT 50
        """,
        me=reader.id,
    )


def best(act: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the shortest time in milliseconds."""
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begun)
    return min(taken) * 1000


if __name__ == "__main__":
    main()
