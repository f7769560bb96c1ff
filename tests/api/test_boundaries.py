"""Mending boundaries through the API."""

from collections.abc import Callable
from typing import Any

import pytest

from annotate.checking import find_faults
from annotate.database import Database
from annotate.store.documents import withdraw_document
from tests.client import Client

Sentence = dict[str, Any]
EVIDENCE = [{"reference": "City register", "stance": "supports"}]


@pytest.fixture(autouse=True)
def _nothing_is_left_that_does_not_add_up(db: Database, request: pytest.FixtureRequest) -> Any:
    yield
    assert find_faults(db) == []


@pytest.fixture
def speech(alice: Client, story: str) -> Callable[[], tuple[Sentence, Sentence]]:
    """The two sentences of the story that share a block, as they are now."""

    def find() -> tuple[Sentence, Sentence]:
        first, second = (each for each in alice.sentences(story) if each["text"].startswith('"'))
        return first, second

    return find


def votes(sentence: Sentence) -> list[tuple[Any, ...]]:
    fields = ("reviewer", "label", "speaker", "note", "origin", "at")
    return [tuple(each[name] for name in fields) for each in sentence["annotations"]]


def sign_off(*clients: Client, document: str, labels: tuple[str, ...] = ()) -> None:
    for client in clients:
        client.tag_all(document, *labels)
        assert client.sign_off(document).status_code == 200


def error(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["error"]["code"]


class TestSplit:
    def test_both_parts_inherit_each_vote_marked_as_carried(
        self, alice: Client, bob: Client, story: str
    ) -> None:
        sentence = alice.sentences(story)[3]
        alice.tag(story, sentence, "quote", speaker="The city", note="by phone", origin="key")
        bob.tag(story, sentence, "claim")

        answer = alice.split(story, sentence, 16, version=1)

        assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
        parts = answer.get_json()["sentences"]
        assert [each["text"] for each in parts] == [
            "The Alder Street",
            "bridge was closed on Monday, the city of Norhaven said.",
        ]
        for part in parts:
            assert [vote[:5] for vote in votes(part)] == [
                ("alice", "quote", "The city", "by phone", "key"),
                ("bob", "claim", None, None, "api"),
            ]
            assert [each["carried"] for each in part["annotations"]] == [True, True]
            assert [each["version"] for each in part["annotations"]] == [2, 2]
            assert part["version"] == 2
            assert part["decision"] == {
                "label": None,
                "speaker": None,
                "decided_by": None,
                "in_dispute": True,
                "version": 3,
            }
        counts = answer.get_json()["document"]
        assert (counts["n_sentences"], counts["n_in_dispute"], counts["n_untagged"]) == (8, 2, 6)
        assert alice.sentences(story)[3:5] == parts
        assert answer.get_json()["lost"] == []

    def test_a_vote_of_ones_own_ends_the_mark(self, alice: Client, story: str) -> None:
        sentence = alice.sentences(story)[3]
        alice.tag(story, sentence, "claim")
        part = alice.split(story, sentence, 16, version=1).get_json()["sentences"][1]

        answer = alice.tag(story, part, "none", version=part["version"]).get_json()

        assert "carried" not in answer["sentence"]["annotations"][0]

    def test_what_nobody_has_tagged_is_split_with_version_0(self, alice: Client, story: str) -> None:
        answer = alice.split(story, alice.sentences(story)[3], 16, version=0)

        assert (answer.status_code, answer.headers["ETag"]) == (200, '"0"')
        assert [each["annotations"] for each in answer.get_json()["sentences"]] == [[], []]

    def test_merging_the_parts_is_the_undo_and_restores(self, alice: Client, bob: Client, story: str) -> None:
        sentence = alice.sentences(story)[3]
        alice.tag(story, sentence, "quote", speaker="The city", note="by phone", origin="key")
        bob.tag(story, sentence, "quote")
        before = alice.sentences(story)[3]
        part, _ = alice.split(story, before, 16).get_json()["sentences"]

        answer = alice.merge(story, part).get_json()

        (after,) = answer["sentences"]
        assert votes(after) == votes(before)
        assert not any("carried" in each for each in after["annotations"])
        assert [each["version"] for each in after["annotations"]] == [3, 3]
        assert (after["start"], after["end"], after["text"]) == (
            before["start"],
            before["end"],
            before["text"],
        )
        assert answer["lost"] == []
        assert answer["document"]["n_sentences"] == 7

    def test_undo_keeps_what_was_said_of_the_parts_in_the_meantime(self, alice: Client, story: str) -> None:
        sentence = alice.sentences(story)[3]
        alice.tag(story, sentence, "claim", note="first")
        parts = alice.split(story, sentence, 16, version=1).get_json()["sentences"]
        for part in parts:
            alice.tag(story, part, "quote", note="then", version=2)

        (after,) = alice.merge(story, parts[0], version=3).get_json()["sentences"]

        assert [vote[1:4] for vote in votes(after)] == [("quote", None, "then")]

    @pytest.mark.parametrize("at", [0, 72, 73, -1, 10**9])
    def test_a_cut_that_is_not_inside_is_422(self, alice: Client, story: str, at: int) -> None:
        answer = alice.split(story, alice.sentences(story)[3], at)

        assert error(answer) == (422, "invalid")
        assert list(answer.get_json()["error"]["fields"]) == ["at"]
        assert len(alice.sentences(story)) == 7

    def test_offsets_are_code_points(self, alice: Client, add_story: Callable[..., str]) -> None:
        document = add_story("👍👍 Norhaven is\u00a0back, 👍 said Ida Rask, and that is all\n", name="a.txt")
        (sentence,) = alice.sentences(document)

        parts = alice.split(document, sentence, sentence["text"].index("👍 said")).get_json()["sentences"]

        text = alice.document(document)["text"]
        assert [text[each["start"] : each["end"]] for each in parts] == [
            "👍👍 Norhaven is\u00a0back,",
            "👍 said Ida Rask, and that is all",
        ]


class TestMerge:
    def test_equal_votes_are_carried_with_the_only_speaker_and_both_notes(
        self, alice: Client, bob: Client, story: str, speech: Callable[[], Any]
    ) -> None:
        first, second = speech()
        alice.tag(story, first, "quote", note="one")
        alice.tag(story, second, "quote", speaker="Rask", note="two")
        bob.tag(story, first, "quote", note="same")
        bob.tag(story, second, "quote", note="same")

        answer = alice.merge(story, first, version=1)

        assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
        (merged,) = answer.get_json()["sentences"]
        assert (merged["start"], merged["end"]) == (first["start"], second["end"])
        assert [vote[:4] for vote in votes(merged)] == [
            ("alice", "quote", "Rask", "one\ntwo"),
            ("bob", "quote", None, "same"),
        ]
        assert (merged["label"], merged["decided_by"]) == ("quote", "agreement")
        assert answer.get_json()["lost"] == []
        assert answer.get_json()["document"]["n_untagged"] == 5

    def test_votes_that_differ_are_lost_and_listed_and_their_notes_stay(
        self, alice: Client, bob: Client, story: str, speech: Callable[[], Any]
    ) -> None:
        first, second = speech()
        alice.tag(story, first, "quote", speaker="Rask", note="one")
        alice.tag(story, second, "claim")
        bob.tag(story, second, "quote")

        answer = alice.merge(story, first, version=1).get_json()

        (merged,) = answer["sentences"]
        assert [vote[:4] for vote in votes(merged)] == [("alice", None, None, "one")]
        assert (merged["label"], merged["version"]) == (None, 2)
        assert [
            (each["reviewer"], each["start"], each["end"], each["label"], each["speaker"], each["note"])
            for each in answer["lost"]
        ] == [
            ("alice", first["start"], first["end"], "quote", "Rask", "one"),
            ("alice", second["start"], second["end"], "claim", None, None),
            ("bob", second["start"], second["end"], "quote", None, None),
        ]
        counts = answer["document"]
        assert (counts["n_sentences"], counts["n_untagged"], counts["n_decided"]) == (6, 6, 0)

    def test_a_speaker_that_differs_is_lost_too(
        self, alice: Client, story: str, speech: Callable[[], Any]
    ) -> None:
        first, second = speech()
        alice.tag(story, first, "quote", speaker="Ida Rask")
        alice.tag(story, second, "quote", speaker="Rask")

        answer = alice.merge(story, first, version=1).get_json()

        assert [vote[1:3] for vote in votes(answer["sentences"][0])] == [("quote", None)]
        assert [each["speaker"] for each in answer["lost"]] == ["Ida Rask", "Rask"]

    def test_splitting_at_the_old_place_is_the_undo_and_restores_each_half(
        self, alice: Client, bob: Client, story: str, speech: Callable[[], Any]
    ) -> None:
        first, second = speech()
        alice.tag(story, first, "quote", speaker="Rask", note="one", origin="key")
        alice.tag(story, second, "claim", origin="pointer")
        bob.tag(story, second, "quote")
        before = speech()
        (merged,) = alice.merge(story, before[0]).get_json()["sentences"]

        answer = alice.split(story, merged, second["start"] - first["start"]).get_json()

        after = answer["sentences"]
        assert [votes(each) for each in after] == [votes(each) for each in before]
        assert [each["version"] for each in after] == [3, 3]
        assert [each["label"] for each in after] == ["quote", None]
        assert speech() == tuple(after)
        assert answer["document"]["n_untagged"] == 5

    def test_undo_gives_the_halves_what_was_said_of_the_whole_in_the_meantime(
        self, alice: Client, story: str, speech: Callable[[], Any]
    ) -> None:
        first, second = speech()
        alice.tag(story, first, "quote")
        alice.tag(story, second, "claim")
        (merged,) = alice.merge(story, first, version=1).get_json()["sentences"]
        alice.tag(story, merged, "none", version=2)

        answer = alice.split(story, merged, second["start"] - first["start"], version=3).get_json()

        assert [vote[1] for each in answer["sentences"] for vote in votes(each)] == ["none", "none"]

    def test_the_last_sentence_and_one_before_another_block_are_422(self, alice: Client, story: str) -> None:
        sentences = alice.sentences(story)

        assert error(alice.merge(story, sentences[-1])) == (422, "no_next")
        for n in (1, 2, 3, 5):
            assert error(alice.merge(story, sentences[n])) == (422, "across_blocks")
        assert alice.sentences(story) == sentences

    def test_who_is_left_without_a_vote_has_not_read_it_all_any_more(
        self, alice: Client, bob: Client, story: str, speech: Callable[[], Any]
    ) -> None:
        sign_off(alice, document=story, labels=("none",) * 4 + ("quote", "claim"))
        sign_off(bob, document=story)

        answer = alice.merge(story, speech()[0]).get_json()

        assert (answer["document"]["n_sign_offs"], answer["document"]["state"]) == (1, "decided")
        assert [each["reviewer"] for each in alice.document(story)["sign_offs"]] == ["bob"]
        assert alice.sign_off(story).status_code == 422
        alice.tag(story, answer["sentences"][0], "quote")
        assert alice.sign_off(story).get_json()["document"]["n_sign_offs"] == 2

    def test_the_only_reviewers_document_is_open_again(
        self, alice: Client, story: str, speech: Callable[[], Any]
    ) -> None:
        sign_off(alice, document=story, labels=("none",) * 4 + ("quote", "claim"))

        answer = alice.merge(story, speech()[0]).get_json()

        assert answer["document"]["state"] == "open"
        assert "5 of 6 sentences" in alice.get("/").text


class TestVersionsAndPlaces:
    def test_the_version_is_that_of_my_own_vote_and_is_required(
        self, alice: Client, bob: Client, story: str
    ) -> None:
        sentence = alice.sentences(story)[3]
        bob.tag(story, sentence, "claim")
        alice.tag(story, sentence, "claim")
        etag = alice.tag(story, sentence, "quote").headers["ETag"]

        assert (alice.sentences(story)[3]["version"], bob.sentences(story)[3]["version"]) == (2, 1)
        for what, body in (("split", {"at": sentence["start"] + 16}), ("merge", {})):
            none = alice.write(story, sentence, what, body)
            stale = alice.write(story, sentence, what, body, version=1)
            assert error(none) == (428, "precondition_required")
            assert error(stale) == (412, "stale")
            current = stale.get_json()["error"]["current"]
            assert (current["label"], current["version"]) == ("quote", 2)
        assert alice.split(story, sentence, 16, version=None, If_Match=etag).status_code == 200

    def test_a_boundary_that_has_changed_is_told_with_what_is_there_now(
        self, alice: Client, bob: Client, story: str
    ) -> None:
        sentence = alice.sentences(story)[3]
        parts = alice.split(story, sentence, 16).get_json()["sentences"]

        for answer in (
            bob.split(story, sentence, 16),
            bob.merge(story, sentence),
            bob.tag(story, sentence, "claim", version=0),
        ):
            assert error(answer) == (409, "boundary_changed")
            assert answer.get_json()["error"]["current"]["sentences"] == [
                {name: each[name] for name in ("start", "end", "text")} for each in parts
            ]

    def test_a_sentence_that_was_merged_into_the_one_before_is_a_changed_boundary_too(
        self, alice: Client, bob: Client, story: str, speech: Callable[[], Any]
    ) -> None:
        first, second = speech()
        (merged,) = alice.merge(story, first).get_json()["sentences"]

        late = bob.tag(story, second, "claim", version=0)

        assert error(late) == (409, "boundary_changed")
        (now,) = late.get_json()["error"]["current"]["sentences"]
        assert (now["start"], now["end"]) == (merged["start"], merged["end"])

    def test_a_repeated_request_is_one_change_and_one_answer(self, alice: Client, story: str) -> None:
        sentence = alice.sentences(story)[3]

        first = alice.split(story, sentence, 16, Idempotency_Key="k1")
        again = alice.split(story, sentence, 16, Idempotency_Key="k1")
        other = alice.split(story, sentence, 17, Idempotency_Key="k1")

        assert (again.status_code, again.data, again.headers["ETag"]) == (200, first.data, '"0"')
        assert error(other) == (422, "key_reused")
        assert len(alice.sentences(story)) == 8


class TestWhoMay:
    def test_a_reviewer_where_nobody_else_has_begun(self, alice: Client, bob: Client, pair: str) -> None:
        sentence = alice.sentences(pair)[3]
        alice.tag(pair, sentence, "claim")
        assert alice.split(pair, sentence, 16, version=1).status_code == 200

        bob.tag(pair, bob.sentences(pair)[0], "claim")

        for client in (alice, bob):
            assert error(client.merge(pair, client.sentences(pair)[3])) == (403, "forbidden")

    @pytest.mark.parametrize("name", ["carol", "dana"])
    def test_an_editor_at_any_time(
        self, alice: Client, bob: Client, pair: str, name: str, request: pytest.FixtureRequest
    ) -> None:
        sign_off(alice, bob, document=pair)
        editor: Client = request.getfixturevalue(name)
        part, _ = editor.split(pair, editor.sentences(pair)[3], 16).get_json()["sentences"]

        answer = editor.merge(pair, part)

        assert answer.status_code == 200
        assert [each["version"] for each in answer.get_json()["sentences"][0]["annotations"]] == [3, 3]

    def test_where_one_review_is_enough_anybody(self, alice: Client, bob: Client, story: str) -> None:
        alice.tag_all(story)

        assert bob.split(story, bob.sentences(story)[3], 16).status_code == 200


class TestBlind:
    def test_nobody_learns_of_anothers_votes(
        self, alice: Client, bob: Client, carol: Client, pair: str
    ) -> None:
        alice.tag_all(pair, *["none"] * 4, "quote", "claim")
        bob.tag_all(pair, *["none"] * 4, "quote", "claim")
        first = carol.sentences(pair)[4]

        answer = carol.merge(pair, first)

        assert answer.status_code == 200
        (merged,) = answer.get_json()["sentences"]
        assert (merged["annotations"], merged["decision"], merged["version"]) == ([], None, 0)
        assert answer.get_json()["lost"] == []
        assert not {"alice", "bob", "quote"} & set(answer.text.split('"'))
        assert [vote[:2] for vote in votes(alice.sentences(pair)[4])] == [("alice", None)]

    def test_ones_own_lost_votes_are_told(self, alice: Client, pair: str) -> None:
        alice.tag_all(pair, *["none"] * 4, "quote", "claim")

        answer = alice.merge(pair, alice.sentences(pair)[4]).get_json()

        assert [(each["reviewer"], each["label"]) for each in answer["lost"]] == [
            ("alice", "quote"),
            ("alice", "claim"),
        ]

    @pytest.mark.parametrize("labels", [("quote", "quote"), ("quote", "claim")])
    def test_a_merge_takes_every_sign_off_back_whatever_the_votes(
        self, alice: Client, carol: Client, pair: str, labels: tuple[str, ...]
    ) -> None:
        sign_off(alice, document=pair, labels=("none", "none", "none", "none", *labels))

        counts = carol.merge(pair, carol.sentences(pair)[4]).get_json()["document"]

        assert (counts["n_sign_offs"], counts["state"]) == (0, "open")

    def test_a_split_takes_no_sign_off_back(self, alice: Client, carol: Client, pair: str) -> None:
        sign_off(alice, document=pair)

        counts = carol.split(pair, carol.sentences(pair)[4], 5).get_json()["document"]

        assert counts["n_sign_offs"] == 1
        assert alice.document(pair)["counts"]["n_untagged"] == 0

    def test_a_document_that_all_have_seen_is_not_blind_again(
        self, alice: Client, bob: Client, carol: Client, pair: str
    ) -> None:
        sign_off(alice, document=pair, labels=("none",) * 4 + ("quote", "claim"))
        sign_off(bob, document=pair, labels=("none",) * 4 + ("quote", "quote"))

        answer = carol.merge(pair, carol.sentences(pair)[4]).get_json()

        assert (answer["document"]["n_sign_offs"], answer["document"]["state"]) == (2, "decided")
        assert (answer["sentences"][0]["label"], answer["sentences"][0]["decided_by"]) == ("quote", "review")
        assert {each["reviewer"] for each in answer["lost"]} == {"alice"}
        assert alice.document(pair)["counts"]["n_untagged"] == 1


class TestDecisions:
    @pytest.fixture
    def settle(self, carol: Client, story: str, speech: Callable[[], Any]) -> Callable[..., None]:
        def decide(n: int, label: str, reason: str | None = None) -> None:
            sentence = speech()[n]
            version = (sentence["decision"] or {"version": 0})["version"]
            body = {"label": label, "reason": reason}
            assert carol.write(story, sentence, "decision", body, version=version).status_code == 200

        return decide

    def test_both_parts_inherit_an_editors_word_and_undo_restores_it(
        self, alice: Client, story: str, speech: Callable[[], Any], settle: Callable[..., None]
    ) -> None:
        alice.tag(story, speech()[0], "claim")
        settle(0, "quote", "She said it.")
        before = speech()[0]

        parts = alice.split(story, before, 5).get_json()["sentences"]
        (after,) = alice.merge(story, parts[0]).get_json()["sentences"]

        assert [each["adjudication"] for each in parts] == [before["adjudication"]] * 2
        assert after["adjudication"] == before["adjudication"]
        assert after["decision"]["version"] == before["decision"]["version"] + 2

    def test_equal_words_of_editors_are_merged_and_others_are_409(
        self, alice: Client, carol: Client, story: str, speech: Callable[[], Any], settle: Callable[..., None]
    ) -> None:
        settle(0, "quote", "one")
        assert error(alice.merge(story, speech()[0])) == (409, "adjudicated")
        settle(1, "claim")
        assert error(carol.merge(story, speech()[0])) == (409, "adjudicated")
        settle(1, "quote", "two")

        (merged,) = carol.merge(story, speech()[0]).get_json()["sentences"]

        assert (merged["label"], merged["decided_by"]) == ("quote", "adjudication")
        assert (merged["adjudication"]["editor"], merged["adjudication"]["reason"]) == ("carol", "one\ntwo")


class TestVerifications:
    @pytest.mark.parametrize("status", ["in_progress", "second_look", "settled"])
    @pytest.mark.parametrize("n", [0, 1])
    def test_what_is_being_checked_keeps_its_boundaries(
        self, alice: Client, story: str, speech: Callable[[], Any], status: str, n: int
    ) -> None:
        alice.tag(story, speech()[n], "claim")
        alice.verify(story, speech()[n], 0, status=status, verdict="verified", evidence=EVIDENCE)
        before = alice.document(story)
        code = "settled" if status == "settled" else "verified"

        assert error(alice.split(story, speech()[n], 5)) == (409, code)
        assert error(alice.merge(story, speech()[0])) == (409, code)

        assert alice.document(story) == before

    def test_what_is_set_aside_is_not_lost_either(
        self, alice: Client, story: str, speech: Callable[[], Any]
    ) -> None:
        alice.tag(story, speech()[0], "claim")
        alice.verify(story, speech()[0], 0, status="in_progress", evidence=EVIDENCE)
        alice.tag(story, speech()[0], "none")
        assert speech()[0]["verification"]["suspended"] is True

        assert error(alice.split(story, speech()[0], 5)) == (409, "verified")

    def test_evidence_that_waits_to_be_looked_at_goes_with_both_parts_and_comes_back(
        self, alice: Client, story: str, speech: Callable[[], Any]
    ) -> None:
        alice.tag(story, speech()[0], "claim")
        alice.verify(story, speech()[0], 0, status="unchecked", rationale="Ask Bo", evidence=EVIDENCE)
        before = speech()[0]

        parts = alice.split(story, before, 5).get_json()["sentences"]
        (after,) = alice.merge(story, parts[0]).get_json()["sentences"]

        for each in (*parts, after):
            unlike = {"version": each["verification"]["version"]}
            assert each["verification"] == before["verification"] | unlike
        assert [each["verification"]["version"] for each in (*parts, after)] == [2, 2, 3]

    def test_two_that_hold_something_are_not_merged_but_one_and_an_empty_one_are(
        self, alice: Client, story: str, speech: Callable[[], Any]
    ) -> None:
        for n in (0, 1):
            alice.tag(story, speech()[n], "claim")
            alice.verify(story, speech()[n], 0, status="unchecked", rationale=f"Ask {n}")
        assert error(alice.merge(story, speech()[0])) == (409, "verified")
        alice.verify(story, speech()[0], 1, status="unchecked")

        (merged,) = alice.merge(story, speech()[0]).get_json()["sentences"]
        parts = alice.split(story, merged, merged["text"].index('"Nobody')).get_json()["sentences"]

        assert (merged["verification"]["rationale"], merged["verification"]["version"]) == ("Ask 1", 3)
        assert [each["verification"]["rationale"] for each in parts] == [None, "Ask 1"]

    def test_a_draft_of_what_the_sentence_no_longer_is_stays_set_aside(
        self, alice: Client, story: str, speech: Callable[[], Any]
    ) -> None:
        alice.tag(story, speech()[0], "claim")
        alice.verify(story, speech()[0], 0, status="unchecked", rationale="Ask Bo")
        alice.tag(story, speech()[0], "none")

        parts = alice.split(story, speech()[0], 5).get_json()["sentences"]

        assert [each["verification"]["suspended"] for each in parts] == [True, True]


def test_each_change_is_one_line_in_the_history(
    alice: Client, story: str, speech: Callable[[], Any], db: Database
) -> None:
    alice.tag(story, speech()[0], "quote", note="one")
    before = db.value("SELECT max(number) FROM events")

    (merged,) = alice.merge(story, speech()[0]).get_json()["sentences"]
    alice.split(story, merged, 5)

    rows = db.rows("SELECT act, was, now FROM events WHERE number > :before", before=before)
    assert [row["act"] for row in rows] == ["merged", "split"]
    assert '"label":"quote"' in rows[0]["was"]
    assert '"label":null' in rows[0]["now"]


def test_an_erased_document_keeps_no_text_of_retired_sentences(
    alice: Client, story: str, speech: Callable[[], Any], db: Database
) -> None:
    alice.tag(story, speech()[0], "quote", note="one")
    alice.merge(story, speech()[0], Idempotency_Key="k1")

    withdraw_document(db, story, reason="court order", erase=True)

    assert db.value("SELECT count(*) FROM sentences WHERE text <> ''") == 0
    assert db.value("SELECT count(*) FROM annotations WHERE note IS NOT NULL") == 0
    assert db.value("SELECT count(*) FROM events WHERE was LIKE '%one%'") == 0
    assert db.value("SELECT count(*) FROM answers WHERE instr(body, 'bearings') > 0") == 0
