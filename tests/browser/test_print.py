"""The article on paper: its labels told without colour, and none of the tools."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.server.conftest import Server

LOOKS = """() => [...document.querySelectorAll('#article [data-l]')].map((el) => {
  const [style, mark] = [getComputedStyle(el), getComputedStyle(el, '::before')];
  return [mark.content[1], style.textDecorationLine, style.textDecorationStyle];
})"""
COLOURS = """() => [...new Set([...document.querySelectorAll('html, #article, #article *, .about, .about *')]
  .flatMap((el) => [getComputedStyle(el), getComputedStyle(el, '::before'), getComputedStyle(el, '::after')])
  .map(({ color, backgroundColor, outlineStyle }) => [color, backgroundColor, outlineStyle].join(' ')))]"""
BLACK_ON_PAPER = {"rgb(27, 28, 31) rgba(0, 0, 0, 0) none", "rgb(27, 28, 31) rgb(251, 250, 247) none"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_paper_shows_the_article_with_its_labels_in_one_colour_and_no_tools(
    visitors: Callable[..., Visitor], server: Server, document: str, scheme: str
) -> None:
    alice = visitors(server, "alice", color_scheme=scheme)
    page = alice.go(f"/documents/{document}")
    expect(page.locator("#bar")).to_be_visible()
    alice.press("c q b n Shift+j")
    alice.is_saved()

    page.emulate_media(media="print")

    for tool in (".top", ".bar", "#panel", ".end", ".skip", "#quick", "#notices", "dialog"):
        expect(page.locator(tool)).to_be_hidden()
    expect(page.locator(".about h1")).to_be_visible()
    expect(page.locator("#article [data-end]").last).to_be_visible()
    assert page.evaluate(LOOKS) == [
        ["C", "underline", "solid"],
        ["Q", "underline", "double"],
        ["B", "underline", "dotted"],
        ["N", "none", "solid"],
    ]
    assert set(page.evaluate(COLOURS)) <= BLACK_ON_PAPER
