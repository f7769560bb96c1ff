"""Decisions: renewed with every vote by the rules, or made by an editor."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from annotate import rules
from annotate.database import Database
from annotate.errors import Refused, Stale
from annotate.store.clock import now
from annotate.store.contents import Standing, Written, get_place, read_back
from annotate.store.documents import Document, mark_changed, record_change
from annotate.store.events import marks, record_event
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
    restores: int | None = None,
) -> Written:
    """Store an editor's adjudication; it stands over the votes until an editor changes it.

    :param label: None gives the sentence back to its votes.
    :param seen_version: of the decision that the editor was looking at, 0 for none.
    :param restores: number of the event whose state this is.
    :raises Forbidden: not an editor.
    :raises Stale: the decision was changed since.
    :raises Refused: code ``open`` before N have signed off, ``settled`` while its checking is,
        ``not_adjudicated`` where there is nothing to give back.
    """
    rules.require(by.role, "adjudicate")
    with db.transaction():
        place = get_place(db, document_id, start, end, by)
        before = place.standing
        if place.document.is_blind:
            raise Refused("There is nothing to decide until all have signed off.", code="open")
        if (before.version or 0) != seen_version:
            raise Stale("Somebody has decided this in the meantime.", current=_as_current(before))
        if before.is_settled:
            raise Refused("Its verification is settled; reopen that first.", code="settled")
        if label is None and before.decided_by != "adjudication":
            raise Refused(
                "No editor has decided this; there is nothing to give back.", code="not_adjudicated"
            )
        votes = list_votes(db, place.sentence_id)
        outcome = rules.Outcome(label, speaker, "adjudication", False) if label else rules.decide(votes)
        event = record_event(
            db,
            "adjudicated" if label else "adjudication_removed",
            by=by.id,
            document=place.document.number,
            sentence_id=place.sentence_id,
            was=_as_current(before),
            now=asdict(outcome)
            | {"reason": reason, "has_voted": bool(place.mine and place.mine["label"])}
            | marks(votes=_list_told_votes(db, place.sentence_id), restored=restores),
        )
        decided: dict[str, Any] = {"editor_id": by.id, "event": event} if label else {"votes": votes}
        change = _store(
            db, place.document, place.sentence_id, before, outcome, by=by, reason=reason, **decided
        )
        document = record_change(db, place.document, event, change=change)
        # Always stored as the next one: an adjudication is written anew, and its removal is a change.
        return read_back(db, document, place.start, by, version=seen_version + 1)


def renew_decision(
    db: Database, document: Document, sentence_id: int, standing: Standing, *, by: Person | None = None
) -> rules.Tally:
    """Let the votes decide a sentence anew where they may; return the change of its document's counts.

    :param standing: as it is stored at this moment of the transaction.
    :param by: whose act it follows from.
    """
    if document.is_blind or standing.is_settled or standing.decided_by == "adjudication":
        return NO_CHANGE
    votes = list_votes(db, sentence_id)
    return _store(db, document, sentence_id, standing, rules.decide(votes), by=by, votes=votes)


def _as_current(standing: Standing) -> dict[str, object]:
    names = ("label", "speaker", "decided_by", "reason", "at")
    return {
        **{name: getattr(standing, name) for name in names},
        "in_dispute": bool(standing.in_dispute),
        "version": standing.version or 0,
    }


def _list_told_votes(db: Database, sentence_id: int) -> list[dict[str, str]]:
    """List whose votes an editor had before them, for the history."""
    rows = db.rows(
        """
        SELECT r.name AS reviewer, a.label
        FROM annotations AS a JOIN reviewers AS r ON r.id = a.reviewer_id
        WHERE a.sentence_id = :id AND a.label IS NOT NULL ORDER BY r.name_key
        """,
        id=sentence_id,
    )
    return [dict(row) for row in rows]


def list_votes(db: Database, sentence_id: int) -> list[rules.Vote]:
    """List the votes on a sentence, by whoever."""
    rows = db.rows(
        "SELECT label, speaker FROM annotations WHERE sentence_id = :id AND label IS NOT NULL",
        id=sentence_id,
    )
    return [rules.Vote(*row) for row in rows]


def weigh(outcome: rules.Outcome, votes: Iterable[rules.Vote]) -> int:
    """Return the weight of a dispute, 0 where there is none."""
    return rules.dispute_weight(vote.label for vote in votes) if outcome.in_dispute else 0


def _store(
    db: Database,
    document: Document,
    sentence_id: int,
    before: Standing,
    outcome: rules.Outcome,
    *,
    by: Person | None,
    votes: Sequence[rules.Vote] = (),
    reason: str | None = None,
    editor_id: int | None = None,
    event: int | None = None,
) -> rules.Tally:
    """Store an outcome, of votes or of an editor's event, as the next version if it is another."""
    weight = weigh(outcome, votes)
    stood = rules.Outcome(before.label, before.speaker, before.decided_by, bool(before.in_dispute))
    if outcome == stood and reason == before.reason and outcome.decided_by != "adjudication":
        if weight:  # the same dispute, with other votes
            db.write(
                "UPDATE decisions SET weight = :weight WHERE sentence_id = :id", weight=weight, id=sentence_id
            )
        return NO_CHANGE
    db.write(
        """
        INSERT INTO decisions (sentence_id, label, speaker, decided_by, in_dispute, weight, editor_id, event,
            reason, version, at)
        VALUES (:id, :label, :speaker, :decided_by, :in_dispute, :weight, :editor_id, :event,
            :reason, 1, :now)
        ON CONFLICT (sentence_id) DO UPDATE SET
            label = excluded.label, speaker = excluded.speaker, decided_by = excluded.decided_by,
            in_dispute = excluded.in_dispute, weight = excluded.weight, editor_id = excluded.editor_id,
            event = excluded.event, reason = excluded.reason, version = version + 1, at = excluded.at
        """,
        id=sentence_id,
        label=outcome.label,
        speaker=outcome.speaker,
        decided_by=outcome.decided_by,
        in_dispute=int(outcome.in_dispute),
        weight=weight,
        editor_id=editor_id,
        event=event,
        reason=reason,
        now=now(),
    )
    is_suspended = _suspend(db, document, sentence_id, before, outcome.label, by)
    counted = rules.tally(stood.label, stood.in_dispute, None if before.is_suspended else before.status)
    counts = rules.tally(outcome.label, outcome.in_dispute, None if is_suspended else before.status)
    return counts.minus(counted)


def _suspend(
    db: Database, document: Document, sentence_id: int, before: Standing, label: str | None, by: Person | None
) -> bool:
    """Set a verification aside while its sentence is no longer what was checked, or bring it back."""
    if before.status is None:
        return False
    is_suspended = bool(label != before.checked_label)
    if is_suspended != bool(before.is_suspended):
        (row,) = db.write(
            """
            UPDATE verifications SET is_suspended = :is_suspended, version = version + 1
            WHERE sentence_id = :id RETURNING was_settled
            """,
            is_suspended=int(is_suspended),
            id=sentence_id,
        )
        if row["was_settled"]:  # then it is a correction, and told as one
            event = record_event(
                db,
                "verification_suspended" if is_suspended else "verification_resumed",
                by=by.id if by else None,
                document=document.number,
                sentence_id=sentence_id,
                was={"label": before.label},
                now={"label": label},
            )
            mark_changed(db, document.number, event)
    return is_suspended
