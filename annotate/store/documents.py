"""Documents: what is known of each revision of each article, and the counts kept with it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

import orjson

from annotate import rules
from annotate.database import Database, Row, json_list
from annotate.errors import NotFound, Refused
from annotate.passwords import name_key
from annotate.store.clock import now
from annotate.store.events import record_event
from annotate.store.partners import list_ids, tell_partners
from annotate.store.places import renew_places
from annotate.store.reviewers import Person, hidden_from
from annotate.store.search import forget_document, index_new, rebuild, rename_document, text_query

DESCRIPTION = ("title", "source", "url", "author", "published_at", "language")


@dataclass(frozen=True)
class Article:
    """An article as it is loaded; spans and blocks in code points of `text`, half-open."""

    key: str
    collection: str
    title: str
    text: str
    sha256: str
    source_sha256: str
    segmenter: str
    blocks: Sequence[tuple[int, int, str]]
    spans: Sequence[tuple[int, int]]
    source: str | None = None
    url: str | None = None
    author: str | None = None
    published_at: str | None = None
    language: str | None = None
    given: frozenset[str] = frozenset()  # which of `DESCRIPTION` somebody said; the rest was found


@dataclass(frozen=True)
class Document:
    """One revision of an article without its text; `number` never leaves the program."""

    number: int
    id: str
    key: str
    revision: int
    collection: str
    title: str
    source: str | None
    url: str | None
    author: str | None
    published_at: str | None
    language: str | None
    sha256: str
    source_sha256: str
    state: str
    reviews_needed: int
    n_sentences: int
    n_sign_offs: int
    n_decided: int
    n_in_dispute: int
    n_checkable: int
    n_unchecked: int
    n_settled: int
    loaded_at: str
    withdrawn_at: str | None
    last_event: int
    priority: str
    plan_version: int
    closed_reason: str | None

    @classmethod
    def of(cls, row: Row) -> "Document":
        """Make one from a row of the table; it has more columns than anybody outside needs."""
        return cls(**{name: row[name] for name in cls.__dataclass_fields__})

    @property
    def is_blind(self) -> bool:
        """Whether everyone sees only their own annotations."""
        return rules.is_blind(
            reviews_needed=self.reviews_needed, n_sign_offs=self.n_sign_offs, state=self.state
        )


def get_document(db: Database, document_id: str, reader: Person | None) -> Document:
    """Find a document for someone, None being the command line.

    :raises NotFound: there is none, it was withdrawn, or its collection is not theirs to see.
    """
    row = db.row(
        """
        SELECT * FROM documents
        WHERE id = :id AND collection NOT IN (SELECT value FROM json_each(:hidden))
        """,
        id=document_id,
        hidden=hidden_from(reader),
    )
    if row is None or row["state"] == "withdrawn":
        raise NotFound(f"There is no such document{', or it is not yours to see' if reader else ''}.")
    return Document.of(row)


def find_latest(db: Database, key: str) -> Document | None:
    """Find the newest revision of an article, also a withdrawn one."""
    row = db.row("SELECT * FROM documents WHERE key = :key ORDER BY revision DESC LIMIT 1", key=key)
    return None if row is None else Document.of(row)


def find_revision(db: Database, document: Document, revision: int) -> Document | None:
    """Find another revision of the same article; None if there is none, or if it was withdrawn."""
    row = db.row(
        "SELECT * FROM documents WHERE key = :key AND revision = :revision AND state <> 'withdrawn'",
        key=document.key,
        revision=revision,
    )
    return None if row is None else Document.of(row)


def superseded(db: Database, document: Document) -> Refused:
    """Return what to raise when a write to an old revision has nowhere to go; `current` is the newest one."""
    newest = find_latest(db, document.key) or document
    return Refused(
        "There is a newer revision of this article.",
        code="superseded",
        current={"id": newest.id, "revision": newest.revision},
    )


def closed(document: Document) -> Refused:
    """Return what to raise when somebody writes to a closed document."""
    return Refused(
        f"This document is closed ({document.closed_reason}): an editor can reopen it.", code="closed"
    )


def list_documents(
    db: Database,
    reader: Person | None,
    *,
    q: str | None = None,
    state: str | None = None,
    collection: str | None = None,
    assigned: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Document]:
    """List documents, newest first, never the withdrawn ones.

    :param reader: whose collections they are of; None: of all.
    :param q: part of the title or key (`%` and `_` stand for themselves), or words that the text has.
    :param state: None for all that are in use: neither withdrawn nor superseded.
    :param assigned: a name: only what is assigned to them; `me` is the reader.
    :param before: only those with a smaller number: where the list before ended.
    """
    wanted: dict[str, object] = {
        "state": state,
        "collection": collection,
        "assigned": assigned and name_key(reader.name if assigned == "me" and reader else assigned),
        "before": before,
        "limit": limit,
        "hidden": hidden_from(reader),
    }
    if q:
        return _search_documents(db, q, wanted)
    rows = db.rows(
        """
        SELECT * FROM documents
        WHERE CASE WHEN :state IS NULL THEN state <> 'superseded' ELSE state = :state END
          AND state <> 'withdrawn'
          AND (:collection IS NULL OR collection = :collection)
          AND collection NOT IN (SELECT value FROM json_each(:hidden))
          AND (:assigned IS NULL OR number IN (
              SELECT a.document FROM assignments AS a JOIN reviewers AS r ON r.id = a.reviewer_id
              WHERE r.name_key = :assigned))
          AND (:before IS NULL OR number < :before)
        ORDER BY number DESC LIMIT :limit
        """,
        **wanted,
    )
    return [Document.of(row) for row in rows]


def _search_documents(db: Database, q: str, wanted: dict[str, object]) -> list[Document]:
    """List the newest that are called so and the newest that say so; each half stops when it has enough."""
    rows = db.rows(
        r"""
        WITH called AS (
            SELECT number FROM documents
            WHERE (title LIKE :pattern ESCAPE '\' OR key LIKE :pattern ESCAPE '\')
              AND CASE WHEN :state IS NULL THEN state <> 'superseded' ELSE state = :state END
              AND state <> 'withdrawn'
              AND (:collection IS NULL OR collection = :collection)
              AND collection NOT IN (SELECT value FROM json_each(:hidden))
              AND (:assigned IS NULL OR number IN (
                  SELECT a.document FROM assignments AS a JOIN reviewers AS r ON r.id = a.reviewer_id
                  WHERE r.name_key = :assigned))
              AND (:before IS NULL OR number < :before)
            ORDER BY number DESC LIMIT :limit
        ), saying AS (
            SELECT d.number FROM document_search AS s CROSS JOIN documents AS d ON d.number = s.rowid
            WHERE s.document_search MATCH :words
              AND s.rowid < coalesce(:before, 9223372036854775807)
              AND CASE WHEN :state IS NULL THEN d.state <> 'superseded' ELSE d.state = :state END
              AND d.state <> 'withdrawn'
              AND (:collection IS NULL OR d.collection = :collection)
              AND d.collection NOT IN (SELECT value FROM json_each(:hidden))
              AND (:assigned IS NULL OR d.number IN (
                  SELECT a.document FROM assignments AS a JOIN reviewers AS r ON r.id = a.reviewer_id
                  WHERE r.name_key = :assigned))
            ORDER BY s.rowid DESC LIMIT :limit
        )
        SELECT * FROM documents
        WHERE number IN (SELECT number FROM called UNION SELECT number FROM saying)
        ORDER BY number DESC LIMIT :limit
        """,
        pattern="%" + q.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%",
        words=text_query(q),
        **wanted,
    )
    return [Document.of(row) for row in rows]


def list_collections(db: Database, reader: Person | None) -> list[str]:
    """List the names of the collections that someone may see, None all."""
    rows = db.rows(
        """
        SELECT DISTINCT collection FROM documents
        WHERE collection NOT IN (SELECT value FROM json_each(:hidden)) ORDER BY 1
        """,
        hidden=hidden_from(reader),
    )
    return [row[0] for row in rows]


def add_document(
    db: Database,
    article: Article,
    *,
    reviews_needed: int,
    revision: int = 1,
    is_indexed_later: bool = False,
) -> Document:
    """Store an article as a revision of its key, whole or not at all.

    :param revision: from 1; the one before is superseded by whoever adds the next one.
    :param is_indexed_later: whoever loads many brings the search index up afterwards.
    """
    with db.transaction():
        (row,) = db.write(
            """
            INSERT INTO documents (id, key, revision, collection, title, source, url, author,
                published_at, language, sha256, source_sha256, segmenter, state, reviews_needed,
                n_sentences, loaded_at, last_event)
            VALUES (:id, :key, :revision, :collection, :title, :source, :url, :author,
                :published_at, :language, :sha256, :source_sha256, :segmenter, 'open', :needed,
                :n_sentences, :now, (SELECT coalesce(max(number), 0) + 1 FROM events))
            RETURNING *
            """,
            id=secrets.token_hex(8),
            key=article.key,
            revision=revision,
            collection=article.collection,
            title=article.title,
            source=article.source,
            url=article.url,
            author=article.author,
            published_at=article.published_at,
            language=article.language,
            sha256=article.sha256,
            source_sha256=article.source_sha256,
            segmenter=article.segmenter,
            needed=reviews_needed,
            n_sentences=len(article.spans),
            now=now(),
        )
        _add_text(db, row["number"], article)
        record_event(  # the next one, as said above
            db,
            "loaded",
            by=None,
            document=row["number"],
            now={"key": article.key, "revision": revision, "sha256": article.sha256},
        )
        if not is_indexed_later:
            index_new(db)
    return Document.of(row)


def find_updates(document: Document, article: Article) -> dict[str, str]:
    """Find what is said of an article that is not said of the document yet; what is left out stays."""
    said = {name: getattr(article, name) for name in sorted(article.given)}
    return {name: value for name, value in said.items() if value != getattr(document, name)}


def update_description(db: Database, document: Document, article: Article) -> bool:
    """Take over what is said of an article whose text stayed, inside an open transaction.

    :returns: whether there was anything new.
    """
    updates = find_updates(document, article)
    if not updates:
        return False
    if "title" in updates:
        rename_document(db, document.number, updates["title"])
    event = record_event(
        db,
        "described",
        by=None,
        document=document.number,
        was={name: getattr(document, name) for name in updates},
        now=updates,
    )
    db.write(
        """
        UPDATE documents SET title = :title, source = :source, url = :url, author = :author,
            published_at = :published_at, language = :language, source_sha256 = :source_sha256,
            last_event = :event
        WHERE number = :number
        """,
        **{name: getattr(document, name) for name in DESCRIPTION} | updates,
        source_sha256=article.source_sha256,
        event=event,
        number=document.number,
    )
    return True


def _add_text(db: Database, number: int, article: Article) -> None:
    db.write(
        "INSERT INTO texts (document, text, blocks) VALUES (:document, :text, :blocks)",
        document=number,
        text=article.text,
        blocks=orjson.dumps(article.blocks).decode(),
    )
    db.write_many(
        """
        INSERT INTO sentences (document, start, stop, block, text)
        VALUES (?, ?, ?, ?, ?)
        """,
        _sentence_rows(number, article),
    )


def _sentence_rows(number: int, article: Article) -> list[tuple[int, int, int, str, str]]:
    """Pair each span with the kind of its block; both are in order, so one pass suffices.

    :returns: document, start, stop, block, text: bare tuples, since there are millions of them.
    """
    rows = []
    blocks = iter(article.blocks)
    block = next(blocks)
    for start, stop in article.spans:
        while block[1] <= start:
            block = next(blocks)
        rows.append((number, start, stop, block[2], article.text[start:stop]))
    return rows


def record_change(
    db: Database,
    document: Document,
    event: int,
    *,
    change: rules.Tally,
    n_sign_offs: int = 0,
    n_sentences: int = 0,
) -> Document:
    """Add a change to a document's counts, inside the transaction of the change itself.

    :param document: as it was read in this same transaction.
    :param event: number of the event that tells of the change.
    :param n_sign_offs: how many sign-offs come on top; `n_sentences` likewise.
    """
    state = rules.document_state(
        reviews_needed=document.reviews_needed,
        n_sign_offs=document.n_sign_offs + n_sign_offs,
        n_in_dispute=document.n_in_dispute + change.n_in_dispute,
    )
    state = "closed" if document.state == "closed" else state
    if state != document.state or n_sign_offs:  # apart: they stand in indexes that a tag need not touch
        db.write(
            "UPDATE documents SET state = :state, n_sign_offs = n_sign_offs + :n WHERE number = :number",
            state=state,
            n=n_sign_offs,
            number=document.number,
        )
    if n_sign_offs:
        renew_places(db, document.number)
    (row,) = db.write(
        """
        UPDATE documents SET
            last_event = max(:event, last_event), n_sentences = n_sentences + :n_sentences,
            n_decided = n_decided + :n_decided, n_in_dispute = n_in_dispute + :n_in_dispute,
            n_checkable = n_checkable + :n_checkable, n_unchecked = n_unchecked + :n_unchecked,
            n_settled = n_settled + :n_settled
        WHERE number = :number
        RETURNING state, n_sign_offs, last_event, n_sentences, n_decided, n_in_dispute, n_checkable,
            n_unchecked, n_settled  -- others stay, and computed columns cost a tag as much as the rest
        """,
        number=document.number,
        event=event,
        n_sentences=n_sentences,
        n_decided=change.n_decided,
        n_in_dispute=change.n_in_dispute,
        n_checkable=change.n_checkable,
        n_unchecked=change.n_unchecked,
        n_settled=change.n_settled,
    )
    return replace(document, **dict(row))


def mark_changed(db: Database, number: int, event: int) -> Document:
    """Say that an event changed something of a document, and none of its counts; return it as it is now."""
    (row,) = db.write(
        "UPDATE documents SET last_event = :event WHERE number = :number RETURNING *",
        event=event,
        number=number,
    )
    return Document.of(row)


def withdraw_document(db: Database, document_id: str, *, reason: str, erase: bool) -> Document:
    """Hide an article everywhere but in the history, with all its revisions; a takedown.

    :param document_id: of any of its revisions.
    :param erase: also blank its text and every text that may quote it, for good.
    :returns: the newest revision.
    :raises NotFound: there is none.
    """
    with db.transaction():
        revisions = db.rows(
            """
            SELECT * FROM documents WHERE key = (SELECT key FROM documents WHERE id = :id)
            ORDER BY revision
            """,
            id=document_id,
        )
        if not revisions:
            raise NotFound("There is no such document.")
        withdrawn = [_withdraw(db, Document.of(row), reason, erase) for row in revisions]
        if erase:
            rebuild(db)
        return withdrawn[-1]


def _withdraw(db: Database, document: Document, reason: str, erase: bool) -> Document:
    forget_document(db, document.number)
    ids = list_ids(db, document.number)
    tell_partners(db, ids, by=None, because="withdrawn", document=document.id)
    event = record_event(
        db,
        "erased" if erase else "withdrawn",
        by=None,
        document=document.number,
        was={"state": document.state},
        now={"state": "withdrawn", "reason": reason},
    )
    (row,) = db.write(
        """
        UPDATE documents SET state = 'withdrawn', last_event = :event,
            withdrawn_at = coalesce(withdrawn_at, :now)
        WHERE number = :number RETURNING *
        """,
        number=document.number,
        event=event,
        now=now(),
    )
    if erase:
        _erase(db, document.number, document.id, event)
    return Document.of(row)


def _erase(db: Database, number: int, document_id: str, event: int) -> None:
    """Blank what is or may quote the text; who did what and when stays."""
    db.write(
        """
        UPDATE documents SET title = '', author = NULL, url = NULL, closed_reason = NULL
        WHERE number = :number
        """,
        number=number,
    )
    db.write("UPDATE texts SET text = '' WHERE document = :number", number=number)
    ids = _list_sentence_ids(db, number)
    db.write("UPDATE sentences SET text = '' WHERE id IN (SELECT value FROM json_each(:ids))", ids=ids)
    db.write(
        """
        UPDATE annotations SET speaker = NULL, note = NULL
        WHERE sentence_id IN (SELECT value FROM json_each(:ids))
        """,
        ids=ids,
    )
    db.write(
        """
        UPDATE decisions SET speaker = NULL, reason = NULL
        WHERE sentence_id IN (SELECT value FROM json_each(:ids))
        """,
        ids=ids,
    )
    db.write(
        """
        UPDATE verifications SET text = '', rationale = NULL, evidence = '[]'
        WHERE sentence_id IN (SELECT value FROM json_each(:ids))
        """,
        ids=ids,
    )
    db.write("UPDATE comments SET text = NULL WHERE document = :number", number=number)
    db.write(
        """
        UPDATE assignments_to_check SET question = NULL
        WHERE sentence_id IN (SELECT value FROM json_each(:ids))
        """,
        ids=ids,
    )
    db.write(
        "UPDATE events SET was = NULL, now = NULL WHERE document = :number AND number < :event",
        number=number,
        event=event,
    )
    db.write(
        "UPDATE answers SET body = x'7b7d' WHERE instr(body, :id) > 0",
        id=document_id.encode(),
    )


def _list_sentence_ids(db: Database, number: int) -> str:
    """Return the ids of all sentences that a document ever had, as SQL takes them."""
    rows = db.rows(
        """
        SELECT id FROM sentences WHERE document = :number AND is_current = 1
        UNION ALL
        SELECT id FROM sentences WHERE document = :number AND is_current = 0
        """,
        number=number,
    )
    return json_list(row["id"] for row in rows)
