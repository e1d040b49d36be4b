"""Every page of the desk in the demo house, on a small phone and on a desk, in light and in dark: it fits, and can be read out.

Pages are found by links (`tests.demo_house`), so a new one is looked at here without being named. BALAI_PICTURES=<folder>
keeps a picture of each.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import event

from centre.db import open_database
from tests import demo_house
from tests.browser.stand_ins import Server
from tests.conftest import VAULT
from tests.demo_house import browser_of, walk

WIDTH = "document.documentElement.scrollWidth"
SERIOUS = """async ([where, options]) => {
  const told = await axe.run(where || document, { resultTypes: ["violations"], ...options });
  return told.violations.filter(it => ["serious", "critical"].includes(it.impact)).flatMap(it => it.nodes.map(
    node => `${it.id}: ${node.html.slice(0, 150)} ${node.any.map(why => why.message)}`));
}"""
"""What is worst, in words: everything else that axe tells stays in the browser, it would take longer than finding it."""
NEW_LOOKS = """known => {
  const states = ["aria-current", "disabled", "open"], seen = new Set(known), found = [], looks = [];
  const words = it => it.matches("input, select, textarea") || [...it.childNodes].some(
    each => each.nodeType === Node.TEXT_NODE && each.textContent.trim());
  for (const it of document.querySelectorAll("body *")) {
    if (!words(it) || !it.checkVisibility()) continue;
    let look = "";
    for (let at = it; at.localName !== "html"; at = at.parentElement)
      look += [at.localName, ...at.classList, ...states.filter(each => at.hasAttribute(each))].join(".") + " ";
    if (seen.has(look)) continue;
    seen.add(look); looks.push(look); found.push(it);
  }
  window.newLooks = { include: found };
  return looks;
}"""
"""Colours come from classes and nothing else (the policy refuses any other style), and measuring them takes longest: words
with the same classes, in the same around them, are measured once on all pages together."""
SHEETS = ("admin.posters.village", "admin.posters.regency")
"""Pages that are a sheet of paper each: a heading of the desk would be printed."""
COLOURS = {"runOnly": ["color-contrast"]}
SMALL, LARGE = {"width": 360, "height": 740}, {"width": 1280, "height": 900}


@dataclass
class House:
    """The demo behind a server, with the addresses of its pages."""

    address: str
    pages: dict[str, str]
    token: str
    """The cookie of Putu's session."""


@pytest.fixture(scope="module")
def house(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("demo")
    shutil.copy(sqlite_template, folder / "balai.db")
    database = open_database(f"sqlite:///{folder / 'balai.db'}", VAULT)
    event.listen(database.engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF"))
    putu = demo_house.furnish(database)
    app = demo_house.application(database, folder)
    client = browser_of(app, database, putu)
    pages = walk(app, client, only_pages=True)
    cookie = client.get_cookie("petugas")
    assert cookie is not None
    server = Server(app)
    yield House(server.address, pages, cookie.value)
    server.close()
    database.engine.dispose()


def signed_in(browser: Browser, house: House, **look: object) -> BrowserContext:
    """A browser of Putu's."""
    context = browser.new_context(locale="id-ID", reduced_motion="reduce", **look)  # type: ignore[arg-type]
    context.add_cookies([{"name": "petugas", "value": house.token, "url": house.address}])
    return context


def test_every_page_fits_a_phone_and_a_desk_and_can_be_read_out_in_light_and_dark(browser: Browser, house: House):
    """Each page is fetched once: wide, then narrow, each also in the dark, as for somebody who turns the phone or the lamp."""
    context = signed_in(browser, house, viewport=LARGE)
    page, wrong, looks = context.new_page(), [], Looks()
    for name, path in sorted(house.pages.items()):
        page.set_viewport_size(LARGE)
        answer = page.goto(house.address + path)
        assert answer, path
        found = [f"answers {answer.status}"] if not answer.ok else []
        found += [*_on_a_desk(page, name, looks), *_on_a_phone(page, name, looks)]
        wrong += [f"{path}: {each}" for each in found]
    context.close()
    assert wrong == []
    assert len(house.pages) > 50


def test_this_walk_sees_what_is_wrong_with_a_page(browser: Browser):
    context = browser.new_context(viewport=LARGE, reduced_motion="reduce")
    page = context.new_page()
    page.set_content(
        "<html lang=id><title>Salah</title><style>p { color: #111 } p + p { width: 1400px }"
        " @media (prefers-color-scheme: dark) { body { background: #000 } }</style>"
        "<main><h1>Satu</h1><h1>Dua</h1><p>Gelap</p><p>Lebar</p><details><input></details></main>"
    )
    dark = "dark: color-contrast"
    wide, *unread = _on_a_desk(page, "", Looks())
    assert (wide, [each[:20] for each in unread]) == ("wider than the desk", [dark]), "both paragraphs look the same"
    wide, headings, label, *unread = _on_a_phone(page, "", Looks())
    assert (wide, headings, label[:6]) == ("wider than the phone", "2 first headings", "label:")
    assert [each[:20] for each in unread] == [dark]
    context.close()


class Looks(dict[tuple[int, str], set[str]]):
    """How words look that were measured already, by width and light."""


def _on_a_desk(page: Page, name: str, looks: Looks) -> list[str]:
    page.evaluate(AXE_SCRIPT)
    wrong = ["wider than the desk"] if page.evaluate(WIDTH) > LARGE["width"] else []
    return wrong + _hard_to_read(page, name, looks)


def _on_a_phone(page: Page, name: str, looks: Looks) -> list[str]:
    page.set_viewport_size(SMALL)
    page.eval_on_selector_all("main details", "all => all.forEach(it => { it.open = true; })")
    wrong = ["wider than the phone"] if page.evaluate(WIDTH) > SMALL["width"] else []
    if page.locator("h1").count() != 1 and not name.startswith(SHEETS):
        wrong.append(f"{page.locator('h1').count()} first headings")
    wrong += page.evaluate(SERIOUS, [None, {"rules": {"color-contrast": {"enabled": False}}}])
    return wrong + _hard_to_read(page, name, looks)


def _hard_to_read(page: Page, name: str, looks: Looks) -> list[str]:
    """Words that do not stand out from what is behind them, in the light and in the dark."""
    wrong = []
    for light in ("light", "dark"):
        page.emulate_media(color_scheme=light)
        width = page.viewport_size["width"] if page.viewport_size else 0
        _keep_picture(page, name, f"{width}-{light}")
        known = looks.setdefault((width, light), set())
        if new := page.evaluate(NEW_LOOKS, list(known)):
            known.update(new)
            found = page.evaluate("options => newLooks && (" + SERIOUS + ")([newLooks, options])", COLOURS)
            wrong += [f"{light}: {each}" for each in found]
    page.emulate_media(color_scheme="light")
    return wrong


def _keep_picture(page: Page, name: str, where: str) -> None:
    if folder := os.environ.get("BALAI_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name.removeprefix('admin.')}-{where}.png", full_page=True)


def test_a_reply_typed_while_the_line_breaks_goes_out_once_when_it_is_back(browser: Browser, house: House):
    context = signed_in(browser, house, viewport=SMALL)
    page = context.new_page()
    page.goto(house.address + house.pages["admin.cases.thread"])
    words = "Kami sudah bicara dengan BP3MI."
    form = page.locator("form[action$='/catat']")
    form.locator("textarea").fill(words)
    context.set_offline(True)
    form.get_by_role("button").click()
    expect(form.get_by_role("status")).to_contain_text("Sambungan terputus")
    expect(form.locator("textarea")).to_have_value(words)
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0, "others use this computer"
    form.get_by_role("button").click()
    context.set_offline(False)
    expect(page.get_by_role("status").first).to_contain_text("Catatan disimpan")
    expect(page.locator(".desk-entry .words", has_text=words)).to_have_count(1)
    context.close()


def test_what_was_refused_is_shown_as_without_scripts(browser: Browser, house: House):
    context = signed_in(browser, house, viewport=SMALL)
    page = context.new_page()
    page.goto(house.address + house.pages["admin.cases.thread"])
    page.locator("form[action$='/catat']").get_by_role("button").click()
    expect(page.get_by_role("alert").first).to_contain_text("Belum disimpan")
    context.close()


def test_a_page_left_open_says_what_is_new_and_keeps_what_is_typed(browser: Browser, house: House):
    context = signed_in(browser, house, viewport=SMALL)
    page = context.new_page()
    page.clock.install()
    page.goto(f"{house.address}/admin/")
    told = '{"n": {"urgent": 41}, "baru": 3, "kata": "3 kasus baru"}'
    page.route("**/admin/kabar*", lambda route: route.fulfill(body=told, content_type="application/json"))
    page.clock.run_for(30_000)
    expect(page.locator(".desk-news [role=status]")).to_have_text("3 kasus baru")
    expect(page.locator("[data-count=urgent]")).to_have_text("41")
    context.close()
