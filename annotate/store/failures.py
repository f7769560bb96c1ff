"""Failed sign-ins, counted by account and by address so that guessing is slow."""

import hashlib

from annotate.database import Database
from annotate.errors import Throttled
from annotate.passwords import name_key
from annotate.store.clock import seconds

WINDOW_SECONDS = 15 * 60


def reserve_attempt(db: Database, *, name: str, address: str, per_account: int, per_address: int) -> None:
    """Count an attempt as failed before the password is looked at.

    Counting first bounds what many guesses at the same moment can try.

    :raises Throttled: too many failures of this account or from this address.
    """
    hashed = _hash(name)
    with db.transaction():
        _check_limit(db, "account", per_account, name_hash=hashed, address=None)
        _check_limit(db, "address", per_address, name_hash=None, address=address)
        db.write(
            """
            INSERT INTO sign_in_failures (name_hash, address, at) VALUES (:hash, :address, :now)
            """,
            hash=hashed,
            address=address,
            now=seconds(),
        )


def forget_attempts(db: Database, *, name: str, address: str) -> None:
    """Forget the failures before a success, and all that are too old to count, in an open transaction."""
    db.write(
        """
        DELETE FROM sign_in_failures
        WHERE (name_hash = :hash AND address = :address) OR at <= :now - :window
        """,
        hash=_hash(name),
        address=address,
        now=seconds(),
        window=WINDOW_SECONDS,
    )


def _check_limit(
    db: Database, what: str, limit: int, *, name_hash: bytes | None, address: str | None
) -> None:
    oldest = db.value(
        """
        SELECT at FROM sign_in_failures
        WHERE (name_hash = :name_hash OR address = :address) AND at > :now - :window
        ORDER BY at DESC LIMIT 1 OFFSET :limit - 1
        """,
        name_hash=name_hash,
        address=address,
        now=seconds(),
        window=WINDOW_SECONDS,
        limit=limit,
    )
    if oldest is not None:
        wait = max(1, int(oldest) + WINDOW_SECONDS - seconds())
        raise Throttled(
            f"Too many failed sign-ins for this {what}. Try again in {-(-wait // 60)} minutes.",
            retry_after=wait,
        )


def _hash(name: str) -> bytes:
    return hashlib.sha256(name_key(name).encode("utf-8", "surrogatepass")).digest()
