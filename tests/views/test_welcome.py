"""One-time links: who has one gets in, once; whoever hasn't learns nothing."""

import logging
import threading
from collections.abc import Callable

import pytest
from flask import Flask

from annotate.config import Settings
from annotate.database import Database
from annotate.errors import NotFound, Refused
from annotate.signing_in import use_link
from annotate.store.links import LINK_HOURS, add_link
from annotate.store.reviewers import add_reviewer, set_active, set_password
from annotate.store.sessions import end_all_sessions
from tests.cli.conftest import dump
from tests.client import Client
from tests.conftest import PASSWORD

NEW = "a newly chosen secret"


def visit(client: Client, secret: str) -> int:
    """Follow a link, and return the status of the page behind it."""
    arrived = client.get(f"/welcome/{secret}")
    if arrived.status_code != 302:
        return arrived.status_code
    assert arrived.location == "/welcome"
    return client.get("/welcome").status_code


def choose(client: Client, password: str = NEW, again: str | None = None) -> int:
    return client.post(
        "/welcome", new_password=password, again=password if again is None else again
    ).status_code


def test_a_link_lets_somebody_in_who_chooses_a_password(stranger: Client, app: Flask, db: Database) -> None:
    add_reviewer(db, name="erin", role="reviewer", password=None)
    secret = add_link(db, "erin")

    assert visit(stranger, secret) == 200
    assert choose(stranger) == 302

    assert "<b>erin</b>" in stranger.get("/").text
    assert Client(app).sign_in("erin", NEW).status_code == 302


def test_who_has_no_password_yet_cannot_sign_in(stranger: Client, db: Database) -> None:
    add_reviewer(db, name="erin", role="reviewer", password=None)

    for password in ("", "None", PASSWORD):
        assert stranger.sign_in("erin", password).status_code == 403


def test_looking_at_a_link_does_not_use_it_up(app: Flask, db: Database) -> None:
    secret = add_link(db, "alice")
    for _ in range(3):
        scanner = Client(app)
        assert scanner.http.head(f"/welcome/{secret}").status_code == 302
        assert visit(scanner, secret) == 200

    assert Client(app).sign_in("alice", PASSWORD).status_code == 302  # the old password goes on until then


def test_using_it_ends_every_session_and_the_old_password(
    alice: Client, stranger: Client, app: Flask, db: Database
) -> None:
    visit(stranger, add_link(db, "alice"))
    assert alice.get("/").status_code == 200
    choose(stranger)

    assert alice.get("/").status_code == 302
    assert stranger.get("/").status_code == 200
    assert Client(app).sign_in("alice", PASSWORD).status_code == 403


def test_whoever_was_signed_in_there_is_signed_out(dana: Client, app: Flask, db: Database) -> None:
    cookie = dana.http.get_cookie("annotate")
    assert visit(dana, add_link(db, "alice")) == 200
    assert "dana is signed in here" in dana.get("/welcome").text
    choose(dana)

    assert "<b>alice</b>" in dana.get("/").text
    assert cookie
    thief = Client(app)
    thief.http.set_cookie("annotate", cookie.value)
    assert thief.get("/").status_code == 302


def spoil_by_use(db: Database, settings: Settings, secret: str) -> None:
    use_link(db, settings, secret=secret, password=NEW, address="x")


def spoil_by_time(db: Database, settings: Settings, secret: str) -> None:
    with db.transaction():
        db.write("UPDATE links SET expires_at = expires_at - :hours * 3600", hours=LINK_HOURS)


SPOIL: dict[str, Callable[[Database, Settings, str], object]] = {
    "it was used": spoil_by_use,
    "its time is over": spoil_by_time,
    "there is a newer one": lambda db, settings, secret: add_link(db, "alice"),
    "the account is disabled": lambda db, settings, secret: set_active(db, "alice", False),
    "the account was disabled": lambda db, settings, secret: (
        set_active(db, "alice", False),
        set_active(db, "alice", True),
    ),
    "the password was changed": lambda db, settings, secret: set_password(db, "alice", NEW),
    "a backup was restored": lambda db, settings, secret: end_all_sessions(db),
}


@pytest.mark.parametrize("spoil", SPOIL.values(), ids=SPOIL)
def test_a_link_that_is_over_looks_like_one_that_never_was(
    app: Flask, db: Database, settings: Settings, spoil: Callable[[Database, Settings, str], object]
) -> None:
    secret = add_link(db, "alice")
    early = Client(app)
    visit(early, secret)
    spoil(db, settings, secret)

    late, never = Client(app), Client(app)
    answers = [late.get(f"/welcome/{secret}"), never.get("/welcome/" + "x" * 43)]

    assert [each.status_code for each in answers] == [404, 404]
    strip = [each.text.replace(client.token or "", "") for each, client in zip(answers, (late, never))]  # noqa: B905
    assert strip[0] == strip[1]
    assert choose(early) == 404
    assert early.get("/").status_code == 302


def test_without_a_link_there_is_no_form(stranger: Client) -> None:
    assert stranger.get("/welcome").status_code == 404
    stranger.get("/login")
    assert choose(stranger) == 404


@pytest.mark.parametrize(
    ("password", "again"),
    [
        ("short", "short"),
        ("password1", "password1"),
        ("alice-alice", "alice-alicf"),
        (NEW, NEW + "x"),
        ("", ""),
    ],
)
def test_a_bad_password_is_told_beside_its_field_and_the_link_still_works(
    stranger: Client, app: Flask, db: Database, password: str, again: str
) -> None:
    visit(stranger, add_link(db, "alice"))
    answer = stranger.post("/welcome", new_password=password, again=again)

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert Client(app).sign_in("alice", PASSWORD).status_code == 302
    assert choose(stranger) == 302


def test_a_form_of_another_site_chooses_nothing(stranger: Client, db: Database) -> None:
    visit(stranger, add_link(db, "alice"))
    for token in ("", "forged"):
        stranger.token = token
        assert choose(stranger) == 400


def test_under_https_the_form_works_and_only_the_address_with_the_secret_sends_no_referrer(
    app_with: Callable[..., Flask], db: Database
) -> None:
    client = Client(app_with(https=True), base_url="https://annotate.example")
    secret = add_link(db, "alice")

    arrived = client.get(f"/welcome/{secret}")
    assert arrived.headers["Referrer-Policy"] == "no-referrer"
    assert client.get(f"/welcome/{secret}x").headers["Referrer-Policy"] == "no-referrer"
    page = client.get("/welcome")
    assert secret not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    sent = {"csrf_token": client.token or "", "new_password": NEW, "again": NEW}
    referrer = {"Referer": "https://annotate.example/welcome"}
    assert client.open("POST", "/welcome", data=sent, headers=referrer).status_code == 302


def test_of_two_at_once_one_gets_in(db: Database, settings: Settings) -> None:
    secret = add_link(db, "alice")
    barrier, got, refused = threading.Barrier(4), [], []

    def use(number: int) -> None:
        barrier.wait()
        try:
            got.append(use_link(db, settings, secret=secret, password=f"{NEW} {number}", address="x"))
        except NotFound:
            refused.append(number)

    threads = [threading.Thread(target=use, args=(n,)) for n in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert (len(got), len(refused)) == (1, 3)
    assert db.value("SELECT count(*) FROM sessions") == 1


def test_guessing_at_links_counts_as_failed_sign_ins_of_the_address(
    app_with: Callable[..., Flask], db: Database
) -> None:
    app = app_with(failures_per_address=3)
    good = add_link(db, "alice")
    for number in range(3):
        assert visit(Client(app), f"guess{number}") == 404
        if number < 2:
            assert visit(Client(app), good) == 200  # what works is no failure

    stopped = Client(app).get(f"/welcome/{good}")

    assert stopped.status_code == 429
    assert int(stopped.headers["Retry-After"]) > 0
    assert Client(app).sign_in("alice", PASSWORD).status_code == 429


def test_the_secret_stands_nowhere_but_in_the_address(
    stranger: Client, db: Database, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = add_link(db, "alice", by=None)
    visit(stranger, secret)
    visit(stranger, secret + "x")
    choose(stranger)

    assert secret not in dump(db)
    assert secret not in caplog.text
    for path in settings.instance.iterdir():
        assert secret.encode() not in path.read_bytes()


def test_links_are_in_the_history(stranger: Client, db: Database) -> None:
    visit(stranger, add_link(db, "alice"))
    choose(stranger)

    rows = db.rows("SELECT act, now FROM events WHERE act LIKE 'link%' OR act = 'password_changed'")
    assert [(row["act"], '"alice"' in row["now"]) for row in rows] == [
        ("link_made", True),
        ("link_used", True),
        ("password_changed", True),
    ]


def test_there_is_no_link_for_the_disabled_and_for_nobody(db: Database) -> None:
    set_active(db, "alice", False)

    with pytest.raises(Refused):
        add_link(db, "alice")
    with pytest.raises(NotFound):
        add_link(db, "nobody")


def test_an_admin_who_has_not_come_yet_is_none_to_rely_on(db: Database, settings: Settings) -> None:
    add_reviewer(db, name="erin", role="admin", password=None)
    with pytest.raises(Refused):
        set_active(db, "dana", False)

    use_link(db, settings, secret=add_link(db, "erin"), password=NEW, address="x")

    assert not set_active(db, "dana", False).is_active
