"""Disputes settled by keyboard, by two editors at once, also without a network; their voters see it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from annotate.database import open_database
from annotate.loading import find_sources, load
from annotate.store.annotations import record_annotation
from annotate.store.comments import add_comment
from annotate.store.contents import get_content
from annotate.store.documents import get_document
from annotate.store.reviewers import get_reviewer
from annotate.store.reviews import sign_off
from tests.browser.conftest import PHONE, Visitor
from tests.browser.test_accessible import assert_accessible
from tests.server.conftest import Desk, Server

ARTICLE = """Ferry takes over

The bridge carries 4,000 cars a day. "It will be closed," said Mayor Ida Rask.

A ferry runs from Monday. It costs three crowns. Everybody may use it.
"""
VOTES = {
    "alice": ("boilerplate", "claim", "quote", "claim", "claim", "claim"),
    "bob": ("boilerplate", "none", "claim", "quote", "none", "none"),
}


@pytest.fixture
def disputed(desk: Desk, tmp_path: Path) -> str:
    """A document that alice and bob have signed off, with five disputes."""
    db = open_database(desk.database)
    path = tmp_path / "ferry.txt"
    path.write_text(ARTICLE, "utf-8")
    (loaded,) = load(db, find_sources([path])[0], reviews_needed=2)
    document = loaded.id or ""
    for name, labels in VOTES.items():
        by = get_reviewer(db, name)
        content = get_content(db, get_document(db, document, by), by)
        for sentence, label in zip(content.sentences, labels, strict=True):
            speaker = {"alice": "Ida Rask", "bob": "The mayor"}[name] if label == "quote" else None
            record_annotation(
                db, document, sentence.start, by=by, end=sentence.end, label=label, speaker=speaker
            )
        sign_off(db, document, by=by)
    first = content.sentences[1]
    add_comment(db, document, first.start, by=get_reviewer(db, "bob"), end=first.end, text="Is it news?")
    return document


def decided(desk: Desk, document: str) -> list[tuple[str | None, str | None, str | None]]:
    """What stands for each sentence but the first: label, speaker and reason."""
    db = open_database(desk.database)
    content = get_content(db, get_document(db, document, None), None)
    assert all(each.decision for each in content.sentences)
    return [
        (each.decision.label, each.decision.speaker, each.decision.reason)  # type: ignore[union-attr]
        for each in content.sentences[1:]
    ]


def shows(page: Page, text: str) -> None:
    expect(page.locator("#case mark")).to_have_text(text)
    expect(page.locator("#case")).to_be_focused()


def hide_names(carol: Visitor) -> None:
    """Hide the names by key; it is remembered. The next disputes don't come yet."""
    page = carol.page
    carol.press("h")
    expect(page.locator("#names")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".main")).not_to_contain_text(re.compile("alice|bob"))
    expect(page.locator("#comments li")).to_contain_text("Somebody")
    page.route("**/adjudication/*/*", lambda route: route.abort())
    carol.go("/adjudication")
    shows(page, "The bridge carries 4,000 cars a day.")
    expect(page.locator("#case .sides li")).to_contain_text(["A", "B"])


def decide_three(carol: Visitor) -> None:
    """Decide with a reason, take a side, decide and undo and decide otherwise, without a pointer."""
    page = carol.page
    carol.press("r M Escape m")  # a reason from the list, by its first letter, then one in words
    page.keyboard.type("it is a count; c q b n 1 2")
    page.keyboard.press("Enter")  # which decides nothing
    carol.press("Escape c n")  # the second key finds nothing to decide: the next has not come yet
    expect(page.locator("#told")).to_contain_text("does not come")
    page.unroute("**/adjudication/*/*")
    shows(page, '"It will be closed," said Mayor Ida Rask.')
    expect(page.locator("#told")).to_be_hidden()
    side = page.locator("#case li", has_text="Ida Rask").get_by_role("button")
    carol.press(side.get_attribute("data-key") or "")
    shows(page, "A ferry runs from Monday.")
    carol.press("n")
    shows(page, "It costs three crowns.")
    carol.press("u")
    shows(page, "A ferry runs from Monday.")
    carol.press("a")
    page.keyboard.type("The harbour")
    carol.press("Escape 2")
    shows(page, "It costs three crowns.")
    carol.is_saved()


def decide_beside(carol: Visitor, dana: Visitor) -> None:
    """Dana decides what carol has before her, and the one that carol decides without a network."""
    page, other = carol.page, dana.go(carol.page.url.removeprefix(carol.base))
    carol.press("j")
    shows(page, "Everybody may use it.")
    shows(other, "It costs three crowns.")
    dana.press("b")
    shows(other, "Everybody may use it.")
    dana.press("n")
    dana.is_saved()
    carol.context.set_offline(True)
    carol.press("c")
    expect(page.locator("#save")).to_have_attribute("data-state", "unsaved")
    carol.context.set_offline(False)
    expect(page.locator("#problem")).to_contain_text("was decided meanwhile: None. Yours: Claim.")
    assert_accessible(page)
    page.get_by_role("button", name="Keep mine").click()
    carol.is_saved()
    expect(page.locator("#told")).to_contain_text("Boilerplate, by dana")
    expect(page.locator("#empty")).to_contain_text("the last one of this list")


def test_editors_settle_all_by_keyboard_and_whoever_voted_sees_it(
    visitors: Callable[..., Visitor], server: Server, desk: Desk, disputed: str
) -> None:
    carol = visitors(server, "carol")
    page = carol.go("/adjudication")
    shows(page, "The bridge carries 4,000 cars a day.")
    expect(page.locator("#comments li")).to_contain_text("bob")
    assert_accessible(page)
    hide_names(carol)
    decide_three(carol)
    assert decided(desk, disputed)[:3] == [
        ("claim", None, "Misread: it is a count; c q b n 1 2"),
        ("quote", "Ida Rask", None),
        ("quote", "The harbour", None),
    ]
    decide_beside(carol, visitors(server, "dana"))
    assert [label for label, *_ in decided(desk, disputed)][3:] == ["boilerplate", "claim"]
    page.get_by_role("link", name="See what is left").click()
    expect(page.get_by_role("heading", name="Nothing is in dispute")).to_be_visible()
    page.get_by_role("link", name="Late dissent").click()
    expect(page.get_by_role("heading", name="No late dissent")).to_be_visible()

    alice = visitors(server, "alice", viewport=PHONE)
    mine = alice.page
    mine.get_by_role("link", name="5 decisions on yours").click()
    expect(mine.locator(".list li").first).to_contain_text("Claim, as you said")
    expect(mine.locator(".list li", has_text="by dana")).to_contain_text("Claim → Boilerplate")
    assert_accessible(mine)
    assert mine.evaluate("document.documentElement.scrollWidth <= innerWidth")
    mine.get_by_role("button", name="Mark all as read").click()
    expect(mine.get_by_text("New", exact=True)).to_have_count(0)
