"""A second server and the commands beside a running one, backups while people work, and restoring."""

import json
import sys
import threading
from pathlib import Path

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


def test_a_damaged_database_can_be_replaced_by_a_backup(desk: Desk, tmp_path: Path) -> None:
    desk.run("backup", tmp_path / "one.db")
    sound = desk.export()
    desk.database.write_bytes(b"no database " * 1000)
    assert desk.refusal()

    desk.run("restore", tmp_path / "one.db")

    assert desk.export() == sound
