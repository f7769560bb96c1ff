"""Collections: what is set for one, and who may see it."""

from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from annotate.database import Database
from annotate.store.events import record_event
from annotate.store.reviewers import get_reviewer


@dataclass(frozen=True)
class Collection:
    """What is set for a collection.

    :param people: who sees it beside the admins; None: everybody.
    :param reviews_needed: N of what is loaded into it; None: as the installation has it.
    :param guidelines: Markdown.
    """

    name: str
    people: tuple[str, ...] | None = None
    reviews_needed: int | None = None
    guidelines: str | None = None


def get_collection(db: Database, name: str) -> Collection:
    """Return what is set for a collection; nothing is for one that nobody has heard of."""
    row = db.row(
        """
        SELECT is_limited, reviews_needed, guidelines, (
            SELECT json_group_array(r.name ORDER BY r.name_key) FROM collection_people AS p
            JOIN reviewers AS r ON r.id = p.reviewer_id WHERE p.collection = collections.name
        ) AS people
        FROM collections WHERE name = :name
        """,
        name=name,
    )
    if row is None:
        return Collection(name)
    people = tuple(orjson.loads(row["people"])) if row["is_limited"] else None
    return Collection(name, people, row["reviews_needed"], row["guidelines"])


def limit_collection(
    db: Database, name: str, people: Iterable[str] | None, *, by: int | None = None
) -> Collection:
    """Let only these people and the admins see a collection; None lets everybody.

    :raises NotFound: nobody has one of these names.
    """
    with db.transaction():
        was = get_collection(db, name)
        members = None if people is None else [get_reviewer(db, each) for each in people]
        db.write(
            """
            INSERT INTO collections (name, is_limited) VALUES (:name, :is_limited)
            ON CONFLICT (name) DO UPDATE SET is_limited = excluded.is_limited
            """,
            name=name,
            is_limited=int(members is not None),
        )
        db.write("DELETE FROM collection_people WHERE collection = :name", name=name)
        db.write_many(
            "INSERT OR IGNORE INTO collection_people (collection, reviewer_id) VALUES (?, ?)",
            [(name, each.id) for each in members or []],
        )
        now = get_collection(db, name)
        record_event(
            db,
            "collection_limited",
            by=by,
            was={"collection": name, "people": was.people},
            now={"collection": name, "people": now.people},
        )
        return now
