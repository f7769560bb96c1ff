"""The insights: right figures, for those who may see them, in a page and as files."""

import csv
import io
import re
import threading
from collections.abc import Callable

import pytest

from annotate.database import Database
from annotate.errors import Unavailable
from annotate.store.collections import limit_collection
from annotate.store.reviewers import Person
from annotate.views.insight_tables import TABLES
from annotate.views.tables import csv_response, table
from tests.client import Client


def rows_of(client: Client, name: str, **wanted: str) -> list[dict[str, str]]:
    answer = client.get(f"/insights/{name}.csv", query_string=wanted)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}.csv"'
    assert answer.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.fixture
def read(alice: Client, bob: Client, pair: str) -> str:
    """A document that two people have read, who differ in one of seven sentences."""
    for reader, labels in ((alice, ("claim", "claim", "quote")), (bob, ("claim", "quote", "quote"))):
        reader.tag_all(pair, *labels)
        reader.sign_off(pair)
    return pair


def test_an_empty_desk_says_so_and_has_empty_tables(dana: Client) -> None:
    assert "Nothing to count yet" in dana.get("/insights").text
    for name in TABLES:
        assert all(
            value in ("", "0", "0.0") for row in rows_of(dana, name) for value in list(row.values())[1:4]
        )


def test_the_page_tells_agreement_in_words_and_how_far_the_desk_is(carol: Client, read: str) -> None:
    page = carol.get("/insights").text

    assert re.search(r"Krippendorff’s alpha.*?<dd>0\.77</dd>", page, re.DOTALL)
    assert "For tentative conclusions only." in page
    assert re.search(r"Between 0\.\d\d and 1\.00 in 95 of 100 of 1000 samples", page)
    assert "14 independent votes on 7 sentences" in page
    assert "/documents?state=in_dispute" in page
    assert "/documents?collection=desk" in page
    for link in ("/adjudication?pair=claim-quote", "/adjudication?reviewer=alice"):
        assert f'href="{link}"' in page
        assert carol.get(link).status_code == 200


def test_each_table_holds_what_happened(carol: Client, read: str) -> None:
    sentence = carol.sentences(read)[0]
    evidence = [{"reference": "call", "title": "t", "stance": "supports"}]
    carol.verify(read, sentence, 0, status="settled", verdict="verified", evidence=evidence)

    (progress,) = rows_of(carol, "collections")
    assert progress == {
        "Collection": "desk", "Documents": "1", "Open": "0", "In dispute": "1", "Decided": "0", "Closed": "0",
        "Sign-offs": "2", "Sign-offs wanted": "2", "Sentences": "7", "Sentences decided": "6",
        "Sentences in dispute": "1", "Checks settled": "1",
    }  # fmt: skip
    people = {row["Person"]: list(row.values())[1:] for row in rows_of(carol, "people")}
    assert people == {
        "alice": ["0", "1", "7", "0"],
        "bob": ["0", "1", "7", "0"],
        "carol": ["0", "0", "0", "1"],
    }
    days = rows_of(carol, "days")
    assert len(days) == 30
    assert list(days[-1].values())[1:] == ["2", "14", "1"]
    assert [row["Sentences"] for row in rows_of(carol, "labels")] == ["1", "1", "0", "4"]
    assert [row["Claims and quotes"] for row in rows_of(carol, "checks")] == ["1", "0", "0", "1"]
    assert rows_of(carol, "verdicts") == [{"Verdict": "Verified", "Settled": "1", "Per cent": "100.0"}]
    assert rows_of(carol, "confusions") == [{"Label": "Claim", "And": "Quote", "Pairs of votes": "1"}]
    assert list(rows_of(carol, "age")[0].values()) == ["Today", "1", "1"]
    assert list(rows_of(carol, "pairs")[0].values()) == ["alice", "bob", "7", "85.7", "0.76"]


def test_editors_see_figures_by_name_and_a_reviewer_only_their_own(
    alice: Client, carol: Client, read: str
) -> None:
    assert "bob" in carol.get("/insights").text
    page = alice.get("/insights").text

    assert "bob" not in page
    assert "/adjudication" not in page
    assert [row["Person"] for row in rows_of(alice, "people")] == ["alice"]
    assert [list(row.values()) for row in rows_of(alice, "pairs")] == [["alice", "all others", "7", "85.7"]]
    assert "14 independent votes" in page


def test_nothing_of_a_blind_document_but_sign_offs_and_who_is_at_work_shows(
    alice: Client, bob: Client, dana: Client, pair: str
) -> None:
    before = {name: rows_of(dana, name) for name in TABLES}
    alice.tag_all(pair, "claim", "quote")
    bob.tag(pair, bob.sentences(pair)[0], "claim")

    after = {name: rows_of(dana, name) for name in TABLES}
    changed = {name for name in TABLES if after[name] != before[name]}
    assert changed == {"people"}
    assert [list(row.values()) for row in after["people"]] == [
        ["alice", "1", "0", "0", "0"],
        ["bob", "1", "0", "0", "0"],
    ]
    alice.sign_off(pair)
    assert rows_of(dana, "people")[0] == {**after["people"][0], "At work on": "0", "Signed off": "1"}


def test_one_collection_alone_and_only_those_that_are_theirs_to_see(
    alice: Client, carol: Client, dana: Client, db: Database, read: str
) -> None:
    assert "selected" in carol.get("/insights?collection=desk").text
    assert carol.get("/insights?collection=nowhere").status_code == 404
    assert carol.get("/insights?nonsense=1").status_code == 422
    assert carol.get("/insights/nothing.csv").status_code == 404
    limit_collection(db, "desk", ["carol"])

    assert alice.get("/insights?collection=desk").status_code == 404
    assert "Nothing to count yet" in alice.get("/insights").text
    assert rows_of(alice, "labels")[0]["Sentences"] == "0"
    assert rows_of(dana, "labels")[0]["Sentences"] == "1"


def test_agreement_is_computed_behind_a_look_when_another_document_was_opened(
    alice: Client, bob: Client, carol: Client, read: str, add_story: Callable[..., str]
) -> None:
    assert "14 independent votes" in carol.get("/insights").text
    second = add_story(name="second.txt", reviews_needed=2)
    for reader in (alice, bob):
        reader.tag_all(second, "claim")
        reader.sign_off(second)

    page = carol.get("/insights").text
    for thread in threading.enumerate():
        if thread.name == "agreement":
            thread.join()

    assert "14 independent votes" in page
    assert "being computed anew" in page
    assert "28 independent votes" in (page := carol.get("/insights").text)
    assert "being computed anew" not in page


def test_what_is_not_counted_yet_is_said(
    carol: Client, read: str, monkeypatch: pytest.MonkeyPatch, add_story: Callable[..., str]
) -> None:
    carol.get("/insights")
    add_story(name="another.txt")
    monkeypatch.setattr("annotate.store.figures.STEP", 0)

    page = carol.get("/insights").text

    assert "1 document is still being counted" in page


def test_figures_are_shown_while_the_database_cannot_be_written(
    carol: Client, db: Database, read: str, monkeypatch: pytest.MonkeyPatch, add_story: Callable[..., str]
) -> None:
    carol.get("/insights")
    add_story(name="another.txt")

    def full() -> None:
        raise Unavailable("The disk is full.")

    monkeypatch.setattr(db, "transaction", full)

    assert "still being counted" in carol.get("/insights").text


def test_no_cell_of_a_file_is_a_formula() -> None:
    rows: list[tuple[str | int | None, ...]] = [
        ("=1+1", -3),
        ("@x", 1),
        ("\tx", 1),
        ("+a", 1),
        ("-b", 1),
        ("\r", None),
    ]
    text = csv_response(table("t", ("A", "B"), rows)).get_data(as_text=True)

    cells = list(csv.reader(io.StringIO(text, newline="")))[1:]
    assert [row[0] for row in cells] == ["'=1+1", "'@x", "'\tx", "'+a", "'-b", "'\r"]
    assert cells[0][1] == "-3"  # a number is no formula
    assert cells[-1][1] == ""


def test_names_that_are_hostile_stay_text(
    dana: Client, alice: Client, add_story: Callable[..., str], db: Database, people: dict[str, Person]
) -> None:
    hostile = '<script>alert(1)</script>&"'
    document = add_story(name="x.txt")
    with db.transaction():
        db.write("UPDATE documents SET collection = :hostile", hostile=hostile)
    alice.tag_all(document, "claim")

    page = dana.get("/insights").text  # the client lints it

    assert "<script>alert" not in page
    assert rows_of(dana, "collections", collection=hostile)[0]["Collection"] == hostile
