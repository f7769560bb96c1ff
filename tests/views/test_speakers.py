"""The pages of speakers."""

import re
from collections.abc import Callable

import pytest

from annotate.store.speakers import unlisted_id
from annotate.text.normalise import normalised
from tests.client import Client
from tests.views.test_pages import HOSTILE

HISTORY = [
    "carol changed role from “Mayor” to “Former mayor”; other spellings",
    "from “I. Rask”, “Mayor Rask” to “Mayor Rask”",
    "carol split Jon Vale off from Ida Rask",
    "carol merged Jon Vale into Ida Rask",
    "carol merged Mayor Rask into Ida Rask",
    "carol gave Ida Rask a record",
]
PLACE = re.compile(r"/speakers/[\w~-]+")


def quote(client: Client, document: str, number: int, speaker: str, label: str = "quote") -> None:
    answer = client.tag(document, client.sentences(document)[number], label, speaker=speaker)
    assert answer.status_code == 200, answer.text


def page_of(name: str) -> str:
    return f"/speakers/{unlisted_id(normalised(name))}"


def send(client: Client, path: str, *, to: int = 302, **form: str) -> str:
    """Send a form of a page; return where it leads to, or the page that it is shown again on."""
    client.get(path)
    answer = client.post(path, **form)
    assert answer.status_code == to, answer.text
    return str(answer.headers["Location"]) if to == 302 else answer.text


def test_everything_that_a_speaker_said_is_on_one_page_and_filtered_by_the_address(
    alice: Client, add_story: Callable[..., str]
) -> None:
    first, second = add_story(name="a.txt"), add_story("The bridge is safe.\n", name="b.txt")
    quote(alice, first, 3, "Ida Rask")
    quote(alice, second, 0, "IDA RASK", "claim")
    settled = {"status": "settled", "verdict": "false", "rationale": "It is not."}
    settled |= {"evidence": [{"reference": "a call", "stance": "refutes"}]}
    assert alice.verify(second, alice.sentences(second)[0], 0, **settled).status_code == 200

    listed = alice.get("/speakers").text
    page = alice.get(page_of("ida rask")).text
    false = alice.get(page_of("ida rask") + "?verdict=false").text
    quotes = alice.get(page_of("ida rask") + "?label=quote&verdict=").text

    assert listed.count("IDA RASK") == 1
    assert all(each in listed for each in ("2 sentences", "1 unverified", "1 false", "Unlisted"))
    assert f"/documents/{first}#s" in page
    assert f"/documents/{second}#s0" in page
    assert page.index(second) < page.index(first)  # the newest article first
    assert (f"/documents/{second}#" in false, f"/documents/{first}#" in false) == (True, False)
    assert (f"/documents/{second}#" in quotes, f"/documents/{first}#" in quotes) == (False, True)
    assert "Nothing fits" in alice.get(page_of("ida rask") + "?verdict=mixed").text


def test_a_record_is_made_changed_merged_and_split_with_forms(carol: Client, story: str) -> None:
    quote(carol, story, 3, "Ida Rask")
    quote(carol, story, 2, "Mayor Rask")

    place = send(
        carol, page_of("Ida Rask"), version="0", name="Ida Rask", role="Mayor", aliases="I. Rask\n\n"
    )
    assert "This is Ida Rask" in carol.get(page_of("Mayor Rask")).text
    (code,) = PLACE.findall(place)
    merged = send(carol, f"{page_of('Mayor Rask')}/merge", version="0", other=code.split("/")[2])

    assert merged == place
    page = carol.get(place).text
    assert all(each in page for each in ("Mayor", "I. Rask", "2 sentences", "as “Mayor Rask”"))
    other = send(carol, "/speakers", name="Jon Vale")
    assert send(carol, "/speakers", name="JON VALE") == page_of("jon vale")
    assert carol.get(page_of("jon vale")).headers["Location"] == other
    assert send(carol, f"{place}/merge", version="2", name="jon  vale") == place
    assert carol.get(other).headers["Location"] == place
    page = carol.get(place).text
    assert "Merged into this one" in page
    assert send(carol, f"{place}/split", version="3", other=other.split("/")[2]) == place
    assert carol.get(other).status_code == 200
    send(carol, place, version="4", name="Ida Rask", role="Former mayor", aliases="Mayor Rask")
    told = " ".join(re.sub("<[^>]+>", "", carol.get(place).text).split())
    assert [each in told for each in HISTORY] == [True] * len(HISTORY)


def test_the_name_before_stays_a_spelling(carol: Client, story: str) -> None:
    quote(carol, story, 3, "Ida Rask")
    place = send(carol, page_of("Ida Rask"), version="0", name="Ida Rask")

    send(carol, place, version="1", was="Ida Rask", name="Ida Marie Rask")

    page = carol.get(place).text
    assert "Also “Ida Rask”" in page
    assert "1 sentence" in page


def test_a_form_that_cannot_be_taken_is_shown_again_with_what_was_typed(carol: Client, story: str) -> None:
    quote(carol, story, 3, "Ida Rask")
    place = send(carol, page_of("Ida Rask"), version="0", name="Ida Rask", role="Mayor")

    late = send(carol, place, to=412, version="0", name="Ida M. Rask", note="typed <here>")
    nobody = send(carol, f"{place}/merge", to=404, version="1", name="Nobody Known")
    empty = send(carol, place, to=422, version="1", name=" ")
    long = send(carol, place, to=422, version="1", name="Ida Rask", aliases=f"I. Rask\r\n{'x' * 201}")
    send(carol, "/speakers", to=422, name="")

    assert "typed &lt;here&gt;" in late
    assert 'name="version" value="1"' in late
    assert "Mayor" in late
    assert "There is no such speaker" in nobody
    assert "Name: " in empty
    assert "Aliases: Longer than maximum length 200." in long
    assert "Mayor" in carol.get(place).text


def without_tokens(page: str) -> str:
    """Leave out what is signed anew each second."""
    return re.sub(r'(name="csrf.token" (?:content|value)=")[^"]+', r"\1", page)


def test_a_reviewer_reads_and_changes_nothing(alice: Client, carol: Client, story: str) -> None:
    quote(alice, story, 3, "Ida Rask")
    place = send(carol, page_of("Ida Rask"), version="0", name="Ida Rask", note="born here")

    page = alice.get(place).text

    assert "born here" in page
    assert "Save the record" not in page
    assert "Add a speaker" not in alice.get("/speakers").text
    for path in (place, f"{place}/merge", f"{place}/split", "/speakers"):
        assert alice.post(path, version="1", name="X", other="x").status_code == 403
    assert without_tokens(alice.get(place).text) == without_tokens(page)


@pytest.mark.parametrize(
    "path", ["/speakers/nope", "/speakers/~", "/speakers/~!", page_of("Nobody"), "/speakers/~" + "a" * 3000]
)
def test_a_speaker_that_there_is_not_is_404(carol: Client, path: str) -> None:
    assert carol.get(path).status_code == 404


@pytest.mark.parametrize("query", ["?verdict=x", "?label=x", "?cursor=x", "?cursor=1-", "?q=1"])
def test_an_address_that_makes_no_sense_says_so(alice: Client, story: str, query: str) -> None:
    quote(alice, story, 3, "Ida Rask")

    assert alice.get(page_of("Ida Rask") + query).status_code == 422
    assert alice.get("/speakers?kind=x").status_code == 422


def test_what_was_said_is_paged_in_reading_order(alice: Client, add_story: Callable[..., str]) -> None:
    document = add_story("\n\n".join(["Norhaven", *(f"Sentence number {n} is here." for n in range(60))]))
    for sentence in alice.sentences(document)[1:56]:
        alice.tag(document, sentence, "claim", speaker="Ida Rask")

    first = alice.get(page_of("Ida Rask")).text
    (following,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = alice.get(following.replace("&amp;", "&")).text

    assert [first.count(f"number {n} is") for n in (0, 49, 50)] == [1, 1, 0]
    assert [second.count(f"number {n} is") for n in (49, 50, 54)] == [0, 1, 1]
    assert 'rel="next"' not in second


def test_hostile_names_stay_text(carol: Client, add_story: Callable[..., str]) -> None:
    document = add_story(HOSTILE)
    name = "<img src=x onerror=alert(1)> & \u202egnp"
    quote(carol, document, 0, name)

    place = send(carol, page_of(name), version="0", name=name, role="<b>", note="</textarea><script>")

    for page in (carol.get("/speakers").text, carol.get(place).text):
        assert "<img" not in page
        assert "<script>a" not in page
        assert "&lt;img" in page
