"""Answers to writes that named an Idempotency-Key, so that a retry gets the same one again."""

import hashlib
from dataclasses import dataclass

from annotate.database import Database
from annotate.errors import Invalid
from annotate.store.clock import seconds

KEPT_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True)
class Answer:
    """A 2xx answer as it was sent."""

    status: int
    etag: str | None
    body: bytes


def find_answer(db: Database, reviewer_id: int, key: str, request: bytes) -> Answer | None:
    """Find what was answered to the same request under this key.

    :param request: method, path and body.
    :raises Invalid: code ``key_reused``: the key was used for another request.
    """
    row = db.row(
        """
        SELECT request_hash, status, etag, body FROM answers
        WHERE reviewer_id = :reviewer_id AND key = :key AND at > :now - :kept
        """,
        reviewer_id=reviewer_id,
        key=key,
        now=seconds(),
        kept=KEPT_SECONDS,
    )
    if row is None:
        return None
    if row["request_hash"] != _hash(request):
        raise Invalid("This Idempotency-Key was used for another request.", code="key_reused")
    return Answer(row["status"], row["etag"], row["body"])


def record_answer(db: Database, reviewer_id: int, key: str, request: bytes, answer: Answer) -> None:
    """Keep an answer, in the transaction of the change that it tells of."""
    db.write(
        """
        INSERT INTO answers (reviewer_id, key, request_hash, status, etag, body, at)
        VALUES (:reviewer_id, :key, :hash, :status, :etag, :body, :now)
        ON CONFLICT (reviewer_id, key) DO UPDATE SET
            request_hash = excluded.request_hash, status = excluded.status,
            etag = excluded.etag, body = excluded.body, at = excluded.at
        """,
        reviewer_id=reviewer_id,
        key=key,
        hash=_hash(request),
        status=answer.status,
        etag=answer.etag,
        body=answer.body,
        now=seconds(),
    )


def remove_old_answers(db: Database) -> None:
    """Forget what no honest retry asks for any more, inside an open transaction."""
    db.write("DELETE FROM answers WHERE at <= :now - :kept", now=seconds(), kept=KEPT_SECONDS)


def _hash(request: bytes) -> bytes:
    return hashlib.sha256(request).digest()
