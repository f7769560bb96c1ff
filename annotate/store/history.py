"""The history read back: of a document or of one sentence, as far as somebody may see it."""

from dataclasses import dataclass, replace
from typing import Any

import orjson

from annotate import rules
from annotate.database import Database, Row, json_list
from annotate.errors import NotFound
from annotate.history import ACTS, Event, acts_of, acts_seen, as_seen
from annotate.store.documents import Document
from annotate.store.reviewers import Person

# What a reader may see: in a blind document what is nobody's vote, and one's own; what is of two documents
# only where the other one may be seen as well.
SEEN = """
    WHERE e.document IN (SELECT value FROM json_each(:documents))
      AND (e.document NOT IN (SELECT value FROM json_each(:blind))
           OR e.act IN (SELECT value FROM json_each(:for_all))
           OR (e.reviewer_id = :me AND e.act IN (SELECT value FROM json_each(:for_own))))
      AND (e.act NOT IN (SELECT value FROM json_each(:of_two)) OR EXISTS (
          SELECT 1 FROM documents AS o
          WHERE o.id = json_extract(e.now, '$.document') AND o.state <> 'withdrawn' AND o.is_blind = 0
            AND o.collection NOT IN (SELECT value FROM json_each(:hidden))))
"""
ACTORS = " ".join([
    "SELECT DISTINCT r.name, r.name_key FROM events AS e JOIN reviewers AS r ON r.id = e.reviewer_id",
    SEEN,
    "ORDER BY r.name_key",
])  # fmt: skip
CHOSEN = """
      AND (:before IS NULL OR e.number < :before)
      AND (:person IS NULL OR e.reviewer_id = (SELECT id FROM reviewers WHERE name = :person))
      AND (:acts IS NULL OR :is_rest = (e.act NOT IN (SELECT value FROM json_each(:acts))))
      AND (:spans IS NULL OR EXISTS (
          SELECT 1 FROM json_each(:spans) AS t
          WHERE json_extract(t.value, '$[0]') = e.document
            AND CASE WHEN e.act IN ('split', 'merged') THEN EXISTS (
                    SELECT 1 FROM json_each(e.now, '$.sentences') AS n
                    WHERE json_extract(n.value, '$.start') < json_extract(t.value, '$[2]')
                      AND json_extract(n.value, '$.end') > json_extract(t.value, '$[1]'))
                ELSE EXISTS (
                    SELECT 1 FROM sentences AS s
                    WHERE s.id = e.sentence_id AND s.start < json_extract(t.value, '$[2]')
                      AND s.stop > json_extract(t.value, '$[1]'))
                END))
    ORDER BY e.number DESC LIMIT :limit
"""
NUMBERS = " ".join(["SELECT e.number FROM events AS e", SEEN, CHOSEN])


@dataclass(frozen=True)
class Thread:
    """Whose events a history shows: a document's, or a sentence's with all that it came of.

    :param documents: their numbers; more than one where a sentence came over from earlier revisions.
    :param blind: those of them that are.
    :param spans: `(document, start, stop)` of the sentence in each; empty for a whole document.
    :param sentence: where it starts and ends now, with its text; None for a whole document.
    """

    documents: list[int]
    blind: list[int]
    spans: list[tuple[int, int, int]]
    sentence: tuple[int, int, str] | None


def get_thread(db: Database, document: Document, start: int | None) -> Thread:
    """Find what a history is of.

    :param start: of a sentence, or any place in it, in code points; None for the whole document.
    :raises NotFound: there is no sentence at this place.
    """
    if start is None:
        blind = [document.number] if document.is_blind else []
        return Thread([document.number], blind, [], None)
    row = db.row(
        """
        SELECT start, stop, text FROM sentences
        WHERE document = :number AND is_current = 1 AND start <= :start ORDER BY start DESC LIMIT 1
        """,
        number=document.number,
        start=start,
    )
    if row is None or row["stop"] <= start:
        raise NotFound("There is no such sentence.")
    rows = _list_spans(db, document, row["start"])
    blind = [row["document"] for row in rows if document.is_blind or _is_blind(row)]
    spans = [(row["document"], row["start"], row["stop"]) for row in rows]
    return Thread(sorted({number for number, *_ in spans}), blind, spans, tuple(row))


def _is_blind(row: Row) -> bool:
    return rules.is_blind(
        reviews_needed=row["reviews_needed"], n_sign_offs=row["n_sign_offs"], state=row["state"]
    )


def _list_spans(db: Database, document: Document, start: int) -> list[Row]:
    """Follow a sentence back through the revisions: where it stood in each that may still be read.

    Within a revision, whatever has some of its text is of its past: that holds for what was split, merged
    and undone alike, while ``sentence_origins`` forgets what was undone.
    """
    return db.rows(
        """
        WITH RECURSIVE thread (document, start, stop) AS (
            SELECT document, start, stop FROM sentences
            WHERE document = :number AND start = :start AND is_current = 1
            UNION
            SELECT before.document, before.start, before.stop
            FROM thread AS t
            JOIN sentences AS s ON s.document = t.document AND s.is_current = 1
                AND s.start < t.stop AND s.stop > t.start
            JOIN sentences AS before ON before.id = s.carried_from
            UNION
            SELECT before.document, before.start, before.stop
            FROM thread AS t
            JOIN sentences AS s ON s.document = t.document AND s.is_current = 0
                AND s.start < t.stop AND s.stop > t.start
            JOIN sentences AS before ON before.id = s.carried_from
        )
        SELECT t.document, t.start, t.stop, d.reviews_needed, d.n_sign_offs, d.state
        FROM thread AS t JOIN documents AS d ON d.number = t.document
        WHERE d.state <> 'withdrawn'
        """,
        number=document.number,
        start=start,
    )


def list_history(
    db: Database,
    thread: Thread,
    reader: Person,
    *,
    person: str | None = None,
    kind: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Event]:
    """List events, newest first, in two queries.

    While a document is blind: one's own, and what is nobody's vote.

    :param person: only what they did.
    :param kind: one of ``schemas.terms.ACT_KINDS``; an act that no table knows is of the document.
    :param before: only events with a smaller number: where the list before ended.
    """
    numbers = _list_numbers(db, thread, reader, person=person, kind=kind, before=before, limit=limit)
    return _read(db, numbers, reader, thread)


def get_event(db: Database, thread: Thread, reader: Person, number: int) -> Event:
    """:raises NotFound: there is no such event in this history, or not for this reader."""
    numbers = _list_numbers(db, thread, reader, before=number + 1, limit=1)
    if numbers != [number]:
        raise NotFound("There is no such event.")
    (event,) = _read(db, numbers, reader, thread)
    return event


def list_actors(db: Database, thread: Thread, reader: Person) -> list[str]:
    """List who did something that the reader may see, by name."""
    rows = db.rows(ACTORS, **_seen(thread, reader))
    return [row["name"] for row in rows]


def _seen(thread: Thread, reader: Person) -> dict[str, Any]:
    """What the queries ask, to tell what a reader may see."""
    return {
        "documents": json_list(thread.documents),
        "blind": json_list(thread.blind),
        "for_all": json_list(acts_seen("all")),
        "for_own": json_list(acts_seen("own")),
        "of_two": json_list(
            acts_of("matches")
        ),  # these need the other document to be there for the reader too
        "hidden": reader.hidden,
        "me": reader.id,
    }


def _list_numbers(
    db: Database,
    thread: Thread,
    reader: Person,
    *,
    person: str | None = None,
    kind: str | None = None,
    before: int | None = None,
    limit: int,
) -> list[int]:
    """Choose the events of a page, before anything is looked up for them."""
    is_rest = kind == "document"
    rows = db.rows(
        NUMBERS,
        **_seen(thread, reader),
        before=before,
        person=person,
        acts=None if kind is None else json_list(_others(kind) if is_rest else acts_of(kind)),
        is_rest=int(is_rest),
        spans=json_list(thread.spans) if thread.spans else None,
        limit=limit,
    )
    return [row["number"] for row in rows]


def _others(kind: str) -> list[str]:
    return [name for name, act in ACTS.items() if act.kind != kind]


def _read(db: Database, numbers: list[int], reader: Person, thread: Thread) -> list[Event]:
    """Read events with their sentences, and with whether they could be restored.

    A record can go back if its sentence stands where it did, and something newer is stored; a boundary if the
    sentences that it made stand as they were made.
    """
    rows = db.rows(
        """
        SELECT e.number, e.at, e.reviewer_id, r.name AS who, e.act, e.document, d.id, s.start, s.stop,
            e.was, e.now, s.text, d.state IN ('superseded', 'closed') AS is_fixed,
            here.id IS NOT NULL AS stands,
            coalesce(mine.version, 0) AS annotation, coalesce(c.version, 0) AS decision,
            coalesce(v.version, 0) AS verification,
            CASE WHEN e.act IN ('split', 'merged') THEN (
                SELECT substr(t.text, json_extract(e.was, '$.sentences[0].start') + 1,
                    json_extract(e.was, '$.sentences[#-1].end') - json_extract(e.was, '$.sentences[0].start'))
                FROM texts AS t WHERE t.document = e.document)
            END AS mended,
            CASE WHEN e.act IN ('split', 'merged') THEN NOT EXISTS (
                SELECT 1 FROM json_each(e.now, '$.sentences') AS made
                WHERE NOT EXISTS (
                    SELECT 1 FROM sentences AS o
                    WHERE o.document = e.document AND o.is_current = 1
                      AND o.start = json_extract(made.value, '$.start')
                      AND o.stop = json_extract(made.value, '$.end')))
            END AS boundaries
        FROM json_each(:numbers) AS wanted
        CROSS JOIN events AS e ON e.number = wanted.value
        JOIN documents AS d ON d.number = e.document
        LEFT JOIN reviewers AS r ON r.id = e.reviewer_id
        LEFT JOIN sentences AS s ON s.id = e.sentence_id
        LEFT JOIN sentences AS here ON here.document = s.document AND here.start = s.start
            AND here.stop = s.stop AND here.is_current = 1
        LEFT JOIN annotations AS mine ON mine.sentence_id = here.id AND mine.reviewer_id = :me
        LEFT JOIN decisions AS c ON c.sentence_id = here.id
        LEFT JOIN verifications AS v ON v.sentence_id = here.id
        ORDER BY e.number DESC
        """,
        numbers=json_list(numbers),
        me=reader.id,
    )
    return [
        as_seen(_event(row, reader), reader.name, role=reader.role, is_blind=row["document"] in thread.blind)
        for row in rows
    ]


def _event(row: Row, reader: Person) -> Event:
    was, now = (row[name] and orjson.loads(row[name]) for name in ("was", "now"))
    event = Event(
        number=row["number"],
        at=row["at"],
        who=row["who"],
        is_mine=row["reviewer_id"] == reader.id,
        act=row["act"],
        document_id=row["id"],
        sentence=None if row["start"] is None else (row["start"], row["stop"]),
        text=row["text"] if row["mended"] is None else row["mended"],
        was=was,
        now=now,
    )
    return event if event.record is None or row["is_fixed"] else replace(event, can_go_back=_can(event, row))


def _can(event: Event, row: Row) -> bool:
    if event.record == "boundaries":
        return bool(row["boundaries"])
    made = (event.now or {}).get("version") or (event.was or {}).get("version", 0) + 1
    return bool(row["stands"]) and row[event.record] != made
