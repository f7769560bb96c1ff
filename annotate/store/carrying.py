"""What sentences take over from those whose boundaries they came of: votes, decisions, drafts of checking.

How two records join, and when what stood before comes back, is in ``rules``. Versions only ever count on:
a record gets the next one after all that took part, also where it says nothing (any more), so that a late
copy of an older request finds no version of its own again.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from annotate import rules
from annotate.database import Database, Row, json_list
from annotate.errors import Refused
from annotate.store.clock import now
from annotate.store.contents import Annotation, annotation_of
from annotate.store.decisions import list_votes, weigh
from annotate.store.documents import Document
from annotate.store.partners import link_of

ORDER = ("reviewer", "label", "speaker", "note", "origin", "version", "at")  # of an annotation's fields


@dataclass(frozen=True)
class Span:
    """A sentence as such; half-open, in code points of the document's text."""

    id: int
    start: int
    stop: int
    block: str


@dataclass(frozen=True)
class Change:
    """The sentences that go, and those that come in their place: one and two, or two and one.

    `stood`: where this is an undo, the retired sentences that the new ones are once more, in order.
    """

    document: Document
    old: list[Span]
    new: list[Span]
    stood: list[Span]

    @property
    def is_merge(self) -> bool:
        """Whether two sentences become one."""
        return len(self.new) == 1

    @property
    def ids(self) -> str:
        """Whose records matter, as SQL takes them."""
        return as_ids([*self.old, *self.stood])


@dataclass(frozen=True)
class Lost:
    """A vote on a sentence that was merged, whose label or speaker could not be carried."""

    reviewer_id: int
    start: int
    end: int
    annotation: Annotation


@dataclass(frozen=True)
class Carried:
    """What became of one reviewer's votes: how many more labels they have now, and what is lost.

    `is_restored`: everything is as it was before what is undone now.
    """

    reviewer_id: int
    n_added: int
    is_untagged: bool
    is_restored: bool
    lost: list[Lost]


def as_ids(spans: Iterable[Span]) -> str:
    """Return ids as a JSON list, for SQL's ``json_each``."""
    return json_list(each.id for each in spans)


def carry_votes(db: Database, change: Change) -> list[Carried]:
    """Give the new sentences everybody's votes, speakers and notes, inside the transaction of the change."""
    rows_of: dict[int, dict[int, Row]] = defaultdict(dict)
    for row in db.rows(
        """
        SELECT a.sentence_id, a.reviewer_id, r.name AS reviewer, a.label, a.speaker, a.note, a.origin,
            a.version, a.at, a.is_carried
        FROM annotations AS a JOIN reviewers AS r ON r.id = a.reviewer_id
        WHERE a.sentence_id IN (SELECT value FROM json_each(:ids))
        ORDER BY r.name_key
        """,
        ids=change.ids,
    ):
        rows_of[row["reviewer_id"]][row["sentence_id"]] = row
    return [_carry_votes_of(db, change, *each) for each in rows_of.items()]


def _carry_votes_of(db: Database, change: Change, reviewer_id: int, rows: dict[int, Row]) -> Carried:
    old, stood = _in_order(change, rows)
    said, said_before = [_vote(row) for row in old], [_vote(row) for row in stood]
    carried = rules.carried(rules.join_opinions, said, said_before)
    version = _next_version(rows)
    for sentence, opinion, row in zip(change.new, carried, stood, strict=True):
        source = row if row is not None and _vote(row) == opinion else None
        _write_vote(db, sentence, reviewer_id, opinion, source, _known(old), version)
    n_before, n_after = (sum(each.label is not None for each in some) for some in (said, carried))
    lost = [
        Lost(reviewer_id, span.start, span.stop, _annotation(row))
        for span, row, opinion in zip(change.old, old, said, strict=True)
        if row is not None and change.is_merge and not rules.keeps(carried[0], opinion)
    ]
    return Carried(
        reviewer_id, n_after - n_before, n_before > 0 and n_after == 0, carried == said_before, lost
    )


def _in_order(change: Change, rows: dict[int, Row]) -> tuple[list[Row | None], list[Row | None]]:
    """Sort records by sentence: of those that go, and of those that stood before for each that comes."""
    stood = [rows.get(each.id) for each in change.stood] or [None for _ in change.new]
    return [rows.get(each.id) for each in change.old], stood


def _known(rows: list[Row | None]) -> list[Row]:
    return [row for row in rows if row is not None]


def _next_version(rows: dict[int, Row]) -> int:
    return 1 + max((row["version"] for row in rows.values()), default=0)


def _vote(row: Row | None) -> rules.Opinion:
    return rules.NO_OPINION if row is None else rules.Opinion(row["label"], row["speaker"], row["note"])


def _annotation(row: Row) -> Annotation:
    return annotation_of([row[name] for name in ORDER], row["is_carried"])


def _write_vote(
    db: Database,
    sentence: Span,
    reviewer_id: int,
    opinion: rules.Opinion,
    kept: Row | None,
    old: list[Row],
    version: int,
) -> None:
    db.write(
        """
        INSERT INTO annotations (sentence_id, reviewer_id, label, speaker, note, origin, is_carried,
            version, at)
        VALUES (:id, :reviewer_id, :label, :speaker, :note, :origin, :is_carried, :version, :at)
        """,
        id=sentence.id,
        reviewer_id=reviewer_id,
        label=opinion.label,
        speaker=opinion.speaker,
        note=opinion.note,
        origin=kept["origin"] if kept else old[0]["origin"],
        is_carried=kept["is_carried"] if kept else 1,
        version=version,
        at=kept["at"] if kept else max(row["at"] for row in old),
    )


def carry_decisions(db: Database, change: Change) -> None:
    """Let an editor's word stand for the new sentences, or else their votes; after the votes.

    :raises Refused: code ``adjudicated``: an editor's word would be lost.
    """
    rows = _rows_by_sentence(
        db,
        """
        SELECT sentence_id, label, speaker, decided_by, editor_id, event, reason, version, at FROM decisions
        WHERE sentence_id IN (SELECT value FROM json_each(:ids))
        """,
        change,
    )
    old, stood = _in_order(change, rows)
    words = rules.carried(
        rules.join_adjudications, [_adjudication(row) for row in old], [_adjudication(row) for row in stood]
    )
    for sentence, word, row in zip(change.new, words, stood, strict=True):
        if word is not None:
            source = row if row is not None and _adjudication(row) == word else _known(old)[0]
            outcome = rules.Outcome(word.label, word.speaker, "adjudication", False)
            more = {name: source[name] for name in ("editor_id", "event", "at")}
            more |= {"reason": word.note, "weight": 0}
        else:
            is_blind = change.document.is_blind  # then what editors said of the revision before stands alone
            votes = [] if is_blind else list_votes(db, sentence.id)
            outcome = rules.decide(votes)
            more = {"editor_id": None, "event": None, "at": now()}
            more |= {"reason": None, "weight": weigh(outcome, votes)}
        if rows or outcome != rules.NO_VOTES:  # else there is nothing, as before
            _write_decision(db, sentence, outcome, more, _next_version(rows))


def _rows_by_sentence(db: Database, sql: str, change: Change) -> dict[int, Row]:
    return {row["sentence_id"]: row for row in db.rows(sql, ids=change.ids)}


def _adjudication(row: Row | None) -> rules.Opinion | None:
    if row is None or row["decided_by"] != "adjudication":
        return None
    return rules.Opinion(row["label"], row["speaker"], row["reason"])


def _write_decision(
    db: Database, sentence: Span, outcome: rules.Outcome, more: dict[str, Any], version: int
) -> None:
    db.write(
        """
        INSERT INTO decisions (sentence_id, label, speaker, decided_by, in_dispute, weight, editor_id, event,
            reason, version, at)
        VALUES (:id, :label, :speaker, :decided_by, :in_dispute, :weight, :editor_id, :event,
            :reason, :version, :at)
        """,
        id=sentence.id,
        label=outcome.label,
        speaker=outcome.speaker,
        decided_by=outcome.decided_by,
        in_dispute=int(outcome.in_dispute),
        version=version,
        **more,
    )


def refuse_begun(db: Database, spans: list[Span]) -> None:
    """:raises Refused: code ``settled`` or ``verified``: one of these sentences is being checked."""
    for row in db.rows(
        """
        SELECT status, is_suspended FROM verifications
        WHERE sentence_id IN (SELECT value FROM json_each(:ids)) AND status <> 'unchecked'
        """,
        ids=as_ids(spans),
    ):
        if row["status"] == "settled" and not row["is_suspended"]:
            raise Refused("Its verification is settled; an editor can reopen it.", code="settled")
        first = "Give it its label back, then set" if row["is_suspended"] else "Set"
        raise Refused(
            f"Its verification is under way, for this very text. {first} that back to unchecked first.",
            code="verified",
        )


def carry_drafts(db: Database, change: Change) -> None:
    """Give the new sentences what was written into a verification without beginning it; after the decisions.

    :raises Refused: code ``verified``: both of two sentences hold something.
    """
    rows = _rows_by_sentence(
        db,
        """
        SELECT sentence_id, label, text, verdict, attribution, rationale, evidence, proposed_by, version, at,
            was_settled
        FROM verifications WHERE sentence_id IN (SELECT value FROM json_each(:ids))
        """,
        change,
    )
    old, stood = _in_order(change, rows)
    drafts = rules.carried(rules.join_drafts, [_draft(row) for row in old], [_draft(row) for row in stood])
    for sentence, draft, row in zip(change.new, drafts, stood, strict=True):
        if draft is not None:
            at = row["at"] if row is not None and _draft(row) == draft else _known(old)[0]["at"]
            was_settled = max(row["was_settled"] for row in rows.values())
            _write_draft(db, sentence, draft, _next_version(rows), at, was_settled)


def _draft(row: Row | None) -> rules.Draft | None:
    if row is None:
        return None
    return rules.Draft(**{name: row[name] for name in rules.Draft.__dataclass_fields__})


def _write_draft(
    db: Database, sentence: Span, draft: rules.Draft, version: int, at: str, was_settled: int
) -> None:
    db.write(
        """
        INSERT INTO verifications (sentence_id, label, text, status, verdict, attribution, rationale,
            evidence, is_suspended, proposed_by, was_settled, version, at)
        VALUES (:id, :label, :text, 'unchecked', :verdict, :attribution, :rationale, :evidence,
            (SELECT label FROM decisions WHERE sentence_id = :id) IS NOT :label,
            :proposed_by, :was_settled, :version, :at)
        """,
        id=sentence.id,
        version=version,
        at=at,
        was_settled=was_settled,
        **asdict(draft),
    )


def carry_assignments(db: Database, change: Change) -> None:
    """Who had a sentence to check has what came of it."""
    rows = _rows_by_sentence(
        db,
        """
        SELECT sentence_id, reviewer_id, assigned_by, question, version, at FROM assignments_to_check
        WHERE sentence_id IN (SELECT value FROM json_each(:ids))
        """,
        change,
    )
    old, _ = _in_order(change, rows)
    held = [row for row in _known(old) if row["reviewer_id"]]
    for sentence in change.new if rows else []:
        db.write(
            """
            INSERT INTO assignments_to_check (sentence_id, reviewer_id, assigned_by, question, version, at)
            VALUES (:id, :reviewer_id, :assigned_by, :question, :version, :at)
            """,
            id=sentence.id,
            version=_next_version(rows),
            reviewer_id=held[0]["reviewer_id"] if held else None,
            assigned_by=held[0]["assigned_by"] if held else None,
            question=held[0]["question"] if held else None,
            at=held[0]["at"] if held else now(),
        )


def carry_links(db: Database, change: Change) -> None:
    """Give the new sentences what was said of the old ones and sentences elsewhere."""
    by_other: dict[int, dict[int, Row]] = defaultdict(dict)
    for row in db.rows(
        """
        SELECT w.value AS sentence_id, m.second AS other, m.relation, m.state, m.proposed_by, m.confirmed_by,
            m.version, m.at
        FROM json_each(:ids) AS w CROSS JOIN matches AS m ON m.first = w.value
        UNION ALL
        SELECT w.value, m.first, m.relation, m.state, m.proposed_by, m.confirmed_by, m.version, m.at
        FROM json_each(:ids) AS w CROSS JOIN matches AS m ON m.second = w.value
        """,
        ids=change.ids,
    ):
        by_other[row["other"]][row["sentence_id"]] = row
    for other, rows in by_other.items():
        old, stood = _in_order(change, rows)
        links = rules.carried(
            rules.join_links, [link_of(row) for row in old], [link_of(row) for row in stood]
        )
        for sentence, link in zip(change.new, links, strict=True):
            _write_link(
                db, sentence, other, link, _next_version(rows), max(row["at"] for row in rows.values())
            )


def _write_link(
    db: Database, sentence: Span, other: int, link: rules.Link | None, version: int, at: str
) -> None:
    db.write(
        """
        INSERT INTO matches (first, second, relation, state, proposed_by, confirmed_by, version, at)
        VALUES (min(:one, :other), max(:one, :other), :relation, :state, :proposed_by, :confirmed_by,
            :version, :at)
        """,
        one=sentence.id,
        other=other,
        relation=link and link.relation,
        state=link and link.state,
        proposed_by=link and link.proposed_by,
        confirmed_by=link and link.confirmed_by,
        version=version,
        at=at,
    )
