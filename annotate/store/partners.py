"""What a change of one document means for those that its sentences are matched with."""

from collections.abc import Iterable

from annotate import rules
from annotate.database import Database, Row, json_list
from annotate.store.events import record_event


def tell_partners(db: Database, ids: Iterable[int], *, by: int | None, because: str, document: str) -> None:
    """Record in the history of matched documents that what stands beside some sentences has changed.

    So an export since a cursor has them anew, inside the transaction of that change.

    :param ids: of sentences of one document, retired ones too.
    :param document: the id of that document.
    """
    rows = db.rows(
        """
        WITH linked AS (
            SELECT m.second AS other FROM json_each(:ids) AS w CROSS JOIN matches AS m ON m.first = w.value
            WHERE m.state = 'confirmed'
            UNION
            SELECT m.first FROM json_each(:ids) AS w CROSS JOIN matches AS m ON m.second = w.value
            WHERE m.state = 'confirmed'
        )
        SELECT DISTINCT d.number FROM linked AS l
        JOIN sentences AS s ON s.id = l.other JOIN documents AS d ON d.number = s.document
        WHERE d.state NOT IN ('withdrawn', 'superseded') ORDER BY d.number
        """,
        ids=json_list(ids),
    )
    for row in rows:
        told = {"document": document, "because": because}
        event = record_event(db, "matches_changed", by=by, document=row["number"], now=told)
        db.write(
            "UPDATE documents SET last_event = :event WHERE number = :number",
            event=event,
            number=row["number"],
        )


def link_of(row: Row | None) -> rules.Link | None:
    """Make of a row of ``matches`` what people say of two sentences; None where that was taken back."""
    if row is None or row["state"] is None:
        return None
    return rules.Link(row["relation"], row["state"], row["proposed_by"], row["confirmed_by"])


def list_ids(db: Database, number: int) -> list[int]:
    """List the ids of the sentences that a document has now."""
    rows = db.rows("SELECT id FROM sentences WHERE document = :number AND is_current = 1", number=number)
    return [row["id"] for row in rows]


def carry_matches(db: Database, number: int) -> None:
    """Give the sentences of a new revision the matches of those that they were, as far as they still hold."""
    db.write(
        """
        INSERT INTO matches (first, second, relation, state, proposed_by, confirmed_by, version, at)
        SELECT min(l.id, l.other), max(l.id, l.other), l.relation, l.state, l.proposed_by, l.confirmed_by,
            l.version, l.at
        FROM (
            SELECT s.id, m.second AS other, m.relation, m.state, m.proposed_by, m.confirmed_by, m.version,
                m.at
            FROM sentences AS s CROSS JOIN matches AS m ON m.first = s.carried_from
            WHERE s.document = :number AND s.is_current = 1
            UNION ALL
            SELECT s.id, m.first, m.relation, m.state, m.proposed_by, m.confirmed_by, m.version, m.at
            FROM sentences AS s CROSS JOIN matches AS m ON m.second = s.carried_from
            WHERE s.document = :number AND s.is_current = 1
        ) AS l
        JOIN sentences AS o ON o.id = l.other AND o.is_current = 1
        JOIN documents AS d ON d.number = o.document AND d.state NOT IN ('withdrawn', 'superseded')
        """,
        number=number,
    )
