"""Comments through the API, and whatever they outlast."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from annotate.database import Database
from annotate.exporting import Selection, open_export, write_json
from annotate.loading import find_sources, load
from annotate.store.documents import withdraw_document
from tests.client import Client

ARTICLE = "Bridge closed\n\nThe bridge was closed on Monday; a ferry takes over. It carries 4,000 cars.\n"


def on(client: Client, document: str, number: int = 0) -> list[dict[str, Any]]:
    """The comments that somebody sees on a sentence of a document."""
    return client.sentences(document)[number].get("comments", [])


def change(
    client: Client, document: str, comment: dict[str, Any], version: int | None = 1, **fields: Any
) -> Any:
    sentence = client.sentences(document)[0]
    path = f"/documents/{document}/sentences/{sentence['start']}/comments/{comment['number']}"
    body = {"end": sentence["end"], "text": comment["text"], "resolved": False, **fields}
    return client.send("PUT", path, body, version=version)


def remove(client: Client, document: str, comment: dict[str, Any], version: int | None = 1) -> Any:
    sentence = client.sentences(document)[0]
    path = f"/documents/{document}/sentences/{sentence['start']}/comments/{comment['number']}"
    return client.send("DELETE", path, {"end": sentence["end"]}, version=version)


def test_people_talk_about_a_sentence_and_anyone_resolves_and_reopens_it(
    alice: Client, bob: Client, story: str, db: Database
) -> None:
    sentence = alice.sentences(story)[0]
    asked = alice.comment(story, sentence, "Who says so?")
    bob.comment(story, sentence, " The city.\r\nSee line 3. ")

    done = change(bob, story, asked, resolved=True)

    assert (done.status_code, done.headers["ETag"]) == (200, '"2"')
    listed = alice.send("GET", f"/documents/{story}/sentences/0/comments").get_json()
    assert listed["next"] is None
    assert listed["items"] == on(alice, story)
    assert [(each["reviewer"], each["text"], each["resolved_by"]) for each in listed["items"]] == [
        ("alice", "Who says so?", "bob"),
        ("bob", "The city.\nSee line 3.", None),
    ]
    assert change(alice, story, asked, 2).get_json()["comment"]["resolved_at"] is None
    acts = [row["act"] for row in db.rows("SELECT act FROM events WHERE act LIKE 'comment%'")]
    assert acts == ["commented", "commented", "comment_changed", "comment_changed"]


def test_a_text_is_its_authors_to_change_and_to_take_back(
    alice: Client, carol: Client, story: str, db: Database
) -> None:
    said = alice.comment(story, alice.sentences(story)[0], "Who sais so?")

    assert change(carol, story, said, text="Nothing").get_json()["error"]["code"] == "forbidden"
    assert remove(carol, story, said).status_code == 403
    assert change(alice, story, said, text="Who says so?").get_json()["comment"]["text"] == "Who says so?"
    gone = remove(alice, story, said, 2)

    assert (gone.status_code, gone.get_json()["comment"], gone.headers["ETag"]) == (200, None, '"3"')
    assert on(alice, story) == []
    assert change(alice, story, said, 3).status_code == 404
    told = db.value("SELECT was FROM events WHERE act = 'comment_removed'")
    assert "Who says so?" in told


def test_a_stale_comment_is_refused_and_shows_what_is_stored(alice: Client, bob: Client, story: str) -> None:
    said = alice.comment(story, alice.sentences(story)[0], "Who?")
    assert change(alice, story, said, None, text="x").status_code == 428
    change(bob, story, said, resolved=True)

    late = change(alice, story, said, text="Who says so?")

    assert late.status_code == 412
    assert late.get_json()["error"]["current"] == {
        "number": said["number"], "text": "Who?", "resolved": True, "version": 2
    }  # fmt: skip
    assert remove(alice, story, said).status_code == 412
    assert change(bob, story, said, 2, resolved=True).headers["ETag"] == '"2"'  # nothing new


@pytest.mark.parametrize(
    "body",
    [
        {"text": ""},
        {"text": " \n "},
        {"text": None},
        {"text": "x" * 4001},
        {"text": "\x00"},
        {},
        {"text": "x", "reviewer": "bob"},
        {"text": "x", "resolved": True},
    ],
)
def test_what_is_no_comment_is_refused(alice: Client, story: str, body: dict[str, Any]) -> None:
    answer = alice.write(story, alice.sentences(story)[0], "comments", body)

    assert (answer.status_code, on(alice, story)) == (422, [])


@pytest.mark.parametrize("fields", [{"resolved": "yes"}, {"resolved": None}, {"text": ""}, {"end": 5}])
def test_a_change_of_a_comment_is_whole_and_strict(alice: Client, story: str, fields: dict[str, Any]) -> None:
    said = alice.comment(story, alice.sentences(story)[0], "Who?")

    answer = change(alice, story, said, **fields)

    assert answer.status_code == (409 if "end" in fields else 422)
    assert on(alice, story)[0]["version"] == 1


def test_the_grid_of_changing_and_taking_back(
    alice: Client, stranger: Client, story: str, add_story: Callable[..., str]
) -> None:
    other = add_story("Another\n", name="other.txt")
    said = alice.comment(story, alice.sentences(story)[0], "Who?")
    path = f"/documents/{story}/sentences/0/comments/{said['number']}"
    body = {"end": 21, "text": "x", "resolved": False}

    assert stranger.send("PUT", path, body, version=1).status_code == 401
    assert stranger.send("DELETE", path, {"end": 21}, version=1).status_code == 401
    assert stranger.send("GET", f"/documents/{story}/sentences/0/comments").status_code == 401
    for wrong in (f"{path}9", path.replace(story, other), path.replace("/0/", "/1/")):
        assert alice.send("PUT", wrong, {**body, "end": 7}, version=1).status_code in (404, 409)
    assert alice.send("GET", f"/documents/{story}/sentences/1/comments").status_code == 404
    assert alice.send("PUT", path, body).status_code == 428
    token, alice.token = alice.token, "forged"
    assert alice.send("PUT", path, body, version=1).status_code == 400
    assert alice.send("DELETE", path, {"end": 21}, version=1).status_code == 400
    alice.token = token
    assert on(alice, story)[0]["text"] == "Who?"


def test_a_repeated_comment_is_one(alice: Client, story: str) -> None:
    sentence = alice.sentences(story)[0]
    first, again = (alice.comment(story, sentence, "Who?", Idempotency_Key="k1") for _ in range(2))

    assert (first, len(on(alice, story))) == (again, 1)


def test_in_a_blind_document_everyone_sees_only_their_own_until_all_have_signed_off(
    alice: Client, bob: Client, dana: Client, pair: str
) -> None:
    sentence = alice.sentences(pair)[0]
    mine = alice.comment(pair, sentence, "Is it a claim?")
    theirs = bob.comment(pair, sentence, "Surely a quote")

    for client, seen in ((alice, [mine]), (bob, [theirs]), (dana, [])):
        assert on(client, pair) == seen
        assert client.send("GET", f"/documents/{pair}/sentences/0/comments").get_json()["items"] == seen
    for client in (dana, bob):
        assert change(client, pair, mine, resolved=True).status_code == 404
        assert remove(client, pair, mine).status_code == 404
        assert "Is it a claim" not in client.get(f"/documents/{pair}").text
    for client in (alice, bob):
        client.tag_all(pair)
        client.sign_off(pair)
    assert on(dana, pair) == [mine, theirs]


def test_comments_stay_with_their_text_when_boundaries_are_mended(
    alice: Client, add_story: Callable[..., str]
) -> None:
    document = add_story(ARTICLE)
    _, first, second = alice.sentences(document)
    alice.comment(document, first, "Two claims in one")
    alice.comment(document, second, "Since when?")
    alice.split(document, first, first["text"].index("a ferry"))

    texts = [[each["text"] for each in one.get("comments", [])] for one in alice.sentences(document)]
    assert texts == [[], ["Two claims in one"], ["Two claims in one"], ["Since when?"]]

    _, left, right, _ = alice.sentences(document)
    alice.comment(document, right, "Only this part")
    alice.merge(document, right)
    alice.merge(document, left)

    _, whole = alice.sentences(document)
    assert [each["text"] for each in whole["comments"]] == [
        "Two claims in one",
        "Since when?",
        "Only this part",
    ]
    path = f"/documents/{document}/sentences/{whole['start']}/comments/{whole['comments'][2]['number']}"
    body = {"end": whole["end"], "text": "Only this part", "resolved": True}
    assert alice.send("PUT", path, body, version=1).status_code == 200


def test_comments_go_with_their_sentence_into_the_next_revision_and_are_told_where_it_is_lost(
    alice: Client, bob: Client, add_story: Callable[..., str], db: Database, desk: Path
) -> None:
    old = add_story("Bridge closed\n\nIt was closed. It carries 4,000 cars.\n\nNothing else.\n", name="a.txt")
    _, kept, lost, _ = alice.sentences(old)
    said = alice.comment(old, kept, "Since when?")
    alice.comment(old, lost, "Says who?")
    change_path = f"/documents/{old}/sentences/{kept['start']}/comments/{said['number']}"
    (desk / "a.txt").write_text("Bridge closed\n\nIt was closed. It carried 5,000 cars.\n\nNothing else.\n")
    (loaded,) = load(db, find_sources([desk / "a.txt"])[0], reviews_needed=1)
    assert loaded.id is not None

    late = bob.send(
        "PUT", change_path, {"end": kept["end"], "text": said["text"], "resolved": True}, version=1
    )

    assert late.status_code == 200
    new = alice.document(loaded.id)
    found = [(each["text"], each["comments"]) for each in new["sentences"] if "comments" in each]
    assert [(text, [c["resolved_by"] for c in comments]) for text, comments in found] == [
        ("It was closed.", ["bob"])
    ]
    assert [each["text"] for each in new["lost"]] == ["It carries 4,000 cars."]


def test_comments_are_exported_where_there_are_any_and_erased_with_the_text(
    alice: Client, bob: Client, story: str, db: Database
) -> None:
    def exported() -> bytes:
        with db.snapshot() as view:
            return b"".join(write_json(open_export(view, Selection(), None)))

    first = alice.sentences(story)[0]
    said = alice.comment(story, first, "Zanzibarwood?", Idempotency_Key="k")
    bob.comment(story, first, "No")
    change(alice, story, said, text="Zanzibar wood?")
    change(bob, story, {**said, "text": "Zanzibar wood?"}, 2, resolved=True)

    out = exported()

    assert out.count(b'"comments"') == 1
    assert (
        b'"comments":[{"reviewer":"alice","text":"Zanzibar wood?","at":"' + said["at"].encode()
        + b'","resolved":true},{"reviewer":"bob","text":"No",'
    ) in out  # fmt: skip
    withdraw_document(db, story, reason="court order", erase=True)
    assert db.value("SELECT count(*) FROM comments WHERE text IS NOT NULL") == 0
    dump = "".join(
        str(tuple(row)) for table in ("events", "answers") for row in db.rows(f"SELECT * FROM {table}")
    )
    assert "Zanzibar" not in dump
