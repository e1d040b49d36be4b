"""Words on their way: what came in, what goes out, and how much each channel can carry.

Nothing here knows a database or a platform's library. `fit` cuts what the bot says into parts that the channel takes; the
checks of content and catalogues use the same limits, so that a text too long is found when it is written, not when it is sent.

Limits: Telegram Bot API 10.1 (sendMessage, InlineKeyboardButton, deleteMessage); WhatsApp Cloud API, interactive reply
buttons and lists; 3GPP TS 23.038 for short messages.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal

from centre import sms_parts

LABEL_LIMIT = 20
"""A button's label, on every channel, so that content moves freely between them (WhatsApp is the strictest)."""
TITLE_LIMIT = 72
"""A choice's longer name: a row's description in a WhatsApp list."""
CODE_LIMIT = 64
"""A choice's code, in bytes (Telegram callback_data)."""
LONGEST_SAID = 10_000
"""Characters of one message that comes in. Telegram and WhatsApp stop at 4096, our page at 4,000: more is no message, but an
attempt to keep us busy."""

Kind = Literal["text", "tap", "media", "other"]
Style = Literal["plain", "buttons", "list", "numbers", "template", "spoken"]


@dataclass(frozen=True)
class Incoming:
    """One thing a person said, the same from every channel."""

    kind: Kind
    text: str = ""
    code: str = ""
    """The code of the button, for a tap."""
    in_group: bool = False
    warned: bool = False
    """A danger card has already gone out for this very message, while it could not be stored."""

    def to_json(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if value}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Incoming:
        return cls(**data)


@dataclass(frozen=True)
class Choice:
    """Something to tap. `code` says by itself what it does, so an old button still does what it said."""

    code: str
    label: str
    title: str = ""


@dataclass(frozen=True)
class Template:
    """Words that the platform approved beforehand: all it lets through when the person's last message is long ago."""

    name: str
    language: str
    """The platform's own code of the language the words were approved in."""
    values: tuple[str, ...]
    """What stands in the blanks of the text, in order."""
    codes: tuple[str, ...] = ()
    """What each button means, in order: as `Choice.code`."""

    def to_json(self) -> list[Any]:
        return [self.name, self.language, list(self.values), list(self.codes)]

    @classmethod
    def from_json(cls, data: list[Any]) -> Template:
        name, language, values, codes = data
        return cls(name, language, tuple(values), tuple(codes))


@dataclass(frozen=True)
class Spoken:
    """Words as a sound: its number in `centre.sounds`, and its kind (a key of `centre.spoken.MIME`)."""

    number: int
    kind: str


@dataclass(frozen=True)
class Outgoing:
    """One thing we say, with what may be chosen next."""

    text: str
    choices: tuple[Choice, ...] = ()
    first: int = 1
    """The number of the first choice: the replies of one turn are numbered through."""
    template: Template | None = None
    """What to say instead where free words are not let through any more (WhatsApp after 24 hours)."""
    spoken: Spoken | None = None
    """A recording that goes before the words."""
    spoken_title: str = ""
    """What the recording is: above its player, and instead of it where there is none."""


@dataclass(frozen=True)
class Part:
    """What goes out in one call to a channel."""

    text: str
    choices: tuple[Choice, ...] = ()
    style: Style = "plain"
    template: Template | None = None
    """Goes out instead of everything else where the style is "template"."""
    spoken: Spoken | None = None
    """Goes out where the style is "spoken"; `text` then says what it is."""

    def to_json(self) -> dict[str, Any]:
        choices = [[choice.code, choice.label, choice.title] for choice in self.choices]
        written: dict[str, Any] = {"text": self.text, "choices": choices, "style": self.style}
        written |= {"template": self.template.to_json()} if self.template else {}
        return written | ({"spoken": [self.spoken.number, self.spoken.kind]} if self.spoken else {})

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Part:
        choices = tuple(Choice(*choice) for choice in data["choices"])
        template = Template.from_json(data["template"]) if data.get("template") else None
        spoken = Spoken(*data["spoken"]) if data.get("spoken") else None
        return cls(data["text"], choices, data["style"], template, spoken)


@dataclass(frozen=True)
class Limits:
    """What one channel can carry in one call."""

    text: int
    interactive: int
    """Length of a text that has buttons or a list under it."""
    buttons: int
    """How many choices fit as buttons; more become a list, or numbers."""
    rows: int = 0
    utf16: bool = False
    """Length is counted in UTF-16 units (Telegram), not in characters."""
    pulled: bool = False
    """The person's page fetches its replies; nothing is sent."""
    window: timedelta | None = None
    """How long after the person's last message free words may be sent."""
    takes_back: timedelta | None = None
    """How long after we said something it can still be deleted from the person's telephone; None: never."""
    in_sms: bool = False
    """Length is counted in parts of a short message, each of which costs money."""
    is_exposed: bool = False
    """Others read along (the vendor of a gateway, whoever holds a SIM): restricted cases are neither told nor answered here."""
    speaks: bool = True
    """Takes recordings."""

    def measure(self, text: str) -> int:
        if self.in_sms:
            return sms_parts.count(text)
        return len(text.encode("utf-16-le")) // 2 if self.utf16 else len(text)


LIMITS: dict[str, Limits] = {
    "telegram": Limits(text=4096, interactive=4096, buttons=10, utf16=True, takes_back=timedelta(hours=48)),
    "whatsapp": Limits(text=4096, interactive=1024, buttons=3, rows=10, window=timedelta(hours=24)),
    "fonnte": Limits(text=4096, interactive=4096, buttons=0, is_exposed=True, speaks=False),
    "waha": Limits(text=4096, interactive=4096, buttons=0, is_exposed=True, speaks=False),
    "sms": Limits(text=3, interactive=3, buttons=0, in_sms=True, is_exposed=True, speaks=False),
    "web": Limits(text=20_000, interactive=20_000, buttons=10, pulled=True),
    "terminal": Limits(text=20_000, interactive=20_000, buttons=0, pulled=True),
}


class TooLong(Exception):
    """A label, title or code longer than every channel can carry."""


def check(choice: Choice) -> None:
    """Refuse a choice that some channel could not show. Raises `TooLong`."""
    widths = (
        ("label", len(choice.label.encode("utf-16-le")) // 2, LABEL_LIMIT),
        ("title", len(choice.title), TITLE_LIMIT),
        ("code", len(choice.code.encode()), CODE_LIMIT),
    )
    for name, length, limit in widths:
        if length > limit:
            raise TooLong(f"{name} of {choice.code!r} is {length} long, at most {limit}: {choice.label!r}")


def fit(outgoing: Outgoing, limits: Limits) -> list[Part]:
    """Cut what we say into parts that the channel takes, a recording first; the choices and the template go with the last."""
    *before, last = _parts(outgoing, limits)
    is_heard = outgoing.spoken is not None and limits.speaks
    heard = [Part(outgoing.spoken_title, style="spoken", spoken=outgoing.spoken)] if is_heard else []
    return [*heard, *before, replace(last, template=outgoing.template)]


def _parts(outgoing: Outgoing, limits: Limits) -> list[Part]:
    style = _style(len(outgoing.choices), limits)
    text = outgoing.text if style in ("plain", "buttons") and len(outgoing.choices) <= 3 else numbered(outgoing)
    if limits.in_sms:
        text = sms_parts.plain(text)
    if style in ("plain", "numbers"):
        return [Part(piece) for piece in split(text, limits.text, limits)]
    head, tail = _tail(text, limits.interactive, limits)
    before = split(head, limits.text, limits) if head else []
    return [Part(piece) for piece in before] + [Part(tail, outgoing.choices, style)]


def numbered(outgoing: Outgoing) -> str:
    """The text with its choices as numbers under it: the twin of every button, for those who type."""
    rows = [
        f"{number}. {choice.title or choice.label}" for number, choice in enumerate(outgoing.choices, outgoing.first)
    ]
    return "\n\n".join(part for part in (outgoing.text, "\n".join(rows)) if part)


def split(text: str, most: int, limits: Limits) -> list[str]:
    """Cut at the end of a paragraph, else of a sentence, else of a word, else anywhere; nothing is lost but the space."""
    pieces = []
    rest = text.strip()
    while limits.measure(rest) > most:
        cut = _cut(rest, _longest(rest, most, limits))
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest]


def cut_at(text: str, most: int) -> int:
    """Where to cut so that at most this many characters come before: after a paragraph, a sentence or a word if it can be."""
    return _cut(text, most) if len(text) > most else len(text)


def readable(text: str) -> str:
    """What a person typed, without what could hide or turn it: control, zero-width and direction characters."""
    if text.isascii() and text.isprintable():
        return text.strip()
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    kept = (char for char in text if char in "\n\t" or unicodedata.category(char) not in _INVISIBLE)
    return "".join(kept).strip()


_INVISIBLE = {"Cc", "Cf", "Cs", "Co"}
_BREAKS = (re.compile(r"\n\s*\n"), re.compile(r"\n|(?<=[.!?…])\s"), re.compile(r"\s"))


def _style(choices: int, limits: Limits) -> Style:
    if not choices:
        return "plain"
    if choices <= limits.buttons:
        return "buttons"
    return "list" if choices <= limits.rows else "numbers"


def _tail(text: str, most: int, limits: Limits) -> tuple[str, str]:
    """Cut off the end that may stand over the choices: few calls, so as much as fits, from a paragraph or a sentence on."""
    text = text.strip()
    if limits.measure(text) <= most:
        return "", text
    for pattern in _BREAKS:
        for match in pattern.finditer(text):
            tail = text[match.end() :]
            if tail and limits.measure(tail) <= most:
                return text[: match.start()], tail
    cut = len(text) - most // 2
    return text[:cut], text[cut:]


def _longest(text: str, most: int, limits: Limits) -> int:
    """How many characters of `text` measure at most `most`."""
    if limits.in_sms:
        return sms_parts.longest(text, most)
    if not limits.utf16:
        return most
    taken = 0
    for index, char in enumerate(text):
        taken += 2 if ord(char) > 0xFFFF else 1
        if taken > most:
            return index
    return len(text)


def _cut(text: str, longest: int) -> int:
    window = text[: longest + 1]
    for pattern in _BREAKS:
        ends = [match.start() for match in pattern.finditer(window) if match.start() >= longest // 3]
        if ends:
            return ends[-1]
    return longest
