"""The export: what stands in it, in which order, for whom; as a command and over HTTP."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from annotate.config import Settings
from annotate.database import Database, copy_database, open_database
from annotate.exporting import Selection, open_export, write_json, write_jsonl
from annotate.store.annotations import record_annotation
from annotate.store.documents import withdraw_document
from annotate.store.reviewers import Person, get_reviewer
from annotate.store.tokens import add_token
from schemas.__main__ import FOLDER, PUBLISHED, as_text
from tests.cli.conftest import Shell
from tests.client import Client

AddStory = Callable[..., str]

TWO = "One fish.\n\nTwo fish.\n"  # two sentences, however they are cut
EVIDENCE = {"url": "https://example.org/a?b=c", "title": "A register", "stance": "supports"}


def export(db: Database, **selection: Any) -> bytes:
    with db.snapshot() as view:
        return b"".join(write_json(open_export(view, Selection(**selection), None)))


def export_lines(db: Database, **selection: Any) -> list[dict[str, Any]]:
    with db.snapshot() as view:
        lines = b"".join(write_jsonl(open_export(view, Selection(**selection), None))).split(b"\n")
    assert lines.pop() == b""
    return [json.loads(line) for line in lines]


def read(db: Database, **selection: Any) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(export(db, **selection).decode("utf-8", "strict"))
    return whole


def documents(db: Database, **selection: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read(db, **selection)["documents"]
    return found


def only(db: Database, **selection: Any) -> dict[str, Any]:
    (document,) = documents(db, **selection)
    return document


@pytest.fixture
def desk_at_work(
    add_story: AddStory, db: Database, alice: Client, bob: Client, carol: Client
) -> dict[str, str]:
    """Documents in every state that an export may show, and two that it may not; by key."""
    names = ("settled", "disputed", "decided", "untouched", "withdrawn", "agreed", "blind")
    ids = {
        name: add_story(TWO, name=f"{name}.txt", reviews_needed=2 if name in ("agreed", "blind") else 1)
        for name in names
    }
    alice.tag_all(ids["settled"], "claim", "quote")
    alice.sign_off(ids["settled"])
    claim, quote = alice.sentences(ids["settled"])
    settled = {"status": "settled", "evidence": [EVIDENCE]}
    assert alice.verify(ids["settled"], claim, 0, verdict="verified", **settled).status_code == 200
    assert alice.verify(ids["settled"], quote, 0, attribution="confirmed", **settled).status_code == 200
    for name in ("disputed", "decided"):
        alice.tag(ids[name], claim, "claim", speaker="Ida Rask", note="see line 3")
        bob.tag(ids[name], claim, "quote", origin="key")
    body = {"label": "claim", "speaker": "Ida Rask", "reason": "she says it herself"}
    assert carol.write(ids["decided"], claim, "decision", body, version=2).status_code == 200
    for client in (alice, bob):
        client.tag_all(ids["agreed"], "claim", "quote")
        assert client.sign_off(ids["agreed"]).status_code == 200
    alice.tag_all(ids["blind"], "claim", "claim")
    withdraw_document(db, ids["withdrawn"], reason="a court order", erase=False)
    return ids


# Its shape


def test_the_published_schemas_are_those_of_the_classes() -> None:
    """`python -m schemas` writes them anew."""
    assert {path.name for path in FOLDER.iterdir()} == set(PUBLISHED)
    for name, shape in PUBLISHED.items():
        assert (FOLDER / name).read_text("utf-8") == as_text(shape), name


@pytest.fixture
def validators() -> dict[str, Draft202012Validator]:
    """The published schemas, by file name."""
    found = {}
    for name in PUBLISHED:
        schema = json.loads((FOLDER / name).read_text("utf-8"))
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        Draft202012Validator.check_schema(schema)
        found[name] = Draft202012Validator(schema)
    return found


def test_every_export_validates(
    db: Database, desk_at_work: dict[str, str], validators: dict[str, Draft202012Validator]
) -> None:
    with db.transaction():
        db.write("UPDATE sentences SET text = 'x' WHERE document = 4")

    for selection in ({}, {"since": "0"}, {"labels": ("claim",)}, {"statuses": ("settled",)}):
        whole = read(db, **selection)
        assert whole["omitted"]
        assert whole["documents"]
        validators["export.json"].validate(whole)
        for each in whole["documents"]:
            validators["document.json"].validate(each)


def test_every_line_of_jsonl_is_a_document(
    db: Database, desk_at_work: dict[str, str], validators: dict[str, Draft202012Validator]
) -> None:
    lines = export_lines(db)

    assert lines == documents(db)
    for each in lines:
        validators["document.json"].validate(each)


def test_the_schema_refuses_what_is_no_export(
    db: Database, desk_at_work: dict[str, str], validators: dict[str, Draft202012Validator]
) -> None:
    def refused(change: Callable[[dict[str, Any]], object]) -> None:
        whole = read(db)
        change(whole)
        with pytest.raises(ValidationError):
            validators["export.json"].validate(whole)

    refused(lambda whole: whole.update(format="annotate/2"))
    refused(lambda whole: whole.pop("cursor"))
    refused(lambda whole: whole["documents"][0].pop("text"))
    refused(lambda whole: whole["documents"][0].update(surprise=1))
    refused(lambda whole: whole["documents"][0]["sentences"][0].update(label="lie"))
    refused(lambda whole: whole["documents"][0]["sentences"][0].update(start=-1))
    refused(lambda whole: whole["documents"][0]["blocks"].append([0, 1]))


def test_keys_stand_in_a_fixed_order(db: Database, desk_at_work: dict[str, str]) -> None:
    whole = read(db)
    by_key = {each["key"]: each for each in whole["documents"]}
    document = by_key["desk/settled.txt"]
    sentence = document["sentences"][0]

    assert list(whole) == ["format", "documents", "cursor"]
    assert " ".join(document) == (
        "id key revision state title source url author published_at language collection sha256 text "
        "blocks sentences sign_offs"
    )
    assert " ".join(sentence) == (
        "start end text block label speaker decided_by annotations adjudication verification matches"
    )
    assert " ".join(sentence["annotations"][0]) == "reviewer label speaker note origin version at"
    assert " ".join(sentence["verification"]) == (
        "status verdict attribution rationale suspended evidence proposed_by checked_by version at"
    )
    assert " ".join(sentence["verification"]["evidence"][0]) == (
        "url reference title excerpt stance accessed_at archive_url"
    )
    adjudication = by_key["desk/decided.txt"]["sentences"][0]["adjudication"]
    assert " ".join(adjudication) == "editor label speaker reason at"


def test_evidence_is_written_in_one_order_however_it_came(
    db: Database, add_story: AddStory, alice: Client
) -> None:
    document = add_story(TWO)
    alice.tag_all(document, "claim", "claim")
    first, second = alice.sentences(document)
    backwards = dict(reversed(EVIDENCE.items()))
    alice.verify(document, first, 0, status="in_progress", evidence=[EVIDENCE])
    alice.verify(document, second, 0, status="in_progress", evidence=[backwards])

    one, other = (each["verification"]["evidence"] for each in only(db)["sentences"])

    assert json.dumps(one) == json.dumps(other)


# What stands in it


def test_what_people_did_stands_in_it(db: Database, desk_at_work: dict[str, str]) -> None:
    found = {each["key"].removeprefix("desk/").removesuffix(".txt"): each for each in documents(db)}

    assert sorted(found) == ["agreed", "decided", "disputed", "settled", "untouched"]
    assert {each["id"] for each in found.values()} == {desk_at_work[name] for name in found}
    claim, quote = found["settled"]["sentences"]
    assert (claim["label"], claim["decided_by"]) == ("claim", "review")
    assert claim["verification"]["verdict"] == "verified"
    assert claim["verification"]["checked_by"] == claim["verification"]["proposed_by"] == "alice"
    assert claim["verification"]["evidence"][0]["url"] == EVIDENCE["url"]
    assert quote["verification"]["attribution"] == "confirmed"
    assert [each["reviewer"] for each in found["settled"]["sign_offs"]] == ["alice"]
    first, second = found["agreed"]["sentences"]
    assert (first["decided_by"], second["decided_by"]) == ("agreement", "agreement")
    assert [each["reviewer"] for each in first["annotations"]] == ["alice", "bob"]
    assert first["verification"]["status"] == "unchecked"
    assert [each["reviewer"] for each in found["agreed"]["sign_offs"]] == ["alice", "bob"]


def test_a_dispute_has_no_label_and_shows_both_sides(db: Database, desk_at_work: dict[str, str]) -> None:
    (disputed,) = (each for each in documents(db) if each["id"] == desk_at_work["disputed"])

    sentence = disputed["sentences"][0]

    assert (sentence["label"], sentence["speaker"], sentence["decided_by"]) == (None, None, None)
    assert sentence["verification"] is None
    votes = [(each["reviewer"], each["label"], each["speaker"]) for each in sentence["annotations"]]
    assert votes == [("alice", "claim", "Ida Rask"), ("bob", "quote", None)]
    assert sentence["annotations"][0]["note"] == "see line 3"
    assert sentence["annotations"][1]["origin"] == "key"


def test_an_adjudication_stands_with_its_editor_and_reason(
    db: Database, desk_at_work: dict[str, str]
) -> None:
    (decided,) = (each for each in documents(db) if each["id"] == desk_at_work["decided"])

    sentence = decided["sentences"][0]

    assert (sentence["label"], sentence["decided_by"]) == ("claim", "adjudication")
    assert sentence["adjudication"].pop("at")
    assert sentence["adjudication"] == {
        "editor": "carol",
        "label": "claim",
        "speaker": "Ida Rask",
        "reason": "she says it herself",
    }


def test_an_undecided_sentence_is_there_with_nulls(db: Database, story: str) -> None:
    document = only(db)

    assert document["sentences"]
    for each in document["sentences"]:
        assert (each["label"], each["speaker"], each["decided_by"]) == (None, None, None)
        assert (each["adjudication"], each["verification"]) == (None, None)
        assert (each["annotations"], each["matches"]) == ([], [])
    assert document["sign_offs"] == []
    assert "partial" not in document


def test_a_vote_that_was_taken_back_is_gone_but_its_note_stays(
    db: Database, add_story: AddStory, alice: Client
) -> None:
    document = add_story(TWO)
    first, second = alice.sentences(document)
    for each in (first, second):
        alice.tag(document, each, "claim")
    alice.tag(document, first, None)
    alice.tag(document, second, None, note="unsure")

    one, other = only(db)["sentences"]

    assert (one["label"], one["annotations"]) == (None, [])
    assert other["label"] is None
    assert [(each["label"], each["note"]) for each in other["annotations"]] == [(None, "unsure")]


TEXTS = {
    "emoji": "🦊 fox\n\nA 👩‍👩‍👧 family and a 🇳🇴 flag. “🔑,” it said.\n\nEnd 🦊🦊.\n",
    "combining marks": "E\u0301te\u0301\n\nCafe\u0301 a\u0308\u0323 b\u0300\u0301. N\u0303o.\n",
    "right to left": "עברית ועוד\n\nאמר: „שלום”. ثم قال «نعم». 123 ואז.\n\n\u200fסוף\u200f.\n",
    "beyond the first plane": "𝒜 title\n\n𐍈 𠜎 letters. 𝟘𝟙 digits.\n",
    "spaces of all kinds": "A\u00a0b\u2003c\n\n\u3000全角。第二句。\u3000\n\n\tTab.\u2028Next line.\n",
    "no end": "no end",
    "much white space": "\n\n\n   A title   \n\n\n\n   Text.   \n\n   ",
}


@pytest.mark.parametrize("kind", TEXTS)
def test_offsets_hold_in_code_points(db: Database, add_story: AddStory, kind: str) -> None:
    add_story(TEXTS[kind])

    document = only(db)

    text = document["text"]
    assert text == TEXTS[kind]
    reached = 0
    for each in document["sentences"]:
        assert text[each["start"] : each["end"]] == each["text"] == each["text"].strip() != ""
        assert text[reached : each["start"]].strip() == ""
        assert each["start"] >= reached
        assert any(
            start <= each["start"] and each["end"] <= end and block == each["block"]
            for start, end, block in document["blocks"]
        )
        reached = each["end"]
    assert text[reached:].strip() == ""


def test_hostile_text_is_valid_json_in_utf_8(db: Database, add_story: AddStory, alice: Client) -> None:
    hostile = '</script> \\u0000 " \\ \x01\x1b[31m \x7f \u2028\u2029 \ufeff \u202e =1+1 🦊'
    document = add_story(f"{hostile}\n\nMore {hostile}\n")
    for each in alice.sentences(document):
        alice.tag(document, each, "claim", note=hostile)

    found = only(db)

    assert found["text"] == f"{hostile}\n\nMore {hostile}\n"
    assert {vote["note"] for each in found["sentences"] for vote in each["annotations"]} == {hostile}
    assert export_lines(db) == [found]


# Its order and its sameness


def test_documents_stand_by_key_and_sentences_by_start(db: Database, add_story: AddStory) -> None:
    for name in ("b.txt", "a.txt", "Z.txt", "é.txt", "🦊.txt", "a.b.txt", "10.txt", "9.txt", "\uffee.txt"):
        add_story(TWO, name=name)

    found = documents(db)

    keys = [each["key"] for each in found]
    assert keys == sorted(keys)
    assert len(keys) == 9
    for each in found:
        starts = [sentence["start"] for sentence in each["sentences"]]
        assert starts == sorted(starts)


def test_the_same_state_gives_the_same_bytes(
    db: Database, desk_at_work: dict[str, str], settings: Settings, tmp_path: Path
) -> None:
    first = export(db)

    copy_database(settings.database, tmp_path / "copy.db")

    assert export(db) == first
    assert export(open_database(settings.database)) == first
    assert export(open_database(tmp_path / "copy.db")) == first


def test_reading_changes_nothing(db: Database, desk_at_work: dict[str, str], alice: Client) -> None:
    first = export(db)

    alice.get("/")
    alice.document(desk_at_work["settled"])
    alice.get("/api/v1/export")

    assert export(db) == first


def test_a_snapshot_is_one_state_whatever_is_written_meanwhile(
    db: Database, add_story: AddStory, people: dict[str, Person]
) -> None:
    ids = [add_story(TWO, name=f"{number}.txt") for number in range(4)]
    before = export(db)

    with db.snapshot() as view:
        under_way = open_export(view, Selection(), None)
        pieces = write_json(under_way)
        written = next(pieces) + next(pieces)
        for document in ids:
            record_annotation(db, document, 0, by=people["alice"], end=9, label="claim")
        withdraw_document(db, ids[3], reason="r", erase=True)
        add_story(TWO, name="new.txt")
        written += b"".join(pieces)

    assert written == before
    assert export(db) != before


def test_every_export_while_people_write_adds_up(
    settings: Settings, db: Database, add_story: AddStory
) -> None:
    ids = [add_story(TWO, name=f"{number}.txt") for number in range(3)]
    alice = get_reviewer(db, "alice")
    stop = threading.Event()

    def write() -> None:
        own = open_database(settings.database)
        while not stop.is_set():
            for label in ("claim", "quote", None):
                for document in ids:
                    record_annotation(own, document, 0, by=alice, end=9, label=label)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        exports = [read(db) for _ in range(30)]
    finally:
        stop.set()
        writer.join()

    for whole in exports:
        for document in whole["documents"]:
            first = document["sentences"][0]
            votes = [each["label"] for each in first["annotations"]]
            assert votes == ([first["label"]] if first["label"] else [])
    cursors = [int(whole["cursor"]) for whole in exports]
    assert cursors == sorted(cursors)


# Changed since


def test_since_gives_exactly_what_changed_by_whatever_act(
    db: Database, add_story: AddStory, alice: Client, carol: Client
) -> None:
    document, other, third = (add_story(TWO, name=f"{name}.txt") for name in "abc")
    alice.tag_all(document, "claim", "claim")
    first, _ = alice.sentences(document)
    acts: list[Callable[[], object]] = [
        lambda: alice.tag(document, first, "claim", note="a note"),
        lambda: alice.verify(document, first, 0, status="in_progress"),
        lambda: carol.write(document, first, "decision", {"label": "quote"}, version=1),
        lambda: alice.sign_off(document),
    ]

    for act in acts:
        cursor = read(db)["cursor"]
        act()
        whole = read(db, since=cursor)
        assert [each["id"] for each in whole["documents"]] == [document]
        assert whole["withdrawn"] == []
        assert whole["documents"][0] in documents(db)

    cursor = read(db)["cursor"]
    withdraw_document(db, other, reason="r", erase=False)
    added = add_story(TWO, name="d.txt")
    whole = read(db, since=cursor)
    assert [each["id"] for each in whole["documents"]] == [added]
    assert [each["key"] for each in whole["withdrawn"]] == ["desk/b.txt"]
    assert read(db, since=whole["cursor"])["documents"] == read(db, since=whole["cursor"])["withdrawn"] == []
    assert {each["id"] for each in documents(db, since="0")} == {document, third, added}


def test_acts_on_people_change_no_document(shell: Shell, db: Database, story: str) -> None:
    cursor = read(db)["cursor"]
    shell.ok("reviewers", "set-role", "bob", "editor")
    shell.ok("tokens", "add", "desk", "--for", "bob", "--scope", "read")

    whole = read(db, since=cursor)

    assert whole["documents"] == []
    assert whole["cursor"] == cursor
    assert export(db) == export(db, since=None)


def test_blind_votes_move_no_cursor(db: Database, alice: Client, story: str, pair: str) -> None:
    before = export(db)

    alice.tag_all(pair)

    assert export(db) == before


def test_no_cursor_that_somebody_tries_tells_of_blind_votes(
    alice: Client, bob: Client, story: str, pair: str
) -> None:
    def try_cursors() -> list[int]:
        return [bob.get(f"/api/v1/export?since={number}").status_code for number in range(30)]

    before = try_cursors()
    alice.tag_all(pair)

    assert try_cursors() == before
    assert {200, 422} == set(before)


def test_a_cursor_outlasts_that_a_plan_hides_its_article(db: Database, carol: Client, story: str) -> None:
    cursor = read(db)["cursor"]
    plan = {"reviews_needed": 2, "priority": "normal", "assigned": [], "closed": False}
    assert carol.send("PUT", f"/documents/{story}/plan", plan, version=0).status_code == 200

    assert carol.get(f"/api/v1/export?since={cursor}").get_json()["documents"] == []


def test_a_withdrawn_document_is_told_with_key_and_time_alone(
    db: Database, desk_at_work: dict[str, str]
) -> None:
    whole = read(db, since="0")

    (withdrawn,) = whole["withdrawn"]
    assert withdrawn.pop("at")
    assert withdrawn == {"key": "desk/withdrawn.txt"}
    assert "withdrawn" not in read(db)
    assert read(db, since="0", collection="other")["withdrawn"] == []
    last = export_lines(db, since="0")[-1]
    assert (last["key"], last["state"]) == ("desk/withdrawn.txt", "withdrawn")
    assert "text" not in last


def test_what_was_left_out_is_marked_as_partial(db: Database, desk_at_work: dict[str, str]) -> None:
    for selection in ({"labels": ("claim",)}, {"statuses": ("settled",)}, {"labels": ("none",)}):
        found = documents(db, **selection)
        assert len(found) == 5
        assert all(each["partial"] is True for each in found)
    assert not any("partial" in each for each in documents(db, collection="desk", since="0"))


# For whom


@pytest.fixture
def shell(settings: Settings) -> Shell:
    """The commands, on the same database."""
    return Shell(settings.instance)


def test_a_blind_document_is_absent_for_everybody(
    shell: Shell, pair: str, alice: Client, bob: Client, carol: Client, dana: Client
) -> None:
    cursor = json.loads(shell.run("export").stdout)["cursor"]
    for each in alice.sentences(pair):
        alice.tag(pair, each, "claim", speaker="Ida Rask", note="a blind note")
    alice.sign_off(pair)

    answers = [client.get("/api/v1/export").text for client in (alice, bob, carol, dana)]
    answers += [bob.get(f"/api/v1/export?since={cursor}&format={form}").text for form in ("json", "jsonl")]
    answers += [shell.run("export", *options).stdout for options in ([], ["--since", "0"])]

    for answer in answers:
        assert pair not in answer
        assert "blind note" not in answer
        assert "pair.txt" not in answer


def test_a_document_appears_with_the_last_sign_off(
    db: Database, pair: str, alice: Client, bob: Client
) -> None:
    for client in (alice, bob):
        assert documents(db) == []
        client.tag_all(pair, "claim")
        cursor = read(db)["cursor"]
        client.sign_off(pair)

    document = only(db, since=cursor)

    assert document["state"] == "decided"
    assert [each["reviewer"] for each in document["sentences"][0]["annotations"]] == ["alice", "bob"]


def test_an_open_document_that_one_reviewer_decides_is_there(db: Database, story: str) -> None:
    assert only(db)["state"] == "open"


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ("", []),
        ("?format=json", []),
        ("?format=jsonl", ["--format", "jsonl"]),
        ("?label=claim&label=quote", ["--label", "claim", "--label", "quote"]),
        ("?status=settled", ["--status", "settled"]),
        ("?since=0", ["--since", "0"]),
        ("?since=0&format=jsonl", ["--since", "0", "--format", "jsonl"]),
        ("?collection=desk", ["--collection", "desk"]),
        ("?collection=no%20such", ["--collection", "no such"]),
    ],
)
def test_over_http_come_the_same_bytes_as_by_command(
    desk_at_work: dict[str, str], shell: Shell, bob: Client, query: str, options: list[str]
) -> None:
    command = shell.run("export", *options)

    response = bob.get(f"/api/v1/export{query}")

    assert response.status_code == 200
    assert response.data == command.stdout_bytes
    assert command.stderr == f"cursor {response.headers['Annotate-Cursor']}\n"


def test_it_is_a_download(db: Database, story: str, alice: Client) -> None:
    json_answer, lines_answer = (alice.get(f"/api/v1/export?format={form}") for form in ("json", "jsonl"))

    assert json_answer.mimetype == "application/json"
    assert lines_answer.mimetype == "application/x-ndjson"
    for response, name in ((json_answer, "annotate.json"), (lines_answer, "annotate.jsonl")):
        assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Annotate-Cursor"] == read(db)["cursor"]


@pytest.mark.parametrize(
    "query",
    [
        "all=1",
        "surprise=1",
        "format=csv",
        "format=",
        "label=lie",
        "label=claim&label=lie",
        "status=done",
        "since=x",
        "since=",
        "since=-1",
        "since=99999",
        "since=%00",
        "format=json&out=/etc/passwd",
    ],
)
def test_what_is_not_offered_is_refused(story: str, alice: Client, query: str) -> None:
    response = alice.get(f"/api/v1/export?{query}")

    assert response.status_code == 422
    assert response.get_json()["error"]["fields"]


def test_a_stranger_gets_nothing_and_a_read_token_everything(
    db: Database, story: str, stranger: Client, alice: Client
) -> None:
    token = add_token(db, get_reviewer(db, "bob"), name="desk", scope="read", days=None)

    assert stranger.get("/api/v1/export").status_code == 401
    answer = stranger.get("/api/v1/export", headers={"Authorization": f"Bearer {token}"})

    assert answer.data == alice.get("/api/v1/export").data == export(db)


def test_a_finished_download_holds_no_snapshot(db: Database, story: str, alice: Client) -> None:
    for method in ("GET", "HEAD"):
        response = alice.open(method, "/api/v1/export")
        assert response.status_code == 200
        response.close()
    alice.tag(story, alice.sentences(story)[0], "claim")

    busy, *_ = db.row("PRAGMA wal_checkpoint(TRUNCATE)")

    assert busy == 0


def test_a_corrupted_document_does_not_stop_a_download(
    db: Database, desk_at_work: dict[str, str], alice: Client
) -> None:
    with db.transaction():
        db.write("UPDATE texts SET text = 'Other.' WHERE document = 1")

    whole = alice.get("/api/v1/export").get_json()

    assert [each["key"] for each in whole["omitted"]] == ["desk/settled.txt"]
    assert len(whole["documents"]) == 4
