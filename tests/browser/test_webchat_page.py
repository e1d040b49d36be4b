"""Inaq Rohani opens the page on a small phone: with scripts and without, by touch and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, expect
from sqlalchemy import select

from centre import case_safety, cases, inbox, outbox
from centre.conversations import Conversation
from centre.db import Database, open_database
from centre.file_kinds import MOST_BYTES
from centre.kept_files import KeptFile
from centre.messages import Outgoing
from centre.privacy import Vault
from tests.browser.stand_ins import Bot, Door
from tests.files import photo
from webhooks import webchat

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
Until = Callable[[Callable[[], bool]], None]


@pytest.fixture
def chat(page: Page, door: Door, bot: Bot) -> Iterator[Page]:
    """The page, opened; at the end nothing may have been complained of, and nothing asked of anybody else."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if "Content Security" in line.text else None)
    page.on("request", lambda asked: None if asked.url.startswith(door.address) else complaints.append(asked.url))
    page.goto(door.address)
    yield page
    assert complaints == []


@pytest.fixture
def plain(browser: Browser, door: Door, bot: Bot, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """The page in a browser with scripts off."""
    context = browser.new_context(**browser_context_args | {"java_script_enabled": False})
    page = context.new_page()
    page.goto(door.address)
    yield page
    context.close()


def ask(chat: Page, text: str) -> None:
    chat.get_by_label("Tulis pertanyaan Anda").fill(text)
    chat.get_by_role("button", name="Kirim").click()


def replies(chat: Page) -> Any:
    return chat.locator(".reply[data-id]")


def seen_whole(chat: Page, selector: str) -> bool:
    """Does it lie between what is fixed at the top and what is fixed at the bottom?"""
    found: bool = chat.locator(selector).evaluate(
        """(it) => it.getBoundingClientRect().top >= document.querySelector("header").getBoundingClientRect().bottom
        && it.getBoundingClientRect().bottom <= document.querySelector("footer").getBoundingClientRect().top"""
    )
    return found


def serious(chat: Page) -> list[str]:
    """What axe finds that would shut somebody out."""
    found = Axe().run(chat).response["violations"]
    return [
        f"{rule['id']}: {node['html']}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


# With scripts


def test_a_question_is_answered_by_itself(chat: Page) -> None:
    ask(chat, "Berapa biaya ke Taiwan?")
    expect(chat.locator(".own")).to_contain_text("Berapa biaya ke Taiwan?")
    expect(replies(chat)).to_contain_text("Anda bertanya: Berapa biaya ke Taiwan?")
    expect(chat.get_by_label("Tulis pertanyaan Anda")).to_have_value("")
    expect(chat.locator("#waiting")).to_be_hidden()


def test_a_choice_is_tapped(chat: Page, bot: Bot) -> None:
    chat.get_by_role("button", name="Mulai").click()
    chat.get_by_role("button", name="Gaji tidak dibayar").click()
    expect(replies(chat)).to_have_count(2)
    expect(chat.locator(".own").last).to_contain_text("Gaji tidak dibayar atau dipotong")
    assert [(message.kind, message.text or message.code) for message in bot.asked] == [
        ("text", "halo"),
        ("tap", "topic:gaji"),
    ]
    expect(chat.get_by_role("link", name="peraturan.bpk.go.id")).to_have_attribute("target", "_blank")


def test_an_old_choice_can_still_be_tapped_after_the_page_is_opened_again(chat: Page, bot: Bot) -> None:
    ask(chat, "menu")
    expect(replies(chat)).to_have_count(1)
    chat.reload()
    expect(chat.locator(".own")).to_contain_text("menu")
    chat.get_by_role("button", name="Paspor").click()
    expect(replies(chat)).to_have_count(2)
    assert bot.asked[-1].code == "topic:dokumen"


def test_a_village_link_says_so_first_and_once(chat: Page, door: Door, bot: Bot, until: Until) -> None:
    chat.goto(f"{door.address}/?desa=K7MPT")
    ask(chat, "Apa itu OPP?")
    expect(replies(chat)).to_have_count(2)
    ask(chat, "Dan biayanya?")
    until(lambda: len(bot.asked) == 3)
    assert [message.text for message in bot.asked] == ["/start K7MPT", "Apa itu OPP?", "Dan biayanya?"]
    assert chat.url == f"{door.address}/"


def test_hostile_words_run_nothing(chat: Page) -> None:
    hostile = "<img src=x onerror=\"document.title='gotcha'\"><script>document.title='gotcha'</script>"
    ask(chat, hostile)
    expect(replies(chat)).to_contain_text(hostile)
    chat.reload()
    expect(replies(chat)).to_contain_text(hostile)
    expect(chat).to_have_title("Balai – tanya jawab")


def test_a_text_too_long_is_cut_with_a_word_about_it(chat: Page, bot: Bot, until: Until) -> None:
    chat.get_by_label("Tulis pertanyaan Anda").fill("a" * 3_999 + "😀b")
    expect(chat.locator("#notice")).to_contain_text("4.000 huruf")
    chat.get_by_role("button", name="Kirim").click()
    until(lambda: bool(bot.asked))
    assert bot.asked[0].text == "a" * 3_999


def test_several_lines_stay_several_lines(chat: Page, bot: Bot) -> None:
    box = chat.get_by_label("Tulis pertanyaan Anda")
    box.click()
    chat.keyboard.type("satu")
    chat.keyboard.press("Shift+Enter")
    chat.keyboard.type("dua")
    chat.keyboard.press("Enter")
    expect(replies(chat)).to_contain_text("Anda bertanya: satu\ndua", use_inner_text=True)
    assert bot.asked[0].text == "satu\ndua"


def test_a_lost_connection_keeps_the_words_and_sends_them_once(chat: Page, context: BrowserContext, bot: Bot) -> None:
    context.set_offline(True)
    ask(chat, "Saya di kapal")
    expect(chat.locator("#notice")).to_contain_text("Tidak ada sambungan internet")
    expect(chat.get_by_label("Tulis pertanyaan Anda")).to_have_value("Saya di kapal")
    context.set_offline(False)
    expect(replies(chat)).to_have_count(1, timeout=15_000)
    expect(chat.get_by_label("Tulis pertanyaan Anda")).to_have_value("")
    assert [message.text for message in bot.asked] == ["Saya di kapal"]


def test_a_lost_answer_does_not_store_twice(chat: Page, bot: Bot) -> None:
    lost = []

    def lose_the_first(route: Any) -> None:
        if not lost:
            lost.append(route.fetch().status)
            return route.abort()
        return route.continue_()

    chat.route("**/chat", lose_the_first)
    ask(chat, "Halo Balai")
    expect(replies(chat)).to_have_count(1, timeout=15_000)
    expect(chat.locator(".own")).to_have_count(1)
    assert lost == [202]
    assert [message.text for message in bot.asked] == ["Halo Balai"]


def test_a_server_in_trouble_keeps_the_words_and_tries_again(chat: Page, door: Door) -> None:
    door.broken = True
    ask(chat, "Apa itu PMI?")
    expect(chat.locator("#notice")).to_contain_text("Belum terkirim")
    expect(chat.get_by_label("Tulis pertanyaan Anda")).to_have_value("Apa itu PMI?")
    door.broken = False
    expect(replies(chat)).to_have_count(1, timeout=15_000)
    expect(chat.locator("#notice")).to_be_empty()


def test_two_tabs_share_one_conversation(chat: Page, context: BrowserContext, door: Door, bot: Bot) -> None:
    other = context.new_page()
    other.goto(door.address)
    ask(other, "dari tab dua")
    expect(replies(other)).to_have_count(1)
    ask(chat, "dari tab satu")
    expect(replies(chat)).to_have_count(2)


def test_a_tab_opened_before_the_cookie_changed_still_sends(chat: Page, context: BrowserContext, bot: Bot) -> None:
    context.clear_cookies()
    ask(chat, "halo")
    expect(replies(chat)).to_have_count(1)
    assert len(bot.asked) == 1


def test_danger_is_answered_once_while_nothing_can_be_stored(page: Page) -> None:
    nowhere = open_database("sqlite:////nowhere/balai.db", Vault("test secret"))
    door = Door(nowhere)
    page.goto(door.address)
    ask(page, "saya dipukul majikan")
    expect(page.locator(".card")).to_contain_text("110")
    with page.expect_response("**/chat", timeout=15_000) as again:
        pass
    assert again.value.status == 503
    expect(page.locator(".card")).to_have_count(1)
    expect(page.get_by_label("Tulis pertanyaan Anda")).to_have_value("saya dipukul majikan")
    door.close()
    nowhere.engine.dispose()


@pytest.fixture
def strict_door(
    request: pytest.FixtureRequest, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Door]:
    """It takes as much from one browser as the test says."""
    monkeypatch.setattr(webchat, "SAID_PER_BROWSER", request.param)
    door = Door(sqlite_database)
    yield door
    door.close()


@pytest.mark.parametrize("strict_door", ["1 per 4 second"], indirect=True)
def test_who_sends_too_fast_is_told_and_waits_with_the_words_kept(page: Page, strict_door: Door, bot: Bot) -> None:
    page.goto(strict_door.address)
    ask(page, "satu")
    expect(replies(page)).to_have_count(1)
    ask(page, "saya dipukul majikan")
    expect(page.locator("#notice")).to_contain_text("Terlalu banyak pesan sekaligus")
    expect(page.locator(".card")).to_contain_text("110")
    expect(page.get_by_label("Tulis pertanyaan Anda")).to_have_value("saya dipukul majikan")
    assert seen_whole(page, ".card")
    assert serious(page) == []
    expect(replies(page)).to_have_count(2, timeout=15_000)
    expect(page.locator("#notice")).to_be_empty()
    expect(page.locator(".card")).to_have_count(1)
    assert [(message.text, message.warned) for message in bot.asked] == [
        ("satu", False),
        ("saya dipukul majikan", True),
    ]


def test_what_is_erased_goes_from_the_screen(chat: Page, bot: Bot, sqlite_database: Database) -> None:
    ask(chat, "nama saya Rohani")
    expect(replies(chat)).to_have_count(1)
    with sqlite_database.transaction() as session:
        conversation = session.scalars(select(Conversation)).one()
        outbox.erase_words(session, conversation.id)
        inbox.erase_words(session, conversation.id)
        outbox.queue(session, conversation, "farewell", [Outgoing("Sudah dihapus.")], datetime.now(UTC))
    expect(chat.get_by_text("Sudah dihapus.")).to_be_visible(timeout=15_000)
    expect(chat.get_by_text("Rohani")).to_have_count(0)


def hide(database: Database) -> None:
    """The cover word was heard: the case is hidden, and the talk turns to the weather."""
    with database.transaction() as session:
        conversation = session.scalars(select(Conversation)).one()
        case_safety.hide(session, cases.open_case(session, conversation, "pay", NOW, language="id"), NOW)
        outbox.take_down(session, conversation, NOW)
        outbox.queue(session, conversation, "weather", [Outgoing("Besok cerah.")], NOW)


def test_after_the_cover_word_the_screen_tells_nothing(chat: Page, bot: Bot, sqlite_database: Database) -> None:
    ask(chat, "gaji saya dipotong")
    expect(replies(chat)).to_have_count(1)
    hide(sqlite_database)
    expect(replies(chat)).to_have_text("Jawaban: Besok cerah.", timeout=15_000)
    expect(chat.get_by_text("dipotong")).to_have_count(0)
    expect(chat).to_have_title("Kalender")
    expect(chat.locator("#privacy")).to_have_count(0)
    assert not re.search("balai|migrasi|luar negeri", chat.locator("body").inner_text(), re.IGNORECASE)
    assert serious(chat) == []
    ask(chat, "apa kabar")
    expect(replies(chat).last).to_contain_text("apa kabar")
    expect(chat.locator("#log > *")).to_have_count(3)


def test_the_cover_word_empties_another_tab_too_and_both_go_on(
    chat: Page, context: BrowserContext, door: Door, bot: Bot, sqlite_database: Database
) -> None:
    ask(chat, "gaji saya dipotong")
    expect(replies(chat)).to_have_count(1)
    other = context.new_page()
    other.goto(door.address)
    expect(replies(other)).to_have_count(1)
    hide(sqlite_database)
    for page in (chat, other):
        expect(replies(page)).to_have_text("Jawaban: Besok cerah.", timeout=15_000)
        expect(page.get_by_text("dipotong")).to_have_count(0)


def test_without_scripts_the_next_load_tells_nothing(plain: Page, bot: Bot, sqlite_database: Database) -> None:
    ask(plain, "gaji saya dipotong")
    expect(replies(plain)).to_have_count(1, timeout=15_000)
    hide(sqlite_database)
    plain.reload()
    expect(replies(plain)).to_have_text("Jawaban: Besok cerah.")
    expect(plain.get_by_text("dipotong")).to_have_count(0)
    expect(plain).to_have_title("Kalender")


# The way out


@pytest.mark.parametrize("way", ["button", "shift"])
def test_leaving_leaves_nothing_behind(chat: Page, context: BrowserContext, door: Door, bot: Bot, way: str) -> None:
    ask(chat, "rahasia saya")
    expect(replies(chat)).to_have_count(1)
    kept = context.cookies()
    if way == "button":
        chat.get_by_role("button", name="Keluar cepat").click()
    else:
        for _ in range(3):
            chat.keyboard.press("Shift")
    chat.wait_for_url(f"{door.address}/kalender")
    expect(chat).to_have_title("Kalender")
    assert context.cookies() == []
    chat.go_back()
    expect(chat.get_by_text("rahasia saya")).to_have_count(0)

    context.clear_cookies()
    context.add_cookies(kept)  # somebody who had copied the cookie
    chat.goto(door.address)
    expect(chat.locator("#greeting")).to_be_visible()
    expect(chat.get_by_text("rahasia saya")).to_have_count(0)


def test_leaving_in_one_tab_empties_the_other(chat: Page, context: BrowserContext, door: Door, bot: Bot) -> None:
    ask(chat, "rahasia saya")
    expect(replies(chat)).to_have_count(1)
    other = context.new_page()
    other.goto(door.address)
    other.get_by_role("button", name="Keluar cepat").click()
    chat.wait_for_url(f"{door.address}/kalender")


def test_typing_capitals_is_no_way_out(chat: Page, door: Door, bot: Bot) -> None:
    chat.get_by_label("Tulis pertanyaan Anda").click()
    for letter in "TKIPMI":
        chat.keyboard.press(f"Shift+{letter}")
    expect(chat.get_by_label("Tulis pertanyaan Anda")).to_have_value("TKIPMI")
    assert chat.url == f"{door.address}/"


# For everybody


def test_the_keyboard_is_enough(chat: Page, bot: Bot, until: Until) -> None:
    chat.keyboard.press("Tab")
    expect(chat.get_by_role("link", name="Langsung ke kotak tulis")).to_be_focused()
    chat.keyboard.press("Enter")
    expect(chat.get_by_label("Tulis pertanyaan Anda")).to_be_focused()
    chat.keyboard.type("menu")
    chat.keyboard.press("Enter")
    expect(replies(chat)).to_have_count(1)
    expect(chat.get_by_label("Tulis pertanyaan Anda")).to_be_focused()
    for _ in range(5):
        chat.keyboard.press("Shift+Tab")
    expect(chat.get_by_role("button", name="Biaya berangkat")).to_be_focused()
    chat.keyboard.press("Enter")
    expect(replies(chat)).to_have_count(2)
    chat.keyboard.press("Tab")
    assert bot.asked[-1].code == "topic:biaya"


def test_nothing_shuts_anybody_out(chat: Page, door: Door, bot: Bot) -> None:
    assert serious(chat) == []
    ask(chat, "menu")
    chat.get_by_role("button", name="Gaji tidak dibayar").click()
    expect(replies(chat)).to_have_count(2)
    for colours in ("light", "dark"):
        chat.emulate_media(color_scheme=colours)
        assert serious(chat) == []
    chat.goto(f"{door.address}/kalender")
    assert serious(chat) == []


def test_everything_fits_and_can_be_hit_with_a_thumb(chat: Page, bot: Bot) -> None:
    ask(chat, "menu")
    chat.get_by_role("button", name="Gaji tidak dibayar").click()
    ask(chat, "x" * 300)
    expect(replies(chat)).to_have_count(3)
    chat.get_by_text("Kirim foto, suara, atau berkas").click()
    assert chat.evaluate("document.documentElement.scrollWidth") == 360
    targets = chat.evaluate(
        "[...document.querySelectorAll('button,textarea,summary,input[type=file],#privacy')]"
        ".map((e) => e.getBoundingClientRect().toJSON())"
    )
    assert min(min(target["width"], target["height"]) for target in targets) >= 44
    assert chat.evaluate("getComputedStyle(document.getElementById('text')).fontSize") == "16px"


def test_a_screen_reader_is_told_of_replies(chat: Page, bot: Bot) -> None:
    ask(chat, "menu")
    expect(chat.get_by_role("log", name="Percakapan")).to_have_attribute("aria-live", "polite")
    expect(chat.get_by_role("log").get_by_role("group", name="Pilihan")).to_be_visible()
    expect(chat.get_by_role("log")).to_contain_text("Balai: Tentang apa?")


# Pictures and voices


def choose(chat: Page, data: bytes, name: str = "foto.jpg") -> None:
    chat.get_by_text("Kirim foto, suara, atau berkas").click()
    file: FilePayload = {"name": name, "mimeType": "image/jpeg", "buffer": data}
    chat.get_by_label("Pilih foto, rekaman suara, atau PDF").set_input_files(file)
    chat.get_by_role("button", name="Kirim berkas").click()


def test_a_photo_is_sent_and_answered(chat: Page, bot: Bot, sqlite_database: Database) -> None:
    choose(chat, photo())
    expect(chat.locator(".own")).to_contain_text("Foto, suara, atau berkas terkirim")
    expect(replies(chat).last).to_contain_text("Sudah kami simpan untuk petugas.")
    assert [said.kind for said in bot.asked] == ["media"]
    assert kept(sqlite_database) == 1
    expect(chat.get_by_role("button", name="Kirim berkas")).to_be_hidden()


def test_a_photo_that_did_not_arrive_stays_chosen_and_is_kept_once(
    chat: Page, door: Door, bot: Bot, sqlite_database: Database
) -> None:
    door.broken = True
    choose(chat, photo())
    expect(chat.locator("#notice")).to_contain_text("Berkas belum terkirim")
    door.broken = False
    chat.get_by_role("button", name="Kirim berkas").click()
    expect(chat.locator(".own")).to_have_count(1)
    assert kept(sqlite_database) == 1


def test_what_is_no_photo_is_said_so_and_words_still_go(chat: Page, bot: Bot, sqlite_database: Database) -> None:
    choose(chat, b"MZ" + bytes(99))
    expect(chat.locator("#notice")).to_contain_text("Jenis berkas ini belum bisa kami terima")
    choose_nothing_more(chat)
    ask(chat, "gaji")
    expect(replies(chat).last).to_contain_text("Anda bertanya: gaji")
    assert kept(sqlite_database) == 0


def choose_nothing_more(chat: Page) -> None:
    chat.get_by_text("Kirim foto, suara, atau berkas").click()


def test_more_than_20_mb_costs_nobody_their_data(chat: Page, bot: Bot) -> None:
    asked: list[str] = []
    chat.on("request", lambda request: asked.append(request.url))
    choose(chat, bytes(MOST_BYTES + 1))
    expect(chat.locator("#notice")).to_contain_text("terlalu besar")
    assert not [url for url in asked if url.endswith("/chat/file")]


def test_sending_a_photo_shuts_nobody_out(chat: Page, bot: Bot) -> None:
    chat.get_by_text("Kirim foto, suara, atau berkas").click()
    assert serious(chat) == []


def test_without_scripts_a_photo_is_sent_too(plain: Page, bot: Bot, sqlite_database: Database) -> None:
    choose(plain, photo())
    expect(plain.locator(".own")).to_contain_text("Foto, suara, atau berkas terkirim")
    assert kept(sqlite_database) == 1


def kept(database: Database) -> int:
    with database.reading() as session:
        return len(session.scalars(select(KeptFile)).all())


# Without scripts


def test_without_scripts_everything_works(plain: Page, door: Door, bot: Bot) -> None:
    ask(plain, "menu")
    expect(replies(plain)).to_have_count(1, timeout=15_000)
    plain.get_by_role("button", name="Gaji tidak dibayar").click()
    expect(replies(plain)).to_have_count(2, timeout=15_000)
    expect(plain.locator(".own").last).to_contain_text("Gaji tidak dibayar")
    plain.get_by_role("button", name="Keluar cepat").click()
    expect(plain).to_have_title("Kalender")
    plain.goto(door.address)
    expect(replies(plain)).to_have_count(0)


def test_without_scripts_the_page_waits_with_the_person(plain: Page, bot: Bot) -> None:
    bot.silent = True
    plain.get_by_role("button", name="Mulai").click()
    expect(plain.locator("#waiting")).to_be_visible()
    bot.silent = False
    expect(replies(plain)).to_have_count(1, timeout=15_000)
    expect(plain.locator("#waiting")).to_be_hidden()


@pytest.mark.parametrize("strict_door", ["1 per minute"], indirect=True)
def test_without_scripts_too_fast_gives_the_words_back(
    browser: Browser, strict_door: Door, bot: Bot, browser_context_args: dict[str, Any]
) -> None:
    context = browser.new_context(**browser_context_args | {"java_script_enabled": False})
    page = context.new_page()
    page.goto(strict_door.address)
    ask(page, "satu")
    expect(replies(page)).to_have_count(1, timeout=15_000)
    ask(page, "Saya dipukul majikan")
    for _ in range(2):
        expect(page.locator("#notice")).to_contain_text("tunggu kira-kira 1 menit")
        expect(page.locator("#notice")).to_be_in_viewport()
        expect(page.get_by_label("Tulis pertanyaan Anda")).to_have_value("Saya dipukul majikan")
        expect(page.locator(".card")).to_contain_text("110")
        assert seen_whole(page, ".card")
        expect(replies(page)).to_have_count(1)
        with page.expect_response("**/chat"):
            page.get_by_role("button", name="Kirim").click()
    context.close()


def test_without_scripts_the_page_is_whole_on_a_small_screen(plain: Page, bot: Bot) -> None:
    ask(plain, "menu")
    expect(replies(plain)).to_have_count(1, timeout=15_000)
    expect(plain.get_by_role("button", name=re.compile("Biaya berangkat"))).to_be_visible()
    expect(plain.get_by_label("Tulis pertanyaan Anda")).to_be_in_viewport()
