"""Verification through the API."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from annotate.database import Database
from tests.client import Client
from tests.conftest import PASSWORD

SOURCE = {"url": "https://records.example.org/bridge?id=7", "title": "Inspection", "stance": "supports"}
SETTLED = {"status": "settled", "verdict": "verified", "evidence": [SOURCE]}


@pytest.fixture
def claim(alice: Client, story: str) -> dict[str, Any]:
    """A decided claim."""
    sentence = alice.sentences(story)[2]
    return alice.tag(story, sentence, "claim").get_json()["sentence"]


def test_a_verification_is_stored_with_its_evidence_in_order(
    alice: Client, story: str, claim: dict[str, Any]
) -> None:
    call = {"reference": "Call with the harbour office", "stance": "context", "accessed_at": "2026-01-05"}

    answer = alice.verify(story, claim, 0, **{**SETTLED, "rationale": "Seen.", "evidence": [SOURCE, call]})

    assert answer.status_code == 200
    assert answer.headers["ETag"] == '"1"'
    stored = answer.get_json()["sentence"]["verification"]
    assert [each["stance"] for each in stored["evidence"]] == ["supports", "context"]
    assert stored["evidence"][1]["url"] is None
    assert (stored["proposed_by"], stored["checked_by"], stored["suspended"]) == ("alice", "alice", False)
    assert answer.get_json()["document"]["n_settled"] == 1
    assert answer.get_json()["document"]["n_unchecked"] == 0
    assert alice.sentences(story)[2]["verification"] == stored


def test_the_version_is_required_and_checked(
    alice: Client, bob: Client, story: str, claim: dict[str, Any]
) -> None:
    assert alice.verify(story, claim, None, status="in_progress").status_code == 428
    assert bob.verify(story, claim, 0, status="in_progress", verdict="mixed").status_code == 200

    late = alice.verify(story, claim, 0, status="in_progress", verdict="false")

    assert late.status_code == 412
    assert late.get_json()["error"]["current"]["verdict"] == "mixed"
    assert alice.sentences(story)[2]["verification"]["verdict"] == "mixed"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"status": "done"}, {"status"}),
        ({}, {"status"}),
        ({"status": "in_progress", "verdict": "true"}, {"verdict"}),
        ({"status": "in_progress", "checked_by": "alice"}, {"checked_by"}),
        ({"status": "in_progress", "attribution": "confirmed"}, {"attribution"}),
        ({"status": "in_progress", "evidence": [{"stance": "supports"}]}, {"evidence"}),
        ({"status": "in_progress", "evidence": [{"url": "javascript:alert(1)"}]}, {"evidence"}),
        ({"status": "in_progress", "evidence": [{"url": "data:text/html,x"}]}, {"evidence"}),
        ({"status": "in_progress", "evidence": [{"url": "https://"}]}, {"evidence"}),
        ({"status": "in_progress", "evidence": [{"url": "https://a b"}]}, {"evidence"}),
        ({"status": "in_progress", "evidence": [{**SOURCE, "archive_url": "ftp://x.org"}]}, {"evidence"}),
        ({"status": "in_progress", "evidence": [{**SOURCE, "accessed_at": "yesterday"}]}, {"evidence"}),
        ({"status": "in_progress", "evidence": [{**SOURCE, "accessed_at": "2026-W01-1"}]}, {"evidence"}),
        ({"status": "in_progress", "evidence": [SOURCE] * 51}, {"evidence"}),
        ({"status": "in_progress", "evidence": "https://x.org"}, {"evidence"}),
        ({"status": "in_progress", "rationale": "x" * 4001}, {"rationale"}),
        ({"status": "in_progress", "rationale": "a\x00b"}, {"rationale"}),
        ({"status": "settled"}, {"verdict", "evidence"}),
        ({"status": "settled", "verdict": "false", "evidence": [SOURCE]}, {"rationale"}),
    ],
)
def test_what_is_wrong_is_named_by_field_and_nothing_is_stored(
    alice: Client, story: str, claim: dict[str, Any], fields: dict[str, Any], wrong: set[str]
) -> None:
    answer = alice.verify(story, claim, 0, **fields)

    assert answer.status_code == 422
    assert set(answer.get_json()["error"]["fields"]) == wrong
    assert alice.sentences(story)[2]["verification"]["version"] == 0


def test_only_decided_claims_and_quotes_can_be_verified(alice: Client, story: str) -> None:
    sentence = alice.sentences(story)[0]
    untagged = alice.verify(story, sentence, 0, status="in_progress")
    alice.tag(story, sentence, "boilerplate")
    furniture = alice.verify(story, sentence, 0, status="in_progress")

    for answer in (untagged, furniture):
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (409, "not_decided")


def test_settled_is_locked_until_an_editor_reopens_it_with_a_reason(
    alice: Client, carol: Client, story: str, claim: dict[str, Any]
) -> None:
    alice.verify(story, claim, 0, **SETTLED)
    change = {"status": "in_progress", "verdict": "mixed", "evidence": [SOURCE]}

    locked = alice.verify(story, claim, 1, **change, reason="I was wrong.")
    unreasoned = carol.verify(story, claim, 1, **change)
    reopened = carol.verify(story, claim, 1, **change, reason="A reader wrote in.")

    for answer in (locked, unreasoned):
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (409, "settled")
    assert reopened.get_json()["sentence"]["verification"]["status"] == "in_progress"
    assert reopened.get_json()["sentence"]["verification"]["checked_by"] is None
    assert reopened.get_json()["document"]["n_settled"] == 0


def test_a_vote_after_settling_is_kept_as_late_dissent_and_counts_when_it_is_reopened(
    alice: Client, bob: Client, carol: Client, story: str, claim: dict[str, Any]
) -> None:
    alice.verify(story, claim, 0, **SETTLED)

    late = bob.tag(story, claim, "none").get_json()["sentence"]

    assert (late["label"], late["late_dissent"]) == ("claim", False)
    assert carol.sentences(story)[2]["late_dissent"] is True
    reopened = carol.verify(story, claim, 1, status="second_look", reason="Bob disagrees.").get_json()
    assert reopened["sentence"]["decision"]["in_dispute"] is True
    assert reopened["sentence"]["verification"]["suspended"] is True
    assert reopened["document"]["n_checkable"] == 0


def test_a_vote_that_an_editor_overruled_before_is_no_late_dissent(
    alice: Client, bob: Client, carol: Client, story: str, claim: dict[str, Any]
) -> None:
    bob.tag(story, claim, "quote")
    carol.write(story, claim, "decision", {"label": "claim"}, version=2)

    alice.verify(story, claim, carol.sentences(story)[2]["verification"]["version"], **SETTLED)

    assert carol.sentences(story)[2]["late_dissent"] is False


def test_the_history_keeps_what_was_set_aside_and_begun_anew(
    alice: Client, story: str, claim: dict[str, Any], db: Database
) -> None:
    alice.verify(story, claim, 0, status="in_progress", verdict="mixed", rationale="precious")
    quote = alice.tag(story, claim, "quote").get_json()["sentence"]
    alice.verify(story, claim, quote["verification"]["version"], status="in_progress")

    was = json.loads(db.value("SELECT was FROM events WHERE act = 'verified' ORDER BY number DESC"))

    assert (was["label"], was["rationale"], was["verdict"]) == ("claim", "precious", "mixed")


def test_an_unsettled_verification_is_set_aside_with_its_label_and_comes_back_with_it(
    alice: Client, story: str, claim: dict[str, Any]
) -> None:
    alice.verify(story, claim, 0, status="in_progress", verdict="mixed", evidence=[SOURCE])

    gone = alice.tag(story, claim, "none").get_json()
    as_quote = alice.tag(story, claim, "quote").get_json()
    back = alice.tag(story, claim, "claim").get_json()

    assert gone["sentence"]["verification"]["suspended"] is True
    assert (gone["document"]["n_checkable"], gone["document"]["n_unchecked"]) == (0, 0)
    assert as_quote["sentence"]["verification"]["suspended"] is True
    assert as_quote["document"]["n_unchecked"] == 1
    assert back["sentence"]["verification"]["suspended"] is False
    assert back["sentence"]["verification"]["verdict"] == "mixed"
    assert back["sentence"]["verification"]["version"] > 1


def test_with_the_two_person_rule_another_person_settles(app_with: Callable[..., Flask], story: str) -> None:
    app = app_with(two_person_rule=True)
    alice, bob = Client(app), Client(app)
    alice.sign_in("alice", PASSWORD)
    bob.sign_in("bob", PASSWORD)
    claim = alice.tag(story, alice.sentences(story)[0], "claim").get_json()["sentence"]

    alone = alice.verify(story, claim, 0, **SETTLED)
    alice.verify(story, claim, 0, **{**SETTLED, "status": "second_look"})
    still_alone = alice.verify(story, claim, 1, **SETTLED)
    together = bob.verify(story, claim, 1, **SETTLED)

    for answer in (alone, still_alone):
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (403, "two_persons")
    stored = together.get_json()["sentence"]["verification"]
    assert (stored["proposed_by"], stored["checked_by"]) == ("alice", "bob")
