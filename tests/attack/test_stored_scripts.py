"""Scripts in every field that reaches a page: none is anything but words there (OWASP ASVS 5.0 1.2.1, 3.2.2)."""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from centre.db import Database
from tests.attack import poisoned
from tests.attack.poisoned import SCRIPT, what_runs
from tests.demo_house import browser_of, walk


@pytest.fixture(scope="module")
def house(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, Database, str]]:
    yield from poisoned.house(sqlite_template, tmp_path_factory.mktemp("poisoned"))


@pytest.fixture(scope="module")
def putu(house: tuple[Flask, Database, str]) -> FlaskClient:
    return browser_of(*house)


def test_no_page_of_the_desk_runs_what_anybody_wrote(house: tuple[Flask, Database, str], putu: FlaskClient) -> None:
    pages = walk(house[0], putu, only_pages=True)
    broken, harmed, told = {}, {}, 0
    for page, address in pages.items():
        answer = putu.get(address)
        text = answer.get_data(as_text=True)
        if answer.status_code != 200:
            broken[page] = answer.status
        if runs := what_runs(text):
            harmed[page] = runs[:3]
        told += html.escape(f"<script>{SCRIPT}()", quote=False) in text or SCRIPT in text
    assert broken == {}
    assert harmed == {}
    assert told > 25, f"only {told} of {len(pages)} pages show what was written: the poison does not reach them"


@pytest.mark.parametrize(
    "page",
    [
        "<p title=''><img src=x onerror=kanari()>",
        "<script>kanari()</script>",
        "<a href=' java\nscript:kanari()'>x</a>",
        "<svg/onload=kanari()>",
    ],
)
def test_this_walk_sees_a_script(page: str) -> None:
    assert what_runs(page)
