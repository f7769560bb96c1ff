"""What names an event outside tells nothing of its number."""

from annotate.sealing import seal, unseal

SECRET = "k" * 64


def test_a_number_comes_back_from_its_seal_and_from_nothing_else() -> None:
    for number in (0, 1, 2, 57, 2**40, 2**62):
        sealed = seal(number, SECRET)
        assert unseal(sealed, SECRET) == number
        assert len(sealed) == 22
        assert unseal(sealed, "another key") is None
        assert unseal(sealed[:-1] + ("A" if sealed[-1] != "A" else "B"), SECRET) is None
        assert unseal(sealed[::-1], SECRET) is None


def test_what_is_no_seal_at_all_is_none() -> None:
    for text in (
        "",
        "1",
        "A" * 22,
        "A" * 21,
        "A" * 64,
        "é" * 22,
        "\ud800",
        "=" * 22,
        "-_" * 11,
        "A" * 22 + "\n",
    ):
        assert unseal(text, SECRET) is None, text


def test_neighbours_have_nothing_in_common_and_the_same_number_always_the_same_seal() -> None:
    seals = [seal(number, SECRET) for number in range(200)]

    assert len({each[:4] for each in seals}) == len({each[-5:-1] for each in seals}) == 200
    assert seals == [seal(number, SECRET) for number in range(200)]
