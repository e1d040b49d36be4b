"""What somebody has told of their own data so far, at which question they are, and what that already means."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from bot import half_told
from bot.turns import Turn
from centre import people

MEMORY = "census"
STEP, NAME, AGE = "census", "census:name", "census:age"
COUNTRY, CONTRACT, PASSPORT, WRONG = "census:country", "census:contract", "census:passport", "census:wrong"
STEPS = (STEP, NAME, AGE, COUNTRY, CONTRACT, PASSPORT, WRONG)


@dataclass
class Draft:
    """What was told so far."""

    agreed: bool = False
    relation: str = ""
    person_id: int | None = None
    told: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """Questions that were answered or skipped."""
    asked_where: bool = False


def draft_of(turn: Turn) -> Draft | None:
    """What was told so far, unless that was long ago."""
    found = half_told.kept(turn, MEMORY)
    return half_told.read(Draft, found) if found else None


def keep(turn: Turn, draft: Draft) -> None:
    """Remember it from now on."""
    half_told.keep(turn, MEMORY, asdict(draft))


def let_go(turn: Turn) -> None:
    """Forget what was told so far."""
    half_told.let_go(turn, MEMORY)


def is_child(draft: Draft) -> bool:
    """Is it about somebody for whom a parent agrees and tells?"""
    age = draft.told.get("age")
    return age is not None and int(age) < people.OF_AGE


def is_open(draft: Draft, what: str) -> bool:
    """Neither answered nor skipped; what was known before is not asked, unless it is being put right."""
    return what not in draft.asked and not draft.told.get(what)
