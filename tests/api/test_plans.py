"""The queue and plans through the API."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from annotate.checking import find_faults
from annotate.database import Database
from annotate.store.collections import limit_collection
from annotate.store.reviewers import get_reviewer
from annotate.store.tokens import add_token
from tests.client import Client


def plan(client: Client, document: str, *, version: int | None = None, **changes: Any) -> TestResponse:
    """Send a plan that differs from the one stored, on the version stored unless another is given."""
    stored = client.send("GET", f"/documents/{document}/plan").get_json()["plan"]
    now = stored.pop("version")
    return client.send(
        "PUT", f"/documents/{document}/plan", stored | changes, version=now if version is None else version
    )


def code(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["error"]["code"]


def test_the_next_document_comes_with_a_lease_and_nothing_with_a_reason(
    alice: Client, bob: Client, story: str
) -> None:
    given = alice.send("GET", "/queue/next").get_json()

    assert given["document"]["id"] == story
    assert given["lease"]["until"].endswith("Z")
    assert (given["why"], given["message"], given["until"]) == (None, None, None)
    nothing = bob.send("GET", "/queue/next").get_json()
    assert (nothing["document"], nothing["lease"], nothing["why"]) == (None, None, "with_others")
    assert nothing["until"] >= given["lease"]["until"]  # not to the second, which would tell each tag
    assert re.search(r":[0-5][05]:00Z$", nothing["until"])
    alice.tag_all(story)
    alice.sign_off(story)
    assert bob.send("GET", "/queue/next").get_json()["why"] == "nothing_open"


def test_head_and_a_token_that_may_only_read_take_no_lease(
    alice: Client, bob: Client, stranger: Client, db: Database, story: str
) -> None:
    token = add_token(db, get_reviewer(db, "alice"), name="reads", scope="read", days=None)

    assert alice.send("HEAD", "/queue/next").status_code == 200
    looked = stranger.send("GET", "/queue/next", Authorization=f"Bearer {token}").get_json()

    assert (looked["document"]["id"], looked["lease"]) == (story, None)
    assert bob.send("GET", "/queue/next").get_json()["document"]["id"] == story
    assert stranger.send("GET", "/queue/next").status_code == 401


def test_a_document_that_is_opened_is_leased_and_can_be_given_back(
    alice: Client, bob: Client, story: str
) -> None:
    opened = alice.send("POST", f"/documents/{story}/lease").get_json()
    assert (opened["document"]["id"], opened["others_at_work"]) == (story, [])
    assert bob.send("POST", f"/documents/{story}/lease").get_json()["others_at_work"] == ["alice"]
    assert "<span>alice</span>" in bob.get(f"/documents/{story}").text

    given = alice.send("DELETE", f"/documents/{story}/lease")

    assert given.get_json()["lease"] is None
    assert alice.send("GET", "/queue/next").get_json()["why"] == "put_aside"
    alice.tag_all(story)
    alice.sign_off(story)
    assert alice.send("POST", f"/documents/{story}/lease").get_json()["lease"] is None  # nothing waits there


@pytest.mark.parametrize(("method", "what"), [("POST", "lease"), ("DELETE", "lease"), ("PUT", "plan")])
def test_the_grid(carol: Client, stranger: Client, db: Database, story: str, method: str, what: str) -> None:
    body = {"reviews_needed": 1, "priority": "high", "assigned": [], "closed": False}
    token = add_token(db, get_reviewer(db, "carol"), name="reads", scope="read", days=None)
    path = f"/documents/{story}/{what}"
    reading = {"Authorization": f"Bearer {token}"}

    assert code(stranger.send(method, path, body, version=0)) == (401, "unauthorized")
    assert code(stranger.send(method, path, body, version=0, **reading)) == (403, "scope")
    assert code(carol.send(method, f"/documents/nope/{what}", body, version=0)) == (404, "not_found")
    csrf, carol.token = carol.token, "forged"
    assert carol.send(method, path, body, version=0).status_code == 400
    carol.token = csrf
    once = {"version": 0, "Idempotency_Key": "once"}
    first, again = (carol.send(method, path, body, **once) for _ in range(2))
    assert first.status_code == 200
    assert (again.status_code, again.data) == (200, first.data)
    limit_collection(db, "desk", [])
    assert code(carol.send(method, path, body, version=1)) == (404, "not_found")
    assert code(carol.send(method, path, body, **once)) == (404, "not_found")


def test_only_editors_plan_and_only_on_what_they_saw(alice: Client, carol: Client, story: str) -> None:
    body = {"reviews_needed": 1, "priority": "high", "assigned": ["bob"], "closed": False}
    path = f"/documents/{story}/plan"

    assert code(alice.send("PUT", path, body, version=0)) == (403, "forbidden")
    assert code(carol.send("PUT", path, body)) == (428, "precondition_required")
    done = carol.send("PUT", path, body, version=0)
    assert done.headers["ETag"] == '"1"'
    assert done.get_json()["plan"] == body | {"reason": None, "version": 1}
    assert alice.send("GET", path).get_json()["plan"]["assigned"] == ["bob"]

    late = carol.send("PUT", path, body | {"priority": "low"}, version=0)

    assert code(late) == (412, "stale")
    assert late.get_json()["error"]["current"]["priority"] == "high"
    same = carol.send("PUT", path, body, version=1)  # nothing is new
    assert same.headers["ETag"] == '"1"'


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reviews_needed": 0}, "reviews_needed"),
        ({"reviews_needed": 21}, "reviews_needed"),
        ({"reviews_needed": "2"}, "reviews_needed"),
        ({"priority": "soon"}, "priority"),
        ({"assigned": "bob"}, "assigned"),
        ({"assigned": ["nobody"]}, "assigned"),
        ({"assigned": [None]}, "assigned"),
        ({"closed": True}, "reason"),
        ({"closed": "yes"}, "closed"),
        ({"state": "decided"}, "state"),
        ({"n_sign_offs": 2}, "n_sign_offs"),
    ],
)
def test_a_wrong_field_is_named(carol: Client, story: str, changes: dict[str, Any], field: str) -> None:
    answer = plan(carol, story, **changes)

    assert answer.status_code == 422
    assert list(answer.get_json()["error"]["fields"]) == [field]


def test_who_may_not_see_it_or_is_disabled_is_not_assigned(
    carol: Client, dana: Client, db: Database, story: str
) -> None:
    from annotate.store.reviewers import set_active

    set_active(db, "bob", False)
    assert plan(carol, story, assigned=["bob"]).status_code == 422
    limit_collection(db, "desk", ["carol"])
    assert "may not see" in plan(carol, story, assigned=["alice"]).get_json()["error"]["message"]
    assert plan(dana, story, assigned=["dana", "carol"]).status_code == 200


def test_what_is_closed_takes_nothing_until_it_is_reopened(
    alice: Client, carol: Client, db: Database, story: str
) -> None:
    alice.tag_all(story, "claim")
    first, second = alice.sentences(story)[:2]

    closed = plan(carol, story, closed=True, reason="Out of date.")

    assert closed.get_json()["document"]["state"] == "closed"
    for answer in (
        alice.tag(story, second, "claim"),
        alice.sign_off(story),
        alice.split(story, first, 2),
        alice.verify(story, first, 0, status="in_progress"),
        carol.write(story, first, "decision", {"label": "none"}, version=1),
    ):
        assert code(answer) == (409, "closed")
        assert "Out of date." in answer.get_json()["error"]["message"]
    assert alice.send("GET", "/queue/next").get_json()["why"] == "nothing_open"
    assert story in alice.get("/documents?state=closed").text
    exported = alice.send("GET", "/export").get_json()["documents"]
    assert [(each["state"], each["sentences"][0]["label"]) for each in exported] == [("closed", "claim")]
    assert find_faults(db) == []

    assert plan(carol, story, closed=False).get_json()["document"]["state"] == "open"
    assert alice.sign_off(story).status_code == 200
    plan(carol, story, closed=True, reason="Done.")
    assert plan(carol, story, closed=False).get_json()["document"]["state"] == "decided"
    assert find_faults(db) == []


def test_what_is_closed_before_all_have_signed_off_stays_blind(
    alice: Client, bob: Client, carol: Client, pair: str
) -> None:
    alice.tag_all(pair, "claim")
    plan(carol, pair, closed=True, reason="No longer news.")

    for client in (bob, carol):
        assert client.sentences(pair)[0]["annotations"] == []
        assert client.send("GET", "/export").get_json()["documents"] == []


def test_a_lower_n_lets_the_votes_decide_and_the_export_tells(
    alice: Client, bob: Client, carol: Client, db: Database, add_story: Callable[..., str]
) -> None:
    document = add_story(name="trio.txt", reviews_needed=3)
    for client in (alice, bob):
        client.tag_all(document, "claim" if client is alice else "quote")
        client.sign_off(document)
    cursor = alice.send("GET", "/export").get_json()["cursor"]
    assert carol.sentences(document)[0]["annotations"] == []

    answer = plan(carol, document, reviews_needed=2)

    assert answer.get_json()["document"]["state"] == "in_dispute"
    assert len(carol.sentences(document)[0]["annotations"]) == 2
    since = alice.send("GET", f"/export?since={cursor}").get_json()["documents"]
    assert [each["id"] for each in since] == [document]
    assert find_faults(db) == []


def test_n_is_raised_only_while_nobody_can_have_seen_anothers_vote(
    alice: Client, bob: Client, carol: Client, story: str, pair: str
) -> None:
    assert plan(carol, story, reviews_needed=2).status_code == 200
    assert plan(carol, story, reviews_needed=1).status_code == 200
    first, second = alice.sentences(story)[:2]
    carol.write(story, second, "decision", {"label": "quote"}, version=0)
    assert code(plan(carol, story, reviews_needed=2)) == (409, "seen")
    carol.write(story, second, "decision", {"label": None}, version=1)
    assert plan(carol, story, reviews_needed=2).status_code == 200
    assert plan(carol, story, reviews_needed=1).status_code == 200
    alice.tag(story, first, "claim")
    assert code(plan(carol, story, reviews_needed=2)) == (409, "seen")

    alice.tag_all(pair)
    alice.sign_off(pair)
    assert plan(carol, pair, reviews_needed=3).status_code == 200
    assert plan(carol, pair, reviews_needed=2).status_code == 200
    bob.tag_all(pair)
    bob.sign_off(pair)
    assert code(plan(carol, pair, reviews_needed=3)) == (409, "seen")


def test_each_change_is_a_line_in_the_history(carol: Client, db: Database, story: str) -> None:
    plan(carol, story, priority="high", assigned=["bob", "alice"], closed=True, reason="Enough.")
    plan(carol, story, closed=False, reason=None)

    told = db.rows("SELECT act, now FROM events WHERE reviewer_id = 3 AND document = 1 ORDER BY number")
    assert [tuple(row) for row in told] == [
        ("assigned", '{"assigned":["alice","bob"]}'),
        ("prioritised", '{"priority":"high"}'),
        ("closed", '{"closed":true,"reason":"Enough."}'),
        ("reopened", '{"closed":false,"reason":null}'),
    ]


def test_documents_are_listed_by_whom_they_are_assigned_to(
    alice: Client, carol: Client, story: str, pair: str
) -> None:
    plan(carol, pair, assigned=["alice"], priority="urgent")

    for client, wanted in ((carol, "ALICE"), (alice, "me")):
        (found,) = client.send("GET", f"/documents?assigned={wanted}").get_json()["items"]
        assert (found["id"], found["priority"]) == (pair, "urgent")
        assert client.send("GET", f"/documents?assigned={wanted}&q=harbour").get_json()["items"] == [found]
    assert carol.send("GET", "/documents?assigned=nobody").get_json()["items"] == []
