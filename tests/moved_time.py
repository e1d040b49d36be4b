"""A day in a second: an event loop whose time moves on by itself whenever everybody waits.

What is handed to a thread is done at once, in its place: the real code runs, one thing after the other, and each run is the
same as the last.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any


class MovedLoop(asyncio.SelectorEventLoop):
    """Nobody sleeps: the clock is put forward to whatever comes next."""

    def __init__(self) -> None:
        self.moved = 0.0
        super().__init__(_Moving(self))

    def time(self) -> float:
        return self.moved

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:  # type: ignore[override]
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - as a thread would hand it back
            done.set_exception(error)
        return done


class _Moving(selectors.DefaultSelector):
    def __init__(self, loop: MovedLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        assert timeout is not None, "everybody waits for something that never comes"
        self._loop.moved += max(0.0, timeout)
        return super().select(0)


class MovedTime:
    """The time of day in such a loop. `jump` sets the clock forward or back, as somebody does by hand or NTP."""

    def __init__(self, begin: datetime) -> None:
        self._begin = begin
        self._set = timedelta(0)
        self._loop: MovedLoop | None = None

    def run(self, story: Coroutine[Any, Any, None]) -> None:
        """Tell the story, in as little time as the work in it takes."""
        with asyncio.Runner(loop_factory=self._make) as runner:
            runner.run(story)

    def now(self) -> datetime:
        """What the clock shows."""
        return self._begin + self._set + timedelta(seconds=self.passed)

    @property
    def passed(self) -> float:
        """Seconds since the beginning, whatever was done to the clock."""
        return self._loop.moved if self._loop else 0.0

    @property
    def hours(self) -> float:
        """What the clock shows, in hours since the beginning."""
        return (self.now() - self._begin) / timedelta(hours=1)

    def jump(self, by: timedelta) -> None:
        self._set += by

    def _make(self) -> MovedLoop:
        self._loop = MovedLoop()
        return self._loop
