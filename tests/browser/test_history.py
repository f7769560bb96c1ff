"""The history in a browser: from a sentence to its past, and back to what it was, with and without script."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Visitor
from tests.browser.stored import labels
from tests.server.conftest import Desk, Server


def test_an_earlier_label_comes_back_from_the_sentences_own_history(
    alice: Visitor, visitors: Callable[..., Visitor], server: Server, desk: Desk, document: str
) -> None:
    page = alice.page
    alice.press("c k q k b k j")
    alice.is_saved()

    page.locator("#past").click()
    page.wait_for_url("**/history?start=*")
    lines = page.locator(".history > li > p:first-of-type")
    expect(lines).to_have_count(0)  # the next sentence has no past yet
    alice.go(f"/documents/{document}")
    expect(page.locator("#bar")).to_be_visible()
    alice.press("Home")
    page.locator("#past").click()
    expect(lines).to_have_text(
        [
            "alice changed their label from quote to boilerplate",
            "alice changed their label from claim to quote",
            "alice tagged it claim",
        ]
    )
    page.get_by_role("link", name="Restore this").last.press("Enter")
    expect(page.locator(".changes")).to_contain_text("boilerplate → claim")
    page.get_by_role("button", name="Restore this").press("Enter")
    expect(lines.first).to_have_text("alice changed their label from boilerplate to claim (restored)")
    assert labels(desk)[0] == "claim"

    plain = visitors(server, viewport=PHONE, java_script_enabled=False)
    plain.sign_in("alice")
    page = plain.go(f"/documents/{document}/history?start=0")
    page.get_by_role("link", name="Restore this").nth(1).click()
    page.get_by_role("button", name="Restore this").click()
    expect(page.locator(".history > li").first).to_contain_text("to quote (restored)")
    assert page.viewport_size == PHONE
    assert labels(desk)[0] == "quote"
