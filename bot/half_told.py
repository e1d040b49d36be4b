"""What somebody has told so far of something longer (a booking, a check of an offer, their data): kept sealed in the
conversation for a day, and in no record."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import fields
from datetime import timedelta
from typing import Any, TypeVar

from bot.turns import Turn, remember

STALE = timedelta(hours=24)
"""After this it is let go."""

Told = TypeVar("Told")


def kept(turn: Turn, name: str) -> dict[str, Any] | None:
    """What was kept under this name, to go on with, unless that was long ago."""
    found: dict[str, Any] | None = turn.conversation.memory.get(name)
    return deepcopy(found) if found and turn.now.timestamp() - found["at"] <= STALE.total_seconds() else None


def read(kind: type[Told], found: Mapping[str, Any]) -> Told:
    """The same as what it is now; it may have been kept by an earlier version of us."""
    known = {each.name for each in fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: value for name, value in found.items() if name in known})


def keep(turn: Turn, name: str, told: Mapping[str, Any]) -> None:
    """Remember it from now on."""
    remember(turn.conversation, **{name: {**told, "at": turn.now.timestamp()}})


def let_go(turn: Turn, name: str) -> None:
    """Forget it."""
    remember(turn.conversation, **{name: None})
