"""``demo``: everything that a newcomer needs to try it, in one command."""

import os
import secrets
from pathlib import Path

import click

from annotate.cli.common import commands
from annotate.cli.data import prepare
from annotate.cli.server import check_ready, run
from annotate.config import TOP, Settings, load_settings
from annotate.database import Database, open_database
from annotate.errors import Refused
from annotate.loading import Terms, find_sources, load
from annotate.store.reviewers import add_reviewer, list_reviewers

PEOPLE = {"alice": "reviewer", "bob": "reviewer", "carol": "editor", "dana": "admin"}
SAMPLES = TOP / "seeds"


@commands.command()
def demo() -> None:
    """Set up sample articles and people if need be, print whom to sign in as, and serve on 127.0.0.1."""
    settings = load_settings()
    prepare(settings)
    settings = load_settings()  # with the key that is there now
    check_ready(settings)
    db = open_database(settings.database)
    passwords = _people(db, settings)
    sources, _ = find_sources([SAMPLES], "samples")
    terms = Terms(abbreviations=settings.abbreviations)
    for each in load(db, sources, reviews_needed=settings.reviews_per_document, terms=terms):
        if each.outcome == "refused":
            click.echo(f"{each.key}: {each.reason}", err=True)
    run(
        settings,
        host="127.0.0.1",
        port=settings.port,
        threads=settings.threads,
        greet=lambda address: _greet(address, passwords),
    )


def _greet(address: str, passwords: dict[str, str]) -> None:
    people = [f"  {name:8}{role:10}{passwords[name]}" for name, role in PEOPLE.items()]
    lines = [f"annotate is at {address}", "", "Sign in as one of:", "", *people, "", "Ctrl+C ends it."]
    click.echo("\n" + "\n".join(f"  {line}".rstrip() for line in lines) + "\n")


def _people(db: Database, settings: Settings) -> dict[str, str]:
    """Return the sample people's passwords, made at the first run and kept in a file of their own."""
    path = settings.instance / "demo-people.txt"
    known = {each.name for each in list_reviewers(db)}
    if known - set(PEOPLE) or (known and not path.exists()):
        raise Refused(
            "This database has accounts that are not the demo's: use `serve`, "
            "or set ANNOTATE_INSTANCE to another folder for a demo."
        )
    if not path.exists():
        _write_private(path, {name: secrets.token_urlsafe(9) for name in PEOPLE})
    passwords = dict(line.split(maxsplit=1) for line in path.read_text("utf-8").splitlines() if " " in line)
    if set(PEOPLE) - set(passwords):
        raise Refused(f"{path} does not name all sample people; remove it together with {settings.database}.")
    for name, role in PEOPLE.items():
        if name not in known:
            add_reviewer(db, name=name, role=role, password=passwords[name])
    return passwords


def _write_private(path: Path, passwords: dict[str, str]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "w", encoding="utf-8") as file:
        file.writelines(f"{name} {password}\n" for name, password in passwords.items())
