"""Adjudication through the API."""

import pytest

from tests.client import Client


@pytest.fixture
def disputed(alice: Client, bob: Client, pair: str) -> str:
    """A document of two reviewers whose first sentence is in dispute."""
    alice.tag_all(pair, "claim")
    bob.tag_all(pair, "quote")
    alice.sign_off(pair)
    bob.sign_off(pair)
    return pair


def decide(client: Client, document: str, label: str | None, version: int | None, **more: object):  # type: ignore[no-untyped-def]
    sentence = client.sentences(document)[0]
    return client.write(document, sentence, "decision", {"label": label, **more}, version=version)


def test_an_editor_settles_a_dispute_and_the_document_is_decided(carol: Client, disputed: str) -> None:
    answer = decide(carol, disputed, "claim", 1, reason="It states a fact.")

    assert answer.status_code == 200
    assert answer.headers["ETag"] == '"2"'
    sentence = answer.get_json()["sentence"]
    assert (sentence["label"], sentence["decided_by"]) == ("claim", "adjudication")
    assert sentence["adjudication"]["editor"] == "carol"
    assert sentence["adjudication"]["reason"] == "It states a fact."
    assert answer.get_json()["document"]["state"] == "decided"


def test_an_adjudication_stands_over_later_votes(alice: Client, carol: Client, disputed: str) -> None:
    decide(carol, disputed, "claim", 1)

    late = alice.tag(disputed, alice.sentences(disputed)[0], "boilerplate").get_json()

    assert late["sentence"]["label"] == "claim"
    assert late["document"]["n_in_dispute"] == 0


def test_an_editor_can_give_a_sentence_back_to_its_votes(carol: Client, disputed: str) -> None:
    decide(carol, disputed, "claim", 1)

    answer = decide(carol, disputed, None, 2).get_json()

    assert answer["sentence"]["adjudication"] is None
    assert answer["sentence"]["decision"]["in_dispute"] is True
    assert answer["document"]["state"] == "in_dispute"


def test_what_no_editor_decided_cannot_be_given_back(carol: Client, story: str) -> None:
    answer = decide(carol, story, None, 0)

    assert (answer.status_code, answer.get_json()["error"]["code"]) == (409, "not_adjudicated")


def test_a_reviewer_may_not_decide(alice: Client, disputed: str) -> None:
    answer = decide(alice, disputed, "claim", 1)

    assert (answer.status_code, answer.get_json()["error"]["code"]) == (403, "forbidden")


def test_the_version_is_required_and_checked(carol: Client, dana: Client, disputed: str) -> None:
    assert decide(carol, disputed, "claim", None).status_code == 428
    assert decide(dana, disputed, "quote", 1).status_code == 200

    late = decide(carol, disputed, "claim", 1)

    assert late.status_code == 412
    assert late.get_json()["error"]["current"]["label"] == "quote"
    assert late.get_json()["error"]["current"]["version"] == 2


def test_what_is_settled_cannot_be_decided_otherwise(carol: Client, story: str) -> None:
    sentence = carol.sentences(story)[0]
    carol.tag(story, sentence, "claim")
    evidence = [{"reference": "City register", "stance": "supports"}]
    carol.verify(story, sentence, 0, status="settled", verdict="verified", evidence=evidence)

    answer = decide(carol, story, "none", 1)

    assert (answer.status_code, answer.get_json()["error"]["code"]) == (409, "settled")
