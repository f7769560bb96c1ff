"""Verifications: the checking of one decided claim or quote, with its evidence."""

from dataclasses import asdict
from typing import Any

import orjson

from annotate import rules
from annotate.database import Database, Row
from annotate.errors import Stale
from annotate.store.assignments import end_assignment
from annotate.store.clock import now
from annotate.store.contents import (
    Place,
    Written,
    corrected,
    get_place,
    get_standing,
    list_sentences,
    read_back,
)
from annotate.store.decisions import renew_decision
from annotate.store.documents import record_change
from annotate.store.events import marks, record_event
from annotate.store.reviewers import Person


def record_verification(
    db: Database,
    document_id: str,
    start: int,
    *,
    by: Person,
    seen_version: int,
    end: int,
    status: str,
    verdict: str,
    attribution: str | None,
    rationale: str | None,
    evidence: list[dict[str, Any]],
    reason: str | None = None,
    two_person_rule: bool = False,
    restores: int | None = None,
) -> Written:
    """Store the next version of a verification, if the rules let it follow the one that stands.

    :param seen_version: the version that the person was looking at, 0 for none.
    :param attribution: None means `unconfirmed` on a quote, and is all that a claim can have.
    :param evidence: all of it, in order, each validated by ``schemas.verification.Evidence``.
    :param reason: why a settled one is reopened.
    :param restores: number of the event whose state this is.
    :raises Stale: a newer version was stored since; `current` is it.
    :raises Refused: code ``not_decided``, ``settled`` or ``boundary_changed``.
    :raises Forbidden: code ``two_persons``.
    :raises Invalid: it cannot be settled yet; `fields` says why.
    """
    with db.transaction():
        place = get_place(db, document_id, start, end, by)
        row = _find(db, place.sentence_id)
        if seen_version != (row["version"] if row else 0):
            raise Stale(
                "Somebody has changed this verification in the meantime.",
                current=_as_seen(db, place, by),
            )
        label = None if place.document.is_blind else place.standing.label
        before = _as_checking(row, label)
        after = rules.follow(
            before,
            rules.Checking(
                status,
                verdict,
                attribution or rules.default_attribution(label or ""),
                rationale,
                tuple(evidence),
                None,
            ),
            label=label,
            by=by.id,
            role=by.role,
            reason=reason,
            two_person_rule=two_person_rule,
        )
        return _record(db, place, label or "", row, before, after, by=by, reason=reason, restores=restores)


def _find(db: Database, sentence_id: int) -> Row | None:
    return db.row(
        """
        SELECT label, status, verdict, attribution, rationale, evidence, is_suspended, proposed_by,
            version, was_settled
        FROM verifications WHERE sentence_id = :id
        """,
        id=sentence_id,
    )


def _as_checking(row: Row | None, label: str | None) -> rules.Checking:
    if row is None or row["label"] != label:  # what was checked as something else starts anew
        return rules.unchecked(label or "")
    return rules.Checking(
        row["status"],
        row["verdict"],
        row["attribution"],
        row["rationale"],
        tuple(orjson.loads(row["evidence"])),
        row["proposed_by"],
    )


def _as_seen(db: Database, place: Place, by: Person) -> dict[str, Any] | None:
    (sentence,) = list_sentences(db, place.document, by, first=place.start, last=place.start)
    return None if sentence.verification is None else asdict(sentence.verification)


def _record(
    db: Database,
    place: Place,
    label: str,
    row: Row | None,
    before: rules.Checking,
    after: rules.Checking,
    *,
    by: Person,
    reason: str | None,
    restores: int | None,
) -> Written:
    version = _write(db, place, label, after, by)
    was_status = None if row is None or row["is_suspended"] else row["status"]
    change = rules.tally(label, False, after.status).minus(rules.tally(label, False, was_status))
    is_reopened = before.status == "settled"
    act = "verification_corrected" if row and row["was_settled"] else "verified"
    event = record_event(
        db,
        "verification_reopened" if is_reopened else act,
        by=by.id,
        document=place.document.number,
        sentence_id=place.sentence_id,
        was=_as_told(row),
        now=asdict(after) | {"label": label, "version": version, "reason": reason} | marks(restored=restores),
    )
    if after.status == "settled":
        end_assignment(db, place.sentence_id)
    if is_reopened:  # votes that came while it was settled count now
        db.write("UPDATE annotations SET is_late = 0 WHERE sentence_id = :id", id=place.sentence_id)
        standing = get_standing(db, place.sentence_id)
        change = change.plus(renew_decision(db, place.document, place.sentence_id, standing, by=by))
    document = record_change(db, place.document, event, change=change)
    written = read_back(db, document, place.start, by, version=version)
    verification = written.sentence.verification
    (sentence,) = corrected(db, document, [written.sentence])
    return Written(
        sentence,
        document,
        written.n_tagged,
        verification.version if verification else version,
    )


def _as_told(row: Row | None) -> dict[str, Any] | None:
    """What was stored, also of one that was set aside and is now begun anew under another label."""
    if row is None:
        return None
    told = {**dict(row), "evidence": orjson.loads(row["evidence"])}
    del told["was_settled"]
    return told


def _write(db: Database, place: Place, label: str, after: rules.Checking, by: Person) -> int:
    (stored,) = db.write(
        """
        INSERT INTO verifications (sentence_id, label, text, status, verdict, attribution, rationale,
            evidence, proposed_by, checked_by, was_settled, version, at)
        VALUES (:id, :label, :text, :status, :verdict, :attribution, :rationale,
            :evidence, :proposed_by, :checked_by, :status = 'settled', 1, :now)
        ON CONFLICT (sentence_id) DO UPDATE SET
            label = excluded.label, text = excluded.text, status = excluded.status,
            verdict = excluded.verdict, attribution = excluded.attribution,
            rationale = excluded.rationale, evidence = excluded.evidence, is_suspended = 0,
            proposed_by = excluded.proposed_by, checked_by = excluded.checked_by,
            was_settled = max(was_settled, excluded.was_settled),
            version = version + 1, at = excluded.at
        RETURNING version
        """,
        id=place.sentence_id,
        label=label,
        text=place.text,
        status=after.status,
        verdict=after.verdict,
        attribution=after.attribution,
        rationale=after.rationale,
        evidence=orjson.dumps(after.evidence).decode(),
        proposed_by=after.proposed_by,
        checked_by=by.id if after.status == "settled" else None,
        now=now(),
    )
    return int(stored["version"])
