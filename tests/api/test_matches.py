"""The same claim elsewhere, through the API: offered, proposed, confirmed, rejected, taken back, exported."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner

from annotate.checking import find_faults
from annotate.cli import commands
from annotate.config import Settings
from annotate.database import Database
from annotate.exporting import Selection, open_export, write_json
from annotate.loading import find_sources, load
from annotate.store.collections import limit_collection
from annotate.store.documents import withdraw_document
from tests.client import Client

ONE = """Soldiers captured

Zelensky said that two soldiers were captured near Kursk on 9 January. A ferry left the harbour of Norhaven.

Related content
"""
OTHER = """Front report

Three soldiers were captured near Kursk, according to Zelensky. The weather in Vesper was mild.

Photo: Ida Rask
"""
EVIDENCE = [{"url": "https://example.org/record", "title": "Record", "stance": "supports"}]
SETTLED = {"status": "settled", "verdict": "verified", "evidence": EVIDENCE}


@pytest.fixture
def both(add_story: Callable[..., str], alice: Client) -> tuple[str, str]:
    """Two articles whose second sentences say nearly the same; both are claims."""
    ids = add_story(ONE, name="one.txt"), add_story(OTHER, name="other.txt")
    for each in ids:
        alice.tag_all(each, "none", "claim")
    return ids


def place(client: Client, document: str) -> str:
    return f"/documents/{document}/sentences/{client.sentences(document)[1]['start']}/matches"


def path(client: Client, both: tuple[str, str]) -> str:
    one, other = both
    return f"{place(client, one)}/{other}/{client.sentences(other)[1]['start']}"


def listed(client: Client, document: str) -> list[dict[str, Any]]:
    answer = client.send("GET", place(client, document))
    assert answer.status_code == 200, answer.text
    assert answer.get_json()["next"] is None
    items: list[dict[str, Any]] = answer.get_json()["items"]
    return items


def exported(db: Database, since: str | None = None) -> dict[str, Any]:
    with db.snapshot() as view:
        return dict(json.loads(b"".join(write_json(open_export(view, Selection(since=since), None)))))


def test_the_claim_elsewhere_is_offered_with_why_and_with_its_verdict(
    alice: Client, both: tuple[str, str]
) -> None:
    one, other = both
    there = alice.sentences(other)[1]
    assert alice.verify(other, there, 0, **SETTLED).status_code == 200

    (found,) = listed(alice, one)

    assert (found["document"], found["start"], found["text"]) == (other, there["start"], there["text"])
    assert (found["key"], found["title"]) == ("desk/other.txt", "Front report")
    assert "both name Zelensky and Kursk" in found["reason"]
    assert found["differing"] == [{"here": "two", "there": "Three"}]
    assert 0 < found["score"] <= 1
    assert found["likeness"] in ("strong", "fair", "weak")
    assert (found["relation"], found["state"], found["version"]) == (None, None, 0)
    assert (found["verification"]["verdict"], found["verification"]["evidence"][0]["title"]) == (
        "verified",
        "Record",
    )


def test_an_earlier_verdict_goes_before_what_is_more_alike(
    alice: Client, both: tuple[str, str], add_story: Callable[..., str]
) -> None:
    one, other = both
    twin = add_story(ONE.replace("Soldiers captured", "Again"), name="twin.txt")
    assert [each["document"] for each in listed(alice, one)] == [twin, other]

    alice.verify(other, alice.sentences(other)[1], 0, **SETTLED)

    assert [each["document"] for each in listed(alice, one)] == [other, twin]


def test_furniture_boilerplate_other_revisions_and_what_is_no_claim_have_no_matches(
    alice: Client, both: tuple[str, str], add_story: Callable[..., str]
) -> None:
    one, _other = both
    copy = add_story(ONE, name="copy.txt")
    for number, sentence in enumerate(alice.sentences(copy)):
        alice.tag(copy, sentence, "boilerplate" if number == 1 else "claim")

    assert copy not in {each["document"] for each in listed(alice, one)}
    related = alice.sentences(copy)[-1]
    found = alice.send("GET", f"/documents/{copy}/sentences/{related['start']}/matches").get_json()["items"]
    assert found == []
    alice.tag(one, alice.sentences(one)[1], "none")
    assert listed(alice, one) == []
    answer = alice.send("PUT", path(alice, both), {"relation": "same"})
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (409, "not_decided")


def test_a_reviewer_proposes_an_editor_confirms_and_both_documents_tell(
    alice: Client, carol: Client, both: tuple[str, str], db: Database
) -> None:
    _one, _other = both
    where = path(alice, both)
    before = exported(db)["cursor"]

    proposed = alice.send("PUT", where, {"relation": "contradicts"}, version=0)
    assert (proposed.status_code, proposed.headers["ETag"]) == (200, '"1"')
    match = proposed.get_json()["match"]
    assert (match["state"], match["relation"], match["proposed_by"]) == ("proposed", "contradicts", "alice")
    assert proposed.get_json()["sentence"]["matches"] == []
    confirmed = carol.send("PUT", where, {"relation": "contradicts"}, version=1)

    assert confirmed.get_json()["match"]["confirmed_by"] == "carol"
    assert confirmed.get_json()["match"]["proposed_by"] == "alice"
    starts = {each: alice.sentences(each)[1]["start"] for each in both}
    for here, there in (both, both[::-1]):
        wanted = [{"document": there, "start": starts[there], "relation": "contradicts"}]
        assert alice.sentences(here)[1]["matches"] == wanted
        assert [each["state"] for each in listed(alice, here)] == ["confirmed"]
    changed = exported(db, before)["documents"]
    assert {each["id"]: each["sentences"][1]["matches"] for each in changed} == {
        here: [{"document": there, "start": starts[there], "relation": "contradicts"}]
        for here, there in (both, both[::-1])
    }
    acts = db.rows("SELECT act, document FROM events WHERE act LIKE 'match%' ORDER BY number")
    assert [row["act"] for row in acts] == ["match_proposed"] * 2 + ["match_confirmed"] * 2
    assert len({row["document"] for row in acts}) == 2
    assert find_faults(db) == []


def test_rejected_is_remembered_and_taken_back(alice: Client, both: tuple[str, str]) -> None:
    one, other = both
    where = path(alice, both)

    assert alice.send("PUT", where, {"relation": None}, version=0).get_json()["match"]["state"] == "rejected"
    assert listed(alice, one) == listed(alice, other) == []
    assert alice.send("DELETE", where, version=1).headers["ETag"] == '"2"'

    assert [each["state"] for each in listed(alice, one)] == [None]
    assert alice.send("DELETE", where).status_code == 404
    assert alice.send("PUT", where, {"relation": "same"}, version=2).headers["ETag"] == '"3"'


def test_what_an_editor_said_and_what_others_said_is_not_a_reviewers_to_change(
    alice: Client, bob: Client, carol: Client, both: tuple[str, str]
) -> None:
    where = path(alice, both)
    alice.send("PUT", where, {"relation": "same"})

    assert bob.send("DELETE", where).status_code == 403
    carol.send("PUT", where, {"relation": "same"})
    for body in ({"relation": None}, {"relation": "contradicts"}):
        answer = alice.send("PUT", where, body)
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (409, "confirmed")
    assert alice.send("DELETE", where).status_code == 403
    again = alice.send("PUT", where, {"relation": "same"})
    assert (again.status_code, again.headers["ETag"]) == (200, '"2"')
    assert carol.send("DELETE", where).status_code == 200


def test_the_grid_stranger_stale_missing_and_wrong_fields(
    stranger: Client, alice: Client, both: tuple[str, str]
) -> None:
    one, other = both
    where = path(alice, both)

    assert stranger.send("PUT", where, {"relation": "same"}).status_code == 401
    assert stranger.send("GET", place(alice, one)).status_code == 401
    done = alice.send("PUT", where, {"relation": "same"}, version=0, Idempotency_Key="k1")
    assert alice.send("PUT", where, {"relation": "same"}, version=0, Idempotency_Key="k1").data == done.data
    late = alice.send("PUT", where, {"relation": "contradicts"}, version=0)
    assert (late.status_code, late.get_json()["error"]["current"]["version"]) == (412, 1)
    for body in (
        {},
        {"relation": "equal"},
        {"relation": "same", "state": "confirmed"},
        {"relation": ["same"]},
    ):
        assert alice.send("PUT", where, body).status_code == 422
    for missing in (f"{place(alice, one)}/nope/0", f"{place(alice, one)}/{other}/1"):
        assert alice.send("PUT", missing, {"relation": "same"}).status_code == 404
        assert alice.send("DELETE", missing).status_code == 404
    assert alice.send("GET", f"/documents/{one}/sentences/1/matches").status_code == 404
    moved = alice.send("PUT", where, {"relation": "same", "other_end": 3})
    assert (moved.status_code, moved.get_json()["error"]["code"]) == (409, "boundary_changed")
    start = alice.sentences(one)[0]["start"]
    same = alice.send("PUT", f"{place(alice, one)}/{one}/{start}", {"relation": "same"})
    assert (same.status_code, same.get_json()["error"]["code"]) == (422, "same_article")


def test_a_blind_document_has_no_match_on_either_side(
    alice: Client, carol: Client, both: tuple[str, str], add_story: Callable[..., str]
) -> None:
    one, _ = both
    blind = add_story(OTHER, name="blind.txt", reviews_needed=2)
    alice.tag_all(blind, "none", "claim")

    assert blind not in {each["document"] for each in listed(alice, one)}
    assert listed(alice, blind) == listed(carol, blind) == []
    for pair in ((one, blind), (blind, one)):
        answer = carol.send("PUT", path(carol, pair), {"relation": "same"})
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (409, "open")


def test_a_plan_that_makes_a_document_blind_takes_its_matches_away_and_says_so(
    alice: Client, carol: Client, both: tuple[str, str], add_story: Callable[..., str], db: Database
) -> None:
    one, _ = both
    other = add_story(OTHER, name="fresh.txt")
    carol.send("PUT", path(carol, (one, other)), {"relation": "same"})
    assert len(alice.sentences(one)[1]["matches"]) == 1
    since = exported(db)["cursor"]
    plan = carol.send("GET", f"/documents/{other}/plan")
    names = ("priority", "assigned", "closed", "reason")
    body = {name: plan.get_json()["plan"][name] for name in names} | {"reviews_needed": 2}

    done = carol.send("PUT", f"/documents/{other}/plan", body, If_Match=plan.headers["ETag"])

    assert done.status_code == 200, done.text
    assert alice.sentences(one)[1]["matches"] == []
    assert other not in {each["document"] for each in listed(alice, one)}
    (told,) = (each for each in exported(db, since)["documents"] if each["id"] == one)
    assert told["sentences"][1]["matches"] == []
    assert find_faults(db) == []


def test_a_collection_that_somebody_may_not_see_shows_in_no_match(
    alice: Client, carol: Client, dana: Client, both: tuple[str, str], db: Database
) -> None:
    one, other = both
    where = path(carol, both)
    carol.send("PUT", where, {"relation": "same"})
    once = {"Idempotency_Key": "k1"}
    assert alice.send("PUT", where, {"relation": "same"}, **once).status_code == 200
    with db.transaction():
        db.write("UPDATE documents SET collection = 'secret' WHERE id = :id", id=other)
    limit_collection(db, "secret", [])

    assert listed(alice, one) == []
    assert alice.sentences(one)[1]["matches"] == []
    assert alice.send("PUT", where, {"relation": "same"}).status_code == 404
    assert alice.send("PUT", where, {"relation": "same"}, **once).status_code == 404
    assert other not in alice.send("GET", "/export").text
    assert other in dana.send("GET", "/export").text


def test_matches_go_with_split_and_merge_and_undo_restores(
    alice: Client, carol: Client, both: tuple[str, str], db: Database
) -> None:
    one, other = both
    carol.send("PUT", path(carol, both), {"relation": "same"})
    first = alice.sentences(one)[1]
    since = exported(db)["cursor"]

    assert alice.split(one, first, first["text"].index("near")).status_code == 200
    assert [len(each["matches"]) for each in alice.sentences(one)[1:3]] == [1, 1]
    assert len(alice.sentences(other)[1]["matches"]) == 2
    assert {each["id"] for each in exported(db, since)["documents"]} == {one, other}
    assert alice.merge(one, alice.sentences(one)[1]).status_code == 200
    assert [each["state"] for each in listed(alice, one)] == ["confirmed"]

    with_ferry = alice.merge(one, alice.sentences(one)[1])
    assert with_ferry.status_code == 200
    whole = alice.sentences(one)[1]
    alice.tag(one, whole, "claim")
    assert [each["state"] for each in listed(alice, one)] == ["proposed"]
    since = exported(db)["cursor"]

    assert alice.split(one, alice.sentences(one)[1], whole["text"].index("A ferry")).status_code == 200
    assert len(alice.sentences(other)[1]["matches"]) == 1
    assert {each["id"] for each in exported(db, since)["documents"]} == {one, other}
    assert find_faults(db) == []


def test_matches_go_with_a_revision_and_end_with_a_takedown(
    alice: Client, carol: Client, both: tuple[str, str], db: Database, tmp_path: Any
) -> None:
    one, _other = both
    carol.send("PUT", path(carol, both), {"relation": "same"})
    since = exported(db)["cursor"]
    file = tmp_path / "desk" / "other.txt"
    file.write_text(OTHER.replace("mild", "cold"), "utf-8")
    (loaded,) = load(db, find_sources([file])[0], reviews_needed=1)
    assert loaded.outcome == "revised"

    start = alice.sentences(str(loaded.id))[1]["start"]
    wanted = [{"document": loaded.id, "start": start, "relation": "same"}]
    assert alice.sentences(one)[1]["matches"] == wanted
    changed = exported(db, since)
    assert [each["sentences"][1]["matches"] for each in changed["documents"] if each["id"] == one] == [wanted]
    since = changed["cursor"]
    withdraw_document(db, str(loaded.id), reason="court", erase=True)
    (told,) = exported(db, since)["documents"]
    assert (told["id"], told["sentences"][1]["matches"]) == (one, [])
    assert listed(alice, one) == []
    assert find_faults(db) == []


def test_the_command_tells_which_claims_were_said_before(
    alice: Client, carol: Client, both: tuple[str, str], settings: Settings
) -> None:
    def run(*options: str) -> str:
        environment = {"ANNOTATE_INSTANCE": str(settings.instance)}
        done = CliRunner().invoke(commands, ["match", *options], env=environment)
        assert done.exit_code == 0, done.output
        return done.output

    told = run()
    assert "2 claims may have been said before." in told
    assert "“Three” here, “two” there" in told
    lines = [json.loads(line) for line in run("--json", "--limit", "1").splitlines()]
    assert [(each["document"], each["matches"][0]["document"]) for each in lines] == [both[::-1]]
    carol.send("PUT", path(carol, both), {"relation": "same"})
    assert run() == "0 claims may have been said before.\n"
