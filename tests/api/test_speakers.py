"""Names of speakers, offered again; promise 29."""

from collections.abc import Callable

from tests.client import Client


def quote(client: Client, document: str, speaker: str) -> None:
    body = {"label": "quote", "speaker": speaker}
    answer = client.write(document, client.sentences(document)[0], "annotation", body)
    assert answer.status_code == 200, answer.text


def offered(client: Client, q: str = "") -> list[str]:
    answer = client.get(f"/api/v1/speakers?q={q}")
    assert answer.status_code == 200
    return list(answer.get_json()["items"])


def test_a_name_is_offered_by_any_part_of_it_to_everybody_once(
    alice: Client, bob: Client, story: str
) -> None:
    quote(alice, story, "Ida Rask")

    assert offered(alice, "rask") == offered(bob, "RASK") == ["Ida Rask"]
    assert offered(alice, "nobody") == offered(alice, "%25") == offered(alice, "_") == []


def test_while_a_document_is_blind_nobody_hears_anothers_names(alice: Client, bob: Client, pair: str) -> None:
    quote(alice, pair, "Ida Rask")

    assert offered(alice) == ["Ida Rask"]
    assert offered(bob) == []


def test_names_of_other_documents_tell_no_blind_votes(
    alice: Client, bob: Client, pair: str, add_story: Callable[..., str]
) -> None:
    other = add_story(name="other.txt")
    quote(alice, pair, "Ida Rask")
    quote(alice, other, "Jon Vale")

    assert offered(bob) == ["Jon Vale"]


def test_a_stranger_hears_no_name(stranger: Client) -> None:
    assert stranger.get("/api/v1/speakers").status_code == 401
