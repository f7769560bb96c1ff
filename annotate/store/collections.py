"""Collections: what is set for one, and who may see it."""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass

import orjson

from annotate.database import Database, Row
from annotate.errors import Invalid, NotFound, Stale
from annotate.store.events import record_event
from annotate.store.places import renew_places_in
from annotate.store.reviewers import Person, get_reviewer, hidden_from

LONGEST_NAME = 200  # characters
LONGEST_GUIDELINES = 20_000  # characters
MOST_REVIEWS = 20


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

    @property
    def version(self) -> str:
        """What somebody saw who is about to change it: another state has another."""
        return hashlib.sha256(orjson.dumps(asdict(self))).hexdigest()[:16]


@dataclass(frozen=True)
class ListedCollection(Collection):
    """The same with how many documents are in it, those not counted that were withdrawn or superseded."""

    n_documents: int = 0


def get_collection(db: Database, name: str) -> Collection:
    """Return what is set for a collection; nothing is for one that nobody has heard of."""
    row = db.row(
        """
        SELECT name, is_limited, (
            SELECT json_group_array(r.name ORDER BY r.name_key) FROM collection_people AS p
            JOIN reviewers AS r ON r.id = p.reviewer_id WHERE p.collection = collections.name
        ) AS people, reviews_needed, guidelines
        FROM collections WHERE name = :name
        """,
        name=name,
    )
    return Collection(name) if row is None else Collection(name, *_settings(row))


def _settings(row: Row) -> tuple[tuple[str, ...] | None, int | None, str | None]:
    people = tuple(orjson.loads(row["people"])) if row["is_limited"] else None
    return people, row["reviews_needed"], row["guidelines"]


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
        renew_places_in(db, name)
        now = get_collection(db, name)
        record_event(
            db,
            "collection_limited",
            by=by,
            was={"collection": name, "people": was.people},
            now={"collection": name, "people": now.people},
        )
        return now


def list_settings(db: Database) -> list[ListedCollection]:
    """List every collection that has documents, or for which something is set, by name."""
    rows = db.rows(
        """
        WITH counted (name, n) AS (
            SELECT collection, sum(state NOT IN ('withdrawn', 'superseded'))
            FROM documents GROUP BY collection
            UNION ALL
            SELECT name, 0 FROM collections WHERE name NOT IN (SELECT collection FROM documents)
        )
        SELECT counted.name, c.is_limited, (
            SELECT json_group_array(r.name ORDER BY r.name_key) FROM collection_people AS p
            JOIN reviewers AS r ON r.id = p.reviewer_id WHERE p.collection = counted.name
        ) AS people, c.reviews_needed, c.guidelines, counted.n
        FROM counted LEFT JOIN collections AS c ON c.name = counted.name
        ORDER BY counted.name
        """
    )
    return [ListedCollection(row["name"], *_settings(row), n_documents=row["n"]) for row in rows]


def find_guidelines(db: Database, name: str, reader: Person) -> Collection:
    """Return a collection for who wants to read its guidelines.

    :raises NotFound: there is none, or it is not theirs to see.
    """
    is_there = db.value(
        """
        SELECT 1 WHERE :name NOT IN (SELECT value FROM json_each(:hidden)) AND (
            EXISTS (SELECT 1 FROM documents WHERE collection = :name AND state <> 'withdrawn')
            OR EXISTS (SELECT 1 FROM collections WHERE name = :name))
        """,
        name=name,
        hidden=hidden_from(reader),
    )
    if not is_there:
        raise NotFound("There is no such collection, or it is not yours to see.")
    return get_collection(db, name)


def has_guidelines(db: Database, name: str) -> bool:
    """Say whether somebody has written guidelines for a collection."""
    return bool(db.value("SELECT guidelines IS NOT NULL FROM collections WHERE name = :name", name=name))


def set_collection(
    db: Database,
    name: str,
    *,
    people: Iterable[str] | None,
    reviews_needed: int | None,
    seen: str | None = None,
    by: int | None = None,
) -> Collection:
    """Say who sees a collection, and N of what will be loaded into it.

    :param people: beside the admins; None: everybody.
    :param reviews_needed: None: as the installation has it.
    :param seen: the version that somebody was looking at; None skips the check.
    :raises Invalid: not a name of a collection, or not an N.
    :raises Stale: somebody else has changed it since.
    """
    check_name(name)
    with db.transaction():
        was = _get_seen(db, name, seen)
        wanted = None if people is None else {get_reviewer(db, each).name for each in people}
        if wanted != (None if was.people is None else set(was.people)):
            limit_collection(db, name, wanted, by=by)
        if reviews_needed != was.reviews_needed:
            _set_reviews_needed(db, was, reviews_needed, by)
        return get_collection(db, name)


def set_guidelines(
    db: Database, name: str, text: str | None, *, seen: str | None = None, by: int | None = None
) -> Collection:
    """Keep the guidelines of a collection, Markdown; None or empty removes them.

    :param seen: the version that somebody was looking at; None skips the check.
    :raises Invalid: too long, or with a character that is no text.
    :raises Stale: somebody else has changed it since.
    """
    check_name(name)
    text = (text or "").replace("\r\n", "\n").strip() or None
    if text and (len(text) > LONGEST_GUIDELINES or "\0" in text):
        problem = f"Guidelines have at most {LONGEST_GUIDELINES:,} characters, and no NUL."
        raise Invalid(problem, fields={"guidelines": [problem]})
    with db.transaction():
        was = _get_seen(db, name, seen)
        if text == was.guidelines:
            return was
        db.write(
            """
            INSERT INTO collections (name, guidelines) VALUES (:name, :text)
            ON CONFLICT (name) DO UPDATE SET guidelines = excluded.guidelines
            """,
            name=name,
            text=text,
        )
        told = {"collection": name, "guidelines": text}
        record_event(db, "guidelines_changed", by=by, was={**told, "guidelines": was.guidelines}, now=told)
        return get_collection(db, name)


def check_name(name: str) -> None:
    """:raises Invalid: no collection can be called so."""
    if not name or name != name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
        problem = (
            f"A collection has a name of 1 to {LONGEST_NAME} printable characters, no space at its ends."
        )
        raise Invalid(problem, fields={"name": [problem]})


def _get_seen(db: Database, name: str, seen: str | None) -> Collection:
    collection = get_collection(db, name)
    if seen is not None and seen != collection.version:
        raise Stale("Somebody else has changed this in the meantime. It is shown as it is now.")
    return collection


def _set_reviews_needed(db: Database, was: Collection, n: int | None, by: int | None) -> None:
    if n is not None and not 1 <= n <= MOST_REVIEWS:
        problem = f"Between 1 and {MOST_REVIEWS} people review a document."
        raise Invalid(problem, fields={"reviews_needed": [problem]})
    db.write(
        """
        INSERT INTO collections (name, reviews_needed) VALUES (:name, :n)
        ON CONFLICT (name) DO UPDATE SET reviews_needed = excluded.reviews_needed
        """,
        name=was.name,
        n=n,
    )
    record_event(
        db,
        "collection_reviews_set",
        by=by,
        was={"collection": was.name, "reviews_needed": was.reviews_needed},
        now={"collection": was.name, "reviews_needed": n},
    )
