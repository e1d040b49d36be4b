"""What may be said on WhatsApp when a person's last message is more than 24 hours old: texts Meta approved beforehand.

`template_texts/<language>.yaml` holds them, with named blanks. `submissions` writes them as Meta wants to see them,
`template_for` fills one for one person, and `standings` compares ours with what Meta has.

Rules: Meta's message templates of the categories UTILITY and MARKETING (announcements) and its errors 2388293, 2388299,
132005 and 132012, as `tests/bot/test_templates.py` holds them. Meta knows neither Javanese nor Sundanese nor Sasak, so these
read Indonesian.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

from centre.messages import Template, readable
from content import languages

TEXTS = Path(__file__).parent / "template_texts"
TEMPLATE_LANGUAGES = ("id", "en")
"""In which approved texts are written; every chain of fallbacks meets one of them."""
EXAMPLES = "examples"
CATEGORY = "UTILITY"
"""As which a text is submitted that does not say otherwise: it is about something the person asked for."""
BODY_LIMIT = 1024
"""Characters of a body, its blanks filled."""
EMPTY = "-"
"""Meta refuses a blank that stays empty."""
MISSING = "missing"


class CodesDoNotFit(Exception):
    """A template was asked for with more or fewer codes than it has buttons."""


@dataclass(frozen=True)
class Standing:
    """Where one of our templates stands with Meta."""

    name: str
    language: str
    status: str
    """As Meta says: APPROVED, PENDING, REJECTED, PAUSED …; else `MISSING`."""
    category: str = CATEGORY
    """Meta may take a text for advertising (MARKETING): it costs more then, and not everybody gets it."""
    ours: str = CATEGORY
    """As what we submitted it."""
    has_other_words: bool = False
    """Meta has other words than ours: blanks might be filled with what belongs elsewhere."""


@dataclass(frozen=True)
class _Text:
    """One template in one language."""

    name: str
    language: str
    body: str
    """With {{1}}, {{2}} … for its blanks."""
    blanks: tuple[str, ...]
    buttons: tuple[str, ...]
    examples: tuple[str, ...]
    category: str


def template_for(kind: str, language: str, values: Mapping[str, str], codes: Sequence[str] = ()) -> Template | None:
    """The template of a kind ("reminder"), filled, in the person's language or the nearest one that Meta knows.

    `values` by the names of the blanks, more than needed do no harm; `codes` are what the buttons mean, in order.
    None where there is no such kind. Raises `CodesDoNotFit`, and `UnknownLanguage` for a code not in our table.
    """
    texts = (_texts_of(code).get(kind) for code in languages.fallback_chain(language))
    text = next(filter(None, texts), None)
    if text is None:
        return None
    if len(codes) != len(text.buttons):
        raise CodesDoNotFit(f"{kind} has {len(text.buttons)} buttons and got {len(codes)} codes")
    filled = [_clean(values.get(blank, "")) for blank in text.blanks]
    return Template(text.name, text.language, _shortened(filled, _room(text)), tuple(codes))


def news_template(language: str) -> Template | None:
    """That there is news, naming nothing: the telephone may be in somebody else's hands."""
    return template_for("news", language, {})


def as_read(template: Template) -> str:
    """What the person reads, its buttons left aside."""
    texts = (text for text in _all_texts() if (text.name, text.language) == (template.name, template.language))
    body = next(texts).body
    for number, value in enumerate(template.values, 1):
        body = body.replace(_blank(number), value)
    return body


def category_of(kind: str) -> str:
    """As what the texts of a kind are submitted: UTILITY or MARKETING, which costs more."""
    return _texts_of(languages.SOURCE)[kind].category


def submissions() -> list[dict[str, Any]]:
    """Every template in every language, as `POST /{account}/message_templates` takes it."""
    return [_submission(text) for text in _all_texts()]


def standings(known: Iterable[Mapping[str, Any]]) -> list[Standing]:
    """Ours beside those that Meta knows, as `GET /{account}/message_templates` gives them."""
    theirs = {(each.get("name"), each.get("language")): each for each in known}
    return [_standing(text, theirs.get((text.name, text.language))) for text in _all_texts()]


def _standing(text: _Text, theirs: Mapping[str, Any] | None) -> Standing:
    if theirs is None:
        return Standing(text.name, text.language, MISSING, text.category, text.category)
    differs = _words(theirs) != _words(_submission(text))
    category = str(theirs.get("category", text.category))
    return Standing(text.name, text.language, str(theirs.get("status")), category, text.category, differs)


def _words(template: Mapping[str, Any]) -> set[tuple[str, ...]]:
    """All that a person would read in a template: the text of each component, the labels of the buttons."""
    return {
        (component["type"], component.get("text", ""), *(button["text"] for button in component.get("buttons", ())))
        for component in template.get("components", ())
    }


def _submission(text: _Text) -> dict[str, Any]:
    body: dict[str, Any] = {"type": "BODY", "text": text.body}
    if text.examples:
        body["example"] = {"body_text": [list(text.examples)]}
    buttons = {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": label} for label in text.buttons]}
    return {
        "name": text.name,
        "language": text.language,
        "category": text.category,
        "components": [body, buttons] if text.buttons else [body],
    }


def _clean(value: str) -> str:
    """One line without what Meta refuses in a blank: line breaks, tabs, four spaces in a row, nothing at all."""
    return " ".join(readable(value).split()) or EMPTY


def _room(text: _Text) -> int:
    """How many characters the blanks may hold together."""
    return BODY_LIMIT - len(text.body) + sum(len(_blank(number)) for number, _ in enumerate(text.blanks, 1))


def _shortened(values: Sequence[str], room: int) -> tuple[str, ...]:
    """The values, the long ones cut where together they are more than Meta takes."""
    if sum(map(len, values)) <= room:
        return tuple(values)
    share = room // len(values)
    return tuple(value if len(value) <= share else f"{value[: share - 1]}…" for value in values)


def _all_texts() -> list[_Text]:
    """A kind in all languages, then the next kind."""
    books = [_texts_of(code) for code in languages.CODES]
    return [book[kind] for kind in _texts_of(languages.SOURCE) for book in books if kind in book]


@cache
def _texts_of(language: str) -> dict[str, _Text]:
    """What is written in one language, by kind; nothing where there is no file."""
    path = TEXTS / f"{language}.yaml"
    if not path.exists():
        return {}
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    examples = written.pop(EXAMPLES)
    return {kind: _read(kind, language, entry, examples) for kind, entry in written.items()}


def _read(kind: str, language: str, entry: Mapping[str, Any], examples: Mapping[str, str]) -> _Text:
    blanks: list[str] = []
    body = ""
    for words, blank, _, _ in Formatter().parse(entry["text"].strip()):
        body += words
        if blank is not None:
            blanks.append(blank)
            body += _blank(len(blanks))
    buttons = tuple(entry.get("buttons", ()))
    shown = tuple(examples[blank] for blank in blanks)
    category = entry.get("category", CATEGORY)
    return _Text(f"balai_{kind}", language, body, tuple(blanks), buttons, shown, category)


def _blank(number: int) -> str:
    return "{{" + str(number) + "}}"
