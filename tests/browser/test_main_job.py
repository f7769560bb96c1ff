"""The whole line: sign in, tag, sign off, verify, export; on our own articles and on the customer's."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor
from tests.conftest import SEEDS
from tests.server.conftest import Desk

SCHEMAS = Path(__file__).parent.parent.parent / "schemas" / "json"


@pytest.fixture(params=["ours", "theirs"])
def folder(request: pytest.FixtureRequest) -> Path:
    if request.param == "ours":
        return SEEDS
    if not os.environ.get("TEST_ARTICLES"):
        pytest.skip("TEST_ARTICLES names no folder of real articles")
    return Path(os.environ["TEST_ARTICLES"])


def verify_first_claim(page: Page) -> None:
    """Settle the first claim of the open article by keyboard, with evidence."""
    page.locator("#article [data-l=claim]").first.click()
    page.keyboard.press("v")
    form = page.locator("#verify")
    form.locator("[name=status]").select_option("settled")
    form.get_by_role("button", name="Save the verification").click()
    expect(form).to_contain_text("choose a verdict")
    form.locator("[name=verdict]").select_option("verified")
    form.get_by_role("button", name="Add evidence").click()
    form.locator("[name=url]").fill("https://records.example.org/42")
    form.locator("[name=title]").fill("The register")
    form.locator("[name=stance]").select_option("supports")
    form.get_by_role("button", name="Save the verification").click()
    expect(page.locator("#checked")).to_contain_text(re.compile(r"^Settled · \w+, by \w+\.$"))


def test_an_article_goes_from_file_to_verified_export(
    visitors: Callable[..., Visitor], desk: Desk, folder: Path
) -> None:
    desk.run("seeds", "load", folder, "--collection", "line")
    alice = visitors(desk.serve(), "alice")
    articles = sorted(folder.glob("*.txt"))
    for article in articles[:2]:
        page = alice.page
        page.goto(f"{alice.base}/documents?collection=line")
        page.locator("li, tr").filter(has_text=f"line/{article.name}").get_by_role("link").first.click()
        expect(page.locator("#bar")).to_be_visible()  # its script is at work
        n = page.locator("#article [data-end]").count()
        alice.press(" ".join(("cqbn"[number % 4]) for number in range(n)))
        expect(page.locator("#n-untagged")).to_have_text("0")
        page.locator("#sign-off").click()
        expect(page.locator("#sign-off")).to_have_text("Signed off ✓")
        verify_first_claim(page)
        alice.is_saved()

    desk.run("export", "--collection", "line", "--out", desk.folder / "out.json")
    exported = json.loads((desk.folder / "out.json").read_text("utf-8"))

    Draft202012Validator(json.loads((SCHEMAS / "export.json").read_text("utf-8"))).validate(exported)
    assert len(exported["documents"]) == len(articles)
    for document in exported["documents"]:
        assert document["text"] == Path(folder / document["key"].removeprefix("line/")).read_text("utf-8")
        assert_offsets_hold(document)
    done = [each for each in exported["documents"] if each["state"] == "decided"]
    assert [each["key"] for each in done] == [f"line/{each.name}" for each in articles[:2]]
    for document in done:
        expected = [
            ("claim", "quote", "boilerplate", "none")[n % 4] for n in range(len(document["sentences"]))
        ]
        assert [each["label"] for each in document["sentences"]] == expected
        assert {each["annotations"][0]["origin"] for each in document["sentences"]} == {"key"}
        first = document["sentences"][0]["verification"]
        assert (first["status"], first["verdict"], first["checked_by"]) == ("settled", "verified", "alice")


def assert_offsets_hold(document: dict) -> None:  # type: ignore[type-arg]
    text, reached = document["text"], 0
    for sentence in document["sentences"]:
        assert text[sentence["start"] : sentence["end"]] == sentence["text"]
        assert not text[reached : sentence["start"]].strip()
        reached = sentence["end"]
    assert not text[reached:].strip()
