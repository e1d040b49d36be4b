"""Each page of the desk in the demo house: light enough for one bar of signal, and with a number of queries that is known.

`BALAI_COUNT_QUERIES=1 pytest tests/admin/test_every_page.py` writes the numbers down anew (`query_counts.json`).
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from centre import open_questions
from centre.announcements import Announcement
from centre.db import Database, open_database
from centre.open_questions import Reader
from content import gates, overview, recordings
from content.draft_records import ArticleDraft
from processes import wiring
from tests import demo_house
from tests.conftest import VAULT
from tests.demo_house import browser_of, pages_of, walk

FIRST, AFTER = 150 * 1024, 60 * 1024
"""Bytes that go over the line, compressed: for the first page with all it needs, and for each one after it."""
COUNTS = Path(__file__).with_name("query_counts.json")
"""Queries by page, finding out who is signed in included."""
WEDNESDAY = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
"""An ordinary working day, always the same: on a holiday nothing would be on, and fewer queries made."""
NO_QUERIES = ("BEGIN", "COMMIT", "PRAGMA", "SAVEPOINT", "RELEASE", "SET LOCAL")
OF_KEYS = "FROM data_keys"
"""A process remembers opened keys for a minute: on a slow machine some are looked up again, together."""
UNREACHED = {"admin.auth.sign_in", "admin.second_step.code", "admin.desk.news", "admin.keeping.offer"}
"""Doors, what pages ask by themselves, and what waits only for whoever's session ended in the middle of a form."""


@pytest.fixture(scope="module")
def house(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, still: None
) -> Iterator[tuple[Flask, Database, str]]:
    folder = tmp_path_factory.mktemp("demo")
    shutil.copy(sqlite_template, folder / "balai.db")
    database = open_database(f"sqlite:///{folder / 'balai.db'}", VAULT)
    event.listen(database.engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF"))
    putu = demo_house.furnish(database)
    yield demo_house.application(database, folder), database, putu
    database.engine.dispose()


@pytest.fixture(scope="module")
def still() -> Iterator[None]:
    """It stays that Wednesday."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wiring, "clock", lambda: WEDNESDAY)
        yield


@pytest.fixture(scope="module")
def putu(house: tuple[Flask, Database, str]) -> FlaskClient:
    return browser_of(*house)


@pytest.fixture(scope="module")
def pages(house: tuple[Flask, Database, str], putu: FlaskClient) -> dict[str, str]:
    return walk(house[0], putu)


def test_every_page_can_be_found_by_following_links(house, pages):
    """A page that nobody can find is no page."""
    assert sorted(pages_of(house[0]) - set(pages) - UNREACHED) == []
    assert len(pages) > 50


def test_the_demo_shows_editors_and_their_work(house):
    """Something waits, was refused, is timed, is due and is asked for: no page of theirs stands empty."""
    _app, database, _putu = house
    today = wiring.clock().date()
    with database.reading() as session:
        drafts = session.scalars(select(ArticleDraft).where(ArticleDraft.closed_at.is_(None))).all()
        standings = overview.every(session)
        asked = open_questions.listed(session, Reader(), "unanswered")
        assert {draft.state for draft in drafts} == {"writing", "review", "accepted"}
        assert [draft.article_slug for draft in drafts if draft.publish_at] == ["pinjaman-kur-pmi"]
        assert [each.slug for each in standings if each.is_overdue(today)] == ["paspor-pmi"]
        assert [each.slug for each in standings if each.behind]
        assert [each.slug for each in standings if each.law_changes]
        assert asked[0].times == 5
        assert open_questions.listed(session, Reader(), "not_helped")
        runs = {(run.state, run.passed) for run in gates.recent(session, 99)}
        assert runs == {("done", True), ("done", False)}, "none is left for a finder to be built for"
        assert len(recordings.published(session)) == 1
        assert set(session.scalars(select(Announcement.state))) == {"draft", "to_agree", "going"}


def test_each_page_opens_and_is_light_enough_for_one_bar_of_signal(putu, pages):
    heavy, broken = {}, {}
    for page, address in pages.items():
        answer = putu.get(address, follow_redirects=True)
        if answer.status_code != 200:
            broken[address] = answer.status
        elif answer.mimetype == "text/html" and len(gzip.compress(answer.data, 6)) > AFTER:
            heavy[page] = len(gzip.compress(answer.data, 6))
    assert broken == {}
    assert heavy == {}


def test_an_officer_reaches_every_page_of_hers_within_three_taps_of_a_small_phone(house):
    app, database, _putu = house
    nurhayati = browser_of(app, database, demo_house.officer(database))
    near = demo_house.taps(app, nurhayati, 3)
    assert set(walk(app, nurhayati)) - set(near) <= {"admin.revisions.revision"}, (
        "old states of a text are the editors'"
    )


def test_the_first_page_with_all_it_needs_is_light_and_the_rest_is_kept(house, putu):
    stranger = house[0].test_client()
    for browser, address in ((stranger, "/admin/masuk"), (putu, "/admin/")):
        page = browser.get(address, headers={"Accept-Encoding": "gzip"})
        total = len(page.data)
        needed = re.findall(r'(?:href|src)="(/admin/aset/[^"]+)"', gzip.decompress(page.data).decode())
        assert needed
        for asset in needed:
            answer = browser.get(asset, headers={"Accept-Encoding": "gzip"})
            assert "immutable" in answer.headers["Cache-Control"], asset
            total += len(answer.data)
        assert total <= FIRST, f"{address}: {total} bytes"


@pytest.mark.parametrize("where", ["sqlite", "postgresql"])
def test_each_page_asks_the_database_as_often_as_is_known(where, house, pages, tmp_path, request):
    app, database, putu = house
    if where == "postgresql":
        other = request.getfixturevalue("postgresql_database")
        demo_house.move(database, other)
        app, database = demo_house.application(other, tmp_path), other
    counted = _queries(database, browser_of(app, database, putu), pages)
    if os.environ.get("BALAI_COUNT_QUERIES"):
        COUNTS.write_text(json.dumps(counted, indent=1) + "\n", encoding="utf-8")
    known = json.loads(COUNTS.read_text(encoding="utf-8"))
    assert {page: known.get(page) for page in counted} == counted
    assert sorted(known.keys() - counted.keys()) == []


def test_the_news_of_an_open_page_are_a_few_bytes(putu):
    news = putu.get("/admin/kabar?sejak=0&lalu=0.0.0")
    assert len(news.data) <= 1024
    again = putu.get("/admin/kabar?sejak=0&lalu=0.0.0", headers={"If-None-Match": news.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""


def _queries(database: Database, browser: FlaskClient, pages: dict[str, str]) -> dict[str, int]:
    """How often each page asks, once it has been open before."""
    asked: list[str] = []

    def note(*given: object) -> None:
        asked.append(str(given[2]))

    counted = {}
    event.listen(database.engine, "before_cursor_execute", note)
    for page, address in sorted(pages.items()):
        browser.get(address)  # what is only asked the first time
        asked.clear()
        assert browser.get(address).status_code < 400, page
        counted[page] = sum(not each.startswith(NO_QUERIES) and OF_KEYS not in each for each in asked)
    event.remove(database.engine, "before_cursor_execute", note)
    return counted
