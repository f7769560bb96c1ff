"""The pages, as they come from the server."""

from collections.abc import Callable

import pytest

from tests.client import Client

HOSTILE = """<script>alert(1)</script> says "hello" & 'bye'

<img src=x onerror=alert(2)>

</span></script><!-- {{ 7 * 7 }} {% raw %} ]]>
"""


def test_the_queue_leads_to_what_is_open_and_tells_how_far_it_is(
    alice: Client, add_story: Callable[..., str]
) -> None:
    first, second = add_story(name="a.txt"), add_story(name="b.txt")
    alice.tag(second, alice.sentences(second)[0], "claim")

    page = alice.get("/").text

    assert page.index(second) < page.index(first)  # what I have begun comes first


def test_what_i_have_signed_off_leaves_my_queue(alice: Client, bob: Client, pair: str) -> None:
    alice.tag_all(pair)
    alice.sign_off(pair)

    assert pair not in alice.get("/").text
    assert pair in bob.get("/").text


def test_a_document_that_somebody_is_at_comes_after_others_and_names_them(
    alice: Client, bob: Client, add_story: Callable[..., str]
) -> None:
    first, second = add_story(name="a.txt"), add_story(name="b.txt")
    bob.tag(first, bob.sentences(first)[0], "claim")

    page = alice.get("/").text

    assert page.index(second) < page.index(first)
    assert "bob" in page


def test_an_empty_desk_says_what_to_do(alice: Client) -> None:
    assert "seeds load" in alice.get("/").text or "No " in alice.get("/").text
    assert alice.get("/documents").status_code == 200


def test_documents_are_filtered_by_the_address(alice: Client, add_story: Callable[..., str]) -> None:
    first, second = add_story("Alder bridge\n", name="a.txt"), add_story("Birch road\n", name="b.txt")

    found = alice.get("/documents?q=birch&state=open&collection=desk").text

    assert second in found
    assert first not in found
    assert first not in alice.get("/documents?state=decided").text


def test_the_list_is_paged(alice: Client, add_story: Callable[..., str]) -> None:
    ids = [add_story(name=f"{n}.txt") for n in range(51)]

    first = alice.get("/documents").text
    second = alice.get("/documents?cursor=2").text

    assert ids[0] not in first
    assert ids[50] in first
    assert ids[0] in second
    assert "cursor=" in first


@pytest.mark.parametrize("query", ["cursor=x", "cursor=-1", "state=nope", "q=%00", "nope=1"])
def test_an_address_that_makes_no_sense_is_a_page_that_says_so(alice: Client, query: str) -> None:
    answer = alice.get(f"/documents?{query}")

    assert answer.status_code == 422
    assert "<h1" in answer.text


def test_the_workbench_shows_every_sentence_without_a_script(alice: Client, story: str) -> None:
    page = alice.get(f"/documents/{story}").text

    for sentence in alice.sentences(story):
        assert f'id="s{sentence["start"]}"' in page


def test_hostile_text_stays_text(alice: Client, add_story: Callable[..., str]) -> None:
    document = add_story(HOSTILE)
    sentence = alice.sentences(document)[0]
    hostile = "</script><script>alert(3)</script>"
    alice.tag(document, sentence, "claim", note=hostile, speaker=hostile)
    evidence = [{"reference": hostile, "title": hostile, "stance": "context"}]
    alice.verify(document, sentence, 0, status="in_progress", rationale=hostile, evidence=evidence)

    for path in (f"/documents/{document}", "/", f"/documents?q={hostile}"):
        page = alice.get(path).text  # the client lints it
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_a_page_that_there_is_not_is_404_in_our_clothes(alice: Client, stranger: Client) -> None:
    for client in (alice, stranger):
        answer = client.get("/nope")
        assert answer.status_code == 404
        assert "<h1" in answer.text
