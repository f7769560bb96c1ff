"""``reviewers``: the accounts."""

import click

from annotate.cli.common import Group, ask_password, commands, open_db
from annotate.store.reviewers import (
    add_reviewer,
    check_name,
    get_reviewer,
    list_reviewers,
    set_active,
    set_password,
    set_role,
)
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
def add(name: str, role: str, password_stdin: bool) -> None:
    """Add an account that can sign in at once."""
    check_name(name)
    db = open_db()
    add_reviewer(db, name=name, role=role, password=ask_password(password_stdin))
    click.echo(f"Added {name}, {role}.")


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
