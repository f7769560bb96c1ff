"""The expected sentences were set by hand, one by one, as an editor would."""

import json
import random
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.text.blocks import blocks, title
from annotate.text.segment import SEGMENTER, read, spans, split_points
from tests.text.invariants import assert_invariants

SEEDS = Path(__file__).parents[2] / "seeds"


def sentences(text: str, language: str | None = None) -> list[str]:
    return [text[start:end] for start, end in spans(text, language)]


# Each row is one paragraph; "|" stands where a sentence ends.
PARAGRAPHS = """\
It rose by 3.5 percent.| In the U.S. the price fell.| Nobody knows why.
Dr. Maybrick of St. Orrin met Cllr. Pryce at approx. 5 p.m. on Jan. 5.| Mr. Vale left at 6 p.m.| The bus left.
U.S. envoy Jon Vale arrived.| Gov. Ann Bay, Sen. Q. Roe (D-Mass.) and J. K. Lee met him.| No. 10 said no.
It was Acme Inc.| The owner fled.| Plan B.| It failed.| He has a Ph.D.| She has none.
It was built est. 1950.| See Vol. 4 and figs. 2 to 5.| Ft. Orrin froze.| It stands in Roe v. Wade.
"Stop!" Mrs. Vale told reporters.| "Why?"| The minister asked them to leave.| "Go!" she said.
"Wait…" Ann Lund, 54, said.| "You're late!" Mrs. Lund's elder sister cried.| "I do."| Mrs. Lund said no more.
"We won. They lost," said Anna.| "It is cold. It is dark. (...) We wait."| "No. Never. Go."| She went.
“It was cold. It was dark,” he wrote.| ‘I ran. I fell,’ she added.| «Oui. Non,» he said.| They left.
Asked, he said: "Not much."| "I know the quay," he added.| "I know," he said, "that it's bad. But we try."
He said "because".| He said "yes."| She said "no."| The dogs' owner said: 'They bark. They bite.'
(She had left by then.)| They came.| He came (at 5 p.m.) home.| (No one saw!)| She agreed (in part. Or so).
Well…| He left.| But... he came back.| Was it over? maybe not.| He works at Yahoo! in Holm.
The law applies.|Detailed rules follow.| She said no.|"After that," she added, "we left."| In 2031.|The rest.
"Never closed.| Then a "closed one. It is," he said.| St.Orrin froze.| See Booking.Com or example.org.
Who goes there?| Me!| What?!| Yes!!!| OK.| The bird—it was a gull—left.| iPhone sales fell.| 'Twas the night.
He was seen.| [...] It ended.| "(...) We wait," he said.
1. First point.| 2. Second point.| The rest.| Emoji 😀 here!| שלום.| Cafe\u0301 closed.| No\u00a0more."""


@pytest.mark.parametrize("row", PARAGRAPHS.splitlines())
def test_a_paragraph_is_cut_where_an_editor_would_cut_it(row: str) -> None:
    paragraph = row.replace("|", "")
    assert sentences(f"Headline\n\n{paragraph}\n")[1:] == [each.strip() for each in row.split("|")]


@pytest.mark.parametrize(
    ("language", "row"),
    [
        (
            "de",
            "Am 16. Januar kam Dr. Vale.| „Gut. Sehr gut“, sagte er.| »Ja. Nein«, sagte sie.",
        ),
        ("fr", "M. Dupont est venu.| « Oui. Non », dit-il.| Il est parti."),
        ("pl", "Dr. Nowak mieszka przy ul. Długiej.| „Tak. Nie”, powiedział.| Ma ok. 5 tys. zł."),
        ("zh-Hans", "你好。|再见。"),
        ("xx", "One sentence.| Another."),
        ("", "One sentence.| Another."),
    ],
)
def test_other_languages_are_cut_by_their_own_rules(language: str, row: str) -> None:
    paragraph = row.replace("|", "")
    assert sentences(f"Headline\n\n{paragraph}", language)[1:] == [each.strip() for each in row.split("|")]


def test_an_article_is_cut_block_by_block() -> None:
    text = (
        "NewsMayor resigns\n\nMayor\u00a0resigns\n\n"
        "Mayor Ida Rask leaves. Who\nis next?\nImages source: © J. Q. Doe\ned. MZ\n\n"
        "She was in office for nine years, which is longer than any\nmayor before her. "
        "Nobody ran against her.\n\n"
        "Nine years\n\nText.\n\n©\u00a0Courier\n·\n"
    )
    assert sentences(text) == [
        "News",
        "Mayor resigns",
        "Mayor\u00a0resigns",
        "Mayor Ida Rask leaves.",
        "Who\nis next?",
        "Images source: © J. Q. Doe",
        "ed. MZ",
        "She was in office for nine years, which is longer than any\nmayor before her.",
        "Nobody ran against her.",
        "Nine years",
        "Text.",
        "©\u00a0Courier",
        "·",
    ]


def test_one_reading_has_all_that_is_found_in_an_article() -> None:
    text = "NewsMayor resigns\n\nMayor resigns\n\nShe left. He stays."

    reading = read(text, "en")

    assert (reading.title, reading.language) == (title(text), "en")
    assert (reading.blocks, reading.spans) == (blocks(text), spans(text, "en"))
    assert reading.segmenter.startswith("annotate-")


def test_sentences_that_occur_twice_are_found_where_they_stand() -> None:
    text = "Head\n\nIt rained. It rained. It rained.\n\nIt rained. It rained."
    assert spans(text) == [(0, 4), (6, 16), (17, 27), (28, 38), (40, 50), (51, 61)]


def test_places_are_counted_in_code_points() -> None:
    assert spans("😀 Head\n\n😀😀 One. E\u0301 Two.") == [(0, 6), (8, 15), (16, 23)]


def test_a_cut_does_not_depend_on_how_far_from_the_beginning_it_is() -> None:
    sentence = 'He said "yes. No," and Dr. Vale (of St. Orrin) left. '
    assert sentences("x\n\n" + sentence * 400)[1:] == [sentence.strip()] * 400


def test_the_segmenter_names_its_rules_and_a_desks_own_abbreviations() -> None:
    assert read("Head").segmenter == SEGMENTER
    own = {read("Head", "en", names).segmenter for names in (("Xyz.",), ("Xyz", "Abc"), ("Abc", "Xyz"))}
    assert len(own) == 2
    assert all(name.startswith(f"{SEGMENTER}+") for name in own)


def test_no_sentence_ends_at_a_desks_own_abbreviation() -> None:
    text = "Head\n\nThe Fahr. Bridge is shut. The Norh. 12 road too, and the N.H.B. Quay. It rains."

    found = read(text, "en", ("Fahr", "Norh.", "N.H.B.")).spans

    assert [text[start:end] for start, end in found][1:] == [
        "The Fahr. Bridge is shut.",
        "The Norh. 12 road too, and the N.H.B. Quay.",
        "It rains.",
    ]
    assert len(read(text, "en").spans) > len(found)


@pytest.mark.parametrize(
    ("sentence", "beginnings"),
    [
        ('"We won. They lost," said Anna Pell.', ["They lost"]),
        ('"It rained. It snowed. (...) We waited," he wrote.', ["It snowed", "(...) We"]),
        ('"Go!" Mrs. Vale shouted.', []),
        ("He (the mayor. The old one) left.", ["The old one"]),
        ("It rained.", []),
    ],
)
def test_a_sentence_can_be_split_where_one_in_its_quotation_begins(
    sentence: str, beginnings: list[str]
) -> None:
    text = f"Head\n\nBefore it. {sentence} Behind it."
    start = text.index(sentence)
    assert (start, start + len(sentence)) in spans(text, "en")

    found = split_points(text, start, start + len(sentence), "en")

    assert found == [text.index(each) for each in beginnings]


NASTY = {
    "nothing": "",
    "white space": " \n\u00a0\t",
    "one letter": "a",
    "one dot": ".",
    "breaks": "a\u2028b. C\u0085d\fe\vf\x1cg\u2029h",
    "carriage returns": "One.\r\nTwo.\rThree.\r\n\r\nFour.",
    "invisible": "\u200b\n\n\ufeffOne.\u200b Two.\u00ad\n\u200b\n\u2060",
    "no-break spaces": "\u00a0One.\u00a0Two.\u202f\u00a0\n\u00a0\nThree\u00a0",
    "combining marks": "\u0301a\u0301. \u0301B" + "\u0301" * 1000,
    "families": "👨\u200d👩\u200d👧. 👍🏽! 🇵🇱? One. 👨\u200d👩\u200d👧",
    "right to left": "שלום עולם. \u202eOne.\u202c مرحبا؟ نعم.",
    "unclosed": "(\"“‘«„[{ One. Two. 'Three",
    "unopened": "One.)\"”’»]} Two.') Three",
    "crossed": '(One "two. Three) four." Five. „Six “seven» eight” nine«.',
    "1 MB in one line": "The cat sat on the mat. " * 40_000,
    "1 MB in lower case": "the cat sat. " * 75_000,
    "1 MB of one word": "a" * 1_000_000,
    "100,000 dots": "." * 100_000,
    "100,000 dots after a letter": "a" + "." * 100_000,
    "100,000 quotation marks": '"a. ' * 100_000,
    "50,000 nested brackets": "(" * 50_000 + "a. B" + ")" * 50_000,
    "200,000 spaces": "One." + " " * 200_000 + "Two.",
    "200,000 lines": "a line of text\n" * 200_000,
    "200,000 short lines": "A.\n" * 200_000,
    "alternating quotation marks": "“a. ”B. „c. “D. «e. »F. " * 20_000,
    "dots between spaces": ". " * 100_000,
    "ellipses in brackets": "(...) " * 50_000,
    "brackets behind dots": ".(((((((((((( " * 20_000,
    "abbreviations without an end": "Inc. Xyz p.m. Abc " * 20_000,
    "1 MB of Chinese": "你好。再见。" * 170_000,
    "a stop and 200,000 signs": "a. " + "$ . " * 100_000,
    "20,000 glued sentences": "law.Detailed " * 20_000,
}


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_the_invariants_hold_for_nasty_texts(text: str) -> None:
    assert_invariants(text)
    assert_invariants(f"Headline\n\n{text}\n\nThe end.")


MARKS_AND_STOPS = "\"'“”‘’«»„()[]{}.!?…。,:;—·©@/ \n"
SCRAPS = [
    *MARKS_AND_STOPS,
    *("\n\n", "\u00a0", "\u2028", "\u0085", "\f", "\u200b", "e\u0301", "😀", "שלום", "你好", "ß", "İ"),
    *("3.5", "1.", "word", "Word", "Mr.", "U.S.", "said", "law.Detailed"),
    *("Related content", "Images source: ", "ed. MZ"),
]


@pytest.mark.parametrize("seed", range(20))
def test_the_invariants_hold_for_scraps_in_any_order(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(200):
        scraps = [rng.choice(SCRAPS) + rng.choice(["", " "]) for _ in range(rng.randint(0, 50))]
        assert_invariants("".join(scraps), rng.choice([None, "de", "fr", "pl", "zh"]))


@pytest.mark.parametrize("seed", range(5))
def test_the_invariants_hold_for_any_characters(seed: int) -> None:
    rng = random.Random(seed)
    characters = [chr(code) for code in range(1, 0x11000) if not 0xD800 <= code < 0xE000]
    for _ in range(200):
        assert_invariants("".join(rng.choices(characters, k=rng.randint(1, 80))))


TEXTS = st.text(
    alphabet=st.one_of(st.sampled_from("".join(SCRAPS)), st.characters(exclude_categories=["Cs"]))
)
LANGUAGES = st.sampled_from([None, "en", "de", "fr", "es", "pl", "uk", "zh-Hans", "xx"])


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.lists(st.sampled_from(SCRAPS) | TEXTS, max_size=30).map(" ".join), LANGUAGES)
def test_the_invariants_hold_for_whatever_can_be_thought_of(text: str, language: str | None) -> None:
    assert_invariants(text, language)


@settings(deadline=None, derandomize=True, max_examples=100)
@given(st.lists(st.sampled_from(SCRAPS), max_size=40).map(" ".join), LANGUAGES)
def test_a_sentence_is_only_ever_split_inside_and_in_order(text: str, language: str | None) -> None:
    for start, end in spans(text, language):
        places = split_points(text, start, end, language)
        assert places == sorted(set(places))
        assert all(start < place < end and not text[place].isspace() for place in places)


# Read line by line as an editor would; whoever changes a sample article reads it again.
BY_HAND = json.loads((SEEDS.parent / "tests/data/seeds-spans.json").read_text("utf-8"))


@pytest.mark.parametrize("path", sorted(SEEDS.glob("*.txt")), ids=lambda path: path.stem)
def test_a_sample_article_is_cut_where_a_reader_would_cut_it(path: Path) -> None:
    expected = BY_HAND[path.name]

    assert sha256(path.read_bytes()).hexdigest() == expected["sha256"]
    assert [list(span) for span in spans(path.read_text("utf-8"))] == expected["spans"]


@pytest.mark.parametrize("path", sorted(SEEDS.glob("*.txt")), ids=lambda path: path.stem)
def test_a_sample_article_ends_with_its_notice_and_repeats_its_headline(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert_invariants(text)
    section, headline, twin = sentences(text)[:3]
    assert text.startswith(section + headline + "\n\n" + twin)
    assert headline != twin == twin.strip()
    assert headline == twin.replace("\u00a0", " ")
    assert len(sentences(text)[-1]) < 60, "what is glued to the notice is a sentence of its own"
