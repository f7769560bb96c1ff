"""Managing people and reading guidelines in a real browser: by keyboard, on a phone, in every state."""

from collections.abc import Callable

from playwright.sync_api import expect

from annotate.database import open_database
from annotate.store.collections import limit_collection, set_guidelines
from annotate.store.reviewers import set_active
from tests.browser.conftest import DESKTOP, PHONE, Visitor
from tests.browser.test_accessible import assert_accessible
from tests.conftest import PASSWORD
from tests.server.conftest import Desk, Server

GUIDE = """# What is a claim

A sentence that can be **checked**.

- a figure
- a date

| says | is a |
|---|---|
| 7 votes | claim |
"""
LONG = "Wolfeschlegelsteinhausenbergerdorff-Donaudampfschifffahrtsgesell"


def test_people_are_managed_by_keyboard_and_every_state_of_the_pages_is_accessible(
    visitors: Callable[..., Visitor], server: Server, desk: Desk, document: str
) -> None:
    db = open_database(desk.database)
    with db.transaction():
        db.write_many(
            "INSERT INTO reviewers (name, name_key, role, created_at) VALUES (?, ?, 'editor', '2026')",
            [(f"Person {n:03}", f"person {n:03}") for n in range(60)],
        )
    set_active(db, "bob", False)
    limit_collection(db, "court reports", ["alice", "Person 001"])

    dana = visitors(server, "dana", viewport=PHONE, color_scheme="dark")
    page = dana.go("/people")
    page.locator("summary").press("Enter")
    page.get_by_label("Name to sign in with").fill("ALICE")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("already")
    assert_accessible(page)
    page.get_by_label("Name to sign in with").fill(LONG)
    page.keyboard.press("Enter")
    link = page.get_by_label(f"Link for {LONG}")
    expect(link).to_be_focused()
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    newcomer = visitors(server, viewport=PHONE)
    newcomer.page.goto(link.input_value())
    assert "welcome/" not in newcomer.page.url
    newcomer.page.get_by_label("Password").fill(PASSWORD)
    newcomer.page.get_by_label("The same again").fill(PASSWORD)
    assert_accessible(newcomer.page)
    newcomer.page.keyboard.press("Enter")
    expect(newcomer.page.get_by_role("heading", name="Your queue")).to_be_visible()

    page.get_by_role("link", name="Go to").press("Enter")
    page.get_by_label("What").select_option("editor")
    page.get_by_role("button", name="Change the role").press("Enter")
    expect(page.get_by_role("button", name="Make")).to_be_focused()
    assert_accessible(page)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").last).to_contain_text("is now an editor")
    page.get_by_label("court reports").press("Space")
    page.get_by_role("button", name="Save the collections").press("Enter")
    page.get_by_label("Name of the token").fill("desk")
    page.keyboard.press("Enter")
    expect(page.get_by_label("The new token")).to_be_focused()
    newcomer.go("/")
    newcomer.page.wait_for_url("**/login")  # the role has ended that session

    here = page.url.removeprefix(dana.base).removesuffix("/tokens")
    page.emulate_media(color_scheme="light")
    collections = "/people/collections"
    for path in (here, "/people", "/people?q=nobody", collections, f"{collections}/court reports"):
        page.set_viewport_size(PHONE)
        dana.go(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        page.set_viewport_size(DESKTOP)
        assert_accessible(page)


def test_guidelines_open_beside_the_work_and_lose_nothing(alice: Visitor, desk: Desk, document: str) -> None:
    db = open_database(desk.database)
    (name,) = (row[0] for row in db.rows("SELECT DISTINCT collection FROM documents"))
    page = alice.page
    alice.press("i")  # nobody has written any yet
    expect(page.locator("#announce")).to_contain_text("Nobody has written guidelines")

    set_guidelines(db, name, GUIDE)
    alice.go(f"/documents/{document}")
    expect(page.locator("#bar")).to_be_visible()
    alice.press("c i")
    dialog = page.get_by_role("dialog", name="Guidelines")
    expect(dialog.get_by_text("A sentence that can be checked.")).to_be_visible()
    assert_accessible(page)
    alice.press("q c")  # dead while one reads
    alice.press("Escape")
    expect(dialog).to_be_hidden()
    alice.is_saved()
    expect(page.locator("[data-l]")).to_have_count(1)
    page.get_by_role("link", name="Guidelines").click()
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Close").click()

    page = alice.go(f"/collections/{name}/guidelines")
    assert_accessible(page)
