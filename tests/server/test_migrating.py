"""Bringing a database to a newer layout: killed at any moment, run again, and nothing is lost."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from annotate.database import migrate, open_database
from annotate.errors import Unavailable
from annotate.migrations import MIGRATIONS
from tests.server.conftest import Desk

NEWER = """
import sys, time
from pathlib import Path
from annotate.database import migrate
from annotate.migrations import MIGRATIONS
from sqlite_utils import Migrations

database, backups, pause = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
newer = Migrations("annotate")
newer._migrations = list(MIGRATIONS._migrations)

@newer()
def m9000_slow(db):
    db.execute("CREATE TABLE slow (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT")
    for number in range(20):
        db.execute("INSERT INTO slow SELECT NULL, text FROM sentences")
        db.execute("ALTER TABLE documents ADD COLUMN c%d TEXT" % number)
        print(number, flush=True)
        time.sleep(pause)
    db.execute("UPDATE sentences SET text = text || ''")

print("kept", migrate(database, backups, newer), flush=True)
"""


def newer(desk: Desk, pause: float = 0) -> list[str]:
    return [sys.executable, "-c", NEWER, str(desk.database), str(desk.folder / "backups"), str(pause)]


def layout(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return [row[0] for row in db.execute("SELECT sql FROM sqlite_master WHERE sql NOT NULL ORDER BY 1")]


@pytest.mark.parametrize("step", [0, 19])
def test_a_migration_killed_midway_leaves_the_old_layout_and_can_be_run_again(desk: Desk, step: int) -> None:
    exported, old = desk.export(), layout(desk.database)
    process = desk.start(newer(desk, 0.02))
    assert process.stdout
    while process.stdout.readline().strip() != str(step):
        assert process.poll() is None
    process.kill()
    process.communicate()

    assert layout(desk.database) == old
    assert desk.export() == exported
    (backup,) = (desk.folder / "backups").glob("*.db")  # made first, by itself
    assert layout(backup) == old

    again = desk.start(newer(desk))
    told, errors = again.communicate(timeout=60)
    assert again.returncode == 0, errors
    assert "kept" in told
    assert any("slow" in each for each in layout(desk.database))
    assert "newer" in desk.refusal("export")


def test_the_backup_before_a_migration_holds_everything_and_can_be_restored(desk: Desk) -> None:
    exported = desk.export()
    process = desk.start(newer(desk))
    told, _ = process.communicate(timeout=60)
    backup = told.splitlines()[-1].removeprefix("kept ")
    desk.database.unlink()
    for name in ("annotate.db-wal", "annotate.db-shm"):
        (desk.folder / name).unlink(missing_ok=True)

    desk.run("restore", backup)

    assert desk.export() == exported


def test_a_database_newer_than_the_program_is_refused_by_every_command(desk: Desk) -> None:
    assert desk.start(newer(desk)).wait(60) == 0
    before = desk.database.read_bytes()
    for command in (("serve", "--port", 0), ("init",), ("export",)):
        assert "m9000_slow" in desk.refusal(*command)
    assert desk.database.read_bytes() == before
    with pytest.raises(Unavailable, match="newer than this program"):
        open_database(desk.database, MIGRATIONS)
    with pytest.raises(Unavailable, match="newer than this program"):
        migrate(desk.database, desk.folder / "backups", MIGRATIONS)


def test_the_first_layout_killed_midway_can_be_made_again(desk: Desk) -> None:
    for attempt in range(2):
        folder = desk.folder / f"new-{attempt}"
        process = desk.begin("init", ANNOTATE_INSTANCE=str(folder))
        while not (folder / "annotate.db").exists() and process.poll() is None:
            pass
        process.kill()
        process.communicate()

        desk.run("init", ANNOTATE_INSTANCE=str(folder))

    assert desk.run("check", ANNOTATE_INSTANCE=str(folder)).stdout == "All is well.\n"


def test_a_database_of_an_older_layout_is_refused_until_init_brings_it_up(desk: Desk) -> None:
    desk.database.unlink()
    with closing(sqlite3.connect(desk.database)) as db:
        db.execute("CREATE TABLE _sqlite_migrations (id, migration_set, name, applied_at)")
        db.commit()

    assert "init" in desk.refusal()
    desk.run("init")

    assert desk.run("check").stdout == "All is well.\n"
