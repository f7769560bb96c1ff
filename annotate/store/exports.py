"""What an export may hold: what everybody may see of each article, in the order of their keys."""

from annotate.database import Database, Row
from annotate.rules import is_blind
from annotate.store.documents import Document


def list_exportable(db: Database, *, collection: str | None, since: int) -> list[int]:
    """List the numbers of the documents of an export: of each article the newest revision that is not blind.

    So a decided one stays until the next one is decided as well.

    :param since: only articles that were changed by an event with a greater number.
    """
    rows = db.rows(
        """
        SELECT key, number, last_event, reviews_needed, n_sign_offs, state FROM documents
        WHERE state <> 'withdrawn'
          AND (:collection IS NULL OR collection = :collection)
          AND (:since = 0 OR key IN (SELECT key FROM documents WHERE last_event > :since))
        ORDER BY key, revision
        """,
        collection=collection,
        since=since,
    )
    newest = {row["key"]: row for row in rows if not _is_blind(row)}
    return [row["number"] for row in newest.values() if row["last_event"] > since]


def last_visible_event(db: Database) -> int:
    """Return the number of the last event that an export shows, its cursor; 0 if there is none.

    Sign-ins and blind votes are no such event: the same state gives the same bytes, and a cursor tells
    nobody how fast a colleague works.
    """
    rows = db.rows(
        """
        SELECT state, reviews_needed, n_sign_offs, max(last_event) AS last_event
        FROM documents GROUP BY state, reviews_needed, n_sign_offs
        """
    )
    return max((int(row["last_event"]) for row in rows if not _is_blind(row)), default=0)


def _is_blind(row: Row) -> bool:
    return is_blind(reviews_needed=row["reviews_needed"], n_sign_offs=row["n_sign_offs"], state=row["state"])


def get_exportable(db: Database, number: int) -> Document:
    """Read one of the documents that :func:`list_exportable` named, from the same snapshot."""
    return Document.of(db.row("SELECT * FROM documents WHERE number = :number", number=number))


def list_withdrawn(db: Database, *, collection: str | None, since: int) -> list[dict[str, str]]:
    """List key and time of the articles that were withdrawn after `since`."""
    rows = db.rows(
        """
        SELECT key, withdrawn_at AS at FROM documents
        WHERE state = 'withdrawn' AND superseded_by IS NULL AND last_event > :since
          AND (:collection IS NULL OR collection = :collection)
        ORDER BY key, revision
        """,
        collection=collection,
        since=since,
    )
    return [dict(row) for row in rows]
