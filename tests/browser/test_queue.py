"""From the queue through one document after the other, by keyboard."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Visitor
from tests.browser.stored import exported
from tests.browser.test_accessible import assert_accessible
from tests.server.conftest import Desk, Server


def test_one_works_through_the_queue_by_keyboard(
    visitors: Callable[..., Visitor], server: Server, desk: Desk
) -> None:
    alice, bob = visitors(server, "alice"), visitors(server, "bob")
    page = alice.page
    expect(page.get_by_role("button", name="Start")).to_be_visible()
    alice.press("g")
    expect(page.locator("#bar")).to_be_visible()
    first = page.url
    bob.page.goto(first)  # by hand, though it is with alice
    expect(bob.page.locator("#others")).to_have_text("At work on it now: alice.")
    bob.press("x")  # what comes later has come: so has bob's lease
    page.reload()
    expect(page.locator("#others")).to_contain_text("bob")
    expect(page.locator("#others")).to_be_visible()

    alice.press("c q d")
    expect(page.locator("#rest")).to_contain_text("39 still untagged")
    expect(page.locator("#rest button").first).to_be_focused()
    page.locator("#rest").get_by_role("button", name="Mark the 39 as none").press("Enter")
    expect(page.locator("#n-untagged")).to_have_text("0")
    alice.press("u")  # all of it is one step
    expect(page.locator("#n-untagged")).to_have_text("39")
    alice.press("Shift+u")
    expect(page.locator("#n-untagged")).to_have_text("0")
    alice.press("d")
    expect(page.locator("#sign-off")).to_be_focused()
    alice.press("Enter")
    expect(page.locator("#signed-off")).to_be_visible()
    expect(page.get_by_role("button", name="Next document")).to_be_visible()
    alice.press("d")

    expect(page.locator("#signed-off")).to_have_count(0)
    expect(page.locator("#bar")).to_be_visible()
    assert page.url != first
    expect(page.locator("[aria-selected]")).to_have_count(1)
    documents = {each["id"]: each for each in exported(desk)}
    done = documents[first.rsplit("/", 1)[1]]
    assert done["state"] == "decided"
    assert [each["label"] for each in done["sentences"]] == ["claim", "quote", *["none"] * 39]
    page.get_by_role("button", name="Not now, give me another").click()
    expect(page.get_by_text("Only what you have put aside is left.")).to_be_visible()


def test_an_editor_plans_on_a_phone(visitors: Callable[..., Visitor], server: Server, document: str) -> None:
    carol = visitors(server, "carol", viewport=PHONE, has_touch=True)
    page = carol.go("/documents")
    page.get_by_text("Plan those that are ticked").click()
    assert_accessible(page)
    page.get_by_role("checkbox", name="Plan Meeting").first.check()
    page.locator("[name=assign]").select_option("bob")
    page.get_by_role("button", name="Store").click()
    expect(page.get_by_text("Planned: 1 document.")).to_be_visible()
    page = carol.go(f"/documents/{document}/plan")
    assert_accessible(page)
    page.locator("[name=priority]").select_option("urgent")
    page.get_by_label("Out of the queue").check()
    page.get_by_role("button", name="Store the plan").click()
    expect(page.get_by_text("Closing needs a reason.")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Why it is closed").fill("No longer news.")
    page.get_by_role("button", name="Store the plan").click()
    expect(page.get_by_text("The plan is stored.")).to_be_visible()
    for path in ("/", f"/documents/{document}", "/documents", f"/documents/{document}/plan"):
        carol.go(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert_accessible(page)
