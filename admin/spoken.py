"""What only `bot` can word, and the desk shows before it is said or prints: handed in by `processes`, as plain callables.

`admin` may not import `bot`; here stands what it asks of it, with stand-ins for a desk without a bot.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class Poster(Protocol):
    """The sentences of one language on a poster."""

    @property
    def title(self) -> str: ...
    @property
    def how(self) -> str: ...
    @property
    def promise(self) -> str: ...


@dataclass(frozen=True)
class Spoken:
    """What the desk has worded by the bot."""

    poster: Callable[[str], Poster]
    """The poster in one language, by its code."""
