"""What the insights cost, at desks of several sizes: ``python -m tests.bench.insights [SENTENCES …]``.

One document in ten has been read by three of twelve people and was opened, five by one person, the rest by
nobody. Milliseconds are the machine's own, so each is also told as a ratio to the smallest desk: what is read
from kept figures should stay near 1. Times of looks are medians, within the process, without the network.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

from sqlite_utils.utils import sqlite3

from annotate import create_app
from annotate.agreeing import get_report
from annotate.config import Settings
from annotate.database import Database, migrate, open_database
from annotate.store.annotations import record_annotation
from annotate.store.figures import catch_up_wholly
from annotate.store.reviewers import Person, add_reviewer, get_reviewer
from tests.client import Client
from tests.conftest import PASSWORD

SIZES = (30_000, 300_000)  # sentences
LONG = 30  # sentences of a document
PEOPLE = 12
LOOKS = 15
CHANGED = 10  # documents that are tagged between two looks
LABELS = ("claim", "quote", "boilerplate", "none")
DAYS = 60


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("sentences", nargs="*", type=int, default=SIZES)
    sizes = options.parse_args().sentences
    with tempfile.TemporaryDirectory() as folder:
        columns = [measure(Path(folder) / str(n), n // LONG) for n in sizes]
    reach = {"a look, ms": "50", f"a look after {CHANGED} documents were tagged, ms": "50"}
    print(f"{'sentences':48}" + "".join(f"{n:>18,}" for n in sizes) + f"{'reach':>8}")
    for name in columns[0]:
        first = columns[0][name]
        told = "".join(f"{column[name]:>11.1f}{column[name] / first:>6.1f}x" for column in columns)
        print(f"{name:48}{told}{reach.get(name, ''):>8}")


def measure(folder: Path, n_documents: int) -> dict[str, float]:
    folder.mkdir()
    path = folder / "annotate.db"
    migrate(path, folder / "backups")
    db = open_database(path)
    for number in range(PEOPLE):
        add_reviewer(db, name=f"person {number}", role="editor", password=PASSWORD)
    fill(path, n_documents)
    client = Client(create_app(Settings(instance=folder, database=path, secret_key="k" * 64)))
    client.sign_in("person 0", PASSWORD)
    look = lambda: client.http.get("/insights")  # noqa: E731
    person = get_reviewer(db, "person 1")
    tags = count()
    _, counting = timed(lambda: list(catch_up_wholly(db)))
    _, first = timed(look)
    _, agreeing = timed(lambda: get_report(db, None))
    return {
        "counting everything once, ms a document": 1000 * counting / n_documents,
        "the first look, which computes agreement, ms": 1000 * first,
        "agreement with all intervals, ms": 1000 * agreeing,
        "a look, ms": median(look),
        f"a look after {CHANGED} documents were tagged, ms": median(
            look, lambda: tag(db, person, next(tags))
        ),
    }


def timed(act: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.perf_counter()
    result = act()
    return result, time.perf_counter() - begun


def median(act: Callable[[], Any], before: Callable[[], object] = lambda: None) -> float:
    times = []
    for _ in range(LOOKS):
        before()
        times.append(1000 * timed(act)[1])
    return statistics.median(times)


def tag(db: Database, person: Person, turn: int) -> None:
    """Tag a sentence in each of some documents that one person decides."""
    for row in db.rows(
        "SELECT id FROM documents WHERE reviews_needed = 1 ORDER BY number LIMIT :n OFFSET :turn",
        n=CHANGED,
        turn=turn * CHANGED,
    ):
        record_annotation(db, row["id"], 0, by=person, end=9, label="claim")


# ------------------------------------------------------------------------------------------------ the desk


def fill(path: Path, n_documents: int) -> None:
    """Write a desk with bare SQL, in one transaction; it need not survive a power cut."""
    raw = sqlite3.connect(path, isolation_level=None)
    for pragma in ("synchronous = OFF", "foreign_keys = OFF"):
        raw.execute(f"PRAGMA {pragma}").fetchall()
    raw.execute("BEGIN IMMEDIATE")
    (events,) = raw.execute("SELECT max(number) FROM events").fetchone()
    tables: dict[str, list[tuple[Any, ...]]] = {}
    for number, (table, row) in enumerate(rows(n_documents, events)):
        tables.setdefault(table, []).append(row)
        if number % 500_000 == 0:
            write(raw, tables)
    write(raw, tables)
    raw.execute("UPDATE search_progress SET reached = (SELECT max(number) FROM documents)")
    raw.execute("COMMIT")
    raw.close()


COLUMNS = {
    "documents": "number, id, key, revision, collection, title, sha256, source_sha256, segmenter, state, "
    "reviews_needed, n_sentences, n_sign_offs, n_decided, n_checkable, n_unchecked, loaded_at, last_event",
    "texts": "document, text, blocks",
    "sentences": "id, document, start, stop, block, text",
    "reviews": "document, reviewer_id, n_tagged, acted_at, signed_off_at",
    "annotations": "sentence_id, reviewer_id, label, origin, version, at",
    "decisions": "sentence_id, label, decided_by, in_dispute, version, at",
    "events": "number, at, reviewer_id, act, document",
}


def write(raw: Any, tables: dict[str, list[tuple[Any, ...]]]) -> None:
    for table, columns in COLUMNS.items():
        if found := tables.pop(table, None):
            marks = ", ".join("?" * len(found[0]))
            raw.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", found)


def rows(n_documents: int, last_event: int) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Make the rows of each table; documents of three readers, of one, and of none."""
    chance = random.Random(1)
    events = count(last_event + 1)
    for number in range(1, n_documents + 1):
        n_readers = (3, 1, 1, 1, 1, 1, 0, 0, 0, 0)[number % 10]
        at = f"2026-{1 + number % DAYS // 28:02}-{1 + number % 28:02}T10:00:00Z"
        readers = chance.sample(range(1, PEOPLE + 1), n_readers)
        signed = [next(events) for _ in readers]
        truth = chance.choices(LABELS, (50, 20, 10, 20), k=LONG)
        n_checkable = sum(label in ("claim", "quote") for label in truth) if readers else 0
        loaded = next(events)
        yield "documents", (
            number, f"d{number}", f"desk/{number}", 1, f"collection {number % 7}", f"Title {number}",
            "", "", "", "decided" if readers else "open", max(1, n_readers), LONG, n_readers,
            LONG if readers else 0, n_checkable, n_checkable, at, loaded,
        )  # fmt: skip
        yield "texts", (number, "", "[]")
        yield "events", (loaded, at, None, "loaded", number)
        for reader, event in zip(readers, signed, strict=True):
            yield "events", (event, at, reader, "signed_off", number)
            yield "reviews", (number, reader, LONG, 0, at)
        for place, label in enumerate(truth):
            sentence = number * LONG + place
            yield "sentences", (sentence, number, 10 * place, 10 * place + 9, "paragraph", "Sentence.")
            for reader in readers:
                said = label if chance.random() < 0.88 else chance.choice(LABELS)
                yield "annotations", (sentence, reader, said, "key", 1, at)
            if readers:
                yield "decisions", (sentence, label, "agreement", 0, 1, at)


if __name__ == "__main__":
    main()
