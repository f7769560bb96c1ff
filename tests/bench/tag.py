"""What storing a tag costs, as ratios to what is possible here: ``python -m tests.bench.tag``.

Machines differ and are noisy, so nothing is judged in seconds: each figure is taken in short batches that
alternate with those of its yardstick, and the ratio of the medians is held against the reach. Three servers
run at once, each in a process of its own: ours, a bare WSGI application, and one of Flask.
"""

import argparse
import json
import os
import selectors
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import waitress
from flask import Flask
from sqlite_utils.utils import sqlite3

from annotate.database import Database, copy_database, migrate, open_database
from annotate.store.annotations import record_annotation
from annotate.store.reviewers import add_reviewer, get_reviewer
from annotate.store.tokens import add_token
from tests.server.conftest import Desk, Server

THREADS = 8
ROUNDS = 40  # of one batch for each contestant
BATCH = 25  # requests; short, so that noise hits all alike
CROWD_SECONDS = 6
LABELS = ("claim", "quote", "boilerplate", "none")


@dataclass(frozen=True)
class Figure:
    """One line of the table; `ours` and `theirs` are told in `unit`, `ratio` is held against `reach`."""

    name: str
    ours: float
    theirs: float
    unit: str
    reach: float

    @property
    def ratio(self) -> float:
        return self.ours / self.theirs

    def __str__(self) -> str:
        told = f"{self.ours:9.3f} {self.theirs:9.3f} {self.unit:3} {self.ratio:6.2f} {self.reach:6.1f}"
        return f"{self.name:46} {told}  {'yes' if self.ratio <= self.reach else 'NO'}"


@dataclass(frozen=True)
class Place:
    """A sentence that nobody has tagged yet."""

    document: str
    start: int
    end: int


class Talk:
    """A connection that is kept open, with as little of our own cost as can be."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = bytearray()
        self.begun = 0.0

    def start(self, request: bytes) -> None:
        self.begun = time.perf_counter()
        self.socket.sendall(request)

    def go_on(self) -> tuple[int, float] | None:
        """Take what has come; return status and seconds once the answer is whole."""
        piece = self.socket.recv(65536)
        if not piece:
            raise ConnectionError("the server has hung up")
        self.received += piece
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = bytes(self.received[:end]).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r")[0])
        if len(self.received) < end + 4 + length:
            return None
        taken = time.perf_counter() - self.begun
        status = int(self.received[9:12])
        self.received.clear()
        return status, taken

    def ask(self, request: bytes) -> tuple[int, float]:
        self.start(request)
        while (answer := self.go_on()) is None:
            pass
        return answer


class Tags:
    """Requests as the page sends them: If-Match and Idempotency-Key, a sentence that is untagged."""

    def __init__(self, places: Iterator[Place], token: str) -> None:
        self.places = places
        self.token = token
        self.number = 0

    def __iter__(self) -> "Tags":
        return self

    def __next__(self) -> bytes:
        place = next(self.places)
        self.number += 1
        body = json.dumps(
            {
                "end": place.end,
                "label": LABELS[self.number % 4],
                "speaker": None,
                "note": None,
                "origin": "key",
            }
        )
        return (
            f"PUT /api/v1/documents/{place.document}/sentences/{place.start}/annotation HTTP/1.1\r\n"
            f"Host: 127.0.0.1\r\nAuthorization: Bearer {self.token}\r\nAccept: application/json\r\n"
            f'If-Match: "0"\r\nIdempotency-Key: bench-{self.number}\r\n'
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        ).encode()


def main() -> None:
    """Measure and print, or be one of the yardsticks."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--be", choices=HELLOS, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.be:
        serve_hello(chosen.be)
        return
    with tempfile.TemporaryDirectory() as folder:
        desk = furnish(Path(folder) / "instance")
        try:
            measure(desk)
        finally:
            desk.clear()


def measure(desk: Desk) -> None:
    places = untagged(open_database(desk.database))
    tags = Tags(places, desk.tokens["alice"])
    print(f"{'':46} {'ours':>9} {'yardstick':>9} {'':3} {'ratio':>6} {'reach':>6}")
    for figure in over_http(desk, tags):
        print(figure, flush=True)
    print(in_process(desk, places), flush=True)
    told, figure = in_a_crowd(desk, tags)
    print(figure)
    print(told)


# ------------------------------------------------------------------------------------------- the stage


def furnish(folder: Path) -> Desk:
    """Make an installation with one reviewer and some twenty thousand sentences."""
    folder.mkdir()
    desk = Desk(folder, {})
    migrate(desk.database, folder / "backups")
    (folder / "secret_key").write_text("k" * 64)
    db = open_database(desk.database)
    add_reviewer(db, name="alice", role="reviewer", password="correct horse battery")
    desk.tokens["alice"] = add_token(db, get_reviewer(db, "alice"), name="bench", scope="write", days=None)
    desk.stock(200, n_lines=100, words=3)
    return desk


def untagged(db: Database) -> Iterator[Place]:
    rows = db.rows(
        """
        SELECT d.id, s.start, s.stop FROM sentences AS s JOIN documents AS d ON d.number = s.document
        ORDER BY s.start, s.id
        """
    )
    return iter([Place(*row) for row in rows])


def hello_wsgi(_: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"hello"]


def hello_flask() -> Flask:
    app = Flask("hello")

    @app.put("/api/v1/documents/<string:document_id>/sentences/<int:start>/annotation")
    def hello(document_id: str, start: int) -> str:
        return "hello"

    return app


HELLOS: dict[str, Callable[[], Any]] = {"wsgi": lambda: hello_wsgi, "flask": hello_flask}


def serve_hello(which: str) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    server = waitress.create_server(HELLOS[which](), sockets=[listener], threads=THREADS, ident=None)
    click.echo(f"Serving at http://127.0.0.1:{listener.getsockname()[1]}", err=True)
    server.run()


def start_hello(desk: Desk, which: str) -> Server:
    server = Server([sys.executable, "-m", "tests.bench.tag", "--be", which], desk.environ())
    desk.servers.append(server)
    return server.wait_until_serving()


# ----------------------------------------------------------------------------------------- the figures


def cpu_seconds(pid: int) -> float:
    """Return what a process has used, in user and kernel mode."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def over_http(desk: Desk, tags: Tags) -> list[Figure]:
    """Time a tag through HTTP against bare WSGI, and its CPU against Flask's."""
    servers = {
        "ours": desk.serve(ANNOTATE_THREADS=str(THREADS)),
        "wsgi": start_hello(desk, "wsgi"),
        "flask": start_hello(desk, "flask"),
    }
    talks = {name: Talk(server.port) for name, server in servers.items()}
    for talk in talks.values():
        for _ in range(2 * BATCH):  # the first requests open connections and fill caches
            talk.ask(next(tags))
    before = {name: cpu_seconds(server.process.pid) for name, server in servers.items()}
    medians: dict[str, list[float]] = {name: [] for name in servers}
    for _ in range(ROUNDS):
        for name, talk in talks.items():
            answers = [talk.ask(next(tags)) for _ in range(BATCH)]
            assert {status for status, _ in answers} == {200}, (name, answers)
            medians[name].append(statistics.median(taken for _, taken in answers))
    used = {name: cpu_seconds(server.process.pid) - before[name] for name, server in servers.items()}
    for name, talk in talks.items():
        talk.socket.close()
        servers[name].kill()
    p50 = {name: statistics.median(each) * 1000 for name, each in medians.items()}
    each = 1000 / (ROUNDS * BATCH)
    return [
        Figure("a tag over HTTP, p50; bare WSGI", p50["ours"], p50["wsgi"], "ms", 2.5),
        Figure("the server's CPU a tag; Flask's hello", used["ours"] * each, used["flask"] * each, "ms", 6),
    ]


def in_process(desk: Desk, places: Iterator[Place]) -> Figure:
    """Time the store's write of a tag against the same five rows written by hand."""
    copy = desk.folder / "raw.db"
    copy_database(desk.database, copy)
    db = open_database(desk.database)
    alice = get_reviewer(db, "alice")
    raw = sqlite3.connect(copy, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        raw.execute(f"PRAGMA {pragma}").fetchall()
    free = raw.execute(
        "SELECT id, document FROM sentences WHERE id NOT IN (SELECT sentence_id FROM annotations)"
    ).fetchall()
    sentences = iter(free)
    medians: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        ours = [timed(lambda: tag(db, next(places), alice)) for _ in range(BATCH)]
        by_hand = [timed(lambda: write_by_hand(raw, *next(sentences))) for _ in range(BATCH)]
        medians[0].append(statistics.median(ours))
        medians[1].append(statistics.median(by_hand))
    raw.close()
    ours_ms, raw_ms = (statistics.median(each) * 1000 for each in medians)
    return Figure("the store's write of a tag; sqlite3 by hand", ours_ms, raw_ms, "ms", 2)


def timed(act: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def tag(db: Database, place: Place, by: Any) -> None:
    record_annotation(
        db, place.document, place.start, by=by, end=place.end, label="claim", origin="key", seen_version=0
    )


def write_by_hand(raw: Any, sentence: int, document: int) -> None:
    at = "2026-01-01T00:00:00Z"
    raw.execute("BEGIN IMMEDIATE")
    raw.execute(
        """
        INSERT INTO reviews (document, reviewer_id, n_tagged, acted_at) VALUES (?, 1, 1, 1)
        ON CONFLICT DO UPDATE SET n_tagged = n_tagged + 1
        """,
        (document,),
    )
    raw.execute(
        """
        INSERT INTO annotations (sentence_id, reviewer_id, label, origin, version, at)
        VALUES (?, 1, 'claim', 'key', 1, ?)
        """,
        (sentence, at),
    )
    raw.execute(
        """
        INSERT INTO decisions (sentence_id, label, decided_by, in_dispute, version, at)
        VALUES (?, 'claim', 'review', 0, 1, ?)
        """,
        (sentence, at),
    )
    event = raw.execute(
        """
        INSERT INTO events (at, reviewer_id, act, document, sentence_id, now)
        VALUES (?, 1, 'annotated', ?, ?, ?)
        """,
        (at, document, sentence, '{"label":"claim","speaker":null,"note":null,"version":1}'),
    ).lastrowid
    raw.execute(
        "UPDATE documents SET n_decided = n_decided + 1, last_event = ? WHERE number = ?", (event, document)
    )
    raw.execute("COMMIT")


def in_a_crowd(desk: Desk, tags: Tags) -> tuple[str, Figure]:
    """Time eight clients who never pause, while many articles are loaded beside them."""
    server = desk.serve(ANNOTATE_THREADS=str(THREADS))
    folder = desk.write_articles(3000)
    loading = desk.begin("seeds", "load", folder)
    assert loading.stdout is not None
    loading.stdout.readline()  # it has begun
    answers = ask_at_once(server.port, tags, CROWD_SECONDS)
    is_still_loading = loading.poll() is None
    loading.kill()
    n_loaded = loading.communicate()[0].count("\n")
    taken = sorted(seconds * 1000 for _, seconds in answers)
    n_wrong = sum(status != 200 for status, _ in answers)
    p50, p99 = taken[len(taken) // 2], taken[len(taken) * 99 // 100]
    told = (
        f"\n{THREADS} clients: {len(taken) / CROWD_SECONDS:.0f} tags a second, "
        f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, longest {taken[-1]:.1f} ms, {n_wrong} errors; "
        f"{n_loaded / CROWD_SECONDS:.0f} articles a second loaded beside"
        f"{'' if is_still_loading else ', but the loading ended early'}."
    )
    return told, Figure(f"{THREADS} clients and a load, p99; their p50", p99, p50, "ms", 4)


def ask_at_once(port: int, tags: Tags, seconds: float) -> list[tuple[int, float]]:
    answers: list[tuple[int, float]] = []
    end = time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        for _ in range(THREADS):
            talk = Talk(port)
            selector.register(talk.socket, selectors.EVENT_READ, talk)
            talk.start(next(tags))
        while selector.get_map():
            for key, _ in selector.select():
                talk = key.data
                answer = talk.go_on()
                if answer is None:
                    continue
                answers.append(answer)
                if time.monotonic() < end:
                    talk.start(next(tags))
                else:
                    selector.unregister(talk.socket)
                    talk.socket.close()
    return answers


if __name__ == "__main__":
    main()
