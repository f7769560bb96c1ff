"""While a document is blind, nothing that anybody can ask for depends on how another has voted.

Two worlds are the same but for what alice did in one blind document: other labels, other notes, another
number of votes. Whatever everybody else is answered, by every route, must be the same in both.
"""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from annotate import create_app
from annotate.config import Settings
from annotate.database import Database, open_database
from annotate.sealing import seal
from annotate.store.speakers import unlisted_id
from annotate.views.insight_tables import TABLES
from tests.client import Client
from tests.conftest import PASSWORD

# What differs between any two answers: times, tokens, and what is drawn by lot.
VARIES = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z| UTC)?"
    r'|(?<=name="csrf-token" content=")[^"]+|(?<=name="csrf_token" value=")[^"]+'
)
MARKS = ("Secretspeaker", "Secretnote", "Secretcomment")
OTHERS = ("bob", "carol", "dana")


@dataclass
class World:
    """One installation, and everybody in it."""

    app: Flask
    db: Database
    document: str
    clients: dict[str, Client]


def say_little(alice: Client, document: str) -> None:
    """Vote once."""
    alice.tag(document, alice.sentences(document)[0], "claim")


def say_much(alice: Client, document: str) -> None:
    """Vote on many, change one's mind, and leave words that would be recognised."""
    sentences = alice.sentences(document)
    for sentence, label in zip(sentences[:-1], ("quote", "claim", "quote", "boilerplate", "claim")):  # noqa: B905
        alice.tag(document, sentence, label, speaker=MARKS[0], note=MARKS[1])
    for label in ("none", "boilerplate", "none"):
        alice.tag(document, sentences[0], label)
    body = {"end": sentences[1]["end"], "text": MARKS[2]}
    said = alice.send("POST", f"/documents/{document}/sentences/{sentences[1]['start']}/comments", body)
    assert said.status_code == 201


@pytest.fixture
def worlds(
    tmp_path: Path, settings: Settings, db: Database, story: str, pair: str
) -> Callable[..., list[World]]:
    """Make worlds that begin alike, with a document that alice alone decides and one that is blind."""
    db.rows("PRAGMA wal_checkpoint(TRUNCATE)")

    def make(*acts: Callable[[Client, str], None]) -> list[World]:
        made = []
        for number, act in enumerate(acts):
            instance = tmp_path / f"world-{number}"
            instance.mkdir()
            shutil.copyfile(settings.database, instance / "annotate.db")
            app = create_app(replace(settings, instance=instance, database=instance / "annotate.db"))
            clients = {name: Client(app) for name in ("alice", *OTHERS)}
            for name, client in clients.items():
                client.sign_in(name, PASSWORD)
            clients["alice"].tag_all(story, "claim", "quote")
            act(clients["alice"], pair)
            made.append(World(app, open_database(instance / "annotate.db"), pair, clients))
        return made

    return make


def addresses(rule: Rule, world: World) -> list[str]:
    """Fill in what a route asks for, so that it leads to the blind document and its sentences."""
    starts = [row["start"] for row in world.db.rows("SELECT start FROM sentences WHERE is_current = 1")]
    events = [seal(number, world.app.secret_key or "") for number in range(1, 80)]  # more than there are
    values: dict[str, list[Any]] = {
        "document_id": [world.document],
        "start": sorted(set(starts)),
        "number": [1],
        "event": events,
        "name": ["alice", "city", "desk"],
        "collection": ["desk"],
        "speaker_id": [unlisted_id(MARKS[0].lower())],
        "table": list(TABLES),
    }
    missing = rule.arguments - values.keys()
    assert not missing, f"say what {missing} of {rule.rule} is, so that it is tried here"
    filled = [rule.rule]
    for argument in rule.arguments:
        pattern = re.compile(rf"<(?:[^<>:]+:)?{argument}>")
        filled = [pattern.sub(str(value), path, count=1) for path in filled for value in values[argument]]
    return filled


QUERIES: dict[str, list[str]] = {
    "/documents": ["?q=Secretnote", "?state=in_dispute", "?state=decided"],
    "/api/v1/documents": ["?q=Secretspeaker", "?state=in_dispute"],
    "/api/v1/speakers": ["?q=Secret"],
    "/speakers": ["?q=Secret", "?kind=unlisted"],
    "/api/v1/export": ["?format=jsonl", "?format=claimreview", "?label=quote", "?since=0"],
    "/api/v1/disputes": ["?reviewer=alice", "?pair=claim-quote"],
    "/adjudication": ["?show=late", "?reviewer=alice"],
}
# Nothing of documents in them, or ever new; signing out would end the walk.
LEFT_OUT = {"static", "auth.sign_in", "auth.account", "people.index", "people.show", "welcome.arrive"}


def everything(world: World, name: str, queries: dict[str, list[str]] = QUERIES) -> dict[str, str]:
    """Ask every route for all that it says to somebody; what varies anyway is left out."""
    client = world.clients[name]
    answers = {}
    for rule in world.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in LEFT_OUT or "filename" in rule.arguments:
            continue
        for path in addresses(rule, world):
            for query in ["", *queries.get(path, [])]:
                response = client.get(path + query)
                kept = {each: response.headers.get(each) for each in ("ETag", "Annotate-Cursor")}
                told = f"{response.status_code} {kept} {response.get_data(as_text=True)}"
                answers[path + query] = VARIES.sub("…", told)
    return answers


def test_no_route_tells_anybody_how_or_how_much_another_has_voted(
    worlds: Callable[..., list[World]],
) -> None:
    little, much = worlds(say_little, say_much)

    for name in OTHERS:
        of_little, of_much = everything(little, name), everything(much, name)
        assert of_little.keys() == of_much.keys()
        for path, answer in of_little.items():
            assert answer == of_much[path], f"{path} tells {name}"


def test_refusals_tell_nothing_either(worlds: Callable[..., list[World]]) -> None:
    little, much = worlds(say_little, say_much)

    def try_all(world: World, name: str) -> list[str]:
        client, told = world.clients[name], []
        for sentence in client.sentences(world.document):
            for what, body in (
                ("decision", {"label": "claim"}),
                ("verification", {"status": "in_progress"}),
                ("comments/1", {"text": "x", "resolved": True}),
            ):
                answer = client.write(world.document, sentence, what, body, version=0)
                told.append(f"{what} {answer.status_code} {answer.text}")
        told.append(client.sign_off(world.document).text)
        return told

    for name in OTHERS:
        assert try_all(little, name) == try_all(much, name)


def test_all_of_it_is_told_once_enough_have_signed_off(worlds: Callable[..., list[World]]) -> None:
    (world,) = worlds(say_much)
    alice, bob = world.clients["alice"], world.clients["bob"]
    for sentence in alice.sentences(world.document):
        if not sentence["version"]:
            alice.tag(world.document, sentence, "none")
    bob.tag_all(world.document, "claim")
    blind = " ".join(everything(world, "carol", {}).values())
    for client in (alice, bob):
        assert client.sign_off(world.document).status_code == 200

    seen = " ".join(everything(world, "carol", {}).values())

    for mark in MARKS:
        assert mark not in blind
        assert mark in seen
