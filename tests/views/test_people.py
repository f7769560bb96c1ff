"""The people of the desk, as admins manage them, and everybody's own sessions and tokens."""

import re
import threading

import pytest
from flask import Flask

from annotate.config import Settings
from annotate.database import Database
from annotate.errors import Refused
from annotate.store.collections import get_collection, limit_collection
from annotate.store.reviewers import Person, add_reviewer, get_reviewer, set_active
from annotate.store.sessions import list_sessions
from annotate.store.tokens import add_token, find_bearer, list_tokens
from tests.client import Client
from tests.conftest import CAST, PASSWORD

LIMITS = {"idle_seconds": 10**6, "max_seconds": 10**6}
WELCOME = re.compile(r">http://localhost(/welcome/[\w-]{43})</textarea>")
TOKEN = re.compile(r">(annotate_[\w-]{43})</textarea>")
FORMS: dict[str, dict[str, str]] = {  # of one person, each with what it takes to work
    "role": {"role": "editor", "confirm": "yes"},
    "disable": {"confirm": "yes"},
    "enable": {},
    "link": {},
    "limit": {"collections": "leaks"},
    "sessions": {"confirm": "yes"},
    "tokens": {"name": "desk", "scope": "read", "days": ""},
    "tokens/revoke": {"token": "old", "confirm": "yes"},
}
PAGES = ["/people", "/people/1", "/people/collections", "/people/collections/leaks"]
POSTS = ["/people", "/people/collections/leaks", *(f"/people/1/{each}" for each in FORMS)]


def path_of(db: Database, name: str, act: str = "") -> str:
    return f"/people/{get_reviewer(db, name).id}{act and '/' + act}"


def state(db: Database) -> list[tuple[object, ...]]:
    """Everything that admins can change."""
    tables = ("reviewers", "links", "tokens", "collections", "collection_people")
    rows = [row for table in tables for row in db.rows(f"SELECT * FROM {table}")]
    return [
        tuple(value for key, value in zip(row.keys(), row, strict=True) if key != "seen_at") for row in rows
    ]


# Who may


@pytest.mark.parametrize("path", PAGES)
def test_its_pages_are_for_admins(
    stranger: Client, alice: Client, carol: Client, dana: Client, path: str
) -> None:
    assert stranger.get(path).status_code == 302
    for client in (alice, carol):
        answer = client.get(path)
        assert answer.status_code == 403
        assert "may not manage people" in answer.text
        assert "/people" not in client.get("/").text
    assert dana.get(path).status_code == 200
    assert 'href="/people"' in dana.get("/").text


@pytest.mark.parametrize("path", POSTS)
def test_its_forms_are_for_admins(
    stranger: Client, alice: Client, carol: Client, dana: Client, db: Database, path: str
) -> None:
    stranger.get("/login")
    before = state(db)
    sent = {"name": "erin", "role": "admin", "scope": "write", "confirm": "yes", "limited": "1", "seen": "x"}

    assert stranger.post(path, **sent).status_code == 302  # to sign in
    assert alice.post(path, **sent).status_code == carol.post(path, **sent).status_code == 403
    for token in ("", "forged"):
        dana.token = token
        assert dana.post(path, **sent).status_code == 400
    assert state(db) == before
    assert dana.get(path).status_code in (200, 405)  # a GET changes nothing
    assert state(db) == before


def test_a_token_of_an_admin_opens_none_of_it(stranger: Client, db: Database) -> None:
    secret = add_token(db, get_reviewer(db, "dana"), name="x", scope="write", days=None)

    assert stranger.get("/people", headers={"Authorization": f"Bearer {secret}"}).status_code == 302


@pytest.mark.parametrize("number", [99, 2**63], ids=str)
def test_who_is_not_there_is_404(dana: Client, number: int) -> None:
    for act in ("", *FORMS):
        path = f"/people/{number}/{act}".rstrip("/")
        answer = dana.post(path, **FORMS[act]) if act else dana.get(path)
        assert answer.status_code == 404, act


# Adding


def test_somebody_new_gets_in_by_a_link_that_is_shown_once(dana: Client, app: Flask, db: Database) -> None:
    added = dana.post("/people", name="Zoë Łęcka", role="editor")
    found = WELCOME.search(added.text)
    assert found
    assert "Invited" in dana.get("/people").text
    assert found[1] not in dana.get("/people").text + dana.get(path_of(db, "Zoë Łęcka")).text

    zoe = Client(app)
    zoe.get(found[1])
    zoe.get("/welcome")
    assert zoe.post("/welcome", new_password=PASSWORD, again=PASSWORD).status_code == 302

    assert 'Zoë Łęcka</b> <span class="quiet">editor' in zoe.get("/").text
    (made,) = db.rows("SELECT reviewer_id FROM events WHERE act = 'link_made'")
    assert made["reviewer_id"] == get_reviewer(db, "dana").id


@pytest.mark.parametrize(
    ("name", "role", "status", "said"),
    [
        ("", "reviewer", 422, "1 to 64"),
        (" erin", "reviewer", 422, "1 to 64"),
        ("e" * 65, "reviewer", 422, "1 to 64"),
        ("er\u202ein", "reviewer", 422, "1 to 64"),
        ("ALICE", "reviewer", 409, "already"),
        ("erin", "boss", 422, "Must be one of"),
        ("erin", "", 422, "Must be one of"),
    ],
)
def test_whom_one_cannot_add_is_told_in_the_form(
    dana: Client, db: Database, name: str, role: str, status: int, said: str
) -> None:
    answer = dana.post("/people", name=name, role=role)

    assert answer.status_code == status
    assert said in answer.text
    assert '<details class="card" open>' in answer.text
    assert {row["name"] for row in db.rows("SELECT name FROM reviewers")} == set(CAST)


def test_a_hostile_name_stays_text(dana: Client, db: Database) -> None:
    name = "<script>alert(1)</script>\"'"
    dana.post("/people", name=name, role="reviewer")

    for path in ("/people", path_of(db, name)):
        assert "<script>alert" not in dana.get(path).text
    asked = dana.post(path_of(db, name, "disable"))
    assert "Disable &lt;script&gt;" in asked.text


# One of them


def test_a_role_is_asked_for_then_changed_and_ends_sessions(
    dana: Client, alice: Client, db: Database
) -> None:
    path = path_of(db, "alice", "role")

    asked = dana.post(path, role="editor")
    assert "Make alice an editor?" in asked.text
    assert "in one place" in asked.text
    assert alice.get("/").status_code == 200

    assert dana.post(path, role="editor", confirm="yes").status_code == 303
    assert "alice is now an editor" in dana.get(path_of(db, "alice")).text
    assert alice.get("/").status_code == 302


def test_a_role_that_there_is_not_is_told_in_the_form(dana: Client, db: Database) -> None:
    answer = dana.post(path_of(db, "alice", "role"), role="boss", confirm="yes")

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


def test_somebody_is_disabled_and_enabled(dana: Client, alice: Client, app: Flask, db: Database) -> None:
    secret = add_token(db, get_reviewer(db, "alice"), name="x", scope="read", days=None)
    assert "Disable alice?" in dana.post(path_of(db, "alice", "disable")).text
    assert alice.get("/").status_code == 200

    dana.post(path_of(db, "alice", "disable"), confirm="yes")
    assert alice.get("/").status_code == 302
    assert find_bearer(db, secret) is None
    assert dana.post(path_of(db, "alice", "link")).status_code == 409
    assert "alice" in dana.get("/people?state=disabled").text

    dana.post(path_of(db, "alice", "enable"))
    assert Client(app).sign_in("alice", PASSWORD).status_code == 302


def test_sessions_of_somebody_are_seen_and_ended(
    dana: Client, alice: Client, app: Flask, db: Database, people: dict[str, Person]
) -> None:
    other = Client(app)
    other.sign_in("alice", PASSWORD)
    path = path_of(db, "alice", "sessions")
    handles = [each.handle for each in list_sessions(db, people["alice"].id, **LIMITS)]
    page = dana.get(path_of(db, "alice")).text
    assert all(f'value="{each}"' in page for each in handles)

    assert "Sign alice out everywhere?" in dana.post(path).text
    dana.post(path, session="ffffffffffffffff", confirm="yes")
    assert alice.get("/").status_code == other.get("/").status_code == 200
    dana.post(path, session=handles[0], confirm="yes")
    assert sorted([alice.get("/").status_code, other.get("/").status_code]) == [200, 302]
    dana.post(path, confirm="yes")
    assert alice.get("/").status_code == other.get("/").status_code == 302
    assert dana.get("/").status_code == 200
    assert db.value("SELECT count(*) FROM events WHERE act = 'sessions_ended'") == 2


def test_tokens_of_somebody_are_made_seen_and_revoked(
    dana: Client, stranger: Client, db: Database, people: dict[str, Person]
) -> None:
    made = dana.post(path_of(db, "alice", "tokens"), name="desk", scope="read", days="30")
    found = TOKEN.search(made.text)
    assert found
    bearer = {"Authorization": f"Bearer {found[1]}"}
    assert stranger.send("GET", "/documents", **bearer).status_code == 200
    assert found[1] not in dana.get(path_of(db, "alice")).text
    assert stranger.send("GET", "/documents", **bearer).status_code == 200

    path = path_of(db, "alice", "tokens/revoke")
    assert "Revoke the token desk of alice?" in dana.post(path, token="desk").text
    dana.post(path, token="desk", confirm="yes")
    assert stranger.send("GET", "/documents", **bearer).status_code == 401
    again = dana.post(path, token="desk", confirm="yes")
    assert (again.status_code, "no token called desk" in again.text) == (404, True)
    acts = db.rows("SELECT reviewer_id FROM events WHERE act IN ('token_added', 'token_revoked')")
    assert [row["reviewer_id"] for row in acts] == [people["dana"].id] * 2


@pytest.mark.parametrize(
    "sent",
    [
        {"name": "", "scope": "read"},
        {"name": "a\nb", "scope": "read"},
        {"name": "x" * 65, "scope": "read"},
        {"name": "x", "scope": "admin"},
        {"name": "x", "scope": "read", "days": "0"},
        {"name": "x", "scope": "read", "days": "3651"},
        {"name": "x", "scope": "read", "days": "9" * 30},
        {"name": "x", "scope": "read", "days": "soon"},
        {"scope": "read"},
    ],
)
def test_a_token_that_makes_no_sense_is_told_in_the_form(
    dana: Client, alice: Client, db: Database, sent: dict[str, str]
) -> None:
    for client, path in ((dana, path_of(db, "alice", "tokens")), (alice, "/account/tokens")):
        answer = client.post(path, **sent)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
        assert 'aria-invalid="true"' in answer.text
    assert list_tokens(db) == []


def test_a_person_is_let_into_limited_collections(dana: Client, alice: Client, db: Database) -> None:
    limit_collection(db, "leaks", ["bob"])
    limit_collection(db, "court", ["alice"])

    assert dana.post(path_of(db, "alice", "limit"), collections="leaks").status_code == 303

    assert get_collection(db, "leaks").people == ("alice", "bob")
    assert get_collection(db, "court").people == ()
    assert dana.post(path_of(db, "alice", "limit"), collections="city").status_code == 404
    assert get_collection(db, "leaks").people == ("alice", "bob")


# The list


def test_200_people_are_found_by_name_role_and_state(dana: Client, db: Database) -> None:
    with db.transaction():
        db.write_many(
            "INSERT INTO reviewers (name, name_key, role, created_at) VALUES (?, ?, ?, '2026-01-01')",
            [
                (f"Person {n:03}", f"person {n:03}", "editor" if n % 10 == 0 else "reviewer")
                for n in range(200)
            ],
        )
    set_active(db, "bob", False)
    names = re.compile(r'<th scope="row"><a[^>]*>([^<]+)</a>')

    def found(query: str = "") -> list[str]:
        return names.findall(dana.get(f"/people{query}").text)

    assert found("?q=SON+10") == [f"Person {n}" for n in range(100, 110)]
    assert found("?q=person&role=editor") == [f"Person {n:03}" for n in range(0, 200, 10)]
    assert found("?state=disabled") == ["bob"]
    assert found("?q=%25") == []
    assert "Nobody like that" in dana.get("/people?q=%25").text
    seen, query = [], ""
    while page := found(query):
        seen += page
        query = f"?after={page[-1].replace(' ', '+')}"
    assert len(seen) == len(set(seen)) == 204
    assert dana.get("/people?role=boss").status_code == 422


def test_when_somebody_was_last_seen_outlives_their_sessions(
    dana: Client, alice: Client, db: Database
) -> None:
    assert "Never" in dana.get("/people?q=bob").text
    alice.post("/logout")

    assert "Never" not in dana.get("/people?q=alice").text


# The last admin


def test_the_last_active_admin_stays(dana: Client, db: Database) -> None:
    for act, sent in (("disable", {}), ("role", {"role": "editor"})):
        answer = dana.post(path_of(db, "dana", act), confirm="yes", **sent)
        assert answer.status_code == 409
        assert "last active admin" in answer.text
    assert get_reviewer(db, "dana").role == "admin"


def test_two_admins_cannot_both_go_at_once(app: Flask, db: Database, settings: Settings) -> None:
    add_reviewer(db, name="erin", role="admin", password=PASSWORD)
    for _ in range(5):
        barrier, refused = threading.Barrier(2), []

        def go(name: str, barrier: threading.Barrier = barrier, refused: list[str] = refused) -> None:
            barrier.wait()
            try:
                set_active(db, name, False)
            except Refused:
                refused.append(name)

        threads = [threading.Thread(target=go, args=(name,)) for name in ("dana", "erin")]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert len(refused) == 1
        for name in ("dana", "erin"):
            set_active(db, name, True)


# My own


def test_my_tokens_are_mine_to_make_and_to_revoke(
    alice: Client, bob: Client, stranger: Client, db: Database
) -> None:
    made = alice.post("/account/tokens", name="script", scope="write", days="")
    found = TOKEN.search(made.text)
    assert found
    assert find_bearer(db, found[1])
    assert found[1] not in alice.get("/account").text
    assert "Revoke script" not in bob.get("/account").text
    assert alice.post("/account/tokens", name="script", scope="read").status_code == 409

    assert bob.post("/account/tokens/revoke", token="script", confirm="yes").status_code == 404
    assert "Revoke the token script?" in alice.post("/account/tokens/revoke", token="script").text
    assert find_bearer(db, found[1])
    assert alice.post("/account/tokens/revoke", token="script", confirm="yes").status_code == 303
    assert find_bearer(db, found[1]) is None


def test_my_other_sessions_are_mine_to_end(
    alice: Client, bob: Client, app: Flask, db: Database, people: dict[str, Person]
) -> None:
    other = Client(app)
    other.sign_in("alice", PASSWORD)
    (of_bob,) = list_sessions(db, people["bob"].id, **LIMITS)
    assert "Sign out everywhere else" in alice.get("/account").text

    alice.post("/account/sessions", session=of_bob.handle, confirm="yes")
    alice.post("/account/sessions")
    assert other.get("/").status_code == bob.get("/").status_code == 200
    alice.post("/account/sessions", confirm="yes")

    assert other.get("/").status_code == 302
    assert alice.get("/").status_code == bob.get("/").status_code == 200


@pytest.mark.parametrize("path", ["/account/tokens", "/account/tokens/revoke", "/account/sessions"])
def test_what_is_mine_is_done_by_me_alone(stranger: Client, alice: Client, path: str, db: Database) -> None:
    sent = {"name": "x", "scope": "read", "token": "x", "confirm": "yes"}
    stranger.get("/login")
    assert stranger.post(path, **sent).status_code == 302
    alice.token = "forged"
    assert alice.post(path, **sent).status_code == 400
    assert list_tokens(db) == []
