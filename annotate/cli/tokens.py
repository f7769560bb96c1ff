"""``tokens``: access for programs."""

import click

from annotate.cli.common import Group, commands, open_db
from annotate.store.reviewers import get_reviewer
from annotate.store.tokens import add_token, list_tokens, revoke_token
from schemas.terms import SCOPES


@commands.group(cls=Group)
def tokens() -> None:
    """Manage access tokens."""


@tokens.command()
@click.argument("name")
@click.option("--for", "reviewer", required=True, metavar="REVIEWER", help="Whose rights it has.")
@click.option("--scope", type=click.Choice(SCOPES), required=True)
@click.option("--days", type=click.IntRange(1, 3650), help="How long it lives; default: until revoked.")
def add(name: str, reviewer: str, scope: str, days: int | None) -> None:
    """Make a token and print it, once."""
    db = open_db()
    click.echo(add_token(db, get_reviewer(db, reviewer), name=name, scope=scope, days=days))


@tokens.command("list")
def list_all() -> None:
    """List every token, without its secret."""
    for each in list_tokens(open_db()):
        end = f"revoked {each.revoked_at}" if each.revoked_at else f"until {each.expires_at or 'revoked'}"
        click.echo(f"{each.reviewer}\t{each.name}\t{each.scope}\tsince {each.created_at}\t{end}")


@tokens.command()
@click.argument("name")
@click.option("--for", "reviewer", required=True, metavar="REVIEWER", help="Whose token it is.")
def revoke(name: str, reviewer: str) -> None:
    """End a token at once."""
    db = open_db()
    revoke_token(db, get_reviewer(db, reviewer), name)
    click.echo(f"The token {name} of {reviewer} is revoked.")
