"""Annotations: one reviewer's vote, speaker and note for one sentence."""

from typing import Any

from annotate.database import Database
from annotate.errors import Refused
from annotate.store.clock import now, seconds
from annotate.store.contents import Place, Written, get_place, read_back
from annotate.store.decisions import renew_decision
from annotate.store.documents import record_change
from annotate.store.events import marks, record_event
from annotate.store.reviewers import Person


def record_annotation(
    db: Database,
    document_id: str,
    start: int,
    *,
    by: Person,
    end: int,
    label: str | None,
    speaker: str | None = None,
    note: str | None = None,
    origin: str = "api",
    seen_version: int | None = None,
    restores: int | None = None,
) -> Written:
    """Store a reviewer's vote as its next version, and the decision that follows from it.

    :param start: of the sentence, in code points of the document's text; `end` likewise.
    :param label: one of ``schemas.terms.LABELS``, or None for no vote.
    :param origin: one of ``schemas.terms.ORIGINS``.
    :param seen_version: the version that the reviewer was looking at, 0 for none; None skips the check.
    :param restores: number of the event whose state this is.
    :raises NotFound: no such document or sentence.
    :raises Stale: a newer version was stored since, for example from another tab.
    :raises Refused: code ``boundary_changed``, or ``signed_off`` for taking back a vote after signing off.
    """
    with db.transaction():
        place = get_place(db, document_id, start, end, by)
        place.check_seen(seen_version)
        before = place.mine
        if before is None and (label, speaker, note) == (None, None, None):
            return read_back(db, place.document, place.start, by, version=0)  # there is nothing to take back
        added = int(label is not None) - int(bool(before and before["label"]))
        n_tagged = _record_act(db, place, by, added)
        version = _write(db, place, by, label, speaker, note, origin)
        change = renew_decision(db, place.document, place.sentence_id, place.standing, by=by)
        event = record_event(
            db,
            "annotated",
            by=by.id,
            document=place.document.number,
            sentence_id=place.sentence_id,
            was=_as_told(before),
            now={"label": label, "speaker": speaker, "note": note, "version": version}
            | marks(restored=restores, is_late=place.standing.status == "settled"),
        )
        document = record_change(db, place.document, event, change=change)
        return read_back(db, document, place.start, by, version=version, n_tagged=n_tagged)


def _as_told(vote: dict[str, Any] | None) -> dict[str, Any] | None:
    return vote and {name: vote[name] for name in ("label", "speaker", "note", "version")}


def _record_act(db: Database, place: Place, by: Person, n_added: int) -> int:
    """Keep the reviewer's count, which is returned, and lease; a signed-off document stays wholly tagged."""
    (review,) = db.write(
        """
        INSERT INTO reviews (document, reviewer_id, n_tagged, acted_at)
        VALUES (:document, :by, :n_added, :now)
        ON CONFLICT (document, reviewer_id) DO UPDATE SET
            n_tagged = n_tagged + excluded.n_tagged, acted_at = excluded.acted_at
        RETURNING n_tagged, signed_off_at
        """,
        document=place.document.number,
        by=by.id,
        n_added=n_added,
        now=seconds(),
    )
    if n_added < 0 and review["signed_off_at"]:
        raise Refused(
            "You have signed this document off: change the label rather than take it back.",
            code="signed_off",
        )
    return int(review["n_tagged"])


def _write(
    db: Database,
    place: Place,
    by: Person,
    label: str | None,
    speaker: str | None,
    note: str | None,
    origin: str,
) -> int:
    (row,) = db.write(
        """
        INSERT INTO annotations (sentence_id, reviewer_id, label, speaker, note, origin, is_late, version,
            at)
        VALUES (:sentence_id, :by, :label, :speaker, :note, :origin, :is_late, 1, :now)
        ON CONFLICT (sentence_id, reviewer_id) DO UPDATE SET
            label = excluded.label, speaker = excluded.speaker, note = excluded.note,
            origin = excluded.origin, is_carried = 0, is_late = excluded.is_late,
            version = version + 1, at = excluded.at
        RETURNING version
        """,
        sentence_id=place.sentence_id,
        by=by.id,
        label=label,
        speaker=speaker,
        note=note,
        origin=origin,
        is_late=int(place.standing.status == "settled"),
        now=now(),
    )
    return int(row["version"])
