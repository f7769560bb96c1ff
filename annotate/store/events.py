"""The append-only history: number, who, when, what, from, to."""

from typing import Any

import orjson

from annotate.database import Database
from annotate.store.clock import now as time_now


def record_event(
    db: Database,
    act: str,
    *,
    by: int | None,
    document: int | None = None,
    sentence_id: int | None = None,
    was: Any = None,
    now: Any = None,
) -> int:
    """Add a line to the history, in the transaction of the change itself, and return its number.

    :param by: id of the reviewer; None for the command line and for people not signed in.
    :param was: the state before, as JSON can hold it; `now` the state after.
    """
    (row,) = db.write(
        """
        INSERT INTO events (at, reviewer_id, act, document, sentence_id, was, now)
        VALUES (:at, :by, :act, :document, :sentence_id, :was, :now)
        RETURNING number
        """,
        at=time_now(),
        by=by,
        act=act,
        document=document,
        sentence_id=sentence_id,
        was=None if was is None else orjson.dumps(was).decode(),
        now=None if now is None else orjson.dumps(now).decode(),
    )
    return int(row["number"])


def marks(**known: Any) -> dict[str, Any]:
    """Return what is worth a mark in an event: those that are there or true."""
    return {name: value for name, value in known.items() if value}
