"""A small guide that never changes by itself, so that what is tested is the conversation and not the guidance."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.turns import Guide
from centre.db import Database
from content import contacts, files
from content.finding import Finder
from content.library import Library
from tests.bot.chatting import Chat, settle_villages
from tests.finders import kept

SMALL = Path(__file__).parent / "small"
CHECKED = {"gaji-dipotong": datetime(2026, 11, 3, 2, 0, tzinfo=UTC)}


@pytest.fixture(scope="session")
def guide(finders: Path) -> Guide:
    """Six small articles, their contacts (no real numbers), and a finder built from them and kept between runs."""
    known = Library(
        files.read(SMALL / "guidance"),
        contacts.read(SMALL / "contacts.yaml"),
        talk=files.talk_phrasings(SMALL / "phrasings"),
        checks=CHECKED,
    )
    finder = Finder.load(kept(finders, known.phrasings, known.titles))
    return Guide(known, finder, {"telegram": "https://t.me/BalaiBot"})


@pytest.fixture
def village_database(sqlite_database: Database) -> Database:
    """An empty SQLite database in which the villages are known."""
    with sqlite_database.transaction() as session:
        settle_villages(session)
    return sqlite_database


@pytest.fixture
def village_chat(village_database: Database, guide: Guide) -> Chat:
    """Somebody on Telegram who has been welcomed and has not told a village."""
    chat = Chat(village_database, guide)
    for _ in range(2):
        chat.say("0")
    return chat
