"""How well and how fast the same claim is found elsewhere: ``python -m tests.bench.match [SENTENCES]``.

Quality is on our own articles in tests/data/matching. Speed is of the pure function, in CPU time of this
process, and of one claim against a database of 100,000 sentences (or as many as are asked for), candidates
read, compared and told, as the page asks for them; the aim is 100 ms.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from annotate.database import Database, migrate, open_database
from annotate.loading import find_sources, load
from annotate.store.annotations import record_annotation
from annotate.store.documents import list_documents
from annotate.store.matches import list_matches
from annotate.store.reviewers import Person, add_reviewer
from annotate.text.match import candidates
from annotate.text.segment import spans
from tests.bench.articles import articles, write_articles
from tests.bench.counterparts import read, score
from tests.conftest import PASSWORD

SIZE = 100_000  # sentences
PER_ARTICLE = 32  # about
N_CLAIMS = 40
PURE = 10_000  # sentences
REACH = 100  # ms


def main(size: int = SIZE) -> None:
    """Measure and print."""
    sentences, wanted = read()
    reached = score(candidates(sentences), wanted)
    print(
        f"our own articles: a counterpart among five {reached.recall:.2f}, first {reached.first:.2f}; ",
        end="",
    )
    print(f"first offers that are right {reached.precision:.2f}, absurd {reached.n_absurd}")
    print(f"the function, {PURE} sentences: {pure():.1f} s of CPU")
    with tempfile.TemporaryDirectory() as folder:
        db = furnish(Path(folder), size)
        taken, spent = ask(db)
        n = db.value("SELECT max(id) FROM sentences")
    print(f"one claim against {n} sentences: ", end="")
    print(f"median {statistics.median(taken):.0f} ms, slowest {max(taken):.0f} ms (aim: {REACH}); ", end="")
    print(f"of its own CPU {statistics.median(spent):.0f} and {max(spent):.0f} ms")


def pure() -> float:
    """Return the seconds that matching many sentences takes."""
    sentences: list[tuple[str, str]] = []
    for article in articles(PURE // 30):
        text = article["text"]
        sentences += [(article["id"], text[start:end]) for start, end in spans(text, "en")]
    begun = time.process_time()
    candidates(sentences[:PURE])
    return time.process_time() - begun


def furnish(folder: Path, size: int) -> Database:
    """Make a database of generated articles."""
    write_articles(folder / "articles", size // PER_ARTICLE)
    migrate(folder / "annotate.db", folder)
    db = open_database(folder / "annotate.db")
    sources, _ = find_sources([folder / "articles"])
    for _ in load(db, sources, reviews_needed=1):
        pass
    return db


def ask(db: Database) -> tuple[list[float], list[float]]:
    """Return the milliseconds, and those of CPU, of each of some claims, spread over the articles."""
    carol: Person = add_reviewer(db, name="carol", role="editor", password=PASSWORD)
    documents = list_documents(db, carol, limit=10**9)
    taken, spent = [], []
    for document in documents[:: max(1, len(documents) // N_CLAIMS)]:
        row = db.row(
            "SELECT start, stop FROM sentences WHERE document = :number ORDER BY start LIMIT 1 OFFSET 3",
            number=document.number,
        )
        assert row is not None
        record_annotation(db, document.id, row["start"], by=carol, end=row["stop"], label="claim")
        begun, begun_cpu = time.perf_counter(), time.process_time()
        list_matches(db, document.id, row["start"], carol)
        taken.append(1000 * (time.perf_counter() - begun))
        spent.append(1000 * (time.process_time() - begun_cpu))
    return taken, spent


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
