"""Tagging through the API."""

import pytest

from annotate.database import Database
from annotate.store.documents import withdraw_document
from tests.client import Client


def test_a_tag_is_stored_decides_the_sentence_and_counts(alice: Client, story: str) -> None:
    sentence = alice.sentences(story)[2]

    answer = alice.tag(story, sentence, "quote", speaker=" Ida Rask ", note="by phone", version=0)

    assert answer.status_code == 200
    assert answer.headers["ETag"] == '"1"'
    stored = answer.get_json()
    assert stored["sentence"]["label"] == "quote"
    assert stored["sentence"]["speaker"] == "Ida Rask"
    assert stored["sentence"]["decided_by"] == "review"
    assert stored["sentence"]["verification"]["status"] == "unchecked"
    assert stored["sentence"]["verification"]["attribution"] == "unconfirmed"
    counts = stored["document"]
    n = counts["n_sentences"]
    assert (counts["n_untagged"], counts["n_decided"], counts["n_unchecked"]) == (n - 1, 1, 1)
    assert alice.sentences(story)[2] == stored["sentence"]
    (mine,) = stored["sentence"]["annotations"]
    assert (mine["reviewer"], mine["note"], mine["origin"], mine["version"]) == (
        "alice",
        "by phone",
        "api",
        1,
    )


def test_put_replaces_the_whole_record_and_delete_keeps_the_count(alice: Client, story: str) -> None:
    sentence = alice.sentences(story)[0]
    alice.tag(story, sentence, "quote", speaker="Rask", note="n")

    replaced = alice.tag(story, sentence, "claim")
    path = f"/documents/{story}/sentences/{sentence['start']}/annotation"
    removed = alice.send("DELETE", path, {"end": sentence["end"]}, version=2)
    again = alice.tag(story, sentence, "claim", version=3)

    (mine,) = replaced.get_json()["sentence"]["annotations"]
    assert (mine["speaker"], mine["note"], mine["version"]) == (None, None, 2)
    assert removed.headers["ETag"] == '"3"'
    assert removed.get_json()["sentence"]["label"] is None
    assert removed.get_json()["document"]["n_decided"] == 0
    assert again.headers["ETag"] == '"4"'


def test_taking_back_what_is_not_there_leaves_no_trace(alice: Client, story: str, db: Database) -> None:
    before = db.value("SELECT count(*) FROM events")

    answer = alice.tag(story, alice.sentences(story)[0], None, version=0)

    assert (answer.status_code, answer.headers["ETag"]) == (200, '"0"')
    assert db.value("SELECT count(*) FROM events") == before


def test_a_speaker_is_one_line(alice: Client, story: str) -> None:
    sentence = alice.sentences(story)[0]

    assert alice.tag(story, sentence, "quote", speaker="Ida\nRask").status_code == 422
    assert alice.tag(story, sentence, "quote", speaker="Ida\x1b[31m").status_code == 422
    assert alice.tag(story, sentence, "quote", speaker="", note="a\r\nb").status_code == 200
    assert alice.sentences(story)[0]["annotations"][0]["note"] == "a\nb"


def test_a_note_without_a_vote_decides_nothing(alice: Client, story: str) -> None:
    answer = alice.tag(story, alice.sentences(story)[0], None, note="ask Bo")

    assert answer.get_json()["sentence"]["label"] is None
    assert answer.get_json()["document"]["n_untagged"] == answer.get_json()["document"]["n_sentences"]


def test_a_stale_tag_is_refused_with_what_is_stored_and_nothing_changes(alice: Client, story: str) -> None:
    sentence = alice.sentences(story)[0]
    alice.tag(story, sentence, "claim", version=0)
    alice.tag(story, sentence, "quote", version=1)

    late = alice.tag(story, sentence, "boilerplate", version=1)

    assert late.status_code == 412
    assert late.get_json()["error"]["code"] == "stale"
    assert late.get_json()["error"]["current"]["label"] == "quote"
    assert late.get_json()["error"]["current"]["version"] == 2
    assert alice.sentences(story)[0]["label"] == "quote"


def test_creating_twice_is_refused(alice: Client, story: str) -> None:
    sentence = alice.sentences(story)[0]
    alice.tag(story, sentence, "claim", version=0)

    assert alice.tag(story, sentence, "quote", version=0).status_code == 412


@pytest.mark.parametrize("header", ['W/"1"', "1", "*", '"x"', '"1", "2"', '"-1"'])
def test_an_if_match_that_is_no_version_of_ours_is_named(alice: Client, story: str, header: str) -> None:
    answer = alice.tag(story, alice.sentences(story)[0], "claim", If_Match=header)

    assert answer.status_code == 400
    assert "If-Match" in answer.get_json()["error"]["message"]


def test_a_changed_boundary_is_told_with_the_current_sentences(alice: Client, story: str) -> None:
    sentence = alice.sentences(story)[1]

    answer = alice.tag(story, {**sentence, "end": sentence["end"] + 1}, "claim")

    assert answer.status_code == 409
    error = answer.get_json()["error"]
    assert error["code"] == "boundary_changed"
    assert error["current"]["sentences"][0] == {name: sentence[name] for name in ("start", "end", "text")}


def test_two_reviewers_of_one_document_agree_or_dispute_at_once_when_one_is_enough(
    alice: Client, bob: Client, story: str
) -> None:
    first, second = alice.sentences(story)[:2]
    for client in (alice, bob):
        agreed = client.tag(story, first, "claim").get_json()["sentence"]
    alice.tag(story, second, "claim")
    disputed = bob.tag(story, second, "quote").get_json()

    assert (agreed["label"], agreed["decided_by"]) == ("claim", "agreement")
    assert disputed["sentence"]["label"] is None
    assert disputed["sentence"]["decision"]["in_dispute"] is True
    assert disputed["document"]["n_in_dispute"] == 1


def test_sign_off_names_the_untagged_and_then_decides_the_document(alice: Client, story: str) -> None:
    sentences = alice.sentences(story)
    alice.tag(story, sentences[0], "none")

    early = alice.sign_off(story)
    alice.tag_all(story)
    done = alice.sign_off(story)
    again = alice.sign_off(story)

    assert early.status_code == 422
    assert early.get_json()["error"]["code"] == "untagged"
    assert early.get_json()["error"]["fields"]["untagged"] == [each["start"] for each in sentences[1:]]
    assert done.get_json()["document"]["state"] == "decided"
    assert again.get_json() == done.get_json()


def test_after_signing_off_a_vote_can_be_changed_but_not_taken_back(alice: Client, story: str) -> None:
    alice.tag_all(story)
    alice.sign_off(story)
    sentence = alice.sentences(story)[0]

    removed = alice.tag(story, sentence, None)
    changed = alice.tag(story, sentence, "claim")

    assert removed.status_code == 409
    assert removed.get_json()["error"]["code"] == "signed_off"
    assert changed.get_json()["sentence"]["label"] == "claim"


class TestBlind:
    def test_nobody_sees_anothers_votes_until_all_have_signed_off(
        self, alice: Client, bob: Client, dana: Client, pair: str
    ) -> None:
        alice.tag_all(pair, "claim", "quote")
        alice.sign_off(pair)

        for other in (bob, dana):
            page = other.get(f"/documents/{pair}").text
            assert "data-l=" not in page
            for sentence in other.sentences(pair):
                assert sentence["annotations"] == []
                assert (sentence["label"], sentence["decision"]) == (None, None)
        assert all(each["label"] is None for each in alice.sentences(pair))
        assert alice.sentences(pair)[0]["annotations"][0]["label"] == "claim"

        bob.tag_all(pair, "claim", "none")
        decided = bob.sign_off(pair).get_json()["document"]

        assert (decided["state"], decided["n_in_dispute"]) == ("in_dispute", 1)
        first, second = alice.sentences(pair)[:2]
        assert [each["reviewer"] for each in first["annotations"]] == ["alice", "bob"]
        assert (first["label"], first["decided_by"]) == ("claim", "agreement")
        assert second["decision"]["in_dispute"] is True

    def test_nothing_can_be_verified_or_adjudicated(self, alice: Client, carol: Client, pair: str) -> None:
        alice.tag_all(pair, "claim")
        sentence = alice.sentences(pair)[0]

        verified = alice.verify(pair, sentence, 0, status="in_progress")
        decided = carol.write(pair, sentence, "decision", {"label": "claim"}, version=0)

        assert (verified.status_code, verified.get_json()["error"]["code"]) == (409, "not_decided")
        assert (decided.status_code, decided.get_json()["error"]["code"]) == (409, "open")

    def test_a_third_opinion_counts_too(self, alice: Client, bob: Client, carol: Client, pair: str) -> None:
        for client in (alice, bob):
            client.tag_all(pair, "claim")
            client.sign_off(pair)

        late = carol.tag(pair, carol.sentences(pair)[0], "quote").get_json()

        assert late["sentence"]["decision"]["in_dispute"] is True
        assert late["document"]["state"] == "in_dispute"


class TestOnce:
    def test_a_repeated_request_gets_the_same_answer_and_changes_nothing(
        self, alice: Client, story: str
    ) -> None:
        sentence = alice.sentences(story)[0]
        first = alice.tag(story, sentence, "claim", version=0, Idempotency_Key="k1")
        alice.tag(story, sentence, "quote", version=1)

        again = alice.tag(story, sentence, "claim", version=0, Idempotency_Key="k1")

        assert (again.status_code, again.data) == (200, first.data)
        assert again.headers["ETag"] == first.headers["ETag"]
        assert alice.sentences(story)[0]["label"] == "quote"

    def test_a_key_used_for_something_else_is_refused(self, alice: Client, story: str) -> None:
        first, second = alice.sentences(story)[:2]
        alice.tag(story, first, "claim", Idempotency_Key="k1")

        for answer in (
            alice.tag(story, first, "quote", Idempotency_Key="k1"),
            alice.tag(story, second, "claim", Idempotency_Key="k1"),
        ):
            assert (answer.status_code, answer.get_json()["error"]["code"]) == (422, "key_reused")

    def test_keys_belong_to_their_account(self, alice: Client, bob: Client, story: str) -> None:
        sentence = alice.sentences(story)[0]

        assert alice.tag(story, sentence, "claim", Idempotency_Key="k1").status_code == 200
        answer = bob.tag(story, sentence, "claim", Idempotency_Key="k1")

        assert [each["reviewer"] for each in answer.get_json()["sentence"]["annotations"]] == ["alice", "bob"]

    def test_errors_are_not_remembered(self, alice: Client, story: str) -> None:
        sentence = alice.sentences(story)[0]
        alice.tag(story, sentence, "claim", version=7, Idempotency_Key="k1")

        assert alice.tag(story, sentence, "claim", version=0, Idempotency_Key="k1").status_code == 200

    @pytest.mark.parametrize("key", ["", "x" * 65, "a b", "ä"])
    def test_a_key_has_1_to_64_visible_characters(self, alice: Client, story: str, key: str) -> None:
        answer = alice.tag(story, alice.sentences(story)[0], "claim", Idempotency_Key=key)

        assert answer.status_code == 400

    def test_rights_are_checked_before_an_answer_is_repeated(
        self, alice: Client, story: str, db: Database
    ) -> None:
        sentence = alice.sentences(story)[0]
        alice.tag(story, sentence, "claim", Idempotency_Key="k1")
        withdraw_document(db, story, reason="court order", erase=True)

        again = alice.tag(story, sentence, "claim", Idempotency_Key="k1")

        assert again.status_code == 404


def test_a_withdrawn_document_is_gone_for_everybody(alice: Client, story: str, db: Database) -> None:
    sentence = alice.sentences(story)[0]
    withdraw_document(db, story, reason="court order", erase=False)

    assert alice.tag(story, sentence, "claim").status_code == 404
    assert alice.send("GET", f"/documents/{story}").status_code == 404
    assert alice.get(f"/documents/{story}").status_code == 404
    assert story not in alice.get("/").text + alice.get("/documents").text
    assert alice.send("GET", "/documents").get_json()["items"] == []
