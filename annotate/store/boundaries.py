"""Boundaries of sentences, mended by hand: split and merge, each the other's undo.

A sentence that goes is retired and keeps its records; those that come in its place are new rows which
remember what they came of. That is how the inverse act finds what stood there.
"""

from dataclasses import dataclass
from typing import Any

import orjson

from annotate import rules
from annotate.database import Database
from annotate.errors import Invalid
from annotate.store.carrying import (
    Carried,
    Change,
    Lost,
    Span,
    as_ids,
    carry_assignments,
    carry_decisions,
    carry_drafts,
    carry_links,
    carry_votes,
    refuse_begun,
)
from annotate.store.clock import seconds
from annotate.store.contents import Place, Sentence, count_tagged, get_place, list_sentences
from annotate.store.documents import Document, record_change, superseded
from annotate.store.events import marks, record_event
from annotate.store.partners import tell_partners
from annotate.store.reviewers import Person
from annotate.store.search import forget_sentences, index_sentences
from annotate.text.cutting import cut


@dataclass(frozen=True)
class Mended:
    """What a change of boundaries led to, as far as whoever made it may see it."""

    sentences: list[Sentence]
    lost: list[Lost]
    document: Document
    n_tagged: int


def split_sentence(
    db: Database,
    document_id: str,
    start: int,
    *,
    by: Person,
    seen_version: int,
    end: int,
    at: int,
    restores: int | None = None,
) -> Mended:
    """Make two sentences of one; both take over its records.

    :param at: where to cut, in code points of the document's text; white space beside it is in no part.
    :param seen_version: of one's own annotation of the sentence, 0 for none.
    :param restores: number of the event that this takes back.
    :raises NotFound: no such document or sentence.
    :raises Forbidden: a reviewer, where others are at work too.
    :raises Stale: one's own annotation was changed since; `current` is it.
    :raises Refused: code ``boundary_changed``, ``superseded``, ``settled`` or ``verified``.
    :raises Invalid: it cannot be cut there; `fields` says why.
    """
    with db.transaction():
        place = _get_place(db, document_id, start, end, by, seen_version)
        text, _ = _read_text(db, place)
        return _mend(db, place, by, _list_spans(db, place, n=1), cut(text, start, end, at), text, restores)


def merge_sentences(
    db: Database,
    document_id: str,
    start: int,
    *,
    by: Person,
    seen_version: int,
    end: int,
    restores: int | None = None,
) -> Mended:
    """Make one sentence of this and the next one; a person's equal votes are carried, others are lost.

    :param seen_version: of one's own annotation of the first sentence, 0 for none.
    :raises Invalid: code ``no_next`` or ``across_blocks``.
    :raises Refused: as for :func:`split_sentence`, or ``adjudicated``: editors decided them differently.
    """
    with db.transaction():
        place = _get_place(db, document_id, start, end, by, seen_version)
        spans = _list_spans(db, place, n=2)
        if len(spans) == 1:
            raise Invalid("This is the last sentence; there is none to merge it with.", code="no_next")
        text, blocks = _read_text(db, place)
        if any(start < begin <= spans[1].start for begin, *_ in blocks):
            raise Invalid("The next sentence stands in another block.", code="across_blocks")
        return _mend(db, place, by, spans, [(start, spans[1].stop)], text, restores)


def _get_place(db: Database, document_id: str, start: int, end: int, by: Person, seen_version: int) -> Place:
    place = get_place(db, document_id, start, end, by)
    if place.document.id != document_id:  # offsets of the old text mean nothing in the new one
        raise superseded(db, place.document)
    other = db.value(
        "SELECT 1 FROM reviews WHERE document = :number AND reviewer_id <> :by LIMIT 1",
        number=place.document.number,
        by=by.id,
    )
    rules.require_mending(
        by.role, reviews_needed=place.document.reviews_needed, has_other_reviewers=other is not None
    )
    place.check_seen(seen_version)
    return place


def _read_text(db: Database, place: Place) -> tuple[str, list[tuple[int, int, str]]]:
    (row,) = db.rows("SELECT text, blocks FROM texts WHERE document = :number", number=place.document.number)
    return row["text"], orjson.loads(row["blocks"])


def _list_spans(db: Database, place: Place, *, n: int) -> list[Span]:
    """List the sentence of a place and those after it, `n` in all where there are so many."""
    rows = db.rows(
        """
        SELECT id, start, stop, block FROM sentences
        WHERE document = :number AND is_current = 1 AND start >= :start ORDER BY start LIMIT :n
        """,
        number=place.document.number,
        start=place.start,
        n=n,
    )
    return [Span(*row) for row in rows]


def _mend(
    db: Database,
    place: Place,
    by: Person,
    old: list[Span],
    spans: list[tuple[int, int]],
    text: str,
    restores: int | None,
) -> Mended:
    refuse_begun(db, old)
    counted, told = _count(db, old), _as_told(db, old)
    stood = _find_stood(db, old, spans)
    change = Change(place.document, old, _replace(db, place.document, old, spans, text), stood)
    carried = carry_votes(db, change)
    carry_decisions(db, change)
    carry_drafts(db, change)
    carry_assignments(db, change)
    carry_links(db, change)
    ids = [each.id for each in [*old, *change.new]]  # an undo may bring matches back
    tell_partners(db, ids, by=by.id, because="mended", document=place.document.id)
    _record_origins(db, change, is_undone=bool(stood) and all(each.is_restored for each in carried))
    _keep_counts(db, change, carried, by)
    taken_back = _take_sign_offs_back(db, change, carried)
    event = record_event(
        db,
        "merged" if change.is_merge else "split",
        by=by.id,
        document=place.document.number,
        sentence_id=place.sentence_id,
        was=told,
        now=_as_told(db, change.new) | {"sign_offs_taken_back": taken_back} | marks(restored=restores),
    )
    document = record_change(
        db,
        place.document,
        event,
        change=_count(db, change.new).minus(counted),
        n_sign_offs=-len(taken_back),
        n_sentences=len(change.new) - len(old),
    )
    return _read_back(db, document, change, carried, by)


def _replace(
    db: Database, document: Document, old: list[Span], spans: list[tuple[int, int]], text: str
) -> list[Span]:
    forget_sentences(db, [each.id for each in old])
    db.write(
        "UPDATE sentences SET is_current = 0 WHERE id IN (SELECT value FROM json_each(:ids))",
        ids=as_ids(old),
    )
    new = [_add(db, document, old[0].block, *span, text) for span in spans]
    index_sentences(db, [each.id for each in new])
    return new


def _add(db: Database, document: Document, block: str, start: int, stop: int, text: str) -> Span:
    (row,) = db.write(
        """
        INSERT INTO sentences (document, start, stop, block, text)
        VALUES (:number, :start, :stop, :block, :text)
        RETURNING id, start, stop, block
        """,
        number=document.number,
        start=start,
        stop=stop,
        block=block,
        text=text[start:stop],
    )
    return Span(*row)


def _find_stood(db: Database, old: list[Span], spans: list[tuple[int, int]]) -> list[Span]:
    """Find the retired sentences of these spans, if they are what all the old ones came of."""
    rows = db.rows(
        """
        SELECT s.id, s.start, s.stop, s.block
        FROM sentence_origins AS o JOIN sentences AS s ON s.id = o.came_of
        WHERE o.sentence_id IN (SELECT value FROM json_each(:ids))
        GROUP BY s.id HAVING count(*) = :n_old ORDER BY s.start
        """,
        ids=as_ids(old),
        n_old=len(old),
    )
    stood = [Span(*row) for row in rows]
    return stood if [(each.start, each.stop) for each in stood] == spans else []


def _record_origins(db: Database, change: Change, *, is_undone: bool) -> None:
    """Remember what the new sentences came of; what was undone is once more as it came about."""
    if not is_undone:
        db.write_many(
            "INSERT INTO sentence_origins (sentence_id, came_of) VALUES (:new, :old)",
            [{"new": new.id, "old": old.id} for new in change.new for old in change.old],
        )
        return
    for new, stood in zip(change.new, change.stood, strict=True):
        db.write(
            """
            INSERT INTO sentence_origins (sentence_id, came_of)
            SELECT :new, came_of FROM sentence_origins WHERE sentence_id = :stood
            """,
            new=new.id,
            stood=stood.id,
        )
        carried_from = "SELECT carried_from FROM sentences WHERE id = :id"
        before = db.value(carried_from, id=stood.id)  # in the revision before, which it stands for again
        db.write("UPDATE sentences SET carried_from = NULL WHERE id = :id", id=stood.id)
        db.write("UPDATE sentences SET carried_from = :before WHERE id = :id", before=before, id=new.id)


def _count(db: Database, spans: list[Span]) -> rules.Tally:
    total = rules.Tally()
    for row in db.rows(
        """
        SELECT d.label, d.in_dispute, CASE WHEN v.is_suspended = 0 THEN v.status END AS status
        FROM decisions AS d LEFT JOIN verifications AS v USING (sentence_id)
        WHERE d.sentence_id IN (SELECT value FROM json_each(:ids))
        """,
        ids=as_ids(spans),
    ):
        total = total.plus(rules.tally(row["label"], bool(row["in_dispute"]), row["status"]))
    return total


def _as_told(db: Database, spans: list[Span]) -> dict[str, Any]:
    """What stands for some sentences, for the history."""
    votes = db.rows(
        """
        SELECT s.start, r.name AS reviewer, a.label, a.speaker, a.note, a.version
        FROM sentences AS s
        JOIN annotations AS a ON a.sentence_id = s.id
        JOIN reviewers AS r ON r.id = a.reviewer_id
        WHERE s.id IN (SELECT value FROM json_each(:ids)) ORDER BY s.start, r.name_key
        """,
        ids=as_ids(spans),
    )
    decisions = db.rows(
        """
        SELECT s.start, d.label, d.speaker, d.decided_by, d.version
        FROM sentences AS s JOIN decisions AS d ON d.sentence_id = s.id
        WHERE s.id IN (SELECT value FROM json_each(:ids)) ORDER BY s.start
        """,
        ids=as_ids(spans),
    )
    return {
        "sentences": [{"start": each.start, "end": each.stop} for each in spans],
        "annotations": [dict(row) for row in votes],
        "decisions": [dict(row) for row in decisions],
    }


def _keep_counts(db: Database, change: Change, carried: list[Carried], by: Person) -> None:
    """Keep each reviewer's count, and the lease of whoever is at work here."""
    for each in carried:
        db.write(
            """
            UPDATE reviews SET n_tagged = n_tagged + :n_added
            WHERE document = :number AND reviewer_id = :reviewer_id
            """,
            n_added=each.n_added,
            number=change.document.number,
            reviewer_id=each.reviewer_id,
        )
    db.write(
        "UPDATE reviews SET acted_at = :now WHERE document = :number AND reviewer_id = :by",
        now=seconds(),
        number=change.document.number,
        by=by.id,
    )


def _take_sign_offs_back(db: Database, change: Change, carried: list[Carried]) -> list[str]:
    """Take the sign-offs back that a merge makes untrue; return the names of whose they were."""
    if not change.is_merge:
        return []
    document = change.document
    rows = db.rows(
        """
        SELECT v.reviewer_id, r.name FROM reviews AS v JOIN reviewers AS r ON r.id = v.reviewer_id
        WHERE v.document = :number AND v.signed_off_at IS NOT NULL ORDER BY r.name_key
        """,
        number=document.number,
    )
    taken_back = rules.sign_offs_taken_back(
        {row["reviewer_id"] for row in rows},
        {each.reviewer_id for each in carried if each.is_untagged},
        reviews_needed=document.reviews_needed,
        is_blind=document.is_blind,
    )
    for reviewer_id in taken_back:
        db.write(
            """
            UPDATE reviews SET signed_off_at = NULL
            WHERE document = :number AND reviewer_id = :reviewer_id
            """,
            number=document.number,
            reviewer_id=reviewer_id,
        )
    return [row["name"] for row in rows if row["reviewer_id"] in taken_back]


def _read_back(
    db: Database, document: Document, change: Change, carried: list[Carried], by: Person
) -> Mended:
    first, last = change.new[0].start, change.new[-1].start
    lost = [each for one in carried for each in one.lost if one.reviewer_id == by.id or not document.is_blind]
    return Mended(
        list_sentences(db, document, by, first=first, last=last),
        lost,
        document,
        count_tagged(db, document, by),
    )
