"""Plain forms and narrow pages, when the session has ended and when words do."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Visitor
from tests.conftest import PASSWORD
from tests.server.conftest import Desk, Server

KEPT = "Your session had ended, so this was not stored."


def come_back(visitor: Visitor) -> None:
    visitor.page.fill("[name=name]", "carol")
    visitor.page.fill("[name=password]", PASSWORD)
    visitor.page.keyboard.press("Enter")


def test_what_was_sent_after_the_session_had_ended_is_there_again(
    visitors: Callable[..., Visitor], server: Server, desk: Desk, document: str
) -> None:
    carol = visitors(server, "carol", viewport=PHONE)
    page = carol.go("/documents")
    nav = page.get_by_role("navigation", name="Main")
    assert nav.evaluate("nav => nav.scrollWidth <= nav.clientWidth")  # nothing of it is out of sight
    page = carol.go(f"/documents/{document}")
    page.get_by_role("link", name="Write guidelines").click()
    text = page.get_by_role("textbox")
    text.fill("# Council\n\nA vote that was counted is a claim.")
    carol.context.clear_cookies()
    page.get_by_role("button", name="Save and look at it").click()
    page.wait_for_url("**/login*")
    come_back(carol)
    page.get_by_role("link", name="Go back to it").click()
    expect(page.locator("main")).to_contain_text(KEPT)
    expect(text).to_have_value("# Council\n\nA vote that was counted is a claim.")
    page.get_by_role("button", name="Save and look at it").click()
    expect(page.locator("main h2", has_text="Council")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text(KEPT)

    # At the desk, a reason without spaces; then the session ends: there is a way back, and it is sent.
    page = carol.go(f"/documents/{document}")
    expect(page.locator("#bar")).to_be_visible()
    carol.press("c")
    carol.is_saved()
    page = carol.go("/verification")
    page.wait_for_selector("#panel:not([hidden])", state="attached")  # its script is at work
    page.locator("#checks .sentence").first.click()
    page.locator("#verify [name=status]").select_option("settled")
    page.locator("#verify [name=verdict]").select_option("false")
    page.locator("#verify [name=rationale]").fill("No" * 200)
    page.get_by_role("button", name="Add evidence").click()
    page.locator("#verify [name=reference]").fill("A call")
    carol.context.clear_cookies()
    page.get_by_role("button", name="Save the verification").click()
    page.locator("#notices").get_by_role("link", name="Sign in").click()
    come_back(carol)
    page.wait_for_url("**/verification")
    expect(page.locator("#checks li").first).to_contain_text("Settled")
    page.wait_for_selector("#panel:not([hidden])", state="attached")  # its script is at work
    page.locator("#checks .sentence").first.click()
    page.locator("#verify [name=status]").select_option("in_progress")
    page.locator("#verify [name=reason]").fill("why" * 100)
    page.get_by_role("button", name="Save the verification").click()
    expect(page.locator("#checks li").first).to_contain_text("In progress")
    page = carol.go("/verification/corrections")
    expect(page.locator(".corrections > li")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
