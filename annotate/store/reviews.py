"""Reviews: one reviewer's pass over one document, which ends with the sign-off."""

from annotate import rules
from annotate.database import Database
from annotate.errors import Invalid
from annotate.store.clock import now, seconds
from annotate.store.contents import get_standing
from annotate.store.decisions import renew_decision
from annotate.store.documents import Document, closed, get_document, record_change, superseded
from annotate.store.events import record_event
from annotate.store.partners import list_ids, tell_partners
from annotate.store.reviewers import Person


def sign_off(db: Database, document_id: str, *, by: Person) -> Document:
    """Record a reviewer's word that the whole document is read; the Nth one lets the votes decide.

    Signing off twice changes nothing.

    :raises Refused: code ``superseded`` or ``closed``.
    :raises Invalid: code ``untagged``; `fields` lists the starts of the sentences without a vote.
    """
    with db.transaction():
        document = get_document(db, document_id, by)
        if document.state == "superseded":
            raise superseded(db, document)
        if document.state == "closed":
            raise closed(document)
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
        db.write(
            "DELETE FROM leases WHERE document = :number AND reviewer_id = :by",
            number=document.number,
            by=by.id,
        )
        event = record_event(db, "signed_off", by=by.id, document=document.number)
        was_blind = document.is_blind
        document = record_change(db, document, event, change=rules.Tally(), n_sign_offs=1)
        if was_blind and not document.is_blind:
            document = record_change(db, document, event, change=decide_all(db, document))
            ids = list_ids(db, document.number)
            tell_partners(db, ids, by=None, because="signed off", document=document.id)
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
