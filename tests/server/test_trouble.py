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

from annotate import database
from annotate.database import FairLock
from tests.conftest import PASSWORD
from tests.server.caller import Answer, Caller, Crowd, Place
from tests.server.conftest import Desk, Server, until


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


def test_eight_writers_that_wait_for_a_locked_database_leave_threads_to_those_who_read(
    desk: Desk, server: Server, alice: Caller
) -> None:
    places = alice.places()
    writers = [server.caller(desk.tokens["alice"]) for _ in range(8)]  # as many as there are threads

    def act(number: int) -> tuple[Answer, float]:
        begun = time.monotonic()
        return writers[number].tag(places[number], "claim", version=0), time.monotonic() - begun

    with closing(sqlite3.connect(desk.database, isolation_level=None)) as stranger:
        stranger.execute("BEGIN IMMEDIATE")
        crowd = Crowd(8, act)
        until(lambda: sum(each is not None for each in crowd.results) == 2, "refused those too many", 5)
        for path in ("/documents", places[0].path.partition("/sentences")[0]):
            begun = time.monotonic()
            assert alice.get(f"/api/v1{path}").status == 200
            assert time.monotonic() - begun < 3
        assert sum(each is not None for each in crowd.results) == 2, "the others should still wait"
        late = server.caller(desk.tokens["alice"])
        begun = time.monotonic()
        check_unavailable(late.tag(places[9], "claim", version=0))  # enough wait already
        assert time.monotonic() - begun < 3
        stranger.execute("ROLLBACK")

    answers = crowd.wait()
    refused = [each for each, waited in answers if each.status != 200]
    assert len(refused) == 2
    for each in refused:
        check_unavailable(each)
    assert alice.tag(places[9], "claim", version=0).status == 200


def test_who_waits_in_a_queue_that_moves_is_not_refused_however_long_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(database, "STUCK_SECONDS", 0.5)
    lock = FairLock(most=2)
    served = []

    def act(number: int) -> bool:
        is_ours = lock.acquire(8)
        if is_ours:
            served.append(number)
            time.sleep(0.1)  # at work: one is far from stuck, all of them take twice as long as that
            lock.release()
        return is_ours

    assert Crowd(10, act).wait() == [True] * 10
    assert sorted(served) == list(range(10))


def test_who_waits_in_a_queue_that_is_stuck_is_refused_where_enough_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(database, "STUCK_SECONDS", 0.3)
    lock = FairLock(most=3)
    assert lock.acquire(0)

    crowd = Crowd(6, lambda _: lock.acquire(30))
    until(lambda: crowd.results.count(False) == 4, "refused")
    assert not lock.acquire(30)
    for _ in range(3):
        lock.release()

    assert sorted(crowd.wait()) == [False] * 4 + [True] * 2
    assert lock.acquire(0), "it was left held"


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
