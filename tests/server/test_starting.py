"""What it refuses to start with: one line that says what to do, no traceback, not 0."""

import os
import sqlite3
import stat
from pathlib import Path

import pytest

from tests.server.conftest import Desk

PAGE = 4096


def damage(path: Path, *, at: int, junk: bytes) -> None:
    with open(path, "r+b") as file:
        file.seek(at)
        file.write(junk)


def test_it_refuses_to_start_without_a_secret_key(desk: Desk) -> None:
    (desk.folder / "secret_key").unlink()
    assert "no secret key" in desk.refusal()


def test_it_refuses_to_start_with_a_short_secret_key(desk: Desk) -> None:
    (desk.folder / "secret_key").write_text("short\n")
    assert "secret key" in desk.refusal()


def test_it_refuses_to_start_without_a_database(desk: Desk) -> None:
    desk.database.unlink()
    assert "no database" in desk.refusal()
    assert not desk.database.exists()


def test_it_refuses_to_start_without_an_installation(desk: Desk) -> None:
    line = desk.refusal(ANNOTATE_INSTANCE=str(desk.folder / "nowhere"))
    assert "init" in line


@pytest.mark.parametrize("kept", [PAGE * 5, PAGE * 5 + 100, 100])
def test_it_refuses_to_start_with_a_truncated_database(desk: Desk, kept: int) -> None:
    os.truncate(desk.database, kept)
    line = desk.refusal()
    assert "database" in line
    assert desk.run("check", fails=True).stderr


def test_it_refuses_to_start_with_an_empty_database_file(desk: Desk) -> None:
    os.truncate(desk.database, 0)
    assert "database" in desk.refusal()


def test_it_refuses_to_start_with_junk_in_the_middle_of_the_database(desk: Desk) -> None:
    middle = desk.database.stat().st_size // PAGE // 2 * PAGE
    damage(desk.database, at=middle, junk=b"\xa5" * PAGE)
    assert "damaged" in desk.refusal()
    assert desk.run("check", fails=True).stderr


def test_it_refuses_to_start_with_junk_at_the_beginning_of_the_database(desk: Desk) -> None:
    damage(desk.database, at=0, junk=b"\xa5" * PAGE)
    assert "not a database" in desk.refusal()


def test_it_refuses_to_start_with_a_file_that_is_no_database(desk: Desk) -> None:
    desk.database.write_text("Dear diary, " * 1000)
    assert "not a database" in desk.refusal()


def test_it_refuses_to_start_with_somebody_elses_database(desk: Desk) -> None:
    desk.database.unlink()
    other = sqlite3.connect(desk.database)
    other.execute("CREATE TABLE recipes (name TEXT)")
    other.commit()
    other.close()
    assert desk.refusal()


def test_it_refuses_to_start_with_a_newer_layout(desk: Desk) -> None:
    newer = sqlite3.connect(desk.database)
    newer.execute(
        """
        INSERT INTO _sqlite_migrations (migration_set, name, applied_at)
        VALUES ('annotate', 'm9999_from_the_future', '2040-01-01')
        """
    )
    newer.commit()
    newer.close()
    before = desk.database.read_bytes()

    assert "m9999_from_the_future" in desk.refusal()
    assert "newer" in desk.refusal("init")
    assert "newer" in desk.refusal("seeds", "list")
    assert desk.database.read_bytes() == before


def test_it_refuses_to_start_with_an_unknown_setting(desk: Desk) -> None:
    assert "ANNOTATE_PROT" in desk.refusal(ANNOTATE_PROT="8080")
    (desk.folder / "config.py").write_text("THREDS = 4\n")
    assert "THREDS" in desk.refusal()


def test_it_refuses_to_start_with_a_malformed_setting(desk: Desk) -> None:
    assert "ANNOTATE_THREADS" in desk.refusal(ANNOTATE_THREADS="many")
    (desk.folder / "config.py").write_text("this is not Python\n")
    assert "config.py" in desk.refusal()


def test_it_refuses_to_start_where_another_listens(desk: Desk) -> None:
    port = desk.serve().port
    line = desk.refusal("serve", "--port", port)
    assert str(port) in line
    assert "in use" in line


def test_three_init_at_once_all_succeed(desk: Desk) -> None:
    folder = desk.folder / "new"
    started = [desk.begin("init", ANNOTATE_INSTANCE=str(folder)) for _ in range(3)]

    told = [each.communicate(timeout=60) for each in started]

    assert [each.returncode for each in started] == [0, 0, 0], told
    assert all(not errors for _, errors in told)
    key = (folder / "secret_key").read_text()
    assert len(key.strip()) == 64
    for path in (folder / "secret_key", folder / "annotate.db"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert desk.run("check", ANNOTATE_INSTANCE=str(folder)).stdout == "All is well.\n"
