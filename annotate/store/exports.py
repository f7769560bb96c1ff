"""What an export may hold: what everybody may see of each article, in the order of their keys."""

import orjson

from annotate.database import Database
from annotate.history import acts_seen
from annotate.store.documents import Document
from annotate.store.reviewers import Person, hidden_from


def list_exportable(db: Database, reader: Person | None, *, collection: str | None, since: int) -> list[int]:
    """List the numbers of the documents of an export: of each article the newest revision that is not blind.

    So a decided one stays until the next one is decided as well.

    :param reader: whose collections they are of; None: of all.
    :param since: only articles that were changed by an event with a greater number.
    """
    rows = db.rows(
        """
        SELECT key, number, last_event FROM documents
        WHERE state <> 'withdrawn' AND is_blind = 0
          AND collection NOT IN (SELECT value FROM json_each(:hidden))
          AND (:collection IS NULL OR collection = :collection)
          AND (:since = 0 OR key IN (SELECT key FROM documents WHERE last_event > :since))
        ORDER BY key, revision
        """,
        collection=collection,
        since=since,
        hidden=hidden_from(reader),
    )
    newest = {row["key"]: row for row in rows}
    return [row["number"] for row in newest.values() if row["last_event"] > since]


def last_visible_event(db: Database, reader: Person | None) -> int:
    """Return the number of the last event that an export shows, its cursor; 0 if there is none.

    Sign-ins and blind votes are no such event: the same state gives the same bytes, and a cursor tells
    nobody how fast a colleague works.
    """
    last = db.value(
        """
        SELECT max(last_event) FROM documents
        WHERE is_blind = 0 AND collection NOT IN (SELECT value FROM json_each(:hidden))
        """,
        hidden=hidden_from(reader),
    )
    return int(last or 0)


def last_known_event(db: Database, reader: Person | None) -> int:
    """Return the number of the last event that a reader may know of: no cursor of theirs is larger.

    Were it the last of all, whoever tries cursors would learn how many votes others have cast by now where it
    is blind. What is told to all counts there too, so that one that a plan hides takes no cursor along.
    """
    number = db.value(
        """
        SELECT e.number FROM events AS e CROSS JOIN documents AS d ON d.number = e.document
        WHERE (d.is_blind = 0 OR e.act IN (SELECT value FROM json_each(:for_all)))
          AND d.collection NOT IN (SELECT value FROM json_each(:hidden))
        ORDER BY e.number DESC LIMIT 1
        """,
        for_all=orjson.dumps(acts_seen("all")).decode(),
        hidden=hidden_from(reader),
    )
    return int(number or 0)


def get_exportable(db: Database, number: int) -> Document:
    """Read one of the documents that :func:`list_exportable` named, from the same snapshot."""
    return Document.of(db.row("SELECT * FROM documents WHERE number = :number", number=number))


def list_withdrawn(
    db: Database, reader: Person | None, *, collection: str | None, since: int
) -> list[dict[str, str]]:
    """List key and time of the articles that were withdrawn after `since`."""
    rows = db.rows(
        """
        SELECT key, withdrawn_at AS at FROM documents
        WHERE state = 'withdrawn' AND superseded_by IS NULL AND last_event > :since
          AND (:collection IS NULL OR collection = :collection)
          AND collection NOT IN (SELECT value FROM json_each(:hidden))
        ORDER BY key, revision
        """,
        collection=collection,
        since=since,
        hidden=hidden_from(reader),
    )
    return [dict(row) for row in rows]
