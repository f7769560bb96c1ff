"""The verification panel of the workbench."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor
from tests.browser.stored import exported
from tests.server.conftest import Desk, Server


def open_form(visitor: Visitor, document: str) -> Page:
    page = visitor.go(f"/documents/{document}")
    page.locator("#article [data-end]").first.click()
    visitor.press("v")
    return page


def stored(desk: Desk) -> dict:  # type: ignore[type-arg]
    return exported(desk)[0]["sentences"][0]["verification"]


def save(page: Page) -> None:
    page.get_by_role("button", name="Save the verification").click()


def test_rules_are_explained_before_they_are_broken_and_beside_the_field(alice: Visitor, desk: Desk) -> None:
    page = alice.page
    alice.press("c k v")
    page.locator("#verify [name=status]").select_option("settled")
    expect(page.locator("#rules")).to_contain_text("evidence")

    page.locator("#verify [name=verdict]").select_option("false")
    page.locator("#verify [name=rationale]").fill("The register says otherwise.")
    page.get_by_role("button", name="Add evidence").click()
    page.locator("#verify [name=url]").fill("javascript:alert(1)")
    save(page)

    expect(page.locator("#verify")).to_contain_text("begins with http")
    assert stored(desk)["version"] == 0


def test_typing_is_kept_when_one_looks_elsewhere(alice: Visitor, desk: Desk) -> None:
    page = alice.page
    alice.press("c c k k v")
    page.locator("#verify [name=rationale]").fill("I was in the middle of a")
    page.locator("#article [data-end]").nth(1).click()
    expect(page.locator("#save")).to_have_attribute("data-state", "draft")
    page.locator("#article [data-end]").first.click()

    expect(page.locator("#verify [name=rationale]")).to_have_value("I was in the middle of a")
    save(page)
    alice.is_saved()
    assert stored(desk)["rationale"] == "I was in the middle of a"


def test_a_conflict_shows_both_sides_field_by_field(
    alice: Visitor, visitors: Callable[..., Visitor], server: Server, desk: Desk, document: str
) -> None:
    alice.press("c")
    alice.is_saved()
    bob = visitors(server, "bob")
    pages = [open_form(alice, document), open_form(bob, document)]
    for page, verdict in zip(pages, ("mixed", "false"), strict=True):
        page.locator("#verify [name=status]").select_option("in_progress")
        page.locator("#verify [name=verdict]").select_option(verdict)
    save(pages[0])
    alice.is_saved()
    save(pages[1])

    conflict = pages[1].locator("#conflict")
    expect(conflict).to_be_visible()
    expect(conflict.locator("tr", has_text="Mixed")).to_contain_text("False")
    assert stored(desk)["verdict"] == "mixed"
    pages[1].locator("[data-choose=mine]").click()
    bob.is_saved()
    assert (stored(desk)["verdict"], stored(desk)["version"]) == ("false", 2)

    # What one types in another tab is not lost when one's own other tab saves.
    page, tab = pages[0], alice.tab()
    for each in (page, tab):
        each.goto(f"{alice.base}/documents/{document}")
        expect(each.locator("#bar")).to_be_visible()
        each.locator("#article [data-end]").first.click()
        each.keyboard.press("v")
    tab.locator("#verify [name=rationale]").fill("In the other tab.")
    page.locator("#verify [name=rationale]").fill("In this tab.")
    save(page)
    alice.is_saved()
    expect(tab.locator("#conflict tr", has_text="Rationale")).to_contain_text(
        "In this tab. In the other tab."
    )


def test_what_is_settled_is_reopened_by_an_editor_with_a_reason(
    alice: Visitor, visitors: Callable[..., Visitor], server: Server, desk: Desk, document: str
) -> None:
    alice.press("q k v")
    form = alice.page.locator("#verify")
    form.locator("[name=status]").select_option("settled")
    form.locator("[name=attribution]").select_option("confirmed")
    form.get_by_role("button", name="Add evidence").click()
    form.locator("[name=reference]").fill("Recording of the meeting")
    save(alice.page)
    alice.is_saved()
    assert stored(desk)["attribution"] == "confirmed"

    carol = visitors(server, "carol")
    page = open_form(carol, document)
    page.locator("#verify [name=status]").select_option("in_progress")
    page.locator("#verify [name=reason]").fill("The recording was cut.")
    save(page)
    carol.is_saved()
    assert stored(desk)["status"] == "in_progress"


COPY = """(detail) => {
    document.getElementById('verify').dispatchEvent(new CustomEvent('copy-verification', { detail }));
}"""
FOUND = {
    "verdict": "false",
    "attribution": None,
    "rationale": "The register says otherwise.",
    "evidence": [{"url": "https://records.example.org/1", "title": "Register", "stance": "refutes"}],
    "origin": "“Bridge closed”, checked by bob",
}


def test_what_was_found_elsewhere_fills_the_form_and_never_what_is_typed_without_asking(
    alice: Visitor, desk: Desk
) -> None:
    page = alice.page
    alice.press("c k v")
    expect(page.locator("#verify [name=status]")).to_be_focused()
    page.evaluate(COPY, FOUND)

    expect(page.locator("#kept")).to_contain_text("Copied from “Bridge closed”, checked by bob.")
    expect(page.locator("#verify [name=verdict]")).to_have_value("false")
    page.locator("#verify [name=rationale]").fill("Mine.")
    page.evaluate(COPY, {**FOUND, "evidence": [{"reference": "A call"}], "origin": "another"})
    expect(page.locator("#copied")).to_contain_text("that of another")
    expect(page.locator("#verify [name=rationale]")).to_have_value("Mine.")
    page.get_by_role("button", name="Only add the evidence").click()
    expect(page.locator("#evidence fieldset")).to_have_count(2)
    save(page)
    alice.is_saved()
    assert [each["url"] or each["reference"] for each in stored(desk)["evidence"]] == [
        "https://records.example.org/1",
        "A call",
    ]
    assert (stored(desk)["status"], stored(desk)["rationale"]) == ("in_progress", "Mine.")


def test_an_editors_draft_survives_closing_and_tells_what_was_decided_since(
    alice: Visitor, visitors: Callable[..., Visitor], server: Server, desk: Desk, document: str
) -> None:
    alice.press("c")
    alice.is_saved()
    carol = visitors(server, "carol")
    page = carol.go(f"/documents/{document}")
    page.locator("#article [data-end]").first.click()
    page.get_by_text("Decide as editor").click()
    page.locator("#decide [name=reason]").fill("It is an opinion.")
    expect(page.locator("#save-text")).to_have_text("Draft kept")
    page.reload()  # without being asked
    page.locator("#article [data-end]").first.click()
    page.get_by_text("Decide as editor").click()
    expect(page.locator("#decide [name=reason]")).to_have_value("It is an opinion.")

    alice.press("k q")
    alice.is_saved()
    page.reload()
    page.locator("#article [data-end]").first.click()
    page.get_by_text("Decide as editor").click()
    expect(page.locator("#decide .form-error")).to_contain_text("Decided after you typed this: Quote")
    page.locator("#decide [name=label]").select_option("none")
    page.get_by_role("button", name="Decide", exact=True).click()
    carol.is_saved()
    assert exported(desk)[0]["sentences"][0]["adjudication"]["reason"] == "It is an opinion."
    page.reload()
    expect(page.locator("#save-text")).to_have_text("Saved")

    # Typed in another tab of hers while this one decides: it stays, and tells what stands now.
    tab = carol.tab()
    tab.goto(page.url)
    for each in (tab, page):
        each.locator("#article [data-end]").first.click()
        each.get_by_text("Decide as editor").click()
    tab.locator("#decide [name=reason]").fill("Typed elsewhere.")
    page.locator("#decide [name=label]").select_option("claim")
    page.get_by_role("button", name="Decide", exact=True).click()
    carol.is_saved()
    expect(tab.locator("#decide .form-error")).to_contain_text("Decided meanwhile: Claim")
    expect(tab.locator("#decide [name=reason]")).to_have_value("Typed elsewhere.")
