"""Many people at the same moment: nobody fails, nobody overwrites anybody."""

from collections import Counter

import pytest

from annotate.database import open_database
from annotate.store.tokens import add_token
from tests.conftest import PASSWORD, add_crowd
from tests.server.caller import Caller, Crowd
from tests.server.conftest import Desk, Server

PEOPLE = ("alice", "bob", "carol")


def test_eight_people_tag_different_sentences_at_once_without_an_error(desk: Desk, server: Server) -> None:
    callers = [server.caller(desk.tokens[PEOPLE[each % 3]]) for each in range(8)]
    places = callers[0].places()
    assert len(places) >= 80

    def act(number: int) -> list[int]:
        mine = places[number::8]
        return [callers[number].tag(each, "claim", version=0, key=each.path[-40:]).status for each in mine]

    statuses = [status for each in Crowd(8, act).wait() for status in each]

    assert Counter(statuses) == {200: len(places)}
    stored = [sentence for document in callers[0].documents() for sentence in document["sentences"]]
    assert {each["label"] for each in stored} == {"claim"}
    assert {len(each["annotations"]) for each in stored} == {1}
    assert desk.run("check").stdout == "All is well.\n"


def test_of_many_writers_of_one_version_exactly_one_is_acknowledged(desk: Desk, server: Server) -> None:
    callers = [server.caller(desk.tokens["alice"]) for _ in range(8)]
    place = callers[0].places()[3]
    assert callers[0].tag(place, "none", version=0).version == 1

    for round_ in range(1, 6):
        answers = Crowd(
            8, lambda number, seen=round_: callers[number].tag(place, "quote", note=str(number), version=seen)
        ).wait()

        assert Counter(each.status for each in answers) == {200: 1, 412: 7}
        (winner,) = [number for number, each in enumerate(answers) if each.status == 200]
        stored = callers[0].my_tag(place)
        assert stored
        assert (stored["note"], stored["version"]) == (str(winner), round_ + 1)
        assert {each.json["error"]["current"]["version"] for each in answers if each.status == 412} == {
            round_ + 1
        }


def test_the_same_request_sent_eight_times_at_once_is_one_change_and_one_answer(
    desk: Desk, server: Server
) -> None:
    callers = [server.caller(desk.tokens["alice"]) for _ in range(8)]
    place = callers[0].places()[5]

    answers = Crowd(8, lambda number: callers[number].tag(place, "claim", version=0, key="once")).wait()

    assert {(each.status, each.version, each.body) for each in answers} == {(200, 1, answers[0].body)}
    stored = callers[0].my_tag(place)
    assert stored
    assert stored["version"] == 1


def test_what_one_connection_was_told_is_saved_is_read_at_once_on_every_other(
    desk: Desk, server: Server
) -> None:
    writer = server.caller(desk.tokens["alice"])
    readers = [server.caller(desk.tokens["alice"]) for _ in range(8)]
    place = writer.places()[0]

    for version in range(20):
        assert writer.tag(place, "claim", note=str(version), version=version).status == 200
        seen = Crowd(8, lambda number: readers[number].my_tag(place)).wait()
        assert {(each["note"], each["version"]) for each in seen} == {(str(version), version + 1)}


def test_many_sign_in_at_once_and_all_get_in(server: Server) -> None:
    def act(_: int) -> int:
        with Caller(server.port) as browser:
            assert browser.sign_in("alice", PASSWORD).status == 302
            return browser.get("/").status

    assert Crowd(8, act).wait() == [200] * 8


@pytest.mark.parametrize("needed", [1, 2])
def test_twenty_who_ask_for_the_next_document_at_once_never_get_one_too_often(
    desk: Desk, needed: int
) -> None:
    desk.run("seeds", "load", desk.write_articles(20, n_lines=1), "--reviews", needed)
    db = open_database(desk.database)
    people = add_crowd(db, 20)
    tokens = [add_token(db, each, name="t", scope="write", days=None) for each in people]
    server = desk.serve()
    callers = [server.caller(token) for token in tokens]

    def act(number: int) -> list[str]:
        answers = [callers[number].api("GET", "/queue/next") for _ in range(2)]  # a retry gives the same
        assert [each.status for each in answers] == [200, 200]
        return [each.json["document"]["id"] for each in answers]

    given = Crowd(20, act).wait()

    assert all(first == again for first, again in given)
    n_places = {
        each["id"]: each["reviews_needed"]
        for each in callers[0].api("GET", "/documents?limit=100").json["items"]
    }
    for document, n in Counter(first for first, _ in given).items():
        assert n <= n_places[document]
    assert desk.run("check").stdout == "All is well.\n"
