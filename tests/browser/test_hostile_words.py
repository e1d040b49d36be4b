"""Scripts that people send and staff type, by the doors that they come in by, looked at in a real browser with the policy as it
is served: none runs, the policy has nothing to refuse, and what was typed is read as it was typed.

Every column of every page is poisoned in `tests.attack.test_stored_scripts`, without a browser; here are the fields that
people fill most (OWASP ASVS 5.0 1.2.1, 3.2.2, 3.4.3).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
import pyotp
import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect

from admin import code_of_conduct
from bot.turns import Guide
from centre import booking_types, conduct, second_factors, staff
from centre.db import Database
from centre.staff import Role, StaffRole
from processes import answering, wiring
from processes.settings import Settings
from processes.web import create_app
from tests.bot.chatting import settle_villages
from tests.bot.conftest import guide
from tests.browser.stand_ins import Server
from tests.demo_house import browser_of
from tests.processes.houses import TELEGRAM_SECRET, TELEGRAM_TOKEN, as_update, signed

__all__ = ["guide"]

WORDS = (
    "<script>kanari()</script>",
    '"><img src=x onerror=kanari()>',
    "</textarea></title></script></style><svg/onload=kanari()>",
    '<a href="javascript:kanari()" autofocus onfocus=kanari()>x</a>',
    '[x](javascript:kanari()) ![x](x" onerror="kanari())',
    'https://desa.example/"onmouseover="kanari()',
    "<math><mtext></form><form><mglyph><style></math><img src onerror=kanari()>",
    '<iframe srcdoc="<script>parent.kanari()</script>"></iframe>',
    "<details open ontoggle=kanari()><summary>x</summary></details>",
    "<meta http-equiv=refresh content=0;url=//jahat.test><base href=//jahat.test>",
    "<style>@import '//jahat.test'; *{display:none}</style>",
    "&lt;script&gt;kanari()&lt;/script&gt; &#60;img src=x onerror=kanari()&#62;",
    "\\u003cimg src=x onerror=kanari()\\u003e ';kanari();' ${kanari()} {{7*7}}",
)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SMALL = {"width": 360, "height": 740}
THIRDS = tuple("\n".join(WORDS[third::3]) for third in range(3))
NAME = "<svg onload=kanari()>Sari"
SHORT = '"><svg/onload=kanari()>'
WATCH = (
    """addEventListener("securitypolicyviolation", it => refused(it.effectiveDirective + " " + it.sourceFile), true);"""
)
ALIVE = """() => [...document.querySelectorAll("*")].filter(it => it.getAttributeNames().some(name => name.startsWith("on"))
  || /^\\s*javascript:/i.test(it.getAttribute("href") || it.getAttribute("action") || "")).map(it => it.outerHTML)"""
PUT_IN = """words => new Promise(done => {
  addEventListener("securitypolicyviolation", () => done());
  document.body.insertAdjacentHTML("beforeend", words);
})"""
READ = """() => [document.body.innerText, ...[...document.querySelectorAll("input, textarea")].map(it => it.value)].join(" ")"""


@dataclass
class House:
    """The web process behind a server, and a worker that answers when it is told to."""

    database: Database
    guide: Guide
    app: Flask
    address: str
    ketut: str
    """The id of somebody who works there."""
    number: int = 0

    def telegram(self, words: str) -> None:
        self.number += 1
        body = json.dumps(as_update(self.number, 5150, words, NAME)).encode()
        answer = httpx.post(f"{self.address}/webhooks/telegram", content=body, headers=signed(body, "telegram"))
        assert answer.status_code == 200
        self.answer()

    def answer(self) -> None:
        while answering.answer_next(self.database, self.guide, wiring.clock):
            pass


@dataclass
class Looker:
    """Somebody's browser, which tells of every script that ran, of whatever the policy refused, and who else was asked."""

    context: BrowserContext
    home: str
    page: Page = field(init=False)
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.expose_function("kanari", lambda *_: self.told.append("a script ran"))
        self.context.expose_function("refused", lambda what: self.told.append(f"refused: {what}"))
        self.context.add_init_script(WATCH)
        self.page = self.context.new_page()
        self.page.on("dialog", lambda dialog: self.told.append(dialog.message))

    def opens(self, path: str) -> None:
        self.page.goto(self.home + path)

    def fills(self, form: str, said: str, **fields: str) -> None:
        """The form that leads there, until the page says what it says then."""
        there = self.page.locator(f"form[action$='/{form}']")
        there.evaluate("it => { for (; it; it = it.parentElement) if (it.matches('details')) it.open = true; }")
        for name, words in fields.items():
            there.locator(f"[name='{name}']").fill(words)
        there.locator(".btn-primary, .btn-outline-primary").first.click()
        expect(self.page.get_by_role("status").filter(has_text=said)).to_be_visible()

    def picks(self, name: str, words: str) -> None:
        """What a list offers."""
        there = self.page.locator(f"[name={name}]")
        there.select_option(there.locator("option", has_text=words).get_attribute("value"))

    def asks(self, words: str, house: House) -> None:
        """In the web chat."""
        replies, own = self.page.locator(".reply[data-id]"), self.page.locator(".own")
        before, asked = replies.count(), own.count()
        self.page.get_by_label("Tulis pertanyaan Anda").fill(words)
        self.page.get_by_role("button", name="Kirim").click()
        expect(own).to_have_count(asked + 1)
        house.answer()
        expect(replies).not_to_have_count(before)

    def reads(self, *words: str) -> None:
        """They stand here as they were typed, and are nothing else."""
        here = _plain(self.page.evaluate(READ))
        assert [each for each in words if _plain(each) not in here] == [], self.page.url
        assert self.page.evaluate(ALIVE) == []
        assert self.told == []


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.fixture
def house(sqlite_database: Database, guide: Guide, tmp_path: Path) -> Iterator[House]:
    connected = {"telegram_token": TELEGRAM_TOKEN, "telegram_secret": TELEGRAM_SECRET, "public_url": "http://localhost"}
    settings = Settings(data=tmp_path, secret_key="k" * 32, field_keys="f" * 32, **connected)
    with sqlite_database.transaction() as session:
        settle_villages(session)
        booking_types.seed(session, wiring.clock())
        ketut = staff.add(session, "ketut", "Ketut", Role.HELPER, "52.03.17.2006", "sawah terang", wiring.clock()).id
    app = create_app(settings, sqlite_database)
    server = Server(app)
    yield House(sqlite_database, guide, app, server.address, ketut)
    server.close()


@pytest.fixture
def putu(house: House, browser: Browser) -> Iterator[Looker]:
    """Who may do everything at the desk."""
    now = wiring.clock()
    with house.database.transaction() as session:
        putu = staff.add(session, "putu", "Putu", Role.COORDINATOR, "", "sawah terang perahu", now, must_change=False)
        putu.roles += [StaffRole(role=role, area="") for role in Role if role != Role.COORDINATOR]
        conduct.accept(session, putu.id, code_of_conduct.PRESENT.version, now)
        second_factors.set_app(session, putu.id, SECRET, pyotp.TOTP(SECRET).at(now), now)
        number = putu.id
    cookie = browser_of(house.app, house.database, number).get_cookie("petugas")
    assert cookie
    context = browser.new_context(viewport=SMALL, locale="id-ID")
    context.add_cookies([{"name": "petugas", "value": cookie.value, "url": house.address}])
    yield Looker(context, house.address)
    context.close()


@pytest.fixture
def sari(house: House, browser: Browser) -> Iterator[Looker]:
    """Who has a telephone and the web chat."""
    context = browser.new_context(viewport=SMALL, locale="id-ID")
    yield Looker(context, house.address)
    context.close()


def test_what_a_family_writes_by_telegram_is_words_at_the_desk(house: House, putu: Looker) -> None:
    for words in ("/start HJK347", "0", "lapor", "1", *THIRDS):
        house.telegram(words)
    putu.opens("/admin/kasus")
    putu.page.locator("main .desk-rows a").first.click()
    putu.reads(*WORDS)
    putu.fills("catat", "Catatan disimpan", **{"catat-words": "\n".join(WORDS)})
    expect(putu.page.locator(".desk-entry .words", has_text=WORDS[0])).to_have_count(2)
    putu.reads(*WORDS)
    assert putu.page.locator(".desk-entry .words *").count() == 0


def test_what_staff_type_into_their_forms_is_words_on_their_pages(house: House, putu: Looker) -> None:
    putu.opens("/admin/kasus/balasan-tersimpan/baru")
    putu.fills("baru", "Balasan disimpan", title=SHORT, words="\n".join(WORDS))
    putu.reads(SHORT)
    putu.opens("/admin/kasus/balasan-tersimpan/1")
    putu.reads(SHORT, *WORDS)
    putu.opens("/admin/panduan/baru")
    texts = {"title": WORDS[1], "label": SHORT[:20], "short": "\n\n".join(WORDS[:6]), "body": "\n\n".join(WORDS)}
    putu.fills("baru", "Naskah disimpan", slug="kanari", **texts)
    putu.reads(*WORDS)
    putu.opens("/admin/panduan/naskah")
    putu.reads(WORDS[1])
    putu.opens(f"/admin/staf/{house.ketut}")
    putu.fills("nama", "Disimpan", name=NAME)
    putu.reads(NAME)
    putu.opens("/admin/staf")
    putu.reads(NAME)


def test_what_staff_type_about_a_date_is_words_for_families(house: House, putu: Looker, sari: Looker) -> None:
    putu.opens("/admin/jadwal/buat")
    putu.picks("type_id", "Pelatihan perbengkelan")
    putu.picks("village_id", "Korleko")
    day = (wiring.clock() + timedelta(days=4)).date().isoformat()
    putu.fills("buat", "1 jadwal dibuat", day=day, begins="09:00", ends="12:00", place=WORDS[0], note=WORDS[1])
    putu.page.locator("main a[href*='/admin/jadwal/']").last.click()
    putu.reads(WORDS[0], WORDS[1])
    sari.opens("/?desa=HJK347")
    for words in ("mau ikut pelatihan", "1", "1", NAME, "4", "41", "1", WORDS[2], WORDS[8], "1", *THIRDS):
        sari.asks(words, house)
    sari.reads(NAME, *WORDS)
    sari.opens("/")
    sari.reads(NAME, *WORDS)
    sari.opens(re.findall(r"/janji/[0-9a-f-]+", sari.page.inner_text("body"))[0])
    sari.reads(WORDS[0], WORDS[1])
    putu.page.reload()
    putu.reads(NAME, WORDS[0], WORDS[1])
    putu.page.locator("main a[href*='/admin/janji/']").first.click()
    putu.reads(NAME, WORDS[2], WORDS[8])


def test_this_browser_tells_of_what_runs_and_of_what_is_refused(house: House, sari: Looker) -> None:
    sari.page.set_content("<script>kanari()</script>")
    sari.opens("/privasi")
    sari.page.evaluate(PUT_IN, "<img src=x onerror=kanari()>")
    assert sari.told[0] == "a script ran"
    assert all(each.startswith("refused: ") for each in sari.told[1:])
    assert len(sari.told) > 1
    assert sari.page.evaluate(ALIVE)
