"""Bringing an earlier state back: a new event, by the same writers and rules as any change."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from annotate import rules
from annotate.database import Database
from annotate.errors import Forbidden, Refused
from annotate.history import CHECKED, DECIDED, SAID, Change, Event, State, compare, may_restore
from annotate.store.annotations import record_annotation
from annotate.store.boundaries import Mended, merge_sentences, split_sentence
from annotate.store.contents import Place, Sentence, Written, get_place, list_sentences
from annotate.store.decisions import record_decision
from annotate.store.documents import get_document
from annotate.store.history import get_event, get_thread
from annotate.store.reviewers import Person
from annotate.store.verifications import record_verification

EDITOR, VOTES = "an editor", "the votes"


@dataclass(frozen=True)
class Restoration:
    """What would come back: where, over which version of the record, and what that would change.

    :param document_id: of the newest revision, in which the sentence stands now.
    :param start: of it there, in code points.
    """

    event: Event
    document_id: str
    start: int
    text: str
    version: int
    changes: list[Change]
    is_settled: bool


def preview(db: Database, document_id: str, number: int, *, by: Person) -> Restoration:
    """Say what restoring an event would change now; the place is where the sentence stands now.

    :raises NotFound: no such document or event, or not for this person.
    :raises Forbidden: not theirs to restore.
    :raises Refused: code ``not_restorable``; ``boundary_changed`` or ``superseded`` where there is nothing
        left to restore it to.
    """
    event = _get_event(db, document_id, number, by)
    start, end = _where(event)
    place = get_place(db, document_id, start, end, by)
    (sentence,) = list_sentences(db, place.document, by, first=place.start, last=place.start)
    version, stands, wanted = STATES[str(event.record)](event, place, sentence)
    return Restoration(
        event,
        place.document.id,
        place.start,
        place.text,
        version,
        compare(stands, wanted, list(wanted)),
        event.record == "verification" and place.standing.is_settled,
    )


def restore(
    db: Database,
    document_id: str,
    number: int,
    *,
    by: Person,
    seen_version: int,
    reason: str | None = None,
    two_person_rule: bool = False,
) -> Written | Mended:
    """Bring back the state that an event led to; of a split or merge, the boundaries before it.

    :param seen_version: of the record as it stands now: of the vote, decision or verification; for boundaries
        of one's own annotation of the sentence, the first of two.
    :param reason: why a settled verification is reopened; for a decision, instead of the one it had.
    :raises NotFound: no such document or event, or not for this person.
    :raises Forbidden: not theirs to restore, or the two-person rule.
    :raises Stale: the record was changed since; `current` is it.
    :raises Refused: code ``not_restorable``, or as for any change of that kind.
    :raises Invalid: as for any change of that kind.
    """
    with db.transaction():
        event = _get_event(db, document_id, number, by)
        start, end = _where(event)
        known: dict[str, Any] = {"by": by, "seen_version": seen_version, "end": end, "restores": number}
        if event.record == "annotation":
            return record_annotation(db, document_id, start, **known, **_of(event, SAID))
        if event.record == "decision":
            decided = _decided(event) | ({"reason": reason} if reason else {})
            return record_decision(db, document_id, start, **known, **decided)
        if event.record == "verification":
            known |= {"reason": reason, "two_person_rule": two_person_rule}
            return record_verification(db, document_id, start, **known, **_of(event, CHECKED))
        return _mend_back(db, document_id, event, known)


def _get_event(db: Database, document_id: str, number: int, by: Person) -> Event:
    document = get_document(db, document_id, by)
    event = get_event(db, get_thread(db, document, None), by, number)
    if event.record is None or event.now is None or event.sentence is None:
        raise Refused("This line of the history cannot be restored.", code="not_restorable")
    if event.record == "annotation" and not event.is_mine:
        raise Forbidden("A vote is its reviewer's own: nobody else restores it.")
    if not may_restore(event, by.role):
        rules.require(by.role, "restore")
    return event


def _where(event: Event) -> tuple[int, int]:
    """Where the sentence is looked for: as it was, or the first of those that a mended boundary made."""
    if event.record == "boundaries":
        first = (event.now or {})["sentences"][0]
        return first["start"], first["end"]
    assert event.sentence is not None
    return event.sentence


def _of(event: Event, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: (event.now or {}).get(name) for name in names}


def _decided(event: Event) -> dict[str, Any]:
    """What an editor decided; giving it back to the votes is a decision for no label."""
    if event.act == "adjudication_removed":
        return {"label": None, "speaker": None, "reason": (event.now or {}).get("reason")}
    return _of(event, DECIDED)


def _mend_back(db: Database, document_id: str, event: Event, known: dict[str, Any]) -> Mended:
    made, before = (list((each or {})["sentences"]) for each in (event.now, event.was))
    start = made[0]["start"]
    if len(made) == 1:
        return split_sentence(db, document_id, start, **known, at=before[1]["start"])
    get_place(
        db, document_id, made[1]["start"], made[1]["end"], known["by"]
    )  # else it would take in another one
    return merge_sentences(db, document_id, start, **known)


# ---- of each kind of record: its version, what stands, and what would stand ----


def _vote(event: Event, place: Place, sentence: Sentence) -> tuple[int, State, State]:
    mine = place.mine or {}
    return mine.get("version", 0), mine, _of(event, SAID)


def _decision(event: Event, place: Place, sentence: Sentence) -> tuple[int, State, State]:
    stands = place.standing
    current = {name: getattr(stands, name) for name in DECIDED}
    current["decided_by"] = EDITOR if stands.decided_by == "adjudication" else VOTES
    wanted = _decided(event) | {"decided_by": EDITOR}
    if wanted["label"] is None:  # which label that gives, the votes say then
        wanted = {"decided_by": VOTES}
    return stands.version or 0, current, wanted


def _verification(event: Event, place: Place, sentence: Sentence) -> tuple[int, State, State]:
    stands = sentence.verification
    current = {name: getattr(stands, name) for name in CHECKED} if stands else {}
    return (stands.version if stands else 0), current, _of(event, CHECKED)


def _boundaries(event: Event, place: Place, sentence: Sentence) -> tuple[int, State, State]:
    (change,) = [each for each in event.changes if each.field == "sentences"]
    version = place.mine["version"] if place.mine else 0
    return version, {"sentences": change.now}, {"sentences": change.was}


STATES: dict[str, Callable[[Event, Place, Sentence], tuple[int, State, State]]] = {
    "annotation": _vote,
    "decision": _decision,
    "verification": _verification,
    "boundaries": _boundaries,
}
