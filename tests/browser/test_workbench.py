"""Tagging by keyboard, and what happens when something goes wrong meanwhile."""

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from annotate.database import open_database
from tests.browser.conftest import PHONE, Visitor
from tests.server.conftest import Desk, Server


def labels(desk: Desk) -> list[str | None]:
    """What is stored for the sentences of the first article."""
    document = json.loads(desk.export())["documents"][0]
    return [sentence["label"] for sentence in document["sentences"]]


def versions(desk: Desk) -> list[int]:
    document = json.loads(desk.export())["documents"][0]
    return [each["version"] for sentence in document["sentences"] for each in sentence["annotations"]]


def marks(page: Page) -> list[str | None]:
    """What the page shows on its sentences."""
    return page.eval_on_selector_all("#article [data-end]", "all => all.map(each => each.dataset.l || null)")


def focused(page: Page) -> int:
    return page.eval_on_selector_all(
        "#article [data-end]", "all => all.findIndex(each => each === document.activeElement)"
    )


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

    document = json.loads(desk.export())["documents"][0]
    (mine,) = document["sentences"][0]["annotations"]
    assert (mine["label"], mine["note"]) == ("claim", "bunch of quotes, checke")
    assert labels(desk)[1:] == [None] * (len(labels(desk)) - 1)


def test_backspace_and_unknown_keys_destroy_nothing(alice: Visitor, desk: Desk) -> None:
    alice.press("c k Backspace Delete x 7 F2")
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
    before = desk.export()

    alice.page.reload()
    alice.press("k k j j k k m Escape j")
    alice.is_saved()

    assert desk.export() == before


def test_speaker_and_note_are_saved_with_the_label(alice: Visitor, desk: Desk) -> None:
    alice.press("q k a")
    alice.page.keyboard.type("Ida Rask")
    alice.press("Tab")
    alice.page.keyboard.type("by phone")
    alice.press("Escape")
    alice.is_saved()

    (mine,) = json.loads(desk.export())["documents"][0]["sentences"][0]["annotations"]
    assert (mine["label"], mine["speaker"], mine["note"]) == ("quote", "Ida Rask", "by phone")


def test_signing_off_leads_to_what_is_untagged_first(alice: Visitor, desk: Desk) -> None:
    alice.press("c")
    sign_off = alice.page.locator("#sign-off")
    expect(sign_off).to_have_text("Sign off (40 left)")
    alice.press("j j")
    sign_off.click()
    assert focused(alice.page) == 1

    alice.press(" ".join(["n"] * 40))
    expect(sign_off).to_have_text("Sign off")
    sign_off.click()
    expect(alice.page.locator("#sign-off")).to_have_text("Signed off ✓")

    document = json.loads(desk.export())["documents"][0]
    assert document["state"] == "decided"
    assert [each["reviewer"] for each in document["sign_offs"]] == ["alice"]


def test_without_a_network_work_goes_on_and_is_sent_once_afterwards(alice: Visitor, desk: Desk) -> None:
    alice.press("c")
    alice.is_saved()
    alice.context.set_offline(True)
    alice.press("q b n")
    expect(alice.page.locator("#save")).to_contain_text("Not saved (3)")
    assert marks(alice.page)[:4] == ["claim", "quote", "boilerplate", "none"]
    assert labels(desk)[:4] == ["claim", None, None, None]

    alice.context.set_offline(False)
    alice.is_saved()

    assert labels(desk)[:4] == ["claim", "quote", "boilerplate", "none"]
    assert versions(desk) == [1, 1, 1, 1]


def test_a_server_that_is_killed_and_comes_back_gets_everything_once(
    alice: Visitor, desk: Desk, server: Server
) -> None:
    alice.press("c q")
    alice.is_saved()
    server.kill()
    alice.press("b n c")
    expect(alice.page.locator("#save")).to_contain_text("Not saved (3)")

    desk.serve(server.port)
    alice.page.locator("#retry").click()
    alice.is_saved()

    assert labels(desk)[:5] == ["claim", "quote", "boilerplate", "none", "claim"]
    assert versions(desk) == [1, 1, 1, 1, 1]


def test_an_answer_that_is_lost_is_one_change(alice: Visitor, desk: Desk) -> None:
    lost: list[str] = []

    def lose(route: Any) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.request.headers["idempotency-key"])
        route.fetch()  # it reaches the server …
        route.abort()  # … and the answer never comes

    alice.page.route("**/annotation", lose)
    with alice.page.expect_request("**/annotation"):
        alice.press("c")
    alice.is_saved()

    assert len(lost) == 1
    assert versions(desk) == [1]


def test_a_session_that_ended_keeps_the_work_until_the_same_person_is_back(
    alice: Visitor, desk: Desk, server: Server
) -> None:
    db = open_database(desk.database)
    with db.transaction():
        db.write("DELETE FROM sessions")
    alice.press("c q")
    expect(alice.page.locator("#save")).to_contain_text("Your session ended")

    other = alice.tab()
    alice.sign_in("bob", other)
    alice.page.locator("#retry").click()
    expect(alice.page.locator("#save")).to_contain_text("bob is signed in now")
    assert labels(desk)[:2] == [None, None]

    other.get_by_role("button", name="Sign out").click()
    alice.sign_in("alice", other)
    alice.page.locator("#retry").click()
    alice.is_saved()

    assert labels(desk)[:2] == ["claim", "quote"]


def test_leaving_with_unsent_work_asks_first(alice: Visitor) -> None:
    alice.context.set_offline(True)
    alice.press("c")
    asked: list[str] = []
    alice.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))

    alice.page.close(run_before_unload=True)
    alice.page.wait_for_timeout(300)

    assert asked == ["beforeunload"]
    alice.context.set_offline(False)


def test_two_tabs_show_both_sides_and_the_person_chooses(alice: Visitor, desk: Desk) -> None:
    second = alice.tab()
    second.goto(alice.page.url)
    alice.press("c k")
    alice.is_saved()

    second.keyboard.press("q")
    problem = second.locator("#problem")
    expect(problem).to_contain_text("Stored now: Claim")
    expect(problem).to_contain_text("Yours: Quote")
    assert labels(desk)[0] == "claim"
    second.locator("#keep-mine").click()
    expect(second.locator("#save")).to_have_attribute("data-state", "saved")
    assert labels(desk)[0] == "quote"

    alice.press("b")
    alice.page.locator("#take-theirs").click()
    alice.is_saved()
    assert labels(desk)[0] == "quote"
    assert marks(alice.page)[0] == "quote"


def test_on_a_phone_a_tap_chooses_and_a_tap_tags(
    visitors: Callable[..., Visitor], server: Server, desk: Desk, document: str
) -> None:
    alice = visitors(server, "alice", viewport=PHONE, has_touch=True, is_mobile=True)
    page = alice.go(f"/documents/{document}")

    page.locator("#article [data-end]").nth(2).tap()
    page.get_by_role("button", name="Quote").tap()
    alice.is_saved()

    assert labels(desk)[:4] == [None, None, "quote", None]
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

    sentence = json.loads(desk.export())["documents"][0]["sentences"][0]
    assert sentence["adjudication"]["reason"] == "It states a number."
