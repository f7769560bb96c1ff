"""``agreement``: the figures for people and for programs."""

import json

import pytest

from tests.cli.conftest import Shell
from tests.client import Client

FIGURES = ("per_cent", "cohen", "krippendorff", "ac1")


@pytest.fixture
def read(alice: Client, bob: Client, pair: str) -> None:
    """A document that two people have read: of seven sentences they differ in one."""
    for reader, labels in ((alice, ("claim", "claim", "quote")), (bob, ("claim", "quote", "quote"))):
        reader.tag_all(pair, *labels)
        reader.sign_off(pair)


@pytest.mark.usefixtures("read")
def test_it_tells_programs_the_four_figures_with_interval_and_number(shell: Shell) -> None:
    printed = shell.ok("agreement", "--json")
    told = json.loads(printed)

    assert told["per_cent"]["value"] == pytest.approx(600 / 7, abs=1e-6)
    # Labels: alice 2 claim, 1 quote, 4 none; bob 1, 2, 4. Equal 6/7, by chance (2 + 2 + 16) / 49.
    assert told["cohen"]["value"] == pytest.approx((6 / 7 - 20 / 49) / (1 - 20 / 49), abs=1e-6)
    # Coincidences: 14 votes, 3 claim, 3 quote, 8 none; 2 of them unequal.
    assert told["krippendorff"]["value"] == pytest.approx(1 - 13 * 2 / (14**2 - 9 - 9 - 64), abs=1e-6)
    for key in FIGURES:
        each = told[key]
        assert each["low"] <= each["value"] <= each["high"]
        assert (each["n"], each["resamples"], each["reason"]) == (7, 1000, None)
    assert told["by_label"]["none"]["cohen"]["value"] == 1
    assert told["by_label"]["boilerplate"]["ac1"]["value"] is None
    assert [each["reviewers"] for each in told["by_pair"]] == [["alice", "bob"]]
    assert told["by_collection"]["desk"]["per_cent"]["value"] == told["per_cent"]["value"]
    assert told["confusions"] == [["claim", "quote", 1]]
    assert shell.ok("agreement", "--json") == printed


@pytest.mark.usefixtures("read")
def test_it_tells_people_in_lines(shell: Shell) -> None:
    lines = shell.ok("agreement").splitlines()

    assert lines[0] == "7 sentences with independent votes, 14 votes"
    assert lines[3].startswith("Krippendorff's alpha")
    assert "0.772" in lines[3]
    assert any("1000 samples" in line for line in lines)
    assert any(line.split()[:3] == ["alice", "and", "bob"] for line in lines)


def test_without_independent_votes_it_says_why(shell: Shell, story: str, alice: Client) -> None:
    alice.tag_all(story, "claim")
    told = json.loads(shell.ok("agreement", "--json"))

    for key in FIGURES:
        assert told[key]["value"] is None
        assert told[key]["reason"] == "No sentence has two independent votes."
    assert "undefined: No sentence" in shell.ok("agreement")


@pytest.mark.usefixtures("read")
def test_one_collection_alone_and_one_that_there_is_not(shell: Shell) -> None:
    assert json.loads(shell.ok("agreement", "--json", "--collection", "desk"))["n_sentences"] == 7
    assert "no collection called nowhere" in shell.fails("agreement", "--collection", "nowhere")
