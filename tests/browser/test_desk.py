"""The verification desk: one claim from the board to settled by two people, reopened and corrected."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor
from tests.browser.stored import exported
from tests.browser.test_accessible import assert_accessible
from tests.server.conftest import Desk, Server


@pytest.fixture
def server(desk: Desk) -> Server:
    """Where the result of one is settled by another."""
    return desk.serve(ANNOTATE_TWO_PERSON_RULE="1")


def sentence(desk: Desk, document: str, index: int) -> dict:  # type: ignore[type-arg]
    found = exported(desk)
    return next(each for each in found if each["id"] == document)["sentences"][index]


def at_desk(visitor: Visitor, query: str = "") -> Page:
    page = visitor.go(f"/verification{query}")
    expect(page.locator("#record")).to_be_visible()
    return page


def is_stored(page: Page, text: str) -> None:
    expect(page.locator("#checks li[aria-current] .facts")).to_contain_text(text)
    expect(page.locator("#checks li[aria-current] [data-told=draft]")).to_be_hidden()


def test_a_claim_goes_from_the_board_to_settled_by_two_and_is_corrected(  # noqa: PLR0915 - one story
    visitors: Callable[..., Visitor], server: Server, desk: Desk, document: str
) -> None:
    alice = visitors(server, "alice")
    alice.go(f"/documents/{document}")
    expect(alice.page.locator("#bar")).to_be_visible()
    alice.press("n c q c")
    alice.is_saved()

    # By keyboard: down to the second, take it, its record, evidence.
    page = at_desk(alice)
    alice.press("Tab")
    page.locator("#checks .sentence").first.focus()
    alice.press("j k t")
    expect(page.locator("#assigned")).to_contain_text("You have this")
    expect(page.locator("#checks li").first.locator("[data-told=who]")).to_have_text("with alice")
    alice.press("Enter")
    form = page.locator("#verify")
    expect(form.locator("[name=status]")).to_be_focused()
    expect(page.locator("#rules")).to_contain_text("A verdict: missing")
    form.locator("[name=verdict]").select_option("false")
    expect(page.locator("#rules")).to_contain_text("A rationale, for “False”: missing")
    expect(page.locator("#rules")).to_contain_text("Another person than you")
    alice.press("Escape e")
    page.keyboard.type("https://records.example.org/first")
    page.get_by_role("button", name="Add evidence").click()
    page.locator("#evidence [name=reference]").last.fill("A call")
    page.keyboard.press("Alt+ArrowUp")
    assert page.locator("#evidence [name=accessed_at]").first.input_value()[:2] == "20"

    # What is typed survives, and is offered again with what it was made on.
    page.reload()
    expect(page.locator("#kept")).to_contain_text("on version 0")
    assert form.locator("[name=verdict]").input_value() == "false"
    assert [each.input_value() for each in page.locator("#evidence [name=reference]").all()] == ["A call", ""]

    # Meanwhile carol, an editor, stores something else: both sides, field by field.
    carol = visitors(server, "carol")
    desk_of_carol = at_desk(carol, "?status=unchecked&label=claim")
    desk_of_carol.locator("#checks .sentence").first.focus()
    carol.press("Enter")
    desk_of_carol.locator("#verify [name=rationale]").fill("Ask the town clerk.")
    desk_of_carol.locator("#verify [name=verdict]").select_option("mixed")
    desk_of_carol.locator("#verify [name=status]").select_option("in_progress")
    desk_of_carol.get_by_role("button", name="Save the verification").click()
    is_stored(desk_of_carol, "In progress")
    expect(desk_of_carol.locator(".tabs [data-status=in_progress] b")).to_have_text("1")
    form.get_by_role("button", name="Save the verification").click()
    conflict = page.locator("#conflict")
    expect(conflict.locator("tr", has_text="Verdict")).to_contain_text("Mixed")
    assert_accessible(page)
    conflict.locator("tr", has_text="Rationale").get_by_role("radio").first.check()
    conflict.locator("tr", has_text="Status").get_by_role("radio").first.check()
    page.get_by_role("button", name="Save as chosen").click()
    is_stored(page, "In progress")
    stored = sentence(desk, document, 1)["verification"]
    assert (stored["verdict"], stored["rationale"], stored["version"]) == ("false", "Ask the town clerk.", 2)
    assert [each["reference"] for each in stored["evidence"]] == ["A call", None]

    # She cannot settle it herself; handed over with a question, bob can.
    form.locator("[name=status]").select_option("settled")
    expect(page.locator("#rules")).to_contain_text(
        "Another person than you, who changed the result last: missing"
    )
    form.locator("[name=status]").select_option("in_progress")
    page.locator("#checks li[aria-current] .sentence").focus()
    alice.press("h")
    dialog = page.get_by_role("dialog", name="Hand over")
    expect(dialog).to_be_visible()
    assert_accessible(page)
    dialog.get_by_label("To").select_option("bob")
    dialog.get_by_label("Question").fill("Is the record public?")
    dialog.get_by_role("button", name="Hand over").click()
    is_stored(page, "with bob")
    is_stored(page, "Second look")

    bob = visitors(server, "bob")
    page = at_desk(bob, "?person=bob")
    expect(page.locator("#assigned")).to_contain_text("alice asks: “Is the record public?”")
    page.locator("#checks .sentence").first.focus()
    bob.press("o")
    page.wait_for_url(f"**/documents/{document}#s*")
    expect(page.locator("#bar")).to_be_visible()
    bob.press("l")
    page.wait_for_url("**/verification?person=bob#c-*")
    bob.press("Enter")
    page.locator("#verify [name=status]").select_option("settled")
    expect(page.locator("#rules")).to_contain_text("Ready to settle.")
    page.get_by_role("button", name="Save the verification").click()
    is_stored(page, "checked by bob")
    expect(page.locator("#rules")).to_contain_text("locked")
    expect(page.locator("#verify [name=verdict]")).to_be_disabled()

    # An editor reopens it with a reason; the log and the export tell.
    page = at_desk(carol, "?status=settled")
    page.locator("#checks .sentence").first.focus()
    carol.press("Enter")
    page.locator("#verify [name=status]").select_option("in_progress")
    expect(page.locator("#rules")).to_contain_text("Why you reopen it: missing")
    page.locator("#verify [name=verdict]").select_option("mostly_false")
    page.locator("#verify [name=reason]").fill("A reader wrote in.")
    page.get_by_role("button", name="Save the verification").click()
    is_stored(page, "In progress")
    (correction,) = sentence(desk, document, 1)["corrections"]
    assert (correction["by"], correction["act"], correction["reason"]) == (
        "carol",
        "reopened",
        "A reader wrote in.",
    )
    assert {"field": "verdict", "from": "false", "to": "mostly_false"} in correction["changes"]
    page = carol.go("/verification/corrections")
    expect(page.locator(".corrections li").first).to_contain_text("was reopened: A reader wrote in.")
    assert_accessible(page)
