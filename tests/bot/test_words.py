"""Words that work everywhere, in the words of every language at once."""

from __future__ import annotations

import pytest

from bot import words
from bot.phrases import Phrases
from content import languages

KNOWN = {
    words.MENU,
    words.LANGUAGES,
    words.PERSON,
    words.REPORT,
    words.CASE,
    words.AROUND,
    words.CENSUS,
    words.OWN,
    words.AGREE,
    words.DECLINE,
    words.OBJECT,
    words.LISTEN,
    words.BOOK,
    words.MINE,
    words.CANCEL,
    words.FORGET,
    words.STOP,
    words.START,
    words.VILLAGE,
    words.NEWS,
    words.NO_NEWS,
}


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("0", words.MENU),
        ("/menu", words.MENU),
        ("MENU!!", words.MENU),
        ("  Bahasa  ", words.LANGUAGES),
        ("language", words.LANGUAGES),
        ("petugas?", words.PERSON),
        ("batal", words.CANCEL),
        ("HAPUS DATA SAYA", words.FORGET),
        ("berhenti.", words.STOP),
        ("Stop", words.STOP),
        ("/start", words.START),
        ("mulai", words.START),
        ("desa", words.VILLAGE),
        ("kabar", words.NEWS),
        ("Berhenti kabar", words.NO_NEWS),
    ],
)
def test_a_command_is_known_as_people_type_it(typed: str, command: str) -> None:
    assert words.command_in(typed) == command


@pytest.mark.parametrize(
    "typed", ["", "0 0", "petugas desa saya galak", "saya mau berhenti kerja", "menu makan siang", "?"]
)
def test_a_sentence_that_holds_such_a_word_is_no_command(typed: str) -> None:
    assert words.command_in(typed) is None


@pytest.mark.parametrize("language", [language.code for language in languages.OFFERED])
def test_every_language_offers_words_for_every_command(language: str) -> None:
    from bot.catalogues import catalogue

    own = words._commands(catalogue(language).pgettext)
    assert set(own) == KNOWN
    for command, said in own.items():
        for word in said.split("|"):
            assert words.command_in(word) == command, f"{word!r} of {language} must not mean something else elsewhere"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ya", "yes"),
        ("Iya.", "yes"),
        ("betul", "yes"),
        ("TIDAK", "no"),
        ("gak", "no"),
        ("belum", "no"),
        ("yaya", None),
        ("", None),
    ],
)
def test_yes_and_no(typed: str, meant: str | None) -> None:
    assert words.consent_in(typed) == meant


def test_yes_and_no_are_no_commands() -> None:
    assert not set(words._consents()) & set(words.table())


@pytest.mark.parametrize("language", [language.code for language in languages.OFFERED])
def test_the_way_back_named_in_every_language_is_understood(language: str) -> None:
    """A person is told to type a word in capitals; that word must do what is promised."""
    told = [word.strip(".?!,;") for word in Phrases(language).way_back().split() if word.strip(".?!,;").isupper()]
    assert told
    assert all(words.command_in(word) == words.LANGUAGES for word in told if len(word) > 1)


def test_a_language_by_its_bare_name() -> None:
    assert words.without_language_word("bahasa jawa") == words.without_language_word("basa jawa") == "jawa"
    assert words.without_language_word("bahasa") == "bahasa"
