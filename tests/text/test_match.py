"""Finding the same claim elsewhere: what is found, what is never offered, what the reasons say."""

from string import ascii_lowercase

import pytest

from annotate.text.facts import read_facts
from annotate.text.match import candidates
from annotate.text.segment import spans
from tests.bench.counterparts import read, score
from tests.text.test_real_articles import EXPECTED
from tests.text.test_real_articles import read as read_article

NOTICE = (
    "Downloading, reproduction, storage or any other use of this website requires prior consent of the owner "
    "and is prohibited without a written agreement, whatever the terms of use elsewhere say about databases."
)


def only(one: str, other: str) -> tuple[float, str]:
    """The score and the reason of two sentences, each alone in its document."""
    ((_, number, reason),), back = candidates([("a", one), ("b", other)])
    assert [(place, back_score) for place, back_score, _ in back] == [(0, number)]
    return number, reason


def test_our_own_articles_meet_their_counterparts_and_others_stay_alone() -> None:
    sentences, wanted = read()

    reached = score(candidates(sentences), wanted)

    assert reached.recall >= 0.85, reached
    assert reached.first >= 0.85, reached
    assert reached.precision >= 0.95, reached
    assert reached.n_absurd == 0, reached


def test_differing_figures_are_marked_and_shared_names_told() -> None:
    number, reason = only(
        "Zelensky said that two soldiers were captured near Kursk on 9 January.",
        "Three soldiers were captured near Kursk on 11 January, according to Zelensky.",
    )

    assert 0 < number <= 1
    assert "both name Zelensky and Kursk" in reason
    assert "“two” here, “Three” there" in reason
    assert "“9 January” here, “11 January” there" in reason


def test_a_no_on_one_side_is_told() -> None:
    _, reason = only(
        "Minister Oskar Dahl took 900,000 euros.", "Minister Oskar Dahl never took 900,000 euros."
    )

    assert "“never” only there" in reason
    assert "both say 900,000" in reason


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("It hit 1,000 homes in Karst.", "In Karst a thousand homes were hit."),
        ("It hit 1000 homes in Karst.", "In Karst 1,000 homes were hit."),
        ("Turnout in Karst stood at 61%.", "In Karst, 61 per cent turned out."),
        ("Twenty-one of Karst's ferries sank.", "21 ferries of Karst have sunk."),
        ("Karst pays 2.4 billion for ferries.", "Ferries cost Karst 2,400,000,000."),
        ("Karst met on Monday, 2026-03-09.", "Karst met on 9 March 2026, a Monday."),
    ],
)
def test_numbers_and_dates_are_the_same_however_they_are_written(one: str, other: str) -> None:
    ours, theirs = read_facts(one, "en"), read_facts(other, "en")
    told = [{each for each in facts.terms if each[0] in "#@"} for facts in (ours, theirs)]

    assert told[0] == told[1] != set()


@pytest.mark.parametrize(
    ("text", "language", "terms"),
    [
        ("Es kamen 14.000 Menschen, also 2,5 Prozent.", "de", {"#14000", "#2.5%"}),
        ("Zginęło 2300 osób, 7,4 procent.", "pl", {"#2300", "#7.4%"}),
        ("12\u00a0500 personnes, soit 3 pour cent, le 9 mars.", "fr", {"#12500", "#3%", "@03-09"}),
        ("Двоє солдатів, 11 січня.", "uk", {"#2", "@01-11"}),
        ("It may rain and they march on in 2026.", "en", {"@2026"}),
        ("One of them said no one knew.", "en", set()),
    ],
)
def test_figures_are_read_in_their_language(text: str, language: str, terms: set[str]) -> None:
    assert {each for each in read_facts(text, language).terms if each[0] in "#@"} == terms


def test_names_are_told_from_words_that_only_begin_a_sentence() -> None:
    facts = read_facts("Ferries of Norhaven Lines stopped, Mayor Ida Rask said.", "en", {"ferries", "mayor"})
    title = read_facts(
        "Harbour Bridge Closed After Norhaven Inspection", "en", {"bridge", "closed", "harbour"}
    )
    german = read_facts("Die Brücke in Norhaven bleibt nach den Worten von Ida Rask zu.", "de")

    names = [{each for name in found.names for each in name} for found in (facts, title, german)]
    assert "ferr" not in names[0]
    assert {"norhav", "ida", "rask"} <= names[0]
    assert not {"bridg", "clos"} & names[1]
    assert "bruck" not in names[2]
    assert {"norhav", "ida", "rask"} <= names[2]


def test_names_meet_across_scripts_and_spellings() -> None:
    sentences = [
        (
            "uk",
            "Зеленський заявив, що біля Курська у полон узяли двох солдатів із Кореї, передає агентство.",
        ),
        (
            "en",
            "Zelensky announced the capture of two soldiers near Kursk, the agency reports from the front.",
        ),
    ]
    (first, *_), _ = candidates(sentences)

    assert first[0] == 1
    assert "Zelens" in first[2] or "Зеленський" in first[2]


def test_notices_credits_and_pointers_are_never_offered() -> None:
    furniture = [
        "Related content",
        "© Harbour News",
        "By Tomas Kowal",
        "Images source: © TG",
        "Photo: Ida Rask/Harbour News",
        "·",
        NOTICE,
        "The above restriction does not apply to search engines and facilitates contractual relations.",
        "Subscribe to our newsletter for more from Norhaven and Ida Rask.",
    ]
    stories = [("a", "The Alder Street bridge was shut on Monday."), ("b", "A quiet day passed in Vesper.")]
    sentences = [(document, line) for document, story in stories for line in [story, *furniture]]

    assert candidates(sentences) == [[] for _ in sentences]


def test_a_line_that_many_unlike_documents_repeat_is_furniture_and_a_repeated_story_is_none() -> None:
    line = "Norhaven Harbour Post brings you the news of Norhaven every morning."
    claim = "Floods in the Vesper valley have forced 2,300 people from their homes."
    more = ["The army sent soldiers.", "The Orrin rose to 7.4 metres.", line]
    unlike = [(f"own {n}", text) for n in range(5) for text in (f"Story number {n} tells of x{n}.", line)]
    alike = [(f"copy {n}", text) for n in range(5) for text in (claim, *more)]

    found = candidates([*unlike, *alike], k=3)

    assert found[1] == []
    assert [place for place, *_ in found[len(unlike)]] == [len(unlike) + 4 * n for n in (1, 2, 3)]
    assert found[len(unlike)][0][1:] == (1.0, "word for word the same")


def test_it_keeps_to_other_documents_to_k_and_to_the_order_of_the_texts() -> None:
    claim = "Floods in the Vesper valley have forced 2,300 people from their homes."
    sentences = [(document, claim) for document in "aabbccdd"]

    assert [[place for place, *_ in each] for each in candidates(sentences, k=2)] == [
        [2, 4], [2, 4], [0, 4], [0, 4], [0, 2], [0, 2], [0, 2], [0, 2],
    ]  # fmt: skip
    assert candidates(sentences, k=0) == [[] for _ in sentences]
    assert candidates([]) == []
    assert candidates([("a", ""), ("b", ""), ("a", "!"), ("b", "5")]) == [[], [], [], []]


def test_thousands_of_sentences_that_share_their_words_are_no_matter_of_pairs() -> None:
    """It would never end if each were compared with each."""
    crews = [f"the crew of {a}{b}sund" for a in "BCDFGHJKLMNP" for b in ascii_lowercase]
    sentences = [
        (str(n % 50), f"Some {n} soldiers of Kursk met {crews[n % len(crews)]} in Vesper with maps.")
        for n in range(2000)
    ]

    found = candidates(sentences)

    assert all(0 < len(offered) <= 5 for offered in found)


def test_in_the_real_articles_the_captured_soldiers_meet_and_nothing_absurd_is_offered() -> None:
    sentences, blocks = [], []
    for name, expected in EXPECTED.items():
        text = read_article(name)
        sentences += [(name, text[start:end]) for start, end in spans(text)]
        blocks += [(kind, span) for kind, found in expected for span in found]
    at = {
        (document, span): place
        for place, ((document, _), (_, span)) in enumerate(zip(sentences, blocks, strict=True))
    }
    one, other = EXPECTED
    kursk = next(
        place for place, (document, text) in enumerate(sentences) if document == other and "Kursk" in text
    )

    found = candidates(sentences)

    for span in ((126, 276), (278, 312), (814, 1023)):
        assert kursk in [place for place, *_ in found[at[one, span]]], span
    assert {at[one, (126, 276)], at[one, (814, 1023)]} <= {place for place, *_ in found[kursk]}
    silent = [place for place, (kind, _) in enumerate(blocks) if kind in ("credit", "notice", "related")]
    assert not any(found[place] for place in silent)
    assert not {place for offered in found for place, *_ in offered} & set(silent)
    assert sum(bool(offered) for offered in found) <= 20
