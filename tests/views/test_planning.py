"""From one document to the next, and the plans that editors make, on the pages."""

import re
from collections.abc import Callable
from typing import Any

from annotate.database import Database
from annotate.store.collections import limit_collection
from annotate.store.documents import get_document
from annotate.store.plans import get_plan
from tests.client import Client


def planned(db: Database, document: str) -> tuple[Any, ...]:
    found = get_plan(db, document, None).plan
    return found.assigned, found.priority, found.reviews_needed, found.closed


def test_start_leads_to_the_next_document_and_not_now_to_the_one_after(
    alice: Client, add_story: Callable[..., str]
) -> None:
    first, second = add_story(name="a.txt"), add_story(name="b.txt")
    assert "Start" in alice.get("/").text

    assert alice.post("/queue/next").headers["Location"] == f"/documents/{first}"
    assert "Go on" in alice.get("/").text
    assert "Not now" in alice.get(f"/documents/{first}").text
    assert alice.post(f"/documents/{first}/not-now").headers["Location"] == f"/documents/{second}"
    assert alice.post(f"/documents/{second}/not-now").headers["Location"] == "/"
    page = alice.get("/").text
    assert "Only what you have put aside is left." in page
    assert "You have put it aside" in page
    alice.tag_all(second)
    alice.sign_off(second)
    assert "Next document" in alice.get(f"/documents/{second}").text


def test_what_blocks_a_document_is_told_where_it_is_listed_and_on_its_page(
    alice: Client, bob: Client, pair: str
) -> None:
    alice.tag_all(pair, "claim", "claim")
    bob.tag_all(pair, "quote", "claim")
    for client in (alice, bob):
        client.sign_off(pair)

    counts = alice.document(pair)["counts"]
    assert (counts["n_untagged"], counts["n_in_dispute"], counts["n_unchecked"]) == (0, 1, 1)
    for path in (f"/documents/{pair}", "/documents"):
        text = re.sub(r"<[^>]+>", "", alice.get(path).text)
        assert "1 in dispute" in text
        assert "1 unchecked" in text


def test_an_editor_plans_a_document_on_its_page(
    alice: Client, bob: Client, carol: Client, db: Database, story: str
) -> None:
    path = f"/documents/{story}/plan"
    assert path in carol.get(f"/documents/{story}").text
    assert path not in alice.get(f"/documents/{story}").text
    carol.get(path)
    form = {"version": "0", "priority": "urgent", "reviews_needed": "2", "assigned": "bob", "reason": ""}

    assert carol.post(path, **form).status_code == 303
    assert planned(db, story) == (("bob",), "urgent", 2, False)
    assert "The plan is stored." in carol.get(path).text
    assert "Assigned to you" in bob.get("/").text
    stale = carol.post(path, **form | {"priority": "low"})
    assert (stale.status_code, "Somebody has changed this plan" in stale.text) == (412, True)
    closing = carol.post(path, **form | {"version": "1", "closed": "true"})
    assert (closing.status_code, "Closing needs a reason." in closing.text) == (422, True)
    many = carol.post(path, **form | {"version": "1", "reviews_needed": "99"})
    assert (many.status_code, 'aria-invalid="true"' in many.text) == (422, True)
    assert carol.post(path, **form | {"version": "1", "closed": "true", "reason": "Old."}).status_code == 303
    page = alice.get(f"/documents/{story}").text
    assert "Closed: Old." in page
    assert 'id="bar"' not in page
    assert 'id="s0"' in page


def test_many_documents_are_planned_at_once(
    alice: Client, carol: Client, db: Database, story: str, pair: str
) -> None:
    carol.get("/documents")

    assert carol.post("/documents", id=story, assign="bob", priority="high").status_code == 303
    assert "Planned: 1 document." in carol.get("/documents").text
    assert planned(db, story) == (("bob",), "high", 1, False)
    assert planned(db, pair) == ((), "normal", 2, False)
    assert pair not in carol.get("/documents?assigned=bob").text
    done = carol.post(
        "/documents?assigned=bob", everything="true", unassign="bob", act="close", reason="Off the list."
    )
    assert done.headers["Location"] == "/documents?assigned=bob"
    assert planned(db, story) == ((), "high", 1, True)
    carol.post("/documents?q=harbour", everything="true", act="reopen", assign="alice")
    assert planned(db, story) == (("alice",), "high", 1, False)
    assert planned(db, pair) == (("alice",), "normal", 2, False)
    for form, told in (
        ({"id": story, "act": "close"}, "say why"),
        ({"id": story}, "Nothing was chosen"),
        ({"priority": "low"}, "Tick the documents first."),
        ({"id": "nope", "priority": "low"}, "There is no such document"),
        ({"id": story, "priority": "soon"}, "makes no sense"),
    ):
        carol.post("/documents", **form)
        assert told in carol.get("/documents").text


def test_pages_of_plans_are_for_editors_with_a_token_of_the_form(
    alice: Client, carol: Client, stranger: Client, db: Database, story: str
) -> None:
    paths = [f"/documents/{story}/plan", "/documents"]
    for path in [*paths, "/queue/next", f"/documents/{story}/not-now"]:
        assert stranger.post(path).status_code in (302, 400)
        assert carol.open("POST", path, data={"id": story, "priority": "low"}).status_code == 400
    for path in paths:
        assert alice.post(path, id=story, priority="low").status_code == 403
    assert alice.get(f"/documents/{story}/plan").status_code == 403
    assert 'name="id"' not in alice.get("/documents").text
    limit_collection(db, "desk", [])
    assert carol.post(f"/documents/{story}/plan", version="0").status_code == 404
    assert carol.post(f"/documents/{story}/not-now").status_code == 404
    assert get_document(db, story, None).priority == "normal"
