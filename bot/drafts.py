"""A booking half made: what somebody has chosen so far, kept sealed in their conversation for a day."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from bot import half_told
from bot.turns import Turn
from centre import booking_types, people
from centre.booking_types import BookingType
from centre.people import Known

MEMORY = "booking"


@dataclass
class Draft:
    """What has been chosen so far."""

    type_id: int | None = None
    person_id: int | None = None
    relation: str = ""
    """Of somebody whose name we are about to hear."""
    slot_id: int | None = None
    version: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    asked_where: bool = False
    only: list[int] = field(default_factory=list)
    """The types that can be meant; empty for all."""
    page: int = 0
    """Of the list of types."""
    is_new: bool = False
    """The person was first named for this booking."""


def draft_of(turn: Turn) -> Draft | None:
    """What has been chosen so far, unless that was long ago."""
    kept = half_told.kept(turn, MEMORY)
    return half_told.read(Draft, kept) if kept else None


def keep(turn: Turn, draft: Draft) -> None:
    """Remember what has been chosen so far."""
    half_told.keep(turn, MEMORY, asdict(draft))


def let_go(turn: Turn) -> None:
    """Forget what was chosen so far."""
    half_told.let_go(turn, MEMORY)


def type_of(turn: Turn, draft: Draft) -> BookingType | None:
    """The type that was chosen, while it is offered."""
    found = booking_types.get(turn.session, draft.type_id or 0)
    return found if found and found.is_active else None


def question_of(turn: Turn, draft: Draft) -> str | None:
    """The next of the type's questions that has no answer yet."""
    found = type_of(turn, draft)
    return next((key for key in (found.questions if found else []) if key not in draft.answers), None)


def person_of(turn: Turn, draft: Draft) -> Known | None:
    """The person it is for, behind this telephone."""
    return people.named(turn.session, turn.conversation, draft.person_id or 0)


def number_in(text: str) -> int:
    """A number out of a code, which may come from anywhere; 0 is nobody's."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
