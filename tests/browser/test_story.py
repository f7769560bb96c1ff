"""The whole story of one claim: checked by two, found again elsewhere, its evidence reused, and corrected."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visitor
from tests.server.conftest import Desk, Server

REST = "Related content\n"
FIRST = f"Tidal barrier\n\nThe barrier at Sandwick cost 41 million crowns, Minister Runa Holt said.\n\n{REST}"
SECOND = (
    f"A year of storms\n\nMinister Holt put the cost of the Sandwick barrier at 45 million crowns.\n\n{REST}"
)
RECORD = "https://records.example.org/barrier"


@pytest.fixture
def server(desk: Desk) -> Server:
    """Where the result of one is settled by another."""
    return desk.serve(ANNOTATE_TWO_PERSON_RULE="1")


@pytest.fixture
def articles(desk: Desk) -> list[str]:
    """The addresses of two articles that tell of the same."""
    folder = desk.folder.parent / "coast"
    folder.mkdir()
    for name, text in (("first", FIRST), ("second", SECOND)):
        (folder / f"{name}.txt").write_text(text, "utf-8")
    desk.run("seeds", "load", folder)
    lines = desk.run("seeds", "list").stdout.splitlines()
    found = {line.split("\t")[-1]: line.split("\t")[0] for line in lines}
    return [f"/documents/{found[f'coast/{name}.txt']}" for name in ("first", "second")]


def claim_of(desk: Desk, article: str) -> dict[str, Any]:
    exported = json.loads(desk.run("export", "--collection", "coast").stdout)["documents"]
    (document,) = [each for each in exported if each["id"] == article.removeprefix("/documents/")]
    (claim,) = [each for each in document["sentences"] if "Sandwick" in each["text"]]
    return {"document": document["id"], **claim}


def tab_to(page: Page, there: Locator) -> None:
    """Press Tab until one stands there, as somebody without a pointer would."""
    expect(there).to_be_visible()
    for _ in range(60):
        if there.evaluate("el => el === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {there}")


def choose(page: Page, name: str, word: str) -> None:
    """Go to a list of the form of a verification, and type the beginning of what is meant."""
    field = page.locator(f"#verify [name={name}]")
    tab_to(page, field)
    page.keyboard.type(word)
    expect(field.locator("option:checked")).to_have_text(word)


def press_button(page: Page, name: str) -> None:
    tab_to(page, page.get_by_role("button", name=name, exact=True))
    page.keyboard.press("Enter")


def read(visitor: Visitor, article: str, keys: str = "") -> Page:
    """Open an article, go to its claim, and press some keys there."""
    page = visitor.go(article)
    expect(page.locator("#bar")).to_be_visible()
    tab_to(page, page.locator("#article [data-end]").first)
    visitor.press(f"j {keys}")
    return page


def check_at_desk(visitor: Visitor, query: str, *, status: str) -> Page:
    """Open the record of the first of a view of the desk by keyboard, and choose its status."""
    page = visitor.go(f"/verification{query}")
    expect(page.locator("#record")).to_be_visible()
    tab_to(page, page.locator("#checks .sentence").first)
    visitor.press("Enter")
    expect(page.locator("#verify [name=status]")).to_be_focused()
    choose(page, "status", status)
    return page


def save(page: Page, told: str) -> None:
    press_button(page, "Save the verification")
    expect(page.locator("#checked")).to_contain_text(told)


def test_the_story_of_a_claim_is_told_whole(  # noqa: PLR0915 - one story
    visitors: Callable[..., Visitor], server: Server, desk: Desk, articles: list[str]
) -> None:
    first, second = articles
    alice, bob, carol = (visitors(server, name) for name in ("alice", "bob", "carol"))

    # Alice tags the claim, finds a result, and hands it over with a question; bob settles it.
    page = read(alice, first, "c k v")
    expect(page.locator("#verify [name=status]")).to_be_focused()
    choose(page, "status", "In progress")
    choose(page, "verdict", "Verified")
    press_button(page, "Add evidence")
    page.keyboard.type(RECORD)
    save(page, "In progress · Verified")
    alice.press("Escape o")
    page.keyboard.type("The minister rounds.")
    press_button(page, "Comment")
    expect(page.locator("#comments li")).to_contain_text("The minister rounds.")
    page = alice.go("/verification?status=in_progress")
    expect(page.locator("#record")).to_be_visible()
    tab_to(page, page.locator("#checks .sentence").first)
    alice.press("h")
    page.keyboard.type("bob")
    alice.press("Tab")
    page.keyboard.type("Is this the final bill?")
    tab_to(page, page.get_by_role("dialog").get_by_role("button", name="Hand over"))
    alice.press("Enter")
    expect(page.locator("#checked")).to_contain_text("Second look")
    expect(page.locator("#assigned")).to_contain_text("bob has this to check")
    page = check_at_desk(bob, "?person=bob", status="Settled")
    expect(page.locator("#assigned")).to_contain_text("alice asks: “Is this the final bill?”")
    save(page, "Settled · Verified, by bob")
    assert claim_of(desk, first)["verification"]["checked_by"] == "bob"

    # Alice finds it again in the other article; an editor confirms; its evidence comes over, and bob settles.
    page = read(alice, second, "c k")
    alice.is_saved()
    found = page.locator("#matches li")
    tab_to(page, page.locator("#elsewhere summary"))
    alice.press("Enter")
    expect(found).to_have_count(1)
    expect(found.locator("mark")).to_have_text("41 million")
    press_button(page, "Same")
    expect(page.locator("#elsewhere-state")).to_contain_text("Proposed")
    page = read(carol, second)
    tab_to(page, page.locator("#elsewhere summary"))
    carol.press("Enter")
    press_button(page, "Confirm same")
    expect(page.locator("#elsewhere-state")).to_have_text("Confirmed.")
    page = read(alice, second)
    tab_to(page, page.locator("#elsewhere summary"))
    alice.press("Enter")
    press_button(page, "Use its evidence and verdict")
    expect(page.locator("#verify [name=url]")).to_have_value(RECORD)
    choose(page, "status", "Second look")
    save(page, "Second look · Verified")
    save(check_at_desk(bob, "?status=second_look", status="Settled"), "Settled · Verified, by bob")

    # A reader writes in: an editor reopens the first with a reason and corrects it.
    page = check_at_desk(carol, "?status=settled&q=Minister+Runa", status="In progress")
    choose(page, "verdict", "Mostly false")
    tab_to(page, page.locator("#verify [name=reason]"))
    page.keyboard.type("The audit says 45.")
    save(page, "In progress · Mostly false")
    log = carol.go("/verification/corrections").locator(".corrections > li")
    expect(log).to_have_count(1)
    expect(log).to_contain_text("Tidal barrier was reopened: The audit says 45.")
    expect(log.locator("li", has_text="Verdict")).to_have_text("Verdict: Verified → Mostly false")

    # The export tells all of it.
    one, other = claim_of(desk, first), claim_of(desk, second)
    assert (one["label"], one["decided_by"], other["label"]) == ("claim", "review", "claim")
    assert [each["reviewer"] for each in one["annotations"]] == ["alice"]
    assert [each["text"] for each in one["comments"]] == ["The minister rounds.", "Is this the final bill?"]
    for here, there in ((one, other), (other, one)):
        match = {"document": there["document"], "start": there["start"], "relation": "same"}
        assert here["matches"] == [match]
    was, now = other["verification"], one["verification"]
    assert (was["status"], was["verdict"], was["proposed_by"], was["checked_by"]) == (
        "settled",
        "verified",
        "alice",
        "bob",
    )
    assert was["evidence"][0]["url"] == RECORD
    assert was["evidence"][0]["reference"].startswith("From “Tidal barrier”, checked by bob on 20")
    assert "41 million" in was["rationale"]
    assert (now["status"], now["verdict"], now["proposed_by"]) == ("in_progress", "mostly_false", "carol")
    (correction,) = one["corrections"]
    assert (correction["by"], correction["act"], correction["reason"]) == (
        "carol",
        "reopened",
        "The audit says 45.",
    )
    assert {"field": "verdict", "from": "verified", "to": "mostly_false"} in correction["changes"]
    assert "corrections" not in other
