"""kill -9 at any moment: nothing that was acknowledged is lost, nothing is done twice."""

import random
import threading
from dataclasses import dataclass, field

import pytest

from tests.server.caller import GONE, Caller, Crowd, Place
from tests.server.conftest import Desk, Server, until

LABELS = ("claim", "quote", "boilerplate", "none")
N_CLIENTS = 4


@dataclass
class Diary:
    """What one client sent and what it was told."""

    acknowledged: dict[Place, tuple[str, int, bytes]] = field(default_factory=dict)
    unanswered: tuple[Place, str, int, str] | None = None


def tag_until_it_dies(caller: Caller, places: list[Place], chance: random.Random, name: str) -> Diary:
    diary = Diary()
    for number in range(100_000):
        place = chance.choice(places)
        label = chance.choice(LABELS)
        version = diary.acknowledged[place][1] if place in diary.acknowledged else 0
        key = f"{name}-{number}"
        diary.unanswered = (place, label, version, key)
        try:
            answer = caller.tag(place, label, version=version, key=key)
        except GONE:
            return diary
        assert answer.status == 200, answer.text
        assert answer.version == version + 1
        diary.acknowledged[place] = (label, answer.version, answer.body)
        diary.unanswered = None
    raise AssertionError("it was never killed")


def kill_while_tagging(desk: Desk, server: Server, chance: random.Random) -> list[Diary]:
    callers = [server.caller(desk.tokens["alice"]) for _ in range(N_CLIENTS)]
    places = callers[0].places()
    seeds = [chance.random() for _ in callers]
    crowd = Crowd(
        N_CLIENTS,
        lambda number: tag_until_it_dies(
            callers[number], places[number::N_CLIENTS], random.Random(seeds[number]), f"client-{number}"
        ),
    )
    threading.Event().wait(chance.uniform(0.05, 0.6))  # any moment will do
    server.kill()
    diaries: list[Diary] = crowd.wait()
    return diaries


@pytest.mark.parametrize("seed", range(3))
def test_kill_9_loses_nothing_acknowledged_and_a_retry_is_one_change(desk: Desk, seed: int) -> None:
    diaries = kill_while_tagging(desk, desk.serve(), random.Random(seed))

    caller = desk.serve().caller(desk.tokens["alice"])
    stored = {
        Place(document["id"], sentence["start"], sentence["end"]): each
        for document in caller.documents()
        for sentence in document["sentences"]
        for each in sentence["annotations"]
    }

    asked = {diary.unanswered[0] for diary in diaries if diary.unanswered}
    told = {place: what for diary in diaries for place, what in diary.acknowledged.items()}
    for place, (label, version, _) in told.items():
        if place in asked and stored[place]["version"] == version + 1:
            continue  # stored, and killed before it could say so; asked again below
        assert (stored[place]["label"], stored[place]["version"]) == (label, version)
    assert set(stored) - set(told) <= asked
    for diary in diaries:
        if diary.unanswered is None:
            continue
        place, label, version, key = diary.unanswered
        first = caller.tag(place, label, version=version, key=key)
        again = caller.tag(place, label, version=version, key=key)
        assert (first.status, first.version) == (200, version + 1), first.text
        assert (again.status, again.body) == (200, first.body)
        mine = caller.my_tag(place)
        assert mine
        assert (mine["label"], mine["version"]) == (label, version + 1)
    assert desk.run("check").stdout == "All is well.\n"


def test_articles_are_whole_or_absent_when_loading_is_killed(desk: Desk) -> None:
    folder = desk.write_articles(60)
    chance = random.Random(7)
    for _ in range(2):
        loading = desk.begin("seeds", "load", folder)
        assert loading.stdout is not None
        for _ in range(chance.randrange(1, 12)):
            loading.stdout.readline()
        loading.kill()
        loading.communicate()

    done = desk.run("seeds", "load", folder)

    assert "refused" not in done.stderr
    assert desk.run("check").stdout == "All is well.\n"
    assert len(desk.run("seeds", "list").stdout.splitlines()) == 62
    assert (
        desk.run("seeds", "load", folder).stdout.splitlines()[-1]
        == "0 new, 0 revised, 0 updated, 60 unchanged, 0 refused."
    )


def test_a_server_killed_while_another_works_does_not_hold_the_other_up(desk: Desk) -> None:
    first, second = desk.serve(), desk.serve()
    caller = second.caller(desk.tokens["bob"])
    places = caller.places()
    dying = first.caller(desk.tokens["alice"])
    until(lambda: dying.tag(places[0], "claim").status == 200, "tagged")

    first.kill()

    assert [caller.tag(each, "quote").status for each in places[:10]] == [200] * 10
