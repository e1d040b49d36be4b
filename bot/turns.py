"""One turn of a conversation: all that a dialogue may look at, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from bot.phrases import Phrases
from centre.conversations import Conversation
from centre.messages import Choice, Spoken
from content import languages
from content.library import Library

if TYPE_CHECKING:  # it loads numpy, which the web process, that only needs the danger card, should not
    from content.finding import Finder


@dataclass(frozen=True)
class Guide:
    """What the bot knows while it answers: the published guidance, how to find in it, and the links to ourselves."""

    library: Library
    finder: Finder
    links: dict[str, str] = field(default_factory=dict)
    """Channel → address that opens a private chat with us."""
    home: str = ""
    """Our public address, for links to pages of ours; empty where we have none."""


@dataclass
class Turn:
    """One person's message being answered."""

    session: Session
    conversation: Conversation
    guide: Guide
    now: datetime
    say: Phrases
    is_first: bool = False
    """This person has not been told yet who answers here and what is kept."""
    go_on: Callable[[Turn], Answer] | None = None
    """Where the person was before something was asked on the way (the village, for a booking)."""
    event_id: int = 0
    """Which message this is: what it leads to is entered once, however often it is read."""

    is_kept: bool = False
    """What this message brought stands in a case: nobody has to look for it elsewhere."""

    is_urgent: bool = False
    """Danger is answered: what we say now must not wait for anything."""

    is_unkept: bool = False
    """What this message said was not for the channel it came by: its words go at once."""

    @property
    def key(self) -> str | None:
        """What an entry that this message makes is known by."""
        return f"event:{self.event_id}" if self.event_id else None

    def speak(self, language: str) -> None:
        """Go on in this language."""
        self.say = Phrases(language)


@dataclass(frozen=True)
class Answer:
    """What a dialogue says, what may be chosen next, and which step stays open."""

    text: str
    choices: tuple[Choice, ...] = ()
    next_step: str | None = None
    spoken: Spoken | None = None
    """A recording that goes before the words."""
    spoken_title: str = ""


def under(sentence: str, following: Answer) -> Answer:
    """What was asked for, with a sentence before it."""
    return Answer(f"{sentence}\n\n{following.text}", following.choices, following.next_step)


def language_of(conversation: Conversation) -> str:
    """The person's own choice, else the language last heard from them, else Bahasa."""
    return conversation.language or offered(str(conversation.memory.get("heard", languages.SOURCE)))


def offered(code: str) -> str:
    """The nearest language that has a catalogue."""
    return next(each for each in languages.fallback_chain(code) if languages.get(each).offered)


def remember(conversation: Conversation, **facts: object) -> None:
    """Keep small facts for the next turn; None forgets one. (A JSON column notices only a new value.)"""
    kept = {**conversation.memory, **facts}
    conversation.memory = {name: value for name, value in kept.items() if value is not None}
