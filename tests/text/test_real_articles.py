"""The two articles that the service was asked for; they are not ours to publish: only numbers stand here."""

import os
from hashlib import sha256
from pathlib import Path

import pytest

from annotate.text.blocks import blocks, title
from annotate.text.reading import decode
from annotate.text.segment import spans
from tests.text.invariants import assert_invariants

FOLDER = os.environ.get("TEST_ARTICLES")
pytestmark = pytest.mark.skipif(not FOLDER, reason="TEST_ARTICLES names no folder with the two real articles")

# Block by block: its kind and the spans of its sentences, checked line by line by a reader.
EXPECTED = {
    "000_f6d1d19f9a36b755.txt": [
        ("headline", [(0, 4), (4, 63)]),
        ("headline", [(65, 124)]),
        ("paragraph", [(126, 276)]),
        ("caption", [(278, 312)]),
        ("caption", [(313, 347)]),
        ("credit", [(348, 367)]),
        ("paragraph", [(369, 454), (455, 616)]),
        ("heading", [(618, 657)]),
        ("paragraph", [(659, 813), (814, 1023)]),
        ("paragraph", [(1025, 1146)]),
        ("paragraph", [(1148, 1333)]),
        ("heading", [(1335, 1374)]),
        ("paragraph", [(1376, 1545), (1546, 1573)]),
        ("paragraph", [(1575, 1721), (1722, 1857)]),
        ("paragraph", [(1859, 1974), (1975, 2043)]),
        ("paragraph", [(2045, 2110), (2111, 2175), (2176, 2250)]),
        ("related", [(2252, 2267)]),
        ("credit", [(2268, 2282)]),
        ("credit", [(2283, 2284)]),
        ("notice", [(2286, 3028), (3029, 3213), (3213, 3275)]),
    ],
    "004_c139ef9becb54dae.txt": [
        ("headline", [(0, 4), (4, 72)]),
        ("headline", [(74, 142)]),
        ("paragraph", [(144, 314)]),
        ("caption", [(316, 381)]),
        ("caption", [(382, 447)]),
        ("credit", [(448, 466)]),
        ("credit", [(467, 474)]),
        ("paragraph", [(476, 664), (665, 761), (762, 990)]),
        ("heading", [(992, 1023)]),
        ("paragraph", [(1025, 1205), (1206, 1349), (1350, 1522)]),
        ("paragraph", [(1524, 1587), (1588, 1771), (1772, 1915), (1916, 2025)]),
        ("paragraph", [(2027, 2143), (2144, 2225), (2226, 2447)]),
        ("paragraph", [(2449, 2761), (2762, 2990)]),
        ("related", [(2992, 3007)]),
        ("credit", [(3009, 3021)]),
        ("credit", [(3022, 3023)]),
        ("notice", [(3025, 3767), (3768, 3952), (3952, 4014)]),
    ],
}


SHA256 = {  # of the files that were read
    "000_f6d1d19f9a36b755.txt": "cd5bbfd0ffe0665b4d4ea085341acaf1f8b969cc07fa1b3d2a406acc00a5fa1c",
    "004_c139ef9becb54dae.txt": "3579424590ded159d1eb93effbbef6b92b1d655fc371c3282aea1a7ed4a65895",
}


def read(name: str) -> str:
    path = Path(FOLDER or "") / name
    if not path.exists():
        pytest.skip(f"{name} is not in the folder that TEST_ARTICLES names")
    data = path.read_bytes()
    assert sha256(data).hexdigest() == SHA256[name], "another text than the one that was read"
    return decode(data)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_real_article_is_cut_where_a_reader_would_cut_it(name: str) -> None:
    assert spans(read(name)) == [span for _, found in EXPECTED[name] for span in found]


@pytest.mark.parametrize("name", EXPECTED)
def test_a_real_article_has_the_blocks_that_a_reader_sees(name: str) -> None:
    expected = [(found[0][0], found[-1][1], kind) for kind, found in EXPECTED[name]]
    assert blocks(read(name)) == expected


@pytest.mark.parametrize("name", EXPECTED)
def test_the_title_of_a_real_article_is_what_follows_the_section_name(name: str) -> None:
    text = read(name)
    start, end = EXPECTED[name][0][1][1]
    assert title(text) == text[start:end]


def test_the_invariants_hold_for_everything_in_the_folder() -> None:
    for path in sorted(Path(FOLDER or "").glob("*.txt")):
        assert_invariants(decode(path.read_bytes()))
