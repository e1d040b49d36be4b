"""One article that keeps every rule, the people who write and review it, and their forms."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from typing import Any

from flask.testing import FlaskClient

from content import articles
from content.folders import ArticleFile, Guidance, Source, Text

SLUG = "cek-agen"
EDIT = f"/admin/panduan/{SLUG}/id/sunting"
SHORT = "Agen resmi punya izin. [CEK-01]"


def guide(desk: Any, slug: str = SLUG, label: str = "Cek agen", **subject: Any) -> None:
    """An article about agents is published, in Bahasa and in Sasak."""
    text = Text("id", "Cek izin agen", label, SHORT, "Izin itu tertulis. [CEK-01]")
    sasak = Text(
        "sas", "Gitaq izin agen", label, "Agen resmi ngaraq izin. [CEK-01]", "Izin nike. [CEK-01]", "", text.revision
    )
    facts: dict[str, Any] = {
        "topic": "legal",
        "owner": "BP3MI NTB",
        "valid_from": date(2026, 11, 1),
        "review_due": date(2027, 4, 1),
        "legal_basis": ("UU 18/2017 Pasal 72",),
        "sources": (Source("Koran Desa", "2025", "https://example.org/cek", ("CEK-01",)),),
        "related": (),
        "check_before_use": False,
        "check_note": "",
    }
    wanted = ArticleFile(slug=slug, **(facts | subject), texts={"id": text, "sas": sasak}, phrasings=())
    with desk.database.transaction() as session:
        articles.load(session, Guidance({slug: wanted}), desk.now)


def fields(page: str) -> dict[str, str]:
    """Everything that the writing form on a page would send as it stands."""
    form = page.partition("data-preview")[2].partition("</form>")[0]
    found = {}
    for name, value in re.findall(r'<input[^>]*? name="([^"]+)"[^>]*? value="([^"]*)"', form):
        found[name] = unescape(value)
    for name, value in re.findall(r'<textarea[^>]*? name="([^"]+)"[^>]*>\r?\n?(.*?)</textarea>', form, re.DOTALL):
        found[name] = unescape(value)
    for name, options in re.findall(r'<select[^>]*? name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"', options)
        found[name] = unescape(chosen[1]) if chosen else ""
    ticked = re.findall(r'<input[^>]*?checked[^>]*? name="([^"]+)"', form)
    if "check_before_use" not in ticked:
        found.pop("check_before_use", None)
    return found


def write(browser: FlaskClient, to: str = EDIT, deed: str = "simpan", **typed: str):
    """Open the form, change some fields, and press a button."""
    return browser.post(to, data=fields(browser.get(to).text) | typed | {"kerja": deed})


def press(browser: FlaskClient, number: int, deed: str, **typed: str):
    """A deed on the page of a draft, as it stands."""
    page = browser.get(f"/admin/panduan/naskah/{number}").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    edits = re.search(r'name="edits" value="([^"]+)"', page)
    assert token
    data = {"csrf_token": token[1], "edits": edits[1] if edits else "1"}
    return browser.post(f"/admin/panduan/naskah/{number}/{deed}", data=data | typed)
