"""What took long to reckon and is asked for again: kept in this process for as long as its key stays the same.

The key says everything that the answer depends on, the state of the records included; only a few answers are kept.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Answer = TypeVar("Answer")
MOST = 64


class Remembered(Generic[Answer]):
    """The latest answers by key."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Answer] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, reckon: Callable[[], Answer]) -> Answer:
        """The answer for this key, reckoned where it is not known yet."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        answer = reckon()
        with self._lock:
            self._kept[key] = answer
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return answer
