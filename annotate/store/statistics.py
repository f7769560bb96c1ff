"""Counts over everything, from the counts kept with each document and from narrow tables."""

from collections import Counter

from annotate.database import Database


def get_statistics(db: Database) -> dict[str, dict[str, int]]:
    """Count documents by state, sentences, decided labels, and verifications by status and verdict.

    Withdrawn documents are counted as documents and nowhere else.
    """
    states = db.rows("SELECT state, count(*) AS n FROM documents GROUP BY state ORDER BY state")
    checked = db.rows(
        """
        SELECT v.status, v.verdict, count(*) AS n
        FROM verifications AS v
        JOIN sentences AS s ON s.id = v.sentence_id AND s.is_current = 1
        JOIN documents AS d ON d.number = s.document
        WHERE v.is_suspended = 0 AND d.state NOT IN ('withdrawn', 'superseded')
        GROUP BY v.status, v.verdict ORDER BY v.status, v.verdict
        """
    )
    statuses: Counter[str] = Counter()
    verdicts: Counter[str] = Counter()
    for row in checked:
        statuses[row["status"]] += row["n"]
        verdicts[row["verdict"]] += row["n"]
    return {
        "documents": {row["state"]: row["n"] for row in states},
        "sentences": _count_sentences(db),
        "labels": _count_labels(db),
        "verifications": dict(statuses),
        "verdicts": dict(verdicts),
    }


def _count_sentences(db: Database) -> dict[str, int]:
    row = db.row(
        """
        SELECT coalesce(sum(n_sentences), 0) AS loaded, coalesce(sum(n_decided), 0) AS decided,
            coalesce(sum(n_in_dispute), 0) AS in_dispute,
            coalesce(sum(n_checkable), 0) AS to_verify, coalesce(sum(n_settled), 0) AS settled
        FROM documents WHERE state NOT IN ('withdrawn', 'superseded')
        """
    )
    return dict(row) if row else {}


def _count_labels(db: Database) -> dict[str, int]:
    rows = db.rows(
        """
        SELECT c.label, count(*) AS n
        FROM decisions AS c
        JOIN sentences AS s ON s.id = c.sentence_id AND s.is_current = 1
        JOIN documents AS d ON d.number = s.document
        WHERE c.label IS NOT NULL AND d.state NOT IN ('withdrawn', 'superseded')
        GROUP BY c.label ORDER BY c.label
        """
    )
    return {row["label"]: row["n"] for row in rows}
