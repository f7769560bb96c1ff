import pytest

from annotate.text.blocks import blocks, lay_out, title

NOTICE = (
    "Reproduction, redistribution or storage of any part of this website, by whatever means and for "
    "whatever purpose, is prohibited without the prior written consent of the Norhavn Courier."
)


def kinds(text: str) -> list[tuple[str, str]]:
    return [(kind, text[start:end]) for start, end, kind in blocks(text)]


ARTICLE = f"""\
NewsMayor of Norhavn resigns

Mayor of\u00a0Norhavn resigns

By Jane Q. Doe

The mayor has resigned.

The mayor leaves the town hall
The mayor leaves\u00a0the town hall
Images source: © A. Lund
ed. MZ

He had been in office for nine years.

Nine years in office

The council will elect another in May.

Who is next?

Nobody knows.

Related content

Ferry sinks in storm
School bans telephones

©\u00a0Norhavn Courier
·

{NOTICE}"""


def test_every_block_of_an_article_gets_its_kind() -> None:
    assert kinds(ARTICLE) == [
        ("headline", "NewsMayor of Norhavn resigns"),
        ("headline", "Mayor of\u00a0Norhavn resigns"),
        ("credit", "By Jane Q. Doe"),
        ("paragraph", "The mayor has resigned."),
        ("caption", "The mayor leaves the town hall"),
        ("caption", "The mayor leaves\u00a0the town hall"),
        ("credit", "Images source: © A. Lund"),
        ("credit", "ed. MZ"),
        ("paragraph", "He had been in office for nine years."),
        ("heading", "Nine years in office"),
        ("paragraph", "The council will elect another in May."),
        ("heading", "Who is next?"),
        ("paragraph", "Nobody knows."),
        ("related", "Related content"),
        ("related", "Ferry sinks in storm"),
        ("related", "School bans telephones"),
        ("credit", "©\u00a0Norhavn Courier"),
        ("credit", "·"),
        ("notice", NOTICE),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NewsMayor resigns\n\nMayor\u00a0resigns\n\nText.", "Mayor resigns"),
        ("NewsMayor resigns\nMayor resigns\nText.", "Mayor resigns"),
        ("News: Mayor resigns\n\nMAYOR RESIGNS\n\nText.", "Mayor resigns"),
        ("Mayor resigns\n\nMayor resigns\n\nText.", "Mayor resigns"),
        ("\n\n  Mayor\u00a0\u00a0resigns \n\nText.", "Mayor resigns"),
        ("NewsMayor resigns\n\nText.", "NewsMayor resigns"),
        ("- Mayor resigns\n\nMayor resigns", "- Mayor resigns"),
        ("The mayor resigned.\nThe council met.", "The mayor resigned."),
        ("word " * 100, ("word " * 100)[:199] + "…"),
        (" \n ", ""),
    ],
)
def test_the_title_is_the_headline_without_a_section_name(text: str, expected: str) -> None:
    assert title(text) == expected


def test_the_section_name_ends_where_the_repeated_headline_begins() -> None:
    assert lay_out("\n NewsMayor resigns\n\nMayor\u00a0resigns\n\nText.")[1] == 6
    assert lay_out("Mayor resigns\n\nMayor resigns")[1] == 0


@pytest.mark.parametrize(
    "wrapped",
    [
        "The mayor resigned on Monday after a long meeting with the\nharbour board, which had been asking "
        "for his accounts since\nMarch.",
        "Dockers in Norhavn have voted to go on with the strike that\nNorhavn has seen since Sunday.",
        "They were received by the head of the harbour board and Mr.\nVale, who said nothing at all.",
    ],
)
def test_lines_that_were_wrapped_by_hand_are_one_block(wrapped: str) -> None:
    assert kinds(f"Headline\n\n{wrapped}")[1:] == [("paragraph", wrapped)]


@pytest.mark.parametrize(
    "lines",
    [
        ["One paragraph ends here.", "Another one begins here."],
        ["Arsenal Norhavn 2 Holm United 1", "Eskerry 3 Tarn Rovers 0", "Wexcombe won."],
        ["- a first point of a list of points, in some words", "- a second one in about as many words"],
        [
            "Short line",
            "A paragraph that is much longer than the line that stands above it, and ends with a stop.",
        ],
        ["A longer line than usual " * 8, "goes on in lower case but was not wrapped by hand."],
    ],
)
def test_lines_that_end_or_differ_stay_apart(lines: list[str]) -> None:
    text = "Headline\n\n" + "\n".join(lines)
    assert [shown for _, shown in kinds(text)[1:]] == [line.strip() for line in lines]


@pytest.mark.parametrize(
    "line",
    [
        "Images source: © Kestrel News",
        "Photo: Anna Lund/Kestrel",
        "Photograph by Anna Lund",
        "By Jane Q. Doe",
        "By Jane Doe and Bo Ek, Chief Reporter",
        "ed. MZ",
        "Edited by Anna Lund",
        "(MZ/AL)",
        "© 2031 Norhavn Courier",
        "(c) Norhavn Courier",
        "Published: 12 May 2031, 14:30",
        "12 May 2031",
        "2/5/2031",
        "Foto: dpa",
        "Fot. Jan Kowal / Kestrel",
        "Źródło zdjęć: © Kestrel",
        "Crédit photo : A. Lund",
        "Фото: А. Лунд",
        "Von Anna Lund und Bo Ek",
        "Autor: Jan Lis",
        "·",
        "* * *",
    ],
)
def test_a_credit_is_known_by_its_shape(line: str) -> None:
    assert ("credit", line) in kinds(f"Headline\n\nText.\n\n{line}\n\nMore text.")


@pytest.mark.parametrize(
    "line", ["By Tuesday the strike was over", "Photo finish", "Copyright law to change", "Related by blood"]
)
def test_a_heading_that_only_begins_like_a_credit_or_a_link_is_a_heading(line: str) -> None:
    assert ("heading", line) in kinds(f"Headline\n\nText.\n\n{line}\n\nMore text.")


@pytest.mark.parametrize(
    ("text", "kind", "line"),
    [
        (
            "Head\n\nText.\n\nRead also: Ferry sinks in storm\n\nMore.",
            "related",
            "Read also: Ferry sinks in storm",
        ),
        ("Head\n\nText.\n\nRelated content\n\nNew bridge\n\nMore.", "heading", "New bridge"),
        ("Head\n\nText.\n\nMore follows", "paragraph", "More follows"),
        ("Head\n\nWhy now?\nNobody knows.\n\nText.", "paragraph", "Why now?"),
        ("Head\n\nThe pier by night\n\nPhoto: A. Lund\n\nText.", "caption", "The pier by night"),
        ("Head\n\nThe pier is old.\n\nPhoto: A. Lund\n\nText.", "paragraph", "The pier is old."),
        ("Head\n\nThe pier is old.\nPhoto: A. Lund\n\nText.", "caption", "The pier is old."),
        (f"Head\n\n{NOTICE}\n\nThe judge laughed.", "paragraph", NOTICE),
        ("Head\n\nText.\n\nAll rights reserved.", "notice", "All rights reserved."),
    ],
)
def test_the_neighbours_decide_what_a_line_is(text: str, kind: str, line: str) -> None:
    assert (kind, line) in kinds(text)


def test_a_text_without_a_headline_has_none() -> None:
    assert kinds("The mayor resigned. The council met.") == [
        ("paragraph", "The mayor resigned. The council met.")
    ]
