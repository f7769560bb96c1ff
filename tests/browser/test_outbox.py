"""No keystroke is lost: without a network, server, session or tab, and each is stored once."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from annotate.database import open_database
from tests.browser.conftest import Visitor
from tests.browser.stored import labels, marks, versions
from tests.conftest import PASSWORD
from tests.server.conftest import Desk, Server, until

NO_LOCKS = "delete Navigator.prototype.locks"  # as on plain http beyond localhost
NO_STORE = "IDBFactory.prototype.open = () => { throw new DOMException('', 'SecurityError'); }"
FULL = "IDBObjectStore.prototype.put = () => { throw new DOMException('', 'QuotaExceededError'); }"


# Presses u when the answer to the first change is being written down, before the page has heard of it.
UNDO_BETWEEN = """
const { commit } = IDBTransaction.prototype;
const ask = fetch;
let isAnswered = false;
globalThis.fetch = async (...asked) => {
  const answer = await ask(...asked);
  isAnswered ||= asked[1]?.method === 'PUT';
  return answer;
};
IDBTransaction.prototype.commit = function () {
  commit.call(this);
  if (!isAnswered) return;
  IDBTransaction.prototype.commit = commit;
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'u', bubbles: true }));
};
"""


def end_sessions(desk: Desk) -> None:
    db = open_database(desk.database)
    with db.transaction():
        db.write("DELETE FROM sessions")


def come_back(visitor: Visitor) -> None:
    """Load the page anew, whatever it asks."""
    visitor.page.reload()
    expect(visitor.page.locator("#bar")).to_be_visible()


@pytest.fixture
def yes(alice: Visitor) -> Visitor:
    """Alice, who leaves all the same when asked."""
    alice.page.on("dialog", lambda dialog: dialog.accept())
    return alice


def test_without_a_network_work_goes_on_and_is_sent_once_afterwards(alice: Visitor, desk: Desk) -> None:
    alice.press("c")
    alice.is_saved()
    alice.context.set_offline(True)
    alice.press("q b n")
    expect(alice.page.locator("#save")).to_contain_text("Offline (3)")
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
    alice.press("b n c k q c")  # one of them twice over, the second change on top of the first
    expect(alice.page.locator("#save")).to_contain_text("Offline (5)")

    desk.serve(server.port)
    alice.page.locator("#retry").dispatch_event("click")  # it goes if the page has tried by itself meanwhile
    alice.is_saved()

    assert labels(desk)[:6] == ["claim", "quote", "boilerplate", "none", "quote", "claim"]
    assert versions(desk) == [1, 1, 1, 1, 2, 1]


def test_a_server_killed_in_the_middle_of_fast_work_has_all_of_it_afterwards(
    alice: Visitor, desk: Desk, server: Server
) -> None:
    for number in range(20):
        alice.press("cqbn"[number % 4])
        if number == 7:
            server.kill()
        if number == 14:
            server = desk.serve(server.port)
    alice.page.evaluate("dispatchEvent(new Event('online'))")
    alice.is_saved()

    assert labels(desk)[:20] == ["claim", "quote", "boilerplate", "none"] * 5
    assert versions(desk) == [1] * 20


def test_unsent_work_survives_a_reload_on_top_of_itself(yes: Visitor, desk: Desk, server: Server) -> None:
    yes.press("c k q k")
    yes.is_saved()
    yes.page.route("**/annotation", lambda route: route.abort())
    yes.press("b k n q b")
    expect(yes.page.locator("#save")).to_contain_text("Offline (4)")
    come_back(yes)
    assert marks(yes.page)[:4] == ["none", "quote", "boilerplate", None]

    yes.page.unroute("**/annotation")
    yes.page.evaluate("dispatchEvent(new Event('online'))")
    yes.is_saved()

    assert labels(desk)[:4] == ["none", "quote", "boilerplate", None]
    assert versions(desk) == [4, 1, 1]


def test_unsent_work_survives_closing_and_goes_out_from_any_page(
    yes: Visitor, desk: Desk, document: str
) -> None:
    yes.page.route("**/annotation", lambda route: route.abort())
    yes.press("c q")
    expect(yes.page.locator("#save")).to_contain_text("Offline (2)")
    yes.page.close(run_before_unload=False)

    page = yes.tab()
    page.goto(f"{yes.base}/")  # the queue sends it as well

    page.goto(f"{yes.base}/documents/{document}")
    expect(page.locator("#save")).to_have_attribute("data-state", "saved")
    assert labels(desk)[:2] == ["claim", "quote"]
    assert versions(desk) == [1, 1]


def test_an_answer_that_is_lost_is_one_change_even_after_a_reload(yes: Visitor, desk: Desk) -> None:
    lost: list[str] = []

    def lose(route: Any) -> None:
        lost.append(route.request.headers["idempotency-key"])
        route.fetch()  # it reaches the server …
        route.abort()  # … and the answer never comes

    yes.page.route("**/annotation", lose)
    yes.press("c k q")
    expect(yes.page.locator("#save")).to_contain_text("Offline (2)")
    yes.page.unroute("**/annotation")
    come_back(yes)
    yes.is_saved()

    assert lost
    assert labels(desk)[:2] == ["quote", None]
    assert versions(desk) == [2]


def test_after_the_session_ended_one_signs_in_on_the_page_and_all_goes_out(
    alice: Visitor, desk: Desk
) -> None:
    end_sessions(desk)
    alice.press("c q")
    page = alice.page
    expect(page.locator("#save")).to_contain_text("Signed out (2)")
    alice.press("b")  # work goes on meanwhile

    field = page.get_by_label("Password of alice")
    field.fill("not hers at all")
    page.keyboard.press("Enter")
    expect(page.locator("#again .form-error")).not_to_be_empty()
    field.fill(PASSWORD)
    page.keyboard.press("Enter")
    alice.is_saved()

    expect(page.locator("#session")).to_be_hidden()
    assert labels(desk)[:3] == ["claim", "quote", "boilerplate"]
    assert versions(desk) == [1, 1, 1]


def test_anothers_unsent_work_is_shown_and_never_sent_as_mine(
    yes: Visitor, desk: Desk, document: str
) -> None:
    end_sessions(desk)
    yes.press("c q")
    expect(yes.page.locator("#save")).to_contain_text("Signed out (2)")
    other = yes.tab()
    other.goto(f"{yes.base}/login")
    expect(other.locator("#notices")).to_contain_text("alice has 2 unsent changes here")
    yes.sign_in("bob", other)
    expect(other.locator("#notices")).to_contain_text("alice has 2 unsent changes here")
    other.goto(f"{yes.base}/documents/{document}")
    expect(other.locator("#bar")).to_be_visible()
    other.keyboard.press("n")
    expect(other.locator("#save")).to_have_attribute("data-state", "saved")
    yes.page.evaluate("dispatchEvent(new Event('online'))")
    expect(yes.page.locator("#session-text")).to_contain_text("bob is signed in now")
    assert labels(desk)[:2] == ["none", None]

    yes.page.get_by_label("Password of alice").fill(PASSWORD)
    yes.page.keyboard.press("Enter")
    yes.is_saved()
    other.keyboard.press("n")
    expect(other.locator("#session-text")).to_contain_text("alice is signed in now")

    assert labels(desk)[:2] == [None, "quote"]  # they differ on the first; bob's second waits for him


@pytest.mark.parametrize("script", ["", NO_LOCKS], ids=["locks", "without locks"])
def test_two_tabs_keep_the_order_and_show_each_others_work(
    alice: Visitor, desk: Desk, script: str, document: str
) -> None:
    alice.context.add_init_script(script)
    tabs = [alice.page, alice.tab()]
    for tab in tabs:
        tab.goto(f"{alice.base}/documents/{document}")
        expect(tab.locator("#bar")).to_be_visible()
    for number in range(6):  # one after the other on the same sentence, in turns
        tabs[number % 2].keyboard.press("cqb"[number % 3])
        tabs[number % 2].keyboard.press("k")
        for tab in tabs:
            first = tab.locator("#article [data-end]").first
            expect(first).to_have_attribute("data-l", ["claim", "quote", "boilerplate"][number % 3])
            expect(tab.locator("#save")).to_have_attribute("data-state", "saved")
            expect(tab.locator("#problem")).to_be_hidden()

    assert labels(desk)[:2] == ["boilerplate", None]
    assert versions(desk) == [6]


@pytest.mark.parametrize("script", [NO_STORE, FULL], ids=["none", "full"])
def test_where_the_browser_keeps_nothing_it_says_so_and_goes_on(
    visitors: Callable[..., Visitor], server: Server, desk: Desk, document: str, script: str
) -> None:
    alice = visitors(server, "alice")
    alice.context.add_init_script(script)
    page = alice.go(f"/documents/{document}")
    expect(page.locator("#bar")).to_be_visible()
    alice.context.set_offline(True)
    alice.press("c q")
    expect(page.locator("#save")).to_contain_text("Offline (2)")
    expect(page.locator("#notices")).to_contain_text("keeps nothing")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.close(run_before_unload=True)
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]

    alice.context.set_offline(False)
    alice.is_saved()

    assert labels(desk)[:2] == ["claim", "quote"]


def test_a_key_pressed_while_an_answer_is_being_written_down_is_no_conflict_with_oneself(
    alice: Visitor, desk: Desk
) -> None:
    alice.context.add_init_script(UNDO_BETWEEN)
    come_back(alice)
    alice.press("c")
    expect(alice.page.locator("#article [data-end]").first).not_to_have_attribute("data-l", "claim")
    alice.is_saved()

    assert labels(desk)[0] is None
    assert versions(desk) == []  # taken back, so it is not exported; nothing else is left


def test_leaving_with_unsent_work_asks_first(alice: Visitor) -> None:
    alice.context.set_offline(True)
    alice.press("c")
    asked: list[str] = []
    alice.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))

    alice.page.close(run_before_unload=True)
    alice.page.wait_for_timeout(300)

    assert asked == ["beforeunload"]
    alice.context.set_offline(False)


def conflict(alice: Visitor, elsewhere: Page) -> None:
    """Alice has tagged a sentence on another computer since this page was loaded."""
    elsewhere.keyboard.press("c")
    expect(elsewhere.locator("#save")).to_have_attribute("data-state", "saved")
    alice.press("q")
    expect(alice.page.locator("#problem")).to_contain_text("Stored now: Claim")
    expect(alice.page.locator("#problem")).to_contain_text("Yours: Quote")


@pytest.mark.parametrize(("choice", "expected"), [("keep-mine", "quote"), ("take-theirs", "claim")])
def test_a_conflict_shows_both_sides_even_after_a_reload_and_the_person_chooses(
    yes: Visitor,
    visitors: Callable[..., Visitor],
    server: Server,
    desk: Desk,
    document: str,
    choice: str,
    expected: str,
) -> None:
    elsewhere = visitors(server, "alice").go(f"/documents/{document}")
    expect(elsewhere.locator("#bar")).to_be_visible()
    conflict(yes, elsewhere)
    yes.press("b n")  # other work is not held up
    expect(yes.page.locator("#save")).to_contain_text("Not saved (1)")
    assert labels(desk)[:3] == ["claim", "boilerplate", "none"]

    come_back(yes)
    expect(yes.page.locator("#problem")).to_contain_text("Yours: Quote")
    yes.page.locator(f"#{choice}").click()
    yes.is_saved()

    assert labels(desk)[0] == marks(yes.page)[0] == expected
    come_back(yes)
    expect(yes.page.locator("#problem")).to_be_hidden()


def test_the_rest_marked_as_none_can_be_undone_after_a_conflict_about_one_of_them(
    alice: Visitor, visitors: Callable[..., Visitor], server: Server, desk: Desk, document: str
) -> None:
    elsewhere = visitors(server, "alice")
    elsewhere.go(f"/documents/{document}")
    expect(elsewhere.page.locator("#bar")).to_be_visible()
    elsewhere.press("c")
    elsewhere.is_saved()
    page = alice.page
    page.locator("#end [data-rest=none]").click()
    expect(page.locator("#problem")).to_contain_text("Stored now: Claim")
    page.locator("#take-theirs").click()
    alice.is_saved()
    assert labels(desk) == ["claim"] + ["none"] * 40
    alice.press("u")
    alice.is_saved()

    assert labels(desk) == ["claim"] + [None] * 40


def test_what_was_refused_for_an_article_that_is_gone_can_be_discarded_elsewhere(
    yes: Visitor, desk: Desk, document: str
) -> None:
    yes.page.route("**/annotation", lambda route: route.abort())
    yes.press("c")
    expect(yes.page.locator("#save")).to_contain_text("Offline (1)")
    desk.run("seeds", "withdraw", document, "--reason", "A takedown")
    yes.page.unroute("**/annotation")

    page = yes.go("/")
    notice = page.locator("#notices")
    expect(notice).to_contain_text("Not stored: claim for “Meeting 0 of the council of Norhaven”")
    notice.get_by_role("button", name="Discard mine").click()
    expect(notice).to_be_empty()
    page.reload()
    expect(notice).to_be_empty()


def test_what_was_refused_for_sentences_that_are_gone_is_shown_one_by_one_until_discarded(
    yes: Visitor, visitors: Callable[..., Visitor], server: Server, desk: Desk
) -> None:
    folder = desk.folder.parent / "joined"
    folder.mkdir()
    (folder / "a.txt").write_text(
        "The council met on Monday. It counted votes. It went home at six.\n", "utf-8"
    )
    document = json.loads(desk.run("seeds", "load", folder, "--json").stdout.splitlines()[0])["id"]
    page = yes.go(f"/documents/{document}")
    expect(page.locator("#bar")).to_be_visible()
    yes.press("j j c")
    yes.is_saved()
    page.route("**/sentences/**", lambda route: route.abort())
    yes.press("v")
    page.locator("#verify [name=rationale]").fill("Hard work")
    page.locator("#verify .primary").click()
    yes.press("Escape k q")
    expect(page.locator("#save")).to_contain_text("Offline (2)")
    carol = visitors(server, "carol")
    carol.go(f"/documents/{document}")
    expect(carol.page.locator("#bar")).to_be_visible()
    carol.press("w")
    expect(carol.page.locator("#article [data-end]")).to_have_count(2)
    carol.press("w")
    expect(carol.page.locator("#article [data-end]")).to_have_count(1)
    page.unroute("**/sentences/**")
    come_back(yes)

    problem, discard = page.locator("#problem"), page.locator("#take-theirs")
    expect(problem).to_contain_text("Hard work")
    expect(page.locator("#save")).to_contain_text("Not saved (2)")
    come_back(yes)
    expect(problem).to_contain_text("Hard work")
    discard.click()
    expect(problem).to_contain_text("“It counted votes.” is no longer a sentence")
    expect(problem).to_contain_text("Yours was: Quote")
    expect(page.locator("#save")).to_contain_text("Not saved (1)")
    discard.click()
    expect(problem).to_be_hidden()
    yes.is_saved()


def test_what_was_tagged_on_an_old_revision_goes_to_the_new_one_or_is_shown(
    alice: Visitor, desk: Desk
) -> None:
    folder = desk.folder.parent / "revised"
    folder.mkdir()
    lines = [f"On day {n} the council of Norhaven counted {n + 7} votes." for n in range(12)]
    (folder / "a.txt").write_text("\n\n".join(lines), "utf-8")
    desk.run("seeds", "load", folder)
    page = alice.go("/documents?q=revised")
    page.locator(".list a").first.click()
    expect(page.locator("#bar")).to_be_visible()
    page.route("**/annotation", lambda route: route.abort())
    alice.press("j c q")
    expect(page.locator("#save")).to_contain_text("Offline (2)")
    lines[2] = "Something else altogether was said about the harbour and its cranes."
    (folder / "a.txt").write_text("\n\n".join(lines), "utf-8")
    desk.run("seeds", "load", folder)
    page.unroute("**/annotation")
    page.evaluate("dispatchEvent(new Event('online'))")

    expect(page.locator("#problem")).to_contain_text("There is a newer revision")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("link", name="Open the newer revision").click()
    expect(page.locator("#bar")).to_be_visible()
    assert marks(page)[:4] == [None, "claim", None, None]
    expect(page.locator("#notices")).to_contain_text("Not stored: quote for “On day 2")
    page.get_by_role("link", name="Look at it").click()
    expect(page.locator("#notices")).to_contain_text("Not stored: quote")  # on the old one, to be discarded
    page.get_by_role("button", name="Discard mine").click()
    expect(page.locator("#notices")).to_be_empty()


def test_what_waits_is_shown_and_sent_even_where_its_sign_is_gone(yes: Visitor, desk: Desk) -> None:
    page = yes.page
    sign = "localStorage.getItem('annotate.waits')"
    assert page.evaluate(sign) is None
    page.route("**/annotation", lambda route: route.abort())
    yes.press("c")
    expect(page.locator("#save")).to_contain_text("Offline (1)")
    assert page.evaluate(sign) is not None
    page.evaluate("localStorage.clear()")
    page.reload()

    expect(page.locator("#article [data-l=claim]")).to_have_count(1)
    expect(page.locator("#save")).to_contain_text("Offline (1)")
    assert labels(desk)[:2] == [None, None]
    page.unroute("**/annotation")
    page.locator("#retry").dispatch_event("click")
    yes.is_saved()
    assert labels(desk)[:2] == ["claim", None]
    assert page.evaluate(sign) is None


@pytest.mark.parametrize("place", ["workbench", "queue"])
def test_discarding_in_one_tab_is_known_in_all_and_never_takes_a_newer_change(
    yes: Visitor,
    visitors: Callable[..., Visitor],
    server: Server,
    desk: Desk,
    document: str,
    place: str,
) -> None:
    page, other = yes.page, yes.tab()
    other.goto(f"{yes.base}/documents/{document}")
    expect(other.locator("#bar")).to_be_visible()
    elsewhere = visitors(server, "alice").go(f"/documents/{document}")
    expect(elsewhere.locator("#bar")).to_be_visible()
    conflict(yes, elsewhere)
    expect(other.locator("#problem")).to_contain_text("Yours: Quote")

    if place == "workbench":
        page.locator("#take-theirs").click()
        yes.is_saved()
    else:
        third = yes.tab()
        third.goto(f"{yes.base}/")
        third.get_by_role("button", name="Discard mine").click()
        yes.is_saved()
    expect(other.locator("#problem")).to_be_hidden()
    expect(other.locator("#save")).to_have_attribute("data-state", "saved")
    assert marks(page)[0] == marks(other)[0] == "claim"

    yes.context.set_offline(True)
    page.locator("#article [data-end]").nth(5).click()
    yes.press("b")
    expect(page.locator("#save")).to_contain_text("Offline (1)")
    other.locator("#take-theirs").dispatch_event("click")  # as if it had not heard yet
    yes.context.set_offline(False)
    yes.is_saved()
    assert labels(desk)[5] == "boilerplate"


def test_a_refusal_that_has_no_form_any_more_is_shown_and_holds_nothing_up(yes: Visitor, desk: Desk) -> None:
    page = yes.page
    yes.press("c k")
    yes.is_saved()
    yes.context.set_offline(True)
    yes.press("n k v")  # the form is there until the new label is stored
    page.locator("#verify [name=status]").select_option("in_progress")
    page.get_by_role("button", name="Save the verification").click()
    expect(page.locator("#save")).to_contain_text("Offline (2)")
    yes.context.set_offline(False)

    problem = page.locator("#problem")
    expect(problem).to_contain_text("is not stored. Yours was: In progress, Unverified.")
    page.locator("#article [data-end]").nth(5).click()
    yes.press("q")
    until(lambda: labels(desk)[:6] == ["none", None, None, None, None, "quote"], "stored")

    come_back(yes)
    expect(problem).to_contain_text("is not stored. Yours was: In progress, Unverified.")
    yes.press("b")
    until(lambda: labels(desk)[1] == "boilerplate", "stored")

    problem.get_by_role("button", name="Discard mine").click()
    yes.is_saved()
    come_back(yes)
    expect(problem).to_be_hidden()


def test_an_answer_of_something_else_takes_no_change_out(alice: Visitor, desk: Desk) -> None:
    page = alice.page
    page.route("**/annotation", lambda route: route.fulfill(json={"document": {}, "items": []}))
    alice.press("c")
    expect(page.locator("#save")).to_contain_text("Offline (1)")
    page.unroute("**/annotation")
    page.locator("#retry").dispatch_event("click")
    alice.is_saved()
    assert labels(desk)[0] == "claim"


def test_a_page_that_trips_over_news_goes_on_sending(alice: Visitor, desk: Desk) -> None:
    page = alice.page
    page.evaluate("document.getElementById('n-in-dispute').remove()")  # what no answer expects
    alice.press("c q")
    expect(page.locator("#save")).to_have_attribute("data-state", "saved")
    assert labels(desk)[:2] == ["claim", "quote"]
    assert alice.complaints
    alice.complaints.clear()


def test_an_answer_given_again_does_not_hide_what_is_newer(
    yes: Visitor, visitors: Callable[..., Visitor], server: Server, desk: Desk, document: str
) -> None:
    page = yes.page
    sent: list[str] = []

    def lose(route: Any) -> None:
        if not sent:
            sent.append(route.request.method)
            route.fetch()  # it reaches the server, and the answer never comes
        route.abort()

    page.route("**/annotation", lose)
    yes.press("c")
    expect(page.locator("#save")).to_contain_text("Offline (1)")
    elsewhere = visitors(server, "alice")
    elsewhere.go(f"/documents/{document}")
    expect(elsewhere.page.locator("#bar")).to_be_visible()
    elsewhere.press("k q")  # the first is tagged by now
    elsewhere.is_saved()
    assert labels(desk)[:2] == ["quote", None]

    come_back(yes)
    page.unroute("**/annotation")
    page.evaluate("dispatchEvent(new Event('online'))")
    yes.is_saved()
    assert marks(page)[:2] == ["quote", None]
    page.locator("#article [data-end]").first.click()
    yes.press("b")
    yes.is_saved()
    assert labels(desk)[:2] == ["boilerplate", None]


def test_what_was_answered_after_the_store_had_failed_is_not_sent_again(yes: Visitor, desk: Desk) -> None:
    page = yes.page
    page.route("**/annotation", lambda route: route.abort())
    yes.press("c")
    expect(page.locator("#save")).to_contain_text("Offline (1)")
    page.evaluate(f"() => {{ {FULL} }}")
    page.unroute("**/annotation")
    yes.press("q")  # no room for it
    expect(page.locator("#notices")).to_contain_text("keeps nothing")
    page.locator("#retry").dispatch_event("click")
    yes.is_saved()
    assert labels(desk)[:2] == ["claim", "quote"]

    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method) if request.method == "PUT" else None)
    come_back(yes)
    yes.press("b")
    yes.is_saved()
    assert labels(desk)[:3] == ["claim", "quote", "boilerplate"]
    assert sent == ["PUT"]


def test_a_page_older_than_an_answer_shows_what_is_stored(alice: Visitor, desk: Desk, document: str) -> None:
    address = f"{alice.base}/documents/{document}"

    def answer_late(route: Any) -> None:
        made = route.fetch()
        alice.press("c q")  # answered before the other page listens
        alice.is_saved()
        route.fulfill(response=made)

    other = alice.tab()
    other.route(address, answer_late)
    other.goto(address)
    expect(other.locator("#bar")).to_be_visible()

    assert marks(other)[:3] == ["claim", "quote", None]
    other.locator("#article [data-end]").first.click()
    other.keyboard.press("b")
    expect(other.locator("#save")).to_have_attribute("data-state", "saved")
    expect(other.locator("#problem")).to_be_hidden()
    assert labels(desk)[:2] == ["boilerplate", "quote"]


def test_signing_in_again_in_another_tab_is_enough_for_all(alice: Visitor, desk: Desk) -> None:
    end_sessions(desk)
    alice.press("c q")
    expect(alice.page.locator("#save")).to_contain_text("Signed out (2)")

    alice.sign_in("alice", alice.tab())  # its page sends what waits

    alice.is_saved()
    expect(alice.page.locator("#session")).to_be_hidden()
    alice.press("b")
    alice.is_saved()
    assert labels(desk)[:3] == ["claim", "quote", "boilerplate"]


def test_a_tab_one_comes_back_to_asks_who_is_signed_in(alice: Visitor, desk: Desk) -> None:
    alice.context.add_init_script(
        "delete globalThis.BroadcastChannel; BroadcastChannel = class { postMessage() {} }"
    )
    alice.page.reload()
    expect(alice.page.locator("#bar")).to_be_visible()
    end_sessions(desk)
    alice.press("c")
    expect(alice.page.locator("#save")).to_contain_text("Signed out (1)")
    alice.sign_in("alice", alice.tab())

    alice.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    alice.is_saved()
    assert labels(desk)[0] == "claim"
