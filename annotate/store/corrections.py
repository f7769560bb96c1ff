"""Corrections: what was changed of a verification after it had been settled, read from the history."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import orjson

from annotate.database import Database, Row, json_list
from annotate.store.documents import Document
from annotate.store.reviewers import Person
from schemas.terms import CORRECTED

WORDS = {  # acts of the history that are corrections, each in a word
    "verification_reopened": "reopened",
    "verification_corrected": "corrected",
    "verification_carried": "revised",  # the article was: its sentence stayed, its check wants a second look
    "verification_suspended": "relabelled",
    "verification_resumed": "relabelled",
}


@dataclass(frozen=True)
class Change:
    """One field of a verification, before and after; evidence as a list."""

    field: str
    was: Any
    now: Any


@dataclass(frozen=True)
class Correction:
    """What one act changed of something that had been settled.

    :param act: one of the words of :data:`WORDS`.
    :param by: None where nobody did it: the article was loaded anew.
    :param reason: why it was reopened, also of the changes that this led to.
    """

    number: int
    at: str
    by: str | None
    act: str
    reason: str | None
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Logged:
    """A correction in the log of all, with the sentence and the article that it is about."""

    correction: Correction
    document: str
    title: str
    collection: str
    start: int
    text: str
    label: str | None
    is_current: bool


def corrections_of(db: Database, document: Document) -> dict[int, tuple[Correction, ...]]:
    """Return the corrections of a document's sentences by their ids, in order, in one query, or two.

    What was corrected in an earlier revision, or before boundaries were mended, comes with the sentence.
    """
    rows = db.rows(
        """
        SELECT e.number, e.at, r.name, e.act, e.sentence_id, e.was, e.now
        FROM events AS e LEFT JOIN reviewers AS r ON r.id = e.reviewer_id
        WHERE e.document IN (SELECT number FROM documents WHERE key = :key AND revision <= :revision)
          AND e.act IN (
            'verification_reopened', 'verification_corrected', 'verification_carried',
            'verification_suspended', 'verification_resumed')
        ORDER BY e.number
        """,
        key=document.key,
        revision=document.revision,
    )
    if not rows:
        return {}
    corrections = _by_sentence(rows)
    found: dict[int, list[Correction]] = defaultdict(list)
    for current, ancestor in _list_lines(db, document):
        found[current] += corrections.get(ancestor, [])
    return {each: tuple(sorted(some, key=attrgetter("number"))) for each, some in found.items() if some}


def list_corrections(
    db: Database,
    reader: Person,
    *,
    collection: str | None = None,
    since: str | None = None,
    until: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Logged]:
    """List corrections, newest first, as far as somebody may see them.

    :param since: the first day, `until` the last one; as in 2026-01-31.
    :param before: only those with a smaller number: where the list before ended.
    """
    rows = db.rows(
        """
        SELECT e.number, e.document, e.sentence_id, d.id, d.title, d.collection, s.start, s.text, c.label,
            d.superseded_by IS NULL AND s.is_current AS is_current
        FROM events AS e
        JOIN documents AS d ON d.number = e.document
        JOIN sentences AS s ON s.id = e.sentence_id
        LEFT JOIN decisions AS c ON c.sentence_id = s.id
        WHERE e.act IN (
            'verification_reopened', 'verification_corrected', 'verification_carried',
            'verification_suspended', 'verification_resumed')
          AND d.state <> 'withdrawn' AND d.is_blind = 0
          AND d.collection NOT IN (SELECT value FROM json_each(:hidden))
          AND (:collection IS NULL OR d.collection = :collection)
          AND (:since IS NULL OR substr(e.at, 1, 10) >= :since)
          AND (:until IS NULL OR substr(e.at, 1, 10) <= :until)
          AND (:before IS NULL OR e.number < :before)
        ORDER BY e.number DESC LIMIT :limit
        """,
        hidden=reader.hidden,
        collection=collection,
        since=since,
        until=until,
        before=before,
        limit=limit,
    )
    known = _read_numbers(db, {row["document"] for row in rows})
    return [
        Logged(
            known[row["number"]],
            row["id"],
            row["title"],
            row["collection"],
            row["start"],
            row["text"],
            row["label"],
            bool(row["is_current"]),
        )
        for row in rows
        if row["number"] in known
    ]


def _read_numbers(db: Database, documents: Iterable[int]) -> dict[int, Correction]:
    rows = db.rows(
        """
        SELECT e.number, e.at, r.name, e.act, e.sentence_id, e.was, e.now
        FROM json_each(:documents) AS wanted
        JOIN events AS e ON e.document = wanted.value
        LEFT JOIN reviewers AS r ON r.id = e.reviewer_id
        WHERE e.act IN (
            'verification_reopened', 'verification_corrected', 'verification_carried',
            'verification_suspended', 'verification_resumed')
        ORDER BY e.number
        """,
        documents=json_list(sorted(documents)),
    )
    return {each.number: each for some in _by_sentence(rows).values() for each in some}


def _by_sentence(rows: Iterable[Row]) -> dict[int, list[Correction]]:
    found: dict[int, list[Correction]] = defaultdict(list)
    reasons: dict[int, str | None] = {}
    for number, at, by, act, sentence_id, was, now in rows:
        before, after = (orjson.loads(each) if each else {} for each in (was, now))
        reasons[sentence_id] = after.get("reason") or reasons.get(sentence_id)
        changes = _changes(before, after)
        if changes:
            found[sentence_id].append(
                Correction(number, at, by, WORDS[act], reasons[sentence_id], tuple(changes))
            )
    return found


def _changes(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """Compare what both sides tell; events of old tell no label."""
    both = [name for name in CORRECTED if name in before and name in after]
    return [Change(name, before[name], after[name]) for name in both if before[name] != after[name]]


def _list_lines(db: Database, document: Document) -> list[tuple[int, int]]:
    """Pair each sentence of a document with itself and all that it came of, in earlier revisions too."""
    rows = db.rows(
        """
        WITH RECURSIVE line (current, id) AS (
            SELECT id, id FROM sentences WHERE document = :number AND is_current = 1
            UNION
            SELECT l.current, s.carried_from FROM line AS l JOIN sentences AS s ON s.id = l.id
            WHERE s.carried_from IS NOT NULL
            UNION
            SELECT l.current, o.came_of FROM line AS l JOIN sentence_origins AS o ON o.sentence_id = l.id
        )
        SELECT current, id FROM line
        """,
        number=document.number,
    )
    return [(row["current"], row["id"]) for row in rows]
