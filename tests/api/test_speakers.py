"""Speakers over the API: names offered again (promise 29), records, and what each said."""

from collections.abc import Callable
from typing import Any

import pytest

from annotate.database import Database
from annotate.store.reviewers import get_reviewer
from annotate.store.speakers import unlisted_id
from annotate.store.tokens import add_token
from annotate.text.normalise import normalised
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


# Records


def place_of(name: str) -> str:
    return f"/speakers/{unlisted_id(normalised(name))}"


@pytest.fixture
def ida(carol: Client, alice: Client, story: str) -> dict[str, Any]:
    """Ida Rask, with a record; and Mayor Rask, without one."""
    quote(alice, story, "Ida Rask")
    alice.tag(story, alice.sentences(story)[1], "claim", speaker="Mayor Rask")
    body = {"name": "Ida Rask", "role": "Mayor"}
    return dict(carol.send("PUT", place_of("Ida Rask"), body, version=0).get_json())


WRITES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "record": ("PUT", "", {"name": "Ida Rask"}),
    "merge": ("POST", "/merge", {"other": unlisted_id("mayor rask")}),
    "split": ("POST", "/split", {"other": unlisted_id("i. rask")}),
}


@pytest.fixture(params=WRITES)
def write(request: pytest.FixtureRequest, ida: dict[str, Any], carol: Client) -> Callable[..., Any]:
    """One of the writing routes, on Ida's record; it works with version 2."""
    body = {"name": "Ida Rask", "role": "Mayor", "aliases": ["I. Rask"]}
    assert carol.send("PUT", f"/speakers/{ida['id']}", body, version=1).status_code == 200
    method, end, usual = WRITES[request.param]

    def send(client: Client, body: Any = usual, speaker: str = ida["id"], **options: Any) -> Any:
        return client.send(method, f"/speakers/{speaker}{end}", body, **{"version": 2, **options})

    return send


def role_of(client: Client, ida: dict[str, Any]) -> tuple[Any, ...]:
    record = client.send("GET", f"/speakers/{ida['id']}").get_json()
    return record["role"], record["aliases"], record["version"]


UNCHANGED = ("Mayor", ["I. Rask"], 2)


def test_a_write_works_once_and_answers_the_next_version(
    write: Callable[..., Any], carol: Client, ida: dict[str, Any]
) -> None:
    done = write(carol, Idempotency_Key="k1")
    again = write(carol, Idempotency_Key="k1")
    late = write(carol)
    other = write(carol, {"name": "X", "other": "x"}, Idempotency_Key="k1")

    assert (done.status_code, done.headers["ETag"], done.get_json()["version"]) == (200, '"3"', 3)
    assert (again.status_code, again.headers["ETag"], again.get_data()) == (200, '"3"', done.get_data())
    assert (late.status_code, late.get_json()["error"]["current"]["version"]) == (412, 3)
    assert other.status_code == 422
    assert role_of(carol, ida)[2] == 3


def test_who_may_not_write_a_speaker_is_told_so_and_nothing_changes(
    write: Callable[..., Any],
    alice: Client,
    carol: Client,
    stranger: Client,
    ida: dict[str, Any],
    db: Database,
) -> None:
    secret = add_token(db, get_reviewer(db, "carol"), name="r", scope="read", days=None)

    assert write(alice).status_code == 403
    assert write(stranger).status_code == 401
    assert write(stranger, Authorization=f"Bearer {secret}").get_json()["error"]["code"] == "scope"
    assert write(carol, X_CSRFToken="forged").status_code == 400
    assert role_of(carol, ida) == UNCHANGED


def test_a_write_of_a_speaker_that_is_not_well_formed_is_refused(
    write: Callable[..., Any], carol: Client, ida: dict[str, Any]
) -> None:
    assert write(carol, version=None).status_code == 428
    assert write(carol, version=1).status_code == 412
    assert write(carol, speaker="nope").status_code == 404
    assert write(carol, speaker="~x").status_code == 404
    for body in (None, [], {}, {"name": ""}, {"name": 3}, {"other": 3}, {"name": "X", "version": 1}):
        assert write(carol, body).status_code in (400, 422), body
    for name in ("x" * 201, "a\nb", "a\x00b"):
        assert write(carol, {"name": name, "other": name}).status_code in (404, 422)
    assert role_of(carol, ida) == UNCHANGED


def test_a_speaker_is_shown_with_counts_and_a_page_of_sentences(
    alice: Client, carol: Client, ida: dict[str, Any], story: str
) -> None:
    place = f"/speakers/{ida['id']}"
    merged = carol.send("POST", f"{place}/merge", {"other": unlisted_id("mayor rask")}, version=1)
    assert merged.get_json()["aliases"] == ["Mayor Rask"]

    whole = alice.send("GET", place)
    first = alice.send("GET", f"{place}?limit=1").get_json()["sentences"]
    second = alice.send("GET", f"{place}?limit=1&cursor={first['next']}").get_json()["sentences"]

    shown = whole.get_json()
    assert whole.headers["ETag"] == '"2"'
    assert (shown["name"], shown["role"], shown["counts"]) == ("Ida Rask", "Mayor", {"unverified": 2})
    assert shown["sentences"]["items"] == first["items"] + second["items"]
    assert second["next"] is None
    start, end = (alice.sentences(story)[0][name] for name in ("start", "end"))
    assert first["items"] == [
        {
            "document": story,
            "key": "desk/story.txt",
            "title": alice.document(story)["title"],
            "published_at": None,
            "start": start,
            "end": end,
            "text": alice.sentences(story)[0]["text"],
            "speaker": "Ida Rask",
            "label": "quote",
            "status": "unchecked",
            "verdict": "unverified",
            "attribution": "unconfirmed",
        }
    ]
    assert alice.send("GET", f"{place}?label=claim").get_json()["sentences"]["items"] == second["items"]
    assert alice.send("GET", f"{place}?verdict=mixed").get_json()["sentences"]["items"] == []
    for query in ("limit=0", "cursor=1", "cursor=1-x", "label=x", "sort=x"):
        assert alice.send("GET", f"{place}?{query}").status_code == 422


def test_a_name_with_a_record_is_offered_with_what_is_known_of_it(alice: Client, ida: dict[str, Any]) -> None:
    answer = alice.send("GET", "/speakers?q=rask").get_json()

    assert answer["items"] == ["Ida Rask", "Mayor Rask"]
    assert answer["known"] == [
        {"spelling": "Ida Rask", "id": ida["id"], "name": "Ida Rask", "role": "Mayor", "organisation": None}
    ]


def test_a_stranger_sees_no_speaker(stranger: Client, ida: dict[str, Any]) -> None:
    assert stranger.send("GET", f"/speakers/{ida['id']}").status_code == 401
