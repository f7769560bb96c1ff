"""What is set for a collection: who sees it, N, and its guidelines."""

from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from annotate.database import Database
from annotate.loading import Loaded
from annotate.store.collections import (
    LONGEST_GUIDELINES,
    get_collection,
    limit_collection,
    set_collection,
    set_guidelines,
)
from tests.client import Client

TEXT = "Xylophone mayor has gone.\n\nNobody knows of it.\n"
PAGE = "/people/collections/leaks"
GUIDE = "/collections/leaks/guidelines"


@pytest.fixture
def leak(desk: Path, load_paths: Callable[..., list[Loaded]]) -> str:
    """A document of the collection `leaks`."""
    (desk / "leak.txt").write_text(TEXT, "utf-8")
    (loaded,) = load_paths(desk / "leak.txt", collection="leaks")
    assert loaded.id
    return loaded.id


def seen(db: Database, name: str = "leaks") -> str:
    return get_collection(db, name).version


def save(client: Client, db: Database, people: list[str], **form: str) -> int:
    sent = {"csrf_token": client.token or "", "seen": seen(db), "people": people, **form}
    return client.open("POST", PAGE, data=sent).status_code


# Who sees it, and N


def test_it_is_limited_to_people_and_opened_again(
    alice: Client, bob: Client, dana: Client, db: Database, leak: str
) -> None:
    path = f"/documents/{leak}"
    assert save(dana, db, ["bob"], limited="1", reviews_needed="2") == 303
    assert get_collection(db, "leaks").people == ("bob",)
    assert get_collection(db, "leaks").reviews_needed == 2
    assert [each.get(path).status_code for each in (alice, bob, dana)] == [404, 200, 200]
    assert "bob" in dana.get("/people/collections").text

    assert save(dana, db, [], limited="1") == 303  # nobody chosen: the admins alone
    assert [each.get(path).status_code for each in (alice, bob, dana)] == [404, 404, 200]
    assert "Admins alone" in dana.get("/people/collections").text

    assert save(dana, db, ["bob"]) == 303
    assert [each.get(path).status_code for each in (alice, bob, dana)] == [200, 200, 200]
    acts = [row["act"] for row in db.rows("SELECT act FROM events WHERE act LIKE 'collection%'")]
    assert acts == ["collection_limited", "collection_reviews_set"] * 2 + ["collection_limited"]


def test_one_can_be_set_up_before_its_articles_come(
    alice: Client, dana: Client, db: Database, desk: Path, load_paths: Callable[..., list[Loaded]]
) -> None:
    asked = dana.get("/people/collections?name=secret plans/2027")
    assert asked.location == "/people/collections/secret%20plans/2027"
    assert dana.get(asked.location).status_code == 200
    sent = {"csrf_token": dana.token or "", "seen": seen(db, "secret plans/2027"), "limited": "1"}
    assert dana.open("POST", asked.location, data=sent).status_code == 303

    (desk / "a.txt").write_text(TEXT, "utf-8")
    (loaded,) = load_paths(desk / "a.txt", collection="secret plans/2027")

    assert alice.get(f"/documents/{loaded.id}").status_code == 404
    assert dana.get("/people/collections?name=a%0ab").status_code == 422


@pytest.mark.parametrize("n", ["0", "21", "-1", "x", "1.5", "9" * 40])
def test_an_n_that_makes_no_sense_is_told_beside_its_field(dana: Client, db: Database, n: str) -> None:
    answer = dana.post(PAGE, seen=seen(db), reviews_needed=n, limited="1")

    assert answer.status_code == 422
    assert 'aria-describedby="wrong-reviews_needed"' in answer.text
    assert f'value="{n}"' in answer.text  # what was typed is still there
    assert get_collection(db, "leaks").people is None


def test_whom_nobody_knows_is_told_and_nothing_is_saved(dana: Client, db: Database) -> None:
    assert save(dana, db, ["bob", "zed"], limited="1") == 404
    assert get_collection(db, "leaks").people is None


def test_of_two_admins_who_change_it_the_second_sees_what_the_first_did(
    dana: Client, db: Database, leak: str
) -> None:
    before = seen(db)
    set_collection(db, "leaks", people=["bob"], reviews_needed=None)

    late = dana.post(PAGE, seen=before, reviews_needed="3")

    assert late.status_code == 412
    assert "Somebody else has changed this" in late.text
    assert get_collection(db, "leaks").people == ("bob",)


def test_a_page_that_is_open_when_the_limit_comes_is_told_so_and_keeps_its_work(
    alice: Client, db: Database, leak: str
) -> None:
    first, second = alice.sentences(leak)
    assert alice.tag(leak, first, "claim").status_code == 200

    limit_collection(db, "leaks", ["bob"])
    refused = alice.tag(leak, second, "claim")
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (404, "not_found")
    assert "not yours to see" in refused.get_json()["error"]["message"]

    limit_collection(db, "leaks", None)  # and what waited in the browser goes out after all
    assert alice.tag(leak, second, "claim").status_code == 200
    assert [each["annotations"][0]["label"] for each in alice.sentences(leak)] == ["claim", "claim"]


WORDS = ("ylophone", "Deep Throat", "leaks")


def test_no_route_tells_of_a_collection_that_is_not_mine_to_see(
    app: Flask, alice: Client, bob: Client, carol: Client, db: Database, leak: str, story: str
) -> None:
    """A walk over all routes that there are, as a reviewer and an editor who are not in it."""
    first = bob.sentences(leak)[0]
    bob.tag(leak, first, "quote", speaker="Deep Throat", note="Xylophone note")
    bob.verify(leak, first, 0, status="in_progress", rationale="Xylophone rationale")
    limit_collection(db, "leaks", ["bob"])
    set_guidelines(db, "leaks", "Xylophone guidelines")

    for rule, client in product(app.url_map.iter_rules(), (alice, carol)):
        if rule.endpoint in ("static", "auth.sign_out") or "secret" in rule.arguments:
            continue
        given = {name: {"document_id": leak, "name": "leaks"}.get(name, 0) for name in rule.arguments}
        _, path = rule.build(given) or ("", "/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            answers = [walk(client, method, path)]
            if method == "GET" and not rule.arguments:
                answers.append(walk(client, method, f"{path}?q=mayor"))
            for answer in answers:
                assert not any(word in answer.text for word in (*WORDS, leak)), (method, path)
                assert not rule.arguments or answer.status_code in (403, 404, 422), (method, path)
    assert "of 1 documents decided" in alice.get("/").text  # not of two
    assert bob.get(GUIDE).status_code == 200


def walk(client: Client, method: str, path: str) -> TestResponse:
    headers = {"X-CSRFToken": client.token or "", "If-Match": '"0"'}
    body = {"json": {"end": 25, "label": "claim"}} if path.startswith("/api/") else {"data": {"seen": "x"}}
    return client.open(method, path, headers=headers, **({} if method == "GET" else body))


# Guidelines


def test_guidelines_are_written_by_editors_and_read_by_all_who_see_the_collection(
    stranger: Client, alice: Client, carol: Client, dana: Client, db: Database, leak: str
) -> None:
    stranger.get("/login")
    assert stranger.get(GUIDE).status_code == stranger.post(GUIDE).status_code == 302
    for client, status in ((alice, 403), (carol, 303), (dana, 303)):
        text = f"# By {client.get('/').text.count('x')}\n\nTag **claims**."
        answer = client.post(GUIDE, guidelines=text, seen=seen(db))
        assert answer.status_code == status
    carol.token = "forged"
    assert carol.post(GUIDE, guidelines="x", seen=seen(db)).status_code == 400

    assert "<strong>claims</strong>" in alice.get(GUIDE).text
    assert "<textarea" not in alice.get(GUIDE).text
    assert "<textarea" in carol.get(GUIDE).text
    assert db.value("SELECT count(*) FROM events WHERE act = 'guidelines_changed'") >= 1


def test_the_workbench_has_a_link_to_them_and_not_their_text(
    alice: Client, carol: Client, db: Database, leak: str
) -> None:
    page = f"/documents/{leak}"
    assert "uidelines</a>" not in alice.get(page).text
    assert "Write guidelines</a>" in carol.get(page).text

    set_guidelines(db, "leaks", "Tag claims.")

    assert f'<a id="guidelines" href="{GUIDE}">Guidelines</a>' in alice.get(page).text
    assert "Tag claims." not in alice.get(page).text


def test_hostile_guidelines_are_text(carol: Client, db: Database, leak: str) -> None:
    hostile = (
        "</textarea><script>alert(1)</script>\n\n![x](https://evil.example/x.png)\n\n[x](javascript:alert(1))"
    )
    carol.post(GUIDE, guidelines=hostile, seen=seen(db))

    page = carol.get(GUIDE).text  # the client lints it, too

    assert "<script>alert" not in page
    assert "<img" not in page
    assert 'href="javascript' not in page


def test_of_two_editors_neither_overwrites_the_other(carol: Client, db: Database, leak: str) -> None:
    before = seen(db)
    set_guidelines(db, "leaks", "Theirs.")

    late = carol.post(GUIDE, guidelines="Mine.", seen=before)

    assert late.status_code == 412
    assert "<p>Theirs.</p>" in late.text
    assert "\nMine.</textarea>" in late.text
    assert get_collection(db, "leaks").guidelines == "Theirs."


@pytest.mark.parametrize("text", ["x" * (LONGEST_GUIDELINES + 1), "a\0b"])
def test_guidelines_that_are_none_are_told_in_the_form(
    carol: Client, db: Database, leak: str, text: str
) -> None:
    assert carol.post(GUIDE, guidelines=text, seen=seen(db)).status_code == 422
    assert get_collection(db, "leaks").guidelines is None


def test_long_guidelines_in_any_script_arrive_whole(carol: Client, db: Database, leak: str) -> None:
    text = "Ґ" * LONGEST_GUIDELINES
    sent = {"csrf_token": carol.token or "", "seen": seen(db), "guidelines": text}

    answer = carol.open("POST", GUIDE, data=sent, content_type="multipart/form-data")

    assert answer.status_code == 303
    assert get_collection(db, "leaks").guidelines == text


def test_empty_guidelines_are_none(carol: Client, db: Database, leak: str) -> None:
    set_guidelines(db, "leaks", "Something.")
    carol.post(GUIDE, guidelines=" \r\n ", seen=seen(db))

    assert get_collection(db, "leaks").guidelines is None


def test_a_collection_that_there_is_not_has_none(alice: Client, dana: Client) -> None:
    for client in (alice, dana):
        assert client.get("/collections/nope/guidelines").status_code == 404
