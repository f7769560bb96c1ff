"""The page of a history, and the step before an earlier state comes back."""

import re
from typing import Any

import pytest

from annotate.database import Database
from annotate.store.annotations import record_annotation
from annotate.store.contents import get_content
from annotate.store.documents import get_document
from annotate.store.events import record_event
from annotate.store.reviewers import Person
from tests.client import Client

HOSTILE = "</li><script>alert(1)</script> ' \" & {{ 7*7 }} \u202eevil\u2066 \x07 “ ” ${a} 👩‍🚀 " + "é" * 60


def restore_links(client: Client, document: str, query: str = "") -> list[str]:
    return re.findall(r'href="([^"]+/restore)"', client.get(f"/documents/{document}/history{query}").text)


def confirm(client: Client, path: str) -> dict[str, str]:
    """Open the step before, and return what its form holds."""
    page = client.get(path)
    assert page.status_code == 200
    return dict(re.findall(r'name="(version|reason)"[^>]*? value="([^"]*)"', page.text))


def test_the_workbench_leads_to_it_and_it_leads_back(alice: Client, story: str) -> None:
    alice.tag(story, alice.sentences(story)[1], "claim")

    workbench = alice.get(f"/documents/{story}").text
    page = alice.get(f"/documents/{story}/history").text

    assert workbench.count(f'href="/documents/{story}/history"') == 2  # of the article, of the sentence
    assert f'href="/documents/{story}"' in page
    assert f'href="/documents/{story}/history?start=4"' in page
    one = alice.get(f"/documents/{story}/history?start=4").text
    assert f'href="/documents/{story}#s4"' in one
    assert "loaded" not in one.lower()


def test_an_empty_history_says_so(alice: Client, story: str) -> None:
    for query, words in (
        ("?start=4", "happened to this sentence yet"),
        ("?kind=votes", "Nothing like that happened"),
    ):
        assert words in alice.get(f"/documents/{story}/history{query}").text


def test_hostile_text_is_only_ever_text_also_between_what_went_and_what_came(
    alice: Client, carol: Client, db: Database, people: dict[str, Person], story: str
) -> None:
    sentence = alice.sentences(story)[0]
    alice.tag(story, sentence, "claim", note=HOSTILE, speaker="<b>Rask</b>")
    alice.tag(
        story, sentence, "claim", note=HOSTILE.replace("evil", "<img src=x onerror=alert(2)>"), version=1
    )
    carol.write(story, sentence, "decision", {"label": "none", "reason": HOSTILE}, version=1)
    number = get_document(db, story, None).number
    with db.transaction():
        record_event(db, "<i>odd</i>", by=people["bob"].id, document=number, now={"<u>": [HOSTILE, {"x": 1}]})

    pages = [
        carol.get(f"/documents/{story}/history").text,
        carol.get(f"/documents/{story}/history?start=0").text,
    ]
    pages += [alice.get(link).text for link in restore_links(alice, story)]

    assert len(pages) > 2
    for page in pages:  # each was linted on its way
        assert "<script>" not in page
        assert not re.search(r"<(img|b>Rask|i>odd|u>)", page)
    assert "&lt;script&gt;alert(1)" in pages[0]
    assert "<ins>&lt;</ins>" in pages[0].replace("<ins>&lt;img src=", "<ins>&lt;</ins>")


def test_restoring_shows_first_what_it_would_change_and_works_by_form_alone(
    alice: Client, carol: Client, story: str
) -> None:
    sentence = alice.sentences(story)[0]
    alice.tag(story, sentence, "claim", note="It is one.")
    alice.tag(story, sentence, "quote", version=1)
    (link,) = restore_links(alice, story)
    assert restore_links(carol, story) == []

    assert "<del>quote</del> → <ins>claim</ins>" in alice.get(link).text
    done = alice.post(link, **confirm(alice, link))

    assert (done.status_code, done.location) == (302, f"/documents/{story}/history?start=0")
    assert alice.sentences(story)[0]["label"] == "claim"
    assert "There is nothing to restore" in alice.get(link).text
    assert "(restored)" in alice.get(done.location).text
    assert carol.get(link).status_code == 403


def test_what_was_changed_since_it_was_shown_is_told_and_shown_anew(
    alice: Client, carol: Client, story: str
) -> None:
    sentence = alice.sentences(story)[0]
    alice.tag(story, sentence, "claim")
    for version, label in ((1, "quote"), (2, "none")):
        carol.write(story, sentence, "decision", {"label": label}, version=version)
    (link,) = restore_links(carol, story)
    form = confirm(carol, link)
    carol.write(story, sentence, "decision", {"label": "boilerplate"}, version=3)

    late = carol.post(link, **form)

    assert late.status_code == 412
    assert "Somebody has decided this in the meantime." in late.text
    assert "<del>boilerplate</del> → <ins>quote</ins>" in late.text
    assert carol.sentences(story)[0]["label"] == "boilerplate"
    assert carol.post(link, **confirm(carol, link) | {"reason": "Hers was right"}).status_code == 302
    assert carol.sentences(story)[0]["adjudication"]["reason"] == "Hers was right"


def test_a_settled_verification_asks_for_a_reason_first(carol: Client, story: str) -> None:
    sentence = carol.sentences(story)[0]
    carol.tag(story, sentence, "claim")
    carol.verify(story, sentence, 0, status="in_progress", verdict="mixed")
    evidence = [{"reference": "City register"}]
    carol.verify(story, sentence, 1, status="settled", verdict="verified", evidence=evidence)
    (link,) = restore_links(carol, story, "?kind=verification")

    assert "Reason to reopen" in carol.get(link).text
    refused = carol.post(link, version="2", reason="")
    assert (refused.status_code, "with a reason" in refused.text) == (409, True)
    assert carol.post(link, version="2", reason="New facts").status_code == 302
    assert carol.sentences(story)[0]["verification"]["status"] == "in_progress"


def test_boundaries_that_have_changed_since_are_told_plainly(carol: Client, story: str) -> None:
    carol.split(story, carol.sentences(story)[1], 8)
    (link,) = restore_links(carol, story)
    carol.merge(story, carol.sentences(story)[1])

    page = carol.get(link)

    assert (page.status_code, "boundaries of this sentence have changed" in page.text) == (409, True)
    assert "<form class=" not in page.text.split("<main")[1]
    assert carol.post(link, version="0").status_code == 409
    assert carol.post(link).status_code == 422


@pytest.fixture
def busy(db: Database, people: dict[str, Person], story: str) -> str:
    """A document with a history of a thousand lines, each with a long note."""
    document = get_document(db, story, None)
    sentences = get_content(db, document, None).sentences
    with db.transaction():
        for number in range(999):
            sentence = sentences[number % len(sentences)]
            record_annotation(
                db,
                story,
                sentence.start,
                by=people["alice" if number % 3 else "bob"],
                end=sentence.end,
                label=("claim", "quote", "none")[number % 3],
                note=f"Note number {number}, which says why: {'because of the one and the other, ' * 20}",
            )
    return story


def test_a_thousand_lines_are_read_page_by_page_in_as_many_queries_as_one(
    alice: Client, carol: Client, db: Database, busy: str, add_story: Any
) -> None:
    def statements(path: str) -> tuple[list[str], str]:
        seen: list[str] = []
        connection = db._connection().conn  # this thread's reader, which the page uses too
        connection.set_trace_callback(seen.append)
        text = carol.get(path).text
        connection.set_trace_callback(None)
        return [each for each in seen if each.lstrip().startswith(("SELECT", "WITH"))], text

    short = add_story("One more story.\n", name="short.txt")
    few, _ = statements(f"/documents/{short}/history")
    many, page = statements(f"/documents/{busy}/history")

    assert len(few) == len(many)
    assert page.count('<li id="e-') == 50
    pages, link = 0, f"/documents/{busy}/history"
    while link:
        pages, text = pages + 1, alice.get(link).text
        found = re.search(r'rel="next" href="([^"]+)"', text)
        link = found[1].replace("&amp;", "&") if found else ""
    assert pages == 20
    assert "Newest</a>" in text
    assert "Loaded the article" in text
