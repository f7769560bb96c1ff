"""Who has a claim or quote to check: taken, handed over with a question, given back."""

from dataclasses import asdict

from annotate import rules
from annotate.database import Database
from annotate.errors import Invalid, Refused, Stale
from annotate.store.clock import now
from annotate.store.comments import write_comment
from annotate.store.contents import Assignment, Written, assignment_of, get_place, read_back
from annotate.store.documents import mark_changed
from annotate.store.events import record_event
from annotate.store.reviewers import Person, find_reviewer


def assign_check(
    db: Database,
    document_id: str,
    start: int,
    *,
    by: Person,
    end: int,
    reviewer: str | None,
    question: str | None = None,
    seen_version: int | None = None,
) -> Written:
    """Give a decided claim or quote to somebody to check, or to nobody; no verification comes of it.

    :param reviewer: name of who has it from now on; None gives it back to the desk.
    :param question: what is asked of them; it becomes a comment too, to be answered and resolved.
    :param seen_version: of the assignment that the writer was looking at, 0 for none; None skips the check.
    :raises Stale: somebody else has taken or handed it over since; `current` is how it stands.
    :raises Refused: code ``not_decided``, ``settled`` or ``boundary_changed``.
    :raises Invalid: nobody who may check this has that name.
    """
    with db.transaction():
        place = get_place(db, document_id, start, end, by)
        standing = find_assignment(db, place.sentence_id)
        version = standing.version if standing else 0
        if seen_version is not None and seen_version != version:
            who = standing.reviewer if standing else None
            told = f"{who} has this by now." if who else "This was given back in the meantime."
            raise Stale(told, current=standing and asdict(standing))
        rules.require_checkable(None if place.document.is_blind else place.standing.label)
        if place.standing.is_settled:
            raise Refused("This is settled: there is nothing to check.", code="settled")
        holder = None if reviewer is None else _find_holder(db, reviewer, place.document.collection)
        version = _write(db, place.sentence_id, holder, by, question)
        if question:
            write_comment(db, place, by=by, text=question)
        event = record_event(
            db,
            "assigned_to_check" if holder else "released",
            by=by.id,
            document=place.document.number,
            sentence_id=place.sentence_id,
            was=standing and {"reviewer": standing.reviewer, "question": standing.question},
            now={"reviewer": holder and holder.name, "question": question},
        )
        document = mark_changed(db, place.document.number, event)
        return read_back(db, document, place.start, by, version=version)


def _find_holder(db: Database, name: str, collection: str) -> Person:
    found = find_reviewer(db, name)
    if found is None or not found.is_active or found.is_kept_from(collection):
        raise Invalid(
            f"Nobody called {name} can check this.",
            fields={"reviewer": ["Nobody with this name can check this."]},
        )
    return found


def list_colleagues(db: Database, reader: Person) -> list[str]:
    """List the names of the others that something can be handed to."""
    rows = db.rows(
        "SELECT name FROM reviewers WHERE is_active = 1 AND id <> :me ORDER BY name_key", me=reader.id
    )
    return [row["name"] for row in rows]


def find_assignment(db: Database, sentence_id: int) -> Assignment | None:
    """Find how the assignment of a sentence stands; None if there never was one."""
    row = db.row(
        """
        SELECT holder.name AS assigned_to, giver.name AS assigned_by, t.question,
            t.version AS assignment_version, t.at AS assigned_at
        FROM assignments_to_check AS t
        LEFT JOIN reviewers AS holder ON holder.id = t.reviewer_id
        LEFT JOIN reviewers AS giver ON giver.id = t.assigned_by
        WHERE t.sentence_id = :id
        """,
        id=sentence_id,
    )
    return None if row is None else assignment_of(row)


def end_assignment(db: Database, sentence_id: int) -> None:
    """Nobody has it any more once it is settled; inside the transaction of that."""
    db.write(
        """
        UPDATE assignments_to_check SET reviewer_id = NULL, question = NULL, version = version + 1
        WHERE sentence_id = :id AND reviewer_id IS NOT NULL
        """,
        id=sentence_id,
    )


def _write(db: Database, sentence_id: int, holder: Person | None, by: Person, question: str | None) -> int:
    (row,) = db.write(
        """
        INSERT INTO assignments_to_check (sentence_id, reviewer_id, assigned_by, question, version, at)
        VALUES (:id, :holder, :by, :question, 1, :now)
        ON CONFLICT (sentence_id) DO UPDATE SET
            reviewer_id = excluded.reviewer_id, assigned_by = excluded.assigned_by,
            question = excluded.question, version = version + 1, at = excluded.at
        RETURNING version
        """,
        id=sentence_id,
        holder=holder and holder.id,
        by=by.id,
        question=question if holder else None,
        now=now(),
    )
    return int(row["version"])
