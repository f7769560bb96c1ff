"""The pages of speakers in a browser: two spellings become one person, by keyboard, on any screen."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from annotate.database import open_database
from annotate.store.annotations import record_annotation
from annotate.store.contents import list_sentences
from annotate.store.documents import get_document
from annotate.store.reviewers import get_reviewer
from tests.browser.conftest import DESKTOP, PHONE, Visitor
from tests.browser.test_accessible import assert_accessible
from tests.server.conftest import Desk, Server


def say(desk: Desk, document: str, *speakers: str) -> None:
    """Let alice give the first sentences of an article their speakers."""
    db = open_database(desk.database)
    alice = get_reviewer(db, "alice")
    sentences = list_sentences(db, get_document(db, document, alice), alice)
    for sentence, speaker in zip(sentences, speakers, strict=False):
        record_annotation(
            db,
            document,
            sentence.start,
            by=alice,
            end=sentence.end,
            label="quote",
            speaker=speaker,
            note=None,
            origin="key",
        )


def assert_good_on_every_screen(page: Page) -> None:
    for viewport in (DESKTOP, PHONE, {"width": 320, "height": 640}):
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]


def test_two_spellings_become_one_speaker_by_keyboard(
    visitors: Callable[..., Visitor], server: Server, desk: Desk, document: str
) -> None:
    say(desk, document, "Mayor Ida Rask", "Ida Rask", "Jon Vale", "Ida Rask")
    page = visitors(server, "carol").go("/speakers")
    expect(page.locator(".list li")).to_have_count(3)
    assert_good_on_every_screen(page)

    page.get_by_role("link", name="Ida Rask", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ida Rask")
    page.get_by_role("button", name="Merge Mayor Ida Rask into this one").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#counts")).to_contain_text("3 sentences")
    page.get_by_label("Role").fill("Mayor")
    page.get_by_label("Note").fill("In office since 2020.\nSpeaks for the city.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("In office since 2020.").first).to_be_visible()
    expect(page.get_by_text("Also “Mayor Ida Rask”")).to_be_visible()
    assert_good_on_every_screen(page)

    page.get_by_role("link", name="3 unverified").click()
    expect(page.get_by_label("Verdict")).to_have_value("unverified")
    page.locator(".said a").nth(2).click()
    expect(page).to_have_url(re.compile(rf"/documents/{document}#s\d+$"))
    expect(page.locator("#article :focus")).to_have_count(1)
