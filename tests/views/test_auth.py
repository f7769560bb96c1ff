"""Signing in and out; promises 22 to 28."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from annotate.config import Settings
from annotate.database import Database
from annotate.store.reviewers import Person, set_active, set_password, set_role
from tests.client import Client
from tests.conftest import PASSWORD

PAGES = ["/", "/documents", "/account"]


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_is_asked_to_sign_in_and_brought_back(stranger: Client, path: str) -> None:
    asked = stranger.get(path)
    assert asked.status_code == 302
    assert asked.location.startswith("/login")

    stranger.get(asked.location)
    assert stranger.post("/login", name="alice", password=PASSWORD, next=path).location == path


@pytest.mark.parametrize("path", ["/api/v1/documents", "/api/v1/export", "/api/v1/openapi.json"])
def test_a_stranger_reads_nothing_from_the_api(stranger: Client, path: str) -> None:
    assert stranger.get(path).status_code == 401


def test_health_is_told_to_everyone_and_nothing_else(stranger: Client) -> None:
    for path in ("/healthz", "/api/v1/healthz"):
        assert stranger.get(path).get_json() == {"status": "ok"}


def test_names_are_compared_without_regard_to_capitals(stranger: Client) -> None:
    assert stranger.sign_in("ALICE", PASSWORD).status_code == 302


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(stranger: Client) -> None:
    known = stranger.sign_in("alice", "not the password")
    unknown = stranger.sign_in("nobody", "not the password")

    assert known.status_code == unknown.status_code == 403
    strip = lambda text, name: text.replace(name, "").replace(stranger.token or "", "")  # noqa: E731
    assert strip(known.text, "alice")[-400:] == strip(unknown.text, "nobody")[-400:]


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "evil.example",
        "\\\\evil.example",
        "/%0d%0aSet-Cookie:x=1\r\nX: y",
        " //evil.example",
        "",
    ],
)
def test_no_next_leads_away(stranger: Client, target: str) -> None:
    stranger.get("/login")
    answer = stranger.post("/login", name="alice", password=PASSWORD, next=target)

    assert answer.status_code == 302
    assert answer.location == "/"


def test_next_may_be_a_page_of_ours_with_its_filters(stranger: Client) -> None:
    stranger.get("/login")
    target = "/documents?q=a+b&state=open"

    assert stranger.post("/login", name="alice", password=PASSWORD, next=target).location == target


def test_no_forged_host_is_repeated(stranger: Client) -> None:
    answer = stranger.get("/", headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})

    assert "evil.example" not in answer.location


def test_no_redirect_of_the_router_repeats_a_forged_host(stranger: Client) -> None:
    for path in ("/documents//x", "/api/v1//documents", "//documents"):
        answer = stranger.get(path, headers={"Host": "evil.example"})
        assert "evil.example" not in answer.headers.get("Location", "")


def test_a_proxys_own_authorization_header_keeps_nobody_out(app: Flask) -> None:
    behind = Client(app, headers={"Authorization": "Basic Zm9vOmJhcg=="})

    assert behind.sign_in("alice", PASSWORD).status_code == 302
    assert behind.get("/").status_code == 200


def test_a_session_in_use_outlives_a_short_idle_limit(app_with: Callable[..., Flask], db: Database) -> None:
    alice = Client(app_with(session_idle_minutes=1))
    alice.sign_in("alice", PASSWORD)
    for _ in range(4):  # a request every 20 seconds
        with db.transaction():
            db.write("UPDATE sessions SET seen_at = seen_at - 20")
        assert alice.get("/").status_code == 200


def test_signing_in_starts_a_new_session(stranger: Client, app: Flask) -> None:
    stranger.get("/login")
    before = stranger.http.get_cookie("annotate")
    stranger.sign_in("alice", PASSWORD)
    after = stranger.http.get_cookie("annotate")

    assert before is not None
    assert after is not None
    assert before.value != after.value
    assert after.http_only
    assert after.same_site == "Lax"


def _copy(client: Client, app: Flask) -> Client:
    thief = Client(app)
    cookie = client.http.get_cookie("annotate")
    assert cookie is not None
    thief.http.set_cookie("annotate", cookie.value)
    return thief


def test_a_copied_cookie_dies_with_the_sign_out(alice: Client, app: Flask) -> None:
    thief = _copy(alice, app)
    assert thief.get("/").status_code == 200

    assert alice.post("/logout").status_code == 302

    assert thief.get("/").status_code == 302
    assert alice.get("/").status_code == 302


def test_one_sign_out_leaves_other_sessions_alone(alice: Client, app: Flask) -> None:
    elsewhere = Client(app)
    elsewhere.sign_in("alice", PASSWORD)

    alice.post("/logout")

    assert elsewhere.get("/").status_code == 200


@pytest.mark.parametrize(
    "act",
    [
        lambda db: set_role(db, "alice", "editor"),
        lambda db: set_active(db, "alice", False),
        lambda db: set_password(db, "alice", "another good password"),
    ],
    ids=["role", "disabled", "password"],
)
def test_sessions_end_when_the_account_changes(
    alice: Client, db: Database, act: Callable[[Database], Any]
) -> None:
    assert alice.get("/").status_code == 200
    act(db)
    assert alice.get("/").status_code == 302


def test_the_disabled_cannot_sign_in(stranger: Client, db: Database) -> None:
    set_active(db, "alice", False)

    assert stranger.sign_in("alice", PASSWORD).status_code == 403


@pytest.mark.parametrize("column", ["seen_at", "created_at"])
def test_sessions_end_by_time(alice: Client, db: Database, column: str, settings: Settings) -> None:
    limit = {"seen_at": settings.session_idle_minutes * 60, "created_at": settings.session_max_hours * 3600}
    past = int(time.time()) - limit[column]
    with db.transaction():
        db.write(f"UPDATE sessions SET {column} = :past", past=past + 30)
    assert alice.get("/").status_code == 200
    with db.transaction():
        db.write(f"UPDATE sessions SET {column} = :past", past=past - 1)

    assert alice.get("/").status_code == 302


def test_being_seen_keeps_a_session_alive(alice: Client, db: Database) -> None:
    with db.transaction():
        db.write("UPDATE sessions SET seen_at = seen_at - 3600")
    before = db.value("SELECT seen_at FROM sessions")

    alice.get("/")

    assert db.value("SELECT seen_at FROM sessions") >= before + 3600


@pytest.mark.parametrize("path", ["/login", "/logout", "/account", "/account/keys"])
def test_forms_of_another_site_are_refused(alice: Client, path: str) -> None:
    alice.token = "forged"

    assert alice.post(path, name="alice", password=PASSWORD).status_code == 400
    assert alice.get("/").status_code == 200


def test_a_get_signs_nobody_out(alice: Client) -> None:
    assert alice.get("/logout").status_code == 405
    assert alice.get("/").status_code == 200


class TestThrottle:
    def test_guessing_at_one_account_is_stopped_even_with_the_right_password(
        self, app_with: Callable[..., Flask]
    ) -> None:
        client = Client(app_with(failures_per_account=3))
        for _ in range(3):
            assert client.sign_in("alice", "wrong password").status_code == 403

        stopped = client.sign_in("alice", PASSWORD)

        assert stopped.status_code == 429
        assert int(stopped.headers["Retry-After"]) > 0
        assert client.sign_in("bob", PASSWORD).status_code == 302

    def test_guessing_from_one_address_is_stopped_whatever_it_claims_to_be(
        self, app_with: Callable[..., Flask]
    ) -> None:
        app = app_with(failures_per_address=3)
        for number in range(3):
            Client(app).sign_in(f"nobody{number}", "wrong password")

        forged = Client(app, headers={"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9"})

        assert forged.sign_in("alice", PASSWORD).status_code == 429

    def test_behind_a_proxy_of_ours_the_address_is_the_visitors(self, app_with: Callable[..., Flask]) -> None:
        app = app_with(failures_per_address=2, proxy_hops=1)
        for number in range(2):
            Client(app, headers={"X-Forwarded-For": "1.2.3.4, 203.0.113.9"}).sign_in(f"no{number}", "wrong")

        other = Client(app, headers={"X-Forwarded-For": "203.0.113.9, 203.0.113.10"})
        same = Client(app, headers={"X-Forwarded-For": "9.9.9.9, 203.0.113.9"})

        assert other.sign_in("alice", PASSWORD).status_code == 302
        assert same.sign_in("alice", PASSWORD).status_code == 429

    def test_a_success_forgets_the_failures_before_it(self, app_with: Callable[..., Flask]) -> None:
        app = app_with(failures_per_account=3)
        for _ in range(3):
            for _ in range(2):
                assert Client(app).sign_in("alice", "wrong password").status_code == 403
            assert Client(app).sign_in("alice", PASSWORD).status_code == 302

    def test_failures_are_in_the_history_and_no_unknown_name_is(self, stranger: Client, db: Database) -> None:
        stranger.sign_in("alice", "wrong password")
        stranger.sign_in("my-Secret-typed-in-the-wrong-field", "x")

        told = [row["now"] for row in db.rows("SELECT now FROM events WHERE act = 'sign_in_failed'")]

        assert len(told) == 2
        assert '"alice"' in told[0]
        assert "Secret" not in told[1]


class TestPassword:
    def test_it_is_changed_and_every_other_session_ends(self, alice: Client, app: Flask) -> None:
        elsewhere = Client(app)
        elsewhere.sign_in("alice", PASSWORD)
        new = "ünlikely páss 🔑" * 5

        changed = alice.post("/account", current_password=PASSWORD, new_password=new, again=new)

        assert changed.status_code == 200
        assert "Your password is changed" in changed.text
        assert alice.get("/").status_code == 200
        assert elsewhere.get("/").status_code == 302
        assert Client(app).sign_in("alice", PASSWORD).status_code == 403
        assert Client(app).sign_in("alice", new[:-1]).status_code == 403
        assert Client(app).sign_in("alice", new).status_code == 302

    @pytest.mark.parametrize(
        ("current", "new", "again", "status"),
        [
            ("wrong one", "a fine password", "a fine password", 403),
            (PASSWORD, "a fine password", "another", 422),
            (PASSWORD, "short", "short", 422),
            (PASSWORD, "password1", "password1", 422),
            (PASSWORD, "Password1", "Password1", 422),
            (PASSWORD, "x" * 12, "x" * 12, 422),
            (PASSWORD, "x" * 2000, "x" * 2000, 422),
            (PASSWORD, PASSWORD, PASSWORD, 422),
        ],
    )
    def test_what_is_not_good_enough_is_told_and_nothing_changes(
        self, alice: Client, app: Flask, current: str, new: str, again: str, status: int
    ) -> None:
        answer = alice.post("/account", current_password=current, new_password=new, again=again)

        assert answer.status_code == status
        assert 'role="alert"' in answer.text
        assert Client(app).sign_in("alice", PASSWORD).status_code == 302

    def test_only_an_argon2id_hash_is_kept(self, db: Database, people: dict[str, Person]) -> None:
        hashed = db.value("SELECT password_hash FROM reviewers WHERE id = :id", id=people["alice"].id)

        assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


class TestHeaders:
    @pytest.mark.parametrize(
        "path",
        ["/", "/login", "/nope", "/api/v1/documents", "/api/v1/nope", "/healthz", "/static/annotate.css"],
    )
    def test_every_answer_has_them(self, alice: Client, path: str) -> None:
        headers = alice.get(path).headers

        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        for part in ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
            assert part in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "Access-Control-Allow-Origin" not in headers
        assert headers["Cache-Control"] == ("no-cache" if path.startswith("/static") else "no-store")

    def test_under_https_cookies_are_bound_to_the_host(self, app_with: Callable[..., Flask]) -> None:
        app = app_with(https=True)
        answer = Client(app, base_url="https://annotate.example").get("/login")

        (cookie,) = answer.headers.getlist("Set-Cookie")
        assert cookie.startswith("__Host-annotate=")
        assert "Secure" in cookie
        assert "Domain" not in cookie
        assert "Path=/" in cookie
        assert "max-age" in answer.headers["Strict-Transport-Security"]

    def test_a_host_that_is_not_ours_is_refused_where_ours_are_named(
        self, app_with: Callable[..., Flask]
    ) -> None:
        app = app_with(trusted_hosts=("annotate.example",))

        assert Client(app, base_url="http://evil.example").get("/login").status_code == 400
        assert Client(app, base_url="http://annotate.example").get("/login").status_code == 200
