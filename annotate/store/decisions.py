"""Decisions: renewed with every vote by the rules, or made by an editor."""

from dataclasses import asdict

from annotate import rules
from annotate.database import Database, Row
from annotate.errors import Refused, Stale
from annotate.store.clock import now
from annotate.store.contents import Place, Written, get_place, read_back
from annotate.store.documents import record_change
from annotate.store.events import record_event
from annotate.store.reviewers import Person

NO_CHANGE = rules.Tally()


def record_decision(
    db: Database,
    document_id: str,
    start: int,
    *,
    by: Person,
    seen_version: int,
    end: int,
    label: str | None,
    speaker: str | None = None,
    reason: str | None = None,
) -> Written:
    """Store an editor's adjudication; it stands over the votes until an editor changes it.

    :param label: None gives the sentence back to its votes.
    :param seen_version: of the decision that the editor was looking at, 0 for none.
    :raises Forbidden: not an editor.
    :raises Stale: the decision was changed since.
    :raises Refused: code ``open`` before N have signed off, ``settled`` while its checking is,
        ``not_adjudicated`` where there is nothing to give back.
    """
    rules.require(by.role, "adjudicate")
    with db.transaction():
        place = get_place(db, document_id, start, end)
        if place.document.is_blind:
            raise Refused("There is nothing to decide until all have signed off.", code="open")
        before = _standing(db, place.sentence_id)
        if (before["version"] or 0) != seen_version:
            raise Stale("Somebody has decided this in the meantime.", current=_as_current(before))
        if _is_settled(before):
            raise Refused("Its verification is settled; reopen that first.", code="settled")
        if label is None and before["decided_by"] != "adjudication":
            raise Refused(
                "No editor has decided this; there is nothing to give back.", code="not_adjudicated"
            )
        if label is None:
            outcome, editor = rules.decide(list_votes(db, place.sentence_id)), None
        else:
            outcome, editor = rules.Outcome(label, speaker, "adjudication", False), by.id
        change = _store(db, place, before, outcome, editor_id=editor, reason=reason)
        event = record_event(
            db,
            "adjudicated" if label else "adjudication_removed",
            by=by.id,
            document=place.document.number,
            sentence_id=place.sentence_id,
            was=_as_current(before),
            now=asdict(outcome) | {"reason": reason, "has_voted": _has_voted(db, place, by)},
        )
        document = record_change(db, place.document, event, change=change)
        # Always stored as the next one: an adjudication is written anew, and its removal is a change.
        return read_back(db, document, start, by, version=seen_version + 1)


def renew_decision(db: Database, place: Place) -> rules.Tally:
    """Let the votes decide a sentence anew where they may; return the change of its document's counts."""
    if place.document.is_blind:
        return NO_CHANGE
    before = _standing(db, place.sentence_id)
    if _is_settled(before) or before["decided_by"] == "adjudication":
        return NO_CHANGE
    outcome = rules.decide(list_votes(db, place.sentence_id))
    return _store(db, place, before, outcome, editor_id=None, reason=None)


def _standing(db: Database, sentence_id: int) -> Row:
    """What stands for a sentence now: always one row, of NULLs where there is nothing."""
    return db.row(
        """
        SELECT d.label, d.speaker, d.decided_by, coalesce(d.in_dispute, 0) AS in_dispute, d.reason,
            d.version, d.at, v.label AS checked_label, v.status, v.is_suspended
        FROM (SELECT :id AS id) AS s
        LEFT JOIN decisions AS d ON d.sentence_id = s.id
        LEFT JOIN verifications AS v ON v.sentence_id = s.id
        """,
        id=sentence_id,
    )


def _is_settled(standing: Row) -> bool:
    return bool(standing["status"] == "settled" and not standing["is_suspended"])


def _as_current(standing: Row) -> dict[str, object]:
    names = ("label", "speaker", "decided_by", "reason", "at")
    return {
        **{name: standing[name] for name in names},
        "in_dispute": bool(standing["in_dispute"]),
        "version": standing["version"] or 0,
    }


def list_votes(db: Database, sentence_id: int) -> list[rules.Vote]:
    """List the votes on a sentence, by whoever."""
    rows = db.rows(
        "SELECT label, speaker FROM annotations WHERE sentence_id = :id AND label IS NOT NULL",
        id=sentence_id,
    )
    return [rules.Vote(*row) for row in rows]


def _has_voted(db: Database, place: Place, by: Person) -> bool:
    found = db.value(
        """
        SELECT 1 FROM annotations
        WHERE sentence_id = :id AND reviewer_id = :by AND label IS NOT NULL
        """,
        id=place.sentence_id,
        by=by.id,
    )
    return found is not None


def _store(
    db: Database,
    place: Place,
    before: Row,
    outcome: rules.Outcome,
    *,
    editor_id: int | None,
    reason: str | None,
) -> rules.Tally:
    stood = rules.Outcome(
        before["label"], before["speaker"], before["decided_by"], bool(before["in_dispute"])
    )
    if outcome == stood and reason == before["reason"] and outcome.decided_by != "adjudication":
        return NO_CHANGE
    db.write(
        """
        INSERT INTO decisions (sentence_id, label, speaker, decided_by, in_dispute, editor_id, reason,
            version, at)
        VALUES (:id, :label, :speaker, :decided_by, :in_dispute, :editor_id, :reason, 1, :now)
        ON CONFLICT (sentence_id) DO UPDATE SET
            label = excluded.label, speaker = excluded.speaker, decided_by = excluded.decided_by,
            in_dispute = excluded.in_dispute, editor_id = excluded.editor_id,
            reason = excluded.reason, version = version + 1, at = excluded.at
        """,
        id=place.sentence_id,
        label=outcome.label,
        speaker=outcome.speaker,
        decided_by=outcome.decided_by,
        in_dispute=int(outcome.in_dispute),
        editor_id=editor_id,
        reason=reason,
        now=now(),
    )
    is_suspended = _suspend(db, place, before, outcome.label)
    counted = rules.tally(stood.label, stood.in_dispute, None if before["is_suspended"] else before["status"])
    counts = rules.tally(outcome.label, outcome.in_dispute, None if is_suspended else before["status"])
    return counts.minus(counted)


def _suspend(db: Database, place: Place, before: Row, label: str | None) -> bool:
    """Set a verification aside while its sentence is no longer what was checked, or bring it back."""
    if before["status"] is None:
        return False
    is_suspended = bool(label != before["checked_label"])
    if is_suspended != bool(before["is_suspended"]):
        db.write(
            """
            UPDATE verifications SET is_suspended = :is_suspended, version = version + 1
            WHERE sentence_id = :id
            """,
            is_suspended=int(is_suspended),
            id=place.sentence_id,
        )
    return is_suspended
