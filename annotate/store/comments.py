"""Comments: what people say to each other about a sentence; flat, resolved and reopened by anyone.

A comment names the sentence that it was made on and stays with that stretch of text: when boundaries are
mended it stands at whatever sentences have some of it, and a newer revision takes it over with the sentence.
"""

import secrets
from dataclasses import dataclass
from typing import Any

from annotate.database import Database, Row
from annotate.errors import Forbidden, NotFound, Stale
from annotate.store.clock import now
from annotate.store.contents import Comment, Place, Written, get_place, list_sentences, read_back
from annotate.store.documents import Document, get_document, mark_changed
from annotate.store.events import record_event
from annotate.store.reviewers import Person

NUMBERS = 2**48  # they are drawn by lot: those of one document never meet


@dataclass(frozen=True)
class Commented:
    """A comment after a write, None once it is taken back, and its sentence as the writer sees it."""

    comment: Comment | None
    written: Written


def list_comments(db: Database, document_id: str, start: int, reader: Person) -> list[Comment]:
    """List the comments on a sentence, oldest first; while the document is blind, only one's own.

    :raises NotFound: no such document or sentence.
    """
    document = get_document(db, document_id, reader)
    sentences = list_sentences(db, document, reader, first=start, last=start)
    if not sentences:
        raise NotFound("There is no such sentence.")
    return list(sentences[0].comments)


def add_comment(db: Database, document_id: str, start: int, *, by: Person, end: int, text: str) -> Commented:
    """Store a comment on a sentence.

    :param start: of the sentence, in code points of the document's text; `end` likewise.
    :raises NotFound: no such document or sentence.
    :raises Refused: code ``boundary_changed`` or ``superseded``.
    """
    with db.transaction():
        place = get_place(db, document_id, start, end, by)
        number, document = write_comment(db, place, by=by, text=text)
        return _read_back(db, document, place, by, number, version=1)


def write_comment(db: Database, place: Place, *, by: Person, text: str) -> tuple[int, Document]:
    """Store a comment inside the transaction of a change that it comes with.

    :returns: its number, and the document as it is now.
    """
    number = 1 + secrets.randbelow(NUMBERS)
    db.write(
        """
        INSERT INTO comments (document, number, sentence_id, reviewer_id, text, at, version)
        VALUES (:document, :number, :sentence_id, :by, :text, :now, 1)
        """,
        document=place.document.number,
        number=number,
        sentence_id=place.sentence_id,
        by=by.id,
        text=text,
        now=now(),
    )
    said = {"number": number, "text": text, "resolved": False, "version": 1}
    return number, _record(db, "commented", place, by, was=None, now=said)


def change_comment(
    db: Database,
    document_id: str,
    start: int,
    number: int,
    *,
    by: Person,
    seen_version: int,
    end: int,
    text: str,
    resolved: bool,
) -> Commented:
    """Store the next version of a comment: its text by its author, whether it is resolved by anyone.

    What changes nothing is no version.

    :raises NotFound: there is no such comment, or not for this person.
    :raises Stale: it was changed since; `current` is what is stored, None if it was taken back.
    :raises Forbidden: somebody else's text.
    """
    with db.transaction():
        place = get_place(db, document_id, start, end, by)
        row = _get(db, place, number, by, seen_version)
        if text != row["text"] and row["reviewer_id"] != by.id:
            raise Forbidden("This comment is somebody else's: answer it with one of your own.")
        was, said = _as_told(row), {"text": text, "resolved": resolved}
        if all(was[name] == said[name] for name in said):
            return _read_back(db, place.document, place, by, number, version=row["version"])
        _write(db, row["id"], by, text, is_resolved=resolved, was_resolved=was["resolved"])
        version = row["version"] + 1
        now_told = {"number": number, **said, "version": version}
        document = _record(db, "comment_changed", place, by, was=was, now=now_told)
        return _read_back(db, document, place, by, number, version=version)


def remove_comment(
    db: Database, document_id: str, start: int, number: int, *, by: Person, seen_version: int, end: int
) -> Commented:
    """Take a comment of one's own back; the history keeps it.

    :raises NotFound: as for :func:`change_comment`, likewise `Stale`.
    :raises Forbidden: somebody else's, which can only be resolved.
    """
    with db.transaction():
        place = get_place(db, document_id, start, end, by)
        row = _get(db, place, number, by, seen_version)
        if row["reviewer_id"] != by.id:
            raise Forbidden("This comment is somebody else's: resolve it rather.")
        _write(db, row["id"], by, None, is_resolved=False, was_resolved=False)
        version = row["version"] + 1
        gone = {"number": number, "text": None, "resolved": False, "version": version}
        document = _record(db, "comment_removed", place, by, was=_as_told(row), now=gone)
        return _read_back(db, document, place, by, number, version=version)


def _get(db: Database, place: Place, number: int, by: Person, seen_version: int) -> Row:
    """Find a comment that stands at a sentence, as it was seen."""
    row = db.row(
        """
        SELECT c.id, c.number, c.reviewer_id, c.text, c.resolved_at, c.version
        FROM comments AS c
        JOIN sentences AS o ON o.id = c.sentence_id
        JOIN sentences AS s ON s.id = :sentence_id AND s.start < o.stop AND s.stop > o.start
        WHERE c.document = :document AND c.number = :number AND (c.reviewer_id = :by OR :is_blind = 0)
        """,
        sentence_id=place.sentence_id,
        document=place.document.number,
        number=number,
        by=by.id,
        is_blind=int(place.document.is_blind),
    )
    if row is None:
        raise NotFound("There is no such comment.")
    if row["version"] != seen_version:
        current = None if row["text"] is None else _as_told(row)
        raise Stale("Somebody has changed this comment in the meantime.", current=current)
    if row["text"] is None:
        raise NotFound("There is no such comment.")
    return row


def _as_told(row: Row) -> dict[str, Any]:
    return {
        "number": row["number"],
        "text": row["text"],
        "resolved": row["resolved_at"] is not None,
        "version": row["version"],
    }


def _write(
    db: Database, comment_id: int, by: Person, text: str | None, *, is_resolved: bool, was_resolved: bool
) -> None:
    db.write(
        """
        UPDATE comments SET text = :text, version = version + 1,
            resolved_by = CASE WHEN :is_kept THEN resolved_by ELSE :resolved_by END,
            resolved_at = CASE WHEN :is_kept THEN resolved_at ELSE :resolved_at END
        WHERE id = :id
        """,
        text=text,
        is_kept=int(is_resolved == was_resolved),
        resolved_by=by.id if is_resolved else None,
        resolved_at=now() if is_resolved else None,
        id=comment_id,
    )


def _record(
    db: Database, act: str, place: Place, by: Person, *, was: dict[str, Any] | None, now: dict[str, Any]
) -> Document:
    event = record_event(
        db,
        act,
        by=by.id,
        document=place.document.number,
        sentence_id=place.sentence_id,
        was=was,
        now=now,
    )
    return mark_changed(db, place.document.number, event)


def _read_back(
    db: Database, document: Document, place: Place, by: Person, number: int, *, version: int
) -> Commented:
    written = read_back(db, document, place.start, by, version=version)
    comment = next((each for each in written.sentence.comments if each.number == number), None)
    return Commented(comment, written)
