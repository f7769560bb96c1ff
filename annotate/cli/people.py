"""``reviewers``: the accounts."""

import time

import click

from annotate.cli.common import Group, ask_password, commands, open_db
from annotate.config import load_settings
from annotate.signing_in import session_limits
from annotate.store.links import add_link
from annotate.store.people import limit_person
from annotate.store.reviewers import (
    add_reviewer,
    check_name,
    get_reviewer,
    list_reviewers,
    set_active,
    set_password,
    set_role,
)
from annotate.store.sessions import end_sessions_of, list_sessions
from schemas.terms import ROLES

from_stdin = click.option(
    "--password-stdin", is_flag=True, help="Read the password from one line of standard input."
)


@commands.group(cls=Group)
def reviewers() -> None:
    """Manage accounts."""


@reviewers.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True)
@from_stdin
@click.option("--link", "with_link", is_flag=True, help="Print a one-time link instead of asking.")
def add(name: str, role: str, password_stdin: bool, with_link: bool) -> None:
    """Add an account that can sign in at once, or as soon as its link has been used."""
    check_name(name)
    if with_link and password_stdin:
        raise click.UsageError("A password, or a link by which to choose one: not both.")
    db = open_db()
    password = None if with_link else ask_password(password_stdin)
    add_reviewer(db, name=name, role=role, password=password)
    click.echo(f"Added {name}, {role}.")
    if with_link:
        click.echo(_address(add_link(db, name)))


@reviewers.command("list")
def list_all() -> None:
    """List every account."""
    for each in list_reviewers(open_db()):
        state = "active" if each.is_active else "disabled"
        click.echo(f"{each.name}\t{each.role}\t{state}\tsince {each.created_at}")


@reviewers.command("set-role")
@click.argument("name")
@click.argument("role", type=click.Choice(ROLES))
def change_role(name: str, role: str) -> None:
    """Give someone another role; they have to sign in again."""
    set_role(open_db(), name, role)
    click.echo(f"{name} is now {role}.")


@reviewers.command()
@click.argument("name")
def disable(name: str) -> None:
    """Keep someone out; their work stays, their sessions and tokens end."""
    set_active(open_db(), name, False)
    click.echo(f"{name} is disabled.")


@reviewers.command()
@click.argument("name")
def enable(name: str) -> None:
    """Let someone in again."""
    set_active(open_db(), name, True)
    click.echo(f"{name} is enabled.")


@reviewers.command()
@click.argument("name")
@from_stdin
def password(name: str, password_stdin: bool) -> None:
    """Set someone's password; all their sessions end."""
    db = open_db()
    get_reviewer(db, name)
    set_password(db, name, ask_password(password_stdin))
    click.echo(f"The password of {name} is changed.")


@reviewers.command()
@click.argument("name")
def link(name: str) -> None:
    """Print a link by which someone chooses a new password; it works once, and replaces the one before."""
    click.echo(_address(add_link(open_db(), name)))


@reviewers.command()
@click.argument("name")
@click.argument("collections", nargs=-1)
def limit(name: str, collections: tuple[str, ...]) -> None:
    """Let someone see, of the limited COLLECTIONS, these and no other; `collections set` limits one."""
    db = open_db()
    limit_person(db, get_reviewer(db, name), list(collections))
    click.echo(f"Of the limited collections, {name} sees {', '.join(collections) or 'none'}.")


@reviewers.command()
@click.argument("name")
@click.option("--end", is_flag=True, help="End them all.")
def sessions(name: str, end: bool) -> None:
    """List where someone is signed in, or end it."""
    db = open_db()
    person = get_reviewer(db, name)
    if end:
        n = end_sessions_of(db, person)
        click.echo(f"{n} {'session' if n == 1 else 'sessions'} of {person.name} ended.")
        return
    for each in list_sessions(db, person.id, current="", **session_limits(load_settings())):
        click.echo(f"since {_time(each.created_at)}\tlast seen {_time(each.seen_at)}")


def _time(moment: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))


def _address(secret: str) -> str:
    """Return where a link leads: whole, if the settings say who we are, else without the host."""
    settings = load_settings()
    host = next((each for each in settings.trusted_hosts if not each.startswith(".")), None)
    start = f"{'https' if settings.https else 'http'}://{host}" if host else ""
    return f"{start}/welcome/{secret}"
