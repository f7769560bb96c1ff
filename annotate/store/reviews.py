"""Reviews: one reviewer's pass over one document, from the queue to the sign-off."""

from dataclasses import dataclass

from annotate import rules
from annotate.database import Database
from annotate.errors import Invalid
from annotate.store.clock import now, seconds
from annotate.store.contents import Review, get_standing
from annotate.store.decisions import renew_decision
from annotate.store.documents import Document, get_document, record_change, superseded
from annotate.store.events import record_event
from annotate.store.reviewers import Person


@dataclass(frozen=True)
class QueueEntry:
    """A document that waits for someone, what they have done of it, and who else is at it now."""

    document: Document
    mine: Review | None
    others_at_work: list[str]


@dataclass(frozen=True)
class Progress:
    """How far the desk is, and one person on it; counts of documents but for `n_mine_tagged`."""

    n_documents: int
    n_open: int
    n_in_dispute: int
    n_decided: int
    n_waiting_for_me: int
    n_mine_signed_off: int
    n_mine_tagged: int


def sign_off(db: Database, document_id: str, *, by: Person) -> Document:
    """Record a reviewer's word that the whole document is read; the Nth one lets the votes decide.

    Signing off twice changes nothing.

    :raises Refused: code ``superseded``.
    :raises Invalid: code ``untagged``; `fields` lists the starts of the sentences without a vote.
    """
    with db.transaction():
        document = get_document(db, document_id, by)
        if document.state == "superseded":
            raise superseded(db, document)
        untagged = list_untagged(db, document, by)
        if untagged:
            count = "1 sentence is" if len(untagged) == 1 else f"{len(untagged)} sentences are"
            raise Invalid(f"{count} still untagged.", code="untagged", fields={"untagged": untagged})
        is_new = db.write(
            """
            UPDATE reviews SET signed_off_at = :now, acted_at = :seconds
            WHERE document = :number AND reviewer_id = :by AND signed_off_at IS NULL
            RETURNING signed_off_at
            """,
            now=now(),
            seconds=seconds(),
            number=document.number,
            by=by.id,
        )
        if not is_new:
            return document
        event = record_event(db, "signed_off", by=by.id, document=document.number)
        was_blind = document.is_blind
        document = record_change(db, document, event, change=rules.Tally(), n_sign_offs=1)
        if was_blind and not document.is_blind:
            document = record_change(db, document, event, change=decide_all(db, document))
        return document


def list_untagged(db: Database, document: Document, by: Person) -> list[int]:
    """List the starts of the sentences that someone has not voted on."""
    rows = db.rows(
        """
        SELECT s.start FROM sentences AS s
        WHERE s.document = :number AND s.is_current = 1 AND NOT EXISTS (
            SELECT 1 FROM annotations AS a
            WHERE a.sentence_id = s.id AND a.reviewer_id = :by AND a.label IS NOT NULL)
        ORDER BY s.start
        """,
        number=document.number,
        by=by.id,
    )
    return [row["start"] for row in rows]


def decide_all(db: Database, document: Document) -> rules.Tally:
    """Let the votes decide every sentence anew; return the change of the document's counts."""
    change = rules.Tally()
    for row in db.rows(
        "SELECT id FROM sentences WHERE document = :number AND is_current = 1",
        number=document.number,
    ):
        standing = get_standing(db, row["id"])
        change = change.plus(renew_decision(db, document, row["id"], standing))
    return change


def list_queue(db: Database, reader: Person, *, limit: int) -> list[QueueEntry]:
    """List what waits for someone: what they have begun, then what needs the fewest more reviews.

    Documents that enough others are at work on come last; a lease steers and never hides.
    """
    rows = db.rows(
        """
        WITH at_work AS (
            SELECT v.document, group_concat(r.name, char(10)) AS names, count(*) AS n
            FROM reviews AS v JOIN reviewers AS r ON r.id = v.reviewer_id
            WHERE v.reviewer_id <> :me AND v.signed_off_at IS NULL AND v.acted_at > :lease
            GROUP BY v.document
        )
        SELECT d.*, mine.n_tagged, mine.acted_at, at_work.names
        FROM documents AS d
        LEFT JOIN reviews AS mine ON mine.document = d.number AND mine.reviewer_id = :me
        LEFT JOIN at_work ON at_work.document = d.number
        WHERE d.state = 'open' AND mine.signed_off_at IS NULL
          AND d.collection NOT IN (SELECT value FROM json_each(:hidden))
        ORDER BY mine.reviewer_id IS NULL,
            d.n_sign_offs + coalesce(at_work.n, 0) >= d.reviews_needed,
            d.reviews_needed - d.n_sign_offs, d.number
        LIMIT :limit
        """,
        me=reader.id,
        hidden=reader.hidden,
        lease=seconds() - rules.LEASE_SECONDS,
        limit=limit,
    )
    return [
        QueueEntry(
            Document.of(row),
            None if row["n_tagged"] is None else Review(reader.name, row["n_tagged"], row["acted_at"], None),
            row["names"].split("\n") if row["names"] else [],
        )
        for row in rows
    ]


def get_progress(db: Database, reader: Person) -> Progress:
    """Count the desk's documents by state, and what one person has done."""
    rows = db.rows(
        """
        SELECT state, count(*) AS n FROM documents
        WHERE collection NOT IN (SELECT value FROM json_each(:hidden)) GROUP BY state
        """,
        hidden=reader.hidden,
    )
    states = {row["state"]: row["n"] for row in rows}
    mine = db.row(
        """
        SELECT coalesce(sum(v.n_tagged), 0) AS n_tagged, count(v.signed_off_at) AS n_signed_off,
            coalesce(sum(d.state = 'open' AND v.signed_off_at IS NOT NULL), 0) AS n_done_of_open
        FROM reviews AS v JOIN documents AS d ON d.number = v.document
        WHERE v.reviewer_id = :me AND d.state NOT IN ('withdrawn', 'superseded')
          AND d.collection NOT IN (SELECT value FROM json_each(:hidden))
        """,
        me=reader.id,
        hidden=reader.hidden,
    )
    assert mine is not None  # an aggregate always has a row
    return Progress(
        n_documents=sum(n for state, n in states.items() if state not in ("withdrawn", "superseded")),
        n_open=states.get("open", 0),
        n_in_dispute=states.get("in_dispute", 0),
        n_decided=states.get("decided", 0),
        n_waiting_for_me=states.get("open", 0) - mine["n_done_of_open"],
        n_mine_signed_off=mine["n_signed_off"],
        n_mine_tagged=mine["n_tagged"],
    )
