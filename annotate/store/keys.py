"""Which keys each person has chosen for the workbench."""

import orjson

from annotate.database import Database
from annotate.store.events import record_event
from schemas.keys import USUAL


def get_keys(db: Database, reviewer_id: int) -> dict[str, str]:
    """Return the key of each of ``schemas.keys.ACTS``: the person's own, else the usual one."""
    return USUAL | _own(db, reviewer_id)


def set_keys(db: Database, reviewer_id: int, keys: dict[str, str]) -> None:
    """Keep what somebody has chosen; only what differs is stored, so that new acts come with their usual key.

    :param keys: each act's key, validated by ``KeysForm``.
    """
    own = {name: key for name, key in keys.items() if key != USUAL[name]}
    with db.transaction():
        was = _own(db, reviewer_id)
        db.write(
            "UPDATE reviewers SET own_keys = :own WHERE id = :id",
            own=orjson.dumps(own).decode() if own else None,
            id=reviewer_id,
        )
        record_event(db, "keys_chosen", by=reviewer_id, was=was, now=own)


def _own(db: Database, reviewer_id: int) -> dict[str, str]:
    stored = db.value("SELECT own_keys FROM reviewers WHERE id = :id", id=reviewer_id)
    own: dict[str, str] = orjson.loads(stored) if stored else {}
    return own
