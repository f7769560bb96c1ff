"""The queue: what waits for whom, in which order, and the leases that keep two people from the same work.

A lease steers and never refuses a write. Whoever has done something to a document within
``rules.LEASE_SECONDS`` is at work on it, and so is who has it open: what is at work in as many places as a
document needs is given to nobody else.

Documents that wait are read turn by turn (see the column ``turn``), so that neither what somebody has signed
off nor how much waits makes a difference.
"""

from dataclasses import dataclass

import orjson

from annotate import rules
from annotate.database import Database, Row, json_list
from annotate.store.clock import seconds
from annotate.store.contents import Review
from annotate.store.documents import Document, get_document
from annotate.store.reviewers import Person


@dataclass(frozen=True)
class QueueEntry:
    """A document that waits for someone, what they have done of it, and who else is at it now.

    :param is_open: they have begun it or have it open.
    :param is_aside: they have given it back a while ago.
    """

    document: Document
    mine: Review | None
    others_at_work: list[str]
    is_assigned: bool
    is_open: bool
    is_aside: bool

    @property
    def is_taken(self) -> bool:
        """Whether enough others are at work on it."""
        return self.document.n_sign_offs + len(self.others_at_work) >= self.document.reviews_needed


@dataclass(frozen=True)
class Lease:
    """Until when somebody is taken to be at work on a document, in seconds since 1970; who else is."""

    document: Document
    until: int | None
    others_at_work: list[str]


@dataclass(frozen=True)
class Next:
    """What to do next, or one of ``schemas.terms.WHYS`` and perhaps until when that is so."""

    lease: Lease | None
    why: str | None = None
    until: int | None = None


@dataclass(frozen=True)
class Progress:
    """How far the desk is, and one person on it; counts of documents but for `n_mine_tagged`."""

    n_documents: int
    n_open: int
    n_in_dispute: int
    n_decided: int
    n_waiting_for_me: int
    n_mine_signed_off: int
    n_mine_tagged: int


def take_next(db: Database, by: Person) -> Next:
    """Give someone the next document and its lease, in one step: of two who ask at once, each gets another.

    What they have open comes first, so asking again gives the same.
    """
    with db.transaction():
        _forget_old_leases(db, by)
        number = _find_next(db, by)
        if number is None:
            return _say_why(db, by)
        return Next(_lease(db, number, by))


def find_next(db: Database, by: Person) -> Next:
    """Tell what :func:`take_next` would give, and take nothing."""
    number = _find_next(db, by)
    if number is None:
        return _say_why(db, by)
    (entry,) = _read_entries(db, by, [number])
    return Next(Lease(entry.document, None, entry.others_at_work))


def take_lease(db: Database, document_id: str, *, by: Person) -> Lease:
    """Note that someone has opened a document; one that waits for nothing of theirs is not leased.

    :raises NotFound: there is none, or it is not theirs to see.
    """
    with db.transaction():
        document = get_document(db, document_id, by)
        if document.state != "open" or _has_signed_off(db, document, by):
            return Lease(document, None, list_others_at_work(db, document.number, by))
        return _lease(db, document.number, by)


def give_back(db: Database, document_id: str, *, by: Person) -> Lease:
    """End someone's lease; for a while the document is not given to them again.

    :raises NotFound: there is none, or it is not theirs to see.
    """
    with db.transaction():
        document = get_document(db, document_id, by)
        if document.state == "open" and not _has_signed_off(db, document, by):
            _put_aside(db, document, by)
        return Lease(document, None, list_others_at_work(db, document.number, by))


def _put_aside(db: Database, document: Document, by: Person) -> None:
    db.write(
        """
        INSERT INTO leases (document, reviewer_id, acted_at, aside_at) VALUES (:number, :by, 0, :now)
        ON CONFLICT (document, reviewer_id) DO UPDATE SET acted_at = 0, aside_at = excluded.aside_at
        """,
        number=document.number,
        by=by.id,
        now=seconds(),
    )
    db.write(
        "UPDATE reviews SET acted_at = 0 WHERE document = :number AND reviewer_id = :by",
        number=document.number,
        by=by.id,
    )


def _lease(db: Database, number: int, by: Person) -> Lease:
    db.write(
        """
        INSERT INTO leases (document, reviewer_id, acted_at) VALUES (:number, :by, :now)
        ON CONFLICT (document, reviewer_id) DO UPDATE SET acted_at = excluded.acted_at, aside_at = 0
        """,
        number=number,
        by=by.id,
        now=seconds(),
    )
    (entry,) = _read_entries(db, by, [number])
    return Lease(entry.document, seconds() + rules.LEASE_SECONDS, entry.others_at_work)


def _forget_old_leases(db: Database, by: Person) -> None:
    """Remove what has no effect any more."""
    db.write(
        "DELETE FROM leases WHERE reviewer_id = :by AND acted_at <= :lease AND aside_at <= :lease",
        by=by.id,
        lease=_lease_began(),
    )


def _lease_began() -> int:
    """Return since when somebody must have done something to be at work now, in seconds since 1970."""
    return seconds() - rules.LEASE_SECONDS


def _has_signed_off(db: Database, document: Document, by: Person) -> bool:
    signed_off_at = db.value(
        "SELECT signed_off_at FROM reviews WHERE document = :number AND reviewer_id = :by",
        number=document.number,
        by=by.id,
    )
    return signed_off_at is not None


def list_others_at_work(db: Database, number: int, reader: Person) -> list[str]:
    """List who else is at work on a document, by name."""
    rows = db.rows(
        """
        SELECT r.name FROM reviewers AS r WHERE r.id <> :me AND r.id IN (
            SELECT w.reviewer_id FROM at_work AS w WHERE w.document = :number AND w.acted_at > :lease)
        ORDER BY r.name_key
        """,
        number=number,
        me=reader.id,
        lease=_lease_began(),
    )
    return [row["name"] for row in rows]


def list_queue(db: Database, reader: Person, *, limit: int) -> list[QueueEntry]:
    """List what waits for someone: what they have open, what is assigned to them, then all else in order.

    What enough others are at work on comes after what is free, and what they put aside comes last.
    """
    numbers = _list_mine(db, reader, limit) + _list_assigned(db, reader, limit)
    n_own = len(numbers)
    numbers += _list_others(db, reader, limit)
    entries = list(enumerate(_read_entries(db, reader, numbers)))
    entries.sort(key=lambda each: (each[1].is_aside, each[0] >= n_own, each[0] >= n_own and each[1].is_taken))
    return [entry for _, entry in entries[:limit]]


def _find_next(db: Database, by: Person) -> int | None:
    """Find the document to give to someone: one with a place that is free."""
    for look in (_list_mine, _list_assigned, _list_others):
        for number in look(db, by, 1, is_free=True):
            return number
    return None


def _list_mine(db: Database, reader: Person, limit: int, *, is_free: bool = False) -> list[int]:
    """List what someone has begun or opened, the latest first.

    :param is_free: only what could be given to them: not put aside, and if they have been away from it for
        long, not taken by enough others.
    """
    rows = db.rows(
        """
        WITH mine AS (
            SELECT document, max(acted_at) AS acted_at, max(aside_at) AS aside_at, max(is_begun) AS is_begun
            FROM (
                SELECT document, acted_at, 0 AS aside_at, 1 AS is_begun
                FROM reviews WHERE reviewer_id = :me AND signed_off_at IS NULL
                UNION ALL
                SELECT document, acted_at, aside_at, 0 FROM leases WHERE reviewer_id = :me
            ) GROUP BY document
        )
        SELECT d.number FROM mine CROSS JOIN documents AS d ON d.number = mine.document
        WHERE d.state = 'open' AND d.collection NOT IN (SELECT value FROM json_each(:hidden))
          AND (mine.is_begun OR mine.acted_at > :lease OR mine.aside_at > :lease)
          AND (NOT :is_free OR mine.aside_at <= :lease AND (
              mine.acted_at > :lease OR d.reviews_needed - d.n_sign_offs > (
                  SELECT count(*) FROM reviewers AS r WHERE r.id <> :me AND r.id IN (
                      SELECT w.reviewer_id FROM at_work AS w
                      WHERE w.document = d.number AND w.acted_at > :lease))))
        ORDER BY mine.acted_at > :lease DESC, mine.acted_at DESC, d.number LIMIT :limit
        """,
        **_asked(reader, limit, is_free),
    )
    return [row["number"] for row in rows]


def _list_assigned(db: Database, reader: Person, limit: int, *, is_free: bool = False) -> list[int]:
    """List what is assigned to someone who has not opened it yet, in the order of the queue."""
    rows = db.rows(
        """
        SELECT d.number FROM assignments AS a CROSS JOIN documents AS d ON d.number = a.document
        WHERE a.reviewer_id = :me AND a.is_done = 0 AND d.state = 'open'
          AND d.collection NOT IN (SELECT value FROM json_each(:hidden))
          AND NOT EXISTS (SELECT 1 FROM reviews AS v WHERE v.document = d.number AND v.reviewer_id = :me)
          AND NOT EXISTS (
              SELECT 1 FROM leases AS l WHERE l.document = d.number AND l.reviewer_id = :me
                AND (l.acted_at > :lease OR l.aside_at > :lease))
          AND (NOT :is_free OR d.reviews_needed - d.n_sign_offs > (
              SELECT count(*) FROM reviewers AS r WHERE r.id <> :me AND r.id IN (
                  SELECT w.reviewer_id FROM at_work AS w
                  WHERE w.document = d.number AND w.acted_at > :lease)))
        ORDER BY substr(d.turn, 1, 5), d.number LIMIT :limit
        """,
        **_asked(reader, limit, is_free),
    )
    return [row["number"] for row in rows]


def _list_others(db: Database, reader: Person, limit: int, *, is_free: bool = False) -> list[int]:
    """List what else waits: by priority, by how few reviews are missing, oldest first.

    A turn begins with what tells the order (a digit for the priority, four for the reviews that are missing),
    then come the ids of who has signed off. What is kept for those it is assigned to is in no turn; of what
    is assigned to some, only the other places are free.
    """
    rows = db.rows(
        """
        WITH RECURSIVE turns (turn) AS (
            SELECT min(turn) FROM documents WHERE turn IS NOT NULL AND is_reserved = 0
            UNION ALL
            SELECT (SELECT min(d.turn) FROM documents AS d WHERE d.turn > t.turn AND d.is_reserved = 0)
            FROM turns AS t WHERE t.turn IS NOT NULL
        )
        SELECT c.number FROM turns AS t CROSS JOIN documents AS c
        WHERE t.turn IS NOT NULL AND instr(t.turn, ',' || :me || ',') = 0 AND c.number IN (
            SELECT d.number FROM documents AS d
            WHERE d.turn = t.turn AND d.is_reserved = 0
              AND d.collection NOT IN (SELECT value FROM json_each(:hidden))
              AND NOT EXISTS (SELECT 1 FROM reviews AS v WHERE v.document = d.number AND v.reviewer_id = :me)
              AND NOT EXISTS (
                  SELECT 1 FROM leases AS l WHERE l.document = d.number AND l.reviewer_id = :me
                    AND (l.acted_at > :lease OR l.aside_at > :lease))
              AND NOT EXISTS (
                  SELECT 1 FROM assignments AS a WHERE a.document = d.number AND a.reviewer_id = :me)
              AND (NOT :is_free OR d.reviews_needed - d.n_sign_offs > (
                  SELECT count(*) FROM (
                      SELECT w.reviewer_id FROM at_work AS w
                      WHERE w.document = d.number AND w.reviewer_id <> :me AND w.acted_at > :lease
                      UNION
                      SELECT a.reviewer_id FROM assigned AS a WHERE a.document = d.number)))
            ORDER BY d.number LIMIT :limit)
        ORDER BY substr(t.turn, 1, 5), c.number LIMIT :limit
        """,
        **_asked(reader, limit, is_free),
    )
    return [row["number"] for row in rows]


def _asked(reader: Person, limit: int, is_free: bool) -> dict[str, object]:
    return {
        "me": reader.id,
        "hidden": reader.hidden,
        "lease": _lease_began(),
        "limit": limit,
        "is_free": int(is_free),
    }


def _read_entries(db: Database, reader: Person, numbers: list[int]) -> list[QueueEntry]:
    """Read what is known of these documents, in this order."""
    rows = db.rows(
        """
        SELECT d.*, mine.n_tagged, mine.acted_at,
            coalesce(l.acted_at > :lease, 0) AS is_leased, coalesce(l.aside_at > :lease, 0) AS is_aside,
            EXISTS (
                SELECT 1 FROM assignments AS a WHERE a.document = d.number AND a.reviewer_id = :me
            ) AS is_assigned,
            (
                SELECT json_group_array(name) FROM (
                    SELECT r.name FROM reviewers AS r WHERE r.id <> :me AND r.id IN (
                        SELECT w.reviewer_id FROM at_work AS w
                        WHERE w.document = d.number AND w.acted_at > :lease)
                    ORDER BY r.name_key)
            ) AS others
        FROM json_each(:numbers) AS wanted
        CROSS JOIN documents AS d ON d.number = wanted.value
        LEFT JOIN reviews AS mine ON mine.document = d.number AND mine.reviewer_id = :me
        LEFT JOIN leases AS l ON l.document = d.number AND l.reviewer_id = :me
        ORDER BY wanted.key
        """,
        me=reader.id,
        lease=_lease_began(),
        numbers=json_list(numbers),
    )
    return [_entry(row, reader) for row in rows]


def _entry(row: Row, reader: Person) -> QueueEntry:
    has_begun = row["n_tagged"] is not None
    return QueueEntry(
        Document.of(row),
        Review(reader.name, row["n_tagged"], row["acted_at"], None) if has_begun else None,
        orjson.loads(row["others"]),
        bool(row["is_assigned"]),
        has_begun or bool(row["is_leased"]),
        bool(row["is_aside"]),
    )


def _say_why(db: Database, by: Person) -> Next:
    """Say why there is no next document for someone, and until when that is so at least."""
    aside_at = db.value(
        """
        SELECT min(l.aside_at) FROM leases AS l JOIN documents AS d ON d.number = l.document
        WHERE l.reviewer_id = :me AND l.aside_at > :lease AND d.state = 'open'
          AND d.collection NOT IN (SELECT value FROM json_each(:hidden))
        """,
        me=by.id,
        hidden=by.hidden,
        lease=_lease_began(),
    )
    if aside_at:
        return Next(None, "put_aside", aside_at + rules.LEASE_SECONDS)
    if not get_progress(db, by).n_waiting_for_me:
        return Next(None, "nothing_open")
    taken = [entry.document.number for entry in list_queue(db, by, limit=20)]
    acted_at = db.value(
        """
        SELECT min(w.acted_at) FROM at_work AS w
        WHERE w.document IN (SELECT value FROM json_each(:taken))
          AND w.reviewer_id <> :me AND w.acted_at > :lease
        """,
        taken=json_list(taken),
        me=by.id,
        lease=_lease_began(),
    )
    return Next(None, "with_others", acted_at and rules.end_as_told(acted_at))


def get_progress(db: Database, reader: Person) -> Progress:
    """Count what someone may see by state, and what they have done; from counts that are kept."""
    states = {
        row["state"]: row["n"]
        for row in db.rows(
            """
            SELECT state, sum(n) AS n FROM desk_counts
            WHERE collection NOT IN (SELECT value FROM json_each(:hidden)) GROUP BY state
            """,
            hidden=reader.hidden,
        )
    }
    mine = db.row(
        """
        SELECT coalesce(sum(n_tagged), 0) AS n_tagged, coalesce(sum(n_signed_off), 0) AS n_signed_off,
            coalesce(sum(n_signed_off) FILTER (WHERE state = 'open'), 0) AS n_done_of_open
        FROM reviewer_counts
        WHERE reviewer_id = :me AND state NOT IN ('withdrawn', 'superseded')
          AND collection NOT IN (SELECT value FROM json_each(:hidden))
        """,
        me=reader.id,
        hidden=reader.hidden,
    )
    assert mine is not None  # an aggregate always has a row
    return Progress(
        n_documents=sum(n for state, n in states.items() if state not in ("withdrawn", "superseded")),
        n_open=states.get("open", 0),
        n_in_dispute=states.get("in_dispute", 0),
        n_decided=states.get("decided", 0),
        n_waiting_for_me=states.get("open", 0) - mine["n_done_of_open"],
        n_mine_signed_off=mine["n_signed_off"],
        n_mine_tagged=mine["n_tagged"],
    )
