"""What editors have to settle, what came too late for it, and what was decided on someone's votes."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from annotate.database import Database, Row, json_list
from annotate.store.reviewers import Person
from schemas.terms import LABELS

FIRST = (2**62, 0)  # comes before every dispute
MOST_COUNTED = 2000  # disputes whose pairs of labels are counted, or decisions that may be news: some 30 ms


@dataclass(frozen=True)
class Vote:
    """What somebody said of a sentence that others saw otherwise."""

    reviewer: str
    label: str
    speaker: str | None
    note: str | None


@dataclass(frozen=True)
class Dispute:
    """A sentence whose votes differ; a span in code points of the document's text.

    `version`: of its decision, as If-Match wants it. `place`: where it stands in the list.
    """

    document: str
    title: str
    collection: str
    start: int
    end: int
    text: str
    votes: list[Vote]
    version: int
    weight: int
    place: tuple[int, int]


@dataclass(frozen=True)
class Dissent:
    """A settled sentence, what stands for it, and the votes that came since and differ."""

    document: str
    title: str
    collection: str
    start: int
    text: str
    label: str | None
    votes: list[Vote]
    place: int


@dataclass(frozen=True)
class Settled:
    """What an editor decided where somebody had voted; `event` tells their order."""

    document: str
    title: str
    start: int
    text: str
    mine: str
    label: str
    speaker: str | None
    editor: str
    reason: str | None
    at: str
    event: int


@dataclass(frozen=True)
class Wanted:
    """Which disputes: of one collection, with a vote of someone, with votes for each of two labels."""

    collection: str | None = None
    reviewer: str | None = None
    pair: tuple[str, str] | None = None


def list_disputes(
    db: Database,
    reader: Person,
    wanted: Wanted = Wanted(),
    *,
    after: tuple[int, int] = FIRST,
    limit: int,
) -> list[Dispute]:
    """List what is in dispute where people still work on it and nothing is blind, the worst first.

    :param after: the place of the last one of the page before.
    """
    rows = _find(db, reader, wanted, after, limit)
    votes = _votes_by_sentence(db, (row["sentence_id"] for row in rows))
    return [
        Dispute(
            row["id"],
            row["title"] or row["key"],
            row["collection"],
            row["start"],
            row["stop"],
            row["text"],
            votes[row["sentence_id"]],
            row["version"],
            row["weight"],
            (row["weight"], row["sentence_id"]),
        )
        for row in rows
    ]


def count_pairs(db: Database, reader: Person, wanted: Wanted) -> tuple[int, dict[tuple[str, str], int]]:
    """Count disputes, and those between each two labels; one of three labels counts for three pairs.

    :returns: no more than :data:`MOST_COUNTED` are looked at, the worst ones.
    """
    rows = _find(db, reader, wanted, FIRST, MOST_COUNTED)
    labels: dict[int, set[str]] = defaultdict(set)
    for row in db.rows(
        """
        SELECT sentence_id, label FROM annotations
        WHERE sentence_id IN (SELECT value FROM json_each(:ids)) AND label IS NOT NULL
        """,
        ids=json_list(row["sentence_id"] for row in rows),
    ):
        labels[row["sentence_id"]].add(row["label"])
    pairs = Counter(
        pair for some in labels.values() for pair in combinations(sorted(some, key=LABELS.index), 2)
    )
    return len(rows), dict(pairs.most_common())


def _find(db: Database, reader: Person, wanted: Wanted, after: tuple[int, int], limit: int) -> list[Row]:
    weight, sentence_id = after
    first, second = wanted.pair or (None, None)
    return db.rows(
        """
        SELECT c.sentence_id, c.weight, c.version, s.start, s.stop, s.text, d.id, d.title, d.key, d.collection
        FROM decisions AS c
        CROSS JOIN sentences AS s ON s.id = c.sentence_id
        CROSS JOIN documents AS d ON d.number = s.document
        WHERE c.in_dispute = 1 AND c.weight <= :weight AND (c.weight < :weight OR c.sentence_id > :after)
          AND s.is_current = 1 AND d.is_blind = 0 AND d.state NOT IN ('closed', 'superseded', 'withdrawn')
          AND d.collection NOT IN (SELECT value FROM json_each(:hidden))
          AND (:collection IS NULL OR d.collection = :collection)
          AND (:reviewer IS NULL OR EXISTS (
              SELECT 1 FROM annotations AS a JOIN reviewers AS r ON r.id = a.reviewer_id
              WHERE a.sentence_id = c.sentence_id AND a.label IS NOT NULL AND r.name = :reviewer))
          AND (:first IS NULL OR (
              EXISTS (SELECT 1 FROM annotations WHERE sentence_id = c.sentence_id AND label = :first)
              AND EXISTS (SELECT 1 FROM annotations WHERE sentence_id = c.sentence_id AND label = :second)))
        ORDER BY c.weight DESC, c.sentence_id LIMIT :limit
        """,
        weight=weight,
        after=sentence_id,
        hidden=reader.hidden,
        collection=wanted.collection,
        reviewer=wanted.reviewer,
        first=first,
        second=second,
        limit=limit,
    )


def _votes_by_sentence(db: Database, ids: Iterable[int], *, is_late: bool = False) -> dict[int, list[Vote]]:
    """List the votes on some sentences, by name; only the late ones if so asked."""
    votes: dict[int, list[Vote]] = defaultdict(list)
    for row in db.rows(
        """
        SELECT a.sentence_id, r.name, a.label, a.speaker, a.note
        FROM annotations AS a JOIN reviewers AS r ON r.id = a.reviewer_id
        WHERE a.sentence_id IN (SELECT value FROM json_each(:ids)) AND a.label IS NOT NULL
          AND a.is_late >= :is_late
        ORDER BY a.sentence_id, r.name_key
        """,
        ids=json_list(ids),
        is_late=int(is_late),
    ):
        votes[row["sentence_id"]].append(Vote(*row[1:]))
    return votes


def list_late_dissent(
    db: Database, reader: Person, *, collection: str | None = None, after: int = 0, limit: int
) -> list[Dissent]:
    """List settled sentences that somebody voted otherwise on since, oldest first.

    :param after: the place of the last one of the page before.
    """
    rows = db.rows(
        """
        SELECT DISTINCT s.id AS sentence_id, d.id, d.title, d.key, d.collection, s.start, s.text, c.label
        FROM annotations AS a
        CROSS JOIN sentences AS s ON s.id = a.sentence_id
        CROSS JOIN documents AS d ON d.number = s.document
        CROSS JOIN decisions AS c ON c.sentence_id = s.id
        WHERE a.is_late = 1 AND a.sentence_id > :after AND a.label <> c.label
          AND s.is_current = 1 AND d.is_blind = 0 AND d.state NOT IN ('closed', 'superseded', 'withdrawn')
          AND d.collection NOT IN (SELECT value FROM json_each(:hidden))
          AND (:collection IS NULL OR d.collection = :collection)
        ORDER BY a.sentence_id LIMIT :limit
        """,
        after=after,
        hidden=reader.hidden,
        collection=collection,
        limit=limit,
    )
    votes = _votes_by_sentence(db, (row["sentence_id"] for row in rows), is_late=True)
    return [
        Dissent(
            row["id"],
            row["title"] or row["key"],
            row["collection"],
            row["start"],
            row["text"],
            row["label"],
            [vote for vote in votes[row["sentence_id"]] if vote.label != row["label"]],
            row["sentence_id"],
        )
        for row in rows
    ]


def list_decided_on(
    db: Database, person: Person, *, only_differing: bool = False, before: int = 2**62, limit: int
) -> list[Settled]:
    """List what editors decided where someone has voted, the newest first.

    :param only_differing: where the decision is not what they had said.
    :param before: the event of the last one of the page before.
    """
    rows = db.rows(
        """
        SELECT d.id, coalesce(nullif(d.title, ''), d.key), s.start, s.text, a.label, c.label, c.speaker,
            editor.name, c.reason, c.at, c.event
        FROM decisions AS c
        CROSS JOIN annotations AS a ON a.sentence_id = c.sentence_id AND a.reviewer_id = :me
        CROSS JOIN sentences AS s ON s.id = c.sentence_id
        CROSS JOIN documents AS d ON d.number = s.document
        JOIN reviewers AS editor ON editor.id = c.editor_id
        WHERE c.decided_by = 'adjudication' AND c.event < :before AND c.editor_id <> :me
          AND a.label IS NOT NULL AND NOT (:only_differing AND a.label = c.label)
          AND s.is_current = 1 AND d.is_blind = 0 AND d.state NOT IN ('superseded', 'withdrawn')
          AND d.collection NOT IN (SELECT value FROM json_each(:hidden))
        ORDER BY c.event DESC LIMIT :limit
        """,
        me=person.id,
        only_differing=int(only_differing),
        before=before,
        hidden=person.hidden,
        limit=limit,
    )
    return [Settled(*row) for row in rows]


def count_decided_on(db: Database, person: Person) -> int:
    """Count what editors decided on someone's votes since they last said that they had read it.

    Of all that was decided since, no more than the last :data:`MOST_COUNTED` are looked at.
    """
    return int(
        db.value(
            """
            WITH last AS (
                SELECT sentence_id, editor_id FROM decisions
                WHERE decided_by = 'adjudication' AND event > :seen ORDER BY event DESC LIMIT :most
            )
            SELECT count(*)
            FROM last AS c
            CROSS JOIN annotations AS a ON a.sentence_id = c.sentence_id AND a.reviewer_id = :me
            CROSS JOIN sentences AS s ON s.id = c.sentence_id
            CROSS JOIN documents AS d ON d.number = s.document
            WHERE c.editor_id <> :me AND a.label IS NOT NULL
              AND s.is_current = 1 AND d.is_blind = 0 AND d.state NOT IN ('superseded', 'withdrawn')
              AND d.collection NOT IN (SELECT value FROM json_each(:hidden))
            """,
            me=person.id,
            seen=get_seen_decision(db, person),
            most=MOST_COUNTED,
            hidden=person.hidden,
        )
    )


def get_seen_decision(db: Database, person: Person) -> int:
    """Return the event of the last decision on their votes that someone has read."""
    return int(db.value("SELECT seen_decision FROM reviewers WHERE id = :me", me=person.id))


def mark_decisions_seen(db: Database, person: Person, event: int) -> None:
    """Remember that someone has read what was decided on their votes, up to an event; it never goes back."""
    with db.transaction():
        db.write(
            """
            UPDATE reviewers SET
                seen_decision = max(seen_decision, min(:event, (SELECT max(number) FROM events)))
            WHERE id = :me
            """,
            event=event,
            me=person.id,
        )
