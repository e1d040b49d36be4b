"""The case of a conversation: found, opened, and what is noted of it on the way. Every other step of a case asks here."""

from __future__ import annotations

from bot.case_phrases import CasePhrases
from bot.turns import Turn, remember
from centre import case_records, cases, kept_files
from centre.case_records import Case, Category

STEP, QUESTION, PIN = "case", "case-question", "case-pin"
STEPS = frozenset({STEP, QUESTION, PIN})


def of(turn: Turn) -> Case | None:
    """The open case of this conversation."""
    if not turn.conversation.has_case:
        return None
    return case_records.open_in(turn.session, turn.conversation.id)


def say(turn: Turn) -> CasePhrases:
    """What is said about cases, in the language of the conversation."""
    return CasePhrases(turn.say.language)


def open_new(turn: Turn, category: Category, *, is_urgent: bool = False, is_child: bool = False) -> Case:
    """A case from now on; a wish to go around the village that was said before counts for it."""
    case = cases.open_case(
        turn.session,
        turn.conversation,
        category,
        turn.now,
        language=turn.say.language,
        is_urgent=is_urgent,
        is_child=is_child,
        around=bool(turn.conversation.memory.get("around")),
    )
    remember(turn.conversation, around=None, with_bot=None, case_asks=None)
    note_place(turn, case)
    return case


def is_hidden(turn: Turn) -> bool:
    """Does the cover word hide it now?"""
    case = of(turn)
    return case is not None and case.hidden_at is not None


def file_with(turn: Turn, case: Case) -> int | None:
    """The photo or voice note that came with this message: the case's own from now on."""
    file = kept_files.of_event(turn.session, turn.event_id)
    if file is None:
        return None
    kept_files.attach(turn.session, file, case.id)
    turn.is_kept = True
    return file.id


def _known_country(turn: Turn) -> str:
    place = turn.conversation.memory.get("place") or {}
    return str(turn.conversation.memory.get("country") or place.get("country") or "")


def note_place(turn: Turn, case: Case) -> None:
    """Where it is, as far as they have said in passing, is not asked again."""
    country = _known_country(turn)
    if country and "where" not in case_records.answered(turn.session, case):
        cases.answer(turn.session, case, "where", country.upper(), None, turn.now)
