"""The pages of the verification desk: the board as the address filters it, and the log of corrections."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from annotate.database import Database
from annotate.store.collections import limit_collection
from tests.client import Client
from tests.conftest import PASSWORD

SOURCE = {"url": "https://records.example.org/bridge", "title": "Inspection", "stance": "supports"}
OTHER = {"reference": "Call with the harbour office", "stance": "refutes"}
SETTLED = {"status": "settled", "verdict": "verified", "evidence": [SOURCE]}


def tabs(page: str) -> dict[str, str]:
    """The counts by status, as they are shown."""
    return dict(re.findall(r'data-status="(\w+)"[^>]*>[^<]*<b>([\d,+]+)</b>', page))


@pytest.fixture
def claim(alice: Client, story: str) -> dict[str, Any]:
    """The sentence on Alder Street, decided to be a claim; a quote stands behind it."""
    alice.tag_all(story, "none", "none", "none", "claim", "quote")
    return alice.sentences(story)[3]


def test_the_board_shows_what_its_address_says_with_links_that_keep_it(
    alice: Client, story: str, claim: dict[str, Any]
) -> None:
    alice.verify(story, claim, 0, **SETTLED)

    page = alice.get("/verification?label=claim&status=settled&q=alder").text

    assert tabs(page) == {
        "unchecked": "0",
        "in_progress": "0",
        "second_look": "0",
        "settled": "1",
        "suspended": "0",
    }
    assert f'id="c-{story}-{claim["start"]}"' in page
    assert f"/documents/{story}#s{claim['start']}" in page
    assert (
        "label=claim&amp;q=alder&amp;status=unchecked" in page or "status=unchecked&amp;label=claim" in page
    )
    assert "checked by alice" in page
    assert tabs(alice.get("/verification").text)["unchecked"] == "1"


def test_a_board_without_anything_says_what_to_do(alice: Client, story: str) -> None:
    assert "Nothing to check yet" in alice.get("/verification").text
    assert "Nothing here" in alice.get("/verification?verdict=false").text


def reopen(editor: Client, story: str, claim: dict[str, Any], version: int, **changes: Any) -> None:
    now = {"status": "in_progress", "verdict": "verified", "evidence": [SOURCE], **changes}
    answer = editor.verify(story, claim, version, reason="A reader wrote in.", **now)
    assert answer.status_code == 200, answer.text


def corrections(client: Client, story: str, index: int = 3) -> list[dict[str, Any]]:
    return list(client.sentences(story)[index].get("corrections", []))


def changed(correction: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {each["field"]: (each["from"], each["to"]) for each in correction["changes"]}


def test_only_what_changes_after_settling_is_a_correction(
    alice: Client, bob: Client, carol: Client, story: str, claim: dict[str, Any]
) -> None:
    alice.verify(story, claim, 0, status="in_progress", verdict="mixed")
    alice.verify(story, claim, 1, **SETTLED)
    assert corrections(alice, story) == []
    assert "Nothing that was settled" in alice.get("/verification/corrections").text

    reopen(carol, story, claim, 2)
    bob.verify(story, claim, 3, status="settled", verdict="false", rationale="Open again.", evidence=[OTHER])
    bob_again = carol.verify(story, claim, 4, status="second_look", verdict="false", reason="Typing error.",
                             rationale="Open since May.", evidence=[OTHER])  # fmt: skip

    reopened, settled, again = corrections(alice, story)
    assert (reopened["by"], reopened["act"], reopened["reason"]) == (
        "carol",
        "reopened",
        "A reader wrote in.",
    )
    assert changed(reopened) == {"status": ("settled", "in_progress")}
    assert (settled["by"], settled["act"], settled["reason"]) == ("bob", "corrected", "A reader wrote in.")
    assert changed(settled).keys() == {"status", "verdict", "rationale", "evidence"}
    assert changed(settled)["verdict"] == ("verified", "false")
    assert [each["title"] for each in changed(settled)["evidence"][0]] == ["Inspection"]
    assert (again["reason"], changed(again)["rationale"]) == (
        "Typing error.",
        ("Open again.", "Open since May."),
    )
    assert bob_again.get_json()["sentence"]["corrections"] == [reopened, settled, again]


def test_a_label_that_changes_after_settling_is_a_correction_with_who_did_it(
    alice: Client, carol: Client, story: str, claim: dict[str, Any]
) -> None:
    alice.verify(story, claim, 0, **SETTLED)
    reopen(carol, story, claim, 1)

    alice.tag(story, claim, "quote")
    standing = carol.sentences(story)[3]["decision"]["version"]
    carol.write(story, claim, "decision", {"label": "claim", "reason": "It is no quote."}, version=standing)

    _, away, back = corrections(alice, story)
    assert (away["by"], away["act"], changed(away)) == ("alice", "relabelled", {"label": ("claim", "quote")})
    assert (back["by"], back["act"], changed(back)) == ("carol", "relabelled", {"label": ("quote", "claim")})


def test_the_log_can_be_narrowed_and_is_paged_and_shows_nobody_what_is_not_theirs(
    alice: Client, bob: Client, carol: Client, story: str, claim: dict[str, Any], db: Database
) -> None:
    for _ in range(26):
        version = alice.sentences(story)[3]["verification"]["version"]
        alice.verify(story, claim, version, **SETTLED)
        reopen(carol, story, claim, version + 1)

    first = alice.get("/verification/corrections").text
    following = re.search(r'href="(/verification/corrections\?cursor=\d+)"', first)
    assert following
    second = alice.get(following[1]).text
    assert (first.count("<blockquote"), second.count("<blockquote")) == (50, 1)
    assert "The check of a claim in" in first

    for query, n in {
        "collection=desk": 50,
        "collection=other": 0,
        "since=2020-01-01&until=2100-01-01": 50,
        "since=2100-01-01": 0,
        "until=2020-01-01": 0,
    }.items():
        assert alice.get(f"/verification/corrections?{query}").text.count("<blockquote") == n, query
    limit_collection(db, "desk", ["alice", "carol"])
    assert bob.get("/verification/corrections").text.count("<blockquote") == 0


@pytest.mark.parametrize("query", ["since=May", "until=2026-13-01", "cursor=x", "cursor=-1", "sort=at"])
def test_the_log_takes_only_what_it_offers(alice: Client, query: str) -> None:
    assert alice.get(f"/verification/corrections?{query}").status_code == 422


def test_two_persons_settle_by_two_clients_and_the_page_says_who_may(
    app_with: Callable[..., Flask], story: str, db: Database
) -> None:
    app = app_with(two_person_rule=True)
    alice, bob = Client(app), Client(app)
    alice.sign_in("alice", PASSWORD)
    bob.sign_in("bob", PASSWORD)
    alice.tag_all(story, "claim")
    (claim,) = alice.send("GET", "/verifications").get_json()["items"]

    alice.verify(story, claim, 0, **{**SETTLED, "status": "second_look"})
    assert alice.verify(story, claim, 1, **SETTLED).get_json()["error"]["code"] == "two_persons"
    assert "data-two-persons" in bob.get("/verification").text
    assert bob.verify(story, claim, 1, **SETTLED).status_code == 200
