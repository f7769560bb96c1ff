"""Every page in every state passes axe (WCAG 2.2 A and AA), light and dark, wide and narrow."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from annotate.database import open_database
from tests.browser.conftest import DESKTOP, PHONE, Visitor
from tests.server.conftest import Desk, Server

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def assert_accessible(page: Page) -> None:
    result = Axe().run(page, options=RULES)
    assert result.violations_count == 0, result.generate_report()


@pytest.mark.parametrize(
    ("scheme", "viewport"), [("light", DESKTOP), ("dark", PHONE)], ids=["desktop-light", "phone-dark"]
)
def test_every_page_passes_axe(
    visitors: Callable[..., Visitor],
    server: Server,
    desk: Desk,
    document: str,
    scheme: str,
    viewport: dict[str, int],
) -> None:
    visitor = visitors(server, color_scheme=scheme, viewport=viewport)
    page = visitor.go("/login")
    assert_accessible(page)
    page.fill("[name=name]", "carol")
    page.fill("[name=password]", "not hers")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    assert_accessible(page)

    visitor.sign_in("carol")
    for path in (
        "/",
        "/documents",
        "/documents?q=nothing-like-that",
        "/speakers",
        "/insights",
        "/account",
        "/nope",
    ):
        visitor.go(path)
        assert_accessible(page)

    visitor.go("/account")
    page.get_by_label("Claim", exact=True).fill("v")
    page.get_by_role("button", name="Save the keys").click()
    expect(page.get_by_text("Nothing is saved yet")).to_be_visible()
    assert_accessible(page)

    visitor.go(f"/documents/{document}")
    assert_accessible(page)
    visitor.press("c q b n")
    visitor.is_saved()
    visitor.press("k k k k v")
    page.locator("#verify [name=status]").select_option("settled")
    page.get_by_role("button", name="Add evidence").click()
    page.get_by_role("button", name="Save the verification").click()
    assert_accessible(page)
    page.get_by_role("button", name="Discard changes").click()
    page.keyboard.press("Escape")
    for query in ("", "?start=0", "?kind=matches"):
        visitor.go(f"/documents/{document}/history{query}")
        assert_accessible(page)
    undone(visitor, document)
    assert_accessible(page)
    visitor.go(f"/documents/{document}")
    expect(page.locator("#bar")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    check_the_desk(visitor)
    visitor.go(f"/documents/{document}")
    expect(page.locator("#bar")).to_be_visible()
    show_every_strip(visitor, desk)
    assert_accessible(page)


def undone(visitor: Visitor, document: str) -> None:
    """Change a label, and open the step before the first one is restored."""
    page = visitor.go(f"/documents/{document}")
    expect(page.locator("#bar")).to_be_visible()
    visitor.press("Home b")
    visitor.is_saved()
    visitor.go(f"/documents/{document}/history?kind=votes")
    page.get_by_role("link", name="Restore this").first.click()
    expect(page.get_by_role("button", name="Restore this")).to_be_visible()


def check_the_desk(visitor: Visitor) -> None:
    """Look at the verification desk with a record open, and at the log of corrections."""
    page = visitor.go("/verification")
    expect(page.locator("#record")).to_be_attached()
    page.locator("#checks .sentence").first.click()
    page.get_by_role("button", name="Add evidence").click()
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Discard changes").click()
    visitor.go("/verification/corrections")
    assert_accessible(page)


def show_every_strip(visitor: Visitor, desk: Desk) -> None:
    """Bring the workbench into all of its states: a range, finding, cutting, signing off, trouble."""
    page = visitor.page
    visitor.press("/")
    page.keyboard.type("meeting")
    expect(page.locator("#find output")).to_contain_text("of")
    page.locator("#sign-off").click()
    expect(page.locator("#rest")).to_be_visible()
    page.locator("#article [data-end]").nth(7).click()
    visitor.press("Shift+j x")
    expect(page.locator("#cut")).to_be_visible()
    visitor.press("Escape")
    other = visitor.context.browser.new_context()
    try:
        elsewhere = other.new_page()
        visitor.sign_in("carol", elsewhere)
        elsewhere.goto(page.url)
        expect(elsewhere.locator("#bar")).to_be_visible()
        elsewhere.locator("#article [data-end]").nth(12).click()
        elsewhere.keyboard.press("c")
        expect(elsewhere.locator("#save")).to_have_attribute("data-state", "saved")
    finally:
        other.close()
    page.locator("#article [data-end]").nth(12).click()
    visitor.press("q")
    expect(page.locator("#problem")).to_be_visible()
    db = open_database(desk.database)
    with db.transaction():
        db.write("DELETE FROM sessions")
    visitor.press("q x")
    expect(page.locator("#session")).to_be_visible()
    if page.viewport_size == PHONE:
        page.evaluate(
            "document.querySelector('#s0').dispatchEvent("
            "new PointerEvent('click', { bubbles: true, pointerType: 'touch' }))"
        )
        expect(page.locator("#quick")).to_be_visible()


def test_at_320_pixels_and_at_200_percent_nothing_is_cut_off(
    visitors: Callable[..., Visitor], server: Server, document: str
) -> None:
    for viewport in ({"width": 320, "height": 640}, {"width": 640, "height": 425}):
        visitor = visitors(server, "alice", viewport=viewport)
        for path in (
            "/",
            "/documents",
            f"/documents/{document}",
            f"/documents/{document}/history",
            "/insights",
            "/account",
        ):
            page = visitor.go(path)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


LOW = [{"width": 320, "height": 256}, {"width": 640, "height": 425}]  # 1280 pixels, magnified


@pytest.mark.parametrize("viewport", LOW, ids=["400%", "200%"])
def test_on_a_low_screen_the_tools_leave_room_for_the_sentence_and_for_every_strip(
    visitors: Callable[..., Visitor], server: Server, document: str, viewport: dict[str, int]
) -> None:
    alice = visitors(server, "alice", viewport=viewport)
    page = alice.go(f"/documents/{document}")
    expect(page.locator("#bar")).to_be_visible()
    alice.press("j j j j j j j")
    is_seen = """() => document.querySelector('#article :focus').getBoundingClientRect().top
        < document.getElementById('bar').getBoundingClientRect().top - 20"""
    page.wait_for_function(is_seen)
    page.evaluate("for (const each of document.querySelectorAll('.strip')) each.hidden = false")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(
        "document.getElementById('bar').scrollWidth <= document.getElementById('bar').clientWidth"
    )
    alice.press("j j")
    page.wait_for_function(is_seen)
    page.evaluate("for (const each of document.querySelectorAll('.strip')) each.hidden = true")
    page.get_by_role("button", name="Details").click()
    widths = "#panel :is([name=speaker], [name=note], #excerpt)"
    assert page.eval_on_selector_all(widths, "all => new Set(all.map((el) => el.offsetWidth)).size") == 1


def test_what_one_presses_is_at_least_24_pixels_wide_and_high(
    visitors: Callable[..., Visitor], server: Server, document: str
) -> None:
    visitor = visitors(server, "alice", viewport=PHONE)
    for path in ("/", "/documents", f"/documents/{document}", "/insights", "/account"):
        page = visitor.go(path)
        if path.endswith(document):
            expect(page.locator("#bar")).to_be_visible()
            page.evaluate("for (const each of document.querySelectorAll('.strip')) each.hidden = false")
        small = page.evaluate(
            """() => [...document.querySelectorAll('button, select, summary, input, nav a, .button')]
                .filter((each) => each.checkVisibility() && !each.closest('dialog'))
                .filter((each) => each.offsetWidth < 24 || each.offsetHeight < 24)
                .map((each) => each.outerHTML)"""
        )
        assert small == [], path


def test_words_without_end_do_not_widen_the_page(
    visitors: Callable[..., Visitor], server: Server, desk: Desk
) -> None:
    long = "Donaudampfschifffahrt" * 15
    folder = desk.folder.parent / "long"
    folder.mkdir()
    (folder / f"{long[:180]}.txt").write_text(f"{long}\n\nThe {long} sailed.\n\n{long}\n", "utf-8")
    desk.run("seeds", "load", folder)
    for viewport in (DESKTOP, PHONE):
        visitor = visitors(server, "alice", viewport=viewport)
        page = visitor.go("/")
        page.get_by_role("link", name="Donaudampf").first.click()
        page.wait_for_selector("#bar:not([hidden])")
        visitor.press("Home j c")  # so that the desk and its record have it too
        visitor.is_saved()
        for path in (page.url.removeprefix(visitor.base), "/", "/documents", "/verification"):
            page = visitor.go(path)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_the_workbench_is_reached_and_left_by_tab_alone(alice: Visitor) -> None:
    page = alice.page
    page.keyboard.press("Tab")
    where = "document.activeElement.closest('#article') ? 'article' : document.activeElement.id"
    seen = []
    for _ in range(40):
        seen.append(page.evaluate(where))
        page.keyboard.press("Tab")

    assert "article" in seen
    assert "sign-off" in seen
    assert seen.count("article") == seen[seen.index("article") :].count("article") <= 2  # one stop, no trap
