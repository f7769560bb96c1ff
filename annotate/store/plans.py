"""The plan of a document: who reviews it, how many, how soon, and whether it is closed."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from annotate import rules
from annotate.database import Database, json_list
from annotate.errors import AnnotateError, Invalid, Stale
from annotate.passwords import name_key
from annotate.store.documents import Document, get_document, record_change, superseded
from annotate.store.events import record_event
from annotate.store.partners import list_ids, tell_partners
from annotate.store.places import renew_places
from annotate.store.reviewers import Person, Reviewer, find_reviewer
from annotate.store.reviews import decide_all


@dataclass(frozen=True)
class Plan:
    """What editors have planned.

    :param reviews_needed: N.
    :param priority: one of ``schemas.terms.PRIORITIES``.
    :param assigned: names, in order; it is kept for them, and they are free not to do it.
    :param reason: why it is closed; None while it is not.
    """

    reviews_needed: int
    priority: str
    assigned: tuple[str, ...]
    closed: bool
    reason: str | None
    version: int


@dataclass(frozen=True)
class Planned:
    """A document with its plan."""

    document: Document
    plan: Plan


@dataclass(frozen=True)
class Change:
    """What is to become of the plans of several documents; None leaves things as they are."""

    assign: tuple[str, ...] = ()
    unassign: tuple[str, ...] = ()
    priority: str | None = None
    reviews_needed: int | None = None
    close: str | None = None  # the reason
    reopen: bool = False

    def of(self, plan: Plan) -> dict[str, Any]:
        """Return the fields of a plan that this changes."""
        gone = {name_key(name) for name in self.unassign}
        stay = [name for name in plan.assigned if name_key(name) not in gone]
        return {
            "reviews_needed": self.reviews_needed or plan.reviews_needed,
            "priority": self.priority or plan.priority,
            "assigned": [*stay, *self.assign],
            "closed": bool(self.close) or (plan.closed and not self.reopen),
            "reason": self.close or (None if self.reopen else plan.reason),
        }


def get_plan(db: Database, document_id: str, reader: Person | None) -> Planned:
    """Read the plan of a document.

    :param reader: None is the command line.
    :raises NotFound: there is none, or it is not theirs to see.
    """
    document = get_document(db, document_id, reader)
    return Planned(document, _read(db, document))


def _read(db: Database, document: Document) -> Plan:
    rows = db.rows(
        """
        SELECT r.name FROM assignments AS a JOIN reviewers AS r ON r.id = a.reviewer_id
        WHERE a.document = :number ORDER BY r.name_key
        """,
        number=document.number,
    )
    return Plan(
        document.reviews_needed,
        document.priority,
        tuple(row["name"] for row in rows),
        document.state == "closed",
        document.closed_reason,
        document.plan_version,
    )


def record_plan(
    db: Database,
    document_id: str,
    *,
    by: Person | None,
    seen_version: int,
    reviews_needed: int,
    priority: str,
    assigned: Iterable[str],
    closed: bool,
    reason: str | None = None,
) -> Planned:
    """Store the next version of a plan, whole; its parts may have consequences at once.

    With fewer reviews needed than are there, the votes decide; what is closed takes no votes and no decisions
    until it is reopened, and then stands where its counts say.

    :param by: None is the command line.
    :param reason: why it is closed, which closing needs.
    :raises Forbidden: not an editor.
    :raises Stale: it was changed since; `current` is what is stored.
    :raises Refused: code ``superseded``; or ``seen``: N cannot be raised any more.
    :raises Invalid: somebody who cannot be assigned, or no reason; `fields` says which.
    """
    if by is not None:
        rules.require(by.role, "plan")
    with db.transaction():
        document = get_document(db, document_id, by)
        if document.state == "superseded":
            raise superseded(db, document)
        before = _read(db, document)
        if seen_version != before.version:
            raise Stale("Somebody has changed this plan in the meantime.", current=asdict(before))
        people = _find_people(db, document, assigned, before)
        names = tuple(sorted((each.name for each in people), key=name_key))
        after = Plan(reviews_needed, priority, names, closed, reason if closed else None, before.version)
        if closed and not reason:
            raise Invalid("Say why it is closed.", fields={"reason": ["Closing needs a reason."]})
        if after == before:
            return Planned(document, before)
        rules.require_reviews(
            reviews_needed,
            before=before.reviews_needed,
            n_sign_offs=document.n_sign_offs,
            has_begun=_has_begun(db, document),
        )
        return _record(db, document, before, after, people, by)


def change_plan(db: Database, document_id: str, change: Change, *, by: Person | None) -> Planned:
    """Change some of a plan, whatever its version; raises as :func:`record_plan`."""
    with db.transaction():
        plan = get_plan(db, document_id, by).plan
        return record_plan(db, document_id, by=by, seen_version=plan.version, **change.of(plan))


def change_plans(
    db: Database, document_ids: Iterable[str], change: Change, *, by: Person
) -> tuple[int, list[tuple[str, str]]]:
    """Change the plans of many documents, each in a transaction of its own.

    :returns: how many took it, and of the others the id and why not.
    """
    n_done, refused = 0, []
    for document_id in document_ids:
        try:
            change_plan(db, document_id, change, by=by)
            n_done += 1
        except AnnotateError as problem:
            refused.append((document_id, problem.message))
    return n_done, refused


def _find_people(db: Database, document: Document, assigned: Iterable[str], before: Plan) -> list[Reviewer]:
    """Find who is to be assigned; who is already may stay, also disabled."""
    people: dict[int, Reviewer] = {}
    problems = []
    for name in assigned:
        person = find_reviewer(db, name)
        if person is None:
            problems.append(f"There is nobody called {name}.")
        elif person.name not in before.assigned and not person.is_active:
            problems.append(f"{person.name} is disabled.")
        elif person.name not in before.assigned and document.collection in orjson.loads(person.hidden):
            problems.append(f"{person.name} may not see this collection.")
        else:
            people[person.id] = person
    if problems:
        raise Invalid(" ".join(problems), fields={"assigned": problems})
    return list(people.values())


def _has_begun(db: Database, document: Document) -> bool:
    """Say whether anybody has said anything: an editor's decision is seen by everyone, too."""
    found = db.value(
        """
        SELECT EXISTS (SELECT 1 FROM reviews WHERE document = :number) OR EXISTS (
            SELECT 1 FROM sentences AS s JOIN decisions AS d ON d.sentence_id = s.id AND d.label IS NOT NULL
            WHERE s.document = :number AND s.is_current = 1)
        """,
        number=document.number,
    )
    return bool(found)


def _record(
    db: Database, document: Document, before: Plan, after: Plan, people: list[Reviewer], by: Person | None
) -> Planned:
    was_blind = document.is_blind
    (row,) = db.write(
        """
        UPDATE documents SET reviews_needed = :needed, priority = :priority, closed_reason = :reason,
            plan_version = plan_version + 1,
            state = CASE WHEN :closed THEN 'closed' WHEN state = 'closed' THEN 'open' ELSE state END
        WHERE number = :number RETURNING *
        """,
        needed=after.reviews_needed,
        priority=after.priority,
        reason=after.reason,
        closed=int(after.closed),
        number=document.number,
    )
    _assign(db, document, people)
    renew_places(db, document.number)
    event = _tell(db, document, before, after, by)
    document = record_change(db, Document.of(row), event, change=rules.Tally())
    if was_blind and not document.is_blind:  # as the Nth sign-off does
        document = record_change(db, document, event, change=decide_all(db, document))
    if was_blind != document.is_blind:  # then its matches come or go
        ids = list_ids(db, document.number)
        tell_partners(db, ids, by=by.id if by else None, because="planned", document=document.id)
    return Planned(document, _read(db, document))


def _assign(db: Database, document: Document, people: list[Reviewer]) -> None:
    ids = json_list(each.id for each in people)
    db.write(
        """
        DELETE FROM assignments
        WHERE document = :number AND reviewer_id NOT IN (SELECT value FROM json_each(:ids))
        """,
        number=document.number,
        ids=ids,
    )
    db.write(
        """
        INSERT INTO assignments (document, reviewer_id) SELECT :number, value FROM json_each(:ids) WHERE true
        ON CONFLICT (document, reviewer_id) DO NOTHING
        """,
        number=document.number,
        ids=ids,
    )


def _tell(db: Database, document: Document, before: Plan, after: Plan, by: Person | None) -> int:
    """Write the history, a line for each thing that changed; return the number of the last."""
    was, now = asdict(before), asdict(after)
    acts = {
        "assigned": ("assigned",),
        "prioritised": ("priority",),
        "reviews_needed_changed": ("reviews_needed",),
        "closed" if after.closed else "reopened": ("closed", "reason"),
    }
    return max(
        record_event(
            db,
            act,
            by=None if by is None else by.id,
            document=document.number,
            was={name: was[name] for name in names},
            now={name: now[name] for name in names},
        )
        for act, names in acts.items()
        if any(was[name] != now[name] for name in names)
    )


def carry_plan(db: Database, latest: Document, document: Document) -> Document:
    """Give a new revision the plan of the one before, inside the transaction that adds it."""
    (row,) = db.write(
        """
        UPDATE documents SET priority = :priority, closed_reason = :reason, state = :state
        WHERE number = :number RETURNING *
        """,
        priority=latest.priority,
        reason=latest.closed_reason,
        state="closed" if latest.state == "closed" else document.state,
        number=document.number,
    )
    db.write(
        """
        INSERT INTO assignments (document, reviewer_id)
        SELECT :number, reviewer_id FROM assignments WHERE document = :latest
        """,
        number=document.number,
        latest=latest.number,
    )
    renew_places(db, document.number)
    return Document.of(row)


def list_assignable(db: Database, collection: str | None) -> list[str]:
    """List the names of the active people who may see a collection; None: of all active people."""
    rows = db.rows(
        """
        SELECT name FROM people
        WHERE is_active = 1
          AND (:collection IS NULL OR :collection NOT IN (SELECT value FROM json_each(hidden)))
        ORDER BY name_key
        """,
        collection=collection,
    )
    return [row["name"] for row in rows]
