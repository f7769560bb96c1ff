"""The verification desk: which claims and quotes are to be checked, how far that is, in their context."""

from dataclasses import dataclass
from typing import Any

from annotate.database import Database, Row, json_list
from annotate.errors import Invalid
from annotate.store.contents import (
    Assignment,
    MadeOn,
    Verification,
    assignment_of,
    made_on,
    untouched,
    verification_of,
)
from annotate.store.reviewers import Person, find_reviewer
from annotate.store.search import text_query
from schemas.terms import STATUSES

MOST_COUNTED = 2_000  # of what no count is kept for; more than that is told as such
BEGINNING, END = (-1, -1), (2**62, -1)  # places before and after all others: (number of a document, start)


@dataclass(frozen=True)
class Wanted:
    """What a view of the desk shows; None is everything.

    :param person: name of who has it, who proposed its result, or who checked it.
    :param q: words that the sentence has, all of them.
    :param unchanged_since: UTC, ISO 8601: only what has not been changed after it.
    """

    status: str | None = None
    verdict: str | None = None
    label: str | None = None
    collection: str | None = None
    speaker: str | None = None
    person: str | None = None
    q: str | None = None
    unchanged_since: str | None = None
    is_oldest_first: bool = False

    @property
    def is_narrow(self) -> bool:
        """Whether it asks for more than a status and a collection, for which counts are kept."""
        others = (self.verdict, self.label, self.speaker, self.person, self.q, self.unchanged_since)
        return any(each is not None for each in others)


@dataclass(frozen=True)
class Check:
    """A claim or quote on the desk, in its context; `before` and `after` are the sentences around it."""

    document: str
    key: str
    title: str
    collection: str
    source: str | None
    published_at: str | None
    language: str | None
    start: int
    end: int
    text: str
    block: str
    before: str | None
    after: str | None
    label: str | None
    speaker: str | None
    decision_version: int | None
    verification: Verification
    assignment: Assignment | None
    made_on: MadeOn | None
    has_late_dissent: bool


@dataclass(frozen=True)
class Page:
    """A part of the desk; `next` is where the one after begins."""

    checks: list[Check]
    next: str | None


@dataclass(frozen=True)
class Count:
    """How many there are; `is_more`: at least so many."""

    n: int
    is_more: bool = False


# What a view shows, from the SQL view `desk`. Documents without anything of it are passed over by the counts
# that are kept with them; sets of documents come from narrow indexes and are made once.
FILTERS = """
    WHERE collection NOT IN (SELECT value FROM json_each(:hidden))
      AND (:collection IS NULL OR collection = :collection)
      AND CASE coalesce(:status, '')
          WHEN '' THEN n_checkable > 0
          WHEN 'unchecked' THEN n_unchecked > 0
          WHEN 'settled' THEN n_settled > 0
          ELSE n_checkable > n_unchecked + n_settled END
      AND (:status IS NULL OR status = :status)
      AND (:label IS NULL OR label = :label)
      AND (:verdict IS NULL OR :verdict = 'unverified' OR number IN (
          SELECT s.document FROM verifications AS v JOIN sentences AS s ON s.id = v.sentence_id
          WHERE v.verdict = :verdict AND v.verdict <> 'unverified'))
      AND (:verdict IS NULL OR verdict = :verdict)
      AND (:speaker IS NULL OR number IN (
          SELECT s.document FROM decisions AS c JOIN sentences AS s ON s.id = c.sentence_id
          WHERE c.speaker = :speaker))
      AND (:speaker IS NULL OR speaker = :speaker)
      AND (:person IS NULL OR number IN (
          SELECT s.document FROM (
              SELECT sentence_id FROM assignments_to_check WHERE reviewer_id = :person
              UNION SELECT sentence_id FROM verifications WHERE proposed_by = :person
              UNION SELECT sentence_id FROM verifications WHERE checked_by = :person
          ) AS theirs JOIN sentences AS s ON s.id = theirs.sentence_id))
      AND (:person IS NULL OR :person IN (reviewer_id, proposed_by, checked_by))
      AND (:words IS NULL OR number IN (
          SELECT rowid FROM document_search WHERE document_search MATCH :words))
      AND (:words IS NULL OR sentence_id IN (
          SELECT rowid FROM sentence_search WHERE sentence_search MATCH :words))
      AND (:unchanged_since IS NULL OR loaded_at <= :unchanged_since)
      AND (:unchanged_since IS NULL OR at <= :unchanged_since)
"""
NEWEST = " ".join([
    "SELECT number, start, sentence_id FROM desk", FILTERS,
    "AND number <= :number AND (number < :number OR start > :start)",
    "ORDER BY number DESC, start LIMIT :limit",
])  # fmt: skip
OLDEST = " ".join([
    "SELECT number, start, sentence_id FROM desk", FILTERS,
    "AND number >= :number AND (number > :number OR start > :start)",
    "ORDER BY number, start LIMIT :limit",
])  # fmt: skip
COUNT = " ".join([
    "SELECT wanted.value AS status, (SELECT count(*) FROM (SELECT 1 FROM desk",
    FILTERS.replace(":status", "wanted.value"),
    "LIMIT :limit)) AS n FROM json_each(:statuses) AS wanted",
])  # fmt: skip
# Set aside, since their sentences are something else by now: no longer on the desk, and few.
SUSPENDED = """
    SELECT d.number, s.start, s.id AS sentence_id
    FROM verifications AS v
    CROSS JOIN sentences AS s ON s.id = v.sentence_id AND s.is_current = 1
    CROSS JOIN documents AS d ON d.number = s.document
    LEFT JOIN decisions AS c ON c.sentence_id = s.id
    LEFT JOIN assignments_to_check AS t ON t.sentence_id = s.id
    WHERE v.is_suspended = 1 AND d.is_blind = 0 AND d.state NOT IN ('closed', 'withdrawn', 'superseded')
      AND d.collection NOT IN (SELECT value FROM json_each(:hidden))
      AND (:collection IS NULL OR d.collection = :collection)
      AND (:label IS NULL OR v.label = :label)
      AND (:verdict IS NULL OR v.verdict = :verdict)
      AND (:speaker IS NULL OR c.speaker = :speaker)
      AND (:person IS NULL OR :person IN (t.reviewer_id, v.proposed_by, v.checked_by))
      AND (:words IS NULL OR s.id IN (
          SELECT rowid FROM sentence_search WHERE sentence_search MATCH :words))
      AND (:unchanged_since IS NULL OR v.at <= :unchanged_since)
      AND CASE WHEN :is_oldest_first THEN (d.number, s.start) > (:number, :start)
          ELSE d.number < :number OR (d.number = :number AND s.start > :start) END
    ORDER BY CASE WHEN :is_oldest_first THEN d.number ELSE -d.number END, s.start LIMIT :limit
"""
COUNT_SUSPENDED = " ".join(["SELECT count(*) FROM (", SUSPENDED, ")"])


def list_checks(db: Database, reader: Person, wanted: Wanted, *, cursor: str | None, limit: int) -> Page:
    """List what a view of the desk shows, article by article, in the order of reading within each.

    :param cursor: `next` of the page before.
    :raises Invalid: there is nobody of that name, or the cursor is not one of ours.
    """
    sql = OLDEST if wanted.is_oldest_first else NEWEST
    sql = SUSPENDED if wanted.status == "suspended" else sql
    number, start = _place(cursor) or (BEGINNING if wanted.is_oldest_first else END)
    values = _values(db, reader, wanted)
    found = db.rows(sql, **values, number=number, start=start, limit=limit + 1)
    page = found[:limit]
    following = f"{page[-1]['number']}-{page[-1]['start']}" if len(found) > limit else None
    return Page(_read(db, [row["sentence_id"] for row in page]), following)


def count_checks(db: Database, reader: Person, wanted: Wanted) -> dict[str, Count]:
    """Count by status what a view has, whatever status it shows: from kept counts, else up to a limit."""
    values = _values(db, reader, wanted)
    counts = _count_narrow(db, values) if wanted.is_narrow else _count_kept(db, values)
    n = db.value(
        COUNT_SUSPENDED,
        **values | {"number": BEGINNING[0], "start": BEGINNING[1], "is_oldest_first": 1},
        limit=MOST_COUNTED + 1,
    )
    return {**counts, "suspended": _count(int(n))}


def _count_narrow(db: Database, values: dict[str, Any]) -> dict[str, Count]:
    statuses = json_list(STATUSES)
    rows = db.rows(COUNT, **values, statuses=statuses, limit=MOST_COUNTED + 1)
    return {row["status"]: _count(row["n"]) for row in rows}


def _count(n: int) -> Count:
    return Count(min(n, MOST_COUNTED), n > MOST_COUNTED)


def _count_kept(db: Database, values: dict[str, Any]) -> dict[str, Count]:
    row = db.row(
        """
        SELECT coalesce(sum(CASE state WHEN 'closed' THEN n_settled ELSE n_checkable END), 0) AS checkable,
            coalesce(sum(n_unchecked) FILTER (WHERE state <> 'closed'), 0) AS unchecked,
            coalesce(sum(n_settled), 0) AS settled, (
                SELECT count(*) FROM verifications AS v
                CROSS JOIN sentences AS s ON s.id = v.sentence_id
                CROSS JOIN documents AS d ON d.number = s.document
                WHERE v.status = 'in_progress' AND v.is_suspended = 0
                  AND d.is_blind = 0 AND d.state NOT IN ('closed', 'withdrawn', 'superseded')
                  AND d.collection NOT IN (SELECT value FROM json_each(:hidden))
                  AND (:collection IS NULL OR d.collection = :collection)
            ) AS in_progress
        FROM documents
        WHERE state <> 'withdrawn' AND state <> 'superseded' AND (reviews_needed = 1 OR is_blind = 0)
          AND collection NOT IN (SELECT value FROM json_each(:hidden))
          AND (:collection IS NULL OR collection = :collection)
        """,
        hidden=values["hidden"],
        collection=values["collection"],
    )
    assert row is not None  # an aggregate always has a row
    known = {name: row[name] for name in ("unchecked", "in_progress", "settled")}
    known["second_look"] = row["checkable"] - sum(known.values())
    return {status: Count(known[status]) for status in STATUSES}


def _values(db: Database, reader: Person, wanted: Wanted) -> dict[str, Any]:
    """What the filters take."""
    person = None
    if wanted.person is not None:
        found = find_reviewer(db, wanted.person)
        if found is None:
            raise Invalid(
                f"There is nobody called {wanted.person}.", fields={"person": ["Nobody has this name."]}
            )
        person = found.id
    return {
        "hidden": reader.hidden,
        "status": wanted.status,
        "verdict": wanted.verdict,
        "label": wanted.label,
        "collection": wanted.collection,
        "speaker": wanted.speaker,
        "person": person,
        "words": None if wanted.q is None else text_query(wanted.q),
        "unchanged_since": wanted.unchanged_since,
        "is_oldest_first": int(wanted.is_oldest_first),
    }


def _place(cursor: str | None) -> tuple[int, int] | None:
    if cursor is None:
        return None
    parts = cursor.split("-")
    if len(parts) != 2 or not all(each.isascii() and each.isdigit() and len(each) < 19 for each in parts):
        raise Invalid("This is no cursor of ours.", fields={"cursor": ["Not a cursor."]})
    return int(parts[0]), int(parts[1])


def _read(db: Database, ids: list[int]) -> list[Check]:
    rows = db.rows(
        """
        SELECT d.id AS document, d.key, d.title, d.collection, d.source, d.published_at, d.language,
            s.start, s.stop, s.text, s.block,
            (SELECT b.text FROM sentences AS b
             WHERE b.document = s.document AND b.is_current = 1 AND b.start < s.start
             ORDER BY b.start DESC LIMIT 1) AS before,
            (SELECT a.text FROM sentences AS a
             WHERE a.document = s.document AND a.is_current = 1 AND a.start > s.start
             ORDER BY a.start LIMIT 1) AS after,
            c.label, c.speaker, c.version AS decision_version,
            v.label AS checked_label, v.text AS checked_text,
            v.status, v.verdict, v.attribution, v.rationale, v.is_suspended, v.evidence,
            proposer.name AS proposed_by, checker.name AS checked_by,
            v.version AS verification_version, v.at AS verified_at,
            holder.name AS assigned_to, giver.name AS assigned_by, t.question,
            t.version AS assignment_version, t.at AS assigned_at,
            EXISTS (SELECT 1 FROM annotations AS late
                WHERE late.sentence_id = s.id AND late.is_late = 1 AND late.label IS NOT NULL
                  AND late.label IS NOT c.label) AS has_late_dissent
        FROM json_each(:ids) AS wanted
        JOIN sentences AS s ON s.id = wanted.value
        JOIN documents AS d ON d.number = s.document
        LEFT JOIN decisions AS c ON c.sentence_id = s.id
        LEFT JOIN verifications AS v ON v.sentence_id = s.id
        LEFT JOIN reviewers AS proposer ON proposer.id = v.proposed_by
        LEFT JOIN reviewers AS checker ON checker.id = v.checked_by
        LEFT JOIN assignments_to_check AS t ON t.sentence_id = s.id
        LEFT JOIN reviewers AS holder ON holder.id = t.reviewer_id
        LEFT JOIN reviewers AS giver ON giver.id = t.assigned_by
        ORDER BY wanted.key
        """,
        ids=json_list(ids),
    )
    return [_check(row) for row in rows]


COPIED = (  # of a row, and as they are listed
    "document",
    "key",
    "title",
    "collection",
    "source",
    "published_at",
    "language",
    "start",
    "text",
    "block",
    "before",
    "after",
    "label",
    "speaker",
)


def _check(row: Row) -> Check:
    return Check(
        **{name: row[name] for name in COPIED},
        end=row["stop"],
        decision_version=row["decision_version"],
        verification=verification_of(row) or untouched(row["label"]),
        assignment=assignment_of(row),
        made_on=made_on(row),
        has_late_dissent=bool(row["has_late_dissent"]),
    )
