"""The database as a whole: ``init``, ``backup``, ``restore``, ``check``, ``stats``."""

import os
import secrets
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import orjson

from annotate.checking import find_faults
from annotate.cli.common import commands, open_db, printable
from annotate.config import Settings, load_settings
from annotate.database import (
    copy_database,
    copy_in_newest_layout,
    find_damage,
    migrate,
    open_database,
    replace_content,
)
from annotate.errors import Refused
from annotate.store.figures import catch_up_wholly
from annotate.store.sessions import end_all_sessions
from annotate.store.statistics import get_statistics


@commands.command()
def init() -> None:
    """Create the database, or bring it to the newest layout; make a secret key. Safe to run again."""
    settings = load_settings()
    prepare(settings)
    click.echo(f"Ready: {printable(str(settings.database))}")


def prepare(settings: Settings) -> None:
    """Do what ``init`` does."""
    settings.instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    backup = migrate(settings.database, settings.backups)
    if backup:
        click.echo(f"The database as it was before is kept in {printable(str(backup))}.")
        for _ in catch_up_wholly(open_database(settings.database)):  # the figures, which an older one lacks
            pass
    if settings.secret_key is None:
        _write_key(settings.secret_key_file)


def _write_key(path: Path) -> None:
    """Write a key that appears whole or not at all: an empty file would pass for a key that is too short."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(secrets.token_hex(32) + "\n")
            file.flush()
            os.fsync(handle)
        with suppress(FileExistsError):  # another `init` was quicker
            os.link(partial, path)
    finally:
        partial.unlink()


@commands.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Copy the database into FILE, also while people work; it holds all that was acknowledged before."""
    if file.exists():
        raise Refused(f"{file} exists; choose another name.")
    copy_database(load_settings().database, file)
    click.echo(f"Backed up into {printable(str(file))}.")


@commands.command()
@click.argument("file", type=click.Path(path_type=Path))
def restore(file: Path) -> None:
    """Put a backup in the place of the database; what was there is kept in the folder of backups."""
    settings = load_settings()
    damage = find_damage(file, quick=False) if file.is_file() else ["There is no such file."]
    if damage:
        raise Refused(f"{file} is no sound backup: {damage[0]}")
    settings.database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with TemporaryDirectory(prefix=".restore-", dir=settings.database.parent) as folder:
        copy = Path(folder) / "copy.db"
        copy_in_newest_layout(file, copy)
        restored = open_database(copy)
        end_all_sessions(restored)  # those that ended since the backup must not come back
        for _ in catch_up_wholly(restored):  # a backup of an older layout has no figures
            pass
        kept = replace_content(settings.database, copy, settings.backups)
    if kept:
        click.echo(f"The database as it was before is kept in {printable(str(kept))}.")
    if kept and kept.name.startswith("damaged-"):
        click.echo("It was too damaged to be copied; stop and start a server that still has it open.")
    click.echo(f"Restored from {printable(str(file))}.")


@commands.command()
def check() -> None:
    """Look for damage in the file and for anything in it that does not add up."""
    path = load_settings().database
    faults = find_damage(path, quick=False) if path.is_file() else []
    if not faults:
        faults = find_faults(open_db())
    for each in faults:
        click.echo(printable(each), err=True)
    if faults:
        sys.exit(1)
    click.echo("All is well.")


@commands.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
def stats(as_json: bool) -> None:
    """Count documents, sentences, decisions and verifications."""
    statistics = get_statistics(open_db())
    if as_json:
        click.echo(orjson.dumps(statistics).decode())
        return
    for group, counts in statistics.items():
        told = ", ".join(f"{n} {word.replace('_', ' ')}" for word, n in counts.items())
        click.echo(f"{group}: {told or 'none'}")
