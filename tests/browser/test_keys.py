"""The keys beyond the four labels: ranges, repeating, finding, suggestions, signing off."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Visitor
from tests.browser.stored import focused, labels, marks, sentences
from tests.server.conftest import Desk, Server

ALL = "#article [data-end]"
# Playwright's keyboard has no key for letters beyond its own layout.
PRESS = """(key) => document.activeElement.dispatchEvent(
  new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))"""


@pytest.mark.parametrize("keys", ["Shift+j Shift+j Shift+k Shift+ArrowDown", "Shift+J Shift+ArrowDown"])
def test_shift_extends_and_one_key_tags_them_all_as_one_step(alice: Visitor, desk: Desk, keys: str) -> None:
    alice.press(f"j {keys} b")
    alice.is_saved()
    assert labels(desk)[:5] == [None, "boilerplate", "boilerplate", "boilerplate", None]
    assert focused(alice.page) == 4

    alice.press("u")
    alice.is_saved()
    assert labels(desk)[:5] == [None] * 5


def test_a_range_is_chosen_with_shift_and_pointer(alice: Visitor, desk: Desk) -> None:
    alice.page.locator(ALL).nth(3).click()
    alice.page.locator(ALL).nth(1).click(modifiers=["Shift"])
    expect(alice.page.locator("[aria-selected=true]")).to_have_count(3)
    alice.press("n")
    alice.is_saved()

    assert labels(desk)[:5] == [None, "none", "none", "none", None]


def test_digits_tag_too_and_the_last_label_is_repeated(alice: Visitor, desk: Desk) -> None:
    alice.press("1 2 3 4 q r . NumpadAdd NumpadSubtract Shift+Numpad1")
    alice.is_saved()

    assert labels(desk)[:8] == ["claim", "quote", "boilerplate", "none", "quote", "quote", "quote", "claim"]


def test_keys_do_what_somebody_chose_in_the_account(alice: Visitor, desk: Desk, document: str) -> None:
    page = alice.go("/account")
    for name, key in {
        "Claim": "v",
        "Verification": "c",
        "Next sentence": "Ж",
        "Find in the article": "ü",
        "Comment": "h",  # which hands over at the desk
    }.items():
        page.get_by_label(name, exact=True).fill(key)
    page.get_by_label("Quote", exact=True).fill("v")
    page.get_by_role("button", name="Save the keys").click()
    expect(page.get_by_label("Quote", exact=True)).to_have_accessible_description(
        "! “v” is also the key for: Claim."
    )
    page.get_by_label("Quote", exact=True).fill("q")
    page.get_by_role("button", name="Save the keys").click()
    expect(page.get_by_text("Your keys are saved.")).to_be_visible()

    alice.go(f"/documents/{document}")
    expect(page.locator("#bar")).to_be_visible()
    expect(page.locator("[data-tag=claim]")).to_have_attribute("aria-keyshortcuts", "v")
    expect(page.locator("[data-tag=claim] kbd")).to_have_text("v")
    page.keyboard.press("v")
    page.evaluate(PRESS, "ж")
    alice.press("j q 1 ArrowUp ArrowUp")
    page.evaluate(PRESS, "Ж")
    alice.is_saved()
    assert labels(desk)[:5] == ["claim", None, "quote", "claim", None]
    page.evaluate(PRESS, "/")
    expect(page.locator("#find")).to_be_hidden()
    page.evaluate(PRESS, "ü")
    expect(page.locator("#find")).to_be_visible()
    alice.press("Escape Home c")
    expect(page.locator("#verify [name=status]")).to_be_focused()
    alice.go("/verification")
    expect(page.locator("#record")).to_be_visible()
    expect(page.locator("#show-hand")).to_have_attribute("aria-keyshortcuts", "h")
    page.evaluate(PRESS.replace("{ key,", "{ key, code: 'KeyH',"), "р")  # Cyrillic
    expect(page.get_by_role("dialog", name="Hand over")).to_be_visible()
    alice.press("Escape")
    alice.go(f"/documents/{document}")
    expect(page.locator("#bar")).to_be_visible()
    alice.press("?")
    expect(page.get_by_role("dialog").locator("dt").first).to_have_text("v q b n")
    page.get_by_role("link", name="other keys").click()
    page.get_by_role("button", name="Back to the usual keys").click()
    expect(page.get_by_label("Claim", exact=True)).to_have_value("c")


def test_what_is_typed_while_finding_and_cutting_still_come_tags_nothing(
    visitors: Callable[..., Visitor], server: Server, desk: Desk, document: str
) -> None:
    alice = visitors(server, "alice")
    held: list[Route] = []
    alice.page.route("**/later.js", lambda route: held.append(route))  # noqa: PLW0108
    page = alice.go(f"/documents/{document}")
    expect(page.locator("#bar")).to_be_visible()
    alice.press("b /")
    page.keyboard.type("and 1")
    alice.press("Enter")
    expect(page.locator("#find [name=q]")).to_have_value("and 1")
    held.pop().continue_()
    expect(page.locator("#find output")).to_have_text("1 of 10")
    alice.press("Escape")
    alice.is_saved()

    page.reload()
    expect(page.locator("#bar")).to_be_visible()
    alice.press("x c q")
    held.pop().continue_()
    expect(page.locator("#cut")).to_be_visible()
    alice.press("Escape")
    assert labels(desk)[:4] == ["boilerplate", None, None, None]


def test_without_a_connection_finding_and_cutting_come_when_there_is_one(
    visitors: Callable[..., Visitor], server: Server, document: str
) -> None:
    alice = visitors(server, "alice")
    alice.page.route("**/later.js", lambda route: route.abort())
    page = alice.go(f"/documents/{document}")
    expect(page.locator("#bar")).to_be_visible()
    alice.press("x")
    expect(page.locator("#announce")).to_have_text("No connection: this comes when there is one.")
    alice.press("c")
    alice.is_saved()

    page.unroute("**/later.js")
    alice.press("x")
    expect(page.locator("#cut")).to_be_visible()


def test_g_goes_to_the_next_untagged_and_round_again(alice: Visitor) -> None:
    alice.press("j c c j j c k k k k g")
    assert focused(alice.page) == 3
    alice.press("End g")
    assert focused(alice.page) == 0


def test_find_says_how_many_and_goes_from_one_to_the_next(alice: Visitor, desk: Desk) -> None:
    page = alice.page
    alice.press("/")
    page.keyboard.type("AND 1")  # as letters, not as tags
    output = page.locator("#find output")
    expect(output).to_have_text("1 of 10")
    assert page.locator(ALL).nth(4).get_attribute("aria-selected") == "true"
    alice.press("Enter Enter Shift+Enter")
    expect(output).to_have_text("2 of 10")
    page.keyboard.type("x")
    expect(output).to_have_text("Nothing found")
    alice.press("Escape")

    assert focused(page) == 5
    assert labels(desk) == [None] * 41


def test_what_is_suggested_is_shown_with_its_reason_and_taken_with_one_key(
    alice: Visitor, desk: Desk
) -> None:
    def suggest(route: Any) -> None:
        answer = route.fetch()
        suggestion = {
            "label": "quote",
            "score": 0.9,
            "reason": "It stands in quotation marks.",
            "speaker": "Ida Rask",
        }
        state = json.dumps({"0": {"suggestion": suggestion}})
        route.fulfill(response=answer, body=answer.text().replace('id="state">{}', f'id="state">{state}'))

    page = alice.page
    page.route("**/documents/*", suggest)
    page.reload()
    expect(page.locator("#suggestion")).to_contain_text("Quote, Ida Rask")
    expect(page.locator("#suggestion")).to_contain_text("It stands in quotation marks.")
    assert marks(page)[0] is None  # it proposes and never imposes
    alice.press("s s")
    alice.is_saved()

    (mine,) = sentences(desk)[0]["annotations"]
    assert (mine["label"], mine["speaker"]) == ("quote", "Ida Rask")
    assert labels(desk)[1] is None
    expect(page.locator("#announce")).to_contain_text("Nothing is suggested here")


def test_signing_off_offers_to_tag_the_rest_as_none_which_can_be_undone(alice: Visitor, desk: Desk) -> None:
    page = alice.page
    alice.press("c")
    alice.press("Tab")
    page.locator("#sign-off").focus()
    alice.press("Enter")
    expect(page.locator("#rest")).to_contain_text("40 still untagged")
    alice.press("Tab Enter")  # from "go to the first" to "mark them"
    alice.is_saved()
    assert labels(desk) == ["claim"] + ["none"] * 40
    alice.press("u")
    alice.is_saved()
    assert labels(desk) == ["claim"] + [None] * 40

    alice.press("Shift+U")
    page.locator("#sign-off").focus()
    alice.press("Enter")
    expect(page.locator("#sign-off")).to_have_text("Signed off ✓")
    assert labels(desk) == ["claim"] + ["none"] * 40


def test_a_note_is_stored_while_one_pauses_and_is_one_step_for_undo(alice: Visitor, desk: Desk) -> None:
    page = alice.page
    alice.press("c k m")
    page.keyboard.type("first words")
    alice.is_saved()
    assert sentences(desk)[0]["annotations"][0]["note"] == "first words"
    page.keyboard.type(", and more")
    alice.is_saved()
    alice.press("Escape")
    assert sentences(desk)[0]["annotations"][0]["note"] == "first words, and more"

    alice.press("u")
    alice.is_saved()
    assert sentences(desk)[0]["annotations"][0]["note"] is None
    assert labels(desk)[0] == "claim"


def test_speakers_of_this_document_and_of_earlier_ones_are_offered(alice: Visitor, desk: Desk) -> None:
    page = alice.page
    alice.press("q k a")
    page.keyboard.type("Ida Rask")
    alice.press("Escape")
    alice.is_saved()
    second = desk.run("seeds", "list").stdout.splitlines()[0].split("\t")[0]
    page.goto(f"{alice.base}/documents/{second}")
    expect(page.locator("#bar")).to_be_visible()
    alice.press("q k a")
    page.keyboard.type("ras")

    expect(page.locator("#speakers option[value='Ida Rask']")).to_be_attached()


def test_what_is_typed_into_find_while_cutting_tags_nothing(alice: Visitor, desk: Desk) -> None:
    page = alice.page
    alice.press("j j j x")
    expect(page.locator("#cut")).to_be_visible()
    page.locator("#show-find").click()
    page.keyboard.type("council")
    expect(page.locator("#find [name=q]")).to_have_value("council")
    expect(page.locator("#cut")).to_be_hidden()

    assert set(marks(page)) == {None}
    assert labels(desk) == [None] * 41


def test_a_key_held_a_moment_too_long_is_one_act_and_no_letter(alice: Visitor, desk: Desk) -> None:
    keyboard = alice.page.keyboard
    for key, field in (
        ("Enter", "#mine [name=speaker]"),
        ("a", "#mine [name=speaker]"),
        ("/", "#find [name=q]"),
    ):
        for _ in range(3):
            keyboard.down(key)
        keyboard.up(key)
        expect(alice.page.locator(field)).to_be_focused()
        expect(alice.page.locator(field)).to_have_value("")
        keyboard.press("Escape")
    keyboard.down("x")
    keyboard.down("x")
    keyboard.up("x")
    expect(alice.page.locator("#cut")).to_be_visible()
    for _ in range(2):
        keyboard.down("l")
    expect(alice.page.locator("#announce")).to_contain_text("Meeting 0 of | the")

    assert labels(desk) == [None] * 41


def test_keys_of_other_scripts_mean_what_is_written_there_in_latin(alice: Visitor, desk: Desk) -> None:
    press = PRESS.replace("(key)", "([key, code])").replace("{ key,", "{ key, code,")
    for key, code in (("с", "KeyC"), ("ψ", "KeyC"), ("٣", "Digit3"), ("é", "Digit2"), ("日", "Backquote")):
        alice.page.evaluate(press, [key, code])
    alice.is_saved()

    assert labels(desk)[:4] == ["claim", "claim", "boilerplate", None]


def test_plus_goes_on_also_where_it_takes_shift(alice: Visitor, desk: Desk) -> None:
    alice.press("Shift+Equal Shift+Equal c")
    alice.is_saved()

    assert labels(desk)[:4] == [None, None, "claim", None]
