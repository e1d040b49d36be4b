"""The ten jobs that staff do most, each by the one whose job it is, on a telephone of 360 pixels: once with scripts, and once
without them on a line such as a village has.

They go as people go: from the first page, through the menu, by what is written on links, buttons and fields. Taps are counted:
what an officer has to do is at most three away.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect
from sqlalchemy import event, select

from admin import code_of_conduct
from bot.turns import Guide
from centre import conduct, open_questions
from centre.areas import Village
from centre.db import Database, open_database
from centre.staff import StaffMember
from processes import demo, trials, web, wiring
from processes.counting import count_all
from processes.demo_story import KORLEKO
from tests import demo_house
from tests.admin.cased import telephone
from tests.browser.stand_ins import Server
from tests.browser.test_admin_pages import serious
from tests.conftest import VAULT

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""Monday, ten in the morning in Korleko: the training has begun."""
SMALL = {"width": 360, "height": 740}
VILLAGE_LINE = {
    "offline": False,
    "latency": 300,
    "downloadThroughput": 250_000 / 8,
    "uploadThroughput": 100_000 / 8,
}
OFFICER, COORDINATOR, EDITOR, REVIEWER, ADMINISTRATOR = (
    f"demo-{name}" for name in ("petugas", "koordinator", "penyunting", "pemeriksa", "pengelola")
)
UNANSWERED = ("kalo ijin suami belum ada gmn bu", "anak saya di saudi mau nikah disana syaratnya apa")
AT_MOST = 3

pytestmark = pytest.mark.xdist_group("ten jobs")


@dataclass
class House:
    """The demo behind its real server, and the telephones from which its staff reach it."""

    address: str
    database: Database
    browser: Browser
    cookies: dict[str, str]
    phones: dict[tuple[str, bool], BrowserContext] = field(default_factory=dict)

    def phone(self, login: str, *, slow: bool) -> BrowserContext:
        """Hers, with what it has fetched before; the slow one runs no scripts."""
        if (login, slow) not in self.phones:
            look = {"viewport": SMALL, "locale": "id-ID", "reduced_motion": "reduce"}
            context = self.browser.new_context(**look, java_script_enabled=not slow)
            context.add_cookies([{"name": "petugas", "value": self.cookies[login], "url": self.address}])
            self.phones[login, slow] = context
        return self.phones[login, slow]


@dataclass
class Thumb:
    """Somebody's thumb: it taps what is written, and counts how often since the first page."""

    house: House
    slow: bool
    turn: int
    """Which of several like things: what the first has dealt with is dealt with."""
    page: Page = field(init=False)
    taps: int = 0

    def begin(self, login: str) -> None:
        """At the first page, as `login`."""
        self.page = self.house.phone(login, slow=self.slow).new_page()
        if self.slow:
            line = self.page.context.new_cdp_session(self.page)
            line.send("Network.enable")
            line.send("Network.emulateNetworkConditions", VILLAGE_LINE)
        self.page.goto(f"{self.house.address}/admin/")
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Beranda")
        self.taps = 0

    def tap(self, what: Locator) -> None:
        """It must be there and wide enough to be hit, on a page that fits."""
        self.fits()
        what.click()
        self.taps += 1
        self.page.wait_for_load_state()

    def fits(self) -> None:
        """Nothing is wider than the telephone."""
        self.keep_picture()
        assert self.page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"], self.page.url

    def keep_picture(self) -> None:
        """For whoever wants to look: BALAI_PICTURES names a folder."""
        if folder := os.environ.get("BALAI_PICTURES"):
            name = re.sub(r"\W+", "-", urlsplit(self.page.url).path).strip("-")
            self.page.screenshot(path=Path(folder) / f"{int(time.time() * 10)}-{name}.png", full_page=True)

    def link(self, name: str | re.Pattern[str]) -> None:
        self.tap(self.page.get_by_role("main").get_by_role("link", name=name).first)

    def press(self, name: str) -> None:
        self.tap(self.page.get_by_role("main").get_by_role("button", name=name).first)

    def fold(self, name: str) -> None:
        self.page.get_by_role("main").locator("summary", has_text=name).first.click()

    def fill(self, name: str, words: str) -> None:
        self.page.get_by_label(name).first.fill(words)

    def menu(self, *names: str) -> None:
        """By the menu: the area, or "Lainnya" where it is not among the first; then the page within."""
        for name in names:
            there = self.page.get_by_role("navigation", name="Menu utama").get_by_role("link", name=name, exact=True)
            card = self.page.locator("main .desk-card").filter(has=self.page.get_by_text(name, exact=True))
            if there.is_visible():
                self.tap(there)
                continue
            if not card.count():
                self.tap(self.page.get_by_role("link", name="Lainnya", exact=True))
            self.tap(card.first)

    def is_at_work(self) -> None:
        """The place where the job is done is reached."""
        assert self.taps <= AT_MOST, f"{self.taps} taps to {self.page.url}"

    def sees(self, words: str | re.Pattern[str]) -> None:
        """What says that it is done."""
        expect(self.page.get_by_role("status").filter(has_text=words).first).to_be_visible()

    def ends(self) -> None:
        """What is there in the end can be read out; a line without scripts shows the same page."""
        self.fits()
        if not self.slow:
            assert serious(self.page) == []
        self.page.close()


Job = Callable[[Thumb], None]


def answer_a_case(thumb: Thumb) -> None:
    thumb.begin(OFFICER)
    first = thumb.page.locator("h3:has-text('Kerjakan dulu') + ul li").filter(has_text="Belum ada yang memegang").first
    thumb.tap(first.get_by_role("link"))
    thumb.is_at_work()
    words = f"Terima kasih, Bu. Kami telepon BP3MI hari ini ({thumb.turn})."
    thumb.fill("Balasan untuk keluarga", words)
    thumb.press("Ambil kasus dan kirim")
    thumb.sees("Balasan disimpan.")
    expect(thumb.page.locator(".desk-entry .words", has_text=words)).to_have_count(1)


def tick_a_roster(thumb: Thumb) -> None:
    thumb.begin(OFFICER)
    thumb.tap(thumb.page.locator("h2:has-text('Jadwal hari ini') + ul a").first)
    thumb.is_at_work()
    button = thumb.page.get_by_role("button", name=re.compile("^Datang: ")).first
    name = (button.get_attribute("aria-label") or "").removeprefix("Datang: ")
    thumb.tap(button)
    thumb.sees(f"{name}: datang.")


def register_a_person(thumb: Thumb) -> None:
    thumb.begin(OFFICER)
    thumb.menu("Warga", "Catat orang")
    thumb.is_at_work()
    name = ("Inaq Rohmatullah", "Amaq Syamsudin")[thumb.turn]
    thumb.fill("Nama", name)
    thumb.page.get_by_label("Status").select_option(label="keluarga pekerja migran")
    thumb.page.get_by_label("di meja layanan").check()
    thumb.page.get_by_label("sudah dibacakan").check()
    thumb.press("Simpan")
    expect(thumb.page.get_by_role("heading", level=1)).to_contain_text(name)


def announce(thumb: Thumb) -> None:
    thumb.begin(OFFICER)
    thumb.menu("Pengumuman")
    thumb.link("Tulis pengumuman")
    thumb.is_at_work()
    words = f"Sabtu ini ada koperasi di balai desa, pukul {thumb.turn + 8}.00."
    thumb.fill("Bahasa Indonesia", words)
    thumb.press("Simpan dan lihat")
    expect(thumb.page.get_by_text(words).first).to_be_visible()
    thumb.page.locator("summary", has_text="Kirim …").click()
    thumb.press("Ya, kirim")
    thumb.sees("Pengumuman mulai dikirim")


def look_up_why_the_bot_answered_so(thumb: Thumb) -> None:
    thumb.begin(OFFICER)
    thumb.menu("Coba bot")
    thumb.is_at_work()
    thumb.fill("Pesan", "gaji suami saya belum dibayar 3 bulan")
    thumb.fill("Desa", "Korleko")
    thumb.press("Kirim")
    why = thumb.page.get_by_role("region", name="Mengapa begitu?")
    expect(why.get_by_text("Kata yang menentukan")).to_be_visible()
    expect(why.get_by_text("gaji").first).to_be_visible()


def print_a_report(thumb: Thumb) -> None:
    thumb.begin(COORDINATOR)
    thumb.menu("Angka desa dan wilayah")
    thumb.link("Laporan untuk dicetak")
    thumb.is_at_work()
    page = thumb.page
    expect(page.get_by_role("heading", level=1)).to_have_text("Laporan bulanan Balai")
    expect(page.get_by_role("button", name="Cetak")).to_have_count(0 if thumb.slow else 1)
    page.emulate_media(media="print")
    expect(page.locator(".desk-header")).to_be_hidden()
    expect(page.get_by_role("button", name="Tampilkan")).to_be_hidden()
    expect(page.locator("article").get_by_text("Kabupaten Lombok Timur")).to_be_visible()
    assert page.pdf(format="A4").count(b"/Type /Page\n") in range(1, 9), "some sheets, not a book"
    page.emulate_media(media="screen")


def edit_and_publish(thumb: Thumb) -> None:
    thumb.begin(EDITOR)
    thumb.menu("Panduan", "Semua panduan")
    thumb.fill("Cari judul", "paspor")
    thumb.press("Tampilkan")
    thumb.tap(thumb.page.locator("main .desk-rows a").nth(thumb.turn))
    title = thumb.page.get_by_role("heading", level=1).inner_text()
    thumb.link("Sunting")
    body = thumb.page.get_by_label("Selengkapnya")
    body.fill(f"{body.input_value()}\n\nTanyakan kepada petugas desa bila ragu.")
    thumb.press("Simpan dan kirim untuk diperiksa")
    thumb.sees("Naskah dikirim.")
    thumb.page.close()

    thumb.begin(REVIEWER)
    thumb.link("Naskah menunggu Anda")
    thumb.link(title)
    thumb.is_at_work()
    thumb.press("Setujui")
    thumb.press("Terbitkan sekarang")
    thumb.sees("Terbit. Warga membacanya sekarang.")


def translate(thumb: Thumb) -> None:
    thumb.begin(EDITOR)
    thumb.menu("Panduan", "Terjemahan")
    thumb.link("Basa Sasak")
    thumb.tap(thumb.page.locator("main .desk-rows a").nth(thumb.turn))
    thumb.link("Sunting terjemahan")
    short = thumb.page.get_by_label("Jawaban pendek")
    assert thumb.page.get_by_text("Bahasa Indonesia").first.is_visible(), "the source is beside it"
    short.fill(short.input_value().replace(".", " gamaq.", 1))
    thumb.press("Simpan naskah")
    thumb.sees("Naskah disimpan.")


def add_a_phrasing(thumb: Thumb) -> None:
    thumb.begin(EDITOR)
    thumb.menu("Panduan", "Belum terjawab")
    thumb.link(UNANSWERED[thumb.turn])
    thumb.is_at_work()
    thumb.page.get_by_label("Panduan", exact=True).select_option(index=3)
    thumb.press("Ajarkan kepada bot")
    expect(thumb.page.get_by_role("heading", name="Yang akan mereka baca")).to_be_visible()
    thumb.press("Ya, ini menjawab")
    thumb.sees("Orang lain harus menyetujuinya")


def add_a_member_of_staff(thumb: Thumb) -> None:
    thumb.begin(ADMINISTRATOR)
    thumb.menu("Staf")
    thumb.link("Tambah orang")
    thumb.is_at_work()
    thumb.fill("Nama", "Ni Luh Sari")
    thumb.fill("Nama masuk", f"niluh.{thumb.turn}")
    thumb.fill("Wilayah", "Korleko")
    thumb.press("Tambahkan")
    expect(thumb.page.get_by_role("heading", level=1)).to_have_text("Kata sandi sekali pakai")
    expect(thumb.page.locator("code")).to_have_text(re.compile(r"\w{4,}"))


JOBS: tuple[Job, ...] = (
    answer_a_case,
    tick_a_roster,
    register_a_person,
    announce,
    look_up_why_the_bot_answered_so,
    print_a_report,
    edit_and_publish,
    translate,
    add_a_phrasing,
    add_a_member_of_staff,
)


@pytest.mark.parametrize("slow", [False, True], ids=["scripts", "village line"])
@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.__name__)
def test_each_job_is_done_with_a_thumb(house: House, job: Job, slow: bool) -> None:
    thumb = Thumb(house, slow, turn=int(slow))
    job(thumb)
    thumb.ends()


def test_a_reply_typed_while_the_line_is_down_goes_out_once_when_it_is_back(house: House) -> None:
    thumb = Thumb(house, False, 0)
    thumb.begin(OFFICER)
    thumb.menu("Kasus")
    thumb.link("Kasus saya")
    thumb.tap(thumb.page.locator("main .desk-rows a").first)
    words = "Kami sudah bicara dengan BP3MI, Bu."
    thumb.fill("Balasan untuk keluarga", words)
    thumb.page.context.set_offline(True)
    thumb.page.get_by_role("button", name="Kirim kepada keluarga").click()
    form = thumb.page.locator("form[action$='/balas']")
    expect(form.get_by_role("status")).to_contain_text("Tulisan Anda tetap di sini")
    expect(form.locator("textarea")).to_have_value(words)
    thumb.page.context.set_offline(False)
    thumb.sees("Balasan disimpan.")
    expect(thumb.page.locator(".desk-entry .words", has_text=words)).to_have_count(1)
    thumb.ends()


def test_a_draft_whose_line_breaks_on_the_way_is_saved_once(house: House) -> None:
    """The server has taken it, but the editor's browser never hears so, and sends it again."""
    thumb = Thumb(house, False, 0)
    thumb.begin(EDITOR)
    thumb.menu("Panduan", "Semua panduan")
    thumb.fill("Cari judul", "hilang kontak")
    thumb.press("Tampilkan")
    thumb.tap(thumb.page.locator("main .desk-rows a").first)
    thumb.link("Sunting")
    words = f"{thumb.page.get_by_label('Selengkapnya').input_value()}\n\nTanyakan kepada petugas desa."
    thumb.fill("Selengkapnya", words)
    arrived: list[int] = []

    def break_once(route: Route) -> None:
        arrived.append(route.fetch(max_redirects=0).status)
        route.abort()

    thumb.page.route("**/sunting", break_once, times=1)
    thumb.page.get_by_role("button", name="Simpan naskah").click()
    thumb.sees("Naskah disimpan.")
    assert arrived == [200], "the first was taken"
    expect(thumb.page.get_by_label("Selengkapnya")).to_have_value(words)
    expect(thumb.page.locator("input[name=edits]")).to_have_value("1")
    thumb.ends()


def test_the_second_of_two_editors_sees_what_the_first_wrote_and_keeps_her_words(house: House) -> None:
    first, second = Thumb(house, False, 0), Thumb(house, False, 0)
    for thumb, login in ((first, EDITOR), (second, ADMINISTRATOR)):
        thumb.begin(login)
        thumb.menu("Semua panduan") if login == ADMINISTRATOR else thumb.menu("Panduan", "Semua panduan")
        thumb.fill("Cari judul", "tanpa libur")
        thumb.press("Tampilkan")
        thumb.tap(thumb.page.locator("main .desk-rows a").first)
        thumb.link("Sunting")
    first.fill("Judul", "Kata Dewi")
    first.press("Simpan naskah")
    first.sees("Naskah disimpan.")
    first.page.close()
    second.fill("Judul", "Kata Sri")
    second.page.get_by_role("button", name="Simpan naskah").click()
    expect(second.page.get_by_role("alert")).to_contain_text("Dewi Lestari menyimpan naskah ini lebih dulu")
    expect(second.page.get_by_label("Judul")).to_have_value("Kata Sri")
    expect(second.page.locator("del", has_text="Dewi").first).to_be_visible()
    second.press("Simpan naskah")
    second.sees("Naskah disimpan.")
    second.ends()


def test_any_form_waits_for_a_line_that_is_down(house: House) -> None:
    thumb = Thumb(house, False, 0)
    thumb.begin(OFFICER)
    thumb.menu("Pengumuman")
    thumb.link("Tulis pengumuman")
    thumb.fill("Bahasa Indonesia", "Besok puskesmas keliling datang.")
    thumb.page.context.set_offline(True)
    thumb.page.get_by_role("button", name="Simpan dan lihat").click()
    thumb.sees("Sambungan terputus")
    thumb.page.context.set_offline(False)
    expect(thumb.page.get_by_role("heading", name="Begini terbacanya")).to_be_visible()
    thumb.menu("Pengumuman")
    expect(thumb.page.get_by_role("link", name="Besok puskesmas keliling datang.")).to_have_count(1)
    thumb.ends()


@pytest.fixture(scope="module")
def house(
    browser: Browser, sqlite_template: Path, project_guide: Guide, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("jobs")
    shutil.copy(sqlite_template, folder / "balai.db")
    database = open_database(f"sqlite:///{folder / 'balai.db'}", VAULT)
    event.listen(database.engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF"))
    with pytest.MonkeyPatch.context() as stood_in:
        stood_in.setattr(wiring, "clock", lambda: NOW)
        stood_in.setattr(demo, "MONTHS", 2)
        stood_in.setattr(web, "TrialDesk", lambda: _Trials(database, project_guide, folder))
        demo_house.furnish(database)
        _ask(database)
        count_all(database, lambda: NOW)
        app = demo_house.application(database, folder)
        names = (OFFICER, COORDINATOR, EDITOR, REVIEWER, ADMINISTRATOR)
        cookies = {login: _signed_in(app, database, login) for login in names}
        server = Server(app)
        made = House(server.address, database, browser, cookies)
        yield made
        for context in made.phones.values():
            context.close()
        server.close()
    database.engine.dispose()


@dataclass
class _Trials:
    """The engine on trial in this process, with the finder that all tests share."""

    database: Database
    guide: Guide
    data: Path

    def converse(self, trial: trials.Trial) -> trials.Told:
        return trials.told(self.database, self.guide, self.data, trial)


def _ask(database: Database) -> None:
    """What families of Korleko asked in vain."""
    with database.transaction() as session:
        village = session.scalars(select(Village.id).where(Village.code == KORLEKO)).one()
        for number, words in enumerate(UNANSWERED):
            asked = telephone(session, f"asks-{number}", village, NOW)
            open_questions.keep(session, asked, words, "id", NOW - timedelta(days=1))
        open_questions.gather(session, NOW)


def _signed_in(app, database: Database, login: str) -> str:
    """The cookie of one of the demo's staff, who has a password of their own and has promised."""
    with database.transaction() as session:
        member = session.scalars(select(StaffMember).where(StaffMember.login == login)).one()
        member.must_change_password = False
        conduct.accept(session, member.id, code_of_conduct.PRESENT.version, NOW)
    cookie = demo_house.browser_of(app, database, member.id).get_cookie("petugas")
    assert cookie is not None
    return cookie.value
