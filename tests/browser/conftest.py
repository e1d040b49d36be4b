"""A real browser the size of a small phone, our page behind a real server, and a stand-in for the bot."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from centre import staff
from centre.db import Database
from centre.file_store import FileStore
from tests.browser.chromium import installed
from tests.browser.stand_ins import Bot, Door


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser comes last: Playwright leaves an event loop running, beside which no other test could start one."""
    items.sort(key=lambda item: item.path.parent == Path(__file__).parent)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium where there is one, else Playwright's own."""
    found = installed()
    own = {"executable_path": found} if found else {}
    return {**browser_type_launch_args, **own, "args": ["--no-sandbox"]}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "viewport": {"width": 360, "height": 640}, "locale": "id-ID"}


@pytest.fixture(autouse=True)
def password_is_enough(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the desk: the second step has stories of its own, marked `both_steps`."""
    if not request.node.get_closest_marker("both_steps"):
        monkeypatch.setattr(staff, "open_session", partial(staff.open_session, is_proved=True))


@pytest.fixture
def bot(sqlite_database: Database) -> Iterator[Bot]:
    bot = Bot(sqlite_database)
    yield bot
    bot.close()


@pytest.fixture
def door(sqlite_database: Database, tmp_path: Path) -> Iterator[Door]:
    door = Door(sqlite_database, FileStore(tmp_path / "files"))
    yield door
    door.close()


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], None]:
    """Wait for something that no page shows."""

    def wait(happened: Callable[[], bool]) -> None:
        for _ in range(200):
            if happened():
                return
            time.sleep(0.05)
        pytest.fail("it did not happen within 10 seconds")

    return wait
