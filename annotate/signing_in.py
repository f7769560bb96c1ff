"""Signing in, by password or by a one-time link: one act over accounts, sessions, throttle and history."""

from typing import Any

from annotate.config import Settings
from annotate.database import Database
from annotate.errors import Forbidden, Invalid
from annotate.passwords import is_password
from annotate.store.answers import remove_old_answers
from annotate.store.events import record_event
from annotate.store.failures import forget_attempts, reserve_attempt
from annotate.store.links import get_linked
from annotate.store.reviewers import (
    Reviewer,
    find_password_hash,
    find_reviewer,
    hash_good_password,
    set_password,
    store_password,
)
from annotate.store.sessions import add_session, remove_old_sessions


def sign_in(db: Database, settings: Settings, *, name: str, password: str, address: str) -> str:
    """Check a name and its password and return the token of a new session.

    :param address: where the request came from.
    :raises Forbidden: they don't belong together; nothing tells whether the name exists.
    :raises Throttled: too many failures.
    """
    reviewer = _check(db, settings, name=name, password=password, address=address)
    with db.transaction():
        forget_attempts(db, name=name, address=address)
        remove_old_answers(db)
        remove_old_sessions(db, **session_limits(settings))
        record_event(db, "signed_in", by=reviewer.id)
        return add_session(db, reviewer.id)


def change_password(
    db: Database, settings: Settings, *, name: str, current: str, new: str, address: str
) -> str:
    """Change one's own password; every session ends, and the token of a new one is returned.

    :raises Forbidden: the current password is wrong.
    :raises Invalid: the new one is not good enough.
    """
    reviewer = _check(db, settings, name=name, password=current, address=address)
    if current == new:
        problem = "The new password is the old one."
        raise Invalid(problem, fields={"new_password": [problem]})
    set_password(db, name, new, by=reviewer.id)
    with db.transaction():
        forget_attempts(db, name=name, address=address)
        return add_session(db, reviewer.id)


def open_link(db: Database, settings: Settings, *, secret: str, address: str) -> Reviewer:
    """Return whom a one-time link lets in; what does not work counts as a failed sign-in from its address.

    :raises NotFound: nobody.
    :raises Throttled: too many failures.
    """
    reserve_attempt(db, **_attempt(settings, secret, address))
    reviewer = get_linked(db, secret)
    with db.transaction():
        forget_attempts(db, name=secret, address=address)
    return reviewer


def use_link(db: Database, settings: Settings, *, secret: str, password: str, address: str) -> str:
    """Choose one's password by a one-time link; every session ends, and the token of a new one is returned.

    :raises NotFound: the link does not work, or not any more: of two at once, one comes first.
    :raises Invalid: the password is not good enough; the link still works.
    """
    reviewer = open_link(db, settings, secret=secret, address=address)
    hashed = hash_good_password(password, reviewer.name)
    with db.transaction():
        reviewer = get_linked(db, secret)
        record_event(db, "link_used", by=reviewer.id, now={"name": reviewer.name})
        store_password(db, reviewer, hashed, by=reviewer.id)
        return add_session(db, reviewer.id)


def session_limits(settings: Settings) -> dict[str, int]:
    """Return how long a session may live, in seconds."""
    return {
        "idle_seconds": settings.session_idle_minutes * 60,
        "max_seconds": settings.session_max_hours * 3600,
    }


def _check(db: Database, settings: Settings, *, name: str, password: str, address: str) -> Reviewer:
    reserve_attempt(db, **_attempt(settings, name, address))
    reviewer = find_reviewer(db, name)
    if is_password(password, find_password_hash(db, name)) and reviewer:
        return reviewer
    with db.transaction():
        # An unknown name is not written down: it may be a password in the wrong field.
        record_event(
            db,
            "sign_in_failed",
            by=None,
            now={"name": reviewer.name if reviewer else None, "address": address},
        )
    raise Forbidden("Name and password don't belong together.", code="wrong_password")


def _attempt(settings: Settings, name: str, address: str) -> dict[str, Any]:
    return {
        "name": name,
        "address": address,
        "per_account": settings.failures_per_account,
        "per_address": settings.failures_per_address,
    }
