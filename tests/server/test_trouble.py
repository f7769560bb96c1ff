"""A locked database, a full disk: nothing is acknowledged that is not stored, and it passes by itself."""

import resource
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import PASSWORD
from tests.server.caller import Answer, Caller, Crowd, Place
from tests.server.conftest import Desk, Server


def check_unavailable(answer: Answer) -> None:
    assert answer.status == 503, answer.text
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.json["error"]["code"] == "unavailable"
    assert "sqlite" not in answer.text.lower()
    assert "annotate.db" not in answer.text


def test_a_locked_database_is_waited_for_and_then_503_and_works_again_by_itself(
    desk: Desk, server: Server, alice: Caller
) -> None:
    place, other = alice.places()[:2]
    with closing(sqlite3.connect(desk.database, isolation_level=None)) as stranger:
        stranger.execute("BEGIN IMMEDIATE")
        writers = [server.caller(desk.tokens["alice"]) for _ in range(2)]
        begun = time.monotonic()
        crowd = Crowd(2, lambda number: writers[number].tag(place, "claim", version=0, key=f"key-{number}"))
        assert alice.get("/api/v1/documents").status == 200  # reading goes on
        answers = crowd.wait()
        waited = time.monotonic() - begun
        stranger.execute("ROLLBACK")
    for answer in answers:
        check_unavailable(answer)
    assert waited >= 5  # promised: waited for at least so long
    assert alice.my_tag(place) is None

    with closing(sqlite3.connect(desk.database, isolation_level=None)) as stranger:
        stranger.execute("BEGIN EXCLUSIVE")
        late = server.caller(desk.tokens["alice"])
        crowd = Crowd(1, lambda _: late.tag(other, "quote", version=0))
        assert alice.my_tag(other) is None
        stranger.execute("ROLLBACK")
        assert [each.status for each in crowd.wait()] == [200]  # it only had to wait

    again = alice.tag(place, "claim", version=0, key="key-0")
    assert (again.status, again.version) == (200, 1)


def test_on_a_full_disk_writing_is_503_reading_goes_on_and_it_recovers_by_itself(
    desk: Desk, server: Server, alice: Caller
) -> None:
    places = alice.places()
    browser = server.caller()
    assert browser.sign_in("bob", PASSWORD).status == 302
    assert alice.tag(places[0], "claim").version == 1
    pid = server.process.pid
    full, plenty = (0, resource.RLIM_INFINITY), (resource.RLIM_INFINITY, resource.RLIM_INFINITY)

    resource.prlimit(pid, resource.RLIMIT_FSIZE, full)
    for _ in range(3):
        check_unavailable(alice.tag(places[0], "quote", version=1, key="later"))
        check_unavailable(alice.tag(places[1], "quote", version=0))
        assert browser.api("PUT", places[2].path, {"end": places[2].end, "label": "none"}).status == 503
    stored = alice.my_tag(places[0])
    assert stored
    assert (stored["label"], stored["version"]) == ("claim", 1)
    assert alice.my_tag(places[1]) is None
    for path in ("/", "/documents", f"/documents/{places[0].document}", "/account"):
        assert browser.get(path).status == 200, path
    assert alice.get("/api/v1/export").status == 200
    assert server.caller().sign_in("alice", PASSWORD).status == 503
    assert browser.post("/logout").status == 503
    fresh = [server.caller(desk.tokens["alice"]) for _ in range(8)]  # threads that have not read before
    assert [each.status for each in Crowd(8, lambda number: fresh[number].get("/healthz")).wait()] == [
        200
    ] * 8

    resource.prlimit(pid, resource.RLIMIT_FSIZE, plenty)
    assert alice.tag(places[0], "quote", version=1, key="later").version == 2
    assert [alice.tag(each, "none", version=0).status for each in places[1:10]] == [200] * 9
    assert "Traceback" not in server.log
    assert server.stop() == 0
    assert desk.run("check").stdout == "All is well.\n"


@pytest.fixture
def small_disk(desk: Desk, tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB that holds the desk, where we may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    try:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], capture_output=True, check=False
        )
    except OSError:
        pytest.skip("there is no way to mount a small disk here")
    if done.returncode:
        pytest.skip("a small disk can be mounted by root alone")
    try:
        for each in desk.folder.iterdir():
            shutil.copyfile(each, disk / each.name)
        desk.folder, desk.database = disk, disk / "annotate.db"
        yield disk
    finally:
        desk.clear()
        subprocess.run(["umount", disk], check=True)


def test_a_disk_that_fills_up_while_people_tag_loses_nothing_acknowledged(
    desk: Desk, small_disk: Path
) -> None:
    server = desk.serve()
    caller = server.caller(desk.tokens["alice"])
    places = caller.places()
    told: dict[str, int] = {}
    note = "n" * 3000
    for number in range(5000):
        place = places[number % len(places)]
        answer = caller.tag(place, "claim", note=note, version=told.get(place.path, 0))
        if answer.status != 200:
            break
        told[place.path] = answer.version
    else:
        raise AssertionError("it was never full")
    check_unavailable(answer)
    assert server.caller(desk.tokens["bob"]).get("/api/v1/documents").status == 200
    stored = {
        Place(document["id"], sentence["start"], sentence["end"]).path: each["version"]
        for document in caller.documents()
        for sentence in document["sentences"]
        for each in sentence["annotations"]
    }
    assert stored == told

    subprocess.run(["mount", "-o", "remount,size=64m", small_disk], check=True)

    assert caller.tag(places[0], "quote", version=told.get(places[0].path, 0)).status == 200
    assert server.stop() == 0
    assert desk.run("check").stdout == "All is well.\n"
