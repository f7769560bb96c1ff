"""What the pages of speakers cost: ``python -m tests.bench.speakers``.

100,000 decisions with a speaker, in 300,000 sentences of 3,000 documents; 5,000 spellings, one of which has
every tenth decision; a record for every fifth. Each figure is the median of some calls of the whole route or
page, in this process, in CPU time, which a busy machine spoils least; the list of documents to compare.
"""

import os
import platform
import statistics
import tempfile
import time
from pathlib import Path

from flask import Flask

from annotate import create_app
from annotate.config import Settings
from annotate.database import Database, migrate, open_database
from annotate.store.reviewers import add_reviewer
from annotate.store.speakers import unlisted_id
from tests.client import Client
from tests.conftest import PASSWORD

N_DOCUMENTS, N_SENTENCES, N_DECISIONS, N_SPELLINGS = 3_000, 100, 100_000, 5_000
ROUNDS = 9
FREQUENT, RARE = "speaker 0", "speaker 4999"


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        client = Client(furnish(Path(folder)))
        client.sign_in("dana", PASSWORD)
        print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; medians, CPU ms")
        for name, path in {
            "list of documents, to compare": "/documents",
            "list of speakers": "/speakers",
            "list of speakers, searched": "/speakers?q=speaker%2049",
            "a speaker of 20 sentences": f"/speakers/{unlisted_id(RARE)}",
            "a speaker of 10,000 sentences": f"/speakers/{unlisted_id(FREQUENT)}",
            "names to complete": "/api/v1/speakers?q=49",
        }.items():
            print(f"{name:34}{median(client, path):8.1f}", flush=True)


def median(client: Client, path: str) -> float:
    def once() -> float:
        begun = time.process_time()
        answer = client.http.get(path, follow_redirects=True)
        assert answer.status_code == 200, path
        return (time.process_time() - begun) * 1000

    once()
    return statistics.median(once() for _ in range(ROUNDS))


def furnish(folder: Path) -> Flask:
    settings = Settings(instance=folder, database=folder / "annotate.db", secret_key="k" * 64)
    migrate(settings.database, folder / "backups")
    db = open_database(settings.database)
    add_reviewer(db, name="dana", role="admin", password=PASSWORD)
    with db.transaction():
        fill(db)
    return create_app(settings)


def fill(db: Database) -> None:
    """Write rows as they stand after work, which would take an hour to do."""
    db.write_many(
        """
        INSERT INTO documents (number, id, key, revision, collection, title, sha256, source_sha256, segmenter,
            state, reviews_needed, n_sentences, loaded_at, last_event)
        VALUES (?, 'd' || ?1, 'desk/' || ?1, 1, 'desk', 'Article ' || ?1, '', '', '', 'decided', 1, ?, '', 1)
        """,
        [(number, N_SENTENCES) for number in range(1, N_DOCUMENTS + 1)],
    )
    db.write_many(
        "INSERT INTO sentences (document, start, stop, block, text) VALUES (?, ?, ?, 'paragraph', ?)",
        [
            (number, start, start + 99, f"A sentence of some length that stands at {start}. " * 3)
            for number in range(1, N_DOCUMENTS + 1)
            for start in range(0, 100 * N_SENTENCES, 100)
        ],
    )
    db.write_many(
        """
        INSERT INTO decisions (sentence_id, label, speaker, decided_by, in_dispute, version, at)
        VALUES (?, 'quote', ?, 'review', 0, 1, '')
        """,
        [(3 * n + 1, f"Speaker {0 if n % 10 == 0 else n % N_SPELLINGS}") for n in range(N_DECISIONS)],
    )
    db.write_many(
        "INSERT INTO speakers (number, id, name, role, version) VALUES (?, 's' || ?1, ?, 'Mayor', 1)",
        [(n, f"Speaker {n}") for n in range(1, N_SPELLINGS, 5)],
    )
    db.write_many(
        "INSERT INTO spellings (key, spelling, speaker) VALUES (?, ?, ?)",
        [(f"speaker {n}", f"Speaker {n}", n) for n in range(1, N_SPELLINGS, 5)],
    )


if __name__ == "__main__":
    main()
