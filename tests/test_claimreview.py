"""``export --format claimreview``: which claims it publishes, how it rates them, and what it skips."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator
from pyld import jsonld

from annotate.config import Settings
from annotate.database import Database
from annotate.exporting.claimreview import NO_ADDRESS, QUOTED, RATINGS, SUSPENDED, UNSETTLED, is_public
from annotate.loading import Loaded
from annotate.store.collections import limit_collection
from annotate.store.documents import withdraw_document
from schemas.terms import VERDICTS
from tests.cli.conftest import Shell
from tests.client import Client
from tests.conftest import PASSWORD

SHAPE = json.loads((Path(__file__).parent / "data/claimreview.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SHAPE)
ADDRESS = "https://gazette.example/bridge"
# What schema.org's own context says of the terms that we use: the rest it takes for its vocabulary.
CONTEXT = {
    "@vocab": "http://schema.org/",
    "url": {"@type": "@id"},
    "datePublished": {"@type": "http://schema.org/Date"},
}
EVIDENCE = [{"url": "https://example.org/register", "stance": "supports"}]
SETTLED = {"status": "settled", "evidence": EVIDENCE, "rationale": "The register says so."}
Load = Callable[..., str]


@pytest.fixture
def shell(settings: Settings) -> Shell:
    return Shell(settings.instance)


@pytest.fixture
def load(desk: Path, load_paths: Callable[..., list[Loaded]]) -> Load:
    """Load an article of some sentences, with an address, and return its id."""

    def run(*sentences: str, name: str = "bridge", url: str | None = ADDRESS, **about: Any) -> str:
        article = {
            "id": name,
            "text": "\n\n".join(sentences or ("The bridge is closed.", "It cracked.")),
            "url": url,
            "title": "The bridge",
            "source": "Gazette",
            "author": "Ann Lee",
            "published_at": "2026-01-05T10:00:00Z",
        }
        (desk / f"{name}.jsonl").write_text(json.dumps(article) + "\n", "utf-8")
        (loaded,) = load_paths(desk / f"{name}.jsonl", **{"collection": "city", **about})
        assert loaded.id, loaded.reason
        return loaded.id

    return run


def settle(client: Client, document: str, number: int = 0, label: str = "claim", **fields: Any) -> None:
    sentence = client.sentences(document)[number]
    assert client.tag(document, sentence, label, speaker=fields.pop("speaker", None)).status_code == 200
    answer = client.verify(document, sentence, 0, **{**SETTLED, "verdict": "verified", **fields})
    assert answer.status_code == 200, answer.text


def over_http(client: Client, query: str = "") -> dict[str, Any]:
    answer = client.get(f"/api/v1/export?format=claimreview{query}")
    assert answer.status_code == 200, answer.text
    whole: dict[str, Any] = json.loads(answer.get_data())
    for review in whole["@graph"]:
        VALIDATOR.validate(review)
    return whole


def skipped(whole: dict[str, Any]) -> list[tuple[str, int, str]]:
    return [(each["key"], each["start"], each["reason"]) for each in whole["skipped"]]


def test_a_settled_claim_is_a_review_with_all_that_is_recommended(
    load: Load, alice: Client, app_with: Callable[..., Flask]
) -> None:
    document = load()
    settle(alice, document, verdict="mostly_false", speaker="Ida Rask")
    publishing = Client(
        app_with(publisher="Norhaven Checks", review_url="https://checks.example/{key}#{start}")
    )
    publishing.sign_in("alice", PASSWORD)

    (review,) = over_http(publishing)["@graph"]

    day = alice.sentences(document)[0]["verification"]["at"][:10]
    work = {"url": ADDRESS, "headline": "The bridge", "datePublished": "2026-01-05"}
    people = {
        "author": {"@type": "Person", "name": "Ann Lee"},
        "publisher": {"@type": "Organization", "name": "Gazette"},
    }
    assert review == {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "identifier": "city/bridge#0",
        "url": "https://checks.example/city/bridge#0",
        "claimReviewed": "The bridge is closed.",
        "datePublished": day,
        "author": {"@type": "Organization", "name": "Norhaven Checks"},
        "reviewRating": {
            "@type": "Rating",
            "ratingValue": 2,
            "bestRating": 5,
            "worstRating": 1,
            "alternateName": "Mostly false",
        },
        "itemReviewed": {
            "@type": "Claim",
            "author": {"@type": "Person", "name": "Ida Rask"},
            "datePublished": "2026-01-05",
            "appearance": {"@type": "CreativeWork", **work, **people},
        },
    }


def test_without_a_page_of_the_desk_the_articles_own_address_stands(load: Load, alice: Client) -> None:
    settle(alice, load())

    (review,) = over_http(alice)["@graph"]

    assert review["url"] == ADDRESS
    assert "author" not in review
    assert "author" not in review["itemReviewed"]  # nobody knows who said it: least of all is it the paper


def test_every_verdict_that_settles_has_a_rating_in_its_own_words(load: Load, alice: Client) -> None:
    verdicts = [each for each in VERDICTS if each != "unverified"]
    document = load(*(f"Sentence {number} is here." for number in range(len(verdicts))))
    for number, verdict in enumerate(verdicts):
        settle(alice, document, number, verdict=verdict)

    ratings = [each["reviewRating"] for each in over_http(alice)["@graph"]]

    assert list(RATINGS) == verdicts
    assert [(each["alternateName"], each.get("ratingValue")) for each in ratings] == [
        ("Verified", 5),
        ("Mostly true", 4),
        ("Mixed", 3),
        ("Mostly false", 2),
        ("False", 1),
        ("Misleading", None),
        ("Unverifiable", None),
    ]


def test_what_is_no_review_is_listed_with_the_reason(load: Load, alice: Client, carol: Client) -> None:
    document = load("One is settled.", "Two is not.", '"Three," she said.', "Four was a claim.", "Five.")
    hidden = load(name="without", url=None)
    settle(alice, document)
    alice.tag(document, alice.sentences(document)[1], "claim")
    settle(alice, document, 2, "quote", attribution="confirmed")
    settle(alice, document, 3)
    four = carol.sentences(document)[3]
    reopened = {"status": "in_progress", "verdict": "mixed", "reason": "look again"}
    assert carol.verify(document, four, 1, **reopened).status_code == 200
    carol.tag(document, four, "none")  # a dispute with alice: what was checked is set aside
    settle(alice, hidden)

    whole = over_http(alice)

    starts = [each["start"] for each in alice.sentences(document)]
    assert [each["identifier"] for each in whole["@graph"]] == ["city/bridge#0"]
    assert skipped(whole) == [
        ("city/bridge", starts[1], UNSETTLED),
        ("city/bridge", starts[2], QUOTED),
        ("city/bridge", starts[3], SUSPENDED),
        ("city/without", 0, NO_ADDRESS),
    ]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/a", True),
        ("http://93.184.215.14/a", True),
        ("https://[2606:2800:21f::1]/a", True),
        (None, False),
        ("", False),
        ("ftp://example.org/a", False),
        ("javascript:alert(1)", False),
        ("http://localhost:8000/a", False),
        ("http://cms/a", False),
        ("https://cms.local/a", False),
        ("https://cms.internal./a", False),
        ("http://10.0.0.3/a", False),
        ("http://[::1]/a", False),
        ("http://[oops/a", False),
    ],
)
def test_an_address_in_the_house_is_not_public(url: str | None, expected: bool) -> None:
    assert is_public(url) is expected


def test_a_page_of_the_desk_needs_no_public_article(
    load: Load, alice: Client, app_with: Callable[..., Flask]
) -> None:
    document = load(url="http://cms/bridge")
    settle(alice, document)
    publishing = Client(app_with(review_url="https://checks.example/{document}"))
    publishing.sign_in("alice", PASSWORD)

    (review,) = over_http(publishing)["@graph"]

    assert review["url"] == f"https://checks.example/{document}"
    assert "cms" not in json.dumps(review)


def test_it_is_json_ld_whose_readers_see_the_reviews_and_nothing_else(load: Load, alice: Client) -> None:
    document = load()
    settle(alice, document, speaker="Ida Rask")
    alice.tag(document, alice.sentences(document)[1], "claim")
    whole = over_http(alice, "&since=0")
    assert whole["skipped"]
    assert whole["documents"] == ["city/bridge"]

    def give(url: str, _: Any) -> dict[str, Any]:
        assert url == "https://schema.org"
        return {"documentUrl": url, "contextUrl": None, "document": {"@context": CONTEXT}}

    (node,) = jsonld.expand(whole, {"documentLoader": give})

    assert node["@type"] == ["http://schema.org/ClaimReview"]
    assert node["http://schema.org/url"] == [{"@id": ADDRESS}]
    (claim,) = node["http://schema.org/itemReviewed"]
    (speaker,) = claim["http://schema.org/author"]
    assert speaker["http://schema.org/name"] == [{"@value": "Ida Rask"}]
    (alone,) = jsonld.expand(whole["@graph"], {"documentLoader": give})
    assert alone == node


def test_the_command_gives_the_same_bytes_and_tells_what_was_skipped(
    load: Load, alice: Client, shell: Shell
) -> None:
    document = load()
    settle(alice, document)
    alice.tag(document, alice.sentences(document)[1], "claim")

    result = shell.run("export", "--format", "claimreview")

    answer = alice.get("/api/v1/export?format=claimreview")
    assert result.exit_code == 0
    assert result.stdout_bytes == answer.get_data()
    assert result.stderr == f"skipped 1: {UNSETTLED}\ncursor {answer.headers['Annotate-Cursor']}\n"
    assert answer.mimetype == "application/ld+json"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="annotate.claimreview.jsonld"'
    empty = shell.run("export", "--format", "claimreview", "--collection", "nowhere")
    assert json.loads(empty.stdout)["@graph"] == json.loads(empty.stdout)["skipped"] == []


def test_the_commands_settings_name_the_publisher(load: Load, alice: Client, shell: Shell) -> None:
    settle(alice, load())

    settings = {"ANNOTATE_PUBLISHER": "Norhaven", "ANNOTATE_REVIEW_URL": "https://n.example/{document}"}
    whole = json.loads(shell.ok("export", "--format", "claimreview", **settings))

    assert whole["@graph"][0]["author"]["name"] == "Norhaven"
    assert whole["@graph"][0]["url"].startswith("https://n.example/")


def test_a_selection_leaves_claims_out_without_a_word(load: Load, alice: Client) -> None:
    document = load()
    settle(alice, document)
    alice.tag(document, alice.sentences(document)[1], "claim")

    assert over_http(alice, "&status=settled")["skipped"] == []
    assert over_http(alice, "&label=quote")["@graph"] == []
    assert over_http(alice, "&collection=nowhere")["@graph"] == []


def test_since_names_every_document_whose_reviews_are_to_be_replaced(
    load: Load, alice: Client, carol: Client, db: Database
) -> None:
    first, second, third = (load(name=name) for name in ("a", "b", "c"))
    for each in (first, second, third):
        settle(alice, each)
    cursor = alice.get("/api/v1/export?format=claimreview").headers["Annotate-Cursor"]
    reopened = {"status": "in_progress", "reason": "look again"}
    assert carol.verify(first, carol.sentences(first)[0], 1, **reopened).status_code == 200
    assert alice.tag(first, alice.sentences(first)[0], "none").status_code == 200
    withdraw_document(db, third, reason="a court order", erase=False)

    whole = over_http(alice, f"&since={cursor}")

    assert whole["@graph"] == []
    assert whole["documents"] == ["city/a"]
    assert [each["key"] for each in whole["withdrawn"]] == ["city/c"]


def test_a_damaged_document_is_left_out_whole_and_named(
    load: Load, alice: Client, db: Database, shell: Shell
) -> None:
    for name in ("a", "b"):
        settle(alice, load(name=name))
    with db.transaction():
        db.write("UPDATE sentences SET text = 'x' WHERE document = 1 AND start > 0")

    result = shell.run("export", "--format", "claimreview")

    whole = json.loads(result.stdout)
    assert result.exit_code == 1
    assert "omitted city/a: " in result.stderr
    assert [each["identifier"] for each in whole["@graph"]] == ["city/b#0"]
    assert [each["key"] for each in whole["omitted"]] == ["city/a"]


def test_neither_blind_documents_nor_hidden_collections_are_in_it(
    load: Load, alice: Client, bob: Client, db: Database, pair: str
) -> None:
    settle(bob, load(collection="leaks"))
    alice.tag(pair, alice.sentences(pair)[0], "claim")
    limit_collection(db, "leaks", ["bob"])

    assert len(over_http(bob)["@graph"]) == 1
    whole = over_http(alice, "&since=0")
    assert whole["@graph"] == whole["skipped"] == whole["documents"] == []


def test_text_of_any_kind_stays_json(load: Load, alice: Client) -> None:
    settle(alice, load('<script>"\u2060😀\\ said.', "Two."), speaker="O'Neill </script>")

    (review,) = over_http(alice)["@graph"]

    assert review["claimReviewed"] == '<script>"\u2060😀\\ said.'
