"""Where one is stands in the navigation, also on pages that have no entry of their own."""

import re

import pytest

from tests.client import Client

CURRENT = re.compile(r'<a href="[^"]*" aria-current="(page|true)">([^<]+)</a>')


@pytest.mark.parametrize(
    ("path", "how", "name"),
    [
        ("/", "page", "Queue"),
        ("/adjudication/mine", "true", "Queue"),
        ("/documents", "page", "Documents"),
        ("/documents/{story}", "true", "Documents"),
        ("/documents/{story}/history", "true", "Documents"),
        ("/documents/{story}/plan", "true", "Documents"),
        ("/collections/desk/guidelines", "true", "Documents"),
        ("/verification", "page", "Verification"),
        ("/verification/corrections", "true", "Verification"),
        ("/speakers/~aWRhIHJhc2s", "true", "Speakers"),
        ("/people", "page", "People"),
        ("/people/1", "true", "People"),
        ("/people/collections/desk", "true", "People"),
    ],
)
def test_one_entry_is_current_on_every_page(dana: Client, story: str, path: str, how: str, name: str) -> None:
    if path.startswith("/speakers/"):
        mayor = next(each for each in dana.sentences(story) if "Mayor" in each["text"])
        dana.tag(story, mayor, "quote", speaker="Ida Rask")
    response = dana.get(path.format(story=story))
    assert response.status_code == 200
    header = response.text.split("</header>")[0]
    assert CURRENT.findall(header) == [(how, name)]
