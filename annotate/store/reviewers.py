"""People: who they are, what they may, and how they get in."""

from dataclasses import dataclass, field

import orjson

from annotate.database import Database, Row
from annotate.errors import Invalid, NotFound, Refused
from annotate.passwords import check_password, hash_password, name_key
from annotate.store.clock import now
from annotate.store.events import record_event
from annotate.store.places import renew_places_of
from schemas.terms import ROLES

LONGEST_NAME = 64  # characters


@dataclass(frozen=True)
class Person:
    """Who acts: all that the rules and the history need to know.

    :param hidden: JSON list of the collections that they may not see, as SQL takes it.
    """

    id: int
    name: str
    role: str
    hidden: str = field(default="[]", kw_only=True)

    def is_kept_from(self, collection: str) -> bool:
        """Say whether a collection is not theirs to see."""
        return collection in orjson.loads(self.hidden)


@dataclass(frozen=True)
class Reviewer(Person):
    """An account; the word covers editors and admins too."""

    is_active: bool
    created_at: str

    @classmethod
    def of(cls, row: Row) -> "Reviewer":
        """Make one from a row of the table."""
        id_, name, role, is_active, created_at, hidden = row
        return cls(id_, name, role, bool(is_active), created_at, hidden=hidden)


def hidden_from(reader: Person | None) -> str:
    """Return the collections that somebody may not see, as SQL takes them; None may see all."""
    return reader.hidden if reader else "[]"


def find_reviewer(db: Database, name: str) -> Reviewer | None:
    """Find someone by name, however it is capitalised."""
    row = db.row(
        "SELECT id, name, role, is_active, created_at, hidden FROM people WHERE name_key = :key",
        key=name_key(name),
    )
    return None if row is None else Reviewer.of(row)


def get_reviewer(db: Database, name: str) -> Reviewer:
    """:raises NotFound: nobody has this name."""
    reviewer = find_reviewer(db, name)
    if reviewer is None:
        raise NotFound(f"There is nobody called {name}.")
    return reviewer


def find_password_hash(db: Database, name: str) -> str | None:
    """Return the hash of an active account's password, None for everybody else."""
    hashed = db.value(
        "SELECT password_hash FROM reviewers WHERE name_key = :key AND is_active = 1",
        key=name_key(name),
    )
    return None if hashed is None else str(hashed)


def list_reviewers(db: Database) -> list[Reviewer]:
    """List everybody by name."""
    rows = db.rows("SELECT id, name, role, is_active, created_at, hidden FROM people ORDER BY name_key")
    return [Reviewer.of(row) for row in rows]


def check_name(name: str) -> None:
    """:raises Invalid: empty, too long, or not fit to be printed."""
    if not name or name != name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
        raise Invalid(
            f"A name has 1 to {LONGEST_NAME} printable characters and no space at its ends.",
            fields={"name": ["Not a name."]},
        )


def add_reviewer(
    db: Database, *, name: str, role: str, password: str | None, by: int | None = None
) -> Reviewer:
    """Add an account that can sign in at once, or without a password as soon as a link has been used.

    :param role: one of ``schemas.terms.ROLES``.
    :raises Invalid: the name or the password is not good enough.
    :raises Refused: the name is taken.
    """
    check_name(name)
    _check_role(role)
    hashed = None if password is None else hash_good_password(password, name)
    with db.transaction():
        if find_reviewer(db, name):
            raise Refused(f"There is already someone called {name}.", code="taken")
        db.write(
            """
            INSERT INTO reviewers (name, name_key, role, password_hash, created_at)
            VALUES (:name, :key, :role, :hashed, :now)
            """,
            name=name,
            key=name_key(name),
            role=role,
            hashed=hashed,
            now=now(),
        )
        record_event(db, "reviewer_added", by=by, now={"name": name, "role": role})
        return get_reviewer(db, name)


def set_role(db: Database, name: str, role: str, *, by: int | None = None) -> Reviewer:
    """Give someone another role; they have to sign in again.

    :raises Refused: it is the last active admin.
    """
    _check_role(role)
    with db.transaction():
        reviewer = get_reviewer(db, name)
        if reviewer.role == role:
            return reviewer
        db.write("UPDATE reviewers SET role = :role WHERE id = :id", role=role, id=reviewer.id)
        renew_places_of(db, reviewer.id)  # an admin sees collections that others may not
        _keep_an_admin(db)
        end_sessions(db, reviewer.id)
        record_event(
            db,
            "role_changed",
            by=by,
            was={"name": reviewer.name, "role": reviewer.role},
            now={"name": reviewer.name, "role": role},
        )
        return get_reviewer(db, name)


def set_active(db: Database, name: str, is_active: bool, *, by: int | None = None) -> Reviewer:
    """Disable or enable an account; disabling ends its sessions, tokens and link, its work stays.

    :raises Refused: it is the last active admin.
    """
    with db.transaction():
        reviewer = get_reviewer(db, name)
        if reviewer.is_active == is_active:
            return reviewer
        db.write(
            "UPDATE reviewers SET is_active = :is_active WHERE id = :id",
            is_active=int(is_active),
            id=reviewer.id,
        )
        renew_places_of(db, reviewer.id)
        if not is_active:
            _keep_an_admin(db)
            end_sessions(db, reviewer.id)
            end_link(db, reviewer.id)
            db.write(
                "UPDATE tokens SET revoked_at = :now WHERE reviewer_id = :id AND revoked_at IS NULL",
                now=now(),
                id=reviewer.id,
            )
        act = "reviewer_enabled" if is_active else "reviewer_disabled"
        record_event(db, act, by=by, now={"name": reviewer.name})
        return get_reviewer(db, name)


def set_password(db: Database, name: str, password: str, *, by: int | None = None) -> None:
    """Give someone a new password; every session of theirs ends, and a link that waits for them.

    :raises Invalid: the password is not good enough.
    """
    reviewer = get_reviewer(db, name)
    hashed = hash_good_password(password, reviewer.name)
    with db.transaction():
        store_password(db, reviewer, hashed, by=by)


def hash_good_password(password: str, name: str) -> str:
    """Return the hash of a new password; it takes a while, so it is done outside of transactions.

    :raises Invalid: the password is not good enough.
    """
    check_password(password, name)
    return hash_password(password)


def store_password(db: Database, reviewer: Person, hashed: str, *, by: int | None) -> None:
    """Keep the hash of someone's new password, inside an open transaction."""
    db.write(
        "UPDATE reviewers SET password_hash = :hashed WHERE id = :id",
        hashed=hashed,
        id=reviewer.id,
    )
    end_sessions(db, reviewer.id)
    end_link(db, reviewer.id)
    record_event(db, "password_changed", by=by, now={"name": reviewer.name})


def end_sessions(db: Database, reviewer_id: int) -> None:
    """End every session of someone, inside an open transaction."""
    db.write("DELETE FROM sessions WHERE reviewer_id = :id", id=reviewer_id)


def end_link(db: Database, reviewer_id: int) -> None:
    """Take back the one-time link that waits for someone, inside an open transaction."""
    db.write("DELETE FROM links WHERE reviewer_id = :id", id=reviewer_id)


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise Invalid(f"A role is one of {', '.join(ROLES)}.", fields={"role": ["Not a role."]})


def _keep_an_admin(db: Database) -> None:
    """The check stands after the change, in its transaction: two admins at once cannot both go.

    Who was added and has not used the link yet may never come: that is no admin to rely on.
    """
    if not db.value(
        """
        SELECT 1 FROM reviewers
        WHERE role = 'admin' AND is_active = 1 AND password_hash IS NOT NULL
        """
    ):
        raise Refused(
            "This is the last active admin who can sign in; make somebody else one first.",
            code="last_admin",
        )
