"""The same claim elsewhere, at the workbench: found, confirmed, its evidence reused with its origin."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.browser.stored import exported
from tests.server.conftest import Desk, Server

ONE = "Soldiers captured\n\nZelensky said that two soldiers were captured near Kursk on 9 January.\n"
OTHER = "Front report\n\nThree soldiers were captured near Kursk, according to Zelensky.\n"


def settle(visitor: Visitor, document: str) -> None:
    """Tag the second sentence of an article as a claim, and settle it."""
    page = visitor.go(f"/documents/{document}")
    expect(page.locator("#bar")).to_be_visible()
    page.locator("#article [data-end]").nth(1).click()
    visitor.press("c v")
    page.locator("#verify [name=status]").select_option("settled")
    page.locator("#verify [name=verdict]").select_option("mostly_true")
    page.get_by_role("button", name="Add evidence").click()
    page.locator("#verify [name=url]").fill("https://example.org/record")
    page.get_by_role("button", name="Save the verification").click()
    visitor.is_saved()


def test_a_claim_finds_its_twin_and_uses_its_evidence_after_somebody_has_looked(
    visitors: Callable[..., Visitor], server: Server, desk: Desk, tmp_path: Path
) -> None:
    folder = tmp_path / "front"
    folder.mkdir()
    (folder / "one.txt").write_text(ONE, "utf-8")
    (folder / "other.txt").write_text(OTHER, "utf-8")
    desk.run("seeds", "load", str(folder))
    lines = desk.run("seeds", "list").stdout.splitlines()
    one, other = (
        next(line.split("\t")[0] for line in lines if name in line) for name in ("front/one", "front/other")
    )

    carol = visitors(server, "carol")
    settle(carol, other)
    alice = visitors(server, "alice")
    page = alice.go(f"/documents/{one}")
    expect(page.locator("#bar")).to_be_visible()
    page.locator("#article [data-end]").nth(1).click()
    alice.press("c")
    alice.is_saved()
    page.locator("#elsewhere summary").click()
    found = page.locator("#matches li")
    expect(found).to_have_count(1)
    expect(found.locator("mark")).to_have_text("Three")
    expect(found).to_contain_text("both name Zelensky and Kursk")
    expect(found).to_contain_text("There: settled, Mostly true")
    found.get_by_role("button", name="Same").dblclick()  # the second click is none
    expect(page.locator("#elsewhere-state")).to_contain_text("Proposed")
    expect(found.get_by_role("button")).to_have_text(["Contradicts", "Not this", "Take back"])
    expect(found.get_by_role("button", name="Use its evidence")).to_have_count(0)

    page = carol.go(f"/documents/{one}")
    page.locator("#article [data-end]").nth(1).click()
    page.locator("#elsewhere summary").click()
    found = page.locator("#matches li")
    found.get_by_role("button", name="Confirm same").press("Enter")
    expect(found).to_contain_text("Confirmed: says the same")
    found.get_by_role("button", name="Use its evidence and verdict").click()
    form = page.locator("#verify")
    expect(form.locator("[name=verdict]")).to_have_value("mostly_true")
    expect(form.locator("[name=url]")).to_have_value("https://example.org/record")
    (unsaved,) = [each for each in exported(desk) if each["id"] == one]
    assert unsaved["sentences"][1]["verification"]["version"] == 0
    page.get_by_role("button", name="Save the verification").click()
    carol.is_saved()

    documents = {each["id"]: each for each in exported(desk)}
    stored = documents[one]["sentences"][1]
    start = documents[other]["sentences"][1]["start"]
    assert stored["matches"] == [{"document": other, "start": start, "relation": "same"}]
    assert (stored["verification"]["status"], stored["verification"]["verdict"]) == (
        "in_progress",
        "mostly_true",
    )
    assert "From “Front report”, checked by carol on" in stored["verification"]["evidence"][0]["reference"]
    assert "Three soldiers were captured" in stored["verification"]["rationale"]
    found.get_by_role("link", name="Front report").click()
    expect(page.locator(f"#s{start}")).to_have_attribute("aria-selected", "true")
