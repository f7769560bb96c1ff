"""Store what was prepared: each article whole or not at all, many in one short transaction, then told."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from annotate.database import Database
from annotate.errors import Refused
from annotate.loading.pieces import parcels, total_size
from annotate.loading.preparing import Prepared, Terms, count_workers, prepare_all
from annotate.loading.report import Loaded
from annotate.loading.sources import Source
from annotate.store.collections import get_collection
from annotate.store.documents import (
    Article,
    Document,
    add_document,
    find_latest,
    find_updates,
    update_description,
)
from annotate.store.figures import catch_up_wholly
from annotate.store.revisions import find_carried, revise
from annotate.store.search import catch_up, count_unindexed

LARGE = 6 * 1024 * 1024  # bytes; below, starting helper processes takes longer than it saves
FILE_COST = 2 * 1024  # bytes that could be read while a file is opened
BATCH = 1000  # sentences in one transaction: some 15 ms, for people at work wait for it

Progress = Callable[[str, int, int], None]  # what is done, how much of it, of how much


def ignore(_stage: str, _done: int, _total: int) -> None:
    """Tell nobody."""


def load(
    db: Database,
    sources: list[Source],
    *,
    reviews_needed: int,
    own_reviews: int | None = None,
    terms: Terms = Terms(),  # noqa: B008 - it is frozen
    is_dry_run: bool = False,
    may_replace: bool = False,
    n_workers: int | None = None,
    progress: Progress = ignore,
) -> Iterator[Loaded]:
    """Load all articles and tell of each, in order, once it is stored; a bad one never stops the rest.

    :param reviews_needed: N where none is set for the collection; `own_reviews` overrules both.
    :param is_dry_run: tell only.
    :param may_replace: another article may come under a known key.
    :param n_workers: helper processes; None: as many as are worth while.
    :param progress: told what is done of ``reading`` (bytes) and of ``indexing`` (documents).
    :raises Unavailable: the database cannot be written; what was told before is stored.
    """
    total, done = total_size(sources), 0
    is_large = total + FILE_COST * len(sources) > LARGE
    if n_workers is None:
        n_workers = count_workers() if is_large else 0
    store = Store(
        db, reviews_needed, is_dry_run, may_replace, is_indexed_later=is_large, own_reviews=own_reviews
    )
    for parcel in prepare_all(parcels(sources, terms.encoding or "utf-8"), terms, db, n_workers):
        for batch in batches(parcel):
            yield from store.take(batch)
            done += sum(each.size for each in batch)
            progress("reading", done, total)
    if not is_dry_run:
        _index(db, progress)
        if is_large:  # what is small is counted by whoever looks next
            for _ in catch_up_wholly(db):
                pass


def _index(db: Database, progress: Progress) -> None:
    total, done = count_unindexed(db), 0
    for n_indexed in catch_up(db):
        done += n_indexed
        progress("indexing", done, total)


def batches(parcel: list[Prepared]) -> Iterator[list[Prepared]]:
    """Divide what was prepared into what one transaction stores."""
    batch: list[Prepared] = []
    n_sentences = 0
    for each in parcel:
        batch.append(each)
        n_sentences += len(each.article.spans) if each.article else 0
        if n_sentences >= BATCH:
            yield batch
            batch, n_sentences = [], 0
    if batch:
        yield batch


class Store:
    """Stores batches, and knows what came before in the same run."""

    def __init__(
        self,
        db: Database,
        reviews_needed: int,
        is_dry_run: bool,
        may_replace: bool,
        *,
        is_indexed_later: bool,
        own_reviews: int | None = None,
    ) -> None:
        self.own_reviews = own_reviews
        self.db = db
        self.reviews_needed = reviews_needed
        self.is_dry_run = is_dry_run
        self.may_replace = may_replace
        self.is_indexed_later = is_indexed_later
        self.seen: dict[str, str] = {}  # key → hash of the text, of all that came in this run

    def take(self, batch: list[Prepared]) -> list[Loaded]:
        """Store a batch and tell what became of each article.

        New ones share a transaction; one that revises another has its own, since it may still be refused.
        """
        told: list[Loaded] = []
        waiting = deque(batch)
        while waiting:
            if self.is_dry_run or not any(each.article for each in waiting):
                self._store_until_revision(waiting, told)
            else:
                with self.db.transaction():  # look and add in one: two loaders at once add it once
                    self._store_until_revision(waiting, told)
                self.db.leave_room()
            if waiting:
                told.append(self._revise(waiting.popleft()))
        return told

    def _store_until_revision(self, waiting: deque[Prepared], told: list[Loaded]) -> None:
        while waiting:
            outcome = self._store(waiting[0])
            if outcome is None:
                return
            told.append(outcome)
            waiting.popleft()

    def _store(self, prepared: Prepared) -> Loaded | None:
        """Store an article if it is new; None: another text stands under its key."""
        report, article, key = prepared.report, prepared.article, prepared.report.key
        before = self.seen.get(key) if key and prepared.sha256 else None
        if before not in (None, prepared.sha256):
            reason = f"The key {key} came before in this run, with another text."
            return replace(report, outcome="refused", id=None, n_sentences=None, reason=reason)
        if article is None:
            return self._noted(prepared, report)
        latest = find_latest(self.db, article.key)
        if latest is None:
            outcome = "unchanged" if before else "new"  # a dry run doesn't find what it would have stored
            report = replace(report, outcome=outcome, n_sentences=len(article.spans), id=self._add(article))
        elif latest.state == "withdrawn":
            return replace(report, id=latest.id, reason="The article under this key was withdrawn.")
        elif article.sha256 == latest.sha256:
            outcome = "updated" if self._is_updated(latest, article) else "unchanged"
            report = replace(report, outcome=outcome, id=latest.id, n_sentences=latest.n_sentences)
        else:
            return None
        return self._noted(prepared, report)

    def _is_updated(self, latest: Document, article: Article) -> bool:
        """Take over what is said of an article whose text stayed the same."""
        if self.is_dry_run:
            return bool(find_updates(latest, article))
        return update_description(self.db, latest, article)

    def _noted(self, prepared: Prepared, report: Loaded) -> Loaded:
        if report.key and prepared.sha256:
            self.seen[report.key] = prepared.sha256
        return report

    def _add(self, article: Article) -> str | None:
        if self.is_dry_run:
            return None
        document = add_document(
            self.db,
            article,
            reviews_needed=self._reviews_needed(article.collection),
            is_indexed_later=self.is_indexed_later,
        )
        return document.id

    def _reviews_needed(self, collection: str) -> int:
        """Return N as it was asked for, else as it is set for the collection or the installation."""
        if self.own_reviews:
            return self.own_reviews
        return get_collection(self.db, collection).reviews_needed or self.reviews_needed

    def _revise(self, prepared: Prepared) -> Loaded:
        """Store another text under a known key as the next revision, in a transaction of its own."""
        article = prepared.article
        assert article is not None
        with self.db.transaction():
            told = self._store(prepared)  # another loader may have been quicker
            if told is not None:
                return told
            latest = find_latest(self.db, article.key)
            assert latest is not None
            try:
                revised = self._revised(latest, article)
            except Refused as problem:
                return replace(prepared.report, id=latest.id, reason=problem.message)
        report = replace(prepared.report, outcome="revised", n_sentences=len(article.spans), **revised)
        return self._noted(prepared, report)

    def _revised(self, latest: Document, article: Article) -> dict[str, Any]:
        if self.is_dry_run:
            return {"n_carried": len(find_carried(self.db, latest, article, may_replace=self.may_replace))}
        revision = revise(
            self.db,
            latest,
            article,
            may_replace=self.may_replace,
            is_indexed_later=self.is_indexed_later,
        )
        return {"id": revision.document.id, "n_carried": revision.n_carried, "lost": revision.lost}
