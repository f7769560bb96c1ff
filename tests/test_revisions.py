"""Revisions: a changed text under a known key, and what it takes over."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from annotate.checking import find_faults
from annotate.database import Database
from annotate.exporting import Selection, open_export
from annotate.loading import Loaded, Terms, find_sources, load
from annotate.loading.pieces import parcels
from annotate.loading.preparing import prepare
from annotate.loading.storing import Store
from annotate.store.documents import withdraw_document
from annotate.store.revisions import list_lost
from tests.client import Client

OLD = """Harbour bridge closed

The bridge was closed on Monday, the city said.

"Two bearings have cracked," said Mayor Ida Rask.

It carries 4,000 cars a day.
"""
NEW = """Harbour bridge closed

The bridge was closed on Monday,\u00a0the City said.

"Three bearings have cracked," said Mayor Ida Rask.

It carries 4,000 cars a day.

A ferry takes over on Friday.
"""
SHORTER = OLD.replace("\nIt carries 4,000 cars a day.\n", "")
OTHER = "Library opens\n\nThe new library opened its doors.\n\nIt has 9,000 books.\n"
EVIDENCE = [{"url": "https://example.org/record", "title": "Record", "stance": "supports"}]
Revise = Callable[..., Loaded]


@pytest.fixture
def revise(db: Database, tmp_path: Path) -> Revise:
    """Write a text in the place of an article's file, and load it again."""

    def run(text: str, *, name: str = "story.txt", **options: bool) -> Loaded:
        path = tmp_path / "desk" / name
        path.write_text(text, "utf-8")
        (loaded,) = load(db, find_sources([path])[0], reviews_needed=1, **options)
        return loaded

    return run


def revised(loaded: Loaded) -> str:
    assert loaded.outcome == "revised", loaded.reason
    assert loaded.id
    return loaded.id


def labels(client: Client, document: str) -> dict[str, str | None]:
    return {each["text"]: each["label"] for each in client.sentences(document)}


def settle(client: Client, document: str, sentence: dict[str, object]) -> None:
    client.tag(document, sentence, "claim")
    answer = client.verify(document, sentence, 0, status="settled", verdict="verified", evidence=EVIDENCE)
    assert answer.status_code == 200, answer.text


def test_sentences_that_stayed_keep_their_votes_marked_and_the_others_are_untagged(
    alice: Client, db: Database, add_story: Callable[..., str], revise: Revise
) -> None:
    old = add_story(OLD)
    alice.tag_all(old, "none", "claim", "quote", "claim")

    loaded = revise(NEW)

    shown = alice.document(revised(loaded))
    assert (loaded.n_carried, shown["revision"], shown["supersedes"]) == (3, 2, old)
    assert [each["label"] for each in shown["sentences"]] == ["none", "claim", None, "claim", None]
    votes = [each["annotations"] for each in shown["sentences"]]
    assert [[each["carried"] for each in some] for some in votes] == [[True], [True], [], [True], []]
    assert shown["counts"]["n_untagged"] == 2
    assert find_faults(db) == []


def test_what_could_not_be_carried_is_told_and_listed_on_the_page(
    alice: Client, db: Database, add_story: Callable[..., str], revise: Revise
) -> None:
    old = add_story(OLD)
    quote = alice.sentences(old)[2]
    alice.tag(old, quote, "quote")
    alice.verify(old, quote, 0, status="in_progress", rationale="Ask the mayor")

    loaded = revise(NEW)

    assert loaded.lost is not None
    assert [(each.text, each.label, each.status) for each in loaded.lost] == [
        (quote["text"], "quote", "in_progress")
    ]
    (lost,) = alice.document(revised(loaded))["lost"]
    assert (lost["start"], lost["end"]) == (quote["start"], quote["end"])
    page = alice.get(f"/documents/{loaded.id}").text
    assert f"/documents/{old}#s{quote['start']}" in page
    assert "Two bearings" in page


def test_the_old_revision_stays_readable_at_its_address_and_leads_to_the_new_one(
    alice: Client, add_story: Callable[..., str], revise: Revise
) -> None:
    old = add_story(OLD)
    alice.tag(old, alice.sentences(old)[1], "claim")

    new = revised(revise(NEW))

    shown = alice.document(old)
    assert (shown["state"], shown["superseded_by"], shown["text"]) == ("superseded", new, OLD)
    assert shown["sentences"][1]["label"] == "claim"
    page = alice.get(f"/documents/{old}").text
    assert f"/documents/{new}" in page
    assert "workbench.js" not in page  # it can be read, not worked on
    assert old not in alice.get("/documents").text
    assert old in alice.get("/documents?state=superseded").text
    assert old not in alice.get("/").text


def test_a_verification_comes_over_for_a_second_look(
    alice: Client, db: Database, add_story: Callable[..., str], revise: Revise
) -> None:
    old = add_story(OLD)
    settle(alice, old, alice.sentences(old)[1])

    new = revised(revise(NEW))

    (_, sentence, *_) = alice.sentences(new)
    assert sentence["verification"]["status"] == "second_look"
    assert sentence["verification"]["verdict"] == "verified"
    assert sentence["verification"]["checked_by"] is None
    assert len(sentence["verification"]["evidence"]) == 1
    assert sentence["verification"]["suspended"] is False
    assert alice.document(new)["counts"]["n_settled"] == 0
    again = alice.verify(
        new,
        sentence,
        sentence["verification"]["version"],
        status="settled",
        verdict="verified",
        evidence=EVIDENCE,
    )
    assert again.status_code == 200
    assert find_faults(db) == []


def test_late_dissent_counts_once_the_settled_claim_is_looked_at_again(
    alice: Client, bob: Client, db: Database, add_story: Callable[..., str], revise: Revise
) -> None:
    old = add_story(OLD)
    settle(alice, old, alice.sentences(old)[1])
    bob.tag(old, bob.sentences(old)[1], "quote")

    sentence = alice.sentences(revised(revise(NEW)))[1]

    assert sentence["label"] is None
    assert sentence["decision"]["in_dispute"] is True
    assert sentence["verification"]["suspended"] is True
    assert find_faults(db) == []


def test_an_editors_decision_comes_over(
    alice: Client, carol: Client, db: Database, add_story: Callable[..., str], revise: Revise
) -> None:
    old = add_story(OLD)
    alice.tag(old, alice.sentences(old)[1], "claim")
    sentence = carol.sentences(old)[1]
    carol.write(old, sentence, "decision", {"label": "none", "reason": "Hearsay"}, version=1)

    sentence = carol.sentences(revised(revise(NEW)))[1]

    assert (sentence["label"], sentence["decided_by"]) == ("none", "adjudication")
    assert sentence["adjudication"]["reason"] == "Hearsay"
    assert find_faults(db) == []


# Writes that were still under way to the old revision


def test_a_write_to_the_old_revision_goes_to_the_carried_sentence(
    alice: Client, db: Database, add_story: Callable[..., str], revise: Revise
) -> None:
    old = add_story(OLD)
    sentence = alice.sentences(old)[3]
    alice.tag(old, sentence, "claim")
    middle = revised(revise("\n\n" + NEW))
    new = revised(revise("\n\n\n\n" + NEW))  # also over two revisions

    answer = alice.tag(old, sentence, "quote", version=1)

    assert answer.status_code == 200, answer.text
    assert answer.headers["ETag"] == '"2"'
    assert answer.get_json()["document"]["id"] == new
    assert labels(alice, new)[sentence["text"]] == "quote"
    assert labels(alice, middle)[sentence["text"]] == labels(alice, old)[sentence["text"]] == "claim"
    assert find_faults(db) == []


def test_a_write_to_a_sentence_that_is_gone_is_refused_and_names_the_newest_revision(
    alice: Client, add_story: Callable[..., str], revise: Revise
) -> None:
    old = add_story(OLD)
    gone = alice.sentences(old)[2]
    revise(NEW)
    new = revised(revise(NEW + "\nMore on Saturday.\n"))

    answer = alice.tag(old, gone, "quote")

    assert answer.status_code == 409
    assert answer.get_json()["error"]["code"] == "superseded"
    assert answer.get_json()["error"]["current"] == {"id": new, "revision": 3}
    assert alice.sign_off(old).get_json()["error"]["code"] == "superseded"


def test_a_stale_write_to_the_old_revision_is_still_stale(
    alice: Client, add_story: Callable[..., str], revise: Revise
) -> None:
    old = add_story(OLD)
    sentence = alice.sentences(old)[1]
    alice.tag(old, sentence, "claim")
    alice.tag(old, sentence, "none")
    new = revised(revise(NEW))

    assert alice.tag(old, sentence, "quote", version=1).status_code == 412
    assert alice.sentences(new)[1]["label"] == "none"


# Several reviewers


def test_a_new_revision_is_blind_again_and_nothing_of_anothers_shows(
    alice: Client, bob: Client, db: Database, add_story: Callable[..., str], revise: Revise
) -> None:
    old = add_story(OLD, reviews_needed=2)
    for client in (alice, bob):
        client.tag_all(old, "none", "claim", "claim", "claim")
        client.sign_off(old)
    settled = {"status": "settled", "verdict": "verified", "evidence": EVIDENCE}
    assert alice.verify(old, alice.sentences(old)[1], 0, **settled).status_code == 200

    new = revised(revise(NEW))

    shown = alice.document(new)
    assert shown["state"] == "open"
    assert shown["counts"]["reviews_needed"] == 2
    for sentence in shown["sentences"]:
        assert {each["reviewer"] for each in sentence["annotations"]} <= {"alice"}
        assert sentence["label"] is None
        assert sentence["verification"] is None
    assert find_faults(db) == []
    for client in (alice, bob):
        for sentence in client.sentences(new):
            if not sentence["annotations"]:
                client.tag(new, sentence, "none")
        client.sign_off(new)
    sentence = alice.sentences(new)[1]
    assert (sentence["label"], sentence["decided_by"]) == ("claim", "agreement")
    assert sentence["verification"]["status"] == "second_look"
    assert sentence["verification"]["suspended"] is False
    assert find_faults(db) == []


def test_a_revision_of_an_open_blind_document_shows_nobody_anothers_votes(
    alice: Client, bob: Client, carol: Client, db: Database, add_story: Callable[..., str], revise: Revise
) -> None:
    old = add_story(OLD, reviews_needed=2)
    alice.tag_all(old, "none", "claim", "quote", "claim")
    alice.sign_off(old)

    loaded = revise(NEW)

    for document in (old, revised(loaded)):
        for client in (bob, carol):
            shown = client.document(document)
            assert all(not each["annotations"] and not each["label"] for each in shown["sentences"])
            assert shown["lost"] == []
    assert [each["label"] for each in alice.document(revised(loaded))["lost"]] == ["quote"]
    assert loaded.lost is not None
    assert [each.label for each in loaded.lost] == [None]  # the report does not tell either
    assert find_faults(db) == []


def test_a_sign_off_stands_where_nothing_new_is_to_be_read(
    alice: Client, bob: Client, db: Database, add_story: Callable[..., str], revise: Revise
) -> None:
    old = add_story(OLD, reviews_needed=2)
    for client in (alice, bob):
        client.tag_all(old, "none", "claim", "quote", "claim")
        client.sign_off(old)

    shown = alice.document(revised(revise(SHORTER)))

    assert shown["state"] == "decided"
    assert [each["reviewer"] for each in shown["sign_offs"]] == ["alice", "bob"]
    assert [each["decided_by"] for each in shown["sentences"]] == ["agreement"] * 3
    assert find_faults(db) == []


def test_an_adjudication_sent_to_the_old_revision_is_answered_with_the_sentence_that_it_is_of(
    alice: Client, carol: Client, add_story: Callable[..., str], revise: Revise
) -> None:
    old = add_story(OLD)
    alice.tag(old, alice.sentences(old)[3], "claim")
    sentence = carol.sentences(old)[3]
    revise("A line above.\n\n" + OLD)

    answer = carol.write(old, sentence, "decision", {"label": "none"}, version=1)

    assert answer.status_code == 200, answer.text
    assert answer.get_json()["sentence"]["text"] == sentence["text"]
    assert answer.get_json()["sentence"]["label"] == "none"


def test_in_a_revision_that_is_blind_again_what_editors_decided_outlasts_a_split(
    alice: Client, bob: Client, carol: Client, db: Database, add_story: Callable[..., str], revise: Revise
) -> None:
    old = add_story(OLD, reviews_needed=2)
    for client, label in ((alice, "claim"), (bob, "quote")):
        client.tag_all(old, "none", label, label, "claim")
        client.sign_off(old)
    carol.write(old, carol.sentences(old)[1], "decision", {"label": "boilerplate"}, version=1)
    new = revised(revise(NEW))
    sentence = carol.sentences(new)[1]

    cut = carol.send(
        "POST",
        f"/documents/{new}/sentences/{sentence['start']}/split",
        {"end": sentence["end"], "at": sentence["start"] + 11},
        version=sentence["version"],
    )

    assert cut.status_code == 200, cut.text
    for client in (alice, bob):
        for each in client.sentences(new):
            if not any(vote["label"] for vote in each["annotations"]):
                client.tag(new, each, "none")
        assert client.sign_off(new).status_code == 200
    parts = alice.sentences(new)[1:3]
    assert [(each["label"], each["decided_by"]) for each in parts] == [("boilerplate", "adjudication")] * 2
    assert find_faults(db) == []


def test_the_version_of_a_decision_never_goes_back(
    alice: Client, bob: Client, carol: Client, add_story: Callable[..., str], revise: Revise
) -> None:
    old = add_story(OLD, reviews_needed=2)
    for client, label in ((alice, "claim"), (bob, "quote")):
        client.tag_all(old, "none", label)
        client.sign_off(old)
    sentence = carol.sentences(old)[1]
    carol.write(old, sentence, "decision", {"label": "none"}, version=1)
    carol.write(old, sentence, "decision", {"label": None}, version=2)
    new = revised(revise(NEW))
    for client in (alice, bob):
        for each in client.sentences(new):
            if not each["annotations"]:
                client.tag(new, each, "none")
        client.sign_off(new)

    late = carol.write(old, sentence, "decision", {"label": "boilerplate"}, version=1)

    assert late.status_code == 412
    assert carol.sentences(new)[1]["decision"]["version"] > 3


def test_a_sentence_that_was_cut_and_joined_again_is_still_the_one_of_the_revision_before(
    alice: Client, add_story: Callable[..., str], revise: Revise
) -> None:
    old = add_story(OLD)
    before = alice.sentences(old)[1]
    new = revised(revise(NEW))
    sentence = alice.sentences(new)[1]
    path = f"/documents/{new}/sentences/{sentence['start']}"
    at = sentence["start"] + 11

    alice.send("POST", f"{path}/split", {"end": sentence["end"], "at": at}, version=0)
    first = alice.sentences(new)[1]
    joined = alice.send("POST", f"{path}/merge", {"end": first["end"]}, version=first["version"])

    assert joined.status_code == 200, joined.text
    assert alice.tag(old, before, "claim").status_code == 200
    assert alice.sentences(new)[1]["label"] == "claim"


# What is no revision


def test_a_text_that_has_little_in_common_is_refused_unless_it_is_to_replace(
    alice: Client, add_story: Callable[..., str], revise: Revise
) -> None:
    old = add_story(OLD)

    refused = revise(OTHER)
    tried = revise(OTHER, is_dry_run=True, may_replace=True)

    assert refused.outcome == "refused"
    assert refused.reason is not None
    assert "another article" in refused.reason
    assert alice.document(old)["state"] == "open"
    assert (tried.outcome, tried.n_carried, tried.id) == ("revised", 0, None)
    assert alice.document(revised(revise(OTHER, may_replace=True)))["title"] == "Library opens"


def test_a_dry_run_tells_of_a_revision_and_changes_nothing(
    alice: Client, add_story: Callable[..., str], revise: Revise
) -> None:
    old = add_story(OLD)

    assert revise(NEW, is_dry_run=True).outcome == "revised"
    assert revise(OTHER, is_dry_run=True).outcome == "refused"
    assert alice.document(old)["state"] == "open"


def test_the_same_text_again_changes_nothing_also_after_a_revision(
    add_story: Callable[..., str], revise: Revise
) -> None:
    add_story(OLD)

    assert [revise(NEW).outcome, revise(NEW).outcome] == ["revised", "unchanged"]


# What leaves


def test_only_the_newest_revision_is_exported(
    alice: Client, db: Database, add_story: Callable[..., str], revise: Revise
) -> None:
    old = add_story(OLD)
    alice.tag(old, alice.sentences(old)[1], "claim")
    with db.snapshot() as view:
        cursor = open_export(view, Selection(), None).cursor

    new = revised(revise(NEW))

    answer = alice.get(f"/api/v1/export?since={cursor}").get_json()
    assert [(each["id"], each["revision"]) for each in answer["documents"]] == [(new, 2)]


def test_a_decided_revision_stays_in_the_export_until_the_next_one_is_decided(
    alice: Client, bob: Client, add_story: Callable[..., str], revise: Revise
) -> None:
    def export(since: str) -> tuple[list[str], str]:
        answer = alice.get(f"/api/v1/export?since={since}").get_json()
        return [each["id"] for each in answer["documents"]], answer["cursor"]

    old = add_story(OLD, reviews_needed=2)
    for client in (alice, bob):
        client.tag_all(old, "none", "claim", "quote", "claim")
        client.sign_off(old)
    first, cursor = export("0")

    new = revised(revise(NEW))
    second, later = export(cursor)
    for client in (alice, bob):
        for each in client.sentences(new):
            if not each["annotations"]:
                client.tag(new, each, "none")
        assert export(later)[0] == []  # blind votes show nothing
        client.sign_off(new)
    third, latest = export(later)

    assert (first, second, third) == ([old], [old], [new])
    assert int(cursor) < int(later) < int(latest)


def test_an_article_is_withdrawn_and_erased_with_all_its_revisions(
    alice: Client, db: Database, add_story: Callable[..., str], revise: Revise
) -> None:
    old = add_story(OLD)
    new = revised(revise(NEW))

    withdraw_document(db, new, reason="Takedown", erase=True)

    for each in (old, new):
        assert alice.get(f"/documents/{each}").status_code == 404
    for each in ("sentence_search", "document_search"):
        assert db.value(f"SELECT count(*) FROM {each}_idx") <= 1  # no word is left in the indexes
    assert db.value("SELECT count(*) FROM texts WHERE text <> ''") == 0
    assert db.value("SELECT count(*) FROM sentences WHERE text <> ''") == 0
    withdrawn = alice.get("/api/v1/export?since=0").get_json()["withdrawn"]
    assert [each["key"] for each in withdrawn] == ["desk/story.txt"]


def test_what_is_left_out_stays_said(db: Database, tmp_path: Path, alice: Client) -> None:
    path = tmp_path / "articles.jsonl"

    def run(**fields: str) -> Loaded:
        path.write_text(json.dumps({"id": "a", "text": OLD, **fields}), "utf-8")
        (loaded,) = load(db, find_sources([path], "desk")[0], reviews_needed=1)
        return loaded

    first = run(title="Bridge shut", language="nb")
    assert first.id
    assert run(author="Ann Lee").outcome == "updated"

    shown = alice.document(first.id)
    assert (shown["title"], shown["language"], shown["author"]) == ("Bridge shut", "nb", "Ann Lee")


def test_a_source_that_is_named_later_is_taken_over(
    db: Database, tmp_path: Path, alice: Client, add_story: Callable[..., str]
) -> None:
    story = add_story(OLD)
    sources, _ = find_sources([tmp_path / "desk" / "story.txt"])

    (loaded,) = load(db, sources, reviews_needed=1, terms=Terms(source="Courier"))

    assert loaded.outcome == "updated"
    assert alice.document(story)["source"] == "Courier"


def test_two_loaders_at_once_make_one_revision(
    db: Database, tmp_path: Path, add_story: Callable[..., str]
) -> None:
    add_story(OLD)
    path = tmp_path / "desk" / "story.txt"
    path.write_text(NEW, "utf-8")
    sources, _ = find_sources([path])
    pieces = [piece for parcel in parcels(sources, "utf-8") for piece in parcel]
    batches = [[prepare(piece, Terms(), db) for piece in pieces] for _ in range(2)]

    stores = [Store(db, 1, False, False, is_indexed_later=False) for _ in batches]
    told = [store.take(batch)[0].outcome for store, batch in zip(stores, batches, strict=True)]

    assert told == ["revised", "unchanged"]
    assert db.value("SELECT count(*) FROM documents") == 2


def test_of_a_first_revision_nothing_is_lost(db: Database, story: str) -> None:
    from annotate.store.documents import get_document

    assert list_lost(db, get_document(db, story, None), None) == []


# The same text, described otherwise


def test_what_is_said_of_an_article_is_updated_without_a_revision(
    alice: Client, db: Database, tmp_path: Path
) -> None:
    path = tmp_path / "articles.jsonl"

    def run(is_dry_run: bool = False, **fields: str) -> Loaded:
        path.write_text(json.dumps({"id": "a", "text": OLD, **fields}), "utf-8")
        sources, _ = find_sources([path], "desk")
        (loaded,) = load(db, sources, reviews_needed=1, is_dry_run=is_dry_run)
        return loaded

    first = run(title="Bridge shut", source="Courier")
    assert first.id
    alice.tag(first.id, alice.sentences(first.id)[1], "claim")

    tried = run(is_dry_run=True, title="Bridge closed", author="Ann Lee")
    again = run(title="Bridge closed", author="Ann Lee")

    assert (tried.outcome, again.outcome, again.id) == ("updated", "updated", first.id)
    shown = alice.document(first.id)
    assert (shown["title"], shown["author"], shown["source"]) == ("Bridge closed", "Ann Lee", "Courier")
    assert (shown["revision"], shown["sentences"][1]["label"]) == (1, "claim")
    assert first.id in alice.get("/documents?q=closed").text
    assert run(title="Bridge closed", author="Ann Lee").outcome == "unchanged"
    assert find_faults(db) == []


def test_what_was_settled_goes_to_a_second_look_as_a_correction_and_who_has_something_keeps_it(
    alice: Client, carol: Client, add_story: Callable[..., str], revise: Revise
) -> None:
    old = add_story(OLD)
    settle(alice, old, alice.sentences(old)[3])
    carol.verify(
        old,
        alice.sentences(old)[3],
        1,
        status="in_progress",
        verdict="mixed",
        evidence=EVIDENCE,
        reason="Hm.",
    )
    carol.verify(old, alice.sentences(old)[3], 2, status="settled", verdict="mixed", evidence=EVIDENCE)
    alice.tag(old, alice.sentences(old)[1], "claim")
    alice.write(old, alice.sentences(old)[1], "assignee", {"reviewer": "bob", "question": "Which city?"})

    new = revised(revise(NEW))

    sentences = alice.sentences(new)
    told = sentences[3]["corrections"]
    assert [each["act"] for each in told] == ["reopened", "corrected", "revised"]
    assert (told[-1]["by"], told[-1]["changes"]) == (
        None,
        [{"field": "status", "from": "settled", "to": "second_look"}],
    )
    assert sentences[1]["assignment"]["reviewer"] == "bob"
    assert "corrections" not in sentences[1]
    alice.verify(new, sentences[3], 4, status="settled", verdict="mixed", evidence=EVIDENCE)
    exported = json.loads(alice.get("/api/v1/export").text)["documents"][0]["sentences"][3]
    assert [each["act"] for each in exported["corrections"]] == [
        "reopened",
        "corrected",
        "revised",
        "corrected",
    ]


def test_what_was_settled_once_stays_known_when_its_boundaries_are_mended(
    alice: Client, carol: Client, add_story: Callable[..., str], db: Database
) -> None:
    story = add_story(OLD)
    sentence = alice.sentences(story)[3]
    settle(alice, story, sentence)
    carol.verify(story, sentence, 1, status="unchecked", reason="Cut wrong.")

    first, second = alice.split(story, alice.sentences(story)[3], 10).get_json()["sentences"]

    whole = alice.sentences(story)[3:5]
    assert [[each["act"] for each in part["corrections"]] for part in whole] == [["reopened"], ["reopened"]]
    alice.verify(story, first, first["verification"]["version"], status="in_progress", verdict="false")
    assert [each["act"] for each in alice.sentences(story)[3]["corrections"]] == ["reopened", "corrected"]
    assert second["verification"]["version"] > 0
    assert find_faults(db) == []
