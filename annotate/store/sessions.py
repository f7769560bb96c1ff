"""Signed-in sessions, kept here so that they can be ended here; the cookie alone is worth nothing."""

import hashlib
import secrets
from dataclasses import dataclass

from annotate.database import Database
from annotate.store.clock import seconds
from annotate.store.events import record_event
from annotate.store.reviewers import Person

TOUCH_SECONDS = 60  # how exactly "last seen" is known; every request need not write


@dataclass(frozen=True)
class Session:
    """Who is signed in by one session, and when it was last seen (seconds since 1970)."""

    person: Person
    seen_at: int


def add_session(db: Database, reviewer_id: int) -> str:
    """Start a session inside an open transaction; return the token, which is stored nowhere."""
    token = secrets.token_urlsafe(32)
    db.write("UPDATE reviewers SET seen_at = :now WHERE id = :id", now=seconds(), id=reviewer_id)
    db.write(
        """
        INSERT INTO sessions (token_hash, reviewer_id, created_at, seen_at)
        VALUES (:hash, :reviewer_id, :now, :now)
        """,
        hash=_hash(token),
        reviewer_id=reviewer_id,
        now=seconds(),
    )
    return token


def find_session(db: Database, token: str, *, idle_seconds: int, max_seconds: int) -> Session | None:
    """Find who a token belongs to, if its session still lives and its owner is active."""
    row = db.row(
        """
        SELECT r.id, r.name, r.role, r.hidden, s.seen_at
        FROM sessions AS s JOIN people AS r ON r.id = s.reviewer_id
        WHERE s.token_hash = :hash AND r.is_active = 1
          AND s.seen_at > :now - :idle AND s.created_at > :now - :longest
        """,
        hash=_hash(token),
        now=seconds(),
        idle=idle_seconds,
        longest=max_seconds,
    )
    return None if row is None else Session(Person(*row[:3], hidden=row["hidden"]), row["seen_at"])


def touch_session(db: Database, token: str) -> None:
    """Note that a session was used just now."""
    with db.transaction():
        db.write(
            "UPDATE sessions SET seen_at = :now WHERE token_hash = :hash",
            now=seconds(),
            hash=_hash(token),
        )
        db.write(
            """
            UPDATE reviewers SET seen_at = :now
            WHERE id = (SELECT reviewer_id FROM sessions WHERE token_hash = :hash)
            """,
            now=seconds(),
            hash=_hash(token),
        )


def end_session(db: Database, token: str) -> None:
    """End one session for good."""
    with db.transaction():
        db.write("DELETE FROM sessions WHERE token_hash = :hash", hash=_hash(token))


def end_sessions_of(
    db: Database, owner: Person, *, only: str | None = None, keep: str = "", by: int | None = None
) -> int:
    """End someone's sessions, by themselves or by an admin.

    :param only: the handle of one, as `list_sessions` tells it; None: all.
    :param keep: the token of the session that stays.
    :returns: how many have ended.
    """
    with db.transaction():
        ended = db.write(
            """
            DELETE FROM sessions WHERE reviewer_id = :id AND token_hash <> :keep
              AND (:only IS NULL OR lower(hex(substr(token_hash, 1, 8))) = :only)
            RETURNING reviewer_id
            """,
            id=owner.id,
            only=only,
            keep=_hash(keep),
        )
        if ended:
            record_event(db, "sessions_ended", by=by, now={"name": owner.name, "n": len(ended)})
        return len(ended)


def end_all_sessions(db: Database) -> None:
    """End everybody's session, and every link that waits for somebody."""
    with db.transaction():
        db.write("DELETE FROM sessions")
        db.write("DELETE FROM links")


@dataclass(frozen=True)
class ListedSession:
    """A session as it can be shown: `handle` names it and opens nothing; times in seconds since 1970."""

    handle: str
    created_at: int
    seen_at: int
    is_current: bool


def list_sessions(
    db: Database, reviewer_id: int, *, current: str = "", idle_seconds: int, max_seconds: int
) -> list[ListedSession]:
    """List someone's sessions that live, newest first.

    :param current: the token of the session that asks, to mark it.
    """
    rows = db.rows(
        """
        SELECT lower(hex(substr(token_hash, 1, 8))), created_at, seen_at, token_hash = :current
        FROM sessions
        WHERE reviewer_id = :id AND seen_at > :now - :idle AND created_at > :now - :longest
        ORDER BY seen_at DESC, created_at DESC
        """,
        id=reviewer_id,
        current=_hash(current),
        now=seconds(),
        idle=idle_seconds,
        longest=max_seconds,
    )
    return [ListedSession(row[0], row[1], row[2], bool(row[3])) for row in rows]


def remove_old_sessions(db: Database, *, idle_seconds: int, max_seconds: int) -> None:
    """Forget sessions that have ended by time, inside an open transaction."""
    db.write(
        "DELETE FROM sessions WHERE seen_at <= :now - :idle OR created_at <= :now - :longest",
        now=seconds(),
        idle=idle_seconds,
        longest=max_seconds,
    )


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
