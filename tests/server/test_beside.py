"""A second server and the commands beside a running one, backups while people work, and restoring."""

import json
import os
import sqlite3
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils.utils import (
    sqlite3 as our_sqlite3,
)  # two libraries in one process don't see each other's locks

from annotate import database
from annotate.database import copy_database, find_damage, replace_content
from annotate.errors import Refused, Unavailable
from tests.server.caller import Caller, Crowd, Place
from tests.server.conftest import Desk, Server, until


def test_two_servers_on_one_database_lose_nothing_of_each_other(desk: Desk) -> None:
    servers = [desk.serve(), desk.serve()]
    callers = [servers[each % 2].caller(desk.tokens["alice"]) for each in range(8)]
    places = callers[0].places()
    disputed = places[0]

    def act(number: int) -> list[int]:
        mine = places[1:][number::8]
        return [callers[number].tag(each, "claim", version=0).status for each in mine]

    assert {status for each in Crowd(8, act).wait() for status in each} == {200}
    answers = Crowd(8, lambda number: callers[number].tag(disputed, "quote", version=0)).wait()
    assert sorted(each.status for each in answers) == [200] + [412] * 7
    assert len(callers[1].documents()[0]["sentences"]) == len(callers[0].documents()[0]["sentences"])
    assert {bool(callers[each].my_tag(disputed)) for each in (0, 1)} == {True}
    assert desk.run("check").stdout == "All is well.\n"


def test_articles_are_loaded_and_exported_beside_people_who_tag(desk: Desk, server: Server) -> None:
    folder = desk.write_articles(80)
    loading = [desk.begin("seeds", "load", folder) for _ in range(2)]
    callers = [server.caller(desk.tokens["alice"]) for _ in range(4)]
    places = callers[0].places()

    def act(number: int) -> list[int]:
        statuses = []
        for round_ in range(10_000):
            statuses += [callers[number].tag(each, "claim").status for each in places[number : number + 4]]
            if round_ > 3 and all(each.poll() is not None for each in loading):
                break
        return statuses

    crowd = Crowd(4, act)
    exported = json.loads(desk.export())
    told = [each.communicate(timeout=60)[0].splitlines() for each in loading]

    assert {status for each in crowd.wait() for status in each} == {200}
    assert [each.returncode for each in loading] == [0, 0]
    new = [sum(line.startswith("new\t") for line in lines) for lines in told]
    assert sum(new) == 80, "an article was loaded twice or not at all"
    assert 2 <= len(exported["documents"]) <= 82
    assert desk.run("check").stdout == "All is well.\n"
    assert len(callers[0].api("GET", "/documents?limit=100").json["items"]) == 82


def tag_on(caller: Caller, places: list[Place], told: dict[Place, int], is_over: threading.Event) -> None:
    while not is_over.is_set():
        for place in places:
            answer = caller.tag(place, "quote", note=f"version {told.get(place, 0) + 1}")
            assert answer.status == 200, answer.text
            told[place] = answer.version


def test_a_backup_while_people_work_holds_all_that_was_acknowledged_and_restores_to_the_same_bytes(
    desk: Desk, server: Server, tmp_path: Path
) -> None:
    callers = [server.caller(desk.tokens["alice"]) for _ in range(4)]
    places = callers[0].places()
    told: list[dict[Place, int]] = [{} for _ in callers]
    is_over = threading.Event()
    crowd = Crowd(4, lambda number: tag_on(callers[number], places[number:20:4], told[number], is_over))
    try:
        until(lambda: all(len(each) >= 5 for each in told), "tagged them all once")
        before = {place: version for each in told for place, version in list(each.items())}
        desk.run("backup", tmp_path / "monday.db")
    finally:
        is_over.set()
    crowd.wait()

    other = Desk(tmp_path / "other", desk.tokens)
    other.folder.mkdir()
    other.run("restore", tmp_path / "monday.db")
    first = other.export()
    stored = {
        Place(document["id"], sentence["start"], sentence["end"]): each["version"]
        for document in json.loads(first)["documents"]
        for sentence in document["sentences"]
        for each in sentence["annotations"]
    }
    assert all(stored[place] >= version for place, version in before.items())
    assert other.run("check").stdout == "All is well.\n"

    desk.run("restore", tmp_path / "monday.db")
    assert desk.export() == first


def test_restoring_keeps_what_was_there(desk: Desk, tmp_path: Path) -> None:
    desk.run("backup", tmp_path / "empty.db")
    server = desk.serve()
    caller = server.caller(desk.tokens["alice"])
    for place in caller.places()[:5]:
        assert caller.tag(place, "claim").status == 200
    assert server.stop() == 0
    worked_on = desk.export()

    desk.run("restore", tmp_path / "empty.db")
    assert desk.export() != worked_on
    (kept,) = (desk.folder / "backups").iterdir()
    desk.run("restore", kept)

    assert desk.export() == worked_on


RESTORE_MANY = """
import sys
from annotate.cli import commands

for _ in range(5):
    commands(["restore", sys.argv[1]], standalone_mode=False)
"""


def test_restoring_again_within_a_second_keeps_all_that_was_there(desk: Desk, tmp_path: Path) -> None:
    desk.run("backup", tmp_path / "one.db")

    restoring = desk.start([sys.executable, "-c", RESTORE_MANY, str(tmp_path / "one.db")])
    told, errors = restoring.communicate(timeout=60)

    assert restoring.returncode == 0, errors
    assert len(told.splitlines()) == 10
    assert len(list((desk.folder / "backups").iterdir())) == 5, told


def test_a_restore_beside_a_running_server_is_seen_by_the_server(
    desk: Desk, server: Server, alice: Caller, tmp_path: Path
) -> None:
    place = alice.places()[0]
    assert alice.tag(place, "claim", note="before the backup").version == 1
    desk.run("backup", tmp_path / "one.db")
    for version in range(1, 30):
        assert alice.tag(place, "quote", note="after it", version=version).status == 200

    desk.run("restore", tmp_path / "one.db")

    readers = [server.caller(desk.tokens["alice"]) for _ in range(8)]
    seen = Crowd(8, lambda number: readers[number].my_tag(place)).wait()
    assert {(each["note"], each["version"]) for each in seen} == {("before the backup", 1)}
    assert alice.tag(place, "none", version=1).version == 2
    assert desk.run("check").stdout == "All is well.\n"
    assert len(server.lines) == 1, server.log


def test_people_who_tag_during_a_restore_get_no_error(desk: Desk, server: Server, tmp_path: Path) -> None:
    desk.run("backup", tmp_path / "one.db")
    callers = [server.caller(desk.tokens["alice"]) for _ in range(4)]
    places = callers[0].places()
    is_over = threading.Event()
    crowd = Crowd(4, lambda number: tag_on(callers[number], places[number::4], {}, is_over))

    try:
        desk.run("restore", tmp_path / "one.db")
    finally:
        is_over.set()

    crowd.wait()
    assert desk.run("check").stdout == "All is well.\n"


def test_a_damaged_backup_is_refused_and_nothing_is_changed(desk: Desk, tmp_path: Path) -> None:
    before = desk.database.read_bytes()
    for name, junk in (("text.db", b"no database " * 1000), ("cut.db", desk.database.read_bytes()[:9000])):
        (tmp_path / name).write_bytes(junk)
        assert "backup" in desk.refusal("restore", tmp_path / name)
    assert "no such file" in desk.refusal("restore", tmp_path / "nowhere.db")
    assert desk.database.read_bytes() == before


def test_a_backup_never_overwrites_a_file(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    assert "exists" in desk.refusal("backup", tmp_path / "thesis.txt")
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


DAMAGES = {
    "no database": lambda sound: b"no database " * 1000,
    "junk at its beginning": lambda sound: b"\xa5" * 4096 + sound[4096:],
    "junk in its first table": lambda sound: sound[:100] + b"\xa5" * 300 + sound[400:],
    "almost nothing": lambda sound: sound[:100],
}


@pytest.mark.parametrize("harm", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_database_can_be_replaced_by_a_backup_and_is_kept(
    desk: Desk, tmp_path: Path, harm: Callable[[bytes], bytes]
) -> None:
    desk.run("backup", tmp_path / "one.db")
    sound = desk.export()
    damaged = harm(desk.database.read_bytes())
    desk.database.write_bytes(damaged)
    Path(f"{desk.database}-wal").write_bytes(b"log")
    assert desk.refusal()
    Path(f"{desk.database}-wal").write_bytes(b"log")

    told = desk.run("restore", tmp_path / "one.db").stdout

    assert desk.export() == sound
    assert desk.run("check").stdout == "All is well.\n"
    (kept,) = (desk.folder / "backups").glob("*.db")
    assert kept.name.startswith("damaged-")
    assert str(kept) in told
    assert kept.read_bytes() == damaged


def test_a_database_with_damage_in_its_middle_is_kept_and_replaced(desk: Desk, tmp_path: Path) -> None:
    desk.run("backup", tmp_path / "one.db")
    sound = desk.export()
    content = desk.database.read_bytes()
    middle = len(content) // 4096 // 2 * 4096
    desk.database.write_bytes(content[:middle] + b"\xa5" * 4096 + content[middle + 4096 :])

    desk.run("restore", tmp_path / "one.db")

    assert desk.export() == sound
    assert len(list((desk.folder / "backups").iterdir())) == 1


def notes_in(path: Path) -> set[str]:
    """Return every note that was ever stored, out of the history."""
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute("SELECT now FROM events WHERE now LIKE '%note%'").fetchall()
    return {note for (now,) in rows if (note := json.loads(now).get("note"))}


def test_nothing_acknowledged_falls_between_what_a_restore_keeps_and_what_it_brings(
    desk: Desk, server: Server, tmp_path: Path
) -> None:
    desk.run("backup", tmp_path / "one.db")
    callers = [server.caller(desk.tokens["alice"]) for _ in range(4)]
    places = callers[0].places()
    acknowledged: list[set[str]] = [set() for _ in callers]
    is_over = threading.Event()

    def act(number: int) -> None:
        while not is_over.is_set():
            note = f"note {number}-{len(acknowledged[number])}"
            assert callers[number].tag(places[number], "quote", note=note).status == 200
            acknowledged[number].add(note)

    crowd = Crowd(4, act)
    try:
        until(lambda: all(acknowledged), "tagged")
        restoring = desk.start([sys.executable, "-c", RESTORE_MANY, str(tmp_path / "one.db")])
        _, errors = restoring.communicate(timeout=60)
        assert restoring.returncode == 0, errors
    finally:
        is_over.set()
    crowd.wait()

    kept = list((desk.folder / "backups").glob("*.db"))
    assert len(kept) == 5
    stored = set().union(*(notes_in(each) for each in [*kept, desk.database]))
    assert set().union(*acknowledged) <= stored


KEEP_MANY = """
import sys
from pathlib import Path
from annotate.database import keep_copy

source, folder = Path(sys.argv[1]), Path(sys.argv[2])
sys.stdin.read()
for _ in range(5):
    print(keep_copy(source, folder, "test").name)
"""


def test_processes_that_keep_a_copy_in_the_same_second_never_take_the_same_name(
    desk: Desk, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", KEEP_MANY, str(desk.database), str(tmp_path / "kept")]
    keeping = [desk.start(command) for _ in range(3)]

    told = [each.communicate(timeout=60) for each in keeping]

    assert [each.returncode for each in keeping] == [0, 0, 0], told
    names = [name for out, _ in told for name in out.splitlines()]
    assert len(names) == len(set(names)) == 15
    assert {each.name for each in (tmp_path / "kept").iterdir()} == set(names)


@pytest.mark.parametrize("knows_links", [True, False])
def test_a_name_that_another_took_meanwhile_is_not_taken_from_it(
    monkeypatch: pytest.MonkeyPatch, desk: Desk, tmp_path: Path, knows_links: bool
) -> None:
    if not knows_links:
        monkeypatch.setattr(os, "link", refuse_links)
    (tmp_path / "mine.db").write_text("mine")

    with pytest.raises(Refused, match="exists"):
        copy_database(desk.database, tmp_path / "mine.db")
    copy_database(desk.database, tmp_path / "free.db")

    assert (tmp_path / "mine.db").read_text() == "mine"
    assert not find_damage(tmp_path / "free.db")
    assert {each.name for each in tmp_path.glob("*.db")} == {"mine.db", "free.db"}
    assert not list(tmp_path.glob(".*.partial"))


def refuse_links(*_: object) -> None:
    raise PermissionError(1, "Operation not permitted")  # what a memory stick says


NEXT_PROGRAM = """
import sys
from annotate.cli import commands
from annotate.migrations import MIGRATIONS

@MIGRATIONS()
def m9000_next(db):
    db.execute("CREATE TABLE next (id INTEGER PRIMARY KEY) STRICT")
    db.execute("INSERT INTO next SELECT count(*) FROM sentences")

commands(sys.argv[1:])
"""


def test_a_backup_of_an_older_layout_is_brought_up_and_the_file_stays_as_it_is(
    desk: Desk, tmp_path: Path
) -> None:
    backup = tmp_path / "old.db"
    desk.run("backup", backup)
    old, exported = backup.read_bytes(), desk.export()

    def run_next(*words: object) -> str:
        process = desk.start([sys.executable, "-c", NEXT_PROGRAM, *map(str, words)])
        told, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        return told

    run_next("init")
    run_next("restore", backup)

    assert run_next("export").encode() == exported
    with closing(sqlite3.connect(desk.database)) as db:
        ((n_sentences,),) = db.execute("SELECT id FROM next").fetchall()
    assert n_sentences > 0, "it was migrated before its content came"
    assert backup.read_bytes() == old
    names = sorted(each.name.partition("-2")[0] for each in (desk.folder / "backups").iterdir())
    assert names == ["before-migration", "before-restore"]
    assert not list(desk.folder.glob(".restore-*"))

    assert "newer" in desk.refusal("restore", backup)  # the older program leaves the newer layout alone
    assert run_next("export").encode() == exported


def test_somebody_elses_database_is_no_backup(desk: Desk, tmp_path: Path) -> None:
    before = desk.export()
    with closing(sqlite3.connect(tmp_path / "recipes.db")) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    (tmp_path / "empty.db").touch()

    for name in ("recipes.db", "empty.db"):
        assert "not a database of this program" in desk.refusal("restore", tmp_path / name)
    assert desk.export() == before
    assert not (desk.folder / "backups").exists()


def test_a_restore_onto_a_database_that_stays_locked_gives_up_and_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, desk: Desk, tmp_path: Path
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.3)
    desk.run("backup", tmp_path / "one.db")
    before = desk.export()

    with closing(our_sqlite3.connect(desk.database, isolation_level=None)) as stranger:
        stranger.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="busy"):
            replace_content(desk.database, tmp_path / "one.db", desk.folder / "backups")
        stranger.execute("ROLLBACK")

    assert desk.export() == before
    desk.run("restore", tmp_path / "one.db")


def test_a_backup_of_a_database_that_stays_locked_gives_up_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.3)
    with closing(our_sqlite3.connect(tmp_path / "one.db", isolation_level=None)) as stranger:
        stranger.execute("CREATE TABLE t (x)")
        stranger.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Unavailable, match=r"busy|locked"):
            copy_database(tmp_path / "one.db", tmp_path / "copy.db")

    assert [each.name for each in tmp_path.iterdir()] == ["one.db"]
