"""A collection that is limited to some people is not there for anybody else."""

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from annotate import rules
from annotate.database import Database
from annotate.loading import Loaded
from annotate.store.collections import get_collection, limit_collection
from schemas.terms import STATES
from tests.client import Client

SENTENCE = {"start": 0, "end": 20, "version": 0}


@pytest.fixture
def secret(db: Database, desk: Path, load_paths: Callable[..., list[Loaded]]) -> str:
    """A document that bob may see, and alice and carol may not."""
    (desk / "leak.txt").write_text("The mayor has gone.\n\nNobody knows of it.\n", "utf-8")
    (loaded,) = load_paths(desk / "leak.txt", collection="leaks")
    limit_collection(db, "leaks", ["bob"])
    assert loaded.id
    return loaded.id


def test_a_limited_collection_is_seen_by_its_people_and_the_admins_alone(
    alice: Client, bob: Client, carol: Client, dana: Client, secret: str, story: str
) -> None:
    for client, seen in ((alice, False), (bob, True), (carol, False), (dana, True)):
        lists = [
            client.get("/").text,
            client.get("/documents").text,
            client.get("/documents?q=mayor").text,
            client.send("GET", "/documents").text,
            client.send("GET", "/documents?q=mayor").text,
            client.send("GET", "/export").text,
        ]
        assert [secret in each for each in lists] == [seen] * len(lists)
        assert (client.get(f"/documents/{secret}").status_code == 200) is seen
        assert (client.send("GET", f"/documents/{secret}").status_code == 200) is seen
        assert ("leaks" in client.get("/documents").text) is seen


def test_nothing_can_be_written_to_what_is_not_there(carol: Client, secret: str) -> None:
    bodies: dict[str, dict[str, Any]] = {
        "annotation": {"label": "claim"},
        "decision": {"label": "claim"},
        "verification": {"status": "in_progress"},
        "split": {"at": 4},
        "merge": {},
    }
    for route, body in bodies.items():
        assert carol.write(secret, SENTENCE, route, body, version=0).status_code == 404, route
    assert carol.sign_off(secret).status_code == 404


def test_a_repeated_answer_tells_nothing_to_who_may_no_longer_see_it(
    bob: Client, db: Database, secret: str
) -> None:
    (first, _) = bob.sentences(secret)
    again = {"Idempotency_Key": "again"}
    assert bob.tag(secret, first, "claim", **again).status_code == 200

    limit_collection(db, "leaks", [])

    assert bob.tag(secret, first, "claim", **again).status_code == 404
    limit_collection(db, "leaks", None)
    assert bob.tag(secret, first, "claim", **again).status_code == 200


def test_names_given_in_a_limited_collection_are_offered_to_its_people_alone(
    alice: Client, bob: Client, secret: str
) -> None:
    (first, _) = bob.sentences(secret)
    bob.tag(secret, first, "quote", speaker="Deep Throat")

    assert bob.send("GET", "/speakers?q=deep").get_json()["items"] == ["Deep Throat"]
    assert alice.send("GET", "/speakers?q=deep").get_json()["items"] == []


def test_a_limit_is_kept_with_its_people_in_the_history(db: Database) -> None:
    limit_collection(db, "leaks", ["carol", "bob"])
    limit_collection(db, "leaks", None)

    assert get_collection(db, "leaks").people is None
    told = db.rows("SELECT was, now FROM events WHERE act = 'collection_limited' ORDER BY number")
    assert [tuple(row) for row in told] == [
        ('{"collection":"leaks","people":null}', '{"collection":"leaks","people":["bob","carol"]}'),
        ('{"collection":"leaks","people":["bob","carol"]}', '{"collection":"leaks","people":null}'),
    ]


def test_the_database_and_the_rules_agree_on_what_is_blind(db: Database, story: str) -> None:
    for state, needed, n in product(STATES, (1, 2, 3), (0, 1, 2, 3)):
        with db.transaction():
            db.write(
                "UPDATE documents SET state = :state, reviews_needed = :needed, n_sign_offs = :n",
                state=state,
                needed=needed,
                n=n,
            )
        is_blind = rules.is_blind(reviews_needed=needed, n_sign_offs=n, state=state)
        assert bool(db.value("SELECT is_blind FROM documents")) is is_blind, (state, needed, n)
