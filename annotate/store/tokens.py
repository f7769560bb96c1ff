"""Access tokens for programs: shown once, kept as a hash, narrower than their owner by a scope."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from annotate.database import Database
from annotate.errors import Invalid, NotFound, Refused
from annotate.store.clock import now
from annotate.store.events import record_event
from annotate.store.reviewers import Person, Reviewer, check_name
from schemas.terms import SCOPES


@dataclass(frozen=True)
class Token:
    """An access token as it can be shown again: without its secret."""

    id: int
    reviewer: str
    name: str
    scope: str
    created_at: str
    expires_at: str | None
    revoked_at: str | None

    @property
    def has_expired(self) -> bool:
        """Whether its time is over; it holds its name until it is revoked."""
        return self.expires_at is not None and self.expires_at <= now()


@dataclass(frozen=True)
class Bearer:
    """Whom a token speaks for, and how far."""

    person: Person
    scope: str


def add_token(
    db: Database, owner: Reviewer, *, name: str, scope: str, days: int | None, by: int | None = None
) -> str:
    """Make a token and return its secret, the only time it can be seen.

    :param scope: one of ``schemas.terms.SCOPES``; read includes export.
    :param days: how long it lives; None for as long as its owner.
    :raises Refused: its owner is disabled or has one of this name in use.
    """
    check_name(name)
    if scope not in SCOPES:
        problem = f"A scope is one of {', '.join(SCOPES)}."
        raise Invalid(problem, fields={"scope": [problem]})
    if not owner.is_active:
        raise Refused(f"{owner.name} is disabled.", code="disabled")
    secret = f"annotate_{secrets.token_urlsafe(32)}"
    expires = None if days is None else datetime.now(UTC) + timedelta(days=days)
    with db.transaction():
        in_use = "SELECT 1 FROM tokens WHERE reviewer_id = :id AND name = :name AND revoked_at IS NULL"
        if db.value(in_use, id=owner.id, name=name):
            raise Refused(f"{owner.name} already has a token called {name}.", code="taken")
        db.write(
            """
            INSERT INTO tokens (reviewer_id, name, scope, token_hash, created_at, expires_at)
            VALUES (:id, :name, :scope, :hash, :now, :expires_at)
            """,
            id=owner.id,
            name=name,
            scope=scope,
            hash=_hash(secret),
            now=now(),
            expires_at=expires and expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
        )
        record_event(db, "token_added", by=by, now={"reviewer": owner.name, "name": name, "scope": scope})
    return secret


def find_bearer(db: Database, secret: str) -> Bearer | None:
    """Find whom a token speaks for, if it is in force and its owner is active."""
    row = db.row(
        """
        SELECT r.id, r.name, r.role, r.hidden, t.scope
        FROM tokens AS t JOIN people AS r ON r.id = t.reviewer_id
        WHERE t.token_hash = :hash AND t.revoked_at IS NULL AND r.is_active = 1
          AND (t.expires_at IS NULL OR t.expires_at > :now)
        """,
        hash=_hash(secret),
        now=now(),
    )
    return None if row is None else Bearer(Person(*row[:3], hidden=row["hidden"]), row["scope"])


def list_tokens(db: Database, owner: Person | None = None) -> list[Token]:
    """List every token, or one person's, also those no longer in force, by owner and name."""
    rows = db.rows(
        """
        SELECT t.id, r.name AS reviewer, t.name, t.scope, t.created_at, t.expires_at, t.revoked_at
        FROM tokens AS t JOIN reviewers AS r ON r.id = t.reviewer_id
        WHERE :owner IS NULL OR t.reviewer_id = :owner
        ORDER BY r.name_key, t.name, t.id
        """,
        owner=owner and owner.id,
    )
    return [Token(*row) for row in rows]


def revoke_token(db: Database, owner: Reviewer, name: str, *, by: int | None = None) -> None:
    """:raises NotFound: no token of this name is in force."""
    with db.transaction():
        revoked = db.write(
            """
            UPDATE tokens SET revoked_at = :now
            WHERE reviewer_id = :id AND name = :name AND revoked_at IS NULL
            RETURNING id
            """,
            now=now(),
            id=owner.id,
            name=name,
        )
        if not revoked:
            raise NotFound(f"{owner.name} has no token called {name} in force.")
        record_event(db, "token_revoked", by=by, now={"reviewer": owner.name, "name": name})


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
