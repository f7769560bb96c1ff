"""Speakers in the database: one person by all spellings, merged and split again, for who may see them."""

from collections.abc import Callable

import pytest

from annotate.database import Database
from annotate.errors import Forbidden, NotFound, Refused, Stale
from annotate.store.annotations import record_annotation
from annotate.store.collections import limit_collection
from annotate.store.directory import Directory
from annotate.store.documents import withdraw_document
from annotate.store.reviewers import Person, get_reviewer
from annotate.store.sayings import list_said
from annotate.store.speakers import (
    Speaker,
    get_speaker,
    list_known,
    merge_speakers,
    record_speaker,
    split_speaker,
    unlisted_id,
)
from annotate.text.normalise import normalised

AddStory = Callable[..., str]
LINES = tuple(f"Sentence number {number} is here." for number in range(4))
TEXT = "\n\n".join(LINES) + "\n"


@pytest.fixture
def quoted(db: Database, add_story: AddStory, people: dict[str, Person]) -> str:
    """An article of four sentences: said by Ida Rask, by her in capitals, by the mayor, and by Jon Vale."""
    document = add_story(TEXT)
    say(db, document, people["alice"], "Ida Rask", "IDA  RASK", "Mayor Rask", "Jon Vale")
    return document


def say(db: Database, document: str, by: Person, *speakers: str | None, label: str = "claim") -> None:
    start = 0
    for line, speaker in zip(LINES, speakers, strict=False):
        record_annotation(
            db,
            document,
            start,
            by=by,
            end=start + len(line),
            label=label,
            speaker=speaker,
            note=None,
            origin="key",
        )
        start += len(line) + 2


def by_spelling(name: str) -> str:
    return unlisted_id(normalised(name))


def names(db: Database, reader: Person, **wanted: str) -> list[str]:
    return [each.speaker.name for each in Directory(db, reader).find(**wanted, limit=99)[0]]


def said_by(db: Database, reader: Person, speaker: Speaker) -> list[str]:
    spellings = Directory(db, reader).spellings_of(get_speaker(db, speaker.id, reader))
    return [each.text for each in list_said(db, reader, spellings, limit=99)[0]]


def recorded(db: Database, by: Person, name: str, **known: object) -> Speaker:
    return record_speaker(db, by_spelling(name), by=by, seen_version=0, **{"name": name, **known})


def test_a_name_is_a_speaker_of_its_own_however_it_is_capitalised(
    db: Database, quoted: str, people: dict[str, Person]
) -> None:
    alice = people["alice"]

    ida = get_speaker(db, by_spelling("ida rask"), alice)

    assert names(db, alice) == ["IDA  RASK", "Jon Vale", "Mayor Rask"]
    assert (ida.version, ida.name, ida.aliases) == (0, "IDA  RASK", ("Ida Rask",))
    assert said_by(db, alice, ida) == [LINES[0], LINES[1]]


def test_a_record_joins_all_its_spellings_and_what_was_typed_stays(
    db: Database, quoted: str, people: dict[str, Person]
) -> None:
    carol = people["carol"]

    ida = recorded(db, carol, "Ida Rask", role="Mayor", aliases=["Mayor Rask"])

    assert (ida.name, ida.role, ida.aliases, ida.version) == ("Ida Rask", "Mayor", ("Mayor Rask",), 1)
    assert names(db, carol) == ["Ida Rask", "Jon Vale"]
    assert said_by(db, carol, ida) == list(LINES[:3])
    typed = [row[0] for row in db.rows("SELECT speaker FROM decisions ORDER BY sentence_id")]
    assert typed == ["Ida Rask", "IDA  RASK", "Mayor Rask", "Jon Vale"]
    for spelling in ("mayor rask", "Ida Rask", "IDA RASK"):
        assert get_speaker(db, by_spelling(spelling), carol) == ida
    assert list_known(db, ["MAYOR RASK", "nobody"]) == [
        {
            "spelling": "MAYOR RASK",
            "id": ida.id,
            "name": "Ida Rask",
            "role": "Mayor",
            "organisation": None,
        }
    ]


def test_a_record_can_be_of_somebody_whom_nobody_has_quoted(db: Database, people: dict[str, Person]) -> None:
    carol = people["carol"]

    ida = recorded(db, carol, "Ida Rask")

    assert names(db, people["alice"]) == ["Ida Rask"]
    assert said_by(db, carol, ida) == []
    with pytest.raises(NotFound):
        record_speaker(db, by_spelling("Jon Vale"), by=carol, seen_version=0, name="Somebody Else")


def test_a_record_is_replaced_whole_and_frees_the_spellings_that_it_no_longer_has(
    db: Database, quoted: str, people: dict[str, Person]
) -> None:
    carol = people["carol"]
    ida = recorded(db, carol, "Ida Rask", role="Mayor", aliases=["Mayor Rask"], note="since 2020")

    ida = record_speaker(db, ida.id, by=carol, seen_version=1, name="Ida Marie Rask", aliases=["Ida Rask"])

    assert (ida.role, ida.note, ida.version) == (None, None, 2)
    assert names(db, carol) == ["Ida Marie Rask", "Jon Vale", "Mayor Rask"]


def test_a_spelling_belongs_to_one_speaker(db: Database, quoted: str, people: dict[str, Person]) -> None:
    carol = people["carol"]
    jon = recorded(db, carol, "Jon Vale")

    with pytest.raises(Refused, match="Jon Vale") as refused:
        recorded(db, carol, "Ida Rask", aliases=["JON VALE"])

    assert (refused.value.code, refused.value.current) == ("taken", {"id": jon.id, "name": "Jon Vale"})
    assert names(db, carol, kind="known") == ["Jon Vale"]


def test_merging_two_records_loses_nothing_and_is_undone_by_splitting(
    db: Database, quoted: str, people: dict[str, Person]
) -> None:
    carol = people["carol"]
    ida = recorded(db, carol, "Ida Rask", role="Mayor")
    mayor = recorded(db, carol, "Mayor Rask", role="Head of the city", note="as the Gazette has it")

    merged = merge_speakers(db, ida.id, other=mayor.id, by=carol, seen_version=1)

    assert (merged.id, merged.role, merged.version) == (ida.id, "Mayor", 2)
    assert [each.note for each in merged.merged] == ["as the Gazette has it"]
    assert names(db, carol) == ["Ida Rask", "Jon Vale"]
    assert said_by(db, carol, merged) == list(LINES[:3])
    assert get_speaker(db, mayor.id, carol) == get_speaker(db, by_spelling("mayor rask"), carol) == merged

    split = split_speaker(db, ida.id, other=mayor.id, by=carol, seen_version=2)

    again = get_speaker(db, mayor.id, carol)
    assert (again.name, again.role, again.note) == (mayor.name, mayor.role, mayor.note)
    assert (split.merged, split.version) == ((), 3)
    assert said_by(db, carol, again) == [LINES[2]]
    acts = [row[0] for row in db.rows("SELECT act FROM events WHERE act LIKE 'speaker%' ORDER BY number")]
    assert acts == ["speaker_recorded", "speaker_recorded", "speakers_merged", "speaker_split_off"]


def test_spellings_of_what_is_merged_stay_theirs(
    db: Database, quoted: str, people: dict[str, Person]
) -> None:
    carol = people["carol"]
    ida, mayor = recorded(db, carol, "Ida Rask"), recorded(db, carol, "Mayor Rask")
    merge_speakers(db, ida.id, other=mayor.id, by=carol, seen_version=1)

    with pytest.raises(Refused) as refused:
        record_speaker(db, ida.id, by=carol, seen_version=2, name="MAYOR RASK", aliases=["Ida Rask"])
    assert refused.value.code == "taken"
    ida = record_speaker(db, ida.id, by=carol, seen_version=2, name="Ida Rask", aliases=["Mayor Rask"])

    assert (ida.aliases, [each.name for each in ida.merged]) == ((), ["Mayor Rask"])
    split_speaker(db, ida.id, other=mayor.id, by=carol, seen_version=3)
    assert get_speaker(db, by_spelling("Mayor Rask"), carol).id == mayor.id


def test_what_was_merged_before_comes_along_and_goes_along(
    db: Database, quoted: str, people: dict[str, Person]
) -> None:
    carol = people["carol"]
    first, second, third = (recorded(db, carol, name) for name in ("Ida Rask", "Mayor Rask", "Jon Vale"))
    second = merge_speakers(db, second.id, other=third.id, by=carol, seen_version=1)
    merge_speakers(db, first.id, other=second.id, by=carol, seen_version=1)

    assert said_by(db, carol, first) == list(LINES)
    split_speaker(db, first.id, other=second.id, by=carol, seen_version=2)

    assert said_by(db, carol, first) == list(LINES[:2])
    assert said_by(db, carol, second) == list(LINES[2:])


def test_a_spelling_joins_a_record_whichever_way_it_is_put_and_leaves_it_again(
    db: Database, quoted: str, people: dict[str, Person]
) -> None:
    carol = people["carol"]
    ida = recorded(db, carol, "Ida Rask")

    this_way = merge_speakers(db, ida.id, other=by_spelling("Mayor Rask"), by=carol, seen_version=1)
    that_way = merge_speakers(db, by_spelling("Jon Vale"), other=ida.id, by=carol, seen_version=0)

    assert this_way.aliases == ("Mayor Rask",)
    assert (that_way.id, that_way.aliases, that_way.version) == (ida.id, ("Jon Vale", "Mayor Rask"), 3)
    split_speaker(db, ida.id, other=by_spelling("Jon Vale"), by=carol, seen_version=3)
    assert names(db, carol) == ["Ida Rask", "Jon Vale"]


def test_two_spellings_that_are_merged_get_a_record(
    db: Database, quoted: str, people: dict[str, Person]
) -> None:
    ida = merge_speakers(
        db, by_spelling("Ida Rask"), other=by_spelling("Mayor Rask"), by=people["carol"], seen_version=0
    )

    assert (ida.name, ida.aliases, ida.version) == ("IDA  RASK", ("Mayor Rask",), 1)


def test_who_is_one_already_or_not_there_is_not_merged(
    db: Database, quoted: str, people: dict[str, Person]
) -> None:
    carol = people["carol"]
    ida = recorded(db, carol, "Ida Rask", aliases=["Mayor Rask"])

    for other in (ida.id, by_spelling("mayor rask")):
        with pytest.raises(Refused) as refused:
            merge_speakers(db, ida.id, other=other, by=carol, seen_version=1)
        assert refused.value.code == "same"
    for other in ("nope", "~", "~!", "~SURB", by_spelling("Nobody"), "~" + "é" * 3):
        with pytest.raises(NotFound):
            merge_speakers(db, ida.id, other=other, by=carol, seen_version=1)
        with pytest.raises(NotFound):
            split_speaker(db, ida.id, other=other, by=carol, seen_version=1)
    with pytest.raises(NotFound):  # its own name is no part
        split_speaker(db, ida.id, other=by_spelling("Ida Rask"), by=carol, seen_version=1)
    assert get_speaker(db, ida.id, carol) == ida


def test_a_stale_version_changes_nothing_and_tells_what_is_stored(
    db: Database, quoted: str, people: dict[str, Person]
) -> None:
    carol = people["carol"]
    ida = recorded(db, carol, "Ida Rask", role="Mayor")
    merge_speakers(db, ida.id, other=by_spelling("Mayor Rask"), by=carol, seen_version=1)

    for act in (
        lambda: record_speaker(db, ida.id, by=carol, seen_version=1, name="X"),
        lambda: record_speaker(db, by_spelling("ida rask"), by=carol, seen_version=0, name="X"),
        lambda: merge_speakers(db, ida.id, other=by_spelling("Jon Vale"), by=carol, seen_version=1),
        lambda: split_speaker(db, ida.id, other=by_spelling("Mayor Rask"), by=carol, seen_version=1),
    ):
        with pytest.raises(Stale) as stale:
            act()
        assert (stale.value.current["role"], stale.value.current["version"]) == ("Mayor", 2)


def test_what_became_part_of_another_in_the_meantime_is_neither_merged_nor_written(
    db: Database, quoted: str, people: dict[str, Person]
) -> None:
    carol = people["carol"]
    ida, mayor, jon = (recorded(db, carol, name) for name in ("Ida Rask", "Mayor Rask", "Jon Vale"))
    mayor = record_speaker(db, mayor.id, by=carol, seen_version=1, name="Mayor Rask", role="Mayor")
    merge_speakers(db, ida.id, other=mayor.id, by=carol, seen_version=1)

    for other in (mayor.id, by_spelling("Mayor Rask")):
        with pytest.raises(Refused) as refused:
            merge_speakers(db, jon.id, other=other, by=carol, seen_version=1)
        assert (refused.value.code, refused.value.current["id"]) == ("merged", ida.id)
    with pytest.raises(Stale):  # both are at version 2, which is not the same
        record_speaker(db, mayor.id, by=carol, seen_version=2, name="Mayor Rask")
    assert get_speaker(db, jon.id, carol) == jon


def test_only_editors_and_admins_change_speakers(
    db: Database, quoted: str, people: dict[str, Person]
) -> None:
    ida = recorded(db, people["dana"], "Ida Rask")
    for act in (
        lambda: recorded(db, people["alice"], "Jon Vale"),
        lambda: merge_speakers(db, ida.id, other=by_spelling("Jon Vale"), by=people["alice"], seen_version=1),
        lambda: split_speaker(db, ida.id, other="x", by=people["alice"], seen_version=1),
    ):
        with pytest.raises(Forbidden):
            act()


def test_speakers_of_a_hidden_collection_are_there_for_its_people_alone(
    db: Database, quoted: str, people: dict[str, Person]
) -> None:
    limit_collection(db, "desk", ["bob"])
    alice, bob = get_reviewer(db, "alice"), get_reviewer(db, "bob")

    assert names(db, alice) == []
    assert len(names(db, bob)) == 3
    with pytest.raises(NotFound):
        get_speaker(db, by_spelling("Jon Vale"), alice)
    jon = recorded(db, people["dana"], "Jon Vale")
    entry = Directory(db, alice).entry_of(jon)
    assert (entry.spellings, entry.n_sentences) == ((), 0)
    assert said_by(db, alice, jon) == []
    assert said_by(db, bob, jon) == [LINES[3]]


def test_a_blind_document_names_nobody_until_all_have_signed_off(
    db: Database, add_story: AddStory, people: dict[str, Person], alice: object, bob: object
) -> None:
    document = add_story(TEXT, reviews_needed=2)
    for who in ("alice", "bob"):
        say(db, document, people[who], *("Ida Rask",) * 4)
        assert names(db, people["dana"]) == names(db, people[who]) == []
    for client in (alice, bob):
        assert client.sign_off(document).status_code == 200  # type: ignore[attr-defined]

    assert names(db, people["dana"]) == ["Ida Rask"]


def test_what_is_withdrawn_or_superseded_is_said_no_more(
    db: Database,
    add_story: AddStory,
    people: dict[str, Person],
    quoted: str,
    desk: object,
    load_paths: object,
) -> None:
    ida = get_speaker(db, by_spelling("Ida Rask"), people["alice"])
    (desk / "story.txt").write_text(TEXT.replace("3 is", "3 was"), "utf-8")  # type: ignore[operator]
    (loaded,) = load_paths(desk / "story.txt")  # type: ignore[operator]
    assert loaded.outcome == "revised"

    assert said_by(db, people["alice"], ida) == [LINES[0], LINES[1]]  # once, in the new revision
    assert names(db, people["alice"]) == ["IDA  RASK", "Mayor Rask"]

    withdraw_document(db, loaded.id, reason="a court order", erase=False)
    assert names(db, people["alice"]) == []


def test_speakers_are_found_by_any_spelling_role_or_organisation_a_page_at_a_time(
    db: Database, quoted: str, people: dict[str, Person]
) -> None:
    carol = people["carol"]
    recorded(db, carol, "Ida Rask", role="Mayor", organisation="City of Norhaven", aliases=["Mayor Rask"])

    assert names(db, carol, q="mayor r") == names(db, carol, q="NORHAVEN") == ["Ida Rask"]
    assert names(db, carol, q="nobody") == []
    assert names(db, carol, kind="unlisted") == ["Jon Vale"]
    directory = Directory(db, carol)
    (first,), following = directory.find(limit=1)
    (second,), end = directory.find(after=following or "", limit=1)
    assert [first.speaker.name, second.speaker.name, end] == ["Ida Rask", "Jon Vale", None]


def test_names_that_share_a_word_are_proposed_for_merging(
    db: Database, quoted: str, people: dict[str, Person]
) -> None:
    alice = people["alice"]
    ida = get_speaker(db, by_spelling("Ida Rask"), alice)

    similar = Directory(db, alice).find_similar(ida, limit=5)

    assert [each.name for each in similar] == ["Mayor Rask"]
