"""People as an admin sees them: who is here, who may what, when they were last seen, how they get in."""

from dataclasses import dataclass

import orjson

from annotate.database import Database, Row
from annotate.errors import NotFound
from annotate.passwords import name_key
from annotate.store.clock import seconds
from annotate.store.collections import get_collection, limit_collection
from annotate.store.reviewers import Reviewer


@dataclass(frozen=True)
class Member(Reviewer):
    """An account with what is known of it; times in seconds since 1970, None: never, or there is none.

    :param link_until: until when a one-time link waits for them.
    :param n_sessions: that live; `n_tokens`: in force.
    :param sees: the limited collections that they are in.
    """

    has_password: bool
    seen_at: int | None
    link_until: int | None
    n_sessions: int
    n_tokens: int
    sees: tuple[str, ...]

    @classmethod
    def of(cls, row: Row) -> "Member":
        """Make one from a row of `list_members`."""
        values = dict(row)
        values["is_active"], values["has_password"] = bool(row["is_active"]), bool(row["has_password"])
        values["sees"] = tuple(orjson.loads(row["sees"]))
        return cls(**values)


def list_members(
    db: Database,
    *,
    q: str = "",
    role: str | None = None,
    state: str | None = None,
    after: str = "",
    only: int | None = None,
    limit: int,
    idle_seconds: int,
    max_seconds: int,
) -> list[Member]:
    """List people by name.

    :param q: part of the name, however it is capitalised.
    :param state: ``active`` or ``disabled``.
    :param after: only those whose name comes later: where the list before ended.
    :param only: the id of one.
    """
    rows = db.rows(
        """
        SELECT p.id, p.name, p.role, p.is_active, p.created_at, p.hidden,
            r.password_hash IS NOT NULL AS has_password, r.seen_at,
            (SELECT expires_at FROM links WHERE reviewer_id = p.id AND expires_at > :now) AS link_until,
            (SELECT count(*) FROM sessions WHERE reviewer_id = p.id
                AND seen_at > :now - :idle AND created_at > :now - :longest) AS n_sessions,
            (SELECT count(*) FROM tokens WHERE reviewer_id = p.id AND revoked_at IS NULL
                AND (expires_at IS NULL OR expires_at > strftime('%Y-%m-%dT%H:%M:%SZ', :now, 'unixepoch'))
            ) AS n_tokens,
            (SELECT json_group_array(m.collection ORDER BY m.collection)
                FROM collection_people AS m JOIN collections AS c ON c.name = m.collection
                WHERE m.reviewer_id = p.id AND c.is_limited = 1) AS sees
        FROM people AS p JOIN reviewers AS r ON r.id = p.id
        WHERE (:only IS NULL OR p.id = :only)
          AND instr(p.name_key, :q) > 0 AND p.name_key > :after
          AND (:role IS NULL OR p.role = :role)
          AND (:is_active IS NULL OR p.is_active = :is_active)
        ORDER BY p.name_key LIMIT :limit
        """,
        q=name_key(q),
        role=role,
        is_active=None if state is None else int(state == "active"),
        after=name_key(after),
        only=only,
        limit=limit,
        now=seconds(),
        idle=idle_seconds,
        longest=max_seconds,
    )
    return [Member.of(row) for row in rows]


def get_member(db: Database, reviewer_id: int, *, idle_seconds: int, max_seconds: int) -> Member:
    """:raises NotFound: there is nobody of this id."""
    found = list_members(db, only=reviewer_id, limit=1, idle_seconds=idle_seconds, max_seconds=max_seconds)
    if not found:
        raise NotFound("There is no such person.")
    return found[0]


def count_members(db: Database) -> dict[str, int]:
    """Count everybody by role, the disabled apart."""
    rows = db.rows(
        """
        SELECT CASE WHEN is_active = 1 THEN role ELSE 'disabled' END AS kind, count(*) AS n
        FROM reviewers GROUP BY kind
        """
    )
    return {row["kind"]: row["n"] for row in rows}


def list_limited(db: Database) -> list[str]:
    """List the collections that are limited to some people."""
    return [row[0] for row in db.rows("SELECT name FROM collections WHERE is_limited = 1 ORDER BY name")]


def limit_person(db: Database, person: Reviewer, collections: list[str], *, by: int | None = None) -> None:
    """Let somebody see, of the collections that are limited, these and no other.

    :raises NotFound: one of these is not limited.
    """
    with db.transaction():
        limited = list_limited(db)
        for name in set(collections) - set(limited):
            raise NotFound(f"{name} is not limited to some people: everybody sees it, if it is there.")
        for name in limited:
            people = get_collection(db, name).people or ()
            if (person.name in people) != (name in collections):
                others = [each for each in people if each != person.name]
                limit_collection(db, name, [*others, person.name] if name in collections else others, by=by)
