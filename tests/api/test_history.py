"""The history and what is restored from it, through the API."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from annotate.checking import find_faults
from annotate.database import Database
from annotate.loading import Loaded
from annotate.store.collections import limit_collection
from annotate.store.documents import get_document, withdraw_document
from annotate.store.events import record_event
from annotate.store.reviewers import Person
from annotate.store.tokens import add_token
from tests.client import Client

EVIDENCE = [{"reference": "City register", "stance": "supports"}]
NAMES = ("alice", "bob", "carol", "dana")


def read(client: Client, document: str, query: str = "") -> list[dict[str, Any]]:
    answer = client.send("GET", f"/documents/{document}/history{query}")
    assert answer.status_code == 200, answer.text
    return list(answer.get_json()["items"])


def lines(client: Client, document: str, query: str = "") -> list[str]:
    return [f"{each['reviewer']} {each['words']}" for each in read(client, document, query)]


def find(client: Client, document: str, words: str, query: str = "") -> dict[str, Any]:
    """The newest line that says something."""
    return next(each for each in read(client, document, query) if words in each["words"])


def restore(client: Client, document: str, line: dict[str, Any], version: int | None, **more: Any) -> Any:
    headers = {name: more.pop(name) for name in list(more) if name == "Idempotency_Key"}
    path = f"/documents/{document}/history/{line['event']}/restore"
    return client.send("POST", path, more, version=version, **headers)


def settle(client: Client, document: str, sentence: dict[str, Any], version: int = 0, **more: Any) -> Any:
    fields = {"status": "settled", "verdict": "verified", "evidence": EVIDENCE, **more}
    return client.verify(document, sentence, version, **fields)


def test_every_change_is_a_line_newest_first_with_what_was_changed(
    alice: Client, carol: Client, story: str
) -> None:
    sentence = alice.sentences(story)[0]
    alice.tag(story, sentence, "claim", speaker="Ida Rask")
    alice.tag(story, sentence, "quote", speaker="Ida Rask", version=1)
    carol.write(story, sentence, "decision", {"label": "claim", "reason": "It is a fact."}, version=2)
    settle(carol, story, sentence)

    assert lines(alice, story) == [
        "carol settled the verification: verified",
        "carol decided claim over alice’s quote: “It is a fact.”",
        "alice changed their label from claim to quote",
        "alice tagged it claim",
        "None loaded the article",
    ]
    changed = read(alice, story)[2]
    assert (changed["kind"], changed["start"], changed["end"]) == ("votes", 0, sentence["end"])
    assert changed["changes"] == [{"field": "label", "was": "claim", "now": "quote"}]
    assert read(alice, story)[3]["changes"][1] == {"field": "speaker", "was": None, "now": "Ida Rask"}


def test_it_is_filtered_by_person_kind_and_sentence_and_paged(
    alice: Client, carol: Client, story: str
) -> None:
    first, second, *_ = alice.sentences(story)
    for client, sentence, label in (
        (alice, first, "claim"),
        (carol, first, "quote"),
        (alice, second, "none"),
    ):
        client.tag(story, sentence, label)
    carol.write(story, first, "decision", {"label": "claim"}, version=2)

    assert lines(alice, story, "?person=alice") == ["alice tagged it none", "alice tagged it claim"]
    decided = "carol decided claim over alice’s claim and carol’s quote, having voted on it too"
    assert lines(alice, story, "?kind=decisions") == [decided]
    assert lines(alice, story, "?kind=document") == ["None loaded the article"]
    assert lines(alice, story, "?person=nobody") == lines(alice, story, "?kind=matches") == []
    assert lines(alice, story, f"?start={first['start'] + 1}&kind=votes") == [
        "carol tagged it quote",
        "alice tagged it claim",
    ]
    seen, cursor = [], ""
    while True:
        page = alice.send("GET", f"/documents/{story}/history?limit=2{cursor}").get_json()
        seen += [each["event"] for each in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == [each["event"] for each in read(alice, story)]
    assert len(seen) == 5


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "cursor=7", "start=-1", "start=x", "kind=x", "by=carol"]
)
def test_it_takes_only_what_it_offers(alice: Client, story: str, query: str) -> None:
    assert alice.send("GET", f"/documents/{story}/history?{query}").status_code == 422
    assert alice.get(f"/documents/{story}/history?{query}").status_code == 422


def test_empty_fields_of_a_form_ask_for_all(alice: Client, story: str) -> None:
    assert len(read(alice, story, "?person=&kind=&cursor=")) == 1


def test_a_stranger_sees_no_history_and_restores_nothing(stranger: Client, alice: Client, story: str) -> None:
    alice.tag(story, alice.sentences(story)[0], "claim")
    line = find(alice, story, "claim")

    assert stranger.send("GET", f"/documents/{story}/history").status_code == 401
    assert stranger.get(f"/documents/{story}/history").status_code == 302
    assert restore(stranger, story, line, 1).status_code == 401


def test_what_is_not_there_or_not_to_be_seen_has_no_history(
    alice: Client, bob: Client, db: Database, story: str, add_story: Callable[..., str]
) -> None:
    other = add_story("Another one.\n", name="other.txt")
    alice.tag(story, alice.sentences(story)[0], "claim")
    line = find(alice, story, "claim")
    limit_collection(db, "desk", ["bob"])

    def statuses(client: Client, document: str) -> list[int]:
        return [
            client.send("GET", f"/documents/{document}/history").status_code,
            client.get(f"/documents/{document}/history").status_code,
            client.get(f"/documents/{document}/history/{line['event']}/restore").status_code,
            restore(client, document, line, 1).status_code,
        ]

    assert statuses(alice, story) == [404] * 4
    assert statuses(bob, story) == [200, 200, 403, 403]
    limit_collection(db, "desk", None)
    assert statuses(bob, other)[2:] == [404, 404]
    assert statuses(alice, "nope") == [404] * 4
    assert restore(alice, story, {"event": "1"}, 1).status_code == 404
    assert alice.send("GET", f"/documents/{story}/history?start=100000").status_code == 404
    withdraw_document(db, story, reason="Asked to", erase=True)
    assert statuses(alice, story) == [404] * 4


def test_while_blind_everybody_sees_their_own_and_what_is_nobodys_vote(
    app: Flask, pair: str, **_: Any
) -> None:
    clients = {name: Client(app) for name in NAMES}
    for name, client in clients.items():
        client.sign_in(name, "correct horse battery")
    clients["alice"].tag_all(pair, "claim")
    clients["alice"].sign_off(pair)
    sentence = clients["carol"].sentences(pair)[1]
    clients["bob"].tag(pair, sentence, "quote", speaker="Ida Rask", note="secret")
    clients["carol"].split(pair, sentence, 7)
    clients["carol"].merge(pair, clients["carol"].sentences(pair)[1])
    at = f"?start={sentence['start']}"

    for name, client in clients.items():
        both = read(client, pair) + read(client, pair, at) + read(client, pair, "?person=bob")
        shown = client.send("GET", f"/documents/{pair}/history").text
        assert {each["reviewer"] for each in both if each["kind"] == "votes"} <= {name}
        pages = "".join(client.get(f"/documents/{pair}/history{query}").text for query in ("", at))
        for text in (shown, pages):
            assert ("secret" in text) is (name == "bob")
            assert ("quote" in text.lower()) is (name == "bob")
        assert "alice signed the document off" in lines(client, pair)
        assert "carol joined two sentences" in [each.split(",")[0] for each in lines(client, pair)]
        assert any("alice’s sign-off" in line for line in lines(client, pair)) is (name == "alice")
    assert find(clients["alice"], pair, "joined")["changes"][0]["field"] == "sentences"
    names = [each["event"] for each in read(clients["carol"], pair)]
    assert not any(name.isdigit() for name in names)


def test_a_match_is_told_to_whoever_may_see_both_articles(
    alice: Client,
    bob: Client,
    db: Database,
    people: dict[str, Person],
    story: str,
    desk: Any,
    load_paths: Any,
) -> None:
    (desk / "leak.txt").write_text("The mayor has gone.\n", "utf-8")
    (other,) = load_paths(desk / "leak.txt", collection="leaks")
    limit_collection(db, "leaks", ["bob"])
    now = {"document": other.id, "start": 0, "relation": "same", "state": "proposed", "version": 1}
    with db.transaction():
        number = get_document(db, story, None).number
        record_event(db, "match_proposed", by=people["bob"].id, document=number, now=now)

    told = "bob proposed that another article says the same"
    assert told in lines(bob, story)
    assert told not in lines(alice, story)
    assert "bob" not in alice.get(f"/documents/{story}/history").text
    withdraw_document(db, other.id, reason="Asked to", erase=False)
    assert told not in lines(bob, story)


def test_once_all_have_signed_off_everything_is_shown_under_the_same_names(
    alice: Client, bob: Client, pair: str
) -> None:
    alice.tag_all(pair, "claim")
    mine = {each["event"] for each in read(alice, pair)}
    bob.tag_all(pair, "quote")
    alice.sign_off(pair)
    assert "bob tagged it quote" not in lines(alice, pair)

    bob.sign_off(pair)

    assert "bob tagged it quote" in lines(alice, pair)
    assert mine < {each["event"] for each in read(alice, pair)}


def test_a_sentence_tells_what_it_came_of_through_cuts_joins_and_undos(alice: Client, story: str) -> None:
    first, second, third, *_ = alice.sentences(story)
    alice.tag(story, second, "claim")
    alice.tag(story, third, "none")
    alice.split(story, second, 8, version=1)
    left, right = alice.sentences(story)[1:3]
    alice.tag(story, right, "quote", version=right["version"])

    def past(sentence: dict[str, Any]) -> list[str]:
        return [line.removeprefix("alice ") for line in lines(alice, story, f"?start={sentence['start']}")]

    assert past(left) == ["cut the sentence in two", "tagged it claim"]
    assert past(right) == [
        "changed their label from claim to quote",
        "cut the sentence in two",
        "tagged it claim",
    ]
    before = past(right)
    alice.tag(story, right, "claim", version=right["version"] + 1)
    assert alice.merge(story, alice.sentences(story)[1]).status_code == 200
    assert past(second) == ["joined two sentences", "changed their label from quote to claim", *before]
    assert past(third) == ["tagged it none"]
    assert past(first) == []


def test_a_sentence_tells_of_earlier_revisions_and_while_blind_only_ones_own(
    alice: Client,
    bob: Client,
    add_story: Callable[..., str],
    load_paths: Callable[..., list[Loaded]],
    desk: Any,
) -> None:
    text = "One stays here.\n\nTwo goes away.\n\nThree stays too.\n"
    old = add_story(text, name="r.txt", reviews_needed=2)
    alice.tag_all(old, "claim", "quote", "claim")
    bob.tag_all(old, "claim", "claim", "claim")
    alice.sign_off(old), bob.sign_off(old)
    (desk / "r.txt").write_text(text.replace("Two goes", "Something else has gone"), "utf-8")
    (loaded,) = load_paths(desk / "r.txt")
    new = loaded.id or ""
    stays = alice.sentences(new)[2]

    past = read(alice, new, f"?start={stays['start']}")

    assert [(each["document"], each["reviewer"]) for each in past] == [(old, "alice")]  # it is blind again
    assert "bob tagged it claim" in lines(alice, old)
    assert "None put a newer revision in its place" in lines(bob, old)
    assert lines(bob, new)[0] == "None took over from revision 1 what was said of the sentences that stayed"
    assert alice.get(f"/documents/{new}/history?start={stays['start']}").text.count("earlier revision") == 2
    for client in (alice, bob):
        client.tag(new, client.sentences(new)[1], "none")
        client.sign_off(new)
    assert [each["reviewer"] for each in read(alice, new, f"?start={stays['start']}")] == ["bob", "alice"]


# ---- restoring ----


def test_somebody_restores_an_earlier_vote_of_their_own_as_a_new_event(
    alice: Client, db: Database, story: str
) -> None:
    sentence = alice.sentences(story)[0]
    alice.tag(story, sentence, "claim", note="It states a fact.")
    alice.tag(story, sentence, None, version=1)
    line = find(alice, story, "tagged it claim")
    assert line["may_restore"] is True

    answer = restore(alice, story, line, 2, Idempotency_Key="r1")

    assert (answer.status_code, answer.headers["ETag"]) == (200, '"3"')
    (mine,) = answer.get_json()["sentence"]["annotations"]
    assert (mine["label"], mine["note"]) == ("claim", "It states a fact.")
    newest = read(alice, story)[0]
    assert (newest["words"], newest["restored"]) == ("tagged it claim (restored)", line["event"])
    assert newest["may_restore"] is False
    assert restore(alice, story, line, 2, Idempotency_Key="r1").data == answer.data
    assert len(read(alice, story)) == 4
    assert find_faults(db) == []


def test_restoring_needs_the_version_that_stands(alice: Client, story: str) -> None:
    sentence = alice.sentences(story)[0]
    alice.tag(story, sentence, "claim")
    alice.tag(story, sentence, "quote", version=1)
    line = find(alice, story, "tagged it claim")

    assert restore(alice, story, line, None).status_code == 428
    late = restore(alice, story, line, 1)
    assert (late.status_code, late.get_json()["error"]["current"]["label"]) == (412, "quote")
    assert restore(alice, story, line, 2, label="none").status_code == 422


def test_a_token_that_may_only_read_reads_the_history_and_restores_nothing(
    stranger: Client, alice: Client, db: Database, people: dict[str, Person], story: str
) -> None:
    sentence = alice.sentences(story)[0]
    alice.tag(story, sentence, "claim")
    alice.tag(story, sentence, "quote", version=1)
    line = find(alice, story, "tagged it claim")
    header = f"Bearer {add_token(db, people['alice'], name='t', scope='read', days=None)}"
    path = f"/documents/{story}/history"

    assert stranger.send("GET", path, Authorization=header).get_json()["items"] == read(alice, story)
    refused = stranger.send("POST", f"{path}/{line['event']}/restore", {}, version=2, Authorization=header)
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (403, "scope")


def test_nobody_restores_anothers_vote_and_reviewers_nothing_else(
    alice: Client, carol: Client, story: str
) -> None:
    sentence = alice.sentences(story)[0]
    alice.tag(story, sentence, "claim")
    carol.write(story, sentence, "decision", {"label": "quote"}, version=1)
    carol.write(story, sentence, "decision", {"label": "none"}, version=2)
    alice.split(story, alice.sentences(story)[1], 8)

    assert restore(carol, story, find(carol, story, "tagged it"), 1).status_code == 403
    assert find(carol, story, "tagged it")["may_restore"] is False
    for words in ("decided quote", "cut the sentence"):
        line = find(alice, story, words)
        assert line["may_restore"] is False
        assert restore(alice, story, line, 1).status_code == 403
    refused = restore(carol, story, find(carol, story, "loaded"), 1)
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (409, "not_restorable")


def test_nothing_is_offered_to_be_restored_while_the_document_is_closed(
    alice: Client, carol: Client, story: str
) -> None:
    sentence = alice.sentences(story)[0]
    alice.tag(story, sentence, "claim")
    alice.tag(story, sentence, "quote", version=1)
    assert find(alice, story, "tagged it claim")["may_restore"] is True

    plan = {"reviews_needed": 1, "priority": "normal", "assigned": [], "closed": True, "reason": "Enough."}
    assert carol.send("PUT", f"/documents/{story}/plan", plan, version=0).status_code == 200

    line = find(alice, story, "tagged it claim")
    assert line["may_restore"] is False
    assert restore(alice, story, line, 2).get_json()["error"]["code"] == "closed"


def test_an_editor_restores_decisions_and_what_was_left_to_the_votes(
    alice: Client, carol: Client, story: str
) -> None:
    sentence = alice.sentences(story)[0]
    alice.tag(story, sentence, "claim")
    carol.write(
        story, sentence, "decision", {"label": "quote", "speaker": "Rask", "reason": "She said so"}, version=1
    )
    carol.write(story, sentence, "decision", {"label": None, "reason": "Wrong"}, version=2)

    back = restore(carol, story, find(carol, story, "decided quote"), 3).get_json()["sentence"]

    assert (back["label"], back["speaker"], back["decided_by"]) == ("quote", "Rask", "adjudication")
    assert back["adjudication"]["reason"] == "She said so"
    given = restore(carol, story, find(carol, story, "gave it back"), 4, reason="Once more")
    assert (given.status_code, given.get_json()["sentence"]["decided_by"]) == (200, "review")
    assert (
        lines(carol, story)[0] == "carol gave it back to the votes, which say claim: “Once more” (restored)"
    )


def test_a_verification_is_restored_by_its_own_rules(
    app_with: Callable[..., Flask], alice: Client, carol: Client, dana: Client, story: str
) -> None:
    sentence = alice.sentences(story)[0]
    alice.tag(story, sentence, "claim")
    carol.verify(story, sentence, 0, status="in_progress", verdict="mixed", evidence=EVIDENCE)
    settle(carol, story, sentence, 1)
    begun = find(carol, story, "began")

    locked = restore(carol, story, begun, 2)
    assert (locked.status_code, locked.get_json()["error"]["code"]) == (409, "settled")
    opened = restore(carol, story, begun, 2, reason="New facts")
    assert (opened.status_code, opened.headers["ETag"]) == (200, '"3"')
    assert opened.get_json()["sentence"]["verification"]["verdict"] == "mixed"
    assert lines(carol, story)[0] == "carol reopened the verification: “New facts” (restored)"

    strict = Client(app_with(two_person_rule=True))
    strict.sign_in("carol", "correct horse battery")
    settled = find(carol, story, "settled the verification")
    two = restore(strict, story, settled, 3)
    assert (two.status_code, two.get_json()["error"]["code"]) == (403, "two_persons")
    done = restore(carol, story, settled, 3)
    assert done.get_json()["sentence"]["verification"]["status"] == "settled"


def test_boundaries_are_restored_by_the_inverse_act(
    alice: Client, carol: Client, db: Database, story: str
) -> None:
    before = alice.sentences(story)
    alice.tag(story, before[1], "claim")
    alice.split(story, before[1], 8, version=1)
    cut = find(carol, story, "cut")

    joined = restore(carol, story, cut, 0)

    assert joined.status_code == 200
    assert [each["text"] for each in joined.get_json()["sentences"]] == [before[1]["text"]]
    assert lines(carol, story)[0] == "carol joined two sentences (restored)"
    again = restore(carol, story, cut, 0)  # its parts are gone
    assert (again.status_code, again.get_json()["error"]["code"]) == (409, "boundary_changed")
    apart = restore(carol, story, find(carol, story, "joined"), 0)
    assert [each["text"] for each in apart.get_json()["sentences"]] == [
        "Harbour",
        "bridge closed after inspection",
    ]
    assert [each["annotations"][0]["label"] for each in apart.get_json()["sentences"]] == ["claim", "claim"]
    assert find_faults(db) == []


def test_a_cut_is_not_taken_back_over_a_part_that_was_cut_again(carol: Client, story: str) -> None:
    whole = carol.sentences(story)[1]
    carol.split(story, whole, 8)
    carol.split(story, carol.sentences(story)[2], 7)
    first = read(carol, story)[1]

    refused = restore(carol, story, first, 0)

    assert first["may_restore"] is False
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (409, "boundary_changed")
    assert [each["text"] for each in refused.get_json()["error"]["current"]["sentences"]] == [
        "bridge",
        "closed after inspection",
    ]


def test_what_was_said_of_an_earlier_revision_is_restored_in_the_newest(
    alice: Client, story: str, load_paths: Callable[..., list[Loaded]], desk: Any
) -> None:
    sentence = alice.sentences(story)[0]
    alice.tag(story, sentence, "claim")
    alice.tag(story, sentence, "quote", version=1)
    path = desk / "story.txt"
    path.write_text(path.read_text("utf-8") + "\nOne more.\n", "utf-8")
    (loaded,) = load_paths(path)

    answer = restore(alice, story, find(alice, story, "tagged it claim"), 2)

    assert answer.status_code == 200
    assert alice.sentences(loaded.id or "")[0]["label"] == "claim"
    assert alice.sentences(story)[0]["label"] == "quote"
