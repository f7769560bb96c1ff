"""The grid: what every writing route does with a stranger, a read token, a wrong body, a wrong place."""

from collections.abc import Callable
from typing import Any

import pytest

from annotate.database import Database
from annotate.store.reviewers import get_reviewer
from annotate.store.tokens import add_token, revoke_token
from tests.client import Client

WRITES = {
    "annotation": {"label": "claim"},
    "decision": {"label": "claim"},
    "verification": {"status": "in_progress"},
    "split": {"at": 2},
    "merge": {},
    "comments": {"text": "Who says so?"},
    "assignee": {"reviewer": "carol"},
}
METHODS = {route: "POST" if route in ("split", "merge", "comments") else "PUT" for route in WRITES}
HOSTILE = [
    b"",
    b"[",
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b"NaN",
    b'{"end": NaN, "label": "claim"}',
    b'"\\ud800"',
    b"\xff\xfe",
    b"null",
    b"[]",
    b'"x"',
    b"{}",
    b'{"end": 9223372036854775808, "label": "claim"}',
    b'{"end": -1, "label": "claim"}',
    b'{"end": 1.5, "label": "claim"}',
    b'{"end": "17", "label": "claim"}',
    b'{"end": true, "label": "claim"}',
    b'{"end": 17, "label": ["claim"]}',
    b'{"end": 17, "label": "claim", "note": {}}',
    b'{"end": 17, "label": "claim", "note": "\\u0000"}',
    b'{"end": 17, "label": "claim", "reviewer": "bob"}',
    b'{"end": 17, "label": "claim", "version": 9}',
    b'{"end": 17, "label": "claim", "speaker": "' + b"x" * 201 + b'"}',
]


@pytest.fixture
def bearer(stranger: Client, db: Database) -> Callable[..., dict[str, str]]:
    """Make a token and return the header that carries it."""

    def make(name: str = "carol", scope: str = "write") -> dict[str, str]:
        owner = get_reviewer(db, name)
        return {"Authorization": f"Bearer {add_token(db, owner, name=scope, scope=scope, days=None)}"}

    return make


@pytest.fixture(params=WRITES)
def route(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def write(client: Client, document: str, route: str, sentence: dict[str, Any], **options: Any) -> Any:
    return client.write(document, sentence, route, WRITES[route], version=0, **options)


SENTENCE = {"start": 0, "end": 17}


def test_a_stranger_writes_nothing(stranger: Client, story: str, route: str) -> None:
    answer = write(stranger, story, route, SENTENCE)

    assert (answer.status_code, answer.get_json()["error"]["code"]) == (401, "unauthorized")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_writes_without_a_csrf_token_and_a_read_token_never(
    stranger: Client, carol: Client, story: str, route: str, bearer: Callable[..., dict[str, str]]
) -> None:
    sentence = carol.sentences(story)[0]
    carol.tag(story, sentence, "claim")
    version = 0 if route in ("verification", "assignee") else 1
    reading, writing = bearer(scope="read"), bearer(scope="write")

    refused = stranger.write(story, sentence, route, WRITES[route], version=version, **reading)
    done = stranger.write(story, sentence, route, WRITES[route], version=version, **writing)

    assert (refused.status_code, refused.get_json()["error"]["code"]) == (403, "scope")
    assert done.status_code == (201 if route == "comments" else 200)


def test_a_session_without_its_csrf_token_writes_nothing(carol: Client, story: str, route: str) -> None:
    sentence = carol.sentences(story)[0]
    for token in ("", "forged"):
        carol.token = token
        assert write(carol, story, route, sentence).status_code == 400
    assert carol.sentences(story)[0]["annotations"] == []


def test_a_cookie_beside_a_bad_token_adds_no_right(carol: Client, story: str, route: str) -> None:
    sentence = carol.sentences(story)[0]

    assert write(carol, story, route, sentence, Authorization="Bearer no").status_code == 401


def test_a_place_that_there_is_not_is_404(carol: Client, story: str, route: str) -> None:
    for document, start in ((story, 1), (story, 10**15), (story, 2**63), ("nope", 0)):
        sentence = {"start": start, "end": 5}
        answer = write(carol, document, route, sentence)
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_malformed_input_is_a_clear_4xx(carol: Client, story: str, route: str, body: bytes) -> None:
    answer = carol.open(
        METHODS[route],
        f"/api/v1/documents/{story}/sentences/0/{route}",
        data=body,
        content_type="application/json",
        headers={"X-CSRFToken": carol.token, "If-Match": '"0"'},
    )

    assert answer.status_code in (400, 422)
    assert answer.get_json()["error"]["message"]


def test_a_form_in_the_place_of_json_is_told_so(carol: Client, story: str, route: str) -> None:
    answer = carol.open(
        METHODS[route],
        f"/api/v1/documents/{story}/sentences/0/{route}",
        data={"end": "17"},
        headers={"X-CSRFToken": carol.token, "If-Match": '"0"'},
    )

    assert (answer.status_code, "application/json" in answer.text) == (400, True)


def test_other_methods_are_405_and_overrides_are_ignored(carol: Client, story: str) -> None:
    path = f"/documents/{story}/sentences/0/annotation"

    assert carol.send("PATCH", path, {}).status_code == 405
    assert carol.send("POST", path, {"end": 17}, X_HTTP_Method_Override="PUT").status_code == 405
    assert carol.send("POST", f"{path}?_method=PUT", {"end": 17}).status_code == 405


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/documents", 405),
        ("DELETE", "/export", 405),
        ("POST", "/nope", 404),
        ("PUT", "/documents/x/sentences/-1/annotation", 404),
        ("PUT", "/documents/x/sentences/1.5/annotation", 404),
        ("PUT", "/documents/x/sentences/99999999999999999999/annotation", 404),
    ],
)
def test_what_there_is_not_is_told_so_to_programs_and_strangers(
    stranger: Client, bearer: Callable[..., dict[str, str]], method: str, path: str, status: int
) -> None:
    assert stranger.send(method, path, {}, **bearer()).status_code == status
    assert stranger.send(method, path, {}).status_code == status


def test_a_body_over_the_limit_is_refused(carol: Client, story: str) -> None:
    answer = carol.send(
        "PUT", f"/documents/{story}/sentences/0/annotation", {"end": 17, "label": "x" * 2**20}
    )

    assert (answer.status_code, answer.get_json()["error"]["code"]) == (413, "too_large")


def test_a_token_dies_when_it_is_revoked_and_with_its_owner(
    stranger: Client, dana: Client, db: Database, bearer: Callable[..., dict[str, str]]
) -> None:
    from annotate.store.reviewers import set_active

    header = bearer("carol")
    assert stranger.send("GET", "/documents", **header).status_code == 200
    revoke_token(db, get_reviewer(db, "carol"), "write")
    assert stranger.send("GET", "/documents", **header).status_code == 401

    header = bearer("bob")
    set_active(db, "bob", False)
    assert stranger.send("GET", "/documents", **header).status_code == 401
    set_active(db, "bob", True)
    assert stranger.send("GET", "/documents", **header).status_code == 401


def test_a_token_opens_no_page_and_is_not_taken_from_the_address(
    stranger: Client, bearer: Callable[..., dict[str, str]]
) -> None:
    header = bearer()

    assert stranger.get("/", headers=header).status_code == 302
    token = header["Authorization"].removeprefix("Bearer ")
    assert stranger.get(f"/api/v1/documents?token={token}").status_code == 401


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "cursor=-1", "state=withdrawn", "sort=x"]
)
def test_a_list_takes_only_what_it_offers(alice: Client, query: str) -> None:
    assert alice.send("GET", f"/documents?{query}").status_code == 422


def test_a_list_is_paged_by_a_cursor(alice: Client, add_story: Callable[..., str]) -> None:
    ids = [add_story(name=f"{n}.txt") for n in range(5)]
    seen: list[str] = []
    cursor = ""
    while True:
        page = alice.send("GET", f"/documents?limit=2{cursor}").get_json()
        seen += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"

    assert seen == ids[::-1]


def test_a_search_takes_every_character_for_itself(alice: Client, add_story: Callable[..., str]) -> None:
    add_story("100% sure_thing\n", name="a.txt")
    add_story("Nothing here\n", name="b.txt")

    for q, n in (("100%25", 1), ("%25", 1), ("_", 1), ("SURE", 1), ("\\", 0), ("%22*", 0), ("", 2)):
        assert len(alice.send("GET", f"/documents?q={q}").get_json()["items"]) == n, q


def test_the_api_describes_itself(alice: Client) -> None:
    described = alice.send("GET", "/openapi.json").get_json()

    assert described["openapi"] == "3.1.0"
    for route in WRITES:
        assert f"/api/v1/documents/{{document_id}}/sentences/{{start}}/{route}" in described["paths"]
