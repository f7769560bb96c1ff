"""From a piece of a file to an article that is ready to be stored; if there is much, in other processes."""

import hashlib
import os
import pickle
import signal
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import Any
from unicodedata import bidirectional, category

from marshmallow import ValidationError

from annotate.database import Database
from annotate.errors import AnnotateError, Invalid, Refused, Unavailable
from annotate.loading.pieces import Piece
from annotate.loading.report import Loaded
from annotate.loading.sources import read_whole
from annotate.store.documents import DESCRIPTION, Article, Document, find_latest
from annotate.text.objects import read_object
from annotate.text.reading import decode
from annotate.text.segment import read
from schemas.article import ArticleIn

ARTICLE_IN = ArticleIn()
BREAKING = {"Cc", "Zl", "Zp"}  # categories that would break a line of a report; joiners are letters
TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}  # would show a name as another
MOST_WORKERS = 8
NICE = 10  # helpers take the time that a server for people at work leaves them


@dataclass(frozen=True)
class Terms:
    """What the person who loads says of all that is loaded.

    `source`: who published it. `encoding`: of files that don't say; None is UTF-8. `abbreviations`: the
    desk's own, at which no sentence ends.
    """

    source: str | None = None
    encoding: str | None = None
    abbreviations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article, or the report of why there is none: it is refused, or what is stored already."""

    size: int
    report: Loaded
    article: Article | None = None
    sha256: str | None = None


def prepare(piece: Piece, terms: Terms, db: Database) -> Prepared:
    """Read a piece and cut it into sentences, unless the same bytes are loaded already."""
    report = Loaded(piece.source.path, "refused", line=piece.line)
    try:
        if piece.refusal:
            raise Refused(piece.refusal)
        fields, source_sha256 = _fields(piece, terms)
        key, collection = _key(piece, fields, source_sha256)
        report = Loaded(report.path, "refused", key, line=piece.line)
        latest = find_latest(db, key)
        if latest and _is_known(latest, source_sha256, terms):
            same = Loaded(report.path, "unchanged", key, latest.id, latest.n_sentences, line=piece.line)
            return Prepared(piece.size, same, sha256=latest.sha256)
        article = _article(key, collection, fields, source_sha256, terms)
        return Prepared(piece.size, report, article, article.sha256)
    except Unavailable:
        raise
    except AnnotateError as problem:
        return Prepared(piece.size, _refused(report, piece, problem.message))
    except Exception as problem:  # a fault of ours, which shall not stop a hundred thousand others
        reason = f"The program fails at it, please report that: {type(problem).__name__}."
        return Prepared(piece.size, _refused(report, piece, reason))


def _is_known(latest: Document, source_sha256: str, terms: Terms) -> bool:
    """Tell whether the same bytes are loaded already, and the same is said of them."""
    is_same = latest.source_sha256 == source_sha256 and latest.state != "withdrawn"
    return is_same and terms.source in (None, latest.source)


def _refused(report: Loaded, piece: Piece, reason: str) -> Loaded:
    is_member = piece.number is not None and piece.source.kind != "lines"
    where = f"Article {piece.number} of the list: " if is_member else ""
    return Loaded(report.path, "refused", report.key, reason=where + reason, line=piece.line)


def _fields(piece: Piece, terms: Terms) -> tuple[dict[str, Any], str]:
    """Return what is said of the article, by the names of ``ArticleIn``, and the hash of its bytes."""
    data = read_whole(piece.source.path) if piece.data is None else piece.data
    source_sha256 = hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()
    if piece.kind == "object":
        fields = _checked(read_object(data, terms.encoding or "utf-8"))
    elif piece.kind == "page" and isinstance(data, bytes):
        fields = _of_page(data, terms.encoding)
    else:
        assert isinstance(data, bytes)
        fields = {"text": decode(data, terms.encoding or "utf-8")}
    if terms.source:
        fields["source"] = terms.source
    return fields, source_sha256


def _checked(found: dict[str, Any]) -> dict[str, Any]:
    try:
        return dict(ARTICLE_IN.load(found))
    except ValidationError as problem:
        raise Invalid(_complaints(problem.messages_dict)) from None


def _complaints(messages: dict[str, Any]) -> str:
    return " ".join(f"{name}: {' '.join(map(str, told))}" for name, told in sorted(messages.items()))


def _of_page(data: bytes, encoding: str | None) -> dict[str, Any]:
    """Read a page; what it says of its article is taken where it is sound, and else left out."""
    from annotate.text.pages import read_page  # half a second, for those who load pages

    page = read_page(data, encoding)
    said = {name: value for name, value in vars(page).items() if value}
    wrong = ARTICLE_IN.validate(said)
    return _checked({name: value for name, value in said.items() if name not in wrong or name == "text"})


def _key(piece: Piece, fields: dict[str, Any], source_sha256: str) -> tuple[str, str]:
    """Return what names the article across revisions, and its collection.

    :raises Invalid: the name cannot be printed.
    """
    source = piece.source
    own = None if source.is_collection_given else fields.get("collection")
    collection = own or source.collection
    if fields.get("id"):
        name = fields["id"]
    elif source.kind == "input":  # nobody named it, so its content does
        name = f"stdin-{source_sha256[:16]}"
    else:
        name = source.name if piece.number is None else f"{source.name}#{piece.number}"
    key = f"{collection}/{name}"
    try:
        key.encode()
    except UnicodeEncodeError:
        raise Invalid("Its name is not UTF-8; rename it.") from None
    if any(category(each) in BREAKING or bidirectional(each) in TURNING for each in key):
        raise Invalid("Its name holds characters that cannot be printed; rename it.")
    return key, collection


def _article(key: str, collection: str, fields: dict[str, Any], source_sha256: str, terms: Terms) -> Article:
    text = fields["text"]
    reading = read(text, fields.get("language"), terms.abbreviations)
    return Article(
        key=key,
        collection=collection,
        title=fields.get("title") or reading.title,
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        source_sha256=source_sha256,
        segmenter=reading.segmenter,
        blocks=reading.blocks,
        spans=reading.spans,
        source=fields.get("source"),
        url=fields.get("url"),
        author=fields.get("author"),
        published_at=fields.get("published_at"),
        language=fields.get("language") or reading.language,
        given=frozenset(name for name in DESCRIPTION if fields.get(name)),
    )


def prepare_all(
    parcels: Iterator[list[Piece]], terms: Terms, db: Database, n_workers: int
) -> Iterator[list[Prepared]]:
    """Prepare all parcels and give them back in order.

    :param n_workers: processes that do it; 0: this one.
    """
    if n_workers == 0:
        yield from ([prepare(piece, terms, db) for piece in parcel] for parcel in parcels)
        return
    helpers = Helpers(n_workers, terms, db.path)
    # Twice as many as there are workers: none waits for the next, and memory stays flat.
    waiting: deque[tuple[list[Piece], Future[str]]] = deque()
    try:
        for parcel in parcels:
            waiting.append((parcel, helpers.begin(parcel)))
            if len(waiting) >= 2 * n_workers:
                yield helpers.finish(*waiting.popleft())
        while waiting:
            yield helpers.finish(*waiting.popleft())
    finally:
        helpers.dismiss()
        helpers.folder.cleanup()


class Helpers:
    """Processes that prepare parcels; if one dies, what it may have died of is tried again, apart.

    What they prepared comes in files, and only their names through the pipe that all helpers share: of a
    helper that was killed while it wrote something long, the pipe would be waited on for ever.
    """

    def __init__(self, n: int, terms: Terms, database: Path) -> None:
        self.n = n
        self.folder = TemporaryDirectory(prefix="annotate-")
        self.made_of = (database, terms, self.folder.name)
        self.pool = self._pool(n)

    def _pool(self, n: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(n, get_context("spawn"), initializer=_begin, initargs=self.made_of)

    def begin(self, parcel: list[Piece]) -> "Future[str]":
        """Have a parcel prepared."""
        try:
            return _submit(self.pool, parcel)
        except BrokenProcessPool:
            self.dismiss()
            self.pool = self._pool(self.n)
            return _submit(self.pool, parcel)

    def finish(self, parcel: list[Piece], future: "Future[str]") -> list[Prepared]:
        """Wait for a parcel that was begun."""
        try:
            return _fetch(future.result())
        except BrokenProcessPool:
            return self._apart(parcel)

    def _apart(self, parcel: list[Piece]) -> list[Prepared]:
        """Try a parcel again in a process of its own, then its halves, down to the piece that is to blame."""
        with self._pool(1) as pool:
            try:
                return _fetch(_submit(pool, parcel).result())
            except BrokenProcessPool:
                pass
        if len(parcel) > 1:
            middle = len(parcel) // 2
            return self._apart(parcel[:middle]) + self._apart(parcel[middle:])
        report = Loaded(parcel[0].source.path, "refused", line=parcel[0].line)
        return [
            Prepared(parcel[0].size, _refused(report, parcel[0], "The program that reads it dies of it."))
        ]

    def dismiss(self) -> None:
        """End them as soon as what they are at is done."""
        self.pool.shutdown(cancel_futures=True)


def _submit(pool: ProcessPoolExecutor, parcel: list[Piece]) -> "Future[str]":
    """Begin a parcel; a helper that is started for it ignores Ctrl+C from its first moment."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return pool.submit(_prepare_parcel, parcel)
    finally:
        signal.signal(signal.SIGINT, before)


def count_workers() -> int:
    """Return how many processes are worth while here."""
    return min(os.cpu_count() or 1, MOST_WORKERS)


_worker: dict[str, Any] = {}  # what a helper process keeps between its parcels


def _begin(path: Path, terms: Terms, folder: str) -> None:
    """Make a helper ready; it ends with the process that started it, however that ends."""
    os.nice(NICE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _worker.update(db=Database(path), terms=terms, folder=folder)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _prepare_parcel(parcel: list[Piece]) -> str:
    prepared = [prepare(piece, _worker["terms"], _worker["db"]) for piece in parcel]
    with NamedTemporaryFile(dir=_worker["folder"], delete=False) as file:
        pickle.dump(prepared, file)
    return file.name


def _fetch(name: str) -> list[Prepared]:
    """Take what a helper has prepared."""
    path = Path(name)
    prepared: list[Prepared] = pickle.loads(path.read_bytes())  # noqa: S301 - a helper of ours wrote it
    path.unlink()
    return prepared
