"""What loading costs, stage by stage, as ratios to its limits: ``python -m tests.bench.load [ARTICLES]``.

Reading and segmenting are taken alone on one core. Storing alternates with a bare ``executemany`` of the
same rows, indexing with SQLite's own rebuild. Then the command itself loads all of it, and is watched.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlite_utils.utils import sqlite3

from annotate.database import Database, migrate, open_database
from annotate.loading import Terms, find_sources
from annotate.loading.pieces import parcels
from annotate.loading.preparing import Prepared, prepare
from annotate.loading.storing import Store, batches
from annotate.store.documents import list_documents
from annotate.store.search import catch_up
from annotate.text.segment import read
from tests.bench.articles import articles, write_articles

SAMPLE = 2_000  # articles on which the stages are timed one by one
ROUNDS = 5  # of which the best counts: noise only adds


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("articles", nargs="?", type=int, default=100, help="100, 10,000 or 100,000")
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        prepared = stages(top, min(chosen.articles, SAMPLE), chosen.seed)
        against_executemany(top, prepared)
        whole(top, chosen.articles, chosen.seed)


# --------------------------------------------------------------------------------------- stage by stage


def stages(top: Path, n: int, seed: int) -> list[Prepared]:
    folder = top / "sample"
    write_articles(folder, n, seed)
    sources, _ = find_sources([folder])
    db = new_database(top, "sample")
    pieces, seconds = timed(lambda: [each for parcel in parcels(sources, "utf-8") for each in parcel])
    tell("find and read", n / seconds, "articles/s")
    texts = [each["text"] for each in articles(n, seed)]
    readings, alone = timed(lambda: [read(text, "en") for text in texts])
    n_sentences = sum(len(each.spans) for each in readings)
    tell("segment alone", n_sentences / alone, "sentences/s and core")
    prepared, seconds = timed(lambda: [prepare(piece, Terms(), db) for piece in pieces])
    tell(
        "decode, check and segment",
        n_sentences / seconds,
        f"sentences/s and core; {alone / seconds:.2f} of it",
    )
    return prepared


def against_executemany(top: Path, prepared: list[Prepared]) -> None:
    n = sum(len(each.article.spans) for each in prepared if each.article)
    ours, bare, indexing, rebuilding = [], [], [], []
    for number in range(ROUNDS):
        db = new_database(top, f"ours-{number}")
        ours.append(timed(lambda: store(db, prepared))[1])  # noqa: B023
        bare.append(by_hand(new_database(top, f"bare-{number}"), db))
        indexing.append(timed(lambda: list(catch_up(db)))[1])  # noqa: B023
        rebuilding.append(timed(lambda: rebuild(db))[1])  # noqa: B023
    took, limit = min(ours), min(bare)
    tell("store", n / took, f"sentences/s; {limit / took:.2f} of executemany's {n / limit:.0f} (reach 0.5)")
    took, limit = min(indexing), min(rebuilding)
    tell("index, in short steps", n / took, f"sentences/s; {limit / took:.2f} of rebuild's {n / limit:.0f}")


def store(db: Database, prepared: list[Prepared]) -> None:
    keeper = Store(db, 1, is_dry_run=False, may_replace=False, is_indexed_later=True)
    for batch in batches(prepared):
        keeper.take(batch)


def by_hand(target: Database, source: Database) -> float:
    """Write the same rows into the same tables, in one transaction with nothing looked at."""
    columns = {  # those that are stored: generated ones are not listed
        name: ", ".join(row["name"] for row in source.rows(f"PRAGMA table_info({name})"))
        for name in ("documents", "texts", "sentences", "events")
    }
    tables = {name: source.rows(f"SELECT {columns[name]} FROM {name}") for name in columns}
    raw = sqlite3.connect(target.path, isolation_level=None)
    for pragma in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        raw.execute(f"PRAGMA {pragma}").fetchall()
    data = {name: [tuple(row) for row in rows] for name, rows in tables.items()}

    def write() -> None:
        raw.execute("BEGIN IMMEDIATE")
        for name, rows in data.items():
            places = ", ".join("?" * len(rows[0]))
            raw.executemany(f"INSERT INTO {name} ({columns[name]}) VALUES ({places})", rows)
        raw.execute("COMMIT")

    _, seconds = timed(write)
    raw.close()
    return seconds


def rebuild(db: Database) -> None:
    with db.transaction():
        for table in ("sentence_search", "document_search"):
            db.write(f"INSERT INTO {table} ({table}) VALUES ('rebuild')")


# ------------------------------------------------------------------------------------ the command itself


def whole(top: Path, n: int, seed: int) -> None:
    folder = top / "articles"
    write_articles(folder, n, seed)
    db = new_database(top, "whole")
    for label in ("load all", "load all again"):
        begun = time.perf_counter()
        with watched(["seeds", "load", str(folder), "--json"], db.path.parent) as peaks:
            pass
        seconds = time.perf_counter() - begun
        main_peak, helpers, n_helpers = peaks()
        tell(
            label,
            n / seconds,
            f"articles/s; {seconds:.1f} s in all; peak memory {main_peak:.0f} MB"
            + (f" and {helpers:.0f} MB in {n_helpers} helpers together" if n_helpers else ""),
        )
    n_sentences = db.value("SELECT count(*) FROM sentences")
    print(f"{n} articles, {n_sentences} sentences, {db.path.stat().st_size / 2**20:.0f} MiB")
    search(db)


def search(db: Database) -> None:
    for q in ("engineers", "Kowal petition", "nowhere"):
        took = statistics.median(timed(lambda: list_documents(db, None, q=q))[1] for _ in range(9))  # noqa: B023
        print(f"{'list documents with “' + q + '”':32}{took * 1000:12.1f} ms (reach 5)")
    took = statistics.median(timed(lambda: ranked(db, "engineers OR bridge"))[1] for _ in range(9))
    print(f"{'rank the newest 1,000 sentences':32}{took * 1000:12.1f} ms (reach 25)")


def ranked(db: Database, words: str) -> list[Any]:
    return db.rows(
        """
        WITH newest AS MATERIALIZED (
            SELECT rowid FROM sentence_search WHERE sentence_search MATCH :words
            ORDER BY rowid DESC LIMIT 1000
        )
        SELECT rowid FROM sentence_search
        WHERE sentence_search MATCH :words AND rowid >= (SELECT min(rowid) FROM newest)
        ORDER BY bm25(sentence_search) LIMIT 20
        """,
        words=words,
    )


@contextmanager
def watched(words: list[str], instance: Path) -> Iterator[Callable[[], tuple[float, float, int]]]:
    """Run a command to its end and note the peak memory, in MB, of it and of its helpers together."""
    main_peak, helpers = 0.0, 0.0
    n_helpers = 0
    with subprocess.Popen(
        [sys.executable, "-m", "annotate", *words],
        env={"ANNOTATE_INSTANCE": str(instance), "PATH": ""},
        stdout=subprocess.DEVNULL,
    ) as process:
        while process.poll() is None:
            main_peak = max(main_peak, memory(process.pid, "VmHWM"))
            children = [memory(pid, "VmRSS") for pid in children_of(process.pid)]
            n_helpers = max(n_helpers, sum(each > 30 for each in children))
            helpers = max(helpers, sum(children))
            time.sleep(0.1)
        assert process.returncode == 0
        yield lambda: (main_peak, helpers, n_helpers)


def children_of(pid: int) -> list[int]:
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def memory(pid: int, name: str) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))


def new_database(top: Path, name: str) -> Database:
    path = top / name / "annotate.db" if name == "whole" else top / f"{name}.db"
    migrate(path, top / "backups")
    return open_database(path)


def timed(act: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.perf_counter()
    result = act()
    return result, time.perf_counter() - begun


def tell(stage: str, rate: float, about: str) -> None:
    print(f"{stage:32}{rate:12.0f} {about}", flush=True)


if __name__ == "__main__":
    main()
