"""Everybody's own keys for the workbench."""

import re

import pytest

from annotate.database import Database
from schemas.keys import USUAL, moved
from tests.client import Client

KBD = re.compile(
    r'data-tag="(\w+)" aria-keyshortcuts="([^"]+)"[^>]*>\w+ <kbd aria-hidden="true">([^<]+)</kbd>'
)


def tags(client: Client, document: str) -> dict[str, str]:
    """The keys on the buttons for labels, as seen and as announced."""
    found = KBD.findall(client.get(f"/documents/{document}").text)
    assert all(announced == seen for _, announced, seen in found)
    return {label: seen for label, _, seen in found}


def wrong(answer: str) -> dict[str, str]:
    """What is said beside fields."""
    return dict(re.findall(r'<span class="error" id="wrong-(\w+)">([^<]+)</span>', answer))


def test_my_keys_show_wherever_keys_are_told_and_only_to_me(alice: Client, bob: Client, story: str) -> None:
    assert alice.post("/account/keys", **USUAL | {"claim": "F", "help": "é"}).status_code == 200

    assert tags(alice, story) == {"claim": "f", "quote": "q", "boilerplate": "b", "none": "n"}
    assert tags(bob, story)["claim"] == "c"
    page = alice.get(f"/documents/{story}").text
    assert "<dt><kbd>f</kbd> <kbd>q</kbd> <kbd>b</kbd> <kbd>n</kbd>" in page
    assert 'aria-keyshortcuts="é"' in page
    assert 'name="claim" value="f"' in alice.get("/account").text
    assert "data-keys" not in bob.get(f"/documents/{story}").text


def test_one_goes_back_to_the_usual_keys_in_one_step(alice: Client, db: Database, story: str) -> None:
    alice.post("/account/keys", **USUAL | {"claim": "q", "quote": "c"})
    assert tags(alice, story)["quote"] == "c"

    answer = alice.post("/account/keys", **USUAL | {"claim": "this is not looked at"}, usual="1")

    assert answer.status_code == 200
    assert tags(alice, story)["quote"] == "q"
    assert db.value("SELECT count(*) FROM reviewers WHERE own_keys IS NOT NULL") == 0
    told = [
        (row["was"], row["now"]) for row in db.rows("SELECT was, now FROM events WHERE act = 'keys_chosen'")
    ]
    assert told == [("{}", '{"claim":"q","quote":"c"}'), ('{"claim":"q","quote":"c"}', "{}")]


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("", "one character"),
        (" ", "one character"),
        ("fg", "one character"),
        ("\u0301", "one character"),  # an accent without a letter
        ("\x07", "one character"),
        ("🔑", "one character"),
        ("İ", "one character"),  # small, it is two
        ("1", "Digits"),
        ("٣", "Digits"),
        ("+", "Digits"),
        (".", "Digits"),
    ],
)
def test_a_key_that_nobody_can_press_is_refused_beside_its_field(
    alice: Client, story: str, key: str, reason: str
) -> None:
    answer = alice.post("/account/keys", **USUAL | {"claim": key, "quote": "f"})

    assert answer.status_code == 422
    assert list(wrong(answer.text)) == ["claim"]
    assert reason in wrong(answer.text)["claim"]
    assert 'name="quote" value="f"' in answer.text  # what was typed stays
    assert tags(alice, story) == {each: USUAL[each] for each in ("claim", "quote", "boilerplate", "none")}


def test_a_key_for_two_acts_is_refused_beside_both(alice: Client) -> None:
    answer = alice.post("/account/keys", **USUAL | {"claim": "V", "undo": "1"})

    assert answer.status_code == 422
    assert wrong(answer.text) == {
        "claim": "“v” is also the key for: Verification.",
        "verification": "“v” is also the key for: Claim.",
        "undo": "Digits, + - and . keep their meaning: choose another key.",
    }


@pytest.mark.parametrize("act", ["next", "previous", "undo"])
@pytest.mark.parametrize("key", ["#", "ا", "ß"])
def test_what_does_more_with_shift_takes_a_letter_with_a_capital(alice: Client, act: str, key: str) -> None:
    assert "with a capital" in wrong(alice.post("/account/keys", **USUAL | {act: key}).text)[act]
    assert alice.post("/account/keys", **USUAL | {"claim": key}).status_code == 200


def test_a_form_without_all_fields_changes_nothing(alice: Client, db: Database) -> None:
    answer = alice.post("/account/keys", claim="f")

    assert answer.status_code == 422
    assert "quote" in wrong(answer.text)
    assert db.value("SELECT count(*) FROM reviewers WHERE own_keys IS NOT NULL") == 0


def test_a_stranger_chooses_nothing(stranger: Client, db: Database) -> None:
    stranger.get("/login")

    assert stranger.post("/account/keys", **USUAL | {"claim": "f"}).status_code in (302, 401)
    assert db.value("SELECT count(*) FROM reviewers WHERE own_keys IS NOT NULL") == 0


def test_what_a_key_means_is_told_where_it_is_not_as_usual() -> None:
    assert moved(USUAL) == {}
    assert moved(USUAL | {"claim": "f"}) == {"c": "", "f": "c"}
    assert moved(USUAL | {"claim": "q", "quote": "c"}) == {"q": "c", "c": "q"}
