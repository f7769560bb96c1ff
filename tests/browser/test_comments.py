"""Comments in the panel of the workbench."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.browser.stored import sentences
from tests.server.conftest import Desk, Server


def test_people_talk_about_a_sentence_and_nothing_typed_is_lost(
    alice: Visitor, visitors: Callable[..., Visitor], server: Server, desk: Desk, document: str
) -> None:
    page = alice.page
    first = page.locator("#article [data-end]").first
    alice.press("k o")
    expect(page.locator("#comments textarea")).to_be_focused()
    page.keyboard.type("Who says so?")
    expect(page.locator("#save")).to_have_attribute("data-state", "draft")
    alice.press("Escape j")
    expect(page.locator("#comments textarea")).to_have_value("")
    alice.press("k")
    expect(page.locator("#comments textarea")).to_have_value("Who says so?")

    page.close()  # which loses nothing that is typed
    page = alice.page = alice.tab()
    alice.go(f"/documents/{document}#s0")
    field = page.locator("#comments textarea")
    expect(field).to_have_value("Who says so?")
    alice.context.set_offline(True)
    field.press("End")
    field.press_sequentially(" And when?")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator("#comments li", has_text="On its way")).to_be_visible()
    expect(page.locator("#save")).to_have_attribute("data-state", "unsaved")
    alice.context.set_offline(False)
    alice.is_saved()
    expect(field).to_have_value("")
    first = page.locator("#article [data-end]").first
    expect(first).to_have_attribute("data-c", "1")

    bob = visitors(server, "bob")
    theirs = bob.go(f"/documents/{document}#s0")
    expect(theirs.locator("#comments li")).to_contain_text("Who says so? And when?")
    expect(theirs.get_by_role("button", name="Change")).to_have_count(0)
    theirs.get_by_role("button", name="Resolve: Who says so").click()
    expect(theirs.locator("#comments li.resolved")).to_contain_text("resolved by bob")
    bob.is_saved()
    assert theirs.locator("#article [data-end]").first.get_attribute("data-c") is None

    page.get_by_role("button", name="Change: Who").click()
    field.fill("Who says so, and when?")
    page.get_by_role("button", name="Save the change").click()
    item = page.locator("#comments li.problem")  # it was made on what bob has changed since
    expect(item).to_contain_text("Somebody has changed this comment")
    item.get_by_role("button", name="Send it again").click()
    alice.is_saved()
    assert sentences(desk)[0]["comments"] == [
        {
            "reviewer": "alice",
            "text": "Who says so, and when?",
            "at": sentences(desk)[0]["comments"][0]["at"],
            "resolved": False,
        }
    ]
    page.get_by_role("button", name="Take back: Who").click()
    alice.is_saved()
    expect(page.locator("#comments li")).to_have_count(0)
    assert "comments" not in sentences(desk)[0]
