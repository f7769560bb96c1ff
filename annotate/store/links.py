"""One-time links: how somebody gets in whose password nobody knows; used once, kept as a hash."""

import hashlib
import secrets

from annotate.database import Database
from annotate.errors import NotFound, Refused
from annotate.store.clock import seconds
from annotate.store.events import record_event
from annotate.store.reviewers import Reviewer, get_reviewer

LINK_HOURS = 72  # over a weekend


def add_link(db: Database, name: str, *, by: int | None = None) -> str:
    """Make a link for someone and return its secret, the only time it can be seen.

    The one before stops working; the old password goes on working until the link is used.

    :raises Refused: the account is disabled.
    """
    secret = secrets.token_urlsafe(32)
    with db.transaction():
        reviewer = get_reviewer(db, name)
        if not reviewer.is_active:
            raise Refused(f"{reviewer.name} is disabled: enable the account first.", code="disabled")
        db.write(
            """
            INSERT INTO links (reviewer_id, secret_hash, expires_at) VALUES (:id, :hash, :expires_at)
            ON CONFLICT (reviewer_id) DO UPDATE
            SET secret_hash = excluded.secret_hash, expires_at = excluded.expires_at
            """,
            id=reviewer.id,
            hash=_hash(secret),
            expires_at=seconds() + LINK_HOURS * 3600,
        )
        record_event(db, "link_made", by=by, now={"name": reviewer.name, "hours": LINK_HOURS})
    return secret


def get_linked(db: Database, secret: str) -> Reviewer:
    """Find whom a link lets in.

    :raises NotFound: nobody; nothing tells whether it ever did.
    """
    row = db.row(
        """
        SELECT r.id, r.name, r.role, r.is_active, r.created_at, r.hidden
        FROM links AS l JOIN people AS r ON r.id = l.reviewer_id
        WHERE l.secret_hash = :hash AND l.expires_at > :now AND r.is_active = 1
        """,
        hash=_hash(secret),
        now=seconds(),
    )
    if row is None:
        raise NotFound(
            "This link does not work. A link works once, for a while, and until a newer one is made: "
            "ask an admin of your desk for another."
        )
    return Reviewer.of(row)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
