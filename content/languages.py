"""The languages people write in: one row each, and what to fall back to.

Babel knows neither Sasak nor Madurese and raises on them, so nothing here or elsewhere hands a person's language
to Babel: dates are written with `date_locale`, texts are looked up along `fallback_chain`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final


class UnknownLanguage(LookupError):
    """A language code that is not in the table."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"unknown language {code!r}: add a row to content/languages.py or use one of {', '.join(CODES)}"
        )
        self.code = code


@dataclass(frozen=True)
class Language:
    """One language: `own_name` is a button (at most 20 characters), `offered` means that a catalogue exists."""

    code: str
    own_name: str
    fallback: str | None
    date_locale: str
    offered: bool


SOURCE: Final = "id"
"""The language guidance is written in; every chain ends here."""

LANGUAGES: Final = (
    Language("id", "Bahasa Indonesia", None, "id", offered=True),
    Language("jv", "Basa Jawa", "id", "id", offered=True),
    Language("su", "Basa Sunda", "id", "id", offered=True),
    Language("sas", "Basa Sasak", "id", "id", offered=True),
    Language("en", "English", "id", "en", offered=True),
    Language("mad", "Bhâsa Madhurâ", "id", "id", offered=False),
    Language("bbc", "Hata Batak Toba", "id", "id", offered=False),
    Language("min", "Baso Minang", "id", "id", offered=False),
    Language("bjn", "Bahasa Banjar", "id", "id", offered=False),
    Language("mkn", "Melayu Kupang", "id", "id", offered=False),
)
_BY_CODE: Final = {language.code: language for language in LANGUAGES}
CODES: Final = tuple(_BY_CODE)
OFFERED: Final = tuple(language for language in LANGUAGES if language.offered)


def get(code: str) -> Language:
    """The row of a language; raises UnknownLanguage."""
    try:
        return _BY_CODE[code]
    except KeyError:
        raise UnknownLanguage(code) from None


def to_pick(also: Collection[str] = ()) -> tuple[Language, ...]:
    """The languages a list offers: those the bot speaks, and of the others only what is there already."""
    return tuple(language for language in LANGUAGES if language.offered or language.code in also)


def fallback_chain(code: str) -> tuple[str, ...]:
    """The languages to try for a text, nearest first: ("sas", "id")."""
    language = get(code)
    return (code, *fallback_chain(language.fallback)) if language.fallback else (code,)
