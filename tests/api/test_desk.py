"""The verification desk through the API: what it lists and counts, who has what."""

from collections.abc import Callable
from typing import Any

import pytest

from annotate.database import Database
from annotate.desk import wanted
from annotate.store.collections import limit_collection
from annotate.store.desk import Count, count_checks
from annotate.store.documents import withdraw_document
from annotate.store.reviewers import Person, get_reviewer, set_active
from tests.client import Client
from tests.conftest import STORY

SOURCE = {"url": "https://records.example.org/bridge", "title": "Inspection", "stance": "supports"}
NOTHING = {
    "status": None,
    "verdict": None,
    "label": None,
    "collection": None,
    "speaker": None,
    "person": None,
    "age": None,
    "q": None,
    "sort": None,
}


def listed(client: Client, query: str = "") -> list[dict[str, Any]]:
    answer = client.send("GET", f"/verifications?{query}")
    assert answer.status_code == 200, answer.text
    return list(answer.get_json()["items"])


def texts(client: Client, query: str = "") -> list[str]:
    return [each["text"][:18] for each in listed(client, query)]


def assign(client: Client, check: dict[str, Any], reviewer: str | None, **options: Any) -> Any:
    body = {"reviewer": reviewer}
    if "question" in options:
        body["question"] = options.pop("question")
    return client.write(check["document"], check, "assignee", body, **options)


@pytest.fixture
def checks(alice: Client, story: str) -> list[dict[str, Any]]:
    """A claim, a quote and a claim again, of one article; all unchecked."""
    alice.tag_all(story, "none", "none", "claim", "claim")
    sentence = alice.sentences(story)[4]
    alice.tag(story, sentence, "quote", speaker="Ida Rask")
    return listed(alice)


def test_a_claim_stands_in_its_context_with_what_is_known_of_it(
    alice: Client, story: str, checks: list[dict[str, Any]]
) -> None:
    title, claim, quote = checks

    assert [each["start"] for each in checks] == sorted(each["start"] for each in checks)
    assert (claim["document"], claim["key"], claim["title"]) == (
        story,
        "desk/story.txt",
        "Harbour bridge closed after inspection",
    )
    assert (claim["before"], claim["after"]) == (title["text"], quote["text"])
    assert STORY[claim["start"] : claim["end"]] == claim["text"]
    assert (quote["label"], quote["speaker"], quote["block"]) == ("quote", "Ida Rask", "paragraph")
    assert (claim["verification"]["status"], claim["verification"]["version"]) == ("unchecked", 0)
    assert (claim["assigned_to"], claim["assignment"], claim["made_on"]) == (None, None, None)


def test_of_a_closed_document_only_what_is_settled_stays_on_the_desk(
    alice: Client, carol: Client, db: Database, story: str, checks: list[dict[str, Any]]
) -> None:
    settled = {"status": "settled", "verdict": "verified", "evidence": [SOURCE]}
    alice.verify(story, checks[0], 0, **settled)
    alice.verify(story, checks[1], 0, status="in_progress")
    plan = {"reviews_needed": 1, "priority": "normal", "assigned": []}
    path = f"/documents/{story}/plan"
    carol.send("PUT", path, {**plan, "closed": True, "reason": "Out of date."}, version=0)

    assert [each["verification"]["status"] for each in listed(alice)] == ["settled"]
    for narrow in ({}, {"label": "claim"}):
        counts = count_checks(db, get_reviewer(db, "alice"), wanted(**{**NOTHING, **narrow}))
        assert {status: each.n for status, each in counts.items() if each.n} == {"settled": 1}

    carol.send("PUT", path, {**plan, "closed": False}, version=1)
    assert len(listed(alice)) == 3


def test_each_filter_shows_what_it_says_and_counts_agree_with_it(
    alice: Client, bob: Client, story: str, checks: list[dict[str, Any]], db: Database
) -> None:
    title, claim, quote = checks
    alice.verify(story, title, 0, status="in_progress", verdict="mixed", evidence=[SOURCE])
    bob.verify(story, quote, 0, status="settled", attribution="confirmed", evidence=[SOURCE])
    assign(alice, claim, "bob")

    for query, expected in {
        "": ["Harbour bridge clo", "The Alder Street b", quote["text"][:18]],
        "status=unchecked": ["The Alder Street b"],
        "status=in_progress": ["Harbour bridge clo"],
        "status=second_look": [],
        "status=settled": [quote["text"][:18]],
        "status=suspended": [],
        "label=quote": [quote["text"][:18]],
        "verdict=mixed": ["Harbour bridge clo"],
        "verdict=unverified": ["The Alder Street b", quote["text"][:18]],
        "collection=desk": ["Harbour bridge clo", "The Alder Street b", quote["text"][:18]],
        "collection=other": [],
        "speaker=Ida+Rask": [quote["text"][:18]],
        "person=alice": ["Harbour bridge clo"],
        "person=bob": ["The Alder Street b", quote["text"][:18]],
        "person=BOB&label=claim": ["The Alder Street b"],
        "q=street+monday": ["The Alder Street b"],
        "q=%22*": [],
        "age=0": ["Harbour bridge clo", "The Alder Street b", quote["text"][:18]],
        "age=1": [],
        "status=&verdict=&label=&q=&sort=": ["Harbour bridge clo", "The Alder Street b", quote["text"][:18]],
    }.items():
        assert texts(alice, query) == expected, query
        asked = dict(pair.split("=") for pair in query.replace("+", " ").split("&") if pair)
        fields = NOTHING | {name: value or None for name, value in asked.items()}
        counts = count_checks(db, get_reviewer(db, "alice"), wanted(**fields))
        shown = fields["status"]
        n = counts[shown].n if shown else sum(counts[each].n for each in list(counts) if each != "suspended")
        assert n == len(expected), query


@pytest.mark.parametrize(
    "query",
    [
        "status=done",
        "verdict=true",
        "label=none",
        "person=nobody",
        "age=-1",
        "age=x",
        "sort=at",
        "cursor=x",
        "cursor=1-x",
        "cursor=-1",
        "limit=0",
        "limit=201",
        "blind=0",
        "speaker=%00",
    ],
)
def test_a_view_takes_only_what_it_offers(alice: Client, query: str) -> None:
    assert alice.send("GET", f"/verifications?{query}").status_code == 422
    if "limit" not in query:
        assert alice.get(f"/verification?{query}").status_code == 422


def test_pages_follow_each_other_in_both_orders_while_work_goes_on(
    alice: Client, add_story: Callable[..., str]
) -> None:
    for n in range(3):
        alice.tag_all(add_story(name=f"{n}.txt"), "claim", "claim", "claim")
    for order in ("newest", "oldest"):
        whole = [(each["key"], each["start"]) for each in listed(alice, f"sort={order}")]
        assert len(whole) == 9
        keys = list(dict.fromkeys(key for key, _ in whole))
        assert keys == sorted(keys, reverse=order == "newest")
        seen, cursor = [], ""
        while cursor is not None:
            page = alice.send("GET", f"/verifications?sort={order}&limit=2&cursor={cursor}").get_json()
            seen += [(each["key"], each["start"]) for each in page["items"]]
            cursor = page["next"]
            first = page["items"][0]  # what has been seen changes: nothing is skipped, nothing comes twice
            alice.verify(first["document"], first, first["verification"]["version"], status="in_progress")
        assert seen == whole


def test_what_is_not_everybodys_to_see_is_off_the_desk(
    alice: Client,
    bob: Client,
    dana: Client,
    story: str,
    checks: list[dict[str, Any]],
    add_story: Callable[..., str],
    db: Database,
) -> None:
    pair = add_story(name="pair.txt", reviews_needed=2)
    alice.tag_all(pair, "claim")
    assert {each["document"] for each in listed(alice)} == {story}
    assert alice.write(pair, alice.sentences(pair)[0], "assignee", {"reviewer": "bob"}).status_code == 409

    alice.sign_off(pair)
    bob.tag_all(pair, "claim")
    bob.sign_off(pair)
    assert {each["document"] for each in listed(alice)} == {story, pair}

    limit_collection(db, "desk", ["alice"])
    assert (listed(bob), len(listed(alice)), len(listed(dana))) == ([], 4, 4)
    hidden = count_checks(db, get_reviewer(db, "bob"), wanted(**NOTHING))
    assert set(hidden.values()) == {Count(0)}
    assert assign(bob, checks[0], "bob").status_code == 404
    assert assign(alice, checks[0], "bob").get_json()["error"]["fields"].keys() == {"reviewer"}

    withdraw_document(db, story, reason="asked", erase=False)
    assert {each["document"] for each in listed(alice)} == {pair}


def test_what_is_set_aside_leaves_the_desk_and_is_found_as_suspended(
    alice: Client, story: str, checks: list[dict[str, Any]]
) -> None:
    _, claim, _ = checks
    alice.verify(story, claim, 0, status="in_progress", verdict="mixed")
    alice.tag(story, claim, "quote")
    as_quote = listed(alice, "q=street")
    suspended = listed(alice, "status=suspended")

    assert as_quote[0]["made_on"] == {"label": "claim", "text": claim["text"]}
    assert texts(alice, "q=street&status=unchecked") == [claim["text"][:18]]
    assert suspended[0]["verification"]["suspended"] is True
    alice.tag(story, claim, "none")
    assert texts(alice, "q=street") == []
    assert texts(alice, "status=suspended") == [claim["text"][:18]]
    alice.tag(story, claim, "claim")
    assert (texts(alice, "status=suspended"), texts(alice, "status=in_progress")) == (
        [],
        [claim["text"][:18]],
    )


def test_taking_one_verifies_nothing_and_two_cannot_take_the_same(
    alice: Client, bob: Client, story: str, checks: list[dict[str, Any]], db: Database
) -> None:
    claim = checks[1]

    taken = assign(alice, claim, "alice", version=0)
    late = assign(bob, claim, "bob", version=0)

    assert (taken.status_code, taken.headers["ETag"]) == (200, '"1"')
    assert taken.get_json()["sentence"]["verification"]["version"] == 0
    assert db.value("SELECT count(*) FROM verifications") == 0
    assert late.status_code == 412
    assert late.get_json()["error"]["current"]["reviewer"] == "alice"
    assert listed(bob, "person=alice")[0]["assigned_to"] == "alice"

    given_back = assign(alice, claim, None, version=1)
    assert given_back.headers["ETag"] == '"2"'
    assert listed(bob, "q=street")[0]["assignment"]["reviewer"] is None
    assert assign(bob, claim, "bob", version=0).status_code == 412  # a late copy undoes nothing


def test_one_is_handed_to_a_colleague_with_a_question_that_can_be_answered(
    alice: Client, bob: Client, story: str, checks: list[dict[str, Any]], db: Database
) -> None:
    answer = assign(alice, checks[1], "bob", question="Is the record public?", Idempotency_Key="once")
    assign(alice, checks[1], "bob", question="Is the record public?", Idempotency_Key="once")

    sentence = answer.get_json()["sentence"]
    assert sentence["assignment"]["question"] == "Is the record public?"
    assert (sentence["assignment"]["by"], sentence["assignment"]["reviewer"]) == ("alice", "bob")
    assert [each["text"] for each in bob.sentences(story)[3]["comments"]] == ["Is the record public?"]
    told = db.rows("SELECT act, was, now FROM events WHERE act IN ('assigned_to_check', 'released')")
    assert [(each["act"], each["was"]) for each in told] == [("assigned_to_check", None)]


def test_settling_ends_who_has_it_and_what_is_settled_is_given_to_nobody(
    alice: Client, bob: Client, story: str, checks: list[dict[str, Any]]
) -> None:
    assign(alice, checks[1], "bob")
    settled = bob.verify(story, checks[1], 0, status="settled", verdict="verified", evidence=[SOURCE])

    assert settled.get_json()["sentence"]["assignment"]["reviewer"] is None
    refused = assign(alice, checks[1], "bob")
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (409, "settled")


@pytest.mark.parametrize("body", [{}, {"reviewer": "nobody"}, {"reviewer": "bob", "question": "x" * 1001}])
def test_only_somebody_who_can_check_it_gets_it(
    alice: Client, checks: list[dict[str, Any]], db: Database, body: dict[str, str]
) -> None:
    set_active(db, "carol", False)

    assert alice.write(checks[1]["document"], checks[1], "assignee", body).status_code == 422
    assert assign(alice, checks[1], "carol").status_code == 422
    assert listed(alice, "q=street")[0]["assignment"] is None


def test_who_has_it_goes_with_mended_boundaries_and_with_the_next_revision(
    alice: Client,
    story: str,
    checks: list[dict[str, Any]],
    add_story: Callable[..., str],
    people: dict[str, Person],
) -> None:
    assign(alice, checks[1], "bob", question="When?")
    sentence = alice.sentences(story)[3]

    halves = alice.split(story, sentence, 17).get_json()["sentences"]

    assert [each["assignment"]["reviewer"] for each in halves] == ["bob", "bob"]
    whole = alice.merge(story, halves[0]).get_json()["sentences"]
    assert whole[0]["assignment"]["reviewer"] == "bob"
