"""The demo house in which every word that anybody ever wrote carries a script: names, places, chats, answers, guidance.

Sealed fields are poisoned where they are sealed, the others where they lie.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import String, event, func, literal, update

from centre.db import Base, Database, open_database
from centre.privacy import Vault
from tests import demo_house
from tests.conftest import VAULT

SCRIPT = "kanari"
POISON = (
    f"""'"></textarea></title><script>{SCRIPT}()</script><img src=x onerror={SCRIPT}()><svg/onload={SCRIPT}()>"""
    f"""<a href="javascript:{SCRIPT}()">x</a>&lt;b&gt;\u202e{{{{7*7}}}}"""
)
WORDS = {
    "absences": ("reason",),
    "agencies": ("name", "licence", "city"),
    "agency_lists": ("source",),
    "announcements": ("texts",),
    "article_drafts": ("title", "label", "short", "body", "subject", "note"),
    "articles": ("owner", "check_note"),
    "audit_entries": ("note",),
    "booking_changes": ("note",),
    "booking_type_texts": ("name", "description", "bring"),
    "case_referrals": ("name",),
    "contact_checks": ("note",),
    "exchange_uploads": ("name",),
    "gate_runs": ("override_reason",),
    "law_changes": ("basis", "note"),
    "open_questions": ("near",),
    "phrase_proposals": ("text",),
    "phrases": ("text",),
    "revisions": ("title", "label", "short", "body", "subject"),
    "said_otherwise": ("msgid", "text"),
    "saved_replies": ("title", "words"),
    "slots": ("place", "note", "reason"),
    "staff_members": ("name",),
    "staff_sessions": ("device", "place"),
    "test_questions": ("text",),
    "villages": ("name", "district", "regency", "province", "address", "hours", "contacts"),
}
"""Columns in the clear that hold what somebody typed."""
NO_SCRIPT = {"script", "style", "img", "svg", "iframe", "object", "embed", "base", "link", "meta", "form", "a"}


@contextmanager
def poisoned_seals() -> Iterator[None]:
    """Whatever is sealed meanwhile carries the script, where it is words."""
    sealing = Vault.seal

    def seal(self: Vault, text: str, place: str) -> bytes:
        return sealing(self, _poisoned(text), place)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Vault, "seal", seal)
        yield


def _poisoned(text: str) -> str:
    try:
        held = json.loads(text)
    except ValueError:
        return text + POISON if " " in text else text
    return json.dumps(_within(held), ensure_ascii=False) if isinstance(held, (dict, list)) else text


def _within(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _within(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_within(each) for each in value]
    return value + POISON if isinstance(value, str) and " " in value else value


def poison(database: Database) -> None:
    """What lies in the clear."""
    with database.transaction() as session:
        for table, names in WORDS.items():
            for column in (Base.metadata.tables[table].c[name] for name in names):
                if isinstance(column.type, String):
                    session.execute(
                        update(column.table).where(func.length(column) > 0).values({column: column + literal(POISON)})
                    )


def house(template: Path, folder: Path) -> Iterator[tuple[Flask, Database, str]]:
    shutil.copy(template, folder / "balai.db")
    database = open_database(f"sqlite:///{folder / 'balai.db'}", VAULT)
    event.listen(database.engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF"))
    with poisoned_seals():
        putu = demo_house.furnish(database)
    poison(database)
    yield demo_house.application(database, folder), database, putu
    database.engine.dispose()


class Reader(HTMLParser):
    """Reads a page as a browser does, and notes what would run."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.runs: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        for name, value in told.items():
            if name.startswith("on") or (name in ("href", "src", "action", "formaction") and _is_script(value or "")):
                self.runs.append(f"<{tag} {name}={value}>")
        if tag == "script" and not told.get("nonce"):
            self.runs.append(f"<script> without a nonce {told}")
        if tag == "img" and told.get("src") == "x":
            self.runs.append("<img src=x>")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _is_script(address: str) -> bool:
    return re.sub(r"[\x00-\x20]", "", address).lower().startswith(("javascript:", "data:text", "vbscript:"))


def what_runs(page: str) -> list[str]:
    reader = Reader()
    reader.feed(page)
    told = re.findall(rf"<script[^>]*>[^<]*{SCRIPT}", page)
    return reader.runs + told
