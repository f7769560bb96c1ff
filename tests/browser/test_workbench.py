"""Tagging by keyboard and by touch."""

import json
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Visitor
from tests.browser.stored import export, exported, focused, labels, marks
from tests.server.conftest import Desk, Server


def test_one_key_tags_and_moves_on(alice: Visitor, desk: Desk) -> None:
    alice.press("c q b n")
    alice.is_saved()

    assert marks(alice.page)[:5] == ["claim", "quote", "boilerplate", "none", None]
    assert focused(alice.page) == 4
    assert labels(desk)[:5] == ["claim", "quote", "boilerplate", "none", None]
    alice.page.reload()
    assert marks(alice.page)[:5] == ["claim", "quote", "boilerplate", "none", None]


def test_the_mark_stands_in_the_same_frame_as_the_key(alice: Visitor) -> None:
    alice.press("j k")
    is_marked = alice.page.evaluate(
        """() => {
            const first = document.querySelector('#article [data-end]');
            first.dispatchEvent(new KeyboardEvent('keydown', { key: 'c', bubbles: true, cancelable: true }));
            return first.dataset.l;
        }"""
    )

    assert is_marked == "claim"
    alice.is_saved()


def test_j_k_and_the_arrows_move_and_stop_at_the_ends(alice: Visitor) -> None:
    alice.press("j j ArrowDown")
    assert focused(alice.page) == 3
    alice.press("k ArrowUp ArrowUp ArrowUp k")
    assert focused(alice.page) == 0


def test_undo_and_redo_go_many_steps(alice: Visitor, desk: Desk) -> None:
    alice.press("c q b u u Control+z")
    alice.is_saved()
    assert labels(desk)[:3] == [None, None, None]

    alice.press("Shift+U Control+Shift+Z")
    alice.is_saved()
    assert labels(desk)[:3] == ["claim", "quote", None]


def test_keys_are_letters_while_somebody_types(alice: Visitor, desk: Desk) -> None:
    alice.press("c k m")
    alice.page.keyboard.type("bunch of quotes, checked")
    alice.press("Backspace Tab Escape")
    alice.is_saved()

    document = exported(desk)[0]
    (mine,) = document["sentences"][0]["annotations"]
    assert (mine["label"], mine["note"]) == ("claim", "bunch of quotes, checke")
    assert labels(desk)[1:] == [None] * (len(labels(desk)) - 1)


def test_backspace_and_unknown_keys_destroy_nothing(alice: Visitor, desk: Desk) -> None:
    alice.press("c k Backspace Delete y 7 F2")
    alice.is_saved()

    assert labels(desk)[0] == "claim"


def test_a_key_that_is_held_down_tags_once(alice: Visitor, desk: Desk) -> None:
    for _ in range(5):
        alice.page.keyboard.down("n")
    alice.page.keyboard.up("n")
    alice.is_saved()

    assert labels(desk)[:2] == ["none", None]


def test_looking_at_a_sentence_changes_nothing(alice: Visitor, desk: Desk) -> None:
    alice.press("q k m")
    alice.page.keyboard.type("one")
    alice.press("Enter")
    alice.page.keyboard.type("two")
    alice.press("Escape")
    alice.is_saved()
    before = export(desk)

    alice.page.reload()
    alice.press("k k j j k k m Escape j")
    alice.is_saved()

    assert export(desk) == before


def test_speaker_and_note_are_saved_with_the_label(alice: Visitor, desk: Desk) -> None:
    alice.press("q k a")
    alice.page.keyboard.type("Ida Rask")
    alice.press("Tab")
    alice.page.keyboard.type("by phone")
    alice.press("Escape")
    alice.is_saved()

    (mine,) = exported(desk)[0]["sentences"][0]["annotations"]
    assert (mine["label"], mine["speaker"], mine["note"]) == ("quote", "Ida Rask", "by phone")


def test_signing_off_leads_to_what_is_untagged_first(alice: Visitor, desk: Desk) -> None:
    alice.press("c")
    sign_off = alice.page.locator("#sign-off")
    expect(sign_off).to_have_text("Sign off (40 left)")
    alice.press("j j")
    sign_off.click()
    expect(alice.page.locator("#rest")).to_contain_text("40 still untagged")
    alice.page.get_by_role("button", name="Go to the first").first.click()
    assert focused(alice.page) == 1

    alice.press(" ".join(["n"] * 40))
    expect(sign_off).to_have_text("Sign off")
    sign_off.click()
    expect(alice.page.locator("#sign-off")).to_have_text("Signed off ✓")

    document = exported(desk)[0]
    assert document["state"] == "decided"
    assert [each["reviewer"] for each in document["sign_offs"]] == ["alice"]


def test_on_a_phone_a_tap_chooses_and_a_tap_tags(
    visitors: Callable[..., Visitor], server: Server, desk: Desk, document: str
) -> None:
    alice = visitors(server, "alice", viewport=PHONE, has_touch=True, is_mobile=True)
    page = alice.go(f"/documents/{document}")

    page.locator("#article [data-end]").nth(2).tap()
    bar, sentence = page.locator("#quick").bounding_box(), page.locator("#article [data-end]").nth(2)
    below = sentence.bounding_box()
    assert bar
    assert below
    assert 0 <= bar["y"] - below["y"] - below["height"] < 16  # just under it
    page.get_by_role("button", name="Quote").tap()
    page.get_by_role("button", name="Claim").tap()  # the bar has moved on with me
    alice.is_saved()

    assert labels(desk)[:5] == [None, None, "quote", "claim", None]
    page.get_by_role("button", name="Close").tap()
    expect(page.locator("#quick")).to_be_hidden()
    assert page.locator("#bar [data-tag]").count() == 4
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_another_persons_decision_is_made_in_the_panel(
    alice: Visitor, visitors: Callable[..., Visitor], server: Server, desk: Desk, document: str
) -> None:
    alice.press("c")
    alice.is_saved()
    carol = visitors(server, "carol")
    page = carol.go(f"/documents/{document}")
    carol.press("k q k")
    carol.is_saved()
    assert labels(desk)[0] is None  # in dispute

    page.get_by_text("Decide as editor").click()
    page.locator("#decide [name=label]").select_option("claim")
    page.locator("#decide [name=reason]").fill("It states a number.")
    page.get_by_role("button", name="Decide", exact=True).click()
    expect(page.locator("#decided")).to_contain_text("Claim")
    carol.is_saved()

    sentence = exported(desk)[0]["sentences"][0]
    assert sentence["adjudication"]["reason"] == "It states a number."


# Of each sentence, whether its last letter stands to the right of its first.
RUNS = """() => [...document.querySelectorAll('#article [data-end]')].map((el) => {
  const [letters, range] = [el.firstChild, document.createRange()];
  const at = (i) => {
    range.setStart(letters, i);
    range.setEnd(letters, i + 1);
    return range.getBoundingClientRect().x;
  };
  return at(letters.length - 2) > at(0);
})"""


def test_each_sentence_runs_as_its_own_script_does_whatever_stands_before_it(
    alice: Visitor, desk: Desk
) -> None:
    folder = desk.folder.parent / "turned"
    folder.mkdir()
    text = "The \u202esign was turned. Nobody saw it.\n\nהמועצה ספרה קולות. איש לא ראה.\n"
    (folder / "a.txt").write_text(text, "utf-8")
    loaded = desk.run("seeds", "load", folder, "--json").stdout
    page = alice.go(f"/documents/{json.loads(loaded.splitlines()[0])['id']}")
    expect(page.locator("#bar")).to_be_visible()

    assert page.locator("#article > *").evaluate_all(
        "all => all.map((el) => getComputedStyle(el).direction)"
    ) == [
        "ltr",
        "rtl",
    ]
    assert page.evaluate(RUNS)[1:] == [True, False, False]
    boxes = page.locator("#article [data-end]").evaluate_all(
        "all => all.map((el) => el.getBoundingClientRect().x)"
    )
    assert boxes[0] < boxes[1]
    assert boxes[2] > boxes[3]
