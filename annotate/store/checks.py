"""What ``check`` counts anew, to compare it with what is kept."""

from annotate.database import Database


def list_numbers(db: Database) -> list[int]:
    """List the numbers of all documents that can be read, old revisions too."""
    rows = db.rows("SELECT number FROM documents WHERE state <> 'withdrawn'")
    return [row["number"] for row in rows]


def count_tagged_anew(db: Database, number: int) -> dict[str, int]:
    """Count the votes of each reviewer of a document, by name."""
    rows = db.rows(
        """
        SELECT r.name, count(a.label) AS n
        FROM reviews AS v
        JOIN reviewers AS r ON r.id = v.reviewer_id
        LEFT JOIN sentences AS s ON s.document = v.document AND s.is_current = 1
        LEFT JOIN annotations AS a ON a.sentence_id = s.id AND a.reviewer_id = v.reviewer_id
        WHERE v.document = :number GROUP BY r.id
        """,
        number=number,
    )
    return {row["name"]: row["n"] for row in rows}


def find_queue_faults(db: Database) -> list[str]:
    """Return what the queue keeps and what does not follow from documents, reviews and assignments."""
    rows = db.rows(
        """
        SELECT d.key || ': its places in the queue are not as kept.' FROM documents AS d
        WHERE d.state = 'open' AND (
            d.signers <> coalesce((
                SELECT ',' || group_concat(v.reviewer_id, ',') || ',' FROM (
                    SELECT reviewer_id FROM reviews
                    WHERE document = d.number AND signed_off_at IS NOT NULL ORDER BY reviewer_id) AS v
                HAVING count(*) > 0), ',')
            OR d.is_reserved <> (d.reviews_needed - d.n_sign_offs BETWEEN 1 AND (
                SELECT count(*) FROM assigned AS a WHERE a.document = d.number)))
        UNION ALL
        SELECT DISTINCT d.key || ': who has done what was assigned to them is not as kept.'
        FROM assignments AS a JOIN documents AS d ON d.number = a.document
        WHERE a.is_done <> EXISTS (
            SELECT 1 FROM reviews AS v WHERE v.document = a.document AND v.reviewer_id = a.reviewer_id
              AND v.signed_off_at IS NOT NULL)
        UNION ALL
        SELECT 'The counts of documents by state are not as kept.' WHERE EXISTS (
            SELECT 1 FROM (
                SELECT collection, state, n FROM desk_counts
                UNION ALL
                SELECT collection, state, -count(*) FROM documents GROUP BY collection, state)
            GROUP BY collection, state HAVING sum(n) <> 0)
        UNION ALL
        SELECT 'The counts of what people have done are not as kept.' WHERE EXISTS (
            SELECT 1 FROM (
                SELECT reviewer_id, collection, state, n_signed_off, n_tagged FROM reviewer_counts
                UNION ALL
                SELECT v.reviewer_id, d.collection, d.state, -count(v.signed_off_at), -sum(v.n_tagged)
                FROM reviews AS v JOIN documents AS d ON d.number = v.document
                GROUP BY v.reviewer_id, d.collection, d.state)
            GROUP BY reviewer_id, collection, state HAVING sum(n_signed_off) <> 0 OR sum(n_tagged) <> 0)
        """
    )
    return [row[0] for row in rows]


def count_anew(db: Database, number: int) -> dict[str, int]:
    """Count a document's sentences, sign-offs and decisions from their own tables."""
    row = db.row(
        """
        SELECT count(*) AS n_sentences,
            count(d.label) AS n_decided,
            coalesce(sum(d.in_dispute), 0) AS n_in_dispute,
            coalesce(sum(d.label IN ('claim', 'quote')), 0) AS n_checkable,
            coalesce(sum(d.label IN ('claim', 'quote') AND (v.status IS NULL OR v.is_suspended
                OR v.status = 'unchecked')), 0) AS n_unchecked,
            coalesce(sum(d.label IN ('claim', 'quote') AND v.status = 'settled'
                AND NOT v.is_suspended), 0) AS n_settled,
            (SELECT count(signed_off_at) FROM reviews WHERE document = :number) AS n_sign_offs,
            (SELECT max(number) FROM events WHERE document = :number) AS last_event
        FROM sentences AS s
        LEFT JOIN decisions AS d ON d.sentence_id = s.id
        LEFT JOIN verifications AS v ON v.sentence_id = s.id
        WHERE s.document = :number AND s.is_current = 1
        """,
        number=number,
    )
    return dict(row) if row else {}


def list_weights(db: Database, number: int) -> dict[int, int]:
    """Return the weight that is kept of each dispute in a document, by the sentence's id."""
    rows = db.rows(
        """
        SELECT s.id, d.weight FROM sentences AS s JOIN decisions AS d ON d.sentence_id = s.id
        WHERE s.document = :number AND s.is_current = 1 AND d.in_dispute = 1
        """,
        number=number,
    )
    return {row["id"]: row["weight"] for row in rows}
