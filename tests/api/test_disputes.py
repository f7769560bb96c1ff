"""The list of disputes: which are in it, in which order, and how it is filtered and paged."""

from collections.abc import Callable
from typing import Any

import pytest

from annotate.checking import find_faults
from annotate.database import Database
from annotate.store.collections import limit_collection
from tests.client import Client

LINES = "One bridge\n\nTwo ferries run.\n\nThree cranes fell.\n\nFour ships left.\n"


def listed(client: Client, query: str = "") -> list[dict[str, Any]]:
    answer = client.send("GET", f"/disputes{query}")
    assert answer.status_code == 200, answer.text
    return list(answer.get_json()["items"])


def starts(client: Client, query: str = "") -> list[str]:
    return [each["text"] for each in listed(client, query)]


@pytest.fixture
def trio(add_story: Callable[..., str], alice: Client, bob: Client, carol: Client) -> str:
    """A document that three have signed off: all differ on 1, 2:1 on 2, 2:1 on 3, agreed on 4."""
    document = add_story(LINES, name="trio.txt", reviews_needed=3)
    for client, labels in (
        (alice, ("claim", "claim", "quote", "none")),
        (bob, ("quote", "claim", "claim", "none")),
        (carol, ("none", "quote", "claim", "none")),
    ):
        client.tag_all(document, *labels)
        client.sign_off(document)
    return document


def test_the_worst_come_first_with_every_vote_and_what_deciding_takes(
    alice: Client, bob: Client, trio: str, add_story: Callable[..., str], db: Database
) -> None:
    two = add_story("Short\n\nOnly two see this.\n", name="two.txt")
    for client, label in ((alice, "claim"), (bob, "none")):
        client.tag(two, client.sentences(two)[1], label, note="It depends.", speaker="Ida")

    found = listed(alice)

    assert [each["text"] for each in found] == [
        "One bridge",  # two of three would be overruled
        "Only two see this.",  # one of two
        "Two ferries run.",  # one of three; the older of two that weigh the same
        "Three cranes fell.",
    ]
    assert [each["weight"] for each in found] == [666_003, 500_002, 333_003, 333_003]
    assert found[1] == {
        "document": two,
        "title": "Short",
        "collection": "desk",
        "start": 7,
        "end": 25,
        "text": "Only two see this.",
        "votes": [
            {"reviewer": "alice", "label": "claim", "speaker": "Ida", "note": "It depends."},
            {"reviewer": "bob", "label": "none", "speaker": "Ida", "note": "It depends."},
        ],
        "version": 2,
        "weight": 500_002,
    }
    assert find_faults(db) == []


def test_votes_that_come_later_change_the_weight_and_not_the_version(
    dana: Client, alice: Client, trio: str, db: Database
) -> None:
    before = listed(alice)
    dana.tag(trio, dana.sentences(trio)[1], "quote")  # 2:2 now

    after = listed(alice)

    assert [each["text"] for each in after][:2] == ["One bridge", "Two ferries run."]
    assert (after[1]["weight"], after[1]["version"]) == (500_004, before[1]["version"])
    assert find_faults(db) == []


def test_it_is_filtered_and_paged(
    alice: Client, bob: Client, trio: str, add_story: Callable[..., str]
) -> None:
    other = add_story("Short\n", name="two.txt")
    for client, label in ((alice, "claim"), (bob, "none")):
        client.tag(other, client.sentences(other)[0], label)

    assert starts(alice, "?pair=claim-quote") == ["One bridge", "Two ferries run.", "Three cranes fell."]
    assert starts(alice, "?pair=quote-none") == ["One bridge"]
    assert starts(alice, "?pair=claim-none&reviewer=") == ["One bridge", "Short"]
    assert starts(alice, "?reviewer=carol&pair=claim-none") == ["One bridge"]
    assert starts(alice, "?reviewer=nobody") == starts(alice, "?collection=nope") == []
    seen, cursor = [], ""
    while cursor is not None:
        page = alice.send("GET", f"/disputes?limit=1&cursor={cursor}" if cursor else "/disputes?limit=1")
        seen += [each["text"] for each in page.get_json()["items"]]
        cursor = page.get_json()["next"]
    assert seen == starts(alice)


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "cursor=1",
        "cursor=-1.2",
        "cursor=1.x",
        "pair=claim",
        "pair=none-claim",
        "sort=x",
    ],
)
def test_it_takes_only_what_it_offers(alice: Client, query: str) -> None:
    assert alice.send("GET", f"/disputes?{query}").status_code == 422


def test_nothing_of_what_is_blind_closed_superseded_or_hidden_is_in_it(
    alice: Client, bob: Client, carol: Client, dana: Client, pair: str, db: Database
) -> None:
    for client, label in ((alice, "claim"), (bob, "quote")):
        client.tag_all(pair, label)
    alice.sign_off(pair)
    assert [listed(each) for each in (alice, bob, carol, dana)] == [[], [], [], []]
    bob.sign_off(pair)
    assert len(listed(bob)) == 1

    limit_collection(db, "desk", ["alice", "carol"])

    assert [len(listed(each)) for each in (alice, bob, carol, dana)] == [1, 0, 1, 1]
    for state in ("closed", "superseded", "withdrawn"):
        with db.transaction():
            db.write("UPDATE documents SET state = :state WHERE id = :id", state=state, id=pair)
        assert listed(dana) == []


def test_a_dispute_leaves_and_comes_back_with_its_decision_and_goes_with_its_boundaries(
    alice: Client, bob: Client, carol: Client, add_story: Callable[..., str], db: Database
) -> None:
    document = add_story("Bridge\n\nIt was closed on Monday, and a ferry runs.\n")
    for client, label in ((alice, "claim"), (bob, "quote")):
        client.tag(document, client.sentences(document)[1], label)
    sentence = carol.sentences(document)[1]

    carol.split(document, sentence, sentence["text"].index("and a"))
    assert starts(carol) == ["It was closed on Monday,", "and a ferry runs."]
    assert find_faults(db) == []

    second = carol.sentences(document)[2]
    carol.write(document, second, "decision", {"label": "claim"}, version=second["decision"]["version"])
    assert starts(carol) == ["It was closed on Monday,"]
    second = carol.sentences(document)[2]
    carol.write(document, second, "decision", {"label": None}, version=second["decision"]["version"])
    assert len(starts(carol)) == 2
    first = carol.sentences(document)[1]
    carol.merge(document, first)
    assert starts(carol) == ["It was closed on Monday, and a ferry runs."]
    assert find_faults(db) == []


def test_a_stranger_reads_none(stranger: Client) -> None:
    assert stranger.send("GET", "/disputes").status_code == 401
