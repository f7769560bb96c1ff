"""Sentences cut in two and joined again on the page, by keyboard and by pointer."""

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Route, expect

from tests.browser.conftest import PHONE, Visitor
from tests.browser.stored import export, labels, marks, sentences
from tests.server.conftest import Desk, Server

ALL = "#article [data-end]"
TALK = (
    "“Two of its bearings have cracked 🌉. Dr. Holm of the city has seen them. "
    "Nobody will cross it before spring,” said Mayor Ida Rask."
)


def texts(desk: Desk) -> list[str]:
    return [each["text"] for each in sentences(desk)]


def test_a_sentence_is_cut_by_keyboard_and_the_cut_can_be_undone(alice: Visitor, desk: Desk) -> None:
    page = alice.page
    before = texts(desk)
    assert before[1].startswith("On day 0 of meeting 0 the council")
    alice.press("j c k x")
    expect(page.locator("#announce")).to_contain_text("On | day 0 of meeting")
    alice.press("ArrowRight j j ArrowLeft Enter")
    expect(page.locator(ALL)).to_have_count(42)
    alice.is_saved()

    assert texts(desk)[1:3] == ["On day 0", before[1].removeprefix("On day 0 ")]
    assert labels(desk)[:4] == [None, "claim", "claim", None]
    assert marks(page)[:4] == labels(desk)[:4]
    alice.press("j q u u")  # the second part was tagged; undo that, then the cut
    expect(page.locator(ALL)).to_have_count(41)
    alice.is_saved()
    assert texts(desk) == before
    assert labels(desk)[:3] == [None, "claim", None]

    alice.press("Shift+U")
    expect(page.locator(ALL)).to_have_count(42)
    alice.press("Shift+U")
    alice.is_saved()
    assert labels(desk)[:4] == [None, "claim", "quote", None]


def test_a_sentence_is_cut_where_one_points_and_joined_with_the_next(alice: Visitor, desk: Desk) -> None:
    page = alice.page
    before = texts(desk)
    page.locator(ALL).nth(1).click()
    page.get_by_role("button", name="Cut in two").click()
    box = page.locator(ALL).nth(1).bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.get_by_role("button", name="Cut here").click()
    expect(page.locator(ALL)).to_have_count(42)
    parts = texts(desk)[1:3]
    assert " ".join(parts) == before[1]
    assert all(len(part) > 8 for part in parts)

    page.get_by_role("button", name="Join with next").click()
    expect(page.locator(ALL)).to_have_count(41)
    alice.is_saved()
    assert texts(desk) == before


def test_the_cut_begins_where_the_server_would_cut_and_goes_to_other_such_places(
    visitors: Callable[..., Visitor], server: Server, desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "talk.txt").write_text(f"Said at the bridge\n\n{TALK}\n")
    desk.run("seeds", "load", tmp_path / "talk.txt")
    alice = visitors(server, "alice")
    alice.go("/documents?q=talk.txt").get_by_role("link", name="Said at the bridge").click()
    expect(alice.page.locator("#bar")).to_be_visible()
    told = alice.page.locator("#announce")
    alice.press("j x")
    expect(told).to_contain_text("bearings have cracked 🌉. | Dr. Holm of the")
    alice.press("ArrowDown")
    expect(told).to_contain_text("has seen them. | Nobody will cross")
    alice.press("ArrowDown ArrowUp ArrowUp Enter")
    expect(alice.page.locator(ALL)).to_have_count(3)
    assert alice.page.locator(ALL).nth(2).inner_text().startswith("Dr. Holm")

    alice.press("j x")  # what was offered in a part is offered still
    expect(told).to_contain_text("has seen them. | Nobody will cross")
    alice.press("Escape k w")
    expect(alice.page.locator(ALL)).to_have_count(2)
    alice.press("x")
    expect(told).to_contain_text("bearings have cracked 🌉. | Dr. Holm of the")
    alice.press("Escape")


def test_by_touch_alone_one_tags_cuts_and_joins(
    visitors: Callable[..., Visitor], server: Server, desk: Desk, document: str
) -> None:
    alice = visitors(server, "alice", viewport=PHONE, has_touch=True, is_mobile=True)
    page = alice.go(f"/documents/{document}")
    page.locator(ALL).nth(1).tap()
    page.get_by_role("button", name="Claim").tap()
    page.locator(ALL).nth(1).tap()
    page.get_by_role("button", name="Details").tap()
    page.get_by_role("button", name="Cut in two").tap()
    page.get_by_role("button", name="A word on").tap()
    page.get_by_role("button", name="Cut here").tap()
    expect(page.locator(ALL)).to_have_count(42)
    assert texts(desk)[1] == "On day"
    assert labels(desk)[:4] == [None, "claim", "claim", None]

    page.get_by_role("button", name="Undo").tap()
    expect(page.locator(ALL)).to_have_count(41)


def test_leaving_the_cut_changes_nothing(alice: Visitor, desk: Desk) -> None:
    before = export(desk)
    for leave in ("Escape", "x"):
        alice.press(f"x j {leave}")
        expect(alice.page.locator("#cut")).to_be_hidden()
    alice.press("w")  # a headline is a block of its own
    expect(alice.page.locator("#announce")).to_contain_text("no sentence behind it")

    assert export(desk) == before


def test_a_cut_waits_for_the_network_over_a_reload_and_keeps_what_was_tagged_before(
    alice: Visitor, desk: Desk
) -> None:
    page = alice.page
    page.on("dialog", lambda dialog: dialog.accept())
    page.route("**/sentences/**", lambda route: route.abort())
    alice.press("j c k x Enter c")
    expect(page.locator("#announce")).to_contain_text("wait a moment")
    expect(page.locator("#save")).to_contain_text("Offline (2)")
    page.unroute("**/sentences/**")
    page.reload()
    expect(page.locator(ALL)).to_have_count(42)
    alice.is_saved()

    assert labels(desk)[:4] == [None, "claim", "claim", None]


def test_offsets_behind_an_emoji_are_code_points(alice: Visitor, desk: Desk) -> None:
    folder = desk.folder.parent / "emoji"
    folder.mkdir()
    (folder / "a.txt").write_text("The 🎈🎈 flew away. It is gone 🎈 for good today.\n", "utf-8")
    done = desk.run("seeds", "load", folder, "--json")
    document = json.loads(done.stdout.splitlines()[0])["id"]
    page = alice.go(f"/documents/{document}")
    expect(page.locator("#bar")).to_be_visible()
    n = page.locator(ALL).count()
    alice.press("x Home ArrowRight Enter")
    expect(page.locator(ALL)).to_have_count(n + 1)

    assert page.locator(ALL).nth(0).inner_text() == "The 🎈🎈"
    assert page.locator(ALL).nth(1).inner_text().startswith("flew away.")


def cut_elsewhere(alice: Visitor) -> None:
    """Cut the second sentence on another computer of hers."""
    other = alice.context.browser.new_context()
    try:
        elsewhere = other.new_page()
        alice.sign_in("alice", elsewhere)
        elsewhere.goto(alice.page.url)
        expect(elsewhere.locator("#bar")).to_be_visible()
        elsewhere.locator(ALL).nth(1).click()
        elsewhere.keyboard.press("x")
        elsewhere.keyboard.press("Enter")
        expect(elsewhere.locator(ALL)).to_have_count(42)
    finally:
        other.close()


def test_boundaries_that_changed_elsewhere_show_both_sides(alice: Visitor, desk: Desk, document: str) -> None:
    cut_elsewhere(alice)

    alice.press("j c")
    expect(alice.page.locator("#problem")).to_contain_text("There now: “On” and “day 0")
    alice.page.get_by_role("button", name="Reload the page").click()
    expect(alice.page.locator(ALL)).to_have_count(42)
    alice.page.get_by_role("button", name="Keep mine").click()
    alice.is_saved()

    assert labels(desk)[:3] == [None, "claim", None]


def test_discarding_mine_shows_the_boundaries_that_are_there_now(alice: Visitor, desk: Desk) -> None:
    cut_elsewhere(alice)
    alice.press("j c")
    alice.page.get_by_role("button", name="Discard mine").click()
    expect(alice.page.locator(ALL)).to_have_count(42)
    alice.is_saved()

    assert labels(desk)[:3] == [None, None, None]


def test_each_of_two_cuts_waits_until_it_is_stored_itself(alice: Visitor) -> None:
    page, held = alice.page, list[Route]()
    page.route("**/split", lambda route: held.append(route))  # noqa: PLW0108
    waiting = page.locator("[data-x=boundaries]")
    with page.expect_request("**/split"):
        alice.press("j x Enter")
    alice.press("j j x Enter")
    expect(waiting).to_have_count(2)
    with page.expect_request("**/split"):
        held.pop().continue_()
    expect(waiting).to_have_count(1)
    held.pop().continue_()
    expect(waiting).to_have_count(0)


def test_what_is_typed_and_not_saved_keeps_its_sentence_or_goes_with_its_beginning(
    alice: Visitor, desk: Desk, document: str
) -> None:
    page, before = alice.page, texts(desk)
    rationale = page.locator("#verify [name=rationale]")
    alice.press("j c k")
    alice.is_saved()
    alice.press("v")
    rationale.fill("Ten minutes of work")
    alice.press("Escape")
    alice.press("x")
    expect(page.locator("#announce")).to_contain_text("Save or discard first")
    expect(page.locator("#cut")).to_be_hidden()
    assert texts(desk) == before

    other = alice.tab()  # where it is offered too
    other.goto(f"{alice.base}/documents/{document}")
    expect(other.locator("#save-text")).to_have_text("Draft kept")
    other.locator(ALL).nth(1).click()
    other.get_by_text("Check it").click()
    other.get_by_role("button", name="Discard changes").click()
    other.locator(ALL).nth(1).click()
    other.keyboard.press("x")
    other.keyboard.press("Enter")
    expect(page.locator(ALL)).to_have_count(42)
    page.locator(ALL).nth(1).click()
    expect(rationale).to_have_value("Ten minutes of work")
    alice.press("w")
    expect(page.locator("#announce")).to_contain_text("Save or discard first")
    expect(page.locator(ALL)).to_have_count(42)
