"""The page where editors settle disputes, without its script, and what was decided on one's own votes."""

import re
from collections.abc import Callable

import pytest

from annotate.database import Database
from tests.client import Client

EVIDENCE = [{"reference": "City register", "stance": "supports"}]


@pytest.fixture
def disputed(alice: Client, bob: Client, pair: str) -> str:
    """A document of two reviewers with two disputes, the first also about the speaker."""
    for client, first, second in ((alice, "claim", "claim"), (bob, "quote", "none")):
        client.tag_all(pair, first, second)
    alice.tag(pair, alice.sentences(pair)[0], "claim", speaker="Ida Rask", note="It says so.")
    alice.sign_off(pair)
    bob.sign_off(pair)
    return pair


def decide(client: Client, path: str, **form: str):  # type: ignore[no-untyped-def]
    """Fill the form of a page in and send it."""
    page = client.get(path).text
    hidden = dict(re.findall(r'<input type="hidden" name="(end|version)" value="(\d+)">', page))
    (action,) = re.findall(r'id="decide"[^>]* action="([^"]+)"', page)
    return client.post(action.replace("&amp;", "&"), **{**hidden, **form})


def test_an_editor_settles_the_worst_and_the_next_comes(carol: Client, disputed: str) -> None:
    page = carol.get("/adjudication").text
    assert page.count('<button name="side" value="claim:Ida Rask"') == 1
    assert "It says so." in page

    answer = decide(
        carol, "/adjudication?collection=desk", side="claim:Ida Rask", term="Misread", words="By bob"
    )

    assert answer.status_code == 303
    done = carol.get(answer.headers["Location"]).text
    assert "Look at it again" in done
    sentence = carol.sentences(disputed)[0]
    assert (sentence["label"], sentence["speaker"]) == ("claim", "Ida Rask")
    assert sentence["adjudication"]["reason"] == "Misread: By bob"
    assert decide(carol, answer.headers["Location"], side="none", speaker="Left over").status_code == 303
    assert carol.sentences(disputed)[1]["adjudication"]["speaker"] is None
    assert "Nothing is in dispute" in carol.get("/adjudication").text


def test_what_was_decided_can_be_looked_at_and_given_back(carol: Client, disputed: str) -> None:
    here = f"/adjudication/{disputed}/0"
    decide(carol, here, side="quote", term="Both possible")
    page = carol.get(here).text
    assert "Decided: <b>Quote</b>" in page
    assert "Both possible" in page

    assert decide(carol, here, undo="1").status_code == 303

    assert carol.sentences(disputed)[0]["decision"]["in_dispute"] is True


def test_an_address_with_more_than_the_filters_leads_on_all_the_same(carol: Client, disputed: str) -> None:
    page = carol.get(f"/adjudication/{disputed}/0").text
    hidden = dict(re.findall(r'<input type="hidden" name="(end|version)" value="(\d+)">', page))

    answer = carol.post(
        f"/adjudication/{disputed}/0?endpoint=x&_scheme=y&collection=desk", **hidden, side="claim"
    )

    assert answer.status_code == 303
    assert carol.get(answer.headers["Location"]).status_code == 200


def test_what_another_editor_decided_meanwhile_is_shown_and_stands(
    carol: Client, dana: Client, disputed: str
) -> None:
    here = f"/adjudication/{disputed}/0"
    page = carol.get(here).text
    decide(dana, here, side="quote")

    (version,) = re.findall(r'name="version" value="(\d+)"', page)
    late = carol.post(here, end=str(carol.sentences(disputed)[0]["end"]), version=version, side="claim")

    assert late.status_code == 412
    assert "Somebody has decided this in the meantime." in late.text
    assert "Decided: <b>Quote</b>, by dana" in late.text
    assert carol.sentences(disputed)[0]["label"] == "quote"


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"side": "nonsense"}, 422),
        ({}, 422),
        ({"side": "claim", "term": "Because"}, 422),
        ({"side": "claim", "words": "x" * 1001}, 422),
        ({"side": "claim", "version": "x"}, 422),
        ({"side": "claim", "end": "1"}, 409),
        ({"side": "claim", "csrf_token": "forged"}, 400),
    ],
)
def test_a_form_that_makes_no_sense_changes_nothing(
    carol: Client, disputed: str, form: dict[str, str], status: int
) -> None:
    assert decide(carol, f"/adjudication/{disputed}/0", **form).status_code == status
    assert carol.sentences(disputed)[0]["decision"]["version"] == 1


def test_only_editors_and_admins_come_in(
    alice: Client, dana: Client, stranger: Client, disputed: str
) -> None:
    here = f"/adjudication/{disputed}/0"
    for path in ("/adjudication", here):
        answer = alice.get(path)
        assert answer.status_code == 403
        assert "Editors settle disputes here." in answer.text
        assert dana.get(path).status_code == 200
        assert stranger.get(path).status_code == 302
    assert alice.post(here, end="1", version="1", side="claim").status_code == 403
    assert stranger.post(here, end="1", version="1", side="claim").status_code == 302
    assert "/adjudication" not in alice.get("/").text.split("</nav>")[0]
    assert "/adjudication" in dana.get("/").text.split("</nav>")[0]


def test_nothing_of_a_blind_document_is_there_and_a_place_that_is_none_is_404(
    carol: Client, alice: Client, bob: Client, pair: str
) -> None:
    alice.tag_all(pair, "claim")
    bob.tag_all(pair, "quote")

    assert "Nothing is in dispute" in carol.get("/adjudication").text
    for path in (f"/adjudication/{pair}/0", f"/adjudication/{pair}/1", "/adjudication/nope/0"):
        assert carol.get(path).status_code == 404
    assert carol.get("/adjudication?nope=1").status_code == 422


def test_names_are_hidden_wherever_votes_and_comments_show_and_the_order_tells_nothing(
    alice: Client, bob: Client, carol: Client, disputed: str
) -> None:
    alice.comment(disputed, alice.sentences(disputed)[0], "See the guidelines")
    here = f"/adjudication/{disputed}/0"
    shown = carol.get(here).text
    carol.http.set_cookie("annotate_names", "hidden")
    hidden = carol.get(here).text

    case = hidden[hidden.index('id="case"') : hidden.index('id="empty"')]
    assert "alice" not in case
    assert "bob" not in case
    assert "See the guidelines" in case
    assert "Somebody" in case
    sides = re.compile(r"<li><div><b>(\w+)</b> <span class=\"said\" data-tag=\"(\w+)\"")
    letters, names = dict(sides.findall(hidden)), dict(sides.findall(shown))
    assert letters.keys() == {"A", "B"}
    assert names == {"alice": "claim", "bob": "quote"}
    assert list(letters.values()) == list(names.values())  # the same order, so that switching tells nothing


def test_what_is_left_is_counted_by_pairs_of_labels_and_filtered(carol: Client, disputed: str) -> None:
    page = carol.get("/adjudication").text
    assert "2 in dispute" in page
    assert re.search(r'pair=claim-quote"[^>]*>Claim or quote</a> 1', page)
    assert re.search(r'pair=claim-none"[^>]*>Claim or none</a> 1', page)

    only = carol.get("/adjudication?pair=claim-none&reviewer=bob").text

    assert only.count("data-start=") == 2  # the dispute, and its line in the list
    assert "No dispute fits" in carol.get("/adjudication?pair=boilerplate-none").text


def test_late_dissent_shows_to_editors_with_the_way_to_reopen(
    alice: Client, bob: Client, carol: Client, story: str
) -> None:
    assert "No late dissent" in carol.get("/adjudication?show=late").text
    sentence = alice.sentences(story)[0]
    alice.tag(story, sentence, "claim")
    alice.verify(story, sentence, 0, status="settled", verdict="verified", evidence=EVIDENCE)
    bob.tag(story, sentence, "none", note="An opinion")
    carol.tag(story, sentence, "claim")

    page = carol.get("/adjudication?show=late").text

    assert f'/documents/{story}#s0"' in page
    assert "bob: None" in page
    assert "carol: Claim" not in page
    assert "No late dissent" in carol.get("/adjudication?show=late&collection=other").text


def test_reviewers_see_what_was_decided_on_their_votes_and_what_of_it_is_new(
    alice: Client, bob: Client, carol: Client, disputed: str
) -> None:
    assert "Nothing yet" in alice.get("/adjudication/mine").text
    decide(carol, f"/adjudication/{disputed}/0", side="quote", term="Misread")
    second = carol.sentences(disputed)[1]["start"]
    decide(carol, f"/adjudication/{disputed}/{second}", side="claim")

    assert "2 decisions on yours" in alice.get("/").text
    page = alice.get("/adjudication/mine").text
    assert page.index(f"#s{second}") < page.index("#s0")  # the newest first
    assert "Claim → <b>Quote</b>" in page
    assert "Claim, as you said" in page
    assert "“Misread”" in page
    assert page.count(">New<") == 2
    assert f"#s{second}" not in alice.get("/adjudication/mine?differing=1").text

    (event,) = re.findall(r'name="event" value="(\d+)"', page)
    assert alice.post("/adjudication/mine", event=event).status_code == 303

    assert ">New<" not in alice.get("/adjudication/mine").text
    assert "decisions on yours" not in alice.get("/").text
    assert "2 decisions on yours" in bob.get("/").text
    assert alice.post("/adjudication/mine", event="x").status_code == 422
    assert alice.post("/adjudication/mine", event=str(2**61)).status_code == 303
    decide(carol, f"/adjudication/{disputed}/0", undo="1")
    decide(carol, f"/adjudication/{disputed}/0", side="none")
    assert "1 decision on yours" in alice.get("/").text


def test_the_list_of_what_was_decided_is_paged(
    alice: Client, carol: Client, add_story: Callable[..., str], db: Database
) -> None:
    document = add_story("\n\n".join(f"Ship {n} left the harbour." for n in range(35)) + "\n")
    for sentence in alice.sentences(document):
        alice.tag(document, sentence, "claim")
    for sentence in carol.sentences(document):
        carol.write(document, sentence, "decision", {"label": "none"}, version=1)

    first = alice.get("/adjudication/mine").text
    (cursor,) = re.findall(r'rel="next" href="[^"]*cursor=(\d+)"', first)
    second = alice.get(f"/adjudication/mine?cursor={cursor}").text

    assert (first.count("<li>"), second.count("<li>")) == (30, 5)
    assert ">Ship 0 left" in second
