"""The places of a document: who has taken one by signing off, and whether all others are assigned."""

from annotate.database import Database


def renew_places(db: Database, number: int) -> None:
    """Tell the queue who has signed a document off, and whether it is kept for those assigned to it.

    Inside the transaction of whatever changed that: a sign-off, the plan, N.
    """
    db.write(
        """
        UPDATE assignments SET is_done = EXISTS (
            SELECT 1 FROM reviews AS v WHERE v.document = assignments.document
              AND v.reviewer_id = assignments.reviewer_id AND v.signed_off_at IS NOT NULL)
        WHERE document = :number
        """,
        number=number,
    )
    db.write(
        """
        UPDATE documents SET signers = coalesce((
            SELECT ',' || group_concat(reviewer_id, ',') || ',' FROM (
                SELECT reviewer_id FROM reviews
                WHERE document = :number AND signed_off_at IS NOT NULL ORDER BY reviewer_id)
            HAVING count(*) > 0), ',')
        WHERE number = :number
        """,
        number=number,
    )
    _renew_reserved(db, f"[{number}]")


def renew_places_of(db: Database, reviewer_id: int) -> None:
    """Let others have what was kept for somebody who may not work on it now, or keep it again."""
    numbers = db.value(
        "SELECT json_group_array(document) FROM assignments WHERE reviewer_id = :id AND is_done = 0",
        id=reviewer_id,
    )
    _renew_reserved(db, numbers)


def renew_places_in(db: Database, collection: str) -> None:
    """Do so where other people may see a collection now."""
    numbers = db.value(
        """
        SELECT json_group_array(DISTINCT a.document)
        FROM assignments AS a JOIN documents AS d ON d.number = a.document
        WHERE a.is_done = 0 AND d.collection = :collection
        """,
        collection=collection,
    )
    _renew_reserved(db, numbers)


def _renew_reserved(db: Database, numbers: str) -> None:
    """:param numbers: of documents, as JSON."""
    db.write(
        """
        UPDATE documents SET is_reserved = reviews_needed - n_sign_offs BETWEEN 1 AND (
            SELECT count(*) FROM assigned AS a WHERE a.document = documents.number)
        WHERE number IN (SELECT value FROM json_each(:numbers))
        """,
        numbers=numbers,
    )
